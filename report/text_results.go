package report

import (
	"fmt"
	"slices"
	"strings"
)

// failures tells what is wrong: by check, and within one by what was found.
func (t *text) failures(results []Result) {
	for _, check := range byCheck(results, Fail) {
		t.section(func() {
			t.heading("✗", bad, check[0])
			groups := fold(check)
			for _, g := range t.few(groups) {
				t.finding(g)
			}
			t.left(groups)
		})
	}
}

// unknowns tells what could not be told: by what it would take, under the checks
// that wait for it.
func (t *text) unknowns(results []Result) {
	for _, w := range waits(results) {
		t.section(func() {
			t.waiting(w.checks)
			t.finding(w.group)
		})
	}
}

// wait is checks that could not be told and wait for the same.
type wait struct {
	group   group
	checks  []Result   // one of each
	results [][]Result // all of each
}

func waits(results []Result) []wait {
	var waits []wait
	for _, check := range byCheck(results, Unknown) {
		for _, g := range fold(check) {
			i := slices.IndexFunc(waits, func(w wait) bool { return w.group.same(g) })
			if i < 0 {
				i = len(waits)
				waits = append(waits, wait{group: g})
			}
			waits[i].checks = append(waits[i].checks, check[0])
			waits[i].results = append(waits[i].results, g.results)
		}
	}
	return waits
}

// waiting names the checks that could not be told, many of them by id only.
func (t *text) waiting(checks []Result) {
	ids := distinct(checks, func(r Result) string { return r.Check })
	if len(ids) > 4 && !t.Verbose {
		t.p.list([]span{{text: "  "}, {"?", doubt}, {text: " "}}, 4, strong, ids)
		return
	}
	for _, r := range checks {
		t.heading("?", doubt, r)
	}
}

// others lists what is neither wrong nor unknown, with the reason where one was
// given.
func (t *text) others(results []Result) {
	for _, kind := range []struct {
		outcome Outcome
		sign    string
		ink     ink
	}{{Waived, "~", faint}, {Pass, "✓", good}, {NotApplicable, "-", faint}} {
		t.section(func() {
			for _, check := range byCheck(results, kind.outcome) {
				t.heading(kind.sign, kind.ink, check[0])
				for _, g := range fold(check) {
					if g.message != "" && g.message != check[0].Title {
						t.finding(g)
					}
				}
			}
		})
	}
}

// heading names a check.
func (t *text) heading(sign string, i ink, r Result) {
	severity := fmt.Sprintf("  %-8s  ", r.Severity)
	lead := []span{{text: "  "}, {sign, i}, {text: " "}, {r.Check, strong}, {text: severity}}
	t.p.prose(lead, 4+columns(visible(r.Check)+severity), r.Title, plain)
}

// finding tells a group: of what, what was found, what to type.
func (t *text) finding(g group) {
	lead := []span{{text: "      "}}
	subjects := and(t.cut(g.subjects, 5))
	switch {
	case subjects == "":
		t.p.prose(lead, 6, g.message, plain)
	case !g.named:
		t.p.prose(lead, 6, subjects+": "+g.message, plain)
	default:
		t.p.prose(lead, 6, g.message, plain)
		if len(g.subjects) > 1 {
			t.p.prose(lead, 6, "the same for "+and(t.cut(g.subjects[1:], 5)), plain)
		}
	}
	t.steps(g.steps)
}

// steps writes what to type, whole and ready to copy.
func (t *text) steps(steps []Remediation) {
	const limit = 6
	shown := steps
	if len(steps) > limit && !t.Verbose {
		shown = fewSteps(steps, limit-1)
	}
	var last RemediationKind
	for _, s := range shown {
		if s.Kind == Note {
			t.p.prose([]span{{text: "      note: "}}, 8, s.Text, plain)
			last = Note
			continue
		}
		if s.Kind != last {
			t.p.line(span{"      " + where(s.Kind), faint})
			last = s.Kind
		}
		t.command(s)
	}
	if n := len(steps) - len(shown); n > 0 {
		t.p.line(span{fmt.Sprintf("      and %d more like these: --verbose lists them", n), faint})
	}
}

func where(k RemediationKind) string {
	if k == SQL {
		return "in SQL, as an admin:"
	}
	return "run:"
}

func (t *text) command(s Remediation) {
	const indent = "        "
	lines := []string{s.Text}
	if s.Kind == AWSCLI {
		lines = breakCommand(visible(s.Text), t.p.width-len(indent))
	}
	for _, line := range lines {
		t.p.line(span{text: indent}, span{line, code})
	}
	if visible(s.Text) != s.Text {
		t.p.prose([]span{{text: indent}}, len(indent), "(shown with escapes, not fit to copy: take it from the JSON report)", faint)
	}
}

// few are the groups to tell.
func (t *text) few(groups []group) []group {
	const limit = 6
	if t.Verbose || len(groups) <= limit {
		return groups
	}
	return groups[:limit-1]
}

// left counts the findings of the groups that few left out.
func (t *text) left(groups []group) {
	n := 0
	for _, g := range groups[len(t.few(groups)):] {
		n += max(1, len(g.subjects))
	}
	if n > 0 {
		t.p.line(span{"      and " + plural(n, "more finding", "more findings") + " of this check: --verbose lists them", faint})
	}
}

// byCheck picks the results of one outcome and parts them by check and severity.
func byCheck(results []Result, outcome Outcome) [][]Result {
	var checks [][]Result
	for _, r := range results {
		if r.Outcome.rank() != outcome.rank() {
			continue
		}
		i := slices.IndexFunc(checks, func(c []Result) bool { return c[0].Check == r.Check && c[0].Severity == r.Severity })
		if i < 0 {
			i = len(checks)
			checks = append(checks, nil)
		}
		checks[i] = append(checks[i], r)
	}
	return checks
}

// group is several results of a check that say the same of their subjects.
type group struct {
	message  string // of the first
	named    bool   // the message names its subject
	pattern  string // the message without the subject
	subjects []string
	steps    []Remediation
	results  []Result
}

func (g group) same(other group) bool {
	return g.pattern == other.pattern && slices.Equal(g.subjects, other.subjects) && slices.Equal(g.steps, other.steps)
}

// fold groups the results of a check by their message, in order.
func fold(check []Result) []group {
	var groups []group
	index := map[string]int{}
	type stepOf struct {
		group int
		step  Remediation
	}
	seen := map[stepOf]bool{}
	for _, r := range check {
		message := r.Message
		if r.Outcome.rank() == Unknown.rank() {
			message = unknownMessage(r)
		}
		pattern := message
		if r.Subject != "" {
			pattern = strings.ReplaceAll(message, r.Subject, "\x00")
		}
		i, found := index[pattern]
		if !found {
			i = len(groups)
			index[pattern] = i
			groups = append(groups, group{message: message, named: pattern != message, pattern: pattern})
		}
		g := &groups[i]
		g.results = append(g.results, r)
		if r.Subject != "" {
			g.subjects = append(g.subjects, r.Subject)
		}
		for _, step := range r.Remediation {
			if !seen[stepOf{i, step}] {
				seen[stepOf{i, step}] = true
				g.steps = append(g.steps, step)
			}
		}
	}
	return groups
}

// unknownMessage says what an unknown result lacks, as its message does or
// behind it.
func unknownMessage(r Result) string {
	message := r.Message
	for _, m := range r.Missing {
		if strings.Contains(message, m.Detail) {
			continue
		}
		if message != "" {
			message += "; "
		}
		message += m.Detail
	}
	return cannotTell(message)
}
