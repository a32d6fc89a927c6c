package report

import (
	"cmp"
	"slices"
	"strings"
)

// Compare marks the findings and unknowns of r as new or unchanged against an
// earlier report, and lists those of the earlier one that are no more. A result
// is the same while its fingerprint and its outcome are. What the earlier report
// says of targets that r does not have is left out: nobody looked. Call it before
// Finish.
func (r *Report) Compare(earlier Report) {
	before := map[string]Result{}
	for _, t := range earlier.Targets {
		for _, result := range t.Results {
			if result.Outcome == Fail || result.Outcome == Unknown {
				before[result.Fingerprint] = result
			}
		}
	}
	still, looked := map[string]bool{}, map[string]bool{}
	for i := range r.Targets {
		looked[r.Targets[i].ID] = true
		for n := range r.Targets[i].Results {
			result := &r.Targets[i].Results[n]
			if result.Outcome != Fail && result.Outcome != Unknown {
				continue
			}
			still[result.Fingerprint] = true
			result.Change = New
			if was, known := before[result.Fingerprint]; known && was.Outcome == result.Outcome {
				result.Change = Unchanged
			}
		}
	}
	for _, t := range earlier.Targets {
		for _, result := range t.Results {
			if _, open := before[result.Fingerprint]; open && looked[t.ID] && !still[result.Fingerprint] {
				r.Fixed = append(r.Fixed, Fixed{Target: t.ID, Check: result.Check, Subject: result.Subject, Message: result.Message})
			}
		}
	}
	slices.SortFunc(r.Fixed, func(a, b Fixed) int {
		return cmp.Or(strings.Compare(a.Target, b.Target), strings.Compare(a.Check, b.Check), strings.Compare(a.Subject, b.Subject))
	})
}

// withoutUnchanged leaves out the findings that a baseline has.
func withoutUnchanged(results []Result) []Result {
	return slices.DeleteFunc(slices.Clone(results), func(r Result) bool { return r.Outcome == Fail && r.Change == Unchanged })
}
