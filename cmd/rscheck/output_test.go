package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/report"
)

// A file that can no longer be written costs neither the other files nor stdout.
func TestAReportOutlivesAFileThatCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	var stdout bytes.Buffer
	a := &app{stdout: &stdout}
	output := outputOptions{
		format: "text", color: "never",
		files: []string{"json=" + filepath.Join(dir, "nosuch", "report.json"), "csv=" + filepath.Join(dir, "report.csv")},
	}
	err := a.write(report.Report{Verdict: report.VerdictUnknown, ExitCode: report.ExitUnknown}, &output, sources{})
	if err == nil || !strings.Contains(err.Error(), "nosuch") {
		t.Errorf("got %v, want the file named", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "report.csv")); err != nil {
		t.Error(err)
	}
	if !strings.Contains(stdout.String(), "UNKNOWN") {
		t.Errorf("stdout is %q, want the report", &stdout)
	}
}
