package main

import (
	"context"
	"maps"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/report"
)

// observeOptions are those that say what to observe.
type observeOptions struct {
	aws      awsOptions
	database databaseOptions
	loader   loaderOptions
	settings loader.Settings // what loader comes to, once checked
	// declared is where the configuration file names the target; its File is
	// empty for one of the command line.
	declared report.Location
}

func (o *observeOptions) groups() []flagGroup {
	return []flagGroup{
		{"What to look at over the AWS API", o.aws.bind},
		{"How to log in to the database", o.database.bind},
		{"How the loader was set up", o.loader.bind},
	}
}

func (o *observeOptions) bind(f *pflag.FlagSet) {
	for _, g := range o.groups() {
		g.bind(f)
	}
}

func (o *observeOptions) check() (err error) {
	if o.settings, err = o.loader.settings(); err != nil {
		return err
	}
	if err := o.aws.check(&o.database); err != nil {
		return err
	}
	if err := o.database.check(); err != nil {
		return err
	}
	return o.checkWay()
}

func (a *app) scanCommand() *cobra.Command {
	var (
		observe observeOptions
		choice  judgeOptions
		accept  acceptOptions
		output  outputOptions
	)
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Observe, judge and report: the main job",
		Long: `Observe a cluster over the AWS API and its database over SQL, both read-only,
and tell whether the loader will be able to connect and load.

` + exitCodes,
		Example: `  rscheck scan --cluster analytics --loader-region north-america --schema hubspot
  rscheck scan --workgroup loading --region us-east-1 --region us-west-2
  rscheck scan --all --region all --no-database --output json=report.json
  rscheck scan --all --accounts ids.txt --role-name auditor --no-database
  rscheck scan --no-aws --host dw.example.com --database dw --login auditor`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := a.configure(cmd)
			if err != nil {
				return err
			}
			if err := output.check(); err != nil {
				return err
			}
			runs, err := targets(cmd, &observe, config)
			if err != nil {
				return err
			}
			j, err := a.newJudge(&runs[0].loader, &choice)
			if err != nil {
				return err
			}
			if j.accepted, err = accept.read(cmd.Context(), config.waivers); err != nil {
				return err
			}
			return a.scan(cmd.Context(), j, runs, &output)
		},
	}
	bindGroups(cmd, append(observe.groups(),
		flagGroup{"What is asked, and what decides", choice.bind},
		flagGroup{"What is accepted", accept.bind},
		flagGroup{"The report", output.bind},
	)...)
	bindConfig(cmd.Flags())
	return cmd
}

// targets returns the options of each observation: those of the command line, or
// those of each target in the configuration file. A flag that names a target, on the
// command line or in the environment, leaves the file's targets out.
func targets(cmd *cobra.Command, given *observeOptions, c config) ([]*observeOptions, error) {
	line, variables := chosen(cmd), environment(cmd.Flags())
	named := false
	for _, flag := range []string{"cluster", "workgroup", "all", "host"} {
		named = named || line.values[flag] != nil || variables.values[flag] != nil
	}
	if named || len(c.targets) == 0 {
		return []*observeOptions{given}, given.check()
	}
	var list []*observeOptions
	for _, target := range c.targets {
		o := &observeOptions{declared: report.Location{File: target.file, Line: target.line}}
		f := pflag.NewFlagSet("target", pflag.ContinueOnError)
		o.bind(f)
		for _, name := range slices.Sorted(maps.Keys(target.values)) {
			if f.Lookup(name) == nil {
				return nil, usagef("%s: %s goes for the whole run: put it beside targets, not into one of them", target.origin, name)
			}
		}
		if err := fill(f, line, variables, target, c.layer); err != nil {
			return nil, err
		}
		if err := o.check(); err != nil {
			return nil, usagef("%s: %w", target.origin, err)
		}
		list = append(list, o)
	}
	return list, nil
}

// chosen returns the flags that the command line set.
func chosen(cmd *cobra.Command) layer {
	l := layer{origin: "command line", values: map[string][]string{}}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			l.values[f.Name] = list.GetSlice()
		} else {
			l.values[f.Name] = []string{f.Value.String()}
		}
	})
	return l
}

// scan observes and judges target by target, so that no more than one target's
// facts are held. A scan that breaks off still reports what it has.
func (a *app) scan(ctx context.Context, j *judge, runs []*observeOptions, output *outputOptions) error {
	logging := wantsLogging(j.catalogue, j.scope.choice)
	for _, run := range runs {
		run.aws.logging = run.aws.logging || logging
	}
	seen, err := a.observeAll(ctx, runs, func(o *observer, t facts.Target) error {
		if declared := o.options.declared; declared.File != "" {
			j.locations[t.ID] = declared
		}
		if err := j.add(ctx, &t, o.options.settings, o.started); err != nil {
			return err
		}
		o.options.aws.leadHome(&j.report.Targets[len(j.report.Targets)-1])
		return nil
	})
	switch {
	case ctx.Err() != nil:
		j.report.Interrupt()
	case err != nil:
		return err
	}
	if err := j.judge(ctx, seen); err != nil {
		return err
	}
	return a.write(j.finish(), output, j.sources())
}
