// Package docs makes the pages about the checks from their own METADATA, and the
// page about the JSON report from its Go types, so that there is one place to
// change. A test at the root of the repository keeps the pages in step.
package docs

import (
	"fmt"
	"strings"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/digest"
)

// Page is the Markdown page about one check.
func Page(c *checks.Check) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", c.ID, c.Title)
	fmt.Fprintf(&b, "Severity: %s\n\n%s\n\n", c.Severity, c.Description)
	fmt.Fprintf(&b, "## What mends it\n\n%s\n\n", c.Remediation)
	if len(c.Conflicts) > 0 {
		b.WriteString("## What asks for the opposite\n\nThese checks of other catalogues turn red where this one passes:\n\n")
		list(&b, c.Conflicts, "- %s\n")
	}
	b.WriteString("## What it reads\n\nIf one of these facts could not be observed, the outcome is unknown.\n\n")
	list(&b, Facts(c), "- `%s`\n")
	b.WriteString("## More\n\n")
	list(&b, c.Related, "- <%s>\n")
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// Facts returns the observed facts that the check rests on, as paths of a
// snapshot.
func Facts(c *checks.Check) []string {
	return digest.MadeOf(c.Facts...)
}

// Index is the README of the policies: every check in a table.
func Index(list []*checks.Check) string {
	var b strings.Builder
	b.WriteString("# The checks\n\n")
	b.WriteString("One policy is one question: a `.rego` file with its METADATA, and its `_test.rego` beside it.\n")
	b.WriteString("This page and those in `docs/checks` are made from the METADATA (`go test . -update`).\n\n")
	b.WriteString("| id | holds when | severity |\n|---|---|---|\n")
	for _, c := range list {
		fmt.Fprintf(&b, "| [%s](../%s) | %s | %s |\n", c.ID, c.URL(), c.Title, c.Severity)
	}
	return b.String()
}

func list(b *strings.Builder, items []string, format string) {
	for _, item := range items {
		fmt.Fprintf(b, format, item)
	}
	b.WriteString("\n")
}
