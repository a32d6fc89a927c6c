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
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := a.configure(cmd)
			if err != nil {
				return err
			}
			if err := checkOut(out); err != nil {
				return err
			}
			runs, err := targets(cmd, &observe, config)
			if err != nil {
				return err
			}
			var found []facts.Target
			snapshot, err := a.observeAll(cmd.Context(), runs, func(_ *observer, t facts.Target) error {
				found = append(found, t)
				return nil
			})
			if err != nil {
				return err
			}
			// Regions are looked into side by side, and a snapshot is to be comparable.
			slices.SortStableFunc(found, func(a, b facts.Target) int { return strings.Compare(a.ID, b.ID) })
			snapshot.Targets = found
			if out == "-" {
				return facts.Write(a.stdout, snapshot)
			}
			return report.WriteFile(out, func(w io.Writer) error { return facts.Write(w, snapshot) })
		},
	}
	bindGroups(cmd, observe.groups()...)
	bindConfig(cmd.Flags())
	cmd.Flags().StringVarP(&out, "out", "o", "", "write the snapshot to this `FILE` (- for stdout)")
	return cmd
}

// checkOut refuses, before anything is asked, a file that cannot be written.
func checkOut(out string) error {
	switch out {
	case "":
		return usagef("collect needs -o FILE (- for stdout)")
	case "-":
		return nil
	}
	if err := report.CheckFile(out); err != nil {
		return usagef("-o: %w", err)
	}
	return nil
}
