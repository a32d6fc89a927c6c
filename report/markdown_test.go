package report

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// ourMarkup is all that rscheck itself writes besides words: tags without
// attributes, addresses that passed httpsURL, character references.
var ourMarkup = regexp.MustCompile(`</?(?:details|summary|code)>|<https://[-A-Za-z0-9._~/#?=&%+]+>|&#[0-9]+;`)

// activeMarkup is what Markdown, HTML, GitHub or GitLab would act on.
var activeMarkup = regexp.MustCompile("[\\\\`*_{}\\[\\]<>&|~$^@#]|://|(?i:www\\.)")

// checkProse fails if text holds anything but words and our own markup.
func checkProse(t *testing.T, text string) {
	t.Helper()
	if found := activeMarkup.FindString(ourMarkup.ReplaceAllString(text, "")); found != "" {
		t.Errorf("%q is live in %q", found, text)
	}
}

// checkMarkdown reads a report as Markdown does, by lines, and fails where
// something that is not ours builds structure. It returns the blocks of code.
func checkMarkdown(t *testing.T, doc string) []string {
	t.Helper()
	if at := strings.IndexFunc(doc, terminalActsOn); at >= 0 || !utf8.ValidString(doc) {
		t.Errorf("raw character at byte %d of %q", at, doc)
	}
	if len(doc) > markdownBytes {
		t.Errorf("%d bytes", len(doc))
	}
	lines := strings.Split(strings.TrimSuffix(doc, "\n"), "\n")
	if lines[0] != "<!-- rscheck:sticky -->" || !strings.HasPrefix(lines[1], "## ") {
		t.Fatalf("begins with %q", lines[:2])
	}
	checkProse(t, strings.TrimPrefix(lines[1], "## "))
	var blocks []string
	folded := 0
	for n := 2; n < len(lines); n++ {
		switch line := lines[n]; {
		case line == "":
		case strings.HasPrefix(line, "```"):
			end := slices.Index(lines[n+1:], strings.TrimRight(line, "shql"))
			if end < 0 || !regexp.MustCompile("^```+(sh|sql)$").MatchString(line) {
				t.Fatalf("line %d: %q is never closed", n+1, line)
			}
			blocks = append(blocks, strings.Join(lines[n+1:n+1+end], "\n"))
			n += end + 1
		case strings.HasPrefix(line, "| :--"):
		case strings.HasPrefix(line, "| "):
			checkRow(t, lines[:n+1])
		case line == "</details>":
			folded--
		case strings.HasPrefix(line, "<details><summary>") && strings.HasSuffix(line, "</summary>"):
			folded++
			checkProse(t, line)
		default:
			if !regexp.MustCompile(`^(For |> (Note: |since the baseline )|✗ |\? |The same for |Note: |And [0-9]+ more |More: <|\*\*[0-9]+ more |What to type )`).MatchString(line) {
				t.Errorf("line %d begins with what is not ours: %q", n+1, line)
			}
			checkProse(t, strings.TrimPrefix(strings.Trim(line, "*"), "> "))
		}
		if folded < 0 || folded > 1 {
			t.Fatalf("line %d: details are not closed where they should be", n+1)
		}
	}
	return blocks
}

// checkRow checks the last of lines, which has as many cells as the table's head.
func checkRow(t *testing.T, lines []string) {
	t.Helper()
	row := lines[len(lines)-1]
	head := len(lines) - 1
	for strings.HasPrefix(lines[head-1], "| ") {
		head--
	}
	if strings.Count(row, "|") != strings.Count(lines[head], "|") {
		t.Errorf("row %q does not fit under %q", row, lines[head])
	}
	checkProse(t, strings.ReplaceAll(row, "|", ""))
}

func TestMarkdownHoldsNothingLive(t *testing.T) {
	for name, r := range allReports() {
		t.Run(name, func(t *testing.T) { checkMarkdown(t, string(write(t, Markdown, r, Options{}))) })
	}
}

func TestMarkdownOfAReadyCluster(t *testing.T) {
	got := string(write(t, Markdown, one(readyTarget()), Options{}))
	want := `<!-- rscheck:sticky -->
## ✅ READY  reporting: 10 checks passed, 1 does not apply · exit 0

For Stitch, north-america, direct, as user stitch · 10 checks passed, 1 does not apply · facts of 2026-11-23 03:00 UTC

`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMarkdownOfBlockedCluster(t *testing.T) {
	golden(t, "markdown/blocked-by-acl.md", write(t, Markdown, one(blocked()), Options{}))
}

func TestMarkdownSaysTheVerdictFirst(t *testing.T) {
	for name, r := range allReports() {
		heading := strings.Split(string(write(t, Markdown, r, Options{})), "\n")[1]
		if want := prose(shown(verdictLine(r), 1000)); !strings.HasSuffix(heading, want) {
			t.Errorf("%s: %q, want %q", name, heading, want)
		}
	}
}

// What can be copied is what the result says.
func TestMarkdownShowsCommandsWhole(t *testing.T) {
	r := one(tablesOfAnother())
	commands := strings.Join(checkMarkdown(t, string(write(t, Markdown, r, Options{}))), "\n") + "\n"
	for _, result := range r.Targets[0].Results {
		for _, step := range result.Remediation {
			if !strings.Contains(commands, step.Text+"\n") {
				t.Errorf("not there: %s", step.Text)
			}
		}
	}
}

func TestFenceIsLongerThanWhatItHolds(t *testing.T) {
	for _, line := range []string{"", "a", "`", "```", "~~~", "````sh", "a `````` b ```", "```\n```", "</details>"} {
		r := one(readyTarget())
		result(&r.Targets[0], "SQL005", Critical, Fail, "x", "m", sql("SELECT 1;"), sql(line))
		r.Finish()
		blocks := checkMarkdown(t, string(write(t, Markdown, r, Options{})))
		want := "SELECT 1;\n" + line
		if visible(line) != line {
			want = "SELECT 1;"
		}
		if diff := cmp.Diff([]string{want}, blocks); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}

var counted = regexp.MustCompile(`([0-9]+) more finding`)

func TestMarkdownKeepsTheWorstWithinItsLimit(t *testing.T) {
	for name, r := range map[string]Report{
		"many findings":   manyFindings(3000, 50),
		"long messages":   manyFindings(400, 4000),
		"hostile fleet":   fleetOf(100, attacker()),
		"fleet":           fleetOf(500, analytics()),
		"blocked cluster": one(blocked()),
	} {
		t.Run(name, func(t *testing.T) {
			doc := string(write(t, Markdown, r, Options{}))
			checkMarkdown(t, doc)
			_, table, _ := strings.Cut(doc, "| Check |")
			rows := 0
			for line := range strings.SplitSeq(table, "\n") {
				if strings.HasPrefix(line, "| ✗") {
					rows++
					if rows <= 10 && !strings.Contains(line, "| critical |") {
						t.Errorf("row %d is %q", rows, line)
					}
				}
			}
			all, shown, left := notices(r), 0, 0
			for _, n := range all[:rows] {
				shown += len(n)
			}
			if m := counted.FindStringSubmatch(doc); m != nil {
				fmt.Sscan(m[1], &left)
			}
			if failed := len(items(r, Fail)); shown+left != failed || rows == 0 {
				t.Errorf("%d findings shown and %d left out of %d", shown, left, failed)
			}
		})
	}
}

// fleetOf has n targets like one.
func fleetOf(n int, like Target) Report {
	r := base()
	for i := range n {
		t := like
		t.ID += fmt.Sprint(i)
		t.Name += fmt.Sprint(i)
		r.Targets = append(r.Targets, t)
	}
	r.Finish()
	return r
}

// A reader of the rendered page sees the text, save for the invisible spaces.
func TestProseReadsAsItsText(t *testing.T) {
	for _, s := range append(slices.Clone(hostile), "@octocat", "#12", "user@host", "https://evil.example", "www.evil.example") {
		for name, show := range map[string]func(string) string{"prose": prose, "code": inCode} {
			marked := show(s)
			checkProse(t, marked)
			read := html.UnescapeString(strings.TrimSuffix(strings.TrimPrefix(marked, "<code>"), "</code>"))
			if read = strings.ReplaceAll(read, "\u200b", ""); read != visible(s) {
				t.Errorf("%s: %q reads as %q", name, s, read)
			}
		}
	}
	// GitHub and GitLab look for these in what is shown.
	for s, want := range map[string]string{"@octocat": "&#64;&#8203;octocat", "see #12": "see &#35;&#8203;12"} {
		if got := prose(s); got != want {
			t.Errorf("%q: got %q", s, got)
		}
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("")
	for _, s := range []string{"````", "- [ ] a", "1. a", "    code", "<details>", "@octocat #1 GH-1", "https://evil.example", "WWW.evil.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkMarkdown(t, string(write(t, Markdown, attackedBy(s), Options{})))
	})
}
