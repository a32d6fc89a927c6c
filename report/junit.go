package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// JUnit writes the report as test results: one suite for the scan and one for
// each target, one case for each subject of each check. A finding is a failure,
// what could not be told an error, what is waived or does not apply is skipped.
//
// It is the form that both the schema of Jenkins' xunit plugin (junit-10.xsd)
// and that of Ant (windyroad/JUnit-Schema) accept; Options.JUnitExtended adds
// what they refuse. Message and text say the same, for GitLab shows the one and
// other tools the other. Names of cases are the same in every run. The report
// holds no times, so all are zero.
func JUnit(w io.Writer, r Report, o Options) error {
	doc, err := xml.MarshalIndent(newJUnit(r, o), "", "  ")
	if err == nil {
		_, err = w.Write(append(append([]byte(xml.Header), doc...), '\n'))
	}
	if err != nil {
		return fmt.Errorf("write JUnit report: %w", err)
	}
	return nil
}

type junitSuites struct {
	XMLName   xml.Name `xml:"testsuites"`
	Tests     string   `xml:"tests,attr,omitempty"`
	Failures  string   `xml:"failures,attr,omitempty"`
	Errors    string   `xml:"errors,attr,omitempty"`
	Skipped   string   `xml:"skipped,attr,omitempty"`
	Time      string   `xml:"time,attr,omitempty"`
	Timestamp string   `xml:"timestamp,attr,omitempty"`
	Suites    []junitSuite
}

type junitSuite struct {
	XMLName    xml.Name        `xml:"testsuite"`
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Hostname   string          `xml:"hostname,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties junitProperties `xml:"properties"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class      string           `xml:"classname,attr"`
	Name       string           `xml:"name,attr"`
	Time       string           `xml:"time,attr"`
	File       string           `xml:"file,attr,omitempty"`
	Line       string           `xml:"line,attr,omitempty"`
	Properties *junitProperties `xml:"properties"`
	Failure    *junitOutcome    `xml:"failure"`
	Error      *junitOutcome    `xml:"error"`
	Skipped    *junitOutcome    `xml:"skipped"`
}

// junitOutcome has a message as its attribute and text that is XML already:
// encoding/xml would write each line break as a character reference.
type junitOutcome struct {
	Message string `xml:"message,attr,omitempty"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",innerxml"`
}

const (
	junitZero = "0.000"
	junitTime = "2006-01-02T15:04:05" // the schemas allow no time zone
)

func newJUnit(r Report, o Options) junitSuites {
	var all junitSuites
	var sum junitSuite
	seen := repeats{}
	for n, target := range withScan(r) {
		suite := newJUnitSuite(r, o, target, seen)
		suite.ID = n
		sum.Tests += suite.Tests
		sum.Failures += suite.Failures
		sum.Errors += suite.Errors
		sum.Skipped += suite.Skipped
		all.Suites = append(all.Suites, suite)
	}
	if o.JUnitExtended {
		all.Tests, all.Failures = strconv.Itoa(sum.Tests), strconv.Itoa(sum.Failures)
		all.Errors, all.Skipped = strconv.Itoa(sum.Errors), strconv.Itoa(sum.Skipped)
		all.Time, all.Timestamp = junitZero, r.ScannedAt.UTC().Format(junitTime)
	}
	return all
}

func newJUnitSuite(r Report, o Options, target *Target, seen repeats) junitSuite {
	loader := r.loader(*target)
	verdict := target.Verdict
	if target.isScan() {
		verdict = r.Verdict
	}
	suite := junitSuite{
		Name: junitName(strings.Join(target.place(), "/")), Package: "rscheck", Timestamp: r.ScannedAt.UTC().Format(junitTime),
		Hostname: "localhost", Time: junitZero,
		Properties: junitProperties{List: []junitProperty{
			{"rscheck.version", visible(r.Tool.Version)},
			{"rscheck.target", visible(target.ID)},
			{"rscheck.loader", visible(strings.Join([]string{loader.ID, loader.Region, loader.Connection, loader.User}, " "))},
			{"rscheck.fail_on", visible(string(r.FailOn))},
			{"rscheck.verdict", visible(string(verdict))},
		}},
	}
	if seen := target.seenAs(); seen != "" {
		suite.Properties.List = append(suite.Properties.List, junitProperty{"rscheck.login", visible(seen)})
	}
	for _, result := range target.Results {
		result.Outcome, result.Severity = result.Outcome.known(), result.Severity.known()
		c := newJUnitCase(item{result, target}, o, seen)
		suite.Tests++
		switch {
		case c.Failure != nil:
			suite.Failures++
		case c.Error != nil:
			suite.Errors++
		case c.Skipped != nil:
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	return suite
}

func newJUnitCase(i item, o Options, seen repeats) junitCase {
	c := junitCase{Class: i.junitClass(), Name: i.junitTitle(), Time: junitZero}
	// GitLab keeps the first of two cases that are named alike.
	if n := seen.number(c.Class + "\x00" + c.Name); n > 1 {
		c.Name += fmt.Sprintf(" (%d)", n)
	}
	switch i.Outcome {
	case Fail:
		c.Failure = i.junitOutcome(string(i.Severity))
	case Unknown:
		c.Error = i.junitOutcome(string(Unknown))
	case Waived, NotApplicable:
		// Ant's schema allows no attributes here, and Jenkins reads the text.
		c.Skipped = &junitOutcome{Text: xmlText(strings.ReplaceAll(string(i.Outcome), "_", " ") + ": " + i.found())}
	}
	if o.JUnitExtended {
		uri, line := i.location(o)
		c.File, c.Line = uri, strconv.Itoa(line)
		c.Properties = &junitProperties{List: []junitProperty{
			{"check", visible(i.Check)},
			{"severity", string(i.Severity)},
			{"outcome", string(i.Outcome)},
			{"subject", visible(i.Subject)},
			{"fingerprint", i.hash()},
			{"url", visible(i.URL)},
		}}
	}
	return c
}

// junitClass is rscheck, the target's place and the area, joined by dots. Jenkins
// takes what stands before the last dot for a package.
func (i item) junitClass() string {
	parts := []string{"rscheck"}
	for _, part := range i.target.place() {
		parts = append(parts, strings.ReplaceAll(part, ".", "_"))
	}
	return junitName(strings.Join(append(parts, areaOf(i.Check)), "."))
}

func (i item) junitTitle() string {
	name := i.Check + " " + i.Title
	if i.Subject != "" {
		name += " [" + i.Subject + "]"
	}
	return junitName(name)
}

// junitName has single spaces only, as an xs:token does.
func junitName(s string) string {
	return cmp.Or(strings.Join(strings.Fields(visible(s)), " "), "-")
}

// junitOutcome tells what was found and what to type. GitLab turns a type that it
// takes for one of Ruby's into something else or drops the file, so it is only
// ever one of our own words.
func (i item) junitOutcome(kind string) *junitOutcome {
	// No line begins with words of others: dorny/test-reporter takes one with "at"
	// for a place in a file.
	told := []string{"Found: " + i.found(), "Resource: " + shown(i.target.ID, 1000)}
	if i.Subject != "" {
		told = append(told, "Subject: "+shown(i.Subject, 1000))
	}
	told = append(told, "Severity: "+string(i.Severity))
	if i.URL != "" {
		told = append(told, "More: "+shown(i.URL, 1000))
	}
	if steps := i.steps(); len(steps) > 0 {
		told = append(told, "To mend it:")
		for _, line := range lines(steps) {
			told = append(told, "  "+line)
		}
	}
	return &junitOutcome{Message: clip(i.found(), 1000), Type: kind, Text: xmlText(whole(told, 8000))}
}

// whole joins as many lines as fit into limit bytes, none of them cut.
func whole(lines []string, limit int) string {
	var b strings.Builder
	for _, line := range lines {
		if b.Len()+len(line) > limit {
			b.WriteString("\n(cut here: the JSON report has all)")
			break
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(line)
	}
	return b.String()
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func xmlText(s string) string { return xmlEscapes.Replace(s) }
