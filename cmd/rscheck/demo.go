package main

import (
	"bytes"
	_ "embed"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks/facts"
)

// demoSnapshot was collected by rscheck itself: internal/demo says how.
//
//go:embed demo.json
var demoSnapshot []byte

func (a *app) demoCommand() *cobra.Command {
	load := loaderOptions{loader: "stitch", region: "north-america", connection: "direct", user: "stitch"}
	var choice judgeOptions
	output := outputOptions{saved: true}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Judge a sample snapshot that ships in the binary",
		Long: `Judge a small estate for Stitch north-america: one cluster that is ready, and
others broken in the commonest ways. Nothing is connected to.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			j, err := a.newJudge(&load, &choice)
			if err != nil {
				return err
			}
			if err := output.check(); err != nil {
				return err
			}
			snapshot, err := facts.Read(bytes.NewReader(demoSnapshot))
			if err != nil {
				return fmt.Errorf("read the demo's snapshot: %w", err)
			}
			if err := j.judge(cmd.Context(), snapshot); err != nil {
				return err
			}
			return a.write(j.finish(), &output, j.sources())
		},
	}
	choice.bind(cmd.Flags())
	output.bind(cmd.Flags())
	return cmd
}
