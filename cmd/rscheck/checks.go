package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/internal/docs"
)

func (a *app) checksCommand() *cobra.Command {
	var second verifyOptions
	cmd := &cobra.Command{
		Use:   "checks [ID]",
		Short: "List the checks, or explain one",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("checks explains one check: want one ID, found %s", strings.Join(args, " "))
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.checkIDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			catalogue, err := a.catalogue()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				if second != (verifyOptions{}) {
					return usagef("--verify-with goes with the ID of a check")
				}
				return listChecks(a.stdout, catalogue)
			}
			check, ok := catalogue.Check(args[0])
			if !ok {
				return usagef("no check is called %q: rscheck checks lists them", args[0])
			}
			if second != (verifyOptions{}) {
				return a.verifyCommands(cmd.Context(), check, second)
			}
			return explain(a.stdout, check)
		},
	}
	second.bind(cmd.Flags())
	return cmd
}

func (a *app) checkIDs() []string {
	catalogue, err := a.catalogue()
	if err != nil {
		return nil
	}
	var ids []string
	for _, check := range catalogue.Checks() {
		ids = append(ids, check.ID+"\t"+check.Title)
	}
	return ids
}

func listChecks(w io.Writer, catalogue *checks.Catalogue) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, check := range catalogue.Checks() {
		fmt.Fprintf(table, "%s\t%s\t%s\n", check.ID, check.Severity, check.Title)
	}
	return table.Flush()
}

// explain tells in words all that is known of a check.
func explain(w io.Writer, check *checks.Check) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s  (%s)\n\n%s\n\nWhat mends it\n%s\n", check.ID, check.Title, check.Severity,
		indent(check.Description), indent(check.Remediation))
	section := func(title string, items []string) {
		if len(items) > 0 {
			fmt.Fprintf(&b, "\n%s\n%s\n", title, indent(strings.Join(items, "\n")))
		}
	}
	section("What asks for the opposite", check.Conflicts)
	section("What it reads; if one of these could not be observed, the outcome is unknown", docs.Facts(check))
	section("More", check.Related)
	_, err := io.WriteString(w, b.String())
	return err
}

// indent wraps each line at 78 columns and sets it in by two.
func indent(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		current := " "
		for _, word := range strings.Fields(line) {
			if len(current)+1+len(word) > 78 && current != " " {
				lines = append(lines, current)
				current = " "
			}
			current += " " + word
		}
		lines = append(lines, current)
	}
	return strings.Join(lines, "\n")
}
