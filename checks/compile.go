package checks

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/dependencies"

	"github.com/rscheck/rscheck/report"
)

// compile parses and compiles the policies of fsys.
func compile(fsys fs.FS) (*ast.Compiler, error) {
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".rego") || strings.HasSuffix(path, "_test.rego") {
			return err
		}
		source, err := fs.ReadFile(fsys, path)
		if err != nil {
			return err
		}
		modules[path], err = ast.ParseModuleWithOpts(path, string(source), ast.ParserOptions{ProcessAnnotation: true, Capabilities: Capabilities()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("parse policies: %w", err)
	}
	schema, err := schemaValue()
	if err != nil {
		return nil, err
	}
	schemas := ast.NewSchemaSet()
	schemas.Put(ast.SchemaRootRef, schema)
	compiler := ast.NewCompiler().WithCapabilities(Capabilities()).WithSchemas(schemas).WithUseTypeCheckAnnotations(true).WithStrict(true)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, fmt.Errorf("compile policies: %w", compiler.Errors)
	}
	return compiler, nil
}

// Capabilities are OPA's without any builtin whose answer depends on more than
// its arguments (the clock, the network, chance), so that a policy is a function
// of the facts. The cryptographic token builtins read the clock in disguise.
func Capabilities() *ast.Capabilities {
	caps := ast.CapabilitiesForThisVersion()
	caps.AllowNet = []string{}
	caps.Builtins = slices.DeleteFunc(caps.Builtins, func(b *ast.Builtin) bool {
		return b.Nondeterministic || b.Name == ast.OPARuntime.Name || strings.HasPrefix(b.Name, "io.jwt.")
	})
	return caps
}

// newCheck reads a policy's METADATA and what its rules read.
func newCheck(compiler *ast.Compiler, annotated *ast.AnnotationsRef) (*Check, error) {
	a := annotated.Annotations
	c := &Check{Title: a.Title, Description: a.Description, pkg: annotated.Path}
	fail := func(format string, args ...any) (*Check, error) {
		return nil, fmt.Errorf("%s: METADATA: %s", annotated.Location.File, fmt.Sprintf(format, args...))
	}
	for key, value := range a.Custom {
		switch key {
		case "id":
			c.ID, _ = value.(string)
		case "severity":
			word, _ := value.(string)
			c.Severity = report.Severity(word)
		case "remediation":
			c.Remediation, _ = value.(string)
		case "conflicts":
			list, _ := value.([]any)
			for _, item := range list {
				c.Conflicts = append(c.Conflicts, fmt.Sprint(item))
			}
		default:
			return fail("custom.%s is not a key that rscheck knows", key)
		}
	}
	for _, resource := range a.RelatedResources {
		c.Related = append(c.Related, resource.Ref.String())
	}
	switch {
	case c.Title == "" || c.Description == "" || c.Remediation == "":
		return fail("title, description and custom.remediation are all needed")
	case !validID(c.ID):
		return fail("custom.id %q: want three capitals and three digits, as NET004", c.ID)
	case !slices.Contains(report.Severities, c.Severity):
		return fail("custom.severity %q: want one of %v", c.Severity, report.Severities)
	}
	return c, c.deriveReads(compiler)
}

func validID(id string) bool {
	if len(id) != 6 {
		return false
	}
	for i := range 3 {
		if id[i] < 'A' || id[i] > 'Z' || id[3+i] < '0' || id[3+i] > '9' {
			return false
		}
	}
	return true
}

// deriveReads finds which fields of the document the check's rules read,
// helpers and libraries included.
func (c *Check) deriveReads(compiler *ast.Compiler) error {
	for i, name := range ruleNames {
		defined := compiler.GetRulesExact(c.pkg.Append(ast.StringTerm(name)))
		for _, r := range defined {
			refs, err := dependencies.Base(compiler, r)
			if err != nil {
				return fmt.Errorf("check %s: find what %s reads: %w", c.ID, name, err)
			}
			for _, ref := range refs {
				path, ok := fieldPath(ref)
				if !ok {
					return fmt.Errorf("check %s: %s reads %s: a rule names the facts it reads by full path below input", c.ID, name, ref)
				}
				c.rules[i].reads = append(c.rules[i].reads, path)
			}
		}
		c.rules[i].defined = len(defined) > 0
		slices.Sort(c.rules[i].reads)
		c.rules[i].reads = slices.Compact(c.rules[i].reads)
		c.Facts = append(c.Facts, c.rules[i].reads...)
	}
	if !c.rules[deny].defined {
		return fmt.Errorf("check %s: %s has no rule deny", c.ID, c.pkg)
	}
	slices.Sort(c.Facts)
	c.Facts = slices.Compact(c.Facts)
	return nil
}

// fieldPath turns input.cluster.port into cluster.port. It is not ok for
// anything but a path of names below input.
func fieldPath(ref ast.Ref) (string, bool) {
	if len(ref) < 2 || !ref[0].Equal(ast.InputRootDocument) {
		return "", false
	}
	names := make([]string, 0, len(ref)-1)
	for _, term := range ref[1:] {
		name, ok := term.Value.(ast.String)
		if !ok {
			return "", false
		}
		names = append(names, string(name))
	}
	return strings.Join(names, "."), true
}
