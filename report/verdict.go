package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// Exit codes of the program. Those of verdicts are ExitReady, ExitFindings and
// ExitUnknown.
const (
	ExitReady       = 0
	ExitFindings    = 1 // a finding at or above the threshold
	ExitUsage       = 2
	ExitUnknown     = 3 // no such finding, and something at or above it unknown
	ExitInterrupted = 130
)

// ExitCode is the exit code that tells the verdict.
func (v Verdict) ExitCode() int {
	switch v {
	case Ready:
		return ExitReady
	case NotReady:
		return ExitFindings
	default:
		return ExitUnknown
	}
}

// Finish derives from the targets' results and Report.Unknown all that follows
// from them: counts, verdicts, exit code, and the order of everything (see
// Sort). Call it once the report is filled. An empty FailOn becomes High.
func (r *Report) Finish() {
	r.Schema = Schema
	if r.FailOn == "" {
		r.FailOn = High
	}
	r.Counts = Counts{}
	for i := range r.Targets {
		t := &r.Targets[i]
		deciding := t.Results
		if r.NewOnly {
			deciding = newAlone(t.Results)
		}
		t.Verdict = Decide(deciding, r.FailOn)
		r.Counts.add(Count(t.Results))
	}
	r.Verdict = r.decide()
	r.ExitCode = r.Verdict.ExitCode()
	if slices.ContainsFunc(r.Unknown, func(u facts.Unknown) bool { return u.Path == brokenOff }) {
		r.ExitCode = ExitInterrupted
	}
	Sort(r)
}

// brokenOff is the path of what is unknown because the scan was interrupted.
const brokenOff = "scan"

// Interrupt notes that the scan was broken off. Call it before Finish.
func (r *Report) Interrupt() {
	r.Unknown = append(r.Unknown, facts.Unknown{Path: brokenOff, Reason: facts.Failed, Detail: "the scan was interrupted"})
}

// decide is the worst verdict of the targets. A report without a target, or
// which something kept from being whole, is never ready.
func (r *Report) decide() Verdict {
	verdict := Ready
	if len(r.Targets) == 0 || len(r.Unknown) > 0 {
		verdict = VerdictUnknown
	}
	for _, t := range r.Targets {
		if t.Verdict.rank() < verdict.rank() {
			verdict = t.Verdict
		}
	}
	return verdict
}

// Decide is the verdict of one target. It is ready only if something was judged:
// results that all do not apply say nothing of the target. Waived results are no
// findings.
func Decide(results []Result, failOn Severity) Verdict {
	verdict, judged := Ready, false
	for _, r := range results {
		decides := decides(r.Severity, failOn)
		switch r.Outcome {
		case NotApplicable:
			continue
		case Pass, Waived:
		case Fail:
			if decides {
				return NotReady
			}
		default:
			if decides {
				verdict = VerdictUnknown
			}
		}
		judged = true
	}
	if !judged {
		return VerdictUnknown
	}
	return verdict
}

// decides is AtLeast, with every severity at or above a threshold that is no
// known word.
func decides(s, failOn Severity) bool {
	return !slices.Contains(Severities, failOn) || s.AtLeast(failOn)
}

// Count counts results by outcome. An outcome that is no known word counts as
// unknown.
func Count(results []Result) Counts {
	var c Counts
	for _, r := range results {
		switch r.Outcome {
		case Pass:
			c.Pass++
		case Fail:
			c.Fail++
		case NotApplicable:
			c.NotApplicable++
		case Waived:
			c.Waived++
		default:
			c.Unknown++
		}
	}
	return c
}

func (c *Counts) add(other Counts) {
	c.Pass += other.Pass
	c.Fail += other.Fail
	c.Unknown += other.Unknown
	c.NotApplicable += other.NotApplicable
	c.Waived += other.Waived
}

// Sort puts a report into its one order, the worst first. Targets go by verdict
// (not ready, unknown, ready), then account, region, name and id. Results go by
// outcome (fail, unknown, waived, pass, not applicable), then severity, check,
// subject and message. Paths, hops and remediations keep their order, which has
// a meaning.
func Sort(r *Report) {
	r.Unknown = sortUnknown(r.Unknown)
	slices.SortStableFunc(r.Targets, func(a, b Target) int {
		return cmp.Or(
			cmp.Compare(a.Verdict.rank(), b.Verdict.rank()),
			strings.Compare(a.Account, b.Account),
			strings.Compare(a.Region, b.Region),
			strings.Compare(a.Name, b.Name),
			strings.Compare(a.ID, b.ID),
		)
	})
	for _, t := range r.Targets {
		slices.SortStableFunc(t.Results, compareResults)
		for i := range t.Results {
			t.Results[i].Missing = sortUnknown(t.Results[i].Missing)
		}
	}
}

func compareResults(a, b Result) int {
	return cmp.Or(
		cmp.Compare(a.Outcome.rank(), b.Outcome.rank()),
		cmp.Compare(a.Severity.Rank(), b.Severity.Rank()),
		strings.Compare(a.Check, b.Check),
		strings.Compare(a.Subject, b.Subject),
		strings.Compare(a.Message, b.Message),
	)
}

// sortUnknown returns the unknowns in order, each once.
func sortUnknown(unknown []facts.Unknown) []facts.Unknown {
	unknown = slices.Clone(unknown)
	slices.SortFunc(unknown, func(a, b facts.Unknown) int {
		return cmp.Or(
			strings.Compare(a.Path, b.Path),
			strings.Compare(string(a.Reason), string(b.Reason)),
			strings.Compare(a.Detail, b.Detail),
		)
	})
	return slices.Compact(unknown)
}

func (v Verdict) rank() int {
	switch v {
	case NotReady:
		return 0
	case Ready:
		return 2
	default:
		return 1
	}
}

func (o Outcome) rank() int {
	switch o {
	case Fail:
		return 0
	case Waived:
		return 2
	case Pass:
		return 3
	case NotApplicable:
		return 4
	default:
		return 1
	}
}

// Fingerprint names a result for tools that follow it from run to run: 32
// hexadecimal digits that depend on these three and on nothing else. It never
// changes between versions.
func Fingerprint(check, targetID, subject string) string {
	h := sha256.New()
	for _, part := range []string{"rscheck.fingerprint/v1", check, targetID, subject} {
		// With its length ahead, no part can run into the next.
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
