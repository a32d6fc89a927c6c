package report

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// readCSV reads a report and fails where a spreadsheet would run a cell.
func readCSV(t *testing.T, r Report) [][]string {
	t.Helper()
	doc := string(write(t, CSV, r, Options{}))
	plain := strings.ReplaceAll(doc, "\r\n", "\n")
	if at := strings.IndexFunc(plain, terminalActsOn); at >= 0 || !utf8.ValidString(doc) {
		t.Errorf("raw character at byte %d of %q", at, plain)
	}
	if strings.Count(doc, "\n") != strings.Count(doc, "\r\n") {
		t.Error("lines do not all end in CRLF")
	}
	strict := csv.NewReader(strings.NewReader(doc))
	rows, err := strict.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	// Where a comma is a decimal sign, spreadsheets part cells at semicolons.
	lazy := csv.NewReader(strings.NewReader(doc))
	lazy.Comma, lazy.LazyQuotes, lazy.FieldsPerRecord = ';', true, -1
	others, err := lazy.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range append(rows, others...) {
		for _, cell := range row {
			if first := strings.TrimLeft(cell, ` "`); first != "" && strings.ContainsRune("=+-@＝＋－＠\t\r", []rune(first)[0]) {
				t.Errorf("cell %q is a formula", cell)
			}
		}
	}
	return rows
}

// Scripts read columns by name and by place.
func TestCSVHeaderStays(t *testing.T) {
	want := "scanned_at,account,region,kind,target,target_id,check,severity,outcome,subject,title,message,remediation,fingerprint,url,change,waiver"
	if got := strings.Join(readCSV(t, Report{})[0], ","); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCSVHasARowForEveryResult(t *testing.T) {
	for name, r := range allReports() {
		want := 1 + len(items(r, outcomes...))
		if rows := readCSV(t, r); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", name, len(rows), want)
		}
	}
}

func TestCSVRow(t *testing.T) {
	target := blocked()
	target.Results[0].Remediation = append(target.Results[0].Remediation, Remediation{Note, "then try again"})
	want := []string{
		"2026-11-23T03:00:00Z", "111122223333", "us-east-1", "cluster", "analytics", "arn:aws:redshift:us-east-1:111122223333:cluster:analytics",
		"NET004", "critical", "fail", "52.23.137.21/32", "The network ACL admits every loader address and its replies",
		"acl-0a1b2c3d4e5f67890 rule 100 denies tcp 5439 from 52.23.0.0/16, before rule 200 would allow it",
		target.Results[0].Remediation[0].Text + "\nNote: then try again", target.Results[0].Fingerprint, "docs/checks/NET004.md", "", "",
	}
	if diff := cmp.Diff(want, readCSV(t, one(target))[1]); diff != "" {
		t.Error(diff)
	}
}

func TestCSVCellIsNoFormula(t *testing.T) {
	for given, want := range map[string]string{
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "＝1": "'＝1", " =1": " '=1", `"=1`: `"'=1`, "a;=1": "a;'=1", "a; -1": "a; '-1",
		"a=b": "a=b", "52.23.137.21/32": "52.23.137.21/32", "": "", "a;b": "a;b",
	} {
		if got := csvCell(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("")
	for _, s := range []string{";=1", `";=1`, `a";"=1`, "\t=1", ", =1", "; ; @x", `=""`, "|=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := attackedBy(s)
		for _, row := range readCSV(t, r)[1:] {
			if len(row) != len(csvHeader) {
				t.Errorf("row of %d cells", len(row))
			}
		}
	})
}
