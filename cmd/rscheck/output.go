package main

import (
	"cmp"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/report"
)

// outputOptions say where the report goes and in which forms.
type outputOptions struct {
	format  string
	files   []string // FORMAT=PATH
	color   string
	quiet   bool
	verbose bool
	// saved is whether the facts come from a file.
	saved bool

	sarifInclude  string
	sarifLocation string
	junitExtended bool
}

func (o *outputOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "text", "the `format` on stdout: "+strings.Join(report.FormatNames(), ", "))
	f.StringArrayVar(&o.files, "output", nil, "also write the report to a file, as `FORMAT=PATH` (repeatable)")
	f.StringVar(&o.color, "color", "auto", "colour: auto, always or never")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the verdict only")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "list what passed and what does not apply, too")
	f.StringVar(&o.sarifInclude, "sarif-include", "open", "results in SARIF: open (findings and unknowns) or all")
	f.StringVar(&o.sarifLocation, "sarif-location", "resource", "where SARIF points: resource, or config for the line that declares the target")
	f.BoolVar(&o.junitExtended, "junit-extended", false, "add what strict JUnit schemas refuse: files, lines, properties")
}

func (o *outputOptions) check() error {
	if _, err := report.FormatByName(o.format); err != nil {
		return usagef("--format: %w", err)
	}
	if modes := []string{"auto", "always", "never"}; !slices.Contains(modes, o.color) {
		return usagef("--color %q: want one of %s", o.color, strings.Join(modes, ", "))
	}
	if words := []string{"open", "all"}; !slices.Contains(words, o.sarifInclude) {
		return usagef("--sarif-include %q: want one of %s", o.sarifInclude, strings.Join(words, ", "))
	}
	if words := []string{"resource", "config"}; !slices.Contains(words, o.sarifLocation) {
		return usagef("--sarif-location %q: want one of %s", o.sarifLocation, strings.Join(words, ", "))
	}
	taken := map[string]bool{}
	for _, file := range o.files {
		_, path, err := splitOutput(file)
		if err != nil {
			return err
		}
		if path = filepath.Clean(path); taken[path] {
			return usagef("--output: %s is named twice: want a file for each report", path)
		}
		taken[path] = true
		if err := report.CheckFile(path); err != nil {
			return usagef("--output: %w", err)
		}
	}
	return nil
}

// splitOutput reads FORMAT=PATH, or PATH alone where its extension tells.
func splitOutput(value string) (report.Format, string, error) {
	name, path, found := strings.Cut(value, "=")
	if !found {
		format, err := report.FormatByPath(value)
		if err != nil {
			return report.Format{}, "", usagef("--output %q: want FORMAT=PATH: %w", value, err)
		}
		return format, value, nil
	}
	format, err := report.FormatByName(name)
	switch {
	case err != nil:
	case path == "":
		err = usagef("the path is empty")
	case path == "-":
		err = usagef("want a file: --format %s prints on stdout", name)
	}
	if err != nil {
		return report.Format{}, "", usagef("--output %q: %w", value, err)
	}
	return format, path, nil
}

// sources are what formats tell beside the report: what the checks mean, and
// where the targets are declared.
type sources struct {
	rules     []report.Rule
	locations map[string]report.Location // by the target's id
}

// write writes the report to its files and, last, to stdout, and takes over its
// exit code. A file that cannot be written does not keep it from the others.
func (a *app) write(r report.Report, o *outputOptions, from sources) error {
	a.code = r.ExitCode
	options := report.Options{
		Width: 120, Verbose: o.verbose, Saved: o.saved, Rules: from.rules,
		SARIFAll: o.sarifInclude == "all", JUnitExtended: o.junitExtended,
	}
	if o.sarifLocation == "config" {
		options.SARIFLocation = from.locations
	}
	var failed error
	for _, file := range o.files {
		format, path, err := splitOutput(file)
		if err != nil {
			return err
		}
		failed = cmp.Or(failed, report.WriteFile(path, func(w io.Writer) error { return format.Write(w, r, options) }))
	}
	format, err := report.FormatByName(o.format)
	if err != nil {
		return err
	}
	options.Width, _ = terminal(a.stdout)
	options.Color, options.Quiet = useColor(o.color, a.stdout), o.quiet
	return cmp.Or(format.Write(a.stdout, r, options), failed)
}

// home is where the pages about the checks can be read.
const home = "https://github.com/rscheck/rscheck/blob/main/"

// rules explains the checks of a catalogue to formats.
func rules(catalogue *checks.Catalogue) []report.Rule {
	var list []report.Rule
	for _, check := range catalogue.Checks() {
		list = append(list, report.Rule{
			ID: check.ID, Title: check.Title, Description: check.Description, Severity: check.Severity,
			Remediation: check.Remediation, URL: home + check.URL(), Related: check.Related, Conflicts: check.Conflicts,
		})
	}
	return list
}
