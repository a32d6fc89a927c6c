package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// checkGitLab reads a code quality report as GitLab does (gitlabhq,
// code_climate.rb and codeclimate.json): it stops at the first entry that lacks a
// field, and of equal fingerprints the last wins.
func checkGitLab(t *testing.T, doc []byte) []gitlabIssue {
	t.Helper()
	if at := bytes.IndexFunc(doc, terminalActsOn); at >= 0 || !utf8.Valid(doc) {
		t.Errorf("raw character at byte %d of %q", at, doc)
	}
	if !bytes.HasPrefix(doc, []byte("[")) {
		t.Errorf("begins with %q", doc[:3])
	}
	var entries []map[string]any
	var issues []gitlabIssue
	if err := json.Unmarshal(doc, &entries); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(doc, &issues); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for n, issue := range issues {
		for _, field := range []string{"description", "check_name", "fingerprint", "severity", "location"} {
			if entries[n][field] == nil {
				t.Errorf("entry %d has no %s", n, field)
			}
		}
		if issue.Description == "" || issue.Location.Lines.Begin < 1 || !slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, issue.Severity) {
			t.Errorf("entry %d is %+v", n, issue)
		}
		if seen[issue.Fingerprint] || len(issue.Fingerprint) < 32 {
			t.Errorf("entry %d has the fingerprint %q", n, issue.Fingerprint)
		}
		seen[issue.Fingerprint] = true
		checkRelative(t, issue.Location.Path)
	}
	return issues
}

func TestGitLabTakesEveryEntry(t *testing.T) {
	for name, r := range allReports() {
		if n := len(checkGitLab(t, write(t, GitLab, r, Options{}))); n != len(items(r, Fail, Unknown)) {
			t.Errorf("%s: %d entries", name, n)
		}
	}
}

func TestGitLabIsEmptyWhenAllIsWell(t *testing.T) {
	if got := string(write(t, GitLab, one(readyTarget()), Options{})); got != "[]\n" {
		t.Errorf("got %q", got)
	}
}

func TestGitLabSeverities(t *testing.T) {
	target := readyTarget()
	for _, severity := range Severities {
		result(&target, "SQL005", severity, Fail, string(severity), "m")
	}
	result(&target, "NET004", Critical, Unknown, "", "")
	var got []string
	for _, issue := range checkGitLab(t, write(t, GitLab, one(target), Options{})) {
		got = append(got, issue.Severity+": "+issue.Description)
	}
	want := []string{
		"blocker: SQL005 reporting, critical: m", "critical: SQL005 reporting, high: m", "info: NET004 Cannot tell for reporting: no reason was recorded",
		"major: SQL005 reporting, medium: m", "minor: SQL005 reporting, low: m", "info: SQL005 reporting, info: m",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestGitLabKeepsResultsThatAreNamedAlike(t *testing.T) {
	target := readyTarget()
	for i := range 3 {
		result(&target, "SQL008", High, Fail, "s.t", fmt.Sprint("finding ", i))
	}
	if n := len(checkGitLab(t, write(t, GitLab, one(target), Options{}))); n != 3 {
		t.Errorf("%d entries", n)
	}
}

func FuzzGitLab(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("")
	f.Add(strings.Repeat("0", 32))
	f.Fuzz(func(t *testing.T, s string) {
		checkGitLab(t, write(t, GitLab, attackedBy(s), Options{SARIFLocation: map[string]Location{s: {File: s, Line: 1}}}))
	})
}
