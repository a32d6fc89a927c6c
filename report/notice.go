package report

import (
	"fmt"
	"strings"
)

// notice is what is said alike of several subjects of a check on one target, or
// what several checks wait for. It has at least one item, the worst first.
type notice []item

// notices folds what failed and what could not be told, the worst first.
func notices(r Report) []notice {
	type alike struct {
		target   *Target
		check    string
		severity Severity
		outcome  Outcome
		pattern  string
	}
	var all []notice
	index := map[alike]int{}
	for _, i := range items(r, Fail, Unknown) {
		key := alike{i.target, i.Check, i.Severity, i.Outcome, i.found()}
		if i.Subject != "" {
			key.pattern = strings.ReplaceAll(key.pattern, visible(i.Subject), "\x00")
		}
		if i.Outcome == Unknown {
			key.check, key.severity = "", ""
		}
		if _, known := index[key]; !known {
			index[key] = len(all)
			all = append(all, nil)
		}
		all[index[key]] = append(all[index[key]], i)
	}
	return all
}

// head is the result that speaks for the others.
func (n notice) head() item { return n[0] }

// checks are the ids of the checks.
func (n notice) checks() []string {
	return few(distinct(n, func(i item) string { return shown(i.Check, 40) }), 8)
}

// title names the checks, and one of them whole.
func (n notice) title() string {
	title := strings.Join(n.checks(), ", ") + " " + string(n.head().Severity)
	if len(n.checks()) == 1 {
		title += ": " + shown(n.head().Title, 200)
	}
	return title
}

// others are the subjects besides that of head.
func (n notice) others() []string {
	subjects := distinct(n, func(i item) string { return shown(i.Subject, 300) })
	if n.head().Subject != "" {
		return subjects[1:]
	}
	return subjects
}

// steps are what to type for all subjects, each once.
func (n notice) steps() []Remediation {
	var steps []Remediation
	seen := map[Remediation]bool{}
	for _, i := range n {
		for _, s := range i.steps() {
			if !seen[s] {
				seen[s] = true
				steps = append(steps, s)
			}
		}
	}
	return steps
}

// text tells a notice in a few lines.
func (n notice) text() string {
	const subjects, steps = 5, 6
	told := []string{n.head().headline()}
	if others := n.others(); len(others) > 0 {
		told = append(told, "the same for "+and(few(others, subjects)))
	}
	typed := n.steps()
	shown := fewSteps(typed, steps)
	told = append(told, lines(shown)...)
	if more := len(typed) - len(shown); more > 0 {
		told = append(told, fmt.Sprintf("and %d more like these in the JSON report", more))
	}
	return whole(told, 8000)
}

// few shortens a list to limit entries, the last of them how many more there are.
func few(list []string, limit int) []string {
	if len(list) <= limit {
		return list
	}
	return append(list[:limit-1:limit-1], fmt.Sprintf("%d more", len(list)-limit+1))
}
