package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/rscheck/rscheck/checks/facts"
)

// JSON writes the report as other tools read it: the fields of Report in their
// order, [] for an empty list. Equal reports give equal bytes.
func JSON(w io.Writer, r Report) error {
	if err := facts.Encode(w, r); err != nil {
		return fmt.Errorf("write JSON report: %w", err)
	}
	return nil
}

// Read reads a report that JSON wrote. It refuses what facts.DecodeStrict does,
// and every verdict, outcome, severity or other word that it does not know. The
// error is one line that begins with the place.
func Read(r io.Reader) (Report, error) {
	var report Report
	if err := facts.DecodeStrict(r, Schema, &report); err != nil {
		return Report{}, err
	}
	if err := report.checkWords(); err != nil {
		return Report{}, err
	}
	return report, nil
}

var (
	verdicts         = []Verdict{Ready, NotReady, VerdictUnknown}
	outcomes         = []Outcome{Pass, Fail, Unknown, NotApplicable, Waived}
	pathVerdicts     = []string{"reachable", "blocked", "unknown"}
	hopVerdicts      = []string{"allow", "deny", "unknown", "not_applicable"}
	remediationKinds = []RemediationKind{AWSCLI, SQL, Note}
)

// checkWords refuses words that the types of the report give no meaning. The
// formats would show them as one of those they know.
func (r *Report) checkWords() error {
	var c wordCheck
	check(&c, "fail_on", r.FailOn, Severities)
	check(&c, "verdict", r.Verdict, verdicts)
	c.reasons("", r.Unknown, "unknown")
	for i, t := range r.Targets {
		c.target(fmt.Sprintf("targets[%d].", i), t)
	}
	return c.err
}

// wordCheck keeps the first word that is not known.
type wordCheck struct{ err error }

func check[W ~string](c *wordCheck, place string, word W, known []W) {
	if c.err == nil && !slices.Contains(known, word) {
		c.err = fmt.Errorf("%s: unknown word %s", place, strconv.Quote(string(word)))
	}
}

func (c *wordCheck) target(place string, t Target) {
	check(c, place+"kind", t.Kind, facts.Kinds)
	check(c, place+"verdict", t.Verdict, verdicts)
	for i, p := range t.Paths {
		place := fmt.Sprintf("%spaths[%d].", place, i)
		check(c, place+"verdict", p.Verdict, pathVerdicts)
		for j, h := range p.Hops {
			place := fmt.Sprintf("%shops[%d].", place, j)
			check(c, place+"verdict", h.Verdict, hopVerdicts)
			c.reasons(place, h.Missing, "missing")
		}
	}
	for i, r := range t.Results {
		c.result(fmt.Sprintf("%sresults[%d].", place, i), r)
	}
}

func (c *wordCheck) result(place string, r Result) {
	check(c, place+"severity", r.Severity, Severities)
	check(c, place+"outcome", r.Outcome, outcomes)
	for i, step := range r.Remediation {
		check(c, fmt.Sprintf("%sremediation[%d].kind", place, i), step.Kind, remediationKinds)
	}
	c.reasons(place, r.Missing, "missing")
}

func (c *wordCheck) reasons(place string, unknown []facts.Unknown, field string) {
	for i, u := range unknown {
		check(c, fmt.Sprintf("%s%s[%d].reason", place, field, i), u.Reason, facts.Reasons)
	}
}
