package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// command is a workflow command as GitHub's runner reads it.
type command struct {
	name, title, data string
}

// readCommand reads a line as the runner does (actions/runner,
// ActionCommand.cs).
func readCommand(t *testing.T, line string) command {
	t.Helper()
	head, data, found := strings.Cut(strings.TrimPrefix(line, "::"), "::")
	name, properties, _ := strings.Cut(head, " ")
	if !strings.HasPrefix(line, "::") || !found || !slices.Contains([]string{"error", "warning", "notice"}, name) {
		t.Fatalf("%q is none of our commands", line)
	}
	c := command{name: name, data: unescape(data, "%0D", "\r", "%0A", "\n", "%25", "%")}
	for property := range strings.SplitSeq(properties, ",") {
		key, value, _ := strings.Cut(property, "=")
		if key != "title" || c.title != "" {
			t.Errorf("%q has the property %q", line, property)
		}
		c.title = unescape(value, "%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	}
	return c
}

// unescape replaces one after the other, as the runner does.
func unescape(s string, pairs ...string) string {
	for pair := range slices.Chunk(pairs, 2) {
		s = strings.ReplaceAll(s, pair[0], pair[1])
	}
	return s
}

// checkGitHub reads a report and fails where GitHub would drop a part of it or
// obey words of others.
func checkGitHub(t *testing.T, r Report) []command {
	t.Helper()
	doc := string(write(t, GitHub, r, Options{}))
	if at := strings.IndexFunc(doc, terminalActsOn); at >= 0 {
		t.Errorf("raw character at byte %d of %q", at, doc)
	}
	var commands []command
	counts := repeats{}
	for line := range strings.SplitSeq(strings.TrimSuffix(doc, "\n"), "\n") {
		c := readCommand(t, line)
		commands = append(commands, c)
		if counts.number(c.name) > githubLimit {
			t.Errorf("more than %d of %s", githubLimit, c.name)
		}
		for line := range strings.SplitSeq(c.data, "\n") {
			if visible(line) != line {
				t.Errorf("hidden characters in %q", line)
			}
		}
	}
	last := commands[len(commands)-1]
	if line, _, _ := strings.Cut(last.data, "\n"); last.name != "notice" || line != verdictLine(r) {
		t.Errorf("ends with %+v", last)
	}
	return commands
}

func TestGitHubShowsAllOrSaysHowManyMore(t *testing.T) {
	for name, r := range allReports() {
		commands := checkGitHub(t, r)
		shown := commands[:len(commands)-1]
		all := notices(r)
		more := strings.Contains(commands[len(commands)-1].data, "not shown here")
		if more != (len(shown) < len(all)) {
			t.Errorf("%s: %d of %d shown, %+v", name, len(shown), len(all), commands[len(commands)-1])
		}
	}
}

func TestGitHubOfAReadyCluster(t *testing.T) {
	want := []command{{"notice", "rscheck", "READY  reporting: 10 checks passed, 1 does not apply · exit 0"}}
	if diff := cmp.Diff(want, checkGitHub(t, one(readyTarget())), cmp.AllowUnexported(command{})); diff != "" {
		t.Error(diff)
	}
}

func TestGitHubLevels(t *testing.T) {
	target := readyTarget()
	target.Results = nil
	result(&target, "SQL005", Critical, Fail, "s.a%0A", "owned by 100%,\netl", sql("ALTER TABLE s.a OWNER TO stitch;"))
	result(&target, "SEC003", Medium, Fail, "", "require_ssl is false")
	result(&target, "NET004", Critical, Unknown, "", "", lacks("x", "access_denied", "allow ec2:DescribeNetworkAcls"))
	want := []command{
		{"error", "SQL005 critical: " + titles["SQL005"], "reporting, s.a%0A: owned by 100%,\\netl\nALTER TABLE s.a OWNER TO stitch;"},
		{"warning", "NET004 critical: " + titles["NET004"], "Cannot tell for reporting: allow ec2:DescribeNetworkAcls"},
		{"warning", "SEC003 medium: " + titles["SEC003"], "reporting: require_ssl is false"},
		{"notice", "rscheck", "NOT READY  reporting: 2 findings (1 below high), 1 unknown · exit 1"},
	}
	if diff := cmp.Diff(want, checkGitHub(t, one(target)), cmp.AllowUnexported(command{})); diff != "" {
		t.Error(diff)
	}
}

// GitHub drops the eleventh of a kind without a word.
func TestGitHubKeepsTheWorst(t *testing.T) {
	target := readyTarget()
	for i := range 25 {
		severity := []Severity{Low, Critical, Medium, High, High}[i%5]
		result(&target, "SQL005", severity, Fail, "", fmt.Sprintf("finding %d", i))
	}
	for i := range 3 {
		result(&target, "NET004", Low, Unknown, "", fmt.Sprintf("unknown %d", i))
	}
	commands := checkGitHub(t, one(target))
	levels := repeats{}
	for _, c := range commands {
		_, severity, _ := strings.Cut(c.title, " ")
		severity, _, _ = strings.Cut(severity, ":")
		levels.number(c.name + " " + severity)
	}
	want := repeats{"error critical": 5, "error high": 5, "warning medium": 5, "warning low": 5, "notice ": 1}
	if diff := cmp.Diff(want, levels); diff != "" {
		t.Error(diff)
	}
	last := commands[len(commands)-1].data
	if !strings.HasSuffix(last, "\n5 more findings and 3 more unknown not shown here: the JSON report has all.") {
		t.Errorf("ends with %q", last)
	}
}

func FuzzGitHub(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("")
	f.Add("##[error]a")
	f.Add("%0A::error::x")
	f.Add("%250A%3A%253A,x=")
	f.Fuzz(func(t *testing.T, s string) {
		r := attackedBy(s)
		commands := checkGitHub(t, r)
		if want := shown(s, 40) + " critical: " + shown(s, 200); s != "" && commands[0].title != want {
			t.Errorf("title %q, want %q", commands[0].title, want)
		}
	})
}
