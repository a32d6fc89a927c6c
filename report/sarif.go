package report

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// What GitHub takes in one file, see "SARIF support for code scanning" in its
// documentation. A file beyond either is refused whole.
const (
	sarifResults = 25_000
	sarifBytes   = 10 << 20 // after gzip
)

// SARIF writes a SARIF 2.1.0 log with one run, as GitHub code scanning, Azure
// DevOps, GitLab, DefectDojo, SonarQube and editors read it. It holds findings
// and what could not be told, the latter as warnings that begin with "Cannot
// tell"; see Options.SARIFAll for the rest. Without any the list of results is
// empty, which closes the alerts of earlier runs: upload it always. Of more than
// GitHub takes, the worst are kept and a notification tells how many are not
// there.
//
// Alerts are followed by path, check and fingerprint, which depend on check,
// target and subject only.
func SARIF(w io.Writer, r Report, o Options) error {
	doc, err := sarifWithin(r, o, sarifResults, sarifBytes)
	if err == nil {
		_, err = w.Write(doc)
	}
	if err != nil {
		return fmt.Errorf("write SARIF report: %w", err)
	}
	return nil
}

// sarifWithin makes a log of at most so many results and bytes after gzip.
func sarifWithin(r Report, o Options, results, size int) ([]byte, error) {
	wanted := []Outcome{Fail, Unknown}
	if o.SARIFAll {
		wanted = outcomes
	}
	all := items(r, wanted...)
	for keep := min(len(all), results); ; {
		var doc bytes.Buffer
		if err := facts.Encode(&doc, newSARIF(r, o, all[:keep], len(all)-keep)); err != nil {
			return nil, err
		}
		packed, err := gzipped(doc.Bytes(), size)
		if err != nil {
			return nil, err
		}
		if packed <= size || keep == 0 {
			return doc.Bytes(), nil
		}
		keep = min(keep-1, int(float64(keep)*0.9*float64(size)/float64(packed)))
	}
}

// gzipped is how many bytes doc has after gzip. What is within the limit as it
// is needs no measuring.
func gzipped(doc []byte, limit int) (int, error) {
	if len(doc) <= limit {
		return len(doc), nil
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(doc); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return packed.Len(), nil
}

func newSARIF(r Report, o Options, kept []item, left int) sarifLog {
	rules := newSARIFRules(o.Rules, kept)
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "rscheck", FullName: strings.TrimSpace("rscheck " + visible(r.Tool.Version)),
			Version: visible(r.Tool.Version), InformationURI: "https://github.com/rscheck/rscheck", Rules: rules.list,
		}},
		AutomationDetails: sarifDetails{ID: sarifRunID(r)},
		ColumnKind:        "utf16CodeUnits",
	}
	seen := repeats{}
	for _, i := range kept {
		run.Results = append(run.Results, i.sarif(o, rules, seen))
	}
	notes := newSARIFNotes(r, rules, left)
	run.Tool.Driver.Notifications = notes.kinds
	run.Invocations = []sarifInvocation{{
		ExecutionSuccessful: len(r.Targets) > 0, ExitCode: r.ExitCode,
		StartTimeUTC: r.ScannedAt.UTC().Format(time.RFC3339), Notifications: notes.list,
	}}
	return sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

// sarifRunID is rscheck/ACCOUNT/REGION/NAME/TIME, with "fleet" for what differs.
// What stands before the last slash is the category on GitHub, within which each
// run replaces the one before.
func sarifRunID(r Report) string {
	one := func(name func(Target) string) string {
		if names := distinct(r.Targets, name); len(names) == 1 {
			return visible(strings.ReplaceAll(names[0], "/", "_"))
		}
		return "fleet"
	}
	return strings.Join([]string{
		"rscheck",
		one(func(t Target) string { return t.Account }),
		one(func(t Target) string { return t.Region }),
		one(func(t Target) string { return t.Name }),
		r.ScannedAt.UTC().Format(time.RFC3339),
	}, "/")
}

func (i item) sarif(o Options, rules sarifRules, seen repeats) sarifResult {
	uri, line := i.location(o)
	hash := i.hash()[:16]
	result := sarifResult{
		RuleID: visible(i.Check), RuleIndex: rules.index[visible(i.Check)], Kind: "fail", Level: sarifLevel(i.Severity), Message: sarifText{Text: i.sentences()},
		Locations: []sarifLocation{{
			Physical: sarifPhysical{Artifact: sarifArtifact{URI: uri}, Region: sarifRegion{StartLine: line}},
			Logical:  []sarifLogical{{Name: visible(i.target.Name), FullName: visible(i.target.ID), Kind: "resource"}},
		}},
		// GitHub uses this key alone. Without it every finding of a line would be one alert.
		Fingerprints: map[string]string{"primaryLocationLineHash": fmt.Sprintf("%s:%d", hash, seen.number(hash))},
		Properties: sarifResultProperties{
			Outcome: i.Outcome, Severity: i.Severity, Subject: visible(i.Subject), Unknown: i.Outcome == Unknown, Remediation: lines(i.steps()),
		},
	}
	switch i.Outcome {
	case Unknown:
		result.Level = "warning"
	case Waived:
		result.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: i.found()}}
	case Pass:
		result.Kind, result.Level = "pass", "none"
	case NotApplicable:
		result.Kind, result.Level = "notApplicable", "none"
	}
	return result
}

// hash is the result's fingerprint, made anew where that is none.
func (i item) hash() string {
	if len(i.Fingerprint) == 32 && strings.Trim(i.Fingerprint, "0123456789abcdef") == "" {
		return i.Fingerprint
	}
	return Fingerprint(i.Check, i.target.ID, i.Subject)
}

// sentences say what was found, of what, and what to type. The first is the title
// of an alert on GitHub, so it names what it speaks of.
func (i item) sentences() string {
	text := sarifPlain.Replace(sentence(i.headline()))
	if steps := i.steps(); len(steps) > 0 && i.Outcome != Waived {
		for n, step := range steps {
			if strings.Contains(step.Text, linkSign) {
				steps[n] = noCommand
			}
		}
		text += "\nTo mend it:\n" + strings.Join(once(lines(steps)), "\n") + "\nThen scan again."
	}
	if !i.target.isScan() {
		text += "\nResource: " + sarifPlain.Replace(sentence(shown(i.target.ID, 1000)))
	}
	return text
}

// linkSign makes a link of what stands around it in a message (SARIF 2.1.0,
// 3.11.6). Braces are left alone: they mean nothing without arguments, and
// readers show them doubled where they are escaped.
const linkSign = "]("

var sarifPlain = strings.NewReplacer(linkSign, "] (")

// sentence ends s with a full stop.
func sentence(s string) string { return strings.TrimRight(s, ". ") + "." }

func sarifLevel(s Severity) string {
	switch s {
	case Critical, High:
		return "error"
	case Medium:
		return "warning"
	default:
		return "note"
	}
}
