package policies_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// TestFixtureIsADocument: what the Rego tests give as input has the fields of
// digest.Document, all of them and no others.
func TestFixtureIsADocument(t *testing.T) {
	compiler := compile(t)
	fixture := query(t, compiler, "data.rscheck.lib.fixture_test.healthy", nil)
	checkShape(t, "healthy", fixture, new(digest.Document))
	elements, ok := query(t, compiler, "data.rscheck.lib.fixture_test.elements", nil).(map[string]any)
	if !ok {
		t.Fatal("fixture has no elements")
	}
	types := map[string]any{
		"security_group": new(digest.UsedSecurityGroup),
		"source":         new(digest.Source),
		"hop":            new(digest.Hop),
		"exposed_rule":   new(digest.ExposedRule),
		"other_subnet":   new(digest.OtherSubnet),
		"needing":        new(digest.NeedingAddress),
		"foreign_set":    new(digest.ForeignSet),
		"interruption":   new(digest.Interruption),
		"schema":         new(digest.DeviatingSchema),
		"table":          new(digest.DeviatingTable),
		"comment":        new(digest.DeviatingComment),
		"unmarked":       new(digest.UnmarkedTable),
		"pinned":         new(digest.PinnedTable),
		"bound_view":     new(digest.BoundView),
		"oversized":      new(digest.OversizedTable),
		"unknown":        new(facts.Unknown),
	}
	for name, element := range elements {
		if types[name] == nil {
			t.Errorf("element %q has no type to be held to", name)
			continue
		}
		checkShape(t, name, element, types[name])
	}
}

// checkShape decodes value into target and back, which must change nothing.
func checkShape(t *testing.T, name string, value, target any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		t.Errorf("%s is no %T: %v", name, target, err)
		return
	}
	text, err = json.Marshal(target)
	if err != nil {
		t.Fatal(err)
	}
	var back any
	decoder = json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(value, back); diff != "" {
		t.Errorf("%s lacks fields of %T (-fixture +document):\n%s", name, target, diff)
	}
}

// compile compiles the whole tree, tests included.
func compile(t *testing.T) *ast.Compiler {
	t.Helper()
	compiler := ast.NewCompiler()
	if compiler.Compile(parse(t, func(string) bool { return true })); compiler.Failed() {
		t.Fatal(compiler.Errors)
	}
	return compiler
}

func query(t *testing.T, compiler *ast.Compiler, q string, input any) any {
	t.Helper()
	ctx := context.Background()
	answers, err := rego.New(rego.Query(q), rego.Compiler(compiler), rego.Input(input), rego.StrictBuiltinErrors(true)).Eval(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(answers) != 1 || len(answers[0].Expressions) != 1 {
		t.Fatalf("%s has %d answers", q, len(answers))
	}
	return answers[0].Expressions[0].Value
}
