package report

import (
	"cmp"
	"slices"
	"strings"
)

// Compare marks the findings and unknowns of r as new or unchanged against an
// earlier report, and lists those of the earlier one that are no more. A result
// is the same while its fingerprint and its outcome are, and it is no graver. What
// the earlier report says of a target for a loader set up otherwise is left out: that
// was another question. Nothing counts as fixed where r has no answer: nobody
// looked, or nobody could see. Call it before Finish.
func (r *Report) Compare(earlier Report) {
	before := map[matter][]Result{}
	for _, t := range earlier.Targets {
		for _, result := range t.Results {
			if result.open() {
				m := matter{earlier.loader(t), result.Fingerprint}
				before[m] = append(before[m], result)
			}
		}
	}
	still, answered, unanswered := map[matter]bool{}, map[question]bool{}, map[question]bool{}
	for i := range r.Targets {
		t := &r.Targets[i]
		loader := r.loader(*t)
		for n := range t.Results {
			result := &t.Results[n]
			switch q := (question{loader, t.ID, result.Check}); result.Outcome {
			case Pass, Fail, Waived:
				answered[q] = true
			default:
				unanswered[q] = true
			}
			if !result.open() {
				continue
			}
			m := matter{loader, result.Fingerprint}
			still[m] = true
			result.Change = New
			if was := slices.IndexFunc(before[m], result.continues); was >= 0 {
				// Two may be about one subject, and each stands for one.
				before[m] = slices.Delete(before[m], was, was+1)
				result.Change = Unchanged
			}
		}
	}
	for _, t := range earlier.Targets {
		loader := earlier.loader(t)
		for _, was := range t.Results {
			q := question{loader, t.ID, was.Check}
			if was.open() && !still[matter{loader, was.Fingerprint}] && answered[q] && !unanswered[q] {
				r.Fixed = append(r.Fixed, Fixed{Target: t.ID, Check: was.Check, Subject: was.Subject, Message: was.Message})
			}
		}
	}
	slices.SortStableFunc(r.Fixed, func(a, b Fixed) int {
		return cmp.Or(strings.Compare(a.Target, b.Target), strings.Compare(a.Check, b.Check), strings.Compare(a.Subject, b.Subject))
	})
}

// question is a check of a target for a loader. The same target may be asked about
// for several of them.
type question struct {
	loader        Loader
	target, check string
}

// matter is what a result is about: check, target and subject, for a loader.
type matter struct {
	loader      Loader
	fingerprint string
}

// open reports whether the result is a finding or an unknown.
func (r *Result) open() bool { return r.Outcome == Fail || r.Outcome == Unknown }

// continues reports whether the result is an earlier one of the same matter still.
func (r *Result) continues(was Result) bool {
	return was.Outcome == r.Outcome && was.Severity.AtLeast(r.Severity)
}

// newAlone are the results with the findings that a baseline has as good as waived.
func newAlone(results []Result) []Result {
	results = slices.Clone(results)
	for i := range results {
		if results[i].Outcome == Fail && results[i].Change == Unchanged {
			results[i].Outcome = Waived
		}
	}
	return results
}
