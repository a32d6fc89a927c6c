package checks

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

// plan is a prepared query over some of the rules of a catalogue. A fleet needs
// few of them: one for all that is known, one for "no database", and so on.
type plan struct {
	steps []step
	query rego.PreparedEvalQuery
}

// step is one rule of one check, both by index.
type step struct{ check, rule int }

// plans keeps plans by the rules they run.
type plans struct {
	mu     sync.Mutex
	byRule map[string]*plan
}

// plan returns the query over the rules that the gates leave open.
func (c *Catalogue) plan(ctx context.Context, gates []openings) (*plan, error) {
	key := make([]byte, 0, len(gates))
	for _, gate := range gates {
		var open byte
		for r := range rules {
			if gate[r].open {
				open |= 1 << r
			}
		}
		key = append(key, open)
	}
	c.plans.mu.Lock()
	defer c.plans.mu.Unlock()
	if known := c.plans.byRule[string(key)]; known != nil {
		return known, nil
	}
	p, err := c.prepare(ctx, gates)
	if err != nil {
		return nil, err
	}
	if c.plans.byRule == nil {
		c.plans.byRule = map[string]*plan{}
	}
	c.plans.byRule[string(key)] = p
	return p, nil
}

func (c *Catalogue) prepare(ctx context.Context, gates []openings) (*plan, error) {
	p := &plan{}
	var query strings.Builder
	for i, check := range c.checks {
		for r := range rules {
			if gates[i][r].open {
				fmt.Fprintf(&query, "r%d := %s.%s\n", len(p.steps), check.pkg, ruleNames[r])
				p.steps = append(p.steps, step{check: i, rule: r})
			}
		}
	}
	if len(p.steps) == 0 {
		return p, nil
	}
	var err error
	p.query, err = rego.New(rego.Query(query.String()), rego.Compiler(c.compiler), rego.StrictBuiltinErrors(true)).PrepareForEval(ctx)
	if err != nil {
		return nil, fmt.Errorf("prepare policies: %w", err)
	}
	return p, nil
}

// run evaluates the query and returns what each step yielded.
func (p *plan) run(ctx context.Context, input ast.Value) ([]any, error) {
	yields := make([]any, len(p.steps))
	if len(p.steps) == 0 {
		return yields, nil
	}
	rs, err := p.query.Eval(ctx, rego.EvalParsedInput(input))
	if err != nil {
		return nil, err
	}
	if len(rs) != 1 {
		return nil, fmt.Errorf("the query has %d answers: a rule is not a set", len(rs))
	}
	for i := range yields {
		yields[i] = rs[0].Bindings["r"+strconv.Itoa(i)]
	}
	return yields, nil
}

// decodeFindings reads a rule's set of findings. Sets come sorted, so that the
// order is the same each time.
func decodeFindings(yield any) ([]finding, error) {
	items, ok := yield.([]any)
	if !ok {
		return nil, fmt.Errorf("is %T: want a set of findings", yield)
	}
	list := make([]finding, 0, len(items))
	for _, item := range items {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("yields %T: want an object", item)
		}
		f, err := decodeFinding(object)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// decodeFinding reads {"subject", "message", "severity", "remediation",
// "missing", "see"}, of which only message is a must.
func decodeFinding(object map[string]any) (finding, error) {
	var f finding
	var err error
	for key, value := range object {
		switch key {
		case "subject":
			f.Subject, err = text(value)
		case "message":
			f.Message, err = text(value)
		case "see":
			f.See, err = text(value)
		case "severity":
			var word string
			word, err = text(value)
			f.Severity = report.Severity(word)
		case "remediation":
			err = each(value, func(kind, words, _ string) {
				f.Remediation = append(f.Remediation, report.Remediation{Kind: report.RemediationKind(kind), Text: words})
			}, "kind", "text", "")
		case "missing":
			err = each(value, func(path, reason, detail string) {
				f.Missing = append(f.Missing, facts.Unknown{Path: path, Reason: facts.Reason(reason), Detail: detail})
			}, "path", "reason", "detail")
		default:
			err = errors.New("is not a key of a finding")
		}
		if err != nil {
			return f, fmt.Errorf("yields a finding whose %s %w", key, err)
		}
	}
	if f.Message == "" {
		return f, errors.New("yields a finding without a message")
	}
	return f, nil
}

func text(value any) (string, error) {
	s, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("is %T: want a string", value)
	}
	return s, nil
}

// each calls add with the named strings of each object in the list.
func each(value any, add func(a, b, c string), a, b, c string) error {
	list, ok := value.([]any)
	if !ok {
		return fmt.Errorf("is %T: want a list", value)
	}
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return fmt.Errorf("holds %T: want objects", item)
		}
		field := func(name string) string { s, _ := object[name].(string); return s }
		add(field(a), field(b), field(c))
	}
	return nil
}
