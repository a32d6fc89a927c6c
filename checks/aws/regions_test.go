package aws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// regionNames are made up, but for the first, which is where requests of no region
// go.
func regionNames(n int) []string {
	names := []string{fakeaws.RegionName}
	for i := 1; i < n; i++ {
		names = append(names, fmt.Sprintf("xx-test-%02d", i))
	}
	return names
}

// estate is an account with clusters in each of many regions.
func estate(regions, clusters, groups int) *fakeaws.Cloud {
	cloud := fakeaws.Healthy(loader)
	for _, name := range regionNames(regions) {
		r := fakeaws.Healthy(loader).Region(fakeaws.RegionName)
		if clusters > 0 {
			r.Multiply(clusters, groups)
		} else {
			r.Clusters = nil
		}
		cloud.Accounts[0].Regions[name] = r
	}
	return cloud
}

// The limits are what the project holds itself to.
func TestWhatManyRegionsCost(t *testing.T) {
	lone := estate(30, 0, 0)
	lone.Region(fakeaws.RegionName).Clusters = fakeaws.Healthy().Region(fakeaws.RegionName).Clusters
	both := estate(30, 0, 0)
	both.Region(fakeaws.RegionName).Clusters = lone.Region(fakeaws.RegionName).Clusters
	both.Region(fakeaws.RegionName).HealthyWorkgroup()
	for name, tc := range map[string]struct {
		cloud          *fakeaws.Cloud
		targets, calls int // calls at most
	}{
		"thirty empty regions":                  {estate(30, 0, 0), 0, 61},
		"one cluster in thirty regions":         {lone, 1, 80},
		"a cluster and a workgroup, same VPC":   {both, 2, 80},
		"ten thousand clusters, thirty regions": {estate(30, 334, 10), 10020, 1250},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, tc.cloud)
			account := open(t, Options{Regions: []string{AllRegions}})
			emitted := 0
			unknown, err := account.Observe(t.Context(), func(target facts.Target) error {
				emitted++
				for _, u := range target.Unknown {
					if u.Reason != facts.NotRequested {
						t.Fatalf("%s: unknown: %v", target.ID, u)
					}
				}
				return nil
			})
			if err != nil || len(unknown) > 0 || emitted != tc.targets {
				t.Fatalf("%d targets, want %d; %v %v", emitted, tc.targets, unknown, err)
			}
			requests := server.Requests()
			t.Logf("%d calls", len(requests))
			if len(requests) > tc.calls {
				t.Errorf("%d calls, want at most %d: %v", len(requests), tc.calls, count(requests))
			}
			if again := retries(requests); len(again) > 0 {
				t.Errorf("calls were sent again: %v", again)
			}
		})
	}
}

// What is told of a cluster does not depend on where else is looked.
func TestManyRegionsTellTheSameAsOne(t *testing.T) {
	cloud := estate(5, 3, 2)
	for _, name := range regionNames(5) {
		for _, c := range cloud.Region(name).Clusters {
			c.Namespace += name
		}
	}
	server := play(t, cloud)
	var apart []facts.Target
	for _, name := range regionNames(5) {
		targets, _ := observe(t, open(t, Options{Regions: []string{name}}))
		apart = append(apart, targets...)
	}
	slices.SortFunc(apart, func(a, b facts.Target) int { return strings.Compare(a.ID, b.ID) })
	for name, options := range map[string]Options{
		"named": {Regions: regionNames(5)}, "all": {Regions: []string{AllRegions}}, "named and all": {Regions: []string{"us-east-1", AllRegions}},
	} {
		for _, size := range []int{0, 1} {
			t.Run(fmt.Sprintf("%s, pages of %d", name, size), func(t *testing.T) {
				server.PageSize(size)
				together, unknown := observe(t, open(t, options))
				if diff := cmp.Diff(apart, together); diff != "" || len(unknown) > 0 {
					t.Errorf("%v; targets (-apart +together):\n%s", unknown, diff)
				}
			})
		}
	}
}

// faultKinds are the ways in which a call can fail for good.
func faultKinds() map[string]struct {
	fault  fakeaws.Fault
	reason facts.Reason
} {
	return map[string]struct {
		fault  fakeaws.Fault
		reason facts.Reason
	}{
		"denied":             {fakeaws.Denied(""), facts.AccessDenied},
		"throttled for ever": {fakeaws.Throttled(), facts.Throttled},
		"error inside AWS":   {fakeaws.Error(500, "InternalFailure", "oops"), facts.Failed},
		"page of an error":   {fakeaws.HTML(500), facts.Unsupported},
		"page of a portal":   {fakeaws.HTML(200), facts.Unsupported},
		"garbage":            {fakeaws.Garbage(), facts.Unsupported},
		"no body":            {fakeaws.Empty(), facts.Unsupported},
		"broken off":         {fakeaws.Truncated(), facts.Failed},
		"hanging":            {fakeaws.Hang(), facts.TimedOut},
		"reset":              {fakeaws.Reset(), facts.Unreachable},
	}
}

// TestARegionThatFailsIsUnknownAndOthersGoOn breaks each call that finds targets,
// in each way, in one region of three.
func TestARegionThatFailsIsUnknownAndOthersGoOn(t *testing.T) {
	cloud := estate(3, 1, 1)
	cloud.Region(fakeaws.RegionName).HealthyWorkgroup()
	server := play(t, cloud)
	endless := map[string]struct {
		fault  fakeaws.Fault
		reason facts.Reason
	}{
		"empty pages for ever": {fakeaws.EmptyPages(), facts.Inconsistent},
		"same page for ever":   {fakeaws.RepeatedToken(), facts.Inconsistent},
	}
	for operation, tc := range map[string]struct {
		path   string
		left   int
		prefix string
		list   bool
	}{
		describeClusters: {"regions.us-east-1", 3, "redshift:DescribeClusters", true},
		listWorkgroups:   {"regions.us-east-1", 3, "redshift-serverless:ListWorkgroups", true},
		describeRegions:  {"regions.all", 0, "ec2:DescribeRegions", false},
	} {
		kinds := faultKinds()
		for name, kind := range endless {
			if tc.list {
				kinds[name] = kind
			}
		}
		for name, kind := range kinds {
			t.Run(operation+" "+name, func(t *testing.T) {
				server.Reset()
				kind.fault.Region = fakeaws.RegionName
				server.Inject(operation, kind.fault)
				timeout := 5 * time.Second
				if kind.reason == facts.TimedOut {
					timeout = 300 * time.Millisecond
				}
				targets, unknown := observe(t, open(t, Options{Regions: []string{AllRegions}, CallTimeout: timeout}))
				if len(unknown) != 1 || unknown[0].Path != tc.path || unknown[0].Reason != kind.reason || !strings.Contains(unknown[0].Detail, tc.prefix) {
					t.Errorf("got %v, want %s %s and %s in it", unknown, tc.path, kind.reason, tc.prefix)
				}
				if len(targets) < tc.left {
					t.Errorf("%d targets, want the %d that the call does not tell of", len(targets), tc.left)
				}
			})
		}
	}
}

func TestARegionThatIsNotEnabled(t *testing.T) {
	play(t, estate(1, 1, 1))
	targets, unknown := observe(t, open(t, Options{Regions: []string{fakeaws.RegionName, "me-south-1"}}))
	want := []facts.Unknown{{
		Path: "regions.me-south-1", Reason: facts.Failed,
		Detail: "the AWS credentials are not accepted in me-south-1 (InvalidClientTokenId): they are wrong, or the region is not enabled for the account",
	}}
	if diff := cmp.Diff(want, unknown); diff != "" || len(targets) != 1 {
		t.Errorf("%d targets, unknown (-want +got):\n%s", len(targets), diff)
	}
}

// An account without any region is none that AWS has.
func TestNoRegionAtAllIsNoAnswer(t *testing.T) {
	server := play(t, estate(2, 1, 1))
	server.Omit("DescribeRegions", "item")
	targets, unknown := observe(t, open(t, Options{Regions: []string{AllRegions}}))
	want := []facts.Unknown{{Path: "regions.all", Reason: facts.Inconsistent, Detail: "ec2:DescribeRegions tells nothing of any region"}}
	if diff := cmp.Diff(want, unknown); diff != "" || len(targets) > 0 {
		t.Errorf("%d targets, unknown (-want +got):\n%s", len(targets), diff)
	}
}

func TestCallsAreHeldToTheirLimits(t *testing.T) {
	server := play(t, estate(8, 60, 40))
	server.Delay(3 * time.Millisecond)
	var mu sync.Mutex
	counts, most := map[string]int{}, map[string]int{}
	change := func(r fakeaws.Request, by int) {
		mu.Lock()
		defer mu.Unlock()
		for _, key := range []string{"in all", "region " + r.Region, r.Service + " " + r.Region, "every-" + r.Service + " region"} {
			counts[key] += by
			kind, _, _ := strings.Cut(key, " ")
			most[kind] = max(most[kind], counts[key])
		}
	}
	server.Watch(func(r fakeaws.Request) { change(r, 1) }, func(r fakeaws.Request) { change(r, -1) })
	observe(t, open(t, Options{Regions: []string{AllRegions}, Logging: true}))
	for kind, limit := range map[string]int{"in": 32, "region": 16, "redshift": 4} {
		if most[kind] > limit {
			t.Errorf("%s: %d calls at once, want at most %d", kind, most[kind], limit)
		}
	}
	if most["every-redshift"] <= sideBySideRedshift {
		t.Errorf("%d calls to Redshift at once, want more than one region makes", most["every-redshift"])
	}
}

func TestTargetsOfManyRegionsAreEmittedOneAtATime(t *testing.T) {
	play(t, estate(6, 20, 1))
	busy, emitted := false, 0
	_, err := open(t, Options{Regions: []string{AllRegions}}).Observe(t.Context(), func(facts.Target) error {
		if busy {
			t.Error("two targets are emitted at once")
		}
		busy = true
		time.Sleep(100 * time.Microsecond)
		busy = false
		emitted++
		return nil
	})
	if err != nil || emitted != 120 {
		t.Errorf("%d targets and %v, want 120", emitted, err)
	}
}

func TestAnEmitThatFailsEndsAllRegions(t *testing.T) {
	play(t, estate(6, 20, 1))
	full, emitted := errors.New("disk full"), 0
	_, err := open(t, Options{Regions: []string{AllRegions}}).Observe(t.Context(), func(facts.Target) error {
		emitted++
		return full
	})
	if !errors.Is(err, full) || emitted != 1 {
		t.Errorf("got %v after %d targets, want it after the first", err, emitted)
	}
}

func TestADeadlineLeavesRegionsUnknown(t *testing.T) {
	server := play(t, estate(40, 1, 1))
	server.Inject(describeClusters, fakeaws.Hang())
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	unknown, err := open(t, Options{Regions: regionNames(40)}).Observe(ctx, func(facts.Target) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	lacking := map[string]bool{}
	for _, u := range unknown {
		if u.Reason != facts.TimedOut {
			t.Errorf("%v, want it timed out", u)
		}
		lacking[u.Path] = true
	}
	if len(lacking) != 40 {
		t.Errorf("%d regions are unknown, want all 40", len(lacking))
	}
}
