package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

func (a *app) diffCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Tell what changed between two snapshots or two reports",
		Long: `Compare two snapshots (what was observed: a rule removed, an owner changed, a
comment altered) or two JSON reports (what was found). Ends with 0 when nothing
changed and with 1 when something did.`,
		Example: "  rscheck diff monday.json tuesday.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("diff needs two files: BEFORE and AFTER")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, err := within(cmd.Context(), func() ([]string, error) {
				if isReport(args[0]) {
					return diffReports(args[0], args[1])
				}
				return a.diffSnapshots(args[0], args[1])
			})
			if err != nil {
				return usageError{err}
			}
			if len(lines) > 0 {
				a.code = report.ExitFindings
			}
			_, err = io.WriteString(a.stdout, strings.Join(lines, ""))
			return err
		},
	}
}

// isReport looks for the schema of a report near the beginning of the file.
func isReport(name string) bool {
	file, err := os.Open(name)
	if err != nil {
		return false // whoever reads it next says why
	}
	defer file.Close()
	start := make([]byte, 4096)
	n, _ := io.ReadFull(file, start)
	return bytes.Contains(start[:n], []byte(report.Schema))
}

func (a *app) diffSnapshots(before, after string) ([]string, error) {
	was, err := a.readSnapshot(before)
	if err != nil {
		return nil, err
	}
	is, err := a.readSnapshot(after)
	if err != nil {
		return nil, err
	}
	differences, err := facts.Diff(was, is)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, d := range differences {
		switch {
		case d.Path == "" && d.After == "":
			lines = append(lines, fmt.Sprintf("- %s\n", printable(d.Target)))
		case d.Path == "":
			lines = append(lines, fmt.Sprintf("+ %s\n", printable(d.Target)))
		case d.After == "":
			lines = append(lines, fmt.Sprintf("- %s %s: %s\n", printable(d.Target), printable(d.Path), printable(d.Before)))
		case d.Before == "":
			lines = append(lines, fmt.Sprintf("+ %s %s: %s\n", printable(d.Target), printable(d.Path), printable(d.After)))
		default:
			lines = append(lines, fmt.Sprintf("~ %s %s: %s -> %s\n", printable(d.Target), printable(d.Path), printable(d.Before), printable(d.After)))
		}
	}
	return lines, nil
}

func diffReports(before, after string) ([]string, error) {
	was, err := readReport(before)
	if err != nil {
		return nil, err
	}
	is, err := readReport(after)
	if err != nil {
		return nil, err
	}
	then, now := sayings(was), sayings(is)
	return append(onlyIn("+", now, then), onlyIn("-", then, now)...), nil
}

// onlyIn are lines with the sign for what the list says and the other one does not.
func onlyIn(sign string, list, other []saying) []string {
	said := map[string]bool{}
	for _, s := range other {
		said[s.what] = true
	}
	var lines []string
	for _, s := range list {
		if !said[s.what] {
			lines = append(lines, fmt.Sprintf("%s %s%s\n", sign, printable(s.what), printable(s.detail)))
		}
	}
	return lines
}

// saying is what a report says, and in which words. It says the same while what does.
type saying struct{ what, detail string }

// sayings are the targets of a report, what is wrong or unknown with each, and what
// kept others from being found.
func sayings(r report.Report) []saying {
	var list []saying
	for _, u := range r.Unknown {
		list = append(list, saying{what: "scan unknown " + u.Path + ": " + u.Detail})
	}
	for _, t := range r.Targets {
		list = append(list, saying{what: t.ID})
		for _, result := range t.Results {
			if result.Outcome == report.Fail || result.Outcome == report.Unknown {
				what := fmt.Sprintf("%s %s %s %s %s", t.ID, result.Outcome, result.Severity, result.Check, result.Subject)
				list = append(list, saying{strings.TrimSpace(what), ": " + result.Message})
			}
		}
	}
	return list
}

// printable shows text from outside in a line: what a terminal would act on
// becomes an escape.
func printable(text string) string {
	quoted := strconv.QuoteToGraphic(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
