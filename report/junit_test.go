package report

import (
	"bytes"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// junitFile is a file of test results as a reader sees it.
type junitFile struct {
	XMLName xml.Name   `xml:"testsuites"`
	Attrs   []xml.Attr `xml:",any,attr"`
	Suites  []struct {
		Attrs    []xml.Attr `xml:",any,attr"`
		Children []struct {
			XMLName  xml.Name
			Attrs    []xml.Attr `xml:",any,attr"`
			Children []struct {
				XMLName xml.Name
				Attrs   []xml.Attr `xml:",any,attr"`
				Text    string     `xml:",chardata"`
			} `xml:",any"`
			Text string `xml:",chardata"`
		} `xml:",any"`
	} `xml:"testsuite"`
}

// attributes returns the names of attributes, in order, and their values by name.
func attributes(attrs []xml.Attr) (string, map[string]string) {
	var names []string
	values := map[string]string{}
	for _, a := range attrs {
		names = append(names, a.Name.Local)
		values[a.Name.Local] = a.Value
	}
	return strings.Join(names, " "), values
}

var (
	junitToken   = regexp.MustCompile(`^\S+( \S+)*$`)
	junitSeconds = regexp.MustCompile(`^[0-9]{1,3}\.[0-9]{3}$`)
)

// checkJUnit fails where one of the two schemas would refuse the file, or a tool
// would misread it.
func checkJUnit(t *testing.T, doc []byte) junitFile {
	t.Helper()
	if at := bytes.IndexFunc(doc, terminalActsOn); at >= 0 || !utf8.Valid(doc) {
		t.Errorf("raw character at byte %d of %q", at, doc)
	}
	var file junitFile
	if err := xml.Unmarshal(doc, &file); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	if len(file.Attrs) > 0 {
		t.Errorf("testsuites has attributes %v", file.Attrs)
	}
	seen := repeats{}
	for n, suite := range file.Suites {
		names, values := attributes(suite.Attrs)
		if want := "name package id timestamp hostname tests failures errors skipped time"; names != want {
			t.Errorf("suite %d has attributes %s, want %s", n, names, want)
		}
		for _, name := range []string{"name", "package", "hostname"} {
			if !junitToken.MatchString(values[name]) {
				t.Errorf("suite %d: %s is %q", n, name, values[name])
			}
		}
		if values["id"] != strconv.Itoa(n) || !junitSeconds.MatchString(values["time"]) || !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`).MatchString(values["timestamp"]) {
			t.Errorf("suite %d has %v", n, values)
		}
		counts := map[string]int{}
		var order []string
		for _, child := range suite.Children {
			if order = append(order, child.XMLName.Local); child.XMLName.Local != "testcase" {
				continue
			}
			counts["tests"]++
			names, c := attributes(child.Attrs)
			if names != "classname name time" || !junitToken.MatchString(c["classname"]) || !junitToken.MatchString(c["name"]) || !junitSeconds.MatchString(c["time"]) {
				t.Errorf("a case has %v", c)
			}
			if seen.number(c["classname"]+"\x00"+c["name"]) > 1 {
				t.Errorf("GitLab drops the second case %q of %q", c["name"], c["classname"])
			}
			if len(child.Children) > 1 {
				t.Errorf("%s has %d outcomes", c["name"], len(child.Children))
			}
			for _, outcome := range child.Children {
				counts[outcome.XMLName.Local]++
				checkJUnitOutcome(t, outcome.XMLName.Local, outcome.Attrs, outcome.Text)
			}
		}
		if joined := strings.Join(slices.Compact(order), " "); joined != "properties testcase system-out system-err" && joined != "properties system-out system-err" {
			t.Errorf("suite %d holds %s", n, joined)
		}
		for of, by := range map[string]string{"tests": "tests", "failures": "failure", "errors": "error", "skipped": "skipped"} {
			if values[of] != strconv.Itoa(counts[by]) {
				t.Errorf("suite %d tells of %s %s, %d are there", n, values[of], of, counts[by])
			}
		}
	}
	return file
}

// checkJUnitOutcome knows the traps: GitLab shows the text and casts it by type,
// dorny/test-reporter shows message and type, Ant's schema wants a type, and
// nothing of the kind on what is skipped.
func checkJUnitOutcome(t *testing.T, name string, attrs []xml.Attr, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" || len(text) > 8192 {
		t.Errorf("%s has text %q", name, text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "at ") {
			t.Errorf("dorny/test-reporter takes %q for a place in a file", line)
		}
	}
	names, values := attributes(attrs)
	switch name {
	case "skipped":
		if names != "" {
			t.Errorf("skipped has attributes %s", names)
		}
	case "failure", "error":
		known := slices.Contains(Severities, Severity(values["type"])) && name == "failure" || values["type"] == "unknown" && name == "error"
		if names != "message type" || strings.TrimSpace(values["message"]) == "" || strings.Contains(values["message"], "\n") || !known {
			t.Errorf("%s has attributes %q", name, values)
		}
	default:
		t.Errorf("a case holds %s", name)
	}
}

func TestJUnitIsTakenEverywhere(t *testing.T) {
	for name, r := range allReports() {
		t.Run(name, func(t *testing.T) { checkJUnit(t, write(t, JUnit, r, Options{})) })
	}
}

// verdictsOf maps the name of each case to how it ended.
func verdictsOf(file junitFile) map[string]string {
	all := map[string]string{}
	for _, suite := range file.Suites {
		for _, child := range suite.Children {
			if child.XMLName.Local != "testcase" {
				continue
			}
			_, c := attributes(child.Attrs)
			ended := "passed"
			for _, outcome := range child.Children {
				ended = outcome.XMLName.Local
			}
			all[c["classname"]+": "+c["name"]] = ended
		}
	}
	return all
}

func TestJUnitOutcomes(t *testing.T) {
	target := readyTarget()
	target.Results = nil
	result(&target, "NET001", Critical, Pass, "", "")
	result(&target, "NET004", Critical, Fail, "192.0.2.1/32", "denied")
	result(&target, "NET004", Critical, Fail, "192.0.2.1/32", "denied again")
	result(&target, "SEC003", Medium, Unknown, "", "", lacks("x", "access_denied", "allow x:Y"))
	result(&target, "SEC001", High, Waived, "sg-1", "waived until 2027-01-31: office network")
	result(&target, "NET009", Critical, NotApplicable, "", "the connection is direct")
	class := "rscheck.aws.111122223333.us-east-1.redshift.reporting."
	want := map[string]string{
		"rscheck.scan.scan: SCAN " + scanTitle:                                                                   "passed",
		class + "network: NET001 " + titles["NET001"]:                                                            "passed",
		class + "network: NET004 The network ACL admits every loader address and its replies [192.0.2.1/32]":     "failure",
		class + "network: NET004 The network ACL admits every loader address and its replies [192.0.2.1/32] (2)": "failure",
		class + "security: SEC003 TLS is required and in force":                                                  "error",
		class + "security: SEC001 The cluster's port is open to the loader only [sg-1]":                          "skipped",
		class + "network: NET009 The bastion is reachable by the loader and reaches the cluster":                 "skipped",
	}
	got := verdictsOf(checkJUnit(t, write(t, JUnit, one(target), Options{})))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A scan that saw nothing, or not everything, is an error and never an empty file.
func TestJUnitOfABrokenScan(t *testing.T) {
	for name, want := range map[string]string{
		"no-target":      "rscheck.scan.scan: SCAN " + scanTitle,
		"region-denied":  "rscheck.scan.scan: SCAN " + scanTitle + " [regions.eu-west-1]",
		"nothing-judged": "rscheck.scan.scan: SCAN " + scanTitle + " [arn:aws:redshift:us-east-1:111122223333:cluster:analytics]",
	} {
		if got := verdictsOf(checkJUnit(t, write(t, JUnit, situations()[name], Options{}))); got[want] != "error" {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// Jenkins takes what stands before the last dot for a package.
func TestJUnitClassOfAHostHasNoDotsOfItsOwn(t *testing.T) {
	got := verdictsOf(checkJUnit(t, write(t, JUnit, one(endpointOnly()), Options{})))
	if name := "rscheck.host.203_0_113_10:5439.cluster: CLU001 " + titles["CLU001"]; got[name] != "passed" {
		t.Errorf("%s is not in %v", name, got)
	}
}

// Jenkins and GitLab follow a case by its names, so they depend on nothing but
// what is asked of what.
func TestJUnitNamesStay(t *testing.T) {
	alone := verdictsOf(checkJUnit(t, write(t, JUnit, one(readyTarget()), Options{})))
	r := thirtyTargets()
	other := cluster("reporting", "us-west-2")
	passes(&other, "NET001")
	target := readyTarget()
	target.Results[0].Message = "said otherwise"
	r.Targets = append(r.Targets, other, target)
	r.Finish()
	together := verdictsOf(checkJUnit(t, write(t, JUnit, r, Options{})))
	for name, ended := range alone {
		if together[name] != ended {
			t.Errorf("%s is %q among others", name, together[name])
		}
	}
}

func TestJUnitExtended(t *testing.T) {
	r := one(blocked())
	o := Options{JUnitExtended: true, SARIFLocation: map[string]Location{r.Targets[0].ID: {"rscheck.yaml", 3}}}
	golden(t, "junit/extended.xml", write(t, JUnit, r, o))
}

// Long texts are cut at the end of a line, so that no command is cut.
func TestJUnitCutsWholeLines(t *testing.T) {
	target := readyTarget()
	var more []func(*Result)
	for i := range 100 {
		more = append(more, sql("ALTER TABLE s."+strings.Repeat("x", 100+i)+" OWNER TO stitch;"))
	}
	result(&target, "SQL005", Critical, Fail, "s", strings.Repeat("long ", 400), more...)
	for _, suite := range checkJUnit(t, write(t, JUnit, one(target), Options{})).Suites[1:] {
		text := suite.Children[1].Children[0].Text
		lines := strings.Split(text, "\n")
		if len(text) < 7000 || lines[len(lines)-1] != "(cut here: the JSON report has all)" || !strings.HasSuffix(lines[len(lines)-2], "stitch;") {
			t.Errorf("%d bytes, end with %q", len(text), lines[len(lines)-2:])
		}
	}
}

// The schema says what the two schemas of readers have in common.
func TestJUnitIsValid(t *testing.T) {
	xmllint := program(t, "xmllint", "RSCHECK_XMLLINT", "apt-get install libxml2-utils")
	schema := filepath.Join("..", "testdata", "report", "junit.xsd")
	validate := func(doc []byte) error {
		path := filepath.Join(t.TempDir(), "report.xml")
		if err := os.WriteFile(path, doc, 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(xmllint, "--noout", "--nonet", "--schema", schema, path).CombinedOutput()
		if err != nil {
			t.Log(string(out))
		}
		return err
	}
	for name, r := range allReports() {
		if err := validate(write(t, JUnit, r, Options{})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// What the strict schemas refuse, this one does too.
	if err := validate(write(t, JUnit, every(), Options{JUnitExtended: true})); err == nil {
		t.Error("the extended form is valid")
	}
}

// program finds a program that a test needs.
func program(t *testing.T, name, variable, install string) string {
	t.Helper()
	if path := os.Getenv(variable); path != "" {
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, name+" is missing: "+install+", or point "+variable+" at it")
	}
	return path
}

// missing ends a test for want of a tool: in CI that is a failure.
func missing(t *testing.T, hint string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(hint)
	}
	t.Skip(hint)
}

func FuzzJUnit(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("")
	f.Add("at org.example.Main(main.go:1)")
	f.Add("]]>")
	f.Fuzz(func(t *testing.T, s string) {
		r := attackedBy(s)
		checkJUnit(t, write(t, JUnit, r, Options{}))
		d := xml.NewDecoder(bytes.NewReader(write(t, JUnit, r, Options{JUnitExtended: true})))
		for {
			token, err := d.Token()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			// A name cannot bring elements of its own.
			if start, ok := token.(xml.StartElement); ok && !slices.Contains([]string{
				"testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out", "system-err",
			}, start.Name.Local) {
				t.Errorf("element %s", start.Name.Local)
			}
		}
	})
}
