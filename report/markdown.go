package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// markdownBytes is how long a report in Markdown gets. A comment on GitHub holds
// 65,536 characters, a job summary 1 MiB; beyond that it is refused whole.
const markdownBytes = 60_000

// Markdown writes the report as GitHub and GitLab show it in a job summary or a
// comment: the verdict, the targets where there are several, a table of what
// failed and what could not be told, and under it, folded, what to type. It
// begins with a comment by which a former one can be found and replaced. What
// does not fit into 60,000 bytes is left out from the lightest up, and counted.
func Markdown(w io.Writer, r Report, _ Options) error {
	if _, err := io.WriteString(w, newMarkdown(r, markdownBytes)); err != nil {
		return fmt.Errorf("write Markdown report: %w", err)
	}
	return nil
}

// markdown is a document with a limit.
type markdown struct {
	strings.Builder
	limit int
}

// fits writes s unless that is too much for what is left up to share of the
// limit.
func (m *markdown) fits(s string, share float64) bool {
	if float64(m.Len()+len(s)) > share*float64(m.limit) {
		return false
	}
	m.WriteString(s)
	return true
}

func newMarkdown(r Report, limit int) string {
	const foot = 1000
	m := &markdown{limit: limit - foot}
	m.WriteString("<!-- rscheck:sticky -->\n## " + markdownSign[r.Verdict] + prose(shown(verdictLine(r), 1000)) + "\n\n" + markdownAsked(r) + "\n")
	for _, remark := range remarks(r) {
		m.fits("> "+prose(remark)+"\n\n", 0.25)
	}
	if len(r.Targets) > 1 {
		m.targets(r)
	}
	all := notices(r)
	rows := m.table(all, len(r.Targets) > 1)
	hidden := m.details(all)
	if more := leftOut(slices.Concat(all[rows:]...)); more != "" {
		fmt.Fprintf(m, "\n**%s left out here: the JSON report has all.**\n", more)
	}
	if hidden > 0 {
		fmt.Fprintf(m, "\nWhat to type is left out for %s of these.\n", plural(hidden, "row", "rows"))
	}
	return m.String()
}

// markdownSign stands ahead of a verdict.
var markdownSign = map[Verdict]string{Ready: "✅ ", NotReady: "❌ ", VerdictUnknown: "❔ "}

// markdownAsked tells what was asked of what, and what is neither wrong nor
// unknown. Like every line it begins with a word of ours, for Markdown looks for
// structure at the beginning of lines.
func markdownAsked(r Report) string {
	words := []string{r.Loader.Region, r.Loader.Connection}
	if seen := seenAs(r.Targets); seen != "" {
		words = append(words, seen)
	} else if r.Loader.User != "" {
		words = append(words, "as user "+r.Loader.User)
	}
	parts := []string{
		"For " + strings.Join(append([]string{capital(r.Loader.ID)}, once(words)...), ", "),
		tally(r.Counts), "facts of " + r.ScannedAt.UTC().Format("2006-01-02 15:04 UTC"),
	}
	for i, part := range parts {
		parts[i] = prose(shown(part, 500))
	}
	return strings.Join(once(parts), " · ") + "\n"
}

// targets lists the targets, which are sorted by verdict.
func (m *markdown) targets(r Report) {
	m.WriteString("| Verdict | Target | Findings | Unknown |\n| :-- | :-- | --: | --: |\n")
	names, common := labels(r.Targets), seenAs(r.Targets)
	for n, t := range r.Targets {
		c := Count(t.Results)
		name := inCode(shown(names[t.ID], 300))
		if seen := t.seenAs(); seen != "" && common == "" {
			name += " " + prose(shown(seen, 300))
		}
		for _, words := range t.setUp() {
			name += " " + prose(shown(words, 300))
		}
		row := fmt.Sprintf("| %s | %s | %d | %d |\n", word(t.Verdict).text, name, c.Fail, c.Unknown)
		if !m.fits(row, 0.25) {
			fmt.Fprintf(m, "| | and %s | | |\n", plural(len(r.Targets)-n, "more target", "more targets"))
			break
		}
	}
	m.WriteString("\n")
}

// table writes a row for each notice and returns how many there was room for.
func (m *markdown) table(all []notice, severalTargets bool) int {
	if len(all) == 0 {
		return 0
	}
	m.WriteString("| Check | Severity | What was found |\n| :-- | :-- | :-- |\n")
	for n, notice := range all {
		if !m.fits(notice.row(severalTargets), 0.6) {
			return n
		}
	}
	return len(all)
}

// row tells a notice in a line of the table.
func (n notice) row(severalTargets bool) string {
	head := n.head()
	found := prose(shown(head.found(), 600))
	if head.Subject != "" && !strings.Contains(head.found(), visible(head.Subject)) {
		found = inCode(shown(head.Subject, 300)) + ": " + found
	}
	if severalTargets && !head.target.isScan() {
		found = inCode(shown(head.target.Name, 300)) + ": " + found
	}
	if more := len(n.others()); more > 0 {
		found += fmt.Sprintf(" (and %d more like this)", more)
	}
	return fmt.Sprintf("| %s %s | %s | %s |\n", outcomeSign(head.Outcome), prose(strings.Join(n.checks(), ", ")), head.Severity, found)
}

func outcomeSign(o Outcome) string {
	if o == Fail {
		return "✗"
	}
	return "?"
}

// details writes what to type, folded, and returns for how many notices that was
// too long.
func (m *markdown) details(all []notice) int {
	hidden := 0
	for _, n := range all {
		if d := n.details(); d != "" && !m.fits(d, 1) {
			hidden++
		}
	}
	return hidden
}

func (n notice) details() string {
	const subjects, steps = 20, 20
	typed := n.steps()
	others := n.others()
	if len(typed)+len(others) == 0 {
		return ""
	}
	head := n.head()
	var b strings.Builder
	fmt.Fprintf(&b, "\n<details><summary>%[1]s %[2]s</summary>\n\n%[1]s %[3]s\n", outcomeSign(head.Outcome), prose(n.title()), prose(shown(head.headline(), 2000)))
	if len(others) > 0 {
		shown := few(others, subjects)
		for i, subject := range shown {
			shown[i] = inCode(subject)
		}
		b.WriteString("\nThe same for " + and(shown) + "\n")
	}
	few := fewSteps(typed, steps)
	for _, block := range blocks(few) {
		b.WriteString("\n" + block + "\n")
	}
	if more := len(typed) - len(few); more > 0 {
		fmt.Fprintf(&b, "\nAnd %d more like these in the JSON report.\n", more)
	}
	if url := httpsURL(head.URL); url != "" {
		b.WriteString("\nMore: <" + url + ">\n")
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// blocks are steps as they are shown: commands of one kind that follow each other
// in one block, words by themselves.
func blocks(steps []Remediation) []string {
	var all []string
	for len(steps) > 0 {
		if steps[0].Kind == Note {
			all = append(all, "Note: "+prose(steps[0].Text))
			steps = steps[1:]
			continue
		}
		n := 1
		for n < len(steps) && steps[n].Kind == steps[0].Kind {
			n++
		}
		language := "sh"
		if steps[0].Kind == SQL {
			language = "sql"
		}
		all = append(all, fenced(language, lines(steps[:n])))
		steps = steps[n:]
	}
	return all
}
