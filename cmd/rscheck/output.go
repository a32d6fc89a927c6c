package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

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
}

func (o *outputOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "text", "the `format` on stdout: "+strings.Join(report.FormatNames(), ", "))
	f.StringArrayVar(&o.files, "output", nil, "also write the report to a file, as `FORMAT=PATH` (repeatable)")
	f.StringVar(&o.color, "color", "auto", "colour: auto, always or never")
	f.BoolVarP(&o.quiet, "quiet", "q", false, "print the verdict only")
	f.BoolVarP(&o.verbose, "verbose", "v", false, "list what passed and what does not apply, too")
}

func (o *outputOptions) check() error {
	if _, err := report.FormatByName(o.format); err != nil {
		return usagef("--format: %w", err)
	}
	if modes := []string{"auto", "always", "never"}; !slices.Contains(modes, o.color) {
		return usagef("--color %q: want one of %s", o.color, strings.Join(modes, ", "))
	}
	for _, file := range o.files {
		if _, _, err := splitOutput(file); err != nil {
			return err
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
	if err == nil && path == "" {
		err = usagef("the path is empty")
	}
	if err != nil {
		return report.Format{}, "", usagef("--output %q: %w", value, err)
	}
	return format, path, nil
}

// write writes the report to its files and, last, to stdout, and takes over its
// exit code.
func (a *app) write(r report.Report, o *outputOptions) error {
	a.code = r.ExitCode
	for _, file := range o.files {
		format, path, err := splitOutput(file)
		if err != nil {
			return err
		}
		plain := report.Options{Width: 120, Verbose: o.verbose, Saved: o.saved}
		if err := report.WriteFile(path, func(w io.Writer) error { return format.Write(w, r, plain) }); err != nil {
			return err
		}
	}
	format, err := report.FormatByName(o.format)
	if err != nil {
		return err
	}
	width, _ := terminal(a.stdout)
	return format.Write(a.stdout, r, report.Options{
		Color: useColor(o.color, a.stdout), Width: width, Verbose: o.verbose, Quiet: o.quiet, Saved: o.saved,
	})
}
