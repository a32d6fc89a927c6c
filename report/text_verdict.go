package report

import (
	"fmt"
	"slices"
	"strings"
)

// summary names the targets by verdict.
func (t *text) summary() {
	for _, verdict := range []Verdict{NotReady, VerdictUnknown, Ready} {
		var names []string
		light := 0
		for _, target := range t.r.Targets {
			if target.Verdict.rank() == verdict.rank() {
				names = append(names, t.labels[target.ID])
				if c := Count(target.Results); verdict == Ready && c.Fail+c.Unknown > 0 {
					light++
				}
			}
		}
		if len(names) == 0 {
			continue
		}
		t.p.list([]span{{text: "  "}, word(verdict), {text: strings.Repeat(" ", 11-len(word(verdict).text))}}, 13, plain, t.cut(names, 12))
		if light > 0 && !t.Verbose {
			t.p.prose([]span{{text: strings.Repeat(" ", 13)}}, 13,
				fmt.Sprintf("%d of them with something below %s: --verbose tells", light, t.r.FailOn), faint)
		}
	}
}

// verdict writes the last line, never broken: scripts take it by itself.
func (t *text) verdict() {
	w := word(t.r.Verdict)
	if t.r.Scope != "" {
		w.text += " (" + t.r.Scope + ")"
	}
	parts := []string{t.reason()}
	if len(t.r.Unknown) > 0 && len(t.r.Targets) > 0 {
		parts = append(parts, "scan incomplete")
	}
	parts = append(parts, fmt.Sprintf("exit %d", t.r.ExitCode))
	t.p.line(w, span{text: "  " + strings.Join(parts, " · ")})
}

// reason says in short what the verdict rests on.
func (t *text) reason() string {
	switch targets := t.r.Targets; len(targets) {
	case 0:
		if t.r.ExitCode == ExitInterrupted {
			return "interrupted before a target was found"
		}
		return "no target was found"
	case 1:
		return targets[0].Name + ": " + t.reasonOf(targets[0])
	default:
		var n [3]int
		for _, target := range targets {
			n[target.Verdict.rank()]++
		}
		var parts []string
		for i, words := range []string{"not ready", "unknown", "ready"} {
			if n[i] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", n[i], words))
			}
		}
		return fmt.Sprintf("%d targets: %s", len(targets), strings.Join(parts, ", "))
	}
}

func (t *text) reasonOf(target Target) string {
	c := Count(target.Results)
	below := t.below(target.Results)
	var parts []string
	if c.Fail > 0 {
		parts = append(parts, t.share(c.Fail, below.Fail, "finding", "findings"))
	}
	if c.Unknown > 0 {
		parts = append(parts, t.share(c.Unknown, below.Unknown, "unknown", "unknown"))
	}
	if target.Verdict == Ready {
		regions := regionsOf(target.Paths)
		if from := reachableFrom(regions); len(regions) > 1 && len(from) > 0 {
			parts = append(parts, "reachable from "+and(from))
		}
		parts = append(parts, tally(c))
	}
	if c.Pass+c.Fail+c.Unknown+c.Waived == 0 {
		parts = []string{"nothing was judged"}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// below counts the results that are too light to decide.
func (t *text) below(results []Result) Counts {
	var light []Result
	for _, r := range results {
		if !decides(r.Severity, t.r.FailOn) {
			light = append(light, r)
		}
	}
	return Count(light)
}

// share counts n things, below of them under the threshold.
func (t *text) share(n, below int, one, many string) string {
	s := plural(n, one, many)
	switch {
	case below == 0:
		return s
	case below == n:
		return s + " below " + string(t.r.FailOn)
	default:
		return fmt.Sprintf("%s (%d below %s)", s, below, t.r.FailOn)
	}
}
