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
	// Extensions are the file name endings that mean this format.
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
}

// Formats lists every format, the one for people first.
func Formats() []Format {
	return []Format{
		{Name: "text", Extensions: []string{".txt"}, Write: Text},
		{Name: "json", Extensions: []string{".json"}, Write: func(w io.Writer, r Report, _ Options) error { return JSON(w, r) }},
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
