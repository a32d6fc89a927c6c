package checks

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// plan is a prepared query over some of the rules of a catalogue. A fleet needs
// few of them: one for all that is known, one for "no database", and so on.
type plan struct {
	steps    []step
	body     ast.Body
	compiler *ast.Compiler
	query    ast.QueryCompiler
	store    storage.Store // empty: policies have no data but the document
}

// step is one rule of one check, both by index, and the variable that it binds.
type step struct {
	check, rule int
	yield       ast.Var
}

// plans keeps plans by the rules they run.
type plans struct {
	mu     sync.Mutex
	byRule map[string]*plan
}

// plan returns the query over the rules that the gates leave open.
func (c *Catalogue) plan(gates []openings) (*plan, error) {
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
	p, err := c.prepare(gates)
	if err != nil {
		return nil, err
	}
	if c.plans.byRule == nil {
		c.plans.byRule = map[string]*plan{}
	}
	c.plans.byRule[string(key)] = p
	return p, nil
}

func (c *Catalogue) prepare(gates []openings) (*plan, error) {
	p := &plan{compiler: c.compiler, query: c.compiler.QueryCompiler(), store: inmem.New()}
	var body ast.Body
	for i, check := range c.checks {
		for r := range rules {
			if gates[i][r].open {
				yield := ast.VarTerm("r" + strconv.Itoa(len(p.steps)))
				rule := ast.NewTerm(check.pkg.Append(ast.StringTerm(ruleNames[r])))
				body.Append(ast.Equality.Expr(yield, rule))
				p.steps = append(p.steps, step{check: i, rule: r, yield: yield.Value.(ast.Var)})
			}
		}
	}
	if len(p.steps) == 0 {
		return p, nil
	}
	var err error
	if p.body, err = p.query.Compile(body); err != nil {
		return nil, fmt.Errorf("prepare policies: %w", err)
	}
	return p, nil
}

// run evaluates the query and returns what each step yielded. Package rego would do
// so too, and bring its WebAssembly compiler, bundles and token signing with it: four
// megabytes.
func (p *plan) run(ctx context.Context, input *ast.Term) ([]*ast.Term, error) {
	yields := make([]*ast.Term, len(p.steps))
	if len(p.steps) == 0 {
		return yields, nil
	}
	cancel := topdown.NewCancel()
	defer context.AfterFunc(ctx, cancel.Cancel)()
	txn, err := p.store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	defer p.store.Abort(ctx, txn)
	answers := 0
	err = topdown.NewQuery(p.body).WithCompiler(p.compiler).WithQueryCompiler(p.query).
		WithStore(p.store).WithTransaction(txn).
		WithInput(input).WithCancel(cancel).WithStrictBuiltinErrors(true).
		Iter(ctx, func(answer topdown.QueryResult) error {
			answers++
			for i, s := range p.steps {
				yields[i] = answer[s.yield]
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	if answers != 1 {
		return nil, fmt.Errorf("the query has %d answers: a rule is not a set", answers)
	}
	return yields, nil
}
