package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
)

// csvHeader names the columns. New ones go to the end.
var csvHeader = []string{
	"scanned_at", "account", "region", "kind", "target", "target_id", "check", "severity", "outcome", "subject",
	"title", "message", "remediation", "fingerprint", "url", "change", "waiver",
}

// CSV writes one row for each result of the scan and of every target, the worst
// first, under a header (RFC 4180, UTF-8 without a byte order mark). A cell that
// a spreadsheet would take for a formula begins with an apostrophe.
func CSV(w io.Writer, r Report, _ Options) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	rows := [][]string{csvHeader}
	for _, i := range items(r, outcomes...) {
		t := i.target
		row := []string{
			r.ScannedAt.UTC().Format(time.RFC3339), t.Account, t.Region, string(t.Kind), t.Name, t.ID, i.Check, string(i.Severity),
			string(i.Outcome), i.Subject, i.Title, i.found(), "", i.Fingerprint, i.URL,
			string(i.Change), strings.TrimLeft(i.accepted(), " :"),
		}
		for n, cell := range row {
			row[n] = csvCell(visible(cell))
		}
		// The one cell of several lines: a sign between commands would be part of them.
		row[12] = csvCell(strings.Join(lines(i.steps()), "\n"))
		rows = append(rows, row)
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write CSV report: %w", err)
	}
	return nil
}

// csvCell keeps a spreadsheet from running a cell (OWASP, "CSV Injection"). Where
// semicolons part the cells, quotes mean nothing within this row, and a cell begins
// behind each semicolon and line break.
func csvCell(s string) string {
	var b strings.Builder
	starts := true
	for _, r := range s {
		if starts && strings.ContainsRune("=+-@＝＋－＠", r) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		starts = r == ';' || r == '\n' || starts && (r == ' ' || r == '"')
	}
	return b.String()
}
