package report

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

// readSARIF parses a log that SARIF wrote.
func readSARIF(t *testing.T, doc []byte) sarifRun {
	t.Helper()
	var log sarifLog
	if err := json.Unmarshal(doc, &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || log.Schema == "" || len(log.Runs) != 1 {
		t.Fatalf("version %q, schema %q, %d runs", log.Version, log.Schema, len(log.Runs))
	}
	return log.Runs[0]
}

var (
	runID    = regexp.MustCompile(`^rscheck/[^/]+/[^/]+/[^/]+/[-0-9T:]+Z$`)
	lineHash = regexp.MustCompile(`^[0-9a-f]{16}:[1-9][0-9]*$`)
)

// checkSARIF fails where GitHub would refuse the log or show it wrongly: what its
// own check of the schema lets pass.
func checkSARIF(t *testing.T, doc []byte) sarifRun {
	t.Helper()
	run := readSARIF(t, doc)
	if packed, err := gzipped(doc, 0); err != nil || packed > sarifBytes || len(run.Results) > sarifResults {
		t.Errorf("%d results in %d bytes, %v", len(run.Results), packed, err)
	}
	if run.Results == nil {
		t.Error("no list of results")
	}
	if !runID.MatchString(run.AutomationDetails.ID) {
		t.Errorf("run is called %q", run.AutomationDetails.ID)
	}
	checkSARIFRules(t, run)
	hashes := map[string]bool{}
	for n, result := range run.Results {
		place := fmt.Sprintf("results[%d]", n)
		if i := result.RuleIndex; i < 0 || i >= len(run.Tool.Driver.Rules) || run.Tool.Driver.Rules[i].ID != result.RuleID {
			t.Errorf("%s: rule %q is not at %d", place, result.RuleID, i)
		}
		if len(result.Locations) != 1 || result.Locations[0].Physical.Region.StartLine < 1 {
			t.Fatalf("%s: locations %+v", place, result.Locations)
		}
		checkRelative(t, result.Locations[0].Physical.Artifact.URI)
		hash := result.Fingerprints["primaryLocationLineHash"]
		if hashes[hash] || !lineHash.MatchString(hash) {
			t.Errorf("%s: fingerprint %q is there twice or malformed", place, hash)
		}
		hashes[hash] = true
		checkSARIFMessage(t, place, result.Message.Text)
		if none := result.Kind != "fail"; none != (result.Level == "none") {
			t.Errorf("%s: kind %s, level %s", place, result.Kind, result.Level)
		}
	}
	for n, note := range run.Invocations[0].Notifications {
		place := fmt.Sprintf("notifications[%d]", n)
		checkSARIFMessage(t, place, note.Message.Text)
		if run.Tool.Driver.Notifications[note.Descriptor.Index].ID != note.Descriptor.ID {
			t.Errorf("%s: descriptor %+v", place, note.Descriptor)
		}
		if r := note.Rule; r != nil && run.Tool.Driver.Rules[r.Index].ID != r.ID {
			t.Errorf("%s: rule %+v", place, *r)
		}
	}
	return run
}

func checkSARIFRules(t *testing.T, run sarifRun) {
	t.Helper()
	ids := map[string]bool{}
	for _, rule := range slices.Concat(run.Tool.Driver.Rules, run.Tool.Driver.Notifications) {
		for _, text := range []string{rule.Short.Text, rule.Full.Text, rule.Help.Text, rule.Help.Markdown} {
			if text == "" || !strings.HasSuffix(text, ".") && !strings.HasSuffix(text, ">") && !strings.Contains(text, "https://") {
				t.Errorf("rule %s says %q", rule.ID, text)
			}
		}
		if utf8.RuneCountInString(rule.Short.Text) > 1024 || utf8.RuneCountInString(rule.Full.Text) > 1024 || len(rule.Name) > 255 {
			t.Errorf("rule %s is described at too great a length", rule.ID)
		}
		if ids[rule.ID] {
			t.Errorf("rule %q stands twice", rule.ID)
		}
		ids[rule.ID] = true
		if rule.Properties == nil {
			continue
		}
		tags := rule.Properties.Tags
		if slices.Sort(tags); len(tags) > 20 || len(slices.Compact(slices.Clone(tags))) != len(tags) {
			t.Errorf("rule %s has tags %q", rule.ID, tags)
		}
		// Only with this tag does GitHub read the severity.
		if slices.Contains(tags, "security") != (rule.Properties.SecuritySeverity != "") {
			t.Errorf("rule %s: security-severity %q, tags %q", rule.ID, rule.Properties.SecuritySeverity, tags)
		}
	}
}

func checkSARIFMessage(t *testing.T, place, text string) {
	t.Helper()
	if !strings.HasSuffix(text, ".") || strings.Contains(text, linkSign) {
		t.Errorf("%s says %q", place, text)
	}
}

func TestSARIFIsTakenByGitHub(t *testing.T) {
	location := map[string]Location{analytics().ID: {"deploy/rscheck.yaml", 7}}
	for name, r := range allReports() {
		for _, o := range []Options{{}, {SARIFAll: true}, {Rules: someRules()}, {SARIFAll: true, SARIFLocation: location}} {
			t.Run(name, func(t *testing.T) { checkSARIF(t, write(t, SARIF, r, o)) })
		}
	}
}

func TestSARIFHoldsWhatFailedAndWhatIsUnknown(t *testing.T) {
	for name, r := range allReports() {
		run := readSARIF(t, write(t, SARIF, r, Options{}))
		want := len(items(r, Fail, Unknown))
		if len(run.Results) != want || want < r.Counts.Fail+r.Counts.Unknown {
			t.Errorf("%s: %d results of %d, and %+v", name, len(run.Results), want, r.Counts)
		}
		for _, result := range run.Results {
			unknown := result.Properties.Unknown
			if result.Kind != "fail" || strings.HasPrefix(result.Message.Text, "Cannot tell") != unknown || unknown && result.Level != "warning" {
				t.Errorf("%s: kind %s, level %s, %q", name, result.Kind, result.Level, result.Message.Text)
			}
		}
	}
}

// An empty list closes the alerts of earlier runs, so only a scan that saw all
// may write one.
func TestSARIFIsEmptyOnlyWhenAllIsWell(t *testing.T) {
	for name, r := range allReports() {
		doc := string(write(t, SARIF, r, Options{}))
		if empty := strings.Contains(doc, `"results": []`); empty != (name == "ready" || name == "ready-from-one-region" || name == "database-only") {
			t.Errorf("%s: empty is %v", name, empty)
		}
	}
}

func TestSARIFAllHasEveryOutcome(t *testing.T) {
	run := readSARIF(t, write(t, SARIF, every(), Options{SARIFAll: true}))
	got := map[string]int{}
	for _, result := range run.Results {
		kind := result.Kind + " " + result.Level
		for _, s := range result.Suppressions {
			kind += " suppressed: " + s.Justification
		}
		got[kind]++
	}
	want := map[string]int{
		"fail error": 38, "fail warning": 16, "pass none": 23, "notApplicable none": 6,
		"fail error suppressed: sg-0a1b2c3d4e5f67890 admits 198.51.100.0/24; waived until 2027-01-31: office network": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func someRules() []Rule {
	return []Rule{
		{
			ID: "NET004", Title: "Network ACL admits the loader", Description: "The ACL of the endpoint's subnet needs rules in both directions.",
			Severity: Critical, Remediation: "Add a rule with a lower number.", URL: "https://rscheck.example/checks/NET004",
			Related:   []string{"https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html", "javascript:alert(1)"},
			Conflicts: []string{"Security Hub EC2.21", "<b>CKV</b>"},
		},
		{ID: "SEC001", Title: "The port is open to the loader only", Severity: High, URL: "docs/checks/SEC001.md"},
		{ID: "CLU005", Title: "The loader documents this kind of target", Severity: Info},
	}
}

func TestSARIFRulesExplainTheChecks(t *testing.T) {
	target := analytics()
	target.Results = target.Results[:1]
	golden(t, "sarif/rules.sarif", write(t, SARIF, one(target), Options{Rules: someRules()}))
}

func TestSARIFSeverityIsGitHubs(t *testing.T) {
	for severity, want := range map[Severity]string{
		Critical: "error 9.5", High: "error 8.0", Medium: "warning 5.5", Low: "note 2.0", Info: "note ", "odd": "error 9.5",
	} {
		rule := Rule{ID: "X", Severity: severity}.sarif()
		if got := rule.Default.Level + " " + rule.Properties.SecuritySeverity; got != want {
			t.Errorf("%s: got %s, want %s", severity, got, want)
		}
	}
}

func TestSARIFDescriptionsFitGitHub(t *testing.T) {
	for _, s := range []string{strings.Repeat("](", 1000), strings.Repeat("word ", 1000), strings.Repeat("\x00", 600)} {
		rules := []Rule{{ID: "NEW001", Title: s, Description: s, Severity: Low, Remediation: s, Conflicts: []string{s}}}
		checkSARIF(t, write(t, SARIF, one(readyTarget()), Options{Rules: rules}))
	}
}

func TestSARIFPointsAtTheDeclaration(t *testing.T) {
	target := analytics()
	o := Options{SARIFLocation: map[string]Location{target.ID: {"deploy/rscheck.yaml", 7}, readyTarget().ID: {"/etc/rscheck.yaml", 9}}}
	r := every()
	for n, result := range readSARIF(t, write(t, SARIF, r, o)).Results {
		place := result.Locations[0].Physical
		want := sarifPhysical{sarifArtifact{items(r, Fail, Unknown)[n].resourcePath()}, sarifRegion{1}}
		if result.Locations[0].Logical[0].FullName == target.ID {
			want = sarifPhysical{sarifArtifact{"deploy/rscheck.yaml"}, sarifRegion{7}}
		}
		if place != want {
			t.Errorf("got %+v, want %+v", place, want)
		}
	}
}

// Alerts are followed by these; words may change, and other targets come and go.
func TestSARIFFingerprintsStay(t *testing.T) {
	hashes := func(r Report) map[string]bool {
		all := map[string]bool{}
		for _, result := range readSARIF(t, write(t, SARIF, r, Options{})).Results {
			all[result.RuleID+" "+result.Locations[0].Physical.Artifact.URI+" "+result.Fingerprints["primaryLocationLineHash"]] = true
		}
		return all
	}
	target := blocked()
	before := hashes(one(target))
	target.Results[0].Message = "said otherwise"
	target.Results[0].Severity = Low
	r := one(target)
	r.Targets = append(r.Targets, readyTarget())
	r.Finish()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(hashes(r)))); diff != "" || len(before) != 1 {
		t.Error(diff)
	}
}

func TestSARIFRunIsNamedAfterItsTargets(t *testing.T) {
	for name, want := range map[string]string{
		"ready":          "rscheck/111122223333/us-east-1/reporting/2026-11-23T03:00:00Z",
		"thirty-targets": "rscheck/111122223333/fleet/fleet/2026-11-23T03:00:00Z",
		"no-target":      "rscheck/fleet/fleet/fleet/2026-11-23T03:00:00Z",
	} {
		if got := readSARIF(t, write(t, SARIF, situations()[name], Options{})).AutomationDetails.ID; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestSARIFNotesWhatCouldNotBeRead(t *testing.T) {
	r := one(permissionsMissing())
	r.Unknown = regionDenied().Unknown
	r.Finish()
	invocation := readSARIF(t, write(t, SARIF, r, Options{})).Invocations[0]
	var got []string
	for _, note := range invocation.Notifications {
		got = append(got, note.Descriptor.ID+" "+note.Rule.ID+" "+note.Message.Text)
	}
	arn := r.Targets[0].ID
	want := []string{
		"access_denied SCAN regions.eu-west-1 could not be read (access denied): allow redshift:DescribeClusters.",
		"access_denied NET002 " + arn + ": network.route_tables could not be read (access denied): allow ec2:DescribeRouteTables. It leaves unknown: NET002, NET006.",
		"access_denied NET004 " + arn + ": network.network_acls could not be read (access denied): allow ec2:DescribeNetworkAcls. It leaves unknown: NET004, NET006.",
		"failed SQL001 " + arn + ": database could not be read (failed): no password for stitch: give --password-file, or leave the database out with --no-database. It leaves unknown: SQL001, SQL003, SQL004, SQL005, SQL008.",
		"access_denied SEC005 " + arn + ": cluster.logging could not be read (access denied): allow redshift:DescribeLoggingStatus. It leaves unknown: SEC005.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !invocation.ExecutionSuccessful || invocation.ExitCode != ExitUnknown {
		t.Errorf("got %+v", invocation)
	}
	if none := readSARIF(t, write(t, SARIF, noTarget(), Options{})).Invocations[0]; none.ExecutionSuccessful {
		t.Error("a scan without a target was successful")
	}
}

// manyFindings has n findings, the gravest last.
func manyFindings(n, length int) Report {
	target := readyTarget()
	for i := range n {
		severity, seed := Low, Fingerprint("", "", fmt.Sprint(i))
		if i >= n-10 {
			severity = Critical
		}
		result(&target, "SQL005", severity, Fail, fmt.Sprintf("s.t%05d", i), (seed + strings.Repeat(seed, length/len(seed)))[:length])
	}
	return Report{Targets: []Target{target}}
}

func TestSARIFKeepsTheWorstWithinTheLimits(t *testing.T) {
	for name, tc := range map[string]struct {
		report         Report
		results, bytes int
		min, max       int
	}{
		"within":           {manyFindings(100, 20), 100, 1 << 20, 100, 100},
		"too many results": {manyFindings(100, 20), 60, 1 << 20, 60, 60},
		"too many bytes":   {manyFindings(1000, 300), 2000, 20_000, 150, 500},
		"hopeless":         {manyFindings(1000, 300), 2000, 10, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := sarifWithin(tc.report, Options{}, tc.results, tc.bytes)
			if err != nil {
				t.Fatal(err)
			}
			run := checkSARIF(t, doc)
			if n := len(run.Results); n < tc.min || n > tc.max {
				t.Fatalf("%d results, want %d to %d", n, tc.min, tc.max)
			}
			for n, result := range run.Results[:min(10, len(run.Results))] {
				if result.Properties.Severity != Critical {
					t.Errorf("results[%d] is %s", n, result.Properties.Severity)
				}
			}
			var notes []string
			for _, note := range run.Invocations[0].Notifications {
				notes = append(notes, note.Message.Text)
			}
			var want []string
			if left := len(items(tc.report, Fail)) - len(run.Results); left > 0 {
				want = []string{fmt.Sprintf("%d results are not in this file, which holds the worst only: the JSON report has all.", left)}
			}
			if diff := cmp.Diff(want, notes); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSARIFOfAFleetIsTaken(t *testing.T) {
	r := manyFindings(sarifResults+100, 20)
	for i := range 1100 {
		result(&r.Targets[0], "NET004", Critical, Unknown, "", "", lacks(fmt.Sprintf("network.subnets.subnet-%04d", i), facts.Throttled, "try later"))
	}
	run := checkSARIF(t, write(t, SARIF, r, Options{}))
	notes := run.Invocations[0].Notifications
	if len(run.Results) != sarifResults || len(notes) != 1002 || notes[1001].Message.Text != "100 more could not be read." {
		t.Errorf("%d results, %d notifications", len(run.Results), len(notes))
	}
}

func FuzzSARIF(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("")
	f.Add("[a](https://evil.example) {0} {{")
	f.Fuzz(func(t *testing.T, s string) {
		r := attackedBy(s)
		rule := Rule{ID: s, Title: s, Description: s, Severity: Severity(s), Remediation: s, URL: s, Related: []string{s, s}, Conflicts: []string{s}}
		for _, o := range []Options{{}, {
			SARIFAll: true, Rules: []Rule{rule, {ID: s + "x"}},
			SARIFLocation: map[string]Location{s: {File: s, Line: -1}},
		}} {
			doc := write(t, SARIF, r, o)
			if at := strings.IndexFunc(string(doc), terminalActsOn); at >= 0 || !utf8.Valid(doc) {
				t.Errorf("raw character at byte %d of %q", at, doc)
			}
			run := checkSARIF(t, doc)
			for _, rule := range run.Tool.Driver.Rules {
				checkProse(t, rule.Help.Markdown)
			}
		}
	})
}
