package report

import (
	"slices"
	"testing"
)

// sample has one target with results of these outcomes, by check.
func sample(target string, outcomes map[string]Outcome) Report {
	t := Target{ID: target, Name: target}
	for check, outcome := range outcomes {
		t.Results = append(t.Results, Result{
			Check: check, Severity: High, Outcome: outcome, Message: check, Fingerprint: Fingerprint(check, target, ""),
		})
	}
	return Report{FailOn: High, Targets: []Target{t}}
}

func TestCompareTellsNewUnchangedAndFixed(t *testing.T) {
	earlier := sample("a", map[string]Outcome{"NET001": Fail, "NET002": Fail, "NET003": Pass, "NET004": Unknown, "NET005": Unknown, "SEC003": Fail})
	now := sample("a", map[string]Outcome{"NET001": Fail, "NET002": Pass, "NET003": Fail, "NET004": Unknown, "NET005": Fail, "SEC003": Waived})
	now.Compare(earlier)
	now.Finish()
	want := map[string]Change{"NET001": Unchanged, "NET002": "", "NET003": New, "NET004": Unchanged, "NET005": New, "SEC003": ""}
	for _, r := range now.Targets[0].Results {
		if r.Change != want[r.Check] {
			t.Errorf("%s is %q, want %q", r.Check, r.Change, want[r.Check])
		}
	}
	var fixed []string
	for _, f := range now.Fixed {
		fixed = append(fixed, f.Check)
	}
	if !slices.Equal(fixed, []string{"NET002", "SEC003"}) {
		t.Errorf("fixed are %v", fixed)
	}
}

func TestWhatNobodyLookedAtIsNotFixed(t *testing.T) {
	now := sample("b", map[string]Outcome{"NET001": Pass})
	now.Compare(sample("a", map[string]Outcome{"NET001": Fail}))
	if len(now.Fixed) > 0 {
		t.Errorf("fixed are %v", now.Fixed)
	}
}

func TestOnlyNewFindingsDecideIfAsked(t *testing.T) {
	for name, tc := range map[string]struct {
		earlier, now map[string]Outcome
		newOnly      bool
		want         Verdict
	}{
		"an old finding, all decide":      {map[string]Outcome{"NET001": Fail}, map[string]Outcome{"NET001": Fail}, false, NotReady},
		"an old finding, new ones decide": {map[string]Outcome{"NET001": Fail}, map[string]Outcome{"NET001": Fail, "NET002": Pass}, true, Ready},
		"a new finding":                   {map[string]Outcome{"NET001": Pass}, map[string]Outcome{"NET001": Fail}, true, NotReady},
		"an old unknown still decides":    {map[string]Outcome{"NET001": Unknown}, map[string]Outcome{"NET001": Unknown}, true, VerdictUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			r := sample("a", tc.now)
			r.NewOnly = tc.newOnly
			r.Compare(sample("a", tc.earlier))
			if r.Finish(); r.Verdict != tc.want {
				t.Errorf("%s, want %s", r.Verdict, tc.want)
			}
		})
	}
}
