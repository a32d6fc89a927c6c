package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

func (a *app) collectCommand() *cobra.Command {
	var observe observeOptions
	var out string
	cmd := &cobra.Command{
		Use:   "collect -o FILE",
		Short: "Observe only, and save the snapshot",
		Long: `Observe like scan, and save what was seen as a snapshot that rscheck judge
reads. It holds names, settings, rules and table comments, and no secrets. What
could not be seen is in it, too; collect ends with 0 all the same.`,
		Example: "  rscheck collect --cluster analytics -o facts.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := a.configure(cmd)
			if err != nil {
				return err
			}
			if out == "" {
				return usagef("collect needs -o FILE (- for stdout)")
			}
			runs, err := targets(cmd, &observe, config)
			if err != nil {
				return err
			}
			snapshot, err := a.collect(cmd, runs)
			if err != nil {
				return err
			}
			if out == "-" {
				return facts.Write(a.stdout, snapshot)
			}
			return report.WriteFile(out, func(w io.Writer) error { return facts.Write(w, snapshot) })
		},
	}
	observe.bind(cmd.Flags())
	bindConfig(cmd.Flags())
	cmd.Flags().StringVarP(&out, "out", "o", "", "write the snapshot to this `FILE` (- for stdout)")
	return cmd
}

func (a *app) collect(cmd *cobra.Command, runs []*observeOptions) (facts.Snapshot, error) {
	progress := a.progress()
	defer progress.clear()
	snapshot := facts.Snapshot{Schema: facts.SnapshotSchema, Tool: tool()}
	for _, run := range runs {
		settings, err := run.loader.settings()
		if err != nil {
			return snapshot, err
		}
		o := observer{app: a, options: run, settings: settings, progress: progress}
		unknown, err := o.observe(cmd.Context(), func(t facts.Target) error {
			snapshot.Targets = append(snapshot.Targets, t)
			return nil
		})
		if err != nil {
			return snapshot, err
		}
		snapshot.Unknown = append(snapshot.Unknown, unknown...)
		if snapshot.ScannedAt.IsZero() {
			snapshot.ScannedAt = o.started
		}
	}
	// Regions are looked into side by side, and a snapshot is to be comparable.
	slices.SortStableFunc(snapshot.Targets, func(a, b facts.Target) int { return strings.Compare(a.ID, b.ID) })
	return snapshot, nil
}
