package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

// attackedBy is a report all of whose words are s.
func attackedBy(s string) Report {
	r := one(saying(s))
	r.Tool.Version = s
	r.Loader = Loader{ID: s, Region: s, Connection: s, User: s}
	r.Scope, r.Unknown, r.Notes = s, r.Targets[0].Results[0].Missing, []string{s}
	for i := range r.Targets[0].Results {
		r.Targets[0].Results[i].Change, r.Targets[0].Results[i].Waiver = Change(s), &Waiver{Reason: s, Expires: s, Ticket: s}
	}
	other := saying(s + s)
	other.Kind, other.Name = facts.HostOnly, s+"/.."
	odd := saying(s)
	odd.Kind, odd.Results[0].Severity, odd.Results[1].Outcome = facts.Workgroup, Severity(s), Outcome(s)
	r.Targets = append(r.Targets, other, odd)
	r.Finish()
	return r
}

// told lists the outcome, the check and the headline of each item.
func told(all []item) []string {
	var list []string
	for _, i := range all {
		list = append(list, string(i.Outcome)+" "+i.Check+" "+i.headline())
	}
	return list
}

func TestScanIsToldAsAResult(t *testing.T) {
	for name, tc := range map[string]struct {
		report Report
		want   string
	}{
		"whole":          {one(readyTarget()), "pass SCAN Every target was found and judged"},
		"region denied":  {regionDenied(), "unknown SCAN Cannot tell for regions.eu-west-1: allow redshift:DescribeClusters"},
		"no target":      {noTarget(), "unknown SCAN Cannot tell: no target was found"},
		"nothing judged": {one(nothingJudged()), "unknown SCAN Cannot tell for arn:aws:redshift:us-east-1:111122223333:cluster:analytics: nothing was judged"},
		"nothing at all": {Report{}, "unknown SCAN Cannot tell: no target was found"},
	} {
		t.Run(name, func(t *testing.T) {
			var scan []string
			for _, line := range told(items(tc.report, outcomes...)) {
				if strings.Contains(line, scanCheck) {
					scan = append(scan, line)
				}
			}
			if diff := cmp.Diff([]string{tc.want}, scan); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A finding that does not decide stands behind an unknown that does.
func TestWorstItemsComeFirst(t *testing.T) {
	target := readyTarget()
	target.Results = nil
	result(&target, "SEC005", Low, Fail, "", "off")
	result(&target, "SQL001", Critical, Pass, "", "")
	result(&target, "NET004", Critical, Unknown, "", "", lacks("x", facts.Failed, "why"))
	result(&target, "SEC003", Medium, Fail, "a", "first")
	result(&target, "SEC003", Medium, Fail, "b", "then")
	result(&target, "SQL008", High, Fail, "", "broken")
	result(&target, "NET006", Medium, Unknown, "", "cannot tell: why")
	want := []string{
		"fail SQL008 reporting: broken", "unknown NET004 Cannot tell for reporting: why", "fail SEC003 reporting, a: first",
		"fail SEC003 reporting, b: then", "fail SEC005 reporting: off", "unknown NET006 Cannot tell for reporting: why",
	}
	if diff := cmp.Diff(want, told(items(one(target), Fail, Unknown))); diff != "" {
		t.Error(diff)
	}
}

// What the baseline has does not decide where only the new does.
func TestItemsOfABaseline(t *testing.T) {
	target := readyTarget()
	target.Results = nil
	result(&target, "SQL005", Critical, Fail, "old", "is owned by etl")
	earlier := one(target)
	result(&target, "SQL005", High, Fail, "fresh", "is owned by etl")
	r := Report{Loader: earlier.Loader, NewOnly: true, Targets: []Target{target}, Notes: []string{"the waiver of NET004 has expired"}}
	r.Compare(earlier)
	r.Finish()
	want := []string{"fail SQL005 reporting, fresh: is owned by etl", "fail SQL005 reporting, old: is owned by etl"}
	if diff := cmp.Diff(want, told(items(r, Fail, Unknown))); diff != "" {
		t.Error(diff)
	}
	want = []string{"Note: the waiver of NET004 has expired", "since the baseline 1 new, 0 fixed, 1 unchanged"}
	if diff := cmp.Diff(want, remarks(r)); diff != "" {
		t.Error(diff)
	}
	doc := string(write(t, Markdown, r, Options{}))
	checkMarkdown(t, doc)
	data := checkGitHub(t, r)
	for _, line := range want {
		if !strings.Contains(doc, "\n> "+line+"\n") || !strings.Contains(data[len(data)-1].data, "\n"+line) {
			t.Errorf("%q is not told", line)
		}
	}
	if data[0].name != "error" || data[1].name != "warning" {
		t.Errorf("got %+v", data)
	}
}

func TestWaivedFindingTellsWhy(t *testing.T) {
	for want, waiver := range map[string]*Waiver{
		"open (accepted until 2026-12-31: office, T-1)": {Reason: "office", Expires: "2026-12-31", Ticket: "T-1"},
		"open (accepted: office)":                       {Reason: "office"},
		"open":                                          nil,
	} {
		i := item{Result{Outcome: Waived, Message: "open", Waiver: waiver}, &Target{}}
		if got := i.found(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// A word that no version knows is never taken for a pass.
func TestUnknownWordsAreTakenForTheWorst(t *testing.T) {
	target := readyTarget()
	target.Results = []Result{{Check: "NEW001", Outcome: "odd", Severity: "odd", Message: "m"}}
	all := items(Report{Targets: []Target{target}}, Unknown)
	if len(all) != 1 || all[0].Severity != Critical || all[0].headline() != "Cannot tell for reporting: m" {
		t.Errorf("got %+v", all)
	}
}

func TestStepsAreLinesThatCanBeCopied(t *testing.T) {
	i := item{Result{Remediation: []Remediation{
		{Note, "mind\nthis"},
		{AWSCLI, "aws sts get-caller-identity"},
		{AWSCLI, "aws sts get-caller-identity"},
		{SQL, "ALTER TABLE \"a\u200bb\" OWNER TO x;"},
		{SQL, "SELECT '" + strings.Repeat("x", 5000) + "';"},
	}}, &Target{}}
	want := []string{"Note: mind\\nthis", "aws sts get-caller-identity", "Note: " + noCommand.Text}
	if diff := cmp.Diff(want, lines(i.steps())); diff != "" {
		t.Error(diff)
	}
}

func TestShownIsCutBetweenCharacters(t *testing.T) {
	for given, want := range map[string]string{"abcd": "abcd", "abcde": "abcd…", "表表": "表…", "": "", "ab\n\n": `ab\n…`} {
		if got := shown(given, 4); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}

// What is said alike is said once, with the others' subjects.
func TestNoticesFold(t *testing.T) {
	target := readyTarget()
	for _, table := range []string{"s.a", "s.b", "s.c"} {
		result(&target, "SQL005", Critical, Fail, table, table+" is owned by etl", sql("ALTER TABLE "+table+" OWNER TO stitch;"))
	}
	result(&target, "SQL005", Critical, Fail, "s.d", "s.d is owned by somebody else")
	for _, check := range []string{"NET004", "NET006"} {
		result(&target, check, Critical, Unknown, "", "", lacks("network", facts.AccessDenied, "allow ec2:DescribeNetworkAcls"))
	}
	var got []string
	for _, n := range notices(one(target)) {
		got = append(got, n.title()+"\n"+n.text())
	}
	want := []string{
		"SQL005 critical: The user owns every table in those schemas\nreporting: s.a is owned by etl\nthe same for s.b and s.c\n" +
			"ALTER TABLE s.a OWNER TO stitch;\nALTER TABLE s.b OWNER TO stitch;\nALTER TABLE s.c OWNER TO stitch;",
		"SQL005 critical: The user owns every table in those schemas\nreporting: s.d is owned by somebody else",
		"NET004, NET006 critical\nCannot tell for reporting: allow ec2:DescribeNetworkAcls",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoticeCountsWhatItCuts(t *testing.T) {
	target := readyTarget()
	foreignTables(&target, 16)
	text := notices(one(target))[0].text()
	for _, want := range []string{
		"the same for hubspot.companies_07, hubspot.companies_11, hubspot.companies_15, hubspot.contacts_01 and 11 more\n",
		"\nand 10 more like these in the JSON report",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
}

// What is left out of a list of steps repeats the step before it: a procedure is
// told to its end.
func TestOnlyRepeatedStepsAreCut(t *testing.T) {
	typed := func(kind RemediationKind, texts ...string) (steps []Remediation) {
		for _, text := range texts {
			steps = append(steps, Remediation{kind, text})
		}
		return steps
	}
	note := typed(Note, "A reboot ends every session.")
	reboot := slices.Concat(
		note, typed(AWSCLI, "aws redshift create-cluster-parameter-group", "aws redshift modify-cluster"),
		note, typed(AWSCLI, "aws redshift wait cluster-available", "aws redshift reboot-cluster"),
	)
	tables := typed(SQL, "ALTER TABLE a OWNER TO stitch;", "ALTER TABLE b OWNER TO stitch;", "ALTER TABLE c OWNER TO stitch;")
	for name, tc := range map[string]struct {
		steps []Remediation
		want  int
	}{
		"none":                                 {nil, 0},
		"a procedure":                          {reboot, len(reboot)},
		"one statement for each table":         {tables, 2},
		"words behind them":                    {slices.Concat(tables, note), 4},
		"a procedure, and then for each table": {slices.Concat(reboot, tables), len(reboot) + 1},
		"another statement behind them":        {slices.Concat(tables, typed(SQL, "ALTER USER stitch NOCREATEUSER;")), 4},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fewSteps(tc.steps, 2); len(got) != tc.want {
				t.Errorf("%d steps of %d are shown, want %d", len(got), len(tc.steps), tc.want)
			}
		})
	}
}
