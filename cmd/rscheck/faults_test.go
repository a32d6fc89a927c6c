package main

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/report"
)

// TestNoFaultOfAWSTurnsAVerdict runs the whole command over a healthy and a
// broken estate while each call in turn fails in each way. An outcome stays as it
// was or becomes unknown, and the run is never readier than without the fault.
func TestNoFaultOfAWSTurnsAVerdict(t *testing.T) {
	broken := fakeaws.Healthy(northAmerica[1:]...)
	region := broken.Region(fakeaws.RegionName)
	region.Clusters[0].Encrypted = false
	region.VPCs[0].NetworkACLs[0].Entries[2].CIDR = "52.204.0.0/16" // the first address is outside
	region.VPCs[0].RouteTables[1].Routes = append(region.VPCs[0].RouteTables[1].Routes[:1:1], region.VPCs[0].RouteTables[1].Routes[2:]...)
	faults := map[string]func() fakeaws.Fault{
		"denied":      func() fakeaws.Fault { return fakeaws.Denied("not authorized") },
		"page of 500": func() fakeaws.Fault { return fakeaws.HTML(http.StatusInternalServerError) },
		"page of 200": func() fakeaws.Fault { return fakeaws.HTML(http.StatusOK) },
		"garbage":     fakeaws.Garbage,
		"empty":       fakeaws.Empty,
		"empty pages": fakeaws.EmptyPages,
		"throttled twice": func() fakeaws.Fault {
			f := fakeaws.Throttled()
			f.Times = 2
			return f
		},
	}
	for name, cloud := range map[string]*fakeaws.Cloud{"healthy": fakeaws.Healthy(northAmerica...), "broken": broken} {
		t.Run(name, func(t *testing.T) {
			server, err := fakeaws.Start(cloud)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			for key, value := range server.Environment() {
				t.Setenv(key, value)
			}
			before := scanOnce(t)
			asked := operations(server)
			if len(asked) < 10 {
				t.Fatalf("the scan asks %v only", asked)
			}
			for kind, fault := range faults {
				for _, operation := range asked {
					server.Reset()
					server.Inject(operation, fault())
					after := scanOnce(t)
					if kind == "throttled twice" && after.Verdict != before.Verdict {
						t.Errorf("%s %s: %s becomes %s", operation, kind, before.Verdict, after.Verdict)
					}
					compareOutcomes(t, operation+" "+kind, before, after)
				}
			}
		})
	}
}

// operations are those of the allow-list that the server has seen.
func operations(server *fakeaws.Server) []string {
	var seen []string
	for _, r := range server.Requests() {
		if !slices.ContainsFunc(aws.Calls(), func(c aws.Call) bool { return c.Operation == r.Operation }) {
			panic("asked for " + r.Operation + ", which is not on the allow-list")
		}
		seen = append(seen, r.Operation)
	}
	slices.Sort(seen)
	return slices.Compact(seen)
}

func scanOnce(t *testing.T) report.Report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	Main([]string{
		"scan", "--cluster", "analytics", "--loader-region", "north-america", "--no-database", "--format", "json",
	}, strings.NewReader(""), &stdout, &stderr)
	r, err := report.Read(&stdout)
	if err != nil {
		t.Fatalf("%v; stderr: %s", err, &stderr)
	}
	return r
}

// compareOutcomes holds each outcome after a fault to what it was before.
func compareOutcomes(t *testing.T, fault string, before, after report.Report) {
	t.Helper()
	if after.Verdict == report.Ready && before.Verdict != report.Ready {
		t.Errorf("%s: %s becomes ready", fault, before.Verdict)
	}
	if len(after.Targets) == 0 {
		if after.Verdict != report.VerdictUnknown {
			t.Errorf("%s: no target, and the verdict is %s", fault, after.Verdict)
		}
		return
	}
	was := worstOutcomes(before)
	for check, outcome := range worstOutcomes(after) {
		if outcome != was[check] && outcome != report.Unknown {
			t.Errorf("%s turns %s from %s to %s", fault, check, was[check], outcome)
		}
	}
	for _, r := range after.Targets[0].Results {
		if r.Outcome == report.Unknown && (len(r.Missing) == 0 || r.Missing[0].Detail == "") {
			t.Error(fmt.Sprint(fault, " leaves ", r.Check, " unknown for want of nothing"))
		}
	}
}

// worstOutcomes folds the results into one outcome a check.
func worstOutcomes(r report.Report) map[string]report.Outcome {
	folded := map[string]report.Outcome{}
	for _, result := range r.Targets[0].Results {
		if folded[result.Check] != report.Fail && (folded[result.Check] == "" || result.Outcome != report.Pass) {
			folded[result.Check] = result.Outcome
		}
	}
	return folded
}
