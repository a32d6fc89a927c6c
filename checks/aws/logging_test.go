package aws

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

func TestAuditLoggingIsToldWhereItIsAskedFor(t *testing.T) {
	cloudwatch := facts.Logging{Enabled: true, Destination: "cloudwatch", Exports: []string{"connectionlog", "useractivitylog"}}
	bucket := facts.Logging{
		Enabled: true, Destination: "s3", LastDelivery: "2026-11-20T01:02:03Z", LastFailure: "2026-11-21T01:02:03Z",
		FailureMessage: "The bucket cannot be written to.",
	}
	denied := fakeaws.Denied("")
	for name, tc := range map[string]struct {
		there   facts.Logging
		options Options
		fault   *fakeaws.Fault
		omit    string
		want    facts.Logging
		unknown []facts.Unknown
		calls   int
	}{
		"off":           {options: Options{Logging: true}, calls: 1},
		"to CloudWatch": {there: cloudwatch, options: Options{Logging: true}, want: cloudwatch, calls: 1},
		"to S3":         {there: bucket, options: Options{Logging: true}, want: bucket, calls: 1},
		"by name":       {there: bucket, options: Options{Logging: true, Facts: []string{"cluster"}}, want: bucket, calls: 1},
		"not asked for": {there: bucket, unknown: []facts.Unknown{{Path: "cluster.logging", Reason: facts.NotRequested, Detail: "not asked for"}}},
		"not among the facts": {
			there: bucket, options: Options{Logging: true, Facts: []string{"cluster.status"}},
			unknown: []facts.Unknown{{Path: "cluster.logging", Reason: facts.NotRequested, Detail: "not asked for"}},
		},
		"denied": {
			there: bucket, options: Options{Logging: true}, fault: &denied, calls: 1,
			unknown: []facts.Unknown{{Path: "cluster.logging", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeLoggingStatus"}},
		},
		"left out": {
			there: bucket, options: Options{Logging: true}, omit: "LoggingEnabled", calls: 1,
			unknown: []facts.Unknown{{Path: "cluster.logging", Reason: facts.Inconsistent, Detail: "redshift:DescribeLoggingStatus left out LoggingEnabled"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cloud.Region(fakeaws.RegionName).Clusters[0].Logging = tc.there
			server := play(t, cloud)
			if tc.fault != nil {
				server.Inject("DescribeLoggingStatus", *tc.fault)
			}
			server.Omit("DescribeLoggingStatus", tc.omit)
			tc.options.Clusters = []string{fakeaws.ClusterName}
			var got facts.Target
			account := open(t, tc.options)
			if _, err := account.Observe(t.Context(), func(t facts.Target) error { got = t; return nil }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got.Cluster.Logging); diff != "" {
				t.Errorf("logging (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.unknown, got.Lacking("cluster.logging")); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if calls := count(server.Requests())["DescribeLoggingStatus"]; calls != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
		})
	}
}
