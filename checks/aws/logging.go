package aws

import (
	"context"
	"slices"
	"sync"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"

	"github.com/rscheck/rscheck/checks/facts"
)

// fetchLogging asks for the audit logging of each cluster, which AWS tells one
// cluster at a time.
func (r *region) fetchLogging(ctx context.Context, clusters []string) {
	var mu sync.Mutex
	var tasks []func(context.Context)
	for _, name := range clusters {
		tasks = append(tasks, func(ctx context.Context) {
			told := map[string]answer[facts.Logging]{}
			lookUp(ctx, r, describeLogging, told, []string{name}, r.describeLoggingStatus, never[facts.Logging](describeLogging))
			mu.Lock()
			defer mu.Unlock()
			r.logging[name] = told[name]
		})
	}
	together(ctx, sideBySideRedshift, tasks...)
}

func (r *region) describeLoggingStatus(ctx context.Context, names []string) (map[string]facts.Logging, error) {
	out, err := r.redshift.DescribeLoggingStatus(ctx, &redshift.DescribeLoggingStatusInput{ClusterIdentifier: &names[0]})
	if err != nil {
		return nil, err
	}
	var f fields
	l := facts.Logging{
		Enabled: f.flag("LoggingEnabled", out.LoggingEnabled), Destination: string(out.LogDestinationType),
		Exports: slices.Sorted(slices.Values(out.LogExports)), LastDelivery: stamp(out.LastSuccessfulDeliveryTime),
		LastFailure: stamp(out.LastFailureTime), FailureMessage: sdk.ToString(out.LastFailureMessage),
	}
	// AWS names no destination for the older way, which is S3.
	if l.Enabled && l.Destination == "" && out.BucketName != nil {
		l.Destination = "s3"
	}
	return map[string]facts.Logging{names[0]: l}, f.err()
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
