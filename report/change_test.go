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

// What a check found before is fixed only where it has an answer now.
func TestNothingIsFixedWithoutAnAnswer(t *testing.T) {
	earlier := Report{Targets: []Target{{ID: "a"}}}
	result(&earlier.Targets[0], "NET004", Critical, Fail, "192.0.2.1/32", "denied")
	for name, tc := range map[string]struct {
		now   []Outcome
		fixed int
	}{
		"it passes":         {[]Outcome{Pass}, 1},
		"others fail":       {[]Outcome{Fail, Fail}, 1},
		"it is unknown":     {[]Outcome{Unknown}, 0},
		"part is unknown":   {[]Outcome{Fail, Unknown}, 0},
		"it does not apply": {[]Outcome{NotApplicable}, 0},
		"it is not there":   {nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			now := Report{Targets: []Target{{ID: "a"}}}
			for n, outcome := range tc.now {
				result(&now.Targets[0], "NET004", Critical, outcome, string(rune('a'+n)), "")
			}
			if now.Compare(earlier); len(now.Fixed) != tc.fixed {
				t.Errorf("fixed are %v", now.Fixed)
			}
		})
	}
}

// A baseline hides what it has and nothing besides.
func TestABaselineHidesNothingElse(t *testing.T) {
	stitch, other := Loader{ID: "stitch", User: "stitch"}, Loader{ID: "stitch", User: "other"}
	earlier := Report{FailOn: High, Loader: stitch, Targets: []Target{{ID: "a"}}}
	result(&earlier.Targets[0], "SEC001", Medium, Fail, "sg-1", "lets in 198.51.0.0/16")
	result(&earlier.Targets[0], "SQL003", Critical, Fail, "dev", "lacks CREATE")
	for name, tc := range map[string]struct {
		loader  Loader
		change  func(*Target)
		verdict Verdict
	}{
		"the same":                     {stitch, func(*Target) {}, Ready},
		"one is less grave":            {stitch, func(t *Target) { t.Results[1].Severity = High }, Ready},
		"one is graver":                {stitch, func(t *Target) { t.Results[0].Severity = High }, NotReady},
		"another of one subject":       {stitch, func(t *Target) { result(t, "SQL003", Critical, Fail, "dev", "is read-only") }, NotReady},
		"one is unknown":               {stitch, func(t *Target) { t.Results[1].Outcome = Unknown }, VerdictUnknown},
		"another loader":               {other, func(*Target) {}, NotReady},
		"another loader of the target": {stitch, func(t *Target) { t.Loader = &other }, NotReady},
		"another target":               {stitch, func(t *Target) { *t = Target{ID: "b"}; result(t, "SQL003", Critical, Fail, "dev", "lacks CREATE") }, NotReady},
		"a target without an answer":   {stitch, func(t *Target) { t.Results = nil }, VerdictUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			now := Report{FailOn: High, Loader: tc.loader, NewOnly: true, Targets: []Target{{ID: "a", Results: slices.Clone(earlier.Targets[0].Results)}}}
			tc.change(&now.Targets[0])
			now.Compare(earlier)
			if now.Finish(); now.Verdict != tc.verdict {
				t.Errorf("%s, want %s", now.Verdict, tc.verdict)
			}
		})
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
		"nothing but an old finding":      {map[string]Outcome{"NET001": Fail}, map[string]Outcome{"NET001": Fail}, true, Ready},
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
