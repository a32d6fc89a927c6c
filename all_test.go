// Package rscheck_test holds the repository to its own rules: its layout, which
// package may import which, the size of the binary, and pages that are made from
// the policies and from Go types.
package rscheck_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/internal/docs"
	"github.com/rscheck/rscheck/policies"
)

var update = flag.Bool("update", false, "rewrite the pages made from the policies and from Go types")

const module = "github.com/rscheck/rscheck"

// mayImport says which of our own packages each may import, besides those in the
// standard library and other modules. Tests are free.
var mayImport = map[string][]string{
	"checks/facts":           {},
	"checks/netpath":         {"checks/facts"},
	"checks/loader":          {},
	"checks/digest":          {"checks/facts", "checks/loader", "checks/netpath"},
	"report":                 {"checks/facts"},
	"report/waivers":         {"report"},
	"checks":                 {"checks/digest", "checks/facts", "checks/loader", "report"},
	"checks/aws":             {"checks/facts"},
	"checks/redshift":        {"checks/facts"},
	"policies":               {},
	"internal/docs":          {"checks", "checks/digest"},
	"internal/postgres":      {},
	"internal/fakeaws":       {"checks/facts"},
	"internal/redshiftsql":   {},
	"internal/redshiftfront": {"internal/postgres", "internal/redshiftsql"},
	"internal/truth":         {},
	"internal/onepacket":     {"checks/facts"},
	"internal/moto":          {},
	"internal/demo":          {"checks/facts", "internal/fakeaws", "internal/postgres", "internal/redshiftfront"},
	"cmd/rscheck": {
		"checks", "checks/aws", "checks/digest", "checks/facts", "checks/loader", "checks/redshift",
		"internal/docs", "policies", "report", "report/waivers",
	},
}

// onlyIn names the packages that alone may import a module.
var onlyIn = map[string][]string{
	"github.com/aws/":                    {"checks/aws"},
	"github.com/jackc/pgx":               {"checks/redshift", "internal/postgres", "internal/redshiftfront"},
	"github.com/open-policy-agent/opa":   {"checks"},
	"github.com/spf13/cobra":             {"cmd/rscheck"},
	"github.com/fatih/color":             {"report"},
	"go4.org/netipx":                     {"checks/netpath"},
	"github.com/google/jsonschema-go":    {"checks"},
	"github.com/go-json-experiment/json": {"checks/facts"},
}

func TestPackagesImportDownwardsOnly(t *testing.T) {
	for _, line := range goList(t, "{{.ImportPath}} {{join .Imports \" \"}}") {
		fields := strings.Fields(line)
		pkg := strings.TrimPrefix(fields[0], module+"/")
		if pkg == module {
			continue
		}
		allowed, known := mayImport[pkg]
		if !known {
			t.Errorf("package %s is new: say in mayImport what it may import", pkg)
			continue
		}
		for _, imported := range fields[1:] {
			if own, ok := strings.CutPrefix(imported, module+"/"); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s, which is not below it", pkg, own)
			}
			for prefix, owners := range onlyIn {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(owners, pkg) {
					t.Errorf("%s imports %s, which only %v may", pkg, imported, owners)
				}
			}
		}
	}
}

func goList(t *testing.T, format string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", format, "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func TestTopLevelIsAsDesigned(t *testing.T) {
	want := []string{
		".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "all_test.go", "checks", "cmd", "docs", "go.mod", "go.sum",
		"internal", "policies", "report", "test.sh", "testdata", "tools.mod", "tools.sum",
	}
	tracked, err := exec.Command("git", "ls-files").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	for _, file := range strings.Fields(string(tracked)) {
		if top, _, _ := strings.Cut(file, "/"); !slices.Contains(want, top) {
			t.Errorf("%s: the top level of the repository is %v", file, want)
		}
	}
}

func TestPagesAreInStepWithWhatTheyDescribe(t *testing.T) {
	catalogue, err := checks.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := checks.Schema()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	report, err := docs.Report(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{
		"docs/json-report.md":            report,
		"policies/README.md":             docs.Index(catalogue.Checks()),
		"policies/schemas/document.json": string(text) + "\n",
	}
	for _, check := range catalogue.Checks() {
		pages[check.URL()] = docs.Page(check)
	}
	for path, want := range pages {
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what it is made from: run go test . -update", path)
		}
	}
	existing, err := filepath.Glob("docs/checks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range existing {
		if pages[filepath.ToSlash(path)] == "" {
			t.Errorf("%s is about no check", path)
		}
	}
}

// Past this size somebody has linked what finds methods by name at run time
// (docs/decisions/0005), or a part of OPA that no policy needs.
func TestStrippedBinaryIsSmall(t *testing.T) {
	const most = 32_000_000 // bytes
	binary := filepath.Join(t.TempDir(), "rscheck")
	if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, "./cmd/rscheck").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > most {
		t.Errorf("the stripped binary has %d bytes, want at most %d", info.Size(), most)
	}
}
