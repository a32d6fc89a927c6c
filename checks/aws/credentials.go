package aws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	ssotypes "github.com/aws/aws-sdk-go-v2/service/sso/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// sessionName is what an assumed role's session is called in CloudTrail.
const sessionName = "rscheck"

// Open finds credentials and a region in the SDK's own places and assumes the
// first role, if one is given. Its errors are one line and say what to do. They hold
// nothing of what a credential process or a server said.
func Open(ctx context.Context, o Options) (*Account, error) {
	if o.CallTimeout == 0 {
		o.CallTimeout = 15 * time.Second
	}
	if o.CredentialsTimeout == 0 {
		o.CredentialsTimeout = 2 * time.Second
	}
	if o.Backoff == 0 {
		o.Backoff = 5 * time.Second
	}
	cfg, err := load(ctx, &o)
	if err != nil {
		return nil, err
	}
	o.Regions, o.Clusters, o.Workgroups = distinct(o.Regions), distinct(o.Clusters), distinct(o.Workgroups)
	if len(o.Regions) == 0 && cfg.Region != "" {
		o.Regions = []string{cfg.Region}
	}
	if len(o.Regions) == 0 {
		return nil, errors.New("no AWS region: give --region, or set AWS_REGION")
	}
	if err := checkAccounts(&o); err != nil {
		return nil, err
	}
	switch {
	case !everyRegion(o.Regions) && (cfg.Region == "" || partition(cfg.Region) != partition(o.Regions[0])):
		// Roles are assumed here. A region that was asked for may not be enabled; the
		// configuration's own is the better bet.
		cfg.Region = o.Regions[0]
	case cfg.Region == "": // somewhere to ask which regions there are
		cfg.Region = "us-east-1"
	}
	if err := retrieve(ctx, cfg, &o); err != nil {
		return nil, err
	}
	a := &Account{options: o, calls: newSlots(sideBySideInAll), sessions: map[string]*session{}}
	// Only now, so that the SDK's own ways to credentials (SSO, web identity)
	// are not refused: they are the user's configuration, not our calls.
	cfg.APIOptions = append(cfg.APIOptions, guard(o.CallTimeout, o.Ways))
	cfg.HTTPClient = sender{cfg.HTTPClient}
	if o.FirstRole != "" {
		a.barred = assume(ctx, &cfg, o.FirstRole, o.ExternalID)
	}
	a.config = cfg
	return a, nil
}

func load(ctx context.Context, o *Options) (sdk.Config, error) {
	options := []func(*config.LoadOptions) error{
		config.WithLogger(logging.Nop{}),
		config.WithRetryer(retryer(o.Backoff)),
		config.WithHTTPClient(httpClient(o)),
	}
	if o.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(o.Profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	var absent config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &absent):
		return cfg, fmt.Errorf("no profile %q in the AWS configuration", absent.Profile)
	case err != nil:
		return cfg, errors.New("read the AWS configuration: ~/.aws/config, ~/.aws/credentials or an AWS_ variable is not well-formed")
	}
	return cfg, nil
}

// httpClient is the SDK's own with time limits for a host that does not answer
// at all. It is a config.HTTPClient that AWS_CA_BUNDLE can still be added to.
func httpClient(o *Options) sdk.HTTPClient {
	if o.HTTPClient != nil {
		return o.HTTPClient
	}
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = 5 * time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.TLSHandshakeTimeout = 5 * time.Second
			t.MaxIdleConnsPerHost = sideBySide // or connections are made anew
		})
}

// retrieve makes sure that there are credentials. Without any, the SDK's chain
// ends at the instance metadata service, which off EC2 answers late or never.
func retrieve(ctx context.Context, cfg sdk.Config, o *Options) error {
	ctx, cancel := context.WithTimeout(ctx, o.CredentialsTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() { // a credential process does not heed ctx
		_, err := cfg.Credentials.Retrieve(ctx)
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	var (
		token     *ssocreds.InvalidTokenError
		session   *ssotypes.UnauthorizedException
		operation *smithy.OperationError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &token), errors.As(err, &session):
		return errors.New("the AWS SSO session has expired: run aws sso login")
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no AWS credentials within %s: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give --profile", o.CredentialsTimeout)
	case errors.As(err, &operation) && operation.Service() != imds.ServiceID:
		// A profile's way to credentials, of which AWS refused a step.
		step := Call{Action: strings.ToLower(operation.Service()) + ":" + operation.Operation()}
		return fmt.Errorf("get AWS credentials: %s", step.why(cfg.Region, err).detail)
	}
	return errors.New("no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give --profile")
}

// assume exchanges the credentials for those of the role, or says why that failed.
func assume(ctx context.Context, cfg *sdk.Config, role, externalID string) *lack {
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(*cfg), role, func(p *stscreds.AssumeRoleOptions) {
		p.RoleSessionName = sessionName
		if externalID != "" {
			p.ExternalID = &externalID
		}
	})
	cfg.Credentials = sdk.NewCredentialsCache(provider)
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		l := callOf(assumeRole).why(cfg.Region, err)
		return &lack{reason: l.reason, detail: l.detail + " (role " + role + ")", whole: true}
	}
	return nil
}

// distinct returns the words without repetition and without empty ones.
func distinct(words []string) []string {
	var list []string
	for _, w := range words {
		if w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}
