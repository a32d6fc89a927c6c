package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks/facts"
)

// observeOptions are those that say what to observe.
type observeOptions struct {
	aws      awsOptions
	database databaseOptions
	loader   loaderOptions
}

func (o *observeOptions) bind(f *pflag.FlagSet) {
	o.aws.bind(f)
	o.database.bind(f)
	o.loader.bind(f)
}

func (o *observeOptions) check() error {
	if err := o.aws.check(&o.database); err != nil {
		return err
	}
	return o.database.check()
}

func (a *app) scanCommand() *cobra.Command {
	var (
		observe observeOptions
		choice  judgeOptions
		output  outputOptions
	)
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "Observe, judge and report: the main job",
		Long: `Observe a cluster over the AWS API and its database over SQL, both read-only,
and tell whether the loader will be able to connect and load.

` + exitCodes,
		Example: `  rscheck scan --cluster analytics --loader-region north-america --schema hubspot
  rscheck scan --all --no-database --output json=report.json
  rscheck scan --no-aws --host dw.example.com --database dw --login auditor`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := a.configure(cmd)
			if err != nil {
				return err
			}
			if err := output.check(); err != nil {
				return err
			}
			j, err := newJudge(&observe.loader, &choice)
			if err != nil {
				return err
			}
			runs, err := targets(cmd, &observe, config)
			if err != nil {
				return err
			}
			return a.scan(cmd.Context(), j, runs, &output)
		},
	}
	observe.bind(cmd.Flags())
	choice.bind(cmd.Flags())
	output.bind(cmd.Flags())
	bindConfig(cmd.Flags())
	return cmd
}

// targets returns the options of each observation: those of the command line, or
// those of each target in the configuration file. A flag on the command line
// that names a target leaves the file's targets out.
func targets(cmd *cobra.Command, given *observeOptions, c config) ([]*observeOptions, error) {
	line := chosen(cmd)
	named := line.values["cluster"] != nil || line.values["all"] != nil || line.values["host"] != nil
	if named || len(c.targets) == 0 {
		return []*observeOptions{given}, given.check()
	}
	var list []*observeOptions
	for _, target := range c.targets {
		o := &observeOptions{}
		f := pflag.NewFlagSet("target", pflag.ContinueOnError)
		o.bind(f)
		if err := fill(f, line, environment(f), target, c.layer); err != nil {
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
	progress := a.progress()
	defer progress.clear()
	for _, run := range runs {
		settings, err := run.loader.settings()
		if err != nil {
			return err
		}
		j.settings = settings
		o := observer{app: a, options: run, settings: settings, progress: progress}
		unknown, err := o.observe(ctx, func(t facts.Target) error { return j.add(ctx, &t, o.started) })
		if err != nil {
			return err
		}
		j.report.Unknown = append(j.report.Unknown, unknown...)
		if j.report.ScannedAt.IsZero() {
			j.report.ScannedAt = o.started
		}
	}
	progress.clear()
	return a.write(j.finish(), output)
}
