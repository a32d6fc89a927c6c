//go:build unix

package truth

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/report"
)

// tally counts what the scenarios came to.
type tally struct {
	// outcomes are those of a check as a login saw it.
	outcomes map[string]map[report.Outcome]int
	// reasons are why something was unknown or held to another measure.
	reasons  map[string]int
	verdicts map[string]int
}

func newTally() *tally {
	return &tally{map[string]map[report.Outcome]int{}, map[string]int{}, map[string]int{}}
}

// who is what a login is called in counts: the loader has many names.
func who(login string) string {
	if login == auditor {
		return login
	}
	return "the loader"
}

func (t *tally) verdict(login string, verdict report.Verdict) {
	t.verdicts[fmt.Sprintf("%s as %s", verdict, who(login))]++
}

func (t *tally) count(check, login string, outcome report.Outcome, excuse string) {
	login = who(login)
	key := check + " as " + login
	if t.outcomes[key] == nil {
		t.outcomes[key] = map[report.Outcome]int{}
	}
	t.outcomes[key][outcome]++
	if outcome == report.Unknown {
		t.reasons["unknown to "+login+": "+excuse]++
	}
}

func (t *tally) add(other *tally) {
	for key, outcomes := range other.outcomes {
		for outcome, n := range outcomes {
			if t.outcomes[key] == nil {
				t.outcomes[key] = map[report.Outcome]int{}
			}
			t.outcomes[key][outcome] += n
		}
	}
	for key, n := range other.reasons {
		t.reasons[key] += n
	}
	for key, n := range other.verdicts {
		t.verdicts[key] += n
	}
}

// various holds the scenarios to being of all sorts: each check passes and fails
// at least so many times.
func (t *tally) various(tb testing.TB, least int) {
	tb.Helper()
	for key, outcomes := range t.outcomes {
		if !strings.HasPrefix(key, "SQL013 ") && (outcomes[report.Pass] < least || outcomes[report.Fail] < least) {
			tb.Errorf("%s: passes %d times and fails %d times, want %d at least", key, outcomes[report.Pass], outcomes[report.Fail], least)
		}
	}
	if ready := t.verdicts["ready as the loader"]; ready < 10*least {
		tb.Errorf("%d scenarios are ready, want %d at least", ready, 10*least)
	}
}

func (t *tally) String() string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(t.outcomes)) {
		o := t.outcomes[key]
		fmt.Fprintf(&b, "%-22s pass %4d, fail %4d, unknown %4d, not applicable %4d\n", key, o[report.Pass], o[report.Fail], o[report.Unknown], o[report.NotApplicable])
	}
	for _, counts := range []map[string]int{t.verdicts, t.reasons} {
		for _, key := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&b, "%5d %s\n", counts[key], key)
		}
	}
	return b.String()
}
