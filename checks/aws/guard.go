package aws

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// guard installs what every client of rscheck has: nothing is sent that is not
// on the allow-list or belongs to a way into the database that was not asked for,
// no call lasts longer than timeout, and an answer that is not the operation's own
// is an error.
func guard(timeout time.Duration, ways []Way) func(*middleware.Stack) error {
	calls := slices.DeleteFunc(Calls(), func(c Call) bool { return c.Way != "" && !slices.Contains(ways, c.Way) })
	return func(stack *middleware.Stack) error {
		// After, so that the service and the operation are in the context.
		err := stack.Initialize.Add(middleware.InitializeMiddlewareFunc("rscheck:ReadOnly", func(
			ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
		) (middleware.InitializeOutput, middleware.Metadata, error) {
			service, operation := awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx)
			listed := slices.ContainsFunc(calls, func(c Call) bool { return c.Service == service && c.Operation == operation })
			if !listed || writes(in.Parameters) {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &refusedError{service, operation}
			}
			leave, err := takeLane(ctx, service, operation)
			if err != nil {
				return middleware.InitializeOutput{}, middleware.Metadata{}, err
			}
			defer leave()
			ctx, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
		if err != nil {
			return err
		}
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("rscheck:OwnAnswer", ownAnswer), middleware.After)
	}
}

// refusedError is an operation that is not on the allow-list. It was not sent.
type refusedError struct{ service, operation string }

func (e *refusedError) Error() string {
	return fmt.Sprintf("refuse %s %s: not on the read-only allow-list", e.service, e.operation)
}

// ownAnswer refuses a success whose root element is not the operation's, or that is
// no object where the service speaks JSON. The SDK
// skips elements it does not know, so that the page of a proxy or a portal would
// read as "there are none".
func ownAnswer(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	middleware.DeserializeOutput, middleware.Metadata, error,
) {
	out, metadata, err := next.HandleDeserialize(ctx, in)
	response, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok || response.StatusCode < 200 || response.StatusCode > 299 {
		return out, metadata, err
	}
	const enough = 4096 // for the root element of any answer
	body := bufio.NewReaderSize(response.Body, enough)
	start, err := body.Peek(enough)
	if len(start) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return out, metadata, err
	}
	own := rootElement(start) == awsmiddleware.GetOperationName(ctx)+"Response"
	if speaksJSON(awsmiddleware.GetServiceID(ctx)) {
		// An object does not say whose it is; what is left out of it is noticed
		// by the caller.
		own = bytes.HasPrefix(bytes.TrimLeft(start, " \t\r\n"), []byte("{"))
	}
	if !own {
		return out, metadata, errForeignAnswer
	}
	response.Body = struct {
		io.Reader
		io.Closer
	}{body, response.Body}
	return out, metadata, nil
}

// errForeignAnswer is a success that somebody other than the service gave.
var errForeignAnswer = errors.New("the answer is not the operation's")

func rootElement(start []byte) string {
	decoder := xml.NewDecoder(bytes.NewReader(start))
	for {
		token, err := decoder.Token()
		if err != nil {
			return ""
		}
		if element, ok := token.(xml.StartElement); ok {
			return element.Name.Local
		}
	}
}

// maxAttempts is how often a call is sent at most. A throttled call comes
// through at the second or third; what AWS still refuses then is unknown.
const maxAttempts = 4

// retryer is the SDK's standard one, but that it does not ask again where nobody
// at the other end knows the operation.
func retryer(backoff time.Duration) func() sdk.Retryer {
	return func() sdk.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = maxAttempts
			o.MaxBackoff = backoff
			o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(worthAsking)}, o.Retryables...)
		})
	}
}

func worthAsking(err error) sdk.Ternary {
	var response *smithyhttp.ResponseError
	switch {
	case errors.Is(err, errForeignAnswer):
		return sdk.FalseTernary
	case brokeOff(err):
		return sdk.TrueTernary
	case errors.As(err, &response) && response.HTTPStatusCode() >= 300 && !awsError(err) && !transientStatus(response.HTTPStatusCode()):
		return sdk.FalseTernary // the page of somebody who will say it again
	}
	return sdk.UnknownTernary
}

// awsError reports whether err came in AWS's own form. The SDK names an error of
// any other form UnknownError.
func awsError(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() != "UnknownError"
}

// transientStatus tells the words of a gateway in between, which pass.
func transientStatus(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}

// brokeOff reports whether an answer began and did not end.
func brokeOff(err error) bool {
	var syntax *xml.SyntaxError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) && syntax.Msg == "unexpected EOF"
}

// sender is an HTTP client that keeps the transport from closing a request's
// body. Where an answer comes before the body is done with, the SDK otherwise
// takes its own closed body for a broken connection and asks again
// (https://github.com/aws/aws-sdk-go-v2/issues/2737).
type sender struct{ client sdk.HTTPClient }

func (s sender) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = io.NopCloser(r.Body)
	}
	return s.client.Do(r)
}
