package digest_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/netpath"
)

// poll is verdicts by question, region and address.
type poll = [][][]netpath.Verdict

func polls(verdicts ...netpath.Verdict) *rapid.Generator[poll] {
	return rapid.Custom(func(t *rapid.T) poll {
		regions, addresses := rapid.IntRange(1, 3).Draw(t, "regions"), rapid.IntRange(1, 3).Draw(t, "addresses")
		verdict := rapid.SampledFrom(verdicts)
		return rapid.SliceOfN(rapid.SliceOfN(rapid.SliceOfN(verdict, addresses, addresses), regions, regions), 1, 4).Draw(t, "poll")
	})
}

// decide is the rule itself, where everything is known: after each question the
// regions of those left that lack the fewest addresses stay.
func decide(known poll) []netpath.Verdict {
	var answers []netpath.Verdict
	left := make([]bool, len(known[0]))
	for r := range left {
		left[r] = true
	}
	for _, question := range known {
		lacking := func(r int) (n int) {
			for _, v := range question[r] {
				if v == netpath.Deny {
					n++
				}
			}
			return n
		}
		fewest := 1000
		for r := range left {
			if left[r] {
				fewest = min(fewest, lacking(r))
			}
		}
		for r := range left {
			left[r] = left[r] && lacking(r) == fewest
		}
		answers = append(answers, netpath.Deny)
		if fewest == 0 {
			answers[len(answers)-1] = netpath.Allow
		}
	}
	return answers
}

// completions calls try with every poll that the unknown verdicts may stand for.
func completions(t poll, try func(poll)) {
	for q := range t {
		for r := range t[q] {
			for a, v := range t[q][r] {
				if v != netpath.Unknown {
					continue
				}
				for _, v := range []netpath.Verdict{netpath.Allow, netpath.Deny} {
					t[q][r][a] = v
					completions(t, try)
				}
				t[q][r][a] = netpath.Unknown
				return
			}
		}
	}
	try(t)
}

func unknowns(t poll) (n int) {
	for _, question := range t {
		for _, region := range question {
			for _, v := range region {
				if v == netpath.Unknown {
					n++
				}
			}
		}
	}
	return n
}

// An answer is given exactly if it is the same whatever the unknown turns out to be.
func TestSiftIsTheRuleOverAllThatMayBe(t *testing.T) {
	often := []netpath.Verdict{netpath.Allow, netpath.Allow, netpath.Allow, netpath.Deny, netpath.Unknown}
	rapid.Check(t, func(t *rapid.T) {
		asked := polls(often...).Filter(func(t poll) bool { return unknowns(t) <= 8 }).Draw(t, "asked")
		want := make([]netpath.Verdict, len(asked))
		completions(asked, func(known poll) {
			for i, answer := range decide(known) {
				if want[i] == "" {
					want[i] = answer
				} else if want[i] != answer {
					want[i] = netpath.Unknown
				}
			}
		})
		if got := digest.Sift(asked); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// Not to know a verdict may make answers unknown. It never turns one.
func TestSiftForgets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := polls(netpath.Allow, netpath.Allow, netpath.Deny, netpath.Unknown).Draw(t, "known")
		before := digest.Sift(known)
		for _, question := range known {
			for _, region := range question {
				for a := range region {
					if rapid.Bool().Draw(t, "forget") {
						region[a] = netpath.Unknown
					}
				}
			}
		}
		for i, after := range digest.Sift(known) {
			if after != before[i] && after != netpath.Unknown {
				t.Fatalf("question %d was %s, is %s", i, before[i], after)
			}
		}
	})
}

// Everything is answered yes exactly if one region is let through by every question.
func TestSiftLetsThroughWhatIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := polls(netpath.Allow, netpath.Allow, netpath.Allow, netpath.Allow, netpath.Deny, netpath.Unknown).Draw(t, "known")
		whole := false
		for r := range known[0] {
			through := true
			for _, question := range known {
				for _, v := range question[r] {
					through = through && v == netpath.Allow
				}
			}
			whole = whole || through
		}
		yes := true
		for _, answer := range digest.Sift(known) {
			yes = yes && answer == netpath.Allow
		}
		if yes != whole {
			t.Fatalf("answered yes: %v, one region whole: %v", yes, whole)
		}
	})
}
