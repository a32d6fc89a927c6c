package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rscheck/rscheck/checks/facts"
)

// item is a result and its target, as formats want it that list results. Its
// outcome and severity are always words that are known.
type item struct {
	Result
	target *Target
}

// items returns the results of the scan and of every target, the worst first:
// what decides the verdict, then by outcome, then severity, then in the order of
// the report.
func items(r Report, wanted ...Outcome) []item {
	var all []item
	for _, target := range withScan(r) {
		for _, result := range target.Results {
			result.Outcome, result.Severity = result.Outcome.known(), result.Severity.known()
			if slices.Contains(wanted, result.Outcome) {
				all = append(all, item{result, target})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b item) int {
		return cmp.Or(
			cmp.Compare(light(a, r), light(b, r)),
			cmp.Compare(a.Outcome.rank(), b.Outcome.rank()),
			cmp.Compare(a.Severity.Rank(), b.Severity.Rank()),
		)
	})
	return all
}

// decides reports whether the result keeps a target from being ready.
func (i item) decides(r Report) bool {
	if i.Outcome == Fail && r.NewOnly && i.Change == Unchanged {
		return false
	}
	return (i.Outcome == Fail || i.Outcome == Unknown) && decides(i.Severity, r.FailOn)
}

// light is 0 for what decides and 1 for the rest.
func light(i item, r Report) int {
	if i.decides(r) {
		return 0
	}
	return 1
}

// known is the outcome that a word stands for, see Sort.
func (o Outcome) known() Outcome {
	return []Outcome{Fail, Unknown, Waived, Pass, NotApplicable}[o.rank()]
}

// known is the severity that a word ranks as.
func (s Severity) known() Severity { return Severities[s.Rank()] }

// scanCheck and scanID stand for the scan itself among checks and targets. To a
// tool that reads results only, a region that nobody could look into would be a
// clean one.
const (
	scanCheck = "SCAN"
	scanID    = "scan"
	scanTitle = "Every target was found and judged"
)

// isScan is true for the target that stands for the scan itself.
func (t *Target) isScan() bool { return t.Kind == "" && t.ID == scanID }

// withScan returns the targets of a report behind one for the scan itself, which
// has a result for each thing that kept the scan from being whole.
func withScan(r Report) []*Target {
	scan := &Target{ID: scanID, Name: scanID}
	gap := func(subject, message string, missing ...facts.Unknown) {
		scan.Results = append(scan.Results, Result{
			Check: scanCheck, Title: scanTitle, Severity: Critical, Outcome: Unknown, Subject: subject, Message: message,
			Missing: missing, Fingerprint: Fingerprint(scanCheck, scanID, subject),
		})
	}
	targets := []*Target{scan}
	for _, u := range r.Unknown {
		gap(u.Path, "", u)
	}
	if len(r.Targets) == 0 {
		gap("", "no target was found")
	}
	for i := range r.Targets {
		t := &r.Targets[i]
		targets = append(targets, t)
		if c := Count(t.Results); c.Pass+c.Fail+c.Unknown+c.Waived == 0 {
			gap(t.ID, "nothing was judged")
		}
	}
	if len(scan.Results) == 0 {
		gap("", "")
		scan.Results[0].Outcome = Pass
	}
	return targets
}

// found says in one line what was found.
func (i item) found() string {
	message := i.Message
	switch {
	case i.Outcome == Unknown:
		message = unknownMessage(i.Result)
	case i.Outcome == Waived && i.accepted() != "":
		message += " (accepted" + i.accepted() + ")"
	}
	return shown(cmp.Or(strings.Trim(visible(message), " "), strings.Trim(visible(i.Title), " "), "nothing was said"), 4000)
}

// accepted tells until when a waived finding is accepted and why.
func (i item) accepted() string {
	if i.Waiver == nil {
		return ""
	}
	words := ""
	if i.Waiver.Expires != "" {
		words += " until " + i.Waiver.Expires
	}
	words += ": " + i.Waiver.Reason
	if i.Waiver.Ticket != "" {
		words += ", " + i.Waiver.Ticket
	}
	return words
}

// sinceBaseline counts what changed, empty where there is no baseline.
func sinceBaseline(r Report) string {
	var fresh, unchanged int
	for _, i := range items(r, Fail, Unknown) {
		switch i.Change {
		case New:
			fresh++
		case Unchanged:
			unchanged++
		}
	}
	if fresh+unchanged+len(r.Fixed) == 0 {
		return ""
	}
	return fmt.Sprintf("since the baseline %d new, %d fixed, %d unchanged", fresh, len(r.Fixed), unchanged)
}

// remarks are what decides nothing and should be known, a line each.
func remarks(r Report) []string {
	var lines []string
	for _, note := range r.Notes {
		lines = append(lines, "Note: "+shown(note, 1000))
	}
	return few(once(append(lines, sinceBaseline(r))), 10)
}

// about names the target, and the subject where the message does not.
func (i item) about() string {
	var names []string
	if !i.target.isScan() {
		names = append(names, i.target.Name)
	}
	if i.Subject != "" && (i.Outcome == Unknown || !strings.Contains(i.Message, i.Subject)) {
		names = append(names, i.Subject)
	}
	return shown(strings.Join(names, ", "), 1000)
}

// headline says what was found and of what.
func (i item) headline() string {
	found, about := i.found(), i.about()
	switch {
	case i.Outcome == Unknown:
		found = strings.TrimLeft(found[len("cannot tell"):], ": ")
		if about != "" {
			about = " for " + about
		}
		return "Cannot tell" + about + ": " + found
	case about != "":
		return about + ": " + found
	default:
		return found
	}
}

// steps are what to type, each one line and each once. Of a command that does
// not survive being shown there is a note instead.
func (i item) steps() []Remediation {
	var steps []Remediation
	for _, s := range i.Remediation {
		switch {
		case s.Kind == Note:
			s.Text = shown(s.Text, 2000)
		case len(s.Text) > 4000 || visible(s.Text) != s.Text:
			s = noCommand
		}
		if !slices.Contains(steps, s) {
			steps = append(steps, s)
		}
	}
	return steps
}

var noCommand = Remediation{Kind: Note, Text: "the command cannot be shown here: take it from the JSON report"}

// lines tells steps in a line each.
func lines(steps []Remediation) []string {
	texts := make([]string, len(steps))
	for i, s := range steps {
		texts[i] = s.Text
		if s.Kind == Note {
			texts[i] = "Note: " + s.Text
		}
	}
	return texts
}

// fewSteps shortens a list to limit steps or some more. Only its end is cut, where it
// does the same to one object after another: of a procedure each step counts, and
// so does each word of caution.
func fewSteps(steps []Remediation, limit int) []Remediation {
	first := len(steps) - 1 // of those at the end that do the same
	for first > 0 && alike(steps[first-1], steps[first]) {
		first--
	}
	return steps[:min(len(steps), max(limit, first+1))]
}

// alike reports whether two steps are the same command for different objects.
func alike(a, b Remediation) bool {
	words, ok := map[RemediationKind]int{AWSCLI: 3, SQL: 2}[a.Kind]
	operation := func(r Remediation) []string {
		said := strings.SplitN(r.Text, " ", words+1)
		return said[:min(len(said), words)]
	}
	return ok && a.Kind == b.Kind && slices.Equal(operation(a), operation(b))
}

// repeats tells apart equal names: it counts how often each was asked for.
type repeats map[string]int

// number is 1 for a name's first time.
func (r repeats) number(name string) int {
	r[name]++
	return r[name]
}

// shown is the beginning of s, at most about limit bytes, made visible.
func shown(s string, limit int) string { return clip(visible(s), limit) }

// clip cuts s to about limit bytes, with a sign where it was cut.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}

// verdictLine is the line that ends the text format.
func verdictLine(r Report) string {
	t := &text{r: &r, p: newPage(80, false), labels: labels(r.Targets)}
	t.verdict()
	return strings.TrimSuffix(t.p.String(), "\n")
}

// leftOut says what a format had no room for, empty for nothing.
func leftOut(items []item) string {
	c := Counts{}
	for _, i := range items {
		if i.Outcome == Fail {
			c.Fail++
		} else {
			c.Unknown++
		}
	}
	var parts []string
	if c.Fail > 0 {
		parts = append(parts, plural(c.Fail, "more finding", "more findings"))
	}
	if c.Unknown > 0 {
		parts = append(parts, fmt.Sprintf("%d more unknown", c.Unknown))
	}
	return and(parts)
}
