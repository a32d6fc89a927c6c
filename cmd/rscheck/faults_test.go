package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/report"
)

// trouble is a way in which a call fails for good.
type trouble struct {
	name  string
	fault fakeaws.Fault
	args  []string // that go with it
	// late: it lasts until the scan's deadline, and what would be asked then fails
	// as well.
	late bool
}

func troubles() []trouble {
	return []trouble{
		{name: "hanging", fault: fakeaws.Hang(), args: []string{"--timeout", "3s"}, late: true},
		{name: "throttled for ever", fault: fakeaws.Throttled()},
		{name: "error 500", fault: fakeaws.Error(http.StatusInternalServerError, "InternalFailure", "oops")},
		{name: "truncated", fault: fakeaws.Truncated()},
		{name: "connection reset", fault: fakeaws.Reset()},
		{name: "denied", fault: fakeaws.Denied("not authorized")},
		{name: "page of 500", fault: fakeaws.HTML(http.StatusInternalServerError)},
		{name: "page of 200", fault: fakeaws.HTML(http.StatusOK)},
		{name: "garbage", fault: fakeaws.Garbage()},
		{name: "empty", fault: fakeaws.Empty()},
		{name: "empty pages", fault: fakeaws.EmptyPages()},
	}
}

// TestNoFaultOfAWSTurnsAVerdict runs the whole command over estates that are healthy
// and broken while each call in turn fails in each way. An outcome stays as it was
// or becomes unknown for want of that call, and the run is never readier, or less
// ready, than without the fault. Trouble that passes changes nothing.
func TestNoFaultOfAWSTurnsAVerdict(t *testing.T) {
	m := &matrix{open: stages(t, 32), situations: situations(t), before: map[string]report.Report{}, asked: map[string][]aws.Call{}}
	names := slices.Sorted(maps.Keys(m.situations))
	for _, name := range names {
		m.survey(t, name)
	}
	checkEveryCallFails(t, m.asked)
	throttled := fakeaws.Throttled()
	throttled.Times = 2
	for _, name := range names {
		for _, call := range m.asked[name] {
			for _, trouble := range troubles() {
				m.breakOne(t, name, call, trouble)
			}
		}
		m.passThrough(t, name, "throttled twice", throttled, m.asked[name])
		m.passThrough(t, name, "an empty page first", fakeaws.EmptyPage(), slices.DeleteFunc(slices.Clone(m.asked[name]), func(c aws.Call) bool {
			// A cluster that is asked for by name comes without pages.
			return c.Operation == "DescribeClusters" && !slices.Contains(m.situations[name].args, "--all")
		}))
	}
	m.group.Wait()
}

// matrix is every situation with every fault. Scans run side by side, one on each
// stage, for those that hang take nothing but time.
type matrix struct {
	open       chan *stage
	group      sync.WaitGroup
	situations map[string]situation
	before     map[string]report.Report // without a fault
	asked      map[string][]aws.Call    // that are to fail
}

// survey scans the situation without a fault.
func (m *matrix) survey(t *testing.T, name string) {
	t.Helper()
	s, situation := <-m.open, m.situations[name]
	defer func() { m.open <- s }()
	s.Reset()
	before := s.scan(t, situation.cloud, situation.args)
	if before.Verdict != situation.verdict || len(before.Unknown) > 0 || before.Counts.Unknown > 0 {
		t.Fatalf("%s: %s without a fault, with %d outcomes unknown, and %v", name, before.Verdict, before.Counts.Unknown, before.Unknown)
	}
	m.before[name] = before
	m.asked[name] = slices.DeleteFunc(calls(t, s), func(c aws.Call) bool {
		return situation.calls != nil && !slices.Contains(situation.calls, c.Operation)
	})
}

// perform runs a subtest on the next stage that is free.
func (m *matrix) perform(t *testing.T, name string, act func(*testing.T, *stage)) {
	s := <-m.open
	m.group.Go(func() {
		defer func() { m.open <- s }()
		s.Reset()
		t.Run(name, func(t *testing.T) { act(t, s) })
	})
}

// breakOne has one call fail for good.
func (m *matrix) breakOne(t *testing.T, name string, call aws.Call, trouble trouble) {
	m.perform(t, name+"/"+call.Operation+" "+trouble.name, func(t *testing.T, s *stage) {
		s.Inject(call.Operation, trouble.fault)
		after := s.scan(t, m.situations[name].cloud, slices.Concat(m.situations[name].args, trouble.args))
		compareOutcomes(t, m.before[name], after, func(missing []facts.Unknown) bool {
			return slices.ContainsFunc(missing, func(u facts.Unknown) bool {
				return strings.Contains(u.Detail, call.Action) || trouble.late && u.Reason == facts.TimedOut
			})
		})
	})
}

// passThrough has all of the calls fail in a way that passes. It costs time and
// nothing else.
func (m *matrix) passThrough(t *testing.T, name, kind string, fault fakeaws.Fault, calls []aws.Call) {
	m.perform(t, name+"/every call "+kind, func(t *testing.T, s *stage) {
		for _, call := range calls {
			s.Inject(call.Operation, fault)
		}
		after := s.scan(t, m.situations[name].cloud, m.situations[name].args)
		s.Reset()
		want := s.scan(t, m.situations[name].cloud, m.situations[name].args)
		after.ScannedAt, want.ScannedAt = time.Time{}, time.Time{}
		if diff := cmp.Diff(want, after); diff != "" {
			t.Errorf("report (-without +with trouble):\n%s", diff)
		}
	})
}

// calls are those of the allow-list that the stage has seen.
func calls(t *testing.T, s *stage) []aws.Call {
	t.Helper()
	seen := map[string]aws.Call{}
	for _, r := range s.Requests() {
		i := slices.IndexFunc(aws.Calls(), func(c aws.Call) bool { return c.Operation == r.Operation })
		if i < 0 {
			t.Fatalf("%s is asked for, which is not on the allow-list", r.Operation)
		}
		seen[r.Operation] = aws.Calls()[i]
	}
	var list []aws.Call
	for _, operation := range slices.Sorted(maps.Keys(seen)) {
		list = append(list, seen[operation])
	}
	return list
}

// checkEveryCallFails fails where no estate has a use for a call that observes. The
// ways into the database have tests of their own.
func checkEveryCallFails(t *testing.T, asked map[string][]aws.Call) {
	t.Helper()
	seen := slices.Concat(slices.Collect(maps.Values(asked))...)
	for _, c := range aws.Calls() {
		if c.Way == "" && !slices.ContainsFunc(seen, func(s aws.Call) bool { return s.Operation == c.Operation }) {
			t.Errorf("no estate has a use for %s", c.Operation)
		}
	}
}

// compareOutcomes holds what is said after a fault to what was said before. named
// tells whether something that is missing names the call that failed.
func compareOutcomes(t *testing.T, before, after report.Report, named func([]facts.Unknown) bool) {
	t.Helper()
	if after.Verdict != before.Verdict && after.Verdict != report.VerdictUnknown {
		t.Errorf("%s becomes %s", before.Verdict, after.Verdict)
	}
	for _, was := range before.Targets {
		i := slices.IndexFunc(after.Targets, func(is report.Target) bool {
			return is.Kind == was.Kind && is.Name == was.Name && is.Region == was.Region && (is.Account == was.Account || is.Account == "")
		})
		switch {
		case i >= 0:
			comparePaths(t, was, after.Targets[i], named)
			compareResults(t, was, after.Targets[i], named)
		case !named(after.Unknown):
			t.Errorf("%s is gone, and what is unknown is %v", was.Name, after.Unknown)
		case after.Verdict == report.Ready:
			t.Errorf("%s is gone, and the run is ready", was.Name)
		}
	}
}

func comparePaths(t *testing.T, was, is report.Target, named func([]facts.Unknown) bool) {
	t.Helper()
	for i, path := range is.Paths {
		if former := was.Paths[i]; path.Verdict != former.Verdict && path.Verdict != "unknown" {
			t.Errorf("the path from %s becomes %s, was %s", path.Source, path.Verdict, former.Verdict)
		}
		for n, hop := range path.Hops {
			former := was.Paths[i].Hops[n]
			switch {
			case hop.Verdict == former.Verdict:
			case hop.Verdict != "unknown":
				t.Errorf("%s of the path from %s becomes %s, was %s", hop.Stage, path.Source, hop.Verdict, former.Verdict)
			case !named(hop.Missing):
				t.Errorf("%s of the path from %s becomes unknown for want of %v", hop.Stage, path.Source, hop.Missing)
			}
		}
	}
}

func compareResults(t *testing.T, was, is report.Target, named func([]facts.Unknown) bool) {
	t.Helper()
	former, findings := outcomes(was)
	now, left := outcomes(is)
	for check, outcome := range now {
		if !outcome[report.Unknown] && fmt.Sprint(outcome) != fmt.Sprint(former[check]) {
			t.Errorf("%s: %v becomes %v", check, former[check], outcome)
		}
	}
	for finding := range left {
		if !findings[finding] {
			t.Errorf("%s fails where it did not", finding)
		}
	}
	for finding := range findings {
		if check, _, _ := strings.Cut(finding, " "); !left[finding] && !now[check][report.Unknown] {
			t.Errorf("%s fails no more", finding)
		}
	}
	for _, r := range is.Results {
		if r.Outcome == report.Unknown && !named(r.Missing) {
			t.Errorf("%s %s is unknown for want of %v", r.Check, r.Subject, r.Missing)
		}
	}
}

// outcomes are those of each check, and the subjects that fail.
func outcomes(t report.Target) (byCheck map[string]map[report.Outcome]bool, findings map[string]bool) {
	byCheck, findings = map[string]map[report.Outcome]bool{}, map[string]bool{}
	for _, r := range t.Results {
		if byCheck[r.Check] == nil {
			byCheck[r.Check] = map[report.Outcome]bool{}
		}
		byCheck[r.Check][r.Outcome] = true
		if r.Outcome == report.Fail {
			findings[r.Check+" "+r.Subject] = true
		}
	}
	return byCheck, findings
}
