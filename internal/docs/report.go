package docs

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
)

// Report is the Markdown page about the JSON report: every object of it with its
// fields, as the Go types that hold it are documented. Root is the repository's.
func Report(root fs.FS) (string, error) {
	p := reportPage{types: map[string]*doc.Type{}, met: map[string]bool{}}
	for _, folder := range []string{"checks/facts", "report"} {
		if err := p.read(root, folder); err != nil {
			return "", fmt.Errorf("document %s: %w", folder, err)
		}
	}
	p.b.WriteString("# The JSON report\n\n")
	p.b.WriteString("`--format json` and `--output json=FILE` write it; `rscheck report FILE` makes any other format of it. The form has a version,\n")
	p.b.WriteString("`rscheck.report/v1`: within it no field goes away or changes its meaning, and optional ones may be added. Lists are never null.\n")
	p.b.WriteString("Two runs over the same facts give the same bytes, but for `scanned_at`. This page is made from the Go types (`go test . -update`).\n")
	if err := p.object("Report"); err != nil {
		return "", err
	}
	return p.b.String(), nil
}

// reportPage writes a type, and then those of its fields.
type reportPage struct {
	b     strings.Builder
	types map[string]*doc.Type // by name: the two packages share none
	met   map[string]bool
}

func (p *reportPage) read(root fs.FS, folder string) error {
	sources, err := fs.Glob(root, folder+"/*.go")
	if err != nil {
		return err
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, file)
	}
	pkg, err := doc.NewFromFiles(set, files, folder)
	if err != nil {
		return err
	}
	for _, t := range pkg.Types {
		if p.types[t.Name] == nil || folder == "report" {
			p.types[t.Name] = t
		}
	}
	return nil
}

// object writes the struct type's section and those of the types below it.
func (p *reportPage) object(name string) error {
	if p.met[name] {
		return nil
	}
	p.met[name] = true
	t := p.types[name]
	fields, ok := t.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType)
	if !ok {
		return fmt.Errorf("document %s: want a struct", name)
	}
	fmt.Fprintf(&p.b, "\n## %s\n\n%s\n\n| field | is | meaning |\n|---|---|---|\n", name, oneLine(t.Doc))
	var below []string
	for _, f := range fields.Fields.List {
		key, option, _ := strings.Cut(tag(f), ",")
		kind, element := p.kind(f.Type)
		if option != "" {
			kind += ", optional"
		}
		fmt.Fprintf(&p.b, "| `%s` | %s | %s |\n", key, kind, strings.ReplaceAll(oneLine(f.Doc.Text()+" "+f.Comment.Text()), "|", "\\|"))
		if element != "" {
			below = append(below, element)
		}
	}
	for _, element := range below {
		if err := p.object(element); err != nil {
			return err
		}
	}
	return nil
}

// kind says in words what a Go type is in JSON, and names the struct type that it
// leads to, if any.
func (p *reportPage) kind(t ast.Expr) (words, element string) {
	switch t := t.(type) {
	case *ast.StarExpr:
		return p.kind(t.X)
	case *ast.ArrayType:
		words, element = p.kind(t.Elt)
		return "list of " + words, element
	case *ast.SelectorExpr:
		if t.Sel.Name == "Time" {
			return "time, as 2026-11-23T03:00:00Z", ""
		}
		return p.named(t.Sel.Name)
	case *ast.Ident:
		return p.named(t.Name)
	}
	return fmt.Sprintf("%T", t), ""
}

func (p *reportPage) named(name string) (words, element string) {
	t := p.types[name]
	if t == nil {
		basic := map[string]string{"int": "number", "uint64": "number", "bool": "boolean"}
		return cmp.Or(basic[name], name), ""
	}
	if _, ok := t.Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType); ok {
		return fmt.Sprintf("[%s](#%s)", name, strings.ToLower(name)), name
	}
	var values []string
	for _, group := range t.Consts {
		for _, spec := range group.Decl.Specs {
			for _, v := range spec.(*ast.ValueSpec).Values {
				if literal, ok := v.(*ast.BasicLit); ok {
					value, _ := strconv.Unquote(literal.Value)
					values = append(values, "`"+value+"`")
				}
			}
		}
	}
	return strings.Join(values, ", "), ""
}

func tag(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	text, _ := strconv.Unquote(f.Tag.Value)
	return reflect.StructTag(text).Get("json")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
