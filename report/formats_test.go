package report

import (
	"errors"
	"slices"
	"testing"
)

func TestFormatIsFoundByName(t *testing.T) {
	for _, name := range FormatNames() {
		f, err := FormatByName(name)
		if err != nil || f.Name != name {
			t.Errorf("%s: found %q, %v", name, f.Name, err)
		}
	}
	_, err := FormatByName("yaml")
	if err == nil || err.Error() != `unknown format "yaml": want one of text, json, html, sarif, junit, markdown, github, gitlab, csv` {
		t.Errorf("yaml: %v", err)
	}
}

func TestFormatIsFoundByPath(t *testing.T) {
	for path, want := range map[string]string{
		"report.json": "json", "out/REPORT.JSON": "json", "a.txt": "text",
		"a.sarif": "sarif", "a.sarif.json": "sarif", "rscheck.gl.json": "gitlab", "junit.XML": "junit", "summary.md": "markdown", "a.csv": "csv", "a.html": "html", "a.HTM": "html",
		"report": "", "json": "", ".": "", "": "",
	} {
		f, err := FormatByPath(path)
		if f.Name != want || (err == nil) != (want != "") {
			t.Errorf("%q: found %q, %v", path, f.Name, err)
		}
	}
}

func TestFormatsAreDistinct(t *testing.T) {
	var names []string
	for _, f := range Formats() {
		if len(f.Extensions) == 0 && f.Name != "github" {
			t.Errorf("%s has no extension", f.Name)
		}
		names = append(append(names, f.Name), f.Extensions...)
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a name or an extension stands twice: %q", names)
	}
}

func TestFormatsReturnWriteErrors(t *testing.T) {
	full := errors.New("no space left on device")
	for _, f := range Formats() {
		length := len(write(t, f.Write, every(), Options{}))
		for name, after := range map[string]int{"at once": 0, "in the middle": length / 2} {
			t.Run(f.Name+" "+name, func(t *testing.T) {
				if err := f.Write(&failing{after, full}, every(), Options{}); !errors.Is(err, full) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// A report that says nothing is written as one that could not tell.
func TestFormatsOfAnEmptyReport(t *testing.T) {
	empty := base()
	empty.Targets = []Target{{Paths: []Path{{Hops: []Hop{{}}}}, Results: []Result{{}}}}
	for name, r := range map[string]Report{"zero": {}, "nothing filled in": empty} {
		t.Run(name, func(t *testing.T) {
			if n := len(checkSARIF(t, write(t, SARIF, r, Options{})).Results); n == 0 {
				t.Error("SARIF says that all is well")
			}
			if n := len(checkGitLab(t, write(t, GitLab, r, Options{}))); n == 0 {
				t.Error("GitLab's report says that all is well")
			}
			checkJUnit(t, write(t, JUnit, r, Options{}))
			checkMarkdown(t, string(write(t, Markdown, r, Options{})))
			checkGitHub(t, r)
			readCSV(t, r)
		})
	}
}
