package report

import (
	"fmt"
	"io"
	"strings"
)

// Format is one way to write a report. A new one is a file of its own and a line
// in Formats.
type Format struct {
	// Name is what --format and --output take.
	Name string
	// Extensions are the file name endings that mean this format; none where it
	// is not made for files.
	Extensions []string
	Write      func(w io.Writer, r Report, o Options) error
}

// Options say how a report is written. Each format takes those that mean
// something to it; the zero value is always fit.
type Options struct {
	// Color paints the text format. The text is the same without.
	Color bool
	// Width is how many columns the text format may use, 80 for 0.
	Width int
	// Verbose lists what passed and what does not apply too, and cuts no list.
	Verbose bool
	// Quiet leaves the verdicts only.
	Quiet bool
	// Saved says that the facts come from a file: text then tells of when they
	// are.
	Saved bool
	// Rules explain the checks. SARIF makes its rules of them; a check without
	// one is explained by what its results say.
	Rules []Rule
	// SARIFAll adds what SARIF leaves out: waived findings as suppressed ones, what
	// passed and what does not apply. GitHub would show each as an open alert.
	SARIFAll bool
	// SARIFLocation is where each target is declared, by the target's id. SARIF
	// points there instead of at a path made of the resource's names.
	SARIFLocation map[string]Location
	// JUnitExtended adds what the strict JUnit schemas refuse: file and line,
	// properties of each case, sums for the whole file.
	JUnitExtended bool
}

// Rule explains a check.
type Rule struct {
	ID string
	// Title is a statement that is true when the check passes.
	Title       string
	Description string
	Severity    Severity
	// Remediation says in general what mends it; a finding has the commands.
	Remediation string
	// URL is the page about the check; formats link to it where it is an https
	// address.
	URL string
	// Related are addresses of pages that say more.
	Related []string
	// Conflicts are checks of other catalogues that ask for the opposite.
	Conflicts []string
}

// Location is a line of a file. File is relative to the root of its repository;
// the first line is 1.
type Location struct {
	File string
	Line int
}

// Formats lists every format, the one for people first.
func Formats() []Format {
	return []Format{
		{Name: "text", Extensions: []string{".txt"}, Write: Text},
		{Name: "json", Extensions: []string{".json"}, Write: func(w io.Writer, r Report, _ Options) error { return JSON(w, r) }},
		{Name: "html", Extensions: []string{".html", ".htm"}, Write: HTML},
		{Name: "sarif", Extensions: []string{".sarif", ".sarif.json"}, Write: SARIF},
		{Name: "junit", Extensions: []string{".xml"}, Write: JUnit},
		{Name: "markdown", Extensions: []string{".md"}, Write: Markdown},
		{Name: "github", Write: GitHub},
		{Name: "gitlab", Extensions: []string{".gl.json"}, Write: GitLab},
		{Name: "csv", Extensions: []string{".csv"}, Write: CSV},
	}
}

// FormatNames lists the names of every format.
func FormatNames() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// FormatByName finds a format by its name.
func FormatByName(name string) (Format, error) {
	for _, f := range Formats() {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("unknown format %q: want one of %s", name, strings.Join(FormatNames(), ", "))
}

// FormatByPath finds the format that the ending of a file's name means. The
// longest ending wins.
func FormatByPath(path string) (Format, error) {
	var found Format
	longest := ""
	for _, f := range Formats() {
		for _, extension := range f.Extensions {
			if len(extension) > len(longest) && strings.HasSuffix(strings.ToLower(path), extension) {
				found, longest = f, extension
			}
		}
	}
	if longest == "" {
		return Format{}, fmt.Errorf("the name %q tells no format: want one of %s", path, strings.Join(FormatNames(), ", "))
	}
	return found, nil
}
