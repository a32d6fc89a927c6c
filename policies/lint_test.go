package policies_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

// TestLint keeps policies to what the type checker sees through, and to the rules
// of style that have a reason beyond taste. Tests may do as they like, but for
// the length of a line.
func TestLint(t *testing.T) {
	words := vocabulary()
	modules := parse(t, func(string) bool { return true })
	packages := map[string]bool{}
	for _, module := range modules {
		packages[module.Package.Path.String()] = true
	}
	for file, source := range sources(t) {
		for i, line := range strings.Split(string(source), "\n") {
			if n := len([]rune(line)); n > 120 {
				t.Errorf("%s:%d: has %d characters: want at most 120", file, i+1, n)
			}
		}
		if isTest(file) {
			continue
		}
		for _, complaint := range lint(modules[file], packages, words) {
			t.Errorf("%s", complaint)
		}
	}
}

// TestLintFinds shows each rule of the lint a line that breaks it.
func TestLintFinds(t *testing.T) {
	words := map[string]map[string]bool{"verdict": {"deny": true}}
	packages := map[string]bool{"data.rscheck.lib.sql": true}
	for name, tc := range map[string]struct{ body, want string }{
		"nothing":                     {`a if input.b.c == 1`, ""},
		"every":                       {`a if { every x in input.b.c { x == 1 } }`, "every"},
		"object.get":                  {`a := object.get(input.b, "c", 1)`, "object.get"},
		"bare input":                  {`a if count(input) == 1`, "bare input"},
		"input under a variable":      {`a contains x if some x in {k | input[k]}`, "bare input"},
		"function of an object":       {`a(group) := group.id`, "dereferences its parameter group"},
		"function of a nested object": {`a(group) := x if { some x in [y | y := group.id] }`, "dereferences its parameter group"},
		"function that looks up":      {`a(word) := {"x": 1}[word]`, ""},
		"with":                        {`a if { b with input as {} }` + "\nb := 1", "with"},
		"unequal in an iteration":     {`a if { some x in input.b.c; x != 1 }`, "!= in an iteration"},
		"unequal outside":             {`a if input.b.c != 1`, ""},
		"rule imported":               {`import data.rscheck.lib.sql.name` + "\n" + `a := name("x")`, "not a package"},
		"package imported":            {`import data.rscheck.lib.sql` + "\n" + `a := sql.name("x")`, ""},
		"word that is none":           {`a if input.b.verdict == "denied"`, `"denied"`},
		"word that is none, in a set": {`a if input.b.verdict in {"deny", "denied"}`, `"denied"`},
		"word of an argument":         {`a(verdict) if verdict == "denied"`, `"denied"`},
		"right word":                  {`a if { some h in input.hops; h.verdict == "deny" }`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			module, err := ast.ParseModule("x.rego", "package x\n"+tc.body)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(lint(module, packages, words), "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("lint of %q says %q: want %q", tc.body, got, tc.want)
			}
		})
	}
}

// lint returns what is wrong with a module, each with its place.
func lint(module *ast.Module, packages map[string]bool, words map[string]map[string]bool) []string {
	l := linter{words: words}
	for _, i := range module.Imports {
		if path := i.Path.String(); !packages[path] {
			l.complain(i.Loc(), "imports %s, which is not a package of this tree", path)
		}
	}
	for _, rule := range module.Rules {
		l.rule(rule)
	}
	return l.complaints
}

type linter struct {
	words      map[string]map[string]bool
	complaints []string
}

func (l *linter) complain(at *ast.Location, form string, args ...any) {
	l.complaints = append(l.complaints, fmt.Sprintf("%s: %s", at, fmt.Sprintf(form, args...)))
}

func (l *linter) rule(rule *ast.Rule) {
	parameters := map[ast.Var]bool{}
	for _, argument := range rule.Head.Args {
		if name, ok := argument.Value.(ast.Var); ok {
			parameters[name] = true
		}
	}
	ast.WalkRefs(rule, func(ref ast.Ref) bool {
		l.ref(ref, parameters)
		return false
	})
	ast.WalkBodies(rule, func(body ast.Body) bool {
		l.body(body)
		return false
	})
	ast.WalkExprs(rule, func(expr *ast.Expr) bool {
		l.expr(expr)
		return false
	})
}

func (l *linter) ref(ref ast.Ref, parameters map[ast.Var]bool) {
	at := ref[0].Loc()
	if name, ok := ref[0].Value.(ast.Var); ok && parameters[name] && len(ref) > 1 {
		l.complain(at, "a function dereferences its parameter %s: the type checker cannot see through it, so pass the field itself", name)
	}
	if ref.HasPrefix(ast.Ref{ast.InputRootDocument}) {
		if len(ref) == 1 {
			l.complain(at, "bare input: name the field")
		} else if _, ok := ref[1].Value.(ast.String); !ok {
			l.complain(at, "bare input: name the field")
		}
	}
	if ref.String() == "object.get" {
		l.complain(at, "object.get hides a misspelt field: facts are always there")
	}
}

// body finds != beside some: it asks whether any item differs, where almost
// always none was meant.
func (l *linter) body(body ast.Body) {
	iterates := false
	for _, expr := range body {
		if _, ok := expr.Terms.(*ast.SomeDecl); ok {
			iterates = true
		}
		if iterates && expr.IsCall() && expr.Operator().Equal(ast.NotEqual.Ref()) {
			l.complain(expr.Loc(), "!= in an iteration: write what should hold, and negate that")
		}
	}
}

func (l *linter) expr(expr *ast.Expr) {
	if _, ok := expr.Terms.(*ast.Every); ok {
		l.complain(expr.Loc(), "every: the type checker cannot see into it, so negate a helper with some")
	}
	if len(expr.With) > 0 {
		l.complain(expr.Loc(), "with is for tests")
	}
	if !expr.IsCall() || len(expr.Operands()) != 2 {
		return
	}
	switch operator := expr.Operator().String(); operator {
	case ast.Equal.Name, ast.NotEqual.Name, ast.Member.Name:
		field := lastName(expr.Operand(0))
		known := l.words[field]
		if known == nil {
			return
		}
		ast.WalkTerms(expr.Operand(1), func(term *ast.Term) bool {
			if word, ok := term.Value.(ast.String); ok && !known[string(word)] {
				l.complain(expr.Loc(), "%s is never %s: vocabulary has the words", field, word)
			}
			_, isRef := term.Value.(ast.Ref)
			return isRef
		})
	}
}

// lastName is the last part of a reference, or the name of a variable: verdict
// for source.verdict.
func lastName(term *ast.Term) string {
	switch value := term.Value.(type) {
	case ast.Var:
		return string(value)
	case ast.Ref:
		if name, ok := value[len(value)-1].Value.(ast.String); ok {
			return string(name)
		}
		if name, ok := value[0].Value.(ast.Var); ok && len(value) == 1 {
			return string(name)
		}
	}
	return ""
}
