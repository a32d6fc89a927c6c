package main

import (
	"context"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/report"
	"github.com/rscheck/rscheck/report/waivers"
)

// acceptOptions say which findings are accepted or already known.
type acceptOptions struct {
	waivers  string
	baseline string
	newOnly  bool
}

func (o *acceptOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.waivers, "waivers", "", "accept the findings that this `file` waives (default the waivers in the configuration file)")
	f.StringVar(&o.baseline, "baseline", "", "compare with this earlier JSON report (`file`): what is new, unchanged, fixed")
	f.BoolVar(&o.newOnly, "new-only", false, "findings that the baseline has do not decide")
}

// accepted is what acceptOptions name, read.
type accepted struct {
	waivers  []waivers.Waiver
	baseline *report.Report
	newOnly  bool
}

// read reads the files; fromConfig are the waivers of the configuration file.
func (o *acceptOptions) read(ctx context.Context, fromConfig []waivers.Waiver) (accepted, error) {
	a := accepted{waivers: fromConfig, newOnly: o.newOnly}
	if o.newOnly && o.baseline == "" {
		return a, usagef("--new-only needs --baseline: new compared with what?")
	}
	if o.waivers != "" {
		text, err := within(ctx, func() ([]byte, error) { return os.ReadFile(o.waivers) })
		if err != nil {
			return a, usagef("--waivers: %w", err)
		}
		if a.waivers, err = waivers.Parse(o.waivers, text); err != nil {
			return a, usagef("--waivers: %w", err)
		}
	}
	if o.baseline != "" {
		earlier, err := within(ctx, func() (report.Report, error) { return readReport(o.baseline) })
		if err != nil {
			return a, usagef("--baseline: %w", err)
		}
		a.baseline = &earlier
	}
	return a, nil
}

// apply marks what is accepted and what is known, and settles the verdicts.
func (a *accepted) apply(r *report.Report) {
	waivers.Apply(r, a.waivers, time.Now())
	if a.baseline != nil {
		r.NewOnly = a.newOnly
		r.Compare(*a.baseline)
	}
	r.Finish()
}
