package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTextOfSituations(t *testing.T) {
	for name, r := range situations() {
		t.Run(name, func(t *testing.T) {
			golden(t, "text/"+name+".txt", write(t, Text, r, Options{Width: 80}))
		})
	}
}

func TestTextWithOptions(t *testing.T) {
	for name, o := range map[string]Options{
		"wide":    {Width: 120},
		"narrow":  {Width: 50},
		"color":   {Width: 80, Color: true},
		"verbose": {Width: 80, Verbose: true},
		"quiet":   {Width: 80, Quiet: true},
		"saved":   {Width: 80, Saved: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := base()
			r.Targets = []Target{readyTarget(), analytics(), workgroup()}
			r.Finish()
			golden(t, "text/options-"+name+".txt", write(t, Text, r, o))
		})
	}
}

func TestReadyClusterIsTwoLines(t *testing.T) {
	got := string(write(t, Text, one(readyTarget()), Options{}))
	want := `Stitch north-america, direct · as user stitch · account 111122223333 · us-east-1
READY  reporting: 10 checks passed, 1 does not apply · exit 0
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestVerdictIsTheLastLine(t *testing.T) {
	for name, r := range allReports() {
		for _, o := range []Options{{}, {Quiet: true}, {Verbose: true}, {Width: 40}} {
			lines := strings.Split(strings.TrimSuffix(string(write(t, Text, r, o)), "\n"), "\n")
			last := lines[len(lines)-1]
			if !strings.HasPrefix(last, word(r.Verdict).text) || !strings.HasSuffix(last, fmt.Sprintf(" · exit %d", r.ExitCode)) {
				t.Errorf("%s %+v: last line %q", name, o, last)
			}
			if r.Scope != "" && !strings.Contains(last, "("+r.Scope+")") {
				t.Errorf("%s: last line %q leaves out the scope", name, last)
			}
		}
	}
}

var painting = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColorAddsOnlyPaint(t *testing.T) {
	for name, r := range allReports() {
		for _, o := range []Options{{Width: 80}, {Width: 120, Verbose: true}, {Quiet: true}} {
			bare := string(write(t, Text, r, o))
			o.Color = true
			colored := string(write(t, Text, r, o))
			if colored == bare {
				t.Errorf("%s: no colour", name)
			}
			if diff := cmp.Diff(bare, painting.ReplaceAllString(colored, "")); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// NO_COLOR and a standard output that is no terminal are the command's business:
// here the option alone decides.
func TestColorIsNotGlobal(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	if got := write(t, Text, one(readyTarget()), Options{Color: true}); !painting.Match(got) {
		t.Error("the environment switched colour off")
	}
}

func TestLinesFitTheWidth(t *testing.T) {
	for name, r := range situations() {
		for _, width := range []int{80, 120} {
			lines := strings.Split(string(write(t, Text, r, Options{Width: width})), "\n")
			for _, line := range lines[:len(lines)-2] { // the verdict stays one line
				if columns(line) > width && !isSQL(line) {
					t.Errorf("%s: %d columns: %q", name, columns(line), line)
				}
			}
		}
	}
}

// isSQL reports whether line is a statement, which is never broken.
func isSQL(line string) bool {
	return strings.HasPrefix(line, "        ") && strings.HasSuffix(line, ";")
}

func TestLinesHaveNoSpaceAtTheirEnd(t *testing.T) {
	for name, r := range allReports() {
		for i, line := range strings.Split(string(write(t, Text, r, Options{})), "\n") {
			if strings.HasSuffix(line, " ") {
				t.Errorf("%s line %d: %q", name, i+1, line)
			}
		}
	}
}

func TestEveryCommandIsShownWhole(t *testing.T) {
	r := one(tablesOfAnother())
	text := string(write(t, Text, r, Options{Verbose: true}))
	for _, result := range r.Targets[0].Results {
		for _, step := range result.Remediation {
			if !strings.Contains(text, "\n        "+step.Text+"\n") {
				t.Errorf("not there: %s", step.Text)
			}
		}
	}
}

// A list that is cut says how many it leaves out, and Verbose leaves out none.
func TestCutListsAreCounted(t *testing.T) {
	r := one(tablesOfAnother())
	short := string(write(t, Text, r, Options{Width: 200}))
	for _, want := range []string{
		"the same for hubspot.companies_07, hubspot.companies_11, hubspot.companies_15, hubspot.contacts_01 and 11 more",
		"and 11 more like these: --verbose lists them",
	} {
		if !strings.Contains(short, want) {
			t.Errorf("not there: %s", want)
		}
	}
	if long := string(write(t, Text, r, Options{Verbose: true})); strings.Contains(long, " more") {
		t.Error("verbose text is cut")
	}
}

func TestManyFindingsOfACheckAreCounted(t *testing.T) {
	target := readyTarget()
	for i := range 9 {
		name := fmt.Sprintf("s.t%d", i)
		result(&target, "SQL005", Critical, Fail, name, fmt.Sprintf("owned by user%d", i))
	}
	text := string(write(t, Text, one(target), Options{}))
	if !strings.Contains(text, "s.t4: owned by user4\n      and 4 more findings of this check: --verbose lists them\n") {
		t.Error(text)
	}
}

func TestTargetsToldTogetherKeepWhatDiffers(t *testing.T) {
	r := base()
	for i, login := range []string{"auditor", "auditor", "root", "stitch"} {
		target := blocked()
		target.ID, target.Name = fmt.Sprint("arn", i), fmt.Sprint("cluster-", i)
		target.Login = &Login{User: login, About: "stitch", Via: "sql"}
		r.Targets = append(r.Targets, target)
	}
	r.Finish()
	text := string(write(t, Text, r, Options{}))
	for _, want := range []string{
		"direct · as user stitch · 4 targets", "\ncluster-0, cluster-1\n", "\ncluster-2 · cluster\n", "\ncluster-3 · cluster\n",
		"  9 checks passed · seen as auditor about stitch\n", "  9 checks passed · seen as root about stitch\n", "  9 checks passed\n",
	} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%d times %q in\n%s", strings.Count(text, want), want, text)
		}
	}
	for i := range r.Targets {
		r.Targets[i].Login.User = "auditor"
	}
	if text := string(write(t, Text, r, Options{})); strings.Count(text, "seen as auditor about stitch") != 1 {
		t.Errorf("what is the same for all is not said once:\n%s", text)
	}
}

func TestTargetsOfOneNameAreToldApart(t *testing.T) {
	target := func(account, region, id string) Target {
		return Target{ID: id, Name: "analytics", Account: account, Region: region}
	}
	for name, tc := range map[string]struct {
		targets []Target
		want    map[string]string
	}{
		"region":  {[]Target{target("1", "a", "x"), target("1", "b", "y")}, map[string]string{"x": "analytics in a", "y": "analytics in b"}},
		"account": {[]Target{target("1", "a", "x"), target("2", "a", "y")}, map[string]string{"x": "analytics in account 1", "y": "analytics in account 2"}},
		"both": {
			[]Target{target("1", "a", "w"), target("1", "b", "x"), target("2", "a", "y"), target("2", "b", "z")},
			map[string]string{"w": "analytics in account 1, a", "x": "analytics in account 1, b", "y": "analytics in account 2, a", "z": "analytics in account 2, b"},
		},
		"neither":        {[]Target{target("1", "a", "x"), target("1", "a", "y")}, map[string]string{"x": "x", "y": "y"}},
		"the same twice": {[]Target{target("1", "a", "x"), target("1", "a", "x")}, map[string]string{"x": "analytics"}},
	} {
		if diff := cmp.Diff(tc.want, labels(tc.targets)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// terminalActsOn is true for what no text may hold raw.
func terminalActsOn(r rune) bool {
	return r != '\n' && !unicode.IsPrint(r)
}

func FuzzTextIsHarmless(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, 80, false)
		f.Add(s, 0, true)
		f.Add("", -1, false)
	}
	f.Fuzz(func(t *testing.T, s string, width int, verbose bool) {
		r := one(saying(s))
		r.Loader = Loader{ID: s, Region: s, Connection: s, User: s}
		r.Scope, r.Unknown = s, r.Targets[0].Results[0].Missing
		r.Targets = append(r.Targets, one(saying(s+s)).Targets...)
		r.Finish()
		o := Options{Width: width, Verbose: verbose}
		text := string(write(t, Text, r, o))
		if at := strings.IndexFunc(text, terminalActsOn); at >= 0 || !utf8.ValidString(text) {
			t.Errorf("raw character at byte %d of %q", at, text)
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "NOT READY") || !strings.HasSuffix(last, " · exit 1") {
			t.Errorf("last line %q", last)
		}
		o.Color = true
		if colored := string(write(t, Text, r, o)); painting.ReplaceAllString(colored, "") != text {
			t.Errorf("colour changes the text")
		}
	})
}

// The attacker's report holds a line of every name; none starts a line of its own.
func TestNoNameForgesALine(t *testing.T) {
	for _, o := range []Options{{}, {Verbose: true}, {Quiet: true}} {
		for _, line := range strings.Split(string(write(t, Text, one(attacker()), o)), "\n") {
			if strings.HasPrefix(line, "::") || strings.HasPrefix(line, "READY") {
				t.Errorf("forged: %q", line)
			}
		}
	}
}
