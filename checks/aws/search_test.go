package aws

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// whereElse is what is said besides of a target that is not there.
const whereElse = ": it may have another name (--all finds all there are) or be elsewhere (--region, --profile)"

func TestWhatKeepsClustersFromBeingFound(t *testing.T) {
	denied := fakeaws.Denied("")
	deniedInEurope := fakeaws.Denied("")
	deniedInEurope.Region = "eu-west-1"
	secondPage := fakeaws.Denied("")
	secondPage.After = 1
	for name, tc := range map[string]struct {
		fault    *fakeaws.Fault // of DescribeClusters
		pageSize int
		options  Options
		targets  []string
		want     []facts.Unknown
	}{
		"there":       {options: Options{Clusters: []string{"analytics"}}, targets: []string{"analytics"}},
		"named twice": {options: Options{Clusters: []string{"analytics", "analytics"}}, targets: []string{"analytics"}},
		"not there": {options: Options{Clusters: []string{"analytcs"}}, want: []facts.Unknown{
			{Path: "targets.analytcs", Reason: facts.Failed, Detail: "no cluster analytcs in us-east-1" + whereElse},
		}},
		"one of two there": {options: Options{Clusters: []string{"nope", "analytics"}}, targets: []string{"analytics"}, want: []facts.Unknown{
			{Path: "targets.nope", Reason: facts.Failed, Detail: "no cluster nope in us-east-1" + whereElse},
		}},
		"in one of two regions": {
			options: Options{Clusters: []string{"analytics"}, Regions: []string{"eu-west-1", "us-east-1"}}, targets: []string{"analytics"},
		},
		"in no region": {options: Options{Clusters: []string{"nope"}, Regions: []string{"eu-west-1", "us-east-1"}}, want: []facts.Unknown{
			{Path: "targets.nope", Reason: facts.Failed, Detail: "no cluster nope in eu-west-1 or us-east-1" + whereElse},
		}},
		"denied by name": {fault: &denied, options: Options{Clusters: []string{"analytics"}}, want: []facts.Unknown{
			{Path: "targets.analytics", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"},
		}},
		"denied where it may be": {
			fault: &deniedInEurope, options: Options{Clusters: []string{"nope"}, Regions: []string{"eu-west-1", "us-east-1"}}, want: []facts.Unknown{
				{Path: "targets.nope", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"},
			},
		},
		"denied where another may be": {
			fault: &deniedInEurope, options: Options{Clusters: []string{"analytics"}, Regions: []string{"eu-west-1", "us-east-1"}},
			targets: []string{"analytics"}, want: []facts.Unknown{
				{Path: "regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"},
			},
		},
		"all denied": {fault: &denied, want: []facts.Unknown{
			{Path: "regions.us-east-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"},
		}},
		"all denied in one of two regions": {
			fault: &deniedInEurope, options: Options{Regions: []string{"eu-west-1", "us-east-1"}}, targets: []string{"analytics"},
			want: []facts.Unknown{{Path: "regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"}},
		},
		"second page denied": {
			fault: &secondPage, pageSize: 1, options: Options{Regions: []string{"ap-south-1"}}, targets: []string{"first"},
			want: []facts.Unknown{{Path: "regions.ap-south-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"}},
		},
		"region not enabled": {options: Options{Regions: []string{"me-south-1"}}, want: []facts.Unknown{{
			Path: "regions.me-south-1", Reason: facts.Failed,
			Detail: "the AWS credentials are not accepted in me-south-1 (InvalidClientTokenId): they are wrong, or the region is not enabled for the account",
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			regions := cloud.Accounts[0].Regions
			regions["eu-west-1"] = &fakeaws.Region{}
			second := fakeaws.Healthy(loader).Region(fakeaws.RegionName)
			second.Clusters[0].Name = "first"
			last := *second.Clusters[0]
			last.Name = "second"
			second.Clusters = append(second.Clusters, &last)
			regions["ap-south-1"] = second
			server := play(t, cloud)
			server.PageSize(tc.pageSize)
			if tc.fault != nil {
				server.Inject("DescribeClusters", *tc.fault)
			}
			targets, unknown := observe(t, open(t, tc.options))
			var names []string
			for _, target := range targets {
				names = append(names, target.Name)
			}
			if diff := cmp.Diff(tc.targets, names); diff != "" {
				t.Errorf("targets (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnAnswerAboutAnotherClusterIsNone(t *testing.T) {
	server := play(t, fakeaws.Healthy(loader))
	server.Omit("DescribeClusters", "Cluster")
	targets, unknown := observe(t, open(t, Options{Clusters: []string{"analytics"}}))
	want := []facts.Unknown{{
		Path: "targets.analytics", Reason: facts.Inconsistent, Detail: "redshift:DescribeClusters left out the cluster analytics",
	}}
	if diff := cmp.Diff(want, unknown); diff != "" || len(targets) > 0 {
		t.Errorf("%d targets, unknown (-want +got):\n%s", len(targets), diff)
	}
}

func TestAnInterruptionEndsTheObservation(t *testing.T) {
	server := play(t, fakeaws.Healthy(loader))
	account := open(t, Options{})
	for name, operation := range map[string]string{"while searching": "DescribeClusters", "while completing": "DescribeSubnets"} {
		t.Run(name, func(t *testing.T) {
			server.Reset()
			server.Inject(operation, fakeaws.Hang())
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(50*time.Millisecond, cancel)
			_, err := account.Observe(ctx, func(facts.Target) error { return nil })
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want it cancelled", err)
			}
		})
	}
}

func TestADeadlineLeavesFactsUnknown(t *testing.T) {
	server := play(t, fakeaws.Healthy(loader))
	server.Inject("DescribeSubnets", fakeaws.Hang())
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	var got []facts.Unknown
	_, err := open(t, Options{}).Observe(ctx, func(t facts.Target) error { got = t.Lacking("network.subnets"); return nil })
	want := []facts.Unknown{{Path: "network.subnets", Reason: facts.TimedOut, Detail: "ec2:DescribeSubnets gave no answer in time"}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, unknown (-want +got):\n%s", err, diff)
	}
}

func TestAnEmitThatFailsEndsTheObservation(t *testing.T) {
	cloud := fakeaws.Healthy(loader)
	cloud.Region(fakeaws.RegionName).Multiply(450, 1) // in three batches
	play(t, cloud)
	full := errors.New("disk full")
	for name, options := range map[string]Options{"all clusters": {}, "a named cluster": {Clusters: []string{"cluster-00007"}}} {
		t.Run(name, func(t *testing.T) {
			emitted := 0
			_, err := open(t, options).Observe(context.Background(), func(facts.Target) error { emitted++; return full })
			if !errors.Is(err, full) || emitted != 1 {
				t.Errorf("got %v after %d targets, want it after the first", err, emitted)
			}
		})
	}
}
