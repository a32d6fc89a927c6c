package digest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

func TestScheduledActionsThatWillTakeTheClusterAway(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	const tonight, cron = "2026-11-24T22:00:00Z", "cron(0 22 * * ? *)"
	action := func(kind string, change func(*facts.ScheduledAction)) []facts.ScheduledAction {
		a := facts.ScheduledAction{Name: "nightly", Action: kind, Schedule: cron, State: "ACTIVE", Next: tonight}
		change(&a)
		return []facts.ScheduledAction{a}
	}
	once := func(schedule, start, end string) []facts.ScheduledAction {
		return action("pause", func(a *facts.ScheduledAction) {
			a.Schedule, a.Next, a.Start, a.End = "at("+schedule+")", "", start, end
		})
	}
	asIs := func(*facts.ScheduledAction) {}
	away := func(kind, next, schedule string, stays bool) []digest.Interruption {
		return []digest.Interruption{{Name: "nightly", Action: kind, Next: next, Schedule: schedule, Stays: stays}}
	}
	resumed := slices.Concat(action("pause", asIs), action("resume", asIs))
	for name, tc := range map[string]struct {
		actions []facts.ScheduledAction
		want    []digest.Interruption
		lacking bool
	}{
		"none":                   {},
		"resume only":            {actions: action("resume", asIs)},
		"resize":                 {actions: action("resize", asIs), want: away("resize", tonight, cron, false)},
		"pause for good":         {actions: action("pause", asIs), want: away("pause", tonight, cron, true)},
		"pause and resume":       {actions: resumed, want: away("pause", tonight, cron, false)},
		"pause and resume off":   {actions: append(action("pause", asIs), action("resume", func(a *facts.ScheduledAction) { a.State = "DISABLED" })...), want: away("pause", tonight, cron, true)},
		"pause and resume ended": {actions: append(action("pause", asIs), action("resume", func(a *facts.ScheduledAction) { a.End = "2026-11-24T12:00:00Z" })...), want: away("pause", tonight, cron, true)},
		"pause, and a resume of which no time is told": {
			actions: append(action("pause", asIs), action("resume", func(a *facts.ScheduledAction) { a.Next = "" })...), want: away("pause", tonight, cron, false),
		},
		"disabled":                   {actions: action("pause", func(a *facts.ScheduledAction) { a.State = "DISABLED" })},
		"ended":                      {actions: action("pause", func(a *facts.ScheduledAction) { a.End = "2026-11-24T11:59:59Z" })},
		"ends this moment":           {actions: action("pause", func(a *facts.ScheduledAction) { a.End = "2026-11-24T12:00:00Z" })},
		"ends soon, not before":      {actions: action("pause", func(a *facts.ScheduledAction) { a.End = "2026-11-24T23:00:00Z" }), want: away("pause", tonight, cron, true)},
		"begins later":               {actions: action("pause", func(a *facts.ScheduledAction) { a.Start, a.Next = "2027-01-01T00:00:00Z", "2027-01-01T22:00:00Z" }), want: away("pause", "2027-01-01T22:00:00Z", cron, true)},
		"state that AWS may add":     {actions: action("pause", func(a *facts.ScheduledAction) { a.State = "FAILED" }), lacking: true},
		"recurring, no time told":    {actions: action("pause", func(a *facts.ScheduledAction) { a.Next = "" }), lacking: true},
		"recurring, told time gone":  {actions: action("pause", func(a *facts.ScheduledAction) { a.Next = "2026-11-24T12:00:00Z" }), lacking: true},
		"a time that is none":        {actions: action("pause", func(a *facts.ScheduledAction) { a.End = "soon" }), lacking: true},
		"an action of another sort":  {actions: action("reboot", asIs), lacking: true},
		"the same, disabled":         {actions: action("reboot", func(a *facts.ScheduledAction) { a.State = "DISABLED" })},
		"one certain, one not":       {actions: append(action("pause", asIs), action("resize", func(a *facts.ScheduledAction) { a.Next = "" })...), want: away("pause", tonight, cron, true)},
		"once, to come":              {actions: once("2026-11-24T12:00:01", "", ""), want: away("pause", "2026-11-24T12:00:01Z", "at(2026-11-24T12:00:01)", true)},
		"once, this moment":          {actions: once("2026-11-24T12:00:00", "", "")},
		"once, done":                 {actions: once("2026-11-23T12:00:00", "", "")},
		"once, before it may":        {actions: once("2026-11-25T00:00:00", "2026-11-26T00:00:00Z", "")},
		"once, after it may":         {actions: once("2026-11-25T00:00:00", "", "2026-11-24T23:00:00Z")},
		"once, on the last moment":   {actions: once("2026-11-25T00:00:00", "2026-11-25T00:00:00Z", "2026-11-25T00:00:00Z"), want: away("pause", "2026-11-25T00:00:00Z", "at(2026-11-25T00:00:00)", true)},
		"schedule that is none":      {actions: once("soon", "", ""), lacking: true},
		"in another zone's notation": {actions: action("pause", func(a *facts.ScheduledAction) { a.Next = "2026-11-24T23:00:00+01:00" }), want: away("pause", tonight, cron, true)},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, nil)
			target.Cluster.ScheduledActions = tc.actions
			d := digest.Of(target, settings(t, "any"), at)
			if diff := cmp.Diff(tc.want, d.Document.Cluster.Interruptions); diff != "" {
				t.Errorf("interruptions (-want +got):\n%s", diff)
			}
			if got := lacking(d, "cluster.interruptions"); got != tc.lacking {
				t.Errorf("lacking: %v", got)
			}
		})
	}
}

func TestOnlyAClusterHasScheduledActions(t *testing.T) {
	for kind, want := range map[facts.Kind]bool{facts.ProvisionedCluster: true, facts.HostOnly: true, facts.Workgroup: false} {
		target := estate(northAmerica, nil)
		target.Kind = kind
		target.Lack("cluster.scheduled_actions", facts.AccessDenied, "allow redshift:DescribeScheduledActions")
		if got := lacking(digest.Of(target, settings(t, "any"), time.Unix(0, 0)), "cluster.interruptions"); got != want {
			t.Errorf("%s: lacking is %v, want %v", kind, got, want)
		}
	}
}
