package aws

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

func TestScheduledActionsAreThoseOfTheCluster(t *testing.T) {
	pause := nightly("b-pause", "pause", "2026-11-24T22:00:00Z")
	resume := nightly("a-resume", "resume", "2026-11-24T05:00:00Z")
	once := fakeaws.ScheduledAction{Cluster: fakeaws.ClusterName, ScheduledAction: facts.ScheduledAction{
		Name: "grow", Action: "resize", Schedule: "at(2026-12-01T00:00:00)", State: "DISABLED",
		Start: "2026-11-01T00:00:00Z", End: "2026-12-31T23:59:59Z",
	}}
	typed := pause
	typed.Cluster = "Analytics"
	another := pause
	another.Cluster = "analytics-2"
	strange := pause
	strange.Action = "reboot"
	denied := fakeaws.Denied("")
	const path, asked = "cluster.scheduled_actions", "redshift:DescribeScheduledActions"
	leftOut := func(what string) []facts.Unknown {
		return []facts.Unknown{{Path: path, Reason: facts.Inconsistent, Detail: asked + " left out " + what}}
	}
	for name, tc := range map[string]struct {
		there   []fakeaws.ScheduledAction
		options Options
		fault   *fakeaws.Fault
		omit    string
		want    []fakeaws.ScheduledAction
		unknown []facts.Unknown
		calls   int
	}{
		"none":                       {calls: 1},
		"every kind, in their order": {there: []fakeaws.ScheduledAction{pause, once, resume}, want: []fakeaws.ScheduledAction{resume, pause, once}, calls: 1},
		"name typed in capitals":     {there: []fakeaws.ScheduledAction{typed}, want: []fakeaws.ScheduledAction{typed}, calls: 1},
		"of another cluster":         {there: []fakeaws.ScheduledAction{another}, calls: 1},
		"no next time told":          {there: []fakeaws.ScheduledAction{once}, want: []fakeaws.ScheduledAction{once}, calls: 1},
		"a kind that is not documented": {
			there: []fakeaws.ScheduledAction{another, strange}, unknown: leftOut("TargetAction"), calls: 1,
		},
		"no kind told":    {there: []fakeaws.ScheduledAction{pause}, omit: "TargetAction", unknown: leftOut("TargetAction"), calls: 1},
		"no cluster told": {there: []fakeaws.ScheduledAction{pause}, omit: "ClusterIdentifier", unknown: leftOut("ClusterIdentifier"), calls: 1},
		"no state told":   {there: []fakeaws.ScheduledAction{pause}, omit: "State", unknown: leftOut("State"), calls: 1},
		"no schedule":     {there: []fakeaws.ScheduledAction{pause}, omit: "Schedule", unknown: leftOut("Schedule"), calls: 1},
		"denied": {
			there: []fakeaws.ScheduledAction{pause}, fault: &denied, calls: 1,
			unknown: []facts.Unknown{{Path: path, Reason: facts.AccessDenied, Detail: "allow " + asked}},
		},
		"not among the facts": {
			there: []fakeaws.ScheduledAction{pause}, options: Options{Facts: []string{"cluster.status"}},
			unknown: []facts.Unknown{{Path: path, Reason: facts.NotRequested, Detail: "not asked for"}},
		},
		"alone among the facts": {
			there: []fakeaws.ScheduledAction{pause}, options: Options{Facts: []string{path}}, want: []fakeaws.ScheduledAction{pause}, calls: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cloud.Region(fakeaws.RegionName).ScheduledActions = tc.there
			server := play(t, cloud)
			if tc.fault != nil {
				server.Inject(describeScheduled, *tc.fault)
			}
			server.Omit(describeScheduled, tc.omit)
			target := one(t, open(t, tc.options))
			var want []facts.ScheduledAction
			for _, a := range tc.want {
				want = append(want, a.ScheduledAction)
			}
			if diff := cmp.Diff(want, target.Cluster.ScheduledActions); diff != "" {
				t.Errorf("scheduled actions (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.unknown, target.Lacking(path)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if calls := count(server.Requests())[describeScheduled]; calls != tc.calls {
				t.Errorf("%d calls, want %d", calls, tc.calls)
			}
		})
	}
}

func TestTheFirstOfTheNextTimesIsKept(t *testing.T) {
	cloud := fakeaws.Healthy(loader)
	pause := nightly("pause", "pause", "2026-11-24T22:00:00Z")
	pause.Next = "2026-11-26T22:00:00Z 2026-11-24T22:00:00Z 2026-11-25T22:00:00Z"
	cloud.Region(fakeaws.RegionName).ScheduledActions = []fakeaws.ScheduledAction{pause}
	play(t, cloud)
	if got := one(t, open(t, Options{})).Cluster.ScheduledActions[0].Next; got != "2026-11-24T22:00:00Z" {
		t.Errorf("next is %s", got)
	}
}

// A region tells its scheduled actions once, however many clusters it has, and not
// at all where it has none with nodes of its own.
func TestARegionTellsItsScheduledActionsOnce(t *testing.T) {
	many := fakeaws.Healthy(loader)
	many.Region(fakeaws.RegionName).Multiply(450, 10)
	for i, c := range many.Region(fakeaws.RegionName).Clusters {
		for _, action := range []string{"pause", "resume"} {
			a := nightly(fmt.Sprintf("%s-%03d", action, i), action, "2026-11-24T22:00:00Z")
			a.Cluster = c.Name
			many.Region(fakeaws.RegionName).ScheduledActions = append(many.Region(fakeaws.RegionName).ScheduledActions, a)
		}
	}
	alone, _ := serverless()
	alone.Region(fakeaws.RegionName).ScheduledActions = many.Region(fakeaws.RegionName).ScheduledActions
	for name, tc := range map[string]struct {
		cloud *fakeaws.Cloud
		each  int // actions of a target
		calls int
	}{
		"three batches of clusters": {many, 2, 9}, // 900 actions, 100 a page
		"a workgroup only":          {alone, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, tc.cloud)
			targets, _ := observe(t, open(t, Options{}))
			for _, target := range targets {
				if got := target.Cluster.ScheduledActions; len(got) != tc.each || len(target.Unknown) > 0 {
					t.Fatalf("%s has %v, unknown: %v", target.Name, got, target.Unknown)
				}
			}
			if calls := count(server.Requests())[describeScheduled]; calls != tc.calls || len(targets) == 0 {
				t.Errorf("%d targets by %d calls, want %d", len(targets), calls, tc.calls)
			}
		})
	}
}
