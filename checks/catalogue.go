// Package checks compiles policies into checks and judges facts with them.
//
// A check is one Rego package: its METADATA names and explains it, its deny rule
// finds what is wrong. Which facts a check reads is derived from its compiled
// rules. When one of them could not be observed the rule is not run and the
// outcome is unknown, so no policy says what absence means.
package checks

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rscheck/rscheck/report"
)

// Check is one question, as its policy's METADATA tells it.
type Check struct {
	ID string
	// Title is a statement that is true when the check passes.
	Title string
	// Description says why the loader needs it.
	Description string
	Severity    report.Severity
	// Remediation says in general what mends it; a finding has the commands.
	Remediation string
	// Related are addresses of pages that say more.
	Related []string
	// Conflicts are checks of other catalogues that ask for the opposite.
	Conflicts []string
	// Facts are the fields of the digest that the check's rules read, each as a
	// dotted path, sorted. They are derived, never written down.
	Facts []string

	pkg   ast.Ref // of its package, as data.rscheck.stitch.network.public
	rules [rules]rule
}

// The rules that a policy may have, each a set.
const (
	deny          = iota // findings
	unknown              // subjects that cannot be told
	notApplicable        // why the question has no object
	rules
)

var ruleNames = [rules]string{"deny", "unknown", "not_applicable"}

// rule is one of a check's rules: whether it is there and what it reads.
type rule struct {
	defined bool
	reads   []string
}

// Area is the part of the id before the digits: NET, CLU, SQL or SEC.
func (c *Check) Area() string { return strings.TrimRight(c.ID, "0123456789") }

// URL is the page about the check, relative to the repository's root.
func (c *Check) URL() string { return "docs/checks/" + c.ID + ".md" }

// Catalogue is a set of checks compiled together.
type Catalogue struct {
	checks   []*Check // by id
	chosen   map[string]bool
	compiler *ast.Compiler
	plans    *plans
	encoder  *encoder
}

// Load compiles every policy below fsys whose name ends in .rego, tests aside.
// Policies are held to Document's schema and to OPA's strict mode, and get no
// builtin whose answer depends on anything but its arguments. Load returns the
// first thing wrong, with its file and line.
func Load(fsys fs.FS) (*Catalogue, error) {
	compiler, err := compile(fsys)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{chosen: map[string]bool{}, compiler: compiler, plans: &plans{}, encoder: &encoder{}}
	for _, annotated := range compiler.GetAnnotationSet().Flatten() {
		if annotated.Annotations.Scope != "package" || len(annotated.Annotations.Custom) == 0 {
			continue
		}
		check, err := newCheck(compiler, annotated)
		if err != nil {
			return nil, err
		}
		if c.chosen[check.ID] {
			return nil, fmt.Errorf("%s: check %s is already defined elsewhere", annotated.Location.File, check.ID)
		}
		c.chosen[check.ID] = true
		c.checks = append(c.checks, check)
	}
	if len(c.checks) == 0 {
		return nil, fmt.Errorf("load policies: none has METADATA with an id")
	}
	slices.SortFunc(c.checks, func(a, b *Check) int { return strings.Compare(a.ID, b.ID) })
	return c, nil
}

// Checks returns every check, chosen or not, by id.
func (c *Catalogue) Checks() []*Check { return c.checks }

// Check returns the check with the id, whatever its case.
func (c *Catalogue) Check(id string) (*Check, bool) {
	for _, check := range c.checks {
		if strings.EqualFold(check.ID, id) {
			return check, true
		}
	}
	return nil, false
}

// Chosen returns the checks that Judge will answer, by id.
func (c *Catalogue) Chosen() []*Check {
	var chosen []*Check
	for _, check := range c.checks {
		if c.chosen[check.ID] {
			chosen = append(chosen, check)
		}
	}
	return chosen
}

// Select returns a catalogue that answers only the checks named in only (all of
// them when it is empty) and not those in skip. A name is an id (NET004) or an
// area (NET), in any case. The others stay in the catalogue and are answered
// "not requested".
func (c *Catalogue) Select(only, skip []string) (*Catalogue, error) {
	selected := *c
	selected.chosen = map[string]bool{}
	for _, name := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(c.checks, func(check *Check) bool { return check.named(name) }) {
			return nil, fmt.Errorf("no check or area is called %q: rscheck checks lists them", name)
		}
	}
	for _, check := range c.checks {
		selected.chosen[check.ID] = (len(only) == 0 || slices.ContainsFunc(only, check.named)) && !slices.ContainsFunc(skip, check.named)
	}
	if len(selected.Chosen()) == 0 {
		return nil, fmt.Errorf("no check is left by --only %s --skip %s", strings.Join(only, ","), strings.Join(skip, ","))
	}
	return &selected, nil
}

func (c *Check) named(name string) bool {
	return strings.EqualFold(c.ID, name) || strings.EqualFold(c.Area(), name)
}
