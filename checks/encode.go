package checks

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// encoder keeps the terms of each struct's field names: reading the tags anew took
// longer than the rest. Several goroutines may use it.
type encoder struct {
	names sync.Map // reflect.Type to []*ast.Term
}

// encode turns a value made of structs, slices, strings, booleans and integers
// into OPA's form of its JSON, an empty list for a nil slice. Through JSON
// text and back it would cost three to four times as much.
func (e *encoder) encode(v reflect.Value) *ast.Term {
	switch v.Kind() {
	case reflect.String:
		return ast.InternedTerm(v.String())
	case reflect.Bool:
		return ast.InternedTerm(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return ast.InternedTerm(int(v.Int()))
	case reflect.Slice:
		items := make([]*ast.Term, v.Len())
		for i := range items {
			items[i] = e.encode(v.Index(i))
		}
		return ast.ArrayTerm(items...)
	case reflect.Struct:
		names := e.fieldNames(v.Type())
		pairs := make([][2]*ast.Term, len(names))
		for i, name := range names {
			pairs[i] = [2]*ast.Term{name, e.encode(v.Field(i))}
		}
		return ast.ObjectTerm(pairs...)
	default:
		// Every judgement encodes a whole Document, so a test of any check meets this.
		panic(fmt.Sprintf("encode: a document has no field of type %s", v.Type()))
	}
}

func (e *encoder) fieldNames(t reflect.Type) []*ast.Term {
	if known, ok := e.names.Load(t); ok {
		return known.([]*ast.Term)
	}
	terms := make([]*ast.Term, t.NumField())
	for i := range terms {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		terms[i] = ast.InternedTerm(name)
	}
	e.names.Store(t, terms)
	return terms
}
