package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/report"
)

func (a *app) reportCommand() *cobra.Command {
	output := outputOptions{saved: true}
	cmd := &cobra.Command{
		Use:   "report FILE",
		Short: "Turn a saved JSON report into other formats",
		Long: `Write a report that was saved with --output json=FILE in any other format, as
scan itself would have written it. Ends with the exit code that the report has.`,
		Example: "  rscheck report report.json --output sarif=report.sarif --output html=report.html",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("report needs the FILE of one JSON report, - for stdin")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := a.configure(cmd); err != nil {
				return err
			}
			if err := output.check(); err != nil {
				return err
			}
			r, err := within(cmd.Context(), func() (report.Report, error) { return a.readReport(args[0]) })
			if err != nil {
				return usagef("read report: %w", err)
			}
			r.Finish() // whatever verdict the file claims, its results decide
			catalogue, err := a.catalogue()
			if err != nil {
				return err
			}
			return a.write(r, &output, sources{rules: rules(catalogue)})
		},
	}
	output.bind(cmd.Flags())
	bindConfig(cmd.Flags())
	return cmd
}

// readReport reads the report in the file, or on stdin for "-".
func (a *app) readReport(name string) (report.Report, error) {
	if name == "-" {
		return parseReport("stdin", a.stdin)
	}
	return readReport(name)
}

func readReport(name string) (report.Report, error) {
	file, err := os.Open(name)
	if err != nil {
		return report.Report{}, err
	}
	defer file.Close()
	return parseReport(name, file)
}

func parseReport(name string, in io.Reader) (report.Report, error) {
	r, err := report.Read(in)
	if err != nil {
		return r, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}
