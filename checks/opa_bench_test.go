package checks_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// BenchmarkProcess compares whole processes on one target: rscheck judge on its
// snapshot, and opa eval with the same policies on its document, which is spared
// the digest. Both are built first.
func BenchmarkProcess(b *testing.B) {
	snapshot := demo(b)
	target := named(b, &snapshot, "analytics")
	folder := b.TempDir()
	write := func(name string, v any) string {
		path := filepath.Join(folder, name)
		text, err := json.Marshal(v)
		if err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			b.Fatal(err)
		}
		return path
	}
	d := digest.Of(target, stitch(b), snapshot.ScannedAt)
	document := write("document.json", d.Document)
	snapshot.Targets = []facts.Target{*target}
	facts := write("facts.json", snapshot)

	rscheck := filepath.Join(folder, "rscheck")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", rscheck, "../cmd/rscheck").CombinedOutput(); err != nil {
		b.Fatalf("build rscheck: %v\n%s", err, out)
	}
	opa, err := exec.Command("go", "tool", "-modfile=../tools.mod", "-n", "opa").Output()
	if err != nil {
		b.Fatalf("build opa: %v", err)
	}
	for name, command := range map[string][]string{
		"rscheck judge": {rscheck, "judge", facts, "--loader-region", "north-america", "--quiet"},
		"opa eval":      {strings.TrimSpace(string(opa)), "eval", "-d", "../policies", "-i", document, "--format", "raw", "data.rscheck.stitch"},
		"version":       {rscheck, "version"},
	} {
		b.Run(name, func(b *testing.B) {
			var cpu, memory float64
			for b.Loop() {
				cmd := exec.Command(command[0], command[1:]...)
				if out, err := cmd.CombinedOutput(); err != nil {
					b.Fatalf("%v: %v\n%s", command, err, out)
				}
				cpu += (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
				memory = max(memory, peakMemory(cmd.ProcessState))
			}
			b.ReportMetric(1000*cpu/float64(b.N), "cpu-ms/op")
			b.ReportMetric(memory, "peak-MiB")
		})
	}
}
