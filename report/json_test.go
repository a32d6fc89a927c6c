package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rscheck/rscheck/checks/facts"
)

// documented is a report as the documentation of the format shows one.
const documented = `{
  "schema": "rscheck.report/v1",
  "tool": {"name": "rscheck", "version": "0.1.0"},
  "scanned_at": "2026-11-23T03:00:00Z",
  "loader": {"id": "stitch", "region": "north-america", "connection": "direct", "user": "stitch"},
  "fail_on": "high",
  "verdict": "not_ready",
  "exit_code": 1,
  "counts": {"pass": 20, "fail": 1, "unknown": 2, "not_applicable": 4, "waived": 0},
  "targets": [{
    "id": "arn:aws:redshift:us-east-1:111122223333:cluster:analytics",
    "name": "analytics", "kind": "cluster", "account": "111122223333", "region": "us-east-1",
    "endpoint": {"host": "analytics.abc.us-east-1.redshift.amazonaws.com", "port": 5439},
    "verdict": "not_ready",
    "paths": [{
      "source": "52.23.137.21/32", "loader_region": "north-america", "verdict": "blocked",
      "hops": [{"stage": "nacl_inbound", "verdict": "deny",
                "by": {"kind": "network-acl-rule", "id": "acl-0a1b/100"},
                "detail": "rule 100 denies tcp 5439 from 52.0.0.0/8", "missing": []}]
    }],
    "results": [{
      "check": "NET004", "title": "Network ACL admits the loader and its replies", "severity": "critical",
      "outcome": "fail", "subject": "52.23.137.21/32",
      "message": "acl-0a1b rule 100 denies tcp 5439 from 52.23.137.21/32",
      "remediation": [{"kind": "aws-cli", "text": "aws ec2 create-network-acl-entry ..."}],
      "missing": [{"path": "network.acls", "reason": "access_denied", "detail": "allow ec2:DescribeNetworkAcls"}],
      "fingerprint": "5f0c...", "url": "docs/checks/NET004.md"
    }]
  }]
}`

func TestJSONIsAsDocumented(t *testing.T) {
	r, err := Read(strings.NewReader(documented))
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Indent(&want, []byte(documented), "", "  "); err != nil {
		t.Fatal(err)
	}
	got := write(t, func(w io.Writer, r Report, _ Options) error { return JSON(w, r) }, r, Options{})
	if diff := cmp.Diff(want.String()+"\n", string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestJSONRoundTrips(t *testing.T) {
	for name, r := range allReports() {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := JSON(&out, r); err != nil {
				t.Fatal(err)
			}
			back, err := Read(&out)
			if err != nil {
				t.Fatal(err)
			}
			// JSON cannot hold bytes that are no UTF-8.
			equal := cmp.Comparer(func(a, b string) bool { return string([]rune(a)) == string([]rune(b)) })
			if diff := cmp.Diff(r, back, cmpopts.EquateEmpty(), equal); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestJSONHasNoNull(t *testing.T) {
	r := base()
	r.Targets = []Target{{Paths: []Path{{Hops: []Hop{{}}}}, Results: []Result{{}}}}
	for name, r := range map[string]Report{"nothing filled in": r, "zero": {}} {
		var out bytes.Buffer
		if err := JSON(&out, r); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "null") {
			t.Errorf("%s: %s", name, out.String())
		}
	}
}

func TestReadRefuses(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(documented, old, new, 1) }
	for name, tc := range map[string]struct{ document, want string }{
		"unknown field":     {replace(`"check":`, `"x": 1, "check":`), `targets[0].results[0]: unknown field "x"`},
		"duplicate key":     {replace(`"check":`, `"title": "", "check":`), `targets[0].results[0]: field "title" stands twice at byte 1065`},
		"another version":   {replace("report/v1", "report/v2"), `schema: found "rscheck.report/v2", this version reads "rscheck.report/v1"`},
		"a snapshot":        {`{"schema": "rscheck.snapshot/v1", "targets": []}`, `schema: found "rscheck.snapshot/v1", this version reads "rscheck.report/v1"`},
		"something after":   {documented + "x", fmt.Sprintf(`invalid character 'x' after top-level value at byte %d`, len(documented))},
		"invalid UTF-8":     {replace("analytics\",", "ana\xff\","), `targets[0].id: invalid UTF-8 at byte 453`},
		"null for a list":   {replace(`"missing": []`, `"missing": null`), `targets[0].paths[0].hops[0].missing: null where a value belongs`},
		"unknown verdict":   {replace(`"verdict": "not_ready"`, `"verdict": "fine"`), `verdict: unknown word "fine"`},
		"unknown outcome":   {replace(`"outcome": "fail"`, `"outcome": "Fail"`), `targets[0].results[0].outcome: unknown word "Fail"`},
		"unknown severity":  {replace(`"severity": "critical"`, `"severity": ""`), `targets[0].results[0].severity: unknown word ""`},
		"unknown threshold": {replace(`"fail_on": "high"`, `"fail_on": "error"`), `fail_on: unknown word "error"`},
		"unknown kind":      {replace(`"kind": "cluster"`, `"kind": "lake"`), `targets[0].kind: unknown word "lake"`},
		"unknown path":      {replace(`"verdict": "blocked"`, `"verdict": "open"`), `targets[0].paths[0].verdict: unknown word "open"`},
		"unknown hop":       {replace(`"verdict": "deny"`, `"verdict": "pass\u001b"`), `targets[0].paths[0].hops[0].verdict: unknown word "pass\x1b"`},
		"unknown step":      {replace(`"kind": "aws-cli"`, `"kind": "shell"`), `targets[0].results[0].remediation[0].kind: unknown word "shell"`},
		"unknown reason":    {replace(`"reason": "access_denied"`, `"reason": "no"`), `targets[0].results[0].missing[0].reason: unknown word "no"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tc.document))
			if err == nil {
				t.Fatal("was read")
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The words that a report may hold are those that the formats know.
func TestReadKnowsEveryWord(t *testing.T) {
	r := one(analytics())
	for _, reason := range facts.Reasons {
		r.Targets[0].Results[0].Missing = append(r.Targets[0].Results[0].Missing, facts.Unknown{Reason: reason})
	}
	for _, kind := range facts.Kinds {
		r.Targets = append(r.Targets, Target{Kind: kind, Verdict: VerdictUnknown})
	}
	var out bytes.Buffer
	if err := JSON(&out, r); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(&out); err != nil {
		t.Error(err)
	}
}

func FuzzJSONRoundTrips(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := one(saying(s))
		var first, second bytes.Buffer
		if err := JSON(&first, r); err != nil {
			t.Fatal(err)
		}
		if control := strings.IndexFunc(first.String(), terminalActsOn); control >= 0 {
			t.Errorf("a control character at byte %d of %q", control, first.String())
		}
		back, err := Read(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(s) && back.Targets[0].Name != s {
			t.Errorf("%q came back as %q", s, back.Targets[0].Name)
		}
		if err := JSON(&second, back); err != nil {
			t.Fatal(err)
		}
		if first.String() != second.String() {
			t.Errorf("written as\n%s\nthen as\n%s", first.String(), second.String())
		}
	})
}
