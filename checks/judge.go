package checks

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

// Judge answers every check from the document. A check whose rules would read
// something the digest lacks is answered unknown, or not applicable where the
// command line left the fact out. The results are in the order of the checks'
// ids, and of the subjects within one. Judge may be called by several
// goroutines at once.
func (c *Catalogue) Judge(ctx context.Context, doc *digest.Document, lacks []digest.Lack) ([]report.Result, error) {
	gates := make([]openings, len(c.checks))
	for i, check := range c.checks {
		if c.chosen[check.ID] {
			gates[i] = check.gate(lacks)
		}
	}
	found, err := c.eval(ctx, c.encoder.encode(reflect.ValueOf(doc).Elem()), gates)
	if err != nil {
		return nil, err
	}
	a := answers{target: doc.Target.ID, results: make([]report.Result, 0, len(c.checks))}
	for i, check := range c.checks {
		a.check = check
		if c.chosen[check.ID] {
			a.decide(gates[i], found[i], c.chosen)
		} else {
			a.add(report.NotApplicable, finding{Message: "not requested"})
		}
	}
	return a.results, nil
}

// findings are what each rule of a check yielded.
type findings [rules][]finding

// answers collects the results of one check after the other.
type answers struct {
	check   *Check
	target  string
	results []report.Result
}

// decide settles the outcome, chosen being the checks that are asked. What has no
// object is said first, then what is certainly wrong; only where neither is so does
// a missing fact make the rest unknown.
func (a *answers) decide(o openings, found findings, chosen map[string]bool) {
	var all []facts.Unknown
	for i := range rules {
		all = append(all, o[i].missing...)
	}
	if u, ok := notRequested(all); ok {
		a.add(report.NotApplicable, finding{Message: "not requested: " + u.Detail})
		return
	}
	if len(o[notApplicable].missing) > 0 {
		a.lack(distinct(all))
		return
	}
	if causes := found[notApplicable]; len(causes) > 0 {
		a.hasNoObject(causes, chosen)
		return
	}
	for _, f := range found[deny] {
		a.add(report.Fail, f)
	}
	for _, f := range found[unknown] {
		a.add(report.Unknown, f)
	}
	switch missing := slices.Concat(o[deny].missing, o[unknown].missing); {
	case len(found[deny]) > 0 || len(found[unknown]) > 0:
	case len(missing) > 0:
		a.lack(distinct(missing))
	default:
		a.add(report.Pass, finding{Message: a.check.Title})
	}
}

// hasNoObject answers that there is nothing to ask about, which decides nothing: some
// other check says what is wrong. If nobody asks that one, nothing would.
func (a *answers) hasNoObject(causes []finding, chosen map[string]bool) {
	i := slices.IndexFunc(causes, func(f finding) bool { return f.See == "" || chosen[f.See] })
	if i >= 0 {
		a.add(report.NotApplicable, causes[i])
		return
	}
	a.lack([]facts.Unknown{{Path: "checks." + causes[0].See, Reason: facts.NotRequested, Detail: causes[0].Message + ", which was not asked"}})
}

// lack answers that the check as a whole cannot be told.
func (a *answers) lack(missing []facts.Unknown) {
	a.add(report.Unknown, finding{Message: cannotTell(missing), Missing: missing})
}

// cannotTell says what would cure it. Whoever left a fact out knows so.
func cannotTell(missing []facts.Unknown) string {
	if refused := slices.DeleteFunc(slices.Clone(missing), func(u facts.Unknown) bool { return u.Reason == facts.NotRequested }); len(refused) > 0 {
		missing = refused
	}
	details := make([]string, 0, len(missing))
	for _, u := range missing {
		if !slices.Contains(details, u.Detail) {
			details = append(details, u.Detail)
		}
	}
	return "cannot tell: " + strings.Join(details, "; ")
}

func (a *answers) add(outcome report.Outcome, f finding) {
	severity := a.check.Severity
	if f.Severity != "" && !f.Severity.AtLeast(severity) {
		severity = f.Severity
	}
	a.results = append(a.results, report.Result{
		Check:       a.check.ID,
		Title:       a.check.Title,
		Severity:    severity,
		Outcome:     outcome,
		Subject:     f.Subject,
		Message:     f.Message,
		Remediation: append([]report.Remediation{}, f.Remediation...),
		Missing:     append([]facts.Unknown{}, f.Missing...),
		Fingerprint: report.Fingerprint(a.check.ID, a.target, f.Subject),
		URL:         a.check.URL(),
	})
}

// eval runs the open rules, all in one query.
func (c *Catalogue) eval(ctx context.Context, input *ast.Term, gates []openings) ([]findings, error) {
	plan, err := c.plan(gates)
	if err != nil {
		return nil, err
	}
	yields, err := plan.run(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("evaluate policies: %w", err)
	}
	found := make([]findings, len(c.checks))
	for i, step := range plan.steps {
		list, err := decodeFindings(yields[i])
		if err != nil {
			return nil, fmt.Errorf("check %s: rule %s: %w", c.checks[step.check].ID, ruleNames[step.rule], err)
		}
		found[step.check][step.rule] = list
	}
	return found, nil
}
