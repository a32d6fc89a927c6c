package policies_test

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/policies"
)

// TestRego runs the tests that stand beside the policies, each case as a test of
// its own, and asks that they reach every line of every policy.
func TestRego(t *testing.T) {
	modules := parse(t, func(string) bool { return true })
	coverage := cover.New()
	for result := range runRego(t, modules, coverage) {
		name := strings.TrimPrefix(result.Package, "data.rscheck.") + "." + result.Name
		t.Run(name, func(t *testing.T) {
			if result.Error != nil {
				t.Fatalf("%s: %v", result.Location, result.Error)
			}
			if result.Fail && len(result.SubResults) == 0 {
				t.Errorf("%s: failed\n%s", result.Location, result.Output)
			}
			runCases(t, result.SubResults)
		})
	}
	report := coverage.Report(modules)
	for _, file := range sorted(modules) {
		covered, ok := report.Files[file]
		if !ok || isTest(file) {
			continue
		}
		for _, lines := range covered.NotCovered {
			t.Errorf("%s: no test reaches lines %d to %d", file, lines.Start.Row, lines.End.Row)
		}
	}
}

func runCases(t *testing.T, cases tester.SubResultMap) {
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.Fail && len(c.SubResults) == 0 {
				t.Error("failed")
			}
			runCases(t, c.SubResults)
		})
	}
}

func runRego(t *testing.T, modules map[string]*ast.Module, coverage *cover.Cover) chan *tester.Result {
	t.Helper()
	ctx := context.Background()
	store := inmem.New()
	txn := storage.NewTransactionOrDie(ctx, store)
	t.Cleanup(func() { store.Abort(ctx, txn) })
	compiler := ast.NewCompiler().WithCapabilities(checks.Capabilities()).WithStrict(true).WithRewriteTestRules(true)
	results, err := tester.NewRunner().
		SetCompiler(compiler).
		SetStore(store).
		SetModules(modules).
		SetCoverageQueryTracer(coverage).
		RaiseBuiltinErrors(true).
		RunTests(ctx, txn)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

func TestEveryPolicyHasATest(t *testing.T) {
	for file := range parse(t, isPolicy) {
		beside := strings.TrimSuffix(file, ".rego") + "_test.rego"
		if _, err := os.Stat(beside); err != nil {
			t.Errorf("%s has no test: want %s", file, path.Base(beside))
		}
	}
}

// TestEngineTakesThePolicies compiles them as rscheck does, against the schema of
// the facts.
func TestEngineTakesThePolicies(t *testing.T) {
	catalogue, err := checks.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(catalogue.Checks()), len(parse(t, isPolicy)); got != want {
		t.Errorf("the engine found %d checks in %d policies", got, want)
	}
}

func TestFormat(t *testing.T) {
	for file, source := range sources(t) {
		formatted, err := format.Source(file, source)
		if err != nil {
			t.Errorf("%v", err)
		} else if string(formatted) != string(source) {
			t.Errorf("%s is not as opa fmt writes it", file)
		}
	}
}

func TestPackageIsPath(t *testing.T) {
	for file, module := range parse(t, func(string) bool { return true }) {
		want := "data.rscheck." + strings.ReplaceAll(strings.TrimSuffix(file, ".rego"), "/", ".")
		if got := module.Package.Path.String(); got != want {
			t.Errorf("%s: package is %s: want %s", file, got, want)
		}
	}
}

// TestEmbedded: FS holds every policy and profile of the tree, and no test.
func TestEmbedded(t *testing.T) {
	want := slices.DeleteFunc(sorted(sources(t)), isTest)
	profiles, err := fs.Glob(os.DirFS("."), "profiles/*")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, profiles...)
	var got []string
	err = fs.WalkDir(policies.FS, ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			got = append(got, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("FS holds\n%s\nwant\n%s\nsee the patterns in embed.go", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestProfiles(t *testing.T) {
	if !slices.Contains(policies.Profiles(), "stitch") {
		t.Errorf("Profiles() = %q: want stitch among them", policies.Profiles())
	}
	for _, id := range policies.Profiles() {
		text, err := policies.FS.ReadFile("profiles/" + id + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		profile, err := loader.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", id, err)
		} else if profile.ID != id {
			t.Errorf("the profile in %s.yaml is of %q", id, profile.ID)
		}
	}
}

// TestStitchAddresses pins the addresses: a slip in one of them is a false answer
// for everybody (https://www.stitchdata.com/docs/security/stitch-ip-addresses).
func TestStitchAddresses(t *testing.T) {
	text, err := policies.FS.ReadFile("profiles/stitch.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := loader.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for region, want := range map[string]string{
		"north-america": "52.23.137.21/32 52.204.223.208/32 52.204.228.32/32 52.204.230.227/32",
		"europe":        "3.126.102.29/32 18.158.16.164/32 18.158.251.55/32 52.57.235.168/32",
	} {
		var got []string
		for _, prefix := range profile.Sources(region) {
			got = append(got, prefix.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s dials from %s: want %s", region, got, want)
		}
	}
}

// sources are the Rego files of the tree, tests included, by path.
func sources(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	tree := os.DirFS(".")
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".rego" {
			return err
		}
		files[file], err = fs.ReadFile(tree, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// parse parses the Rego files that keep returns true for.
func parse(t *testing.T, keep func(file string) bool) map[string]*ast.Module {
	t.Helper()
	modules := map[string]*ast.Module{}
	for file, source := range sources(t) {
		if !keep(file) {
			continue
		}
		module, err := ast.ParseModuleWithOpts(file, string(source), ast.ParserOptions{ProcessAnnotation: true})
		if err != nil {
			t.Fatal(err)
		}
		modules[file] = module
	}
	return modules
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.rego") }

func isPolicy(file string) bool { return strings.HasPrefix(file, "stitch/") && !isTest(file) }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
