package report

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestVerdictOfATarget(t *testing.T) {
	results := func(pairs ...any) []Result {
		var list []Result
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, Result{Outcome: pairs[i].(Outcome), Severity: pairs[i+1].(Severity)})
		}
		return list
	}
	for name, tc := range map[string]struct {
		results []Result
		failOn  Severity
		want    Verdict
	}{
		"all pass":                               {results(Pass, Critical, Pass, Low), High, Ready},
		"some do not apply":                      {results(Pass, Critical, NotApplicable, Critical), High, Ready},
		"finding at the threshold":               {results(Pass, Critical, Fail, High), High, NotReady},
		"finding above the threshold":            {results(Fail, Critical), High, NotReady},
		"finding below the threshold":            {results(Pass, Critical, Fail, Medium), High, Ready},
		"only a finding below the threshold":     {results(Fail, Medium), High, Ready},
		"unknown at the threshold":               {results(Pass, Critical, Unknown, High), High, VerdictUnknown},
		"unknown below the threshold":            {results(Pass, Critical, Unknown, Medium), High, Ready},
		"finding outweighs unknown":              {results(Unknown, Critical, Fail, High), High, NotReady},
		"light finding does not hide unknown":    {results(Fail, Low, Unknown, High), High, VerdictUnknown},
		"waived finding":                         {results(Pass, Critical, Waived, Critical), High, Ready},
		"only a waived finding":                  {results(Waived, Critical), High, Ready},
		"nothing judged":                         {nil, High, VerdictUnknown},
		"nothing applies":                        {results(NotApplicable, Critical, NotApplicable, Low), High, VerdictUnknown},
		"lower threshold":                        {results(Pass, Critical, Fail, Info), Info, NotReady},
		"higher threshold":                       {results(Pass, Critical, Fail, High), Critical, Ready},
		"an outcome nobody knows":                {results(Pass, Critical, Outcome("Pass"), Critical), High, VerdictUnknown},
		"a finding of a severity nobody knows":   {results(Pass, Critical, Fail, Severity("grave")), Critical, NotReady},
		"a threshold nobody knows":               {results(Pass, Critical, Fail, Info), Severity("error"), NotReady},
		"unknown under a threshold nobody knows": {results(Pass, Critical, Unknown, Info), Severity(""), VerdictUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Decide(tc.results, tc.failOn); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestVerdictOfARun(t *testing.T) {
	gap := []facts.Unknown{{Path: "regions.eu-west-1", Reason: facts.Throttled}}
	ready, unknown, failing := readyTarget(), workgroup(), blocked()
	for name, tc := range map[string]struct {
		targets []Target
		unknown []facts.Unknown
		want    Verdict
		code    int
	}{
		"ready":                       {[]Target{ready}, nil, Ready, 0},
		"one not ready":               {[]Target{ready, failing, unknown}, nil, NotReady, 1},
		"one unknown":                 {[]Target{ready, unknown}, nil, VerdictUnknown, 3},
		"no target":                   {nil, nil, VerdictUnknown, 3},
		"no target, scan broke off":   {nil, gap, VerdictUnknown, 3},
		"ready, scan broke off":       {[]Target{ready}, gap, VerdictUnknown, 3},
		"not ready, scan broke off":   {[]Target{failing}, gap, NotReady, 1},
		"a target without any result": {[]Target{ready, {ID: "a"}}, nil, VerdictUnknown, 3},
	} {
		t.Run(name, func(t *testing.T) {
			r := base()
			r.Targets, r.Unknown = tc.targets, tc.unknown
			r.Finish()
			if r.Verdict != tc.want || r.ExitCode != tc.code {
				t.Errorf("got %s and exit code %d, want %s and %d", r.Verdict, r.ExitCode, tc.want, tc.code)
			}
		})
	}
}

func TestFinishCounts(t *testing.T) {
	r := base()
	r.FailOn = ""
	r.Targets = []Target{analytics(), workgroup()}
	r.Finish()
	if want := (Counts{Pass: 12, Fail: 22, Unknown: 9, NotApplicable: 1, Waived: 1}); r.Counts != want {
		t.Errorf("counted %+v, want %+v", r.Counts, want)
	}
	if r.FailOn != High {
		t.Errorf("fails on %q", r.FailOn)
	}
	if got := Count([]Result{{Outcome: "passed"}}); got != (Counts{Unknown: 1}) {
		t.Errorf("an outcome nobody knows counts as %+v", got)
	}
	again := r
	again.Finish()
	if diff := cmp.Diff(r, again); diff != "" {
		t.Errorf("a second Finish changes:\n%s", diff)
	}
}

func TestSortPutsTheWorstFirst(t *testing.T) {
	r := every()
	var verdicts []Verdict
	for _, target := range r.Targets {
		verdicts = append(verdicts, target.Verdict)
	}
	if diff := cmp.Diff([]Verdict{NotReady, NotReady, NotReady, VerdictUnknown, Ready}, verdicts); diff != "" {
		t.Error(diff)
	}
	for _, target := range r.Targets {
		if target.Name != "analytics" {
			continue
		}
		var order []string
		for _, result := range target.Results {
			if line := string(result.Outcome) + " " + string(result.Severity) + " " + result.Check; len(order) == 0 || order[len(order)-1] != line {
				order = append(order, line)
			}
		}
		if diff := cmp.Diff([]string{
			"fail critical NET004", "fail critical SQL005", "fail high SQL008", "fail medium SEC003", "fail medium SQL008",
			"unknown medium NET006", "unknown low SEC005", "waived high SEC001",
			"pass critical CLU001", "pass critical NET001", "pass critical NET002", "pass critical NET003", "pass critical NET005",
			"pass critical SQL001", "pass critical SQL003", "pass critical SQL004", "not_applicable critical NET009",
		}, order); diff != "" {
			t.Error(diff)
		}
	}
}

// Observers finish in any order; the report does not show it.
func TestOrderOfArrivalDoesNotMatter(t *testing.T) {
	var want bytes.Buffer
	if err := JSON(&want, every()); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		r := every()
		random.Shuffle(len(r.Unknown), func(i, j int) { r.Unknown[i], r.Unknown[j] = r.Unknown[j], r.Unknown[i] })
		random.Shuffle(len(r.Targets), func(i, j int) { r.Targets[i], r.Targets[j] = r.Targets[j], r.Targets[i] })
		for _, target := range r.Targets {
			random.Shuffle(len(target.Results), func(i, j int) { target.Results[i], target.Results[j] = target.Results[j], target.Results[i] })
		}
		r.Unknown = append(r.Unknown, r.Unknown[0])
		r.Finish()
		var got bytes.Buffer
		if err := JSON(&got, r); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Fatal(diff)
		}
	}
}

// Tools follow findings by these: a change here loses them their history.
func TestFingerprintStaysTheSame(t *testing.T) {
	got := Fingerprint("NET004", "arn:aws:redshift:us-east-1:111122223333:cluster:analytics", "52.23.137.21/32")
	if want := "b5130a13a6b92dfc5882ef04e33f4ab8"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFingerprintTellsPartsApart(t *testing.T) {
	seen := map[string][3]string{}
	for _, parts := range [][3]string{
		{"NET004", "a", "b"},
		{"NET004", "b", "a"},
		{"NET004", "ab", ""},
		{"NET004", "", "ab"},
		{"NET004a", "", "b"},
		{"", "NET004", "ab"},
		{"NET004", "a", ""},
		{"", "", ""},
		{"NET004", "a", "b\x00"},
		{"NET004", "a\x00", "b"},
	} {
		f := Fingerprint(parts[0], parts[1], parts[2])
		if other, found := seen[f]; found {
			t.Errorf("%q and %q share %s", other, parts, f)
		}
		seen[f] = parts
		if len(f) != 32 {
			t.Errorf("%q is not 32 digits", f)
		}
	}
}
