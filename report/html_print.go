package report

import (
	"bufio"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"text/template/parse"
)

// printer fills templates written for html/template.
//
// It does not use that package, which calls methods by their names: a program in
// which that can happen must keep every exported method of all it links, some
// five megabytes of rscheck. The printer knows no methods, only fields, if, with,
// range, template, and the functions not, or and len. It escapes every value for
// what it stands in, which the templates keep to text and attributes in double
// quotes. A test holds each page against what html/template makes of it.
type printer struct {
	out   *bufio.Writer
	trees map[string]*parse.Tree
	// variables are those in scope, the innermost last.
	variables []variable
	// err is the first error of a template.
	err error
}

type variable struct {
	name  string
	value reflect.Value
}

// newPrinter parses the templates of the files that pattern matches.
func newPrinter(out *bufio.Writer, files fs.FS, pattern string) (*printer, error) {
	paths, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, fmt.Errorf("find templates: %w", err)
	}
	p := &printer{out: out, trees: map[string]*parse.Tree{}}
	functions := map[string]any{"not": true, "or": true, "len": true}
	for _, path := range paths {
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, fmt.Errorf("read template: %w", err)
		}
		trees, err := parse.Parse(path, string(text), "", "", functions)
		if err != nil {
			return nil, fmt.Errorf("parse template: %w", err)
		}
		maps.Copy(p.trees, trees)
	}
	return p, nil
}

// print writes the template of that name, filled with dot.
func (p *printer) print(name string, dot reflect.Value) {
	tree := p.trees[name]
	if tree == nil {
		p.fail("no template %q", name)
		return
	}
	outer := p.variables
	p.variables = []variable{{"$", dot}}
	p.list(tree.Root, dot)
	p.variables = outer
}

func (p *printer) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

func (p *printer) list(list *parse.ListNode, dot reflect.Value) {
	if list == nil || p.err != nil {
		return
	}
	for _, node := range list.Nodes {
		p.node(node, dot)
	}
}

func (p *printer) node(node parse.Node, dot reflect.Value) {
	switch n := node.(type) {
	case *parse.TextNode:
		p.out.Write(n.Text)
	case *parse.ActionNode:
		if value := p.pipe(n.Pipe, dot); len(n.Pipe.Decl) == 0 {
			p.value(value)
		}
	case *parse.IfNode:
		p.branch(&n.BranchNode, dot, false)
	case *parse.WithNode:
		p.branch(&n.BranchNode, dot, true)
	case *parse.RangeNode:
		p.each(n, dot)
	case *parse.TemplateNode:
		var value reflect.Value
		if n.Pipe != nil {
			value = p.pipe(n.Pipe, dot)
		}
		p.print(n.Name, value)
	default:
		p.fail("template: %s is not supported", node)
	}
}

// branch writes one of the two sides of if or with.
func (p *printer) branch(n *parse.BranchNode, dot reflect.Value, with bool) {
	scope := len(p.variables)
	value := p.pipe(n.Pipe, dot)
	switch {
	case !truth(value):
		p.list(n.ElseList, dot)
	case with:
		p.list(n.List, value)
	default:
		p.list(n.List, dot)
	}
	p.variables = p.variables[:scope]
}

// each writes the body of a range for every element.
func (p *printer) each(n *parse.RangeNode, dot reflect.Value) {
	scope := len(p.variables)
	elements := p.arguments(n.Pipe, dot)
	if elements.Kind() != reflect.Slice {
		p.fail("template: range over %s", n.Pipe)
		return
	}
	for i := range elements.Len() {
		switch d := n.Pipe.Decl; len(d) {
		case 2:
			p.variables = append(p.variables, variable{d[0].Ident[0], reflect.ValueOf(i)}, variable{d[1].Ident[0], elements.Index(i)})
		case 1:
			p.variables = append(p.variables, variable{d[0].Ident[0], elements.Index(i)})
		}
		p.list(n.List, elements.Index(i))
		p.variables = p.variables[:scope]
	}
	if elements.Len() == 0 {
		p.list(n.ElseList, dot)
	}
}

// pipe is the value of what stands between the braces, and declares its variable.
func (p *printer) pipe(n *parse.PipeNode, dot reflect.Value) reflect.Value {
	value := p.arguments(n, dot)
	for _, d := range n.Decl {
		p.variables = append(p.variables, variable{d.Ident[0], value})
	}
	return value
}

func (p *printer) arguments(n *parse.PipeNode, dot reflect.Value) reflect.Value {
	if len(n.Cmds) != 1 {
		p.fail("template: %s is not supported", n)
		return reflect.Value{}
	}
	args := n.Cmds[0].Args
	function, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return p.argument(args[0], dot)
	}
	var value reflect.Value
	for _, arg := range args[1:] {
		if value = p.argument(arg, dot); function.Ident != "or" || truth(value) {
			break
		}
	}
	switch function.Ident {
	case "not":
		return reflect.ValueOf(!truth(value))
	case "len":
		return reflect.ValueOf(value.Len())
	}
	return value
}

func (p *printer) argument(node parse.Node, dot reflect.Value) reflect.Value {
	switch n := node.(type) {
	case *parse.DotNode:
		return dot
	case *parse.FieldNode:
		return p.field(dot, n.Ident)
	case *parse.VariableNode:
		for i := len(p.variables) - 1; i >= 0; i-- {
			if v := p.variables[i]; v.name == n.Ident[0] {
				return p.field(v.value, n.Ident[1:])
			}
		}
	}
	p.fail("template: %s is not supported", node)
	return reflect.Value{}
}

func (p *printer) field(value reflect.Value, names []string) reflect.Value {
	for _, name := range names {
		if value = reflect.Indirect(value); value.Kind() == reflect.Struct {
			value = value.FieldByName(name)
		} else {
			value = reflect.Value{}
		}
		if !value.IsValid() {
			p.fail("template: no field %s", name)
			return value
		}
	}
	return value
}

// truth is false for nothing, zero and what is empty.
func truth(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.String:
		return value.Len() > 0
	case reflect.Struct:
		return true
	default:
		return value.IsValid() && !value.IsZero()
	}
}

// inHTML escapes for text and for attributes in quotes, the way html/template does.
var inHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;")

func (p *printer) value(value reflect.Value) {
	switch value.Kind() {
	case reflect.String:
		inHTML.WriteString(p.out, value.String())
	case reflect.Int:
		p.out.WriteString(strconv.FormatInt(value.Int(), 10))
	default:
		p.fail("template: a value of kind %s has no text", value.Kind())
	}
}
