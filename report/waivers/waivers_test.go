package waivers

import (
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/report"
)

// found is a report with one finding and one unknown of the same check.
func found() report.Report {
	return report.Report{FailOn: report.High, Targets: []report.Target{{
		ID: "arn:aws:redshift:us-east-1:111122223333:cluster:analytics", Name: "analytics",
		Results: []report.Result{
			{Check: "NET003", Severity: report.Critical, Outcome: report.Fail, Subject: "192.0.2.10/32", Message: "not admitted"},
			{Check: "SEC001", Severity: report.High, Outcome: report.Pass},
		},
	}}}
}

func TestAWaiverAcceptsAFinding(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		waiver  Waiver
		outcome report.Outcome
		note    string // part of the only note; empty for none
	}{
		"the check":                 {Waiver{Check: "NET003"}, report.Waived, ""},
		"the check, in small":       {Waiver{Check: "net003"}, report.Waived, ""},
		"its last day":              {Waiver{Check: "NET003", Expires: "2026-11-23"}, report.Waived, ""},
		"the day after":             {Waiver{Check: "NET003", Expires: "2026-11-22"}, report.Fail, "expired on 2026-11-22"},
		"a day that is none":        {Waiver{Check: "NET003", Expires: "soon"}, report.Fail, `"soon" is not a day`},
		"another check":             {Waiver{Check: "NET004"}, report.Fail, "accepts nothing"},
		"this target by name":       {Waiver{Check: "NET003", Target: "analytics"}, report.Waived, ""},
		"this target by a pattern":  {Waiver{Check: "NET003", Target: "arn:*:111122223333:*"}, report.Waived, ""},
		"another target":            {Waiver{Check: "NET003", Target: "analytic"}, report.Fail, "accepts nothing"},
		"this subject by a pattern": {Waiver{Check: "NET003", Subject: "192.0.2.*"}, report.Waived, ""},
		"another subject":           {Waiver{Check: "NET003", Subject: "192.0.2.1*1/32"}, report.Fail, "accepts nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			r := found()
			tc.waiver.Reason = "agreed"
			Apply(&r, []Waiver{tc.waiver}, noon)
			if got := r.Targets[0].Results[0].Outcome; got != tc.outcome {
				t.Errorf("%s, want %s", got, tc.outcome)
			}
			if notes := strings.Join(r.Notes, "\n"); (notes == "") != (tc.note == "") || !strings.Contains(notes, tc.note) {
				t.Errorf("notes %q, want %q", notes, tc.note)
			}
		})
	}
}

func TestAWaiverNeverHidesAnUnknown(t *testing.T) {
	r := found()
	r.Targets[0].Results[0].Outcome = report.Unknown
	Apply(&r, []Waiver{{Check: "NET003", Reason: "agreed"}}, time.Now())
	r.Finish()
	if r.Verdict != report.VerdictUnknown || r.Targets[0].Results[0].Outcome != report.Unknown {
		t.Errorf("verdict %s with outcome %s", r.Verdict, r.Targets[0].Results[0].Outcome)
	}
}

// A waiver of what could not be told tonight, or was not asked, is none to take away.
func TestAWaiverWithoutAnAnswerIsLeftAlone(t *testing.T) {
	for _, outcome := range []report.Outcome{report.Unknown, report.NotApplicable} {
		r := found()
		r.Targets[0].Results[0].Outcome, r.Targets[0].Results[0].Subject = outcome, ""
		Apply(&r, []Waiver{{Check: "NET003", Subject: "192.0.2.10/32", Reason: "agreed"}}, time.Now())
		if len(r.Notes) > 0 {
			t.Errorf("%s: notes %q", outcome, r.Notes)
		}
	}
}

func TestParseTellsWhatIsWrongAndWhere(t *testing.T) {
	for name, tc := range map[string]struct{ text, complaint string }{
		"nothing":          {"", ""},
		"all fields":       {"waivers: [{check: NET003, target: a, subject: b, reason: c, expires: 2026-12-31, ticket: OPS-1}]", ""},
		"a reason for two": {"waivers:\n- {check: A, reason: &why b}\n- {check: B, reason: *why}", ""},
		"no reason":        {"waivers: [{check: NET003}]", "w.yaml:1: reason is missing"},
		"blank reason":     {"waivers: [{check: NET003, reason: ' '}]", "reason is missing"},
		"no check":         {"waivers:\n- {check: A, reason: b}\n- {reason: c}", "w.yaml:3: check is missing"},
		"a misspelt key":   {"waivers: [{check: NET003, reason: b, expire: 2026-12-31}]", `w.yaml:1: unknown key "expire"`},
		"a key twice":      {"waivers: [{check: NET003, reason: b, check: NET004}]", "w.yaml:1: check is given twice"},
		"a target of none": {"waivers:\n- check: NET003\n  reason: b\n  target:\n", "w.yaml:4: target: want a value"},
		"several targets":  {"waivers: [{check: NET003, reason: b, target: [c, d]}]", "w.yaml:1: target: want a value"},
		"no list":          {"waivers: 3", "w.yaml:1: waivers: want a list"},
		"a list of words":  {"waivers: [NET003]", "w.yaml:1: want a waiver"},
		"another key":      {"wavers: []", "w.yaml:1: want one key, waivers"},
		"two documents":    {"waivers: []\n---\nwaivers: []", "w.yaml:2: want one YAML document"},
		"no YAML":          {"waivers: [", "w.yaml: "},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := Parse("w.yaml", []byte(tc.text))
			if (err == nil) != (tc.complaint == "") || err != nil && !strings.Contains(err.Error(), tc.complaint) {
				t.Errorf("%v, %v; want %q", list, err, tc.complaint)
			}
		})
	}
}

func FuzzMatchIsWhatAPatternMeans(f *testing.F) {
	f.Add("a*c", "abc")
	f.Add("*", "")
	f.Add("a*a", "a")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 12 || len(text) > 12 {
			return
		}
		if got, want := match(pattern, text), pattern == "" || slow(pattern, text); got != want {
			t.Errorf("match(%q, %q) = %v, want %v", pattern, text, got, want)
		}
	})
}

// slow tries every run that an asterisk could stand for.
func slow(pattern, text string) bool {
	if pattern == "" {
		return text == ""
	}
	if pattern[0] == '*' {
		return slow(pattern[1:], text) || text != "" && slow(pattern, text[1:])
	}
	return text != "" && text[0] == pattern[0] && slow(pattern[1:], text[1:])
}
