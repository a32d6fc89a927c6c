package aws

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/rscheck/rscheck/checks/facts"
)

// lack is why a fact could not be observed, before it is known which fact of
// which target that is. AWS's own message is never part of it: it can hold
// whatever a proxy or an authorizer put there.
type lack struct {
	reason facts.Reason
	detail string
	// whole is set where the lack is the account's or the region's and would be
	// that of any other call too.
	whole bool
	// noHost is the host of the call where there is none of that name.
	noHost string
}

func (l *lack) unknown(path string) facts.Unknown {
	return facts.Unknown{Path: path, Reason: l.reason, Detail: l.detail}
}

// answer is what AWS told, or why it did not.
type answer[T any] struct {
	value T
	lack  *lack // nil when it told
}

func lacking[T any](l *lack) answer[T] { return answer[T]{lack: l} }

// notAsked is the lack of a fact that Options.Facts leaves out.
var notAsked = &lack{reason: facts.NotRequested, detail: "not asked for"}

// why says what err means for the facts that the call fills.
func (c Call) why(region string, err error) *lack {
	var malformed *malformedError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &lack{reason: facts.TimedOut, detail: c.Action + " gave no answer in time"}
	case errors.Is(err, context.Canceled):
		return &lack{reason: facts.Failed, detail: c.Action + " was interrupted"}
	case errors.Is(err, errForeignAnswer):
		return &lack{reason: facts.Unsupported, detail: c.Action + " was answered by something that is not AWS"}
	case errors.Is(err, errEndless):
		return &lack{reason: facts.Inconsistent, detail: c.Action + " gives page after page without an end"}
	case errors.As(err, &malformed):
		return &lack{reason: facts.Inconsistent, detail: c.Action + " left out " + malformed.field}
	case brokeOff(err):
		return &lack{reason: facts.Failed, detail: "the answer to " + c.Action + " broke off: try again"}
	case awsError(err):
		return c.refused(region, err)
	}
	return c.unanswered(err)
}

// refused says what an error in AWS's own words means. Services say the same thing
// by different codes
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
// https://docs.aws.amazon.com/redshift/latest/APIReference/CommonErrors.html).
func (c Call) refused(region string, err error) *lack {
	var api smithy.APIError
	errors.As(err, &api)
	code := errorCode(api)
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess", "NotAuthorized",
		"AuthorizationError", "AuthorizationErrorException":
		return &lack{reason: facts.AccessDenied, detail: "allow " + c.Action + denier(api.ErrorMessage())}
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired":
		return &lack{reason: facts.Failed, detail: fmt.Sprintf("the AWS credentials have expired (%s): sign in again", code), whole: true}
	case "OptInRequired":
		return &lack{reason: facts.Failed, detail: fmt.Sprintf("region %s is not enabled for the account (%s)", region, code), whole: true}
	case "InvalidClientTokenId", "UnrecognizedClientException", "AuthFailure", "InvalidToken", "InvalidAccessKeyId",
		"MissingAuthenticationToken", "MissingAuthenticationTokenException":
		return &lack{reason: facts.Failed, detail: fmt.Sprintf("the AWS credentials are not accepted in %s (%s): they are wrong, or the region is not enabled for the account", region, code), whole: true}
	case "SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed":
		return &lack{reason: facts.Failed, detail: fmt.Sprintf("AWS does not accept the signature (%s): the secret key is wrong, or this machine's clock is", code), whole: true}
	case "InvalidAction", "UnsupportedOperation", "UnknownOperationException", "NotImplemented", "InvalidFilter":
		return &lack{reason: facts.Unsupported, detail: fmt.Sprintf("%s is not supported here (%s)", c.Action, code)}
	}
	switch {
	case throttled(code):
		return &lack{reason: facts.Throttled, detail: c.Action + " is throttled: try again later"}
	case strings.HasSuffix(strings.TrimSuffix(strings.TrimSuffix(code, "Fault"), "Exception"), "NotFound"):
		return &lack{reason: facts.Inconsistent, detail: fmt.Sprintf("%s does not find what another answer named (%s)", c.Action, code)}
	case strings.HasPrefix(code, "InvalidParameter"), strings.HasPrefix(code, "UnknownParameter"), code == "ValidationException":
		return &lack{reason: facts.Unsupported, detail: fmt.Sprintf("%s is not supported here (%s)", c.Action, code)}
	}
	return &lack{reason: facts.Failed, detail: fmt.Sprintf("%s answered %s: try again later", c.Action, code)}
}

// throttled knows the codes that the SDK retries for, and their like.
func throttled(code string) bool {
	_, known := retry.DefaultThrottleErrorCodes[code]
	return known || strings.Contains(code, "Throttl")
}

// unanswered says what an error means that is not in AWS's words.
func (c Call) unanswered(err error) *lack {
	var (
		response *smithyhttp.ResponseError
		sending  *smithyhttp.RequestSendError
		timeout  net.Error
		syntax   *xml.SyntaxError
		decoding *smithy.DeserializationError
		dns      *net.DNSError
	)
	switch {
	case errors.As(err, &response) && response.HTTPStatusCode() >= 300:
		reason := facts.Unsupported
		if transientStatus(response.HTTPStatusCode()) {
			reason = facts.Failed
		}
		return &lack{reason: reason, detail: fmt.Sprintf("%s answered HTTP %d and no error of AWS's", c.Action, response.HTTPStatusCode())}
	case errors.As(err, &timeout) && timeout.Timeout():
		return &lack{reason: facts.TimedOut, detail: c.Action + " gave no answer in time"}
	case errors.As(err, &sending):
		l := &lack{reason: facts.Unreachable, detail: fmt.Sprintf("no connection for %s%s", c.Action, connectionFailure(err))}
		if errors.As(err, &dns) && dns.IsNotFound {
			l.noHost = dns.Name
		}
		return l
	case errors.As(err, &syntax), errors.As(err, &decoding):
		return &lack{reason: facts.Unsupported, detail: c.Action + " answered something that cannot be read"}
	}
	return &lack{reason: facts.Failed, detail: c.Action + " failed"}
}

// connectionFailure is the cause in words of our own; the error's may name a
// proxy and its password.
func connectionFailure(err error) string {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return ": the name of its host does not resolve: check the region's name and the network"
	case errors.Is(err, syscall.ECONNREFUSED):
		return ": refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return ": reset"
	case strings.Contains(err.Error(), "x509:") || strings.Contains(err.Error(), "tls:"):
		return ": its certificate is not accepted (AWS_CA_BUNDLE names authorities to trust)"
	case strings.Contains(err.Error(), "proxyconnect"):
		return ": the proxy does not answer"
	}
	return ""
}

var plainCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.]{0,63}$`)

// errorCode is AWS's code where it is a plain word.
func errorCode(api smithy.APIError) string {
	if code := api.ErrorCode(); plainCode.MatchString(code) {
		return code
	}
	return "an error without a name"
}

// denier tells from AWS's message what kind of policy to look at, where it is
// not the caller's own
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
func denier(message string) string {
	policies := []string{"service control policy", "resource control policy", "permissions boundary", "session policy", "VPC endpoint policy"}
	message = strings.ToLower(message)
	i := slices.IndexFunc(policies, func(p string) bool { return strings.Contains(message, strings.ToLower(p)) })
	explicit := strings.Contains(message, "explicit deny")
	switch {
	case i < 0 && explicit:
		return ": a policy denies it explicitly"
	case i < 0:
		return ""
	case explicit:
		return ": a " + policies[i] + " denies it explicitly"
	}
	return " in the " + policies[i]
}
