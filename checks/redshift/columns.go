package redshift

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rscheck/rscheck/checks/facts"
)

// columns asks which of the markers each relation has, how the columns of those
// that have any are made, and which views are bound to which relations.
func (o *observation) columns(ctx context.Context, found []relation) {
	st := columnsStatement
	reader, err := o.askColumns(ctx, st, found)
	if o.tooMuch(st, err) {
		without, errWithout := o.askColumns(ctx, columnsWithoutBindingsStatement, found)
		if errWithout == nil {
			o.lack(st, err, "database.bindings")
			reader, err = without, nil
		} else {
			st, err = columnsWithoutBindingsStatement, errWithout
		}
	}
	if err != nil {
		o.lack(st, err, "database.columns", "database.layouts", "database.bindings")
		return
	}
	for i, bits := range reader.has {
		for bit, marker := range o.session.options.Markers {
			if bits&(1<<bit) != 0 {
				found[i].Markers = append(found[i].Markers, marker)
			}
		}
	}
	o.db.Layouts, o.db.Bindings = reader.sorted()
}

// tooMuch reports whether less than st asks for may be had.
func (o *observation) tooMuch(st statement, err error) bool {
	if err == nil {
		return false
	}
	reason, _ := o.session.unknown(st, err)
	return reason == facts.AccessDenied || reason == facts.Unsupported
}

func (o *observation) askColumns(ctx context.Context, st statement, found []relation) (*columnReader, error) {
	options := o.session.options
	args := make([]string, maxMarkers)
	copy(args, options.Markers) // no column is called "", which fills up
	reader := &columnReader{
		options: options, found: found, current: -1,
		index: make(map[string]int, len(found)), has: make([]uint16, len(found)), done: make([]bool, len(found)),
		seen: map[string]string{}, layouts: []facts.Layout{}, bindings: []facts.Binding{},
	}
	for i, r := range found {
		reader.index[r.oid] = i
	}
	err := o.session.ask(ctx, st, reader.row, args...)
	reader.finish()
	return reader, err
}

// columnReader takes the rows of columnsStatement and keeps of each relation only
// what is told of it: a warehouse may have millions of columns.
type columnReader struct {
	options Options
	found   []relation
	index   map[string]int // of found, by oid

	current int      // the relation whose columns are coming, -1 for none
	names   []string // of its columns so far
	done    []bool   // whether all columns of a relation have come
	has     []uint16 // a bit for each marker
	seen    map[string]string

	layouts  []facts.Layout
	bindings []facts.Binding
}

func (c *columnReader) row(r row) {
	i, ok := c.index[string(r.values[0])]
	if !ok {
		return
	}
	if string(r.values[0]) != string(r.values[2]) {
		if view, ok := c.index[string(r.values[2])]; ok {
			c.bindings = append(c.bindings, facts.Binding{
				Schema: c.found[i].Schema, Name: c.found[i].Name, ViewSchema: c.found[view].Schema, View: c.found[view].Name,
			})
		}
		return
	}
	if i != c.current {
		c.finish()
		c.current = i
	}
	// The rows are in the order of the relations, or what was told of this one
	// would be of a part of it.
	*r.strange = *r.strange || c.done[i]
	c.names = append(c.names, r.text(1))
}

// finish tells of the relation all of whose columns have come.
func (c *columnReader) finish() {
	i := c.current
	if i < 0 {
		return
	}
	c.done[i], c.current = true, -1
	slices.Sort(c.names)
	for bit, marker := range c.options.Markers {
		if c.isColumn(marker) {
			c.has[i] |= 1 << bit
		}
	}
	if r := c.found[i]; r.Kind == facts.Table && c.has[i] != 0 {
		c.layouts = append(c.layouts, facts.Layout{
			Schema: r.Schema, Name: r.Name, Columns: len(c.names), Longest: c.longest(),
			Keys: c.keys(r.Comment), Affixed: c.affixed(),
		})
	}
	c.names = c.names[:0]
}

func (c *columnReader) isColumn(name string) bool {
	_, found := slices.BinarySearch(c.names, name)
	return found
}

// once returns the one copy of a name that many tables have.
func (c *columnReader) once(name string) string {
	if kept, ok := c.seen[name]; ok {
		return kept
	}
	c.seen[name] = name
	return name
}

func (c *columnReader) longest() string {
	return c.once(slices.MaxFunc(c.names, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(a), utf8.RuneCountInString(b))
	}))
}

// keys are the names that a comment lists and that are columns.
func (c *columnReader) keys(comment string) []string {
	keys := []string{}
	for _, key := range listed(comment, c.options.CommentKey) {
		if c.isColumn(key) {
			keys = append(keys, c.once(key))
		}
	}
	return keys
}

// listed are the names that a comment of the form {"primary_keys":["id"]} lists
// under key.
func listed(comment, key string) []string {
	var object map[string]json.RawMessage
	var names []string
	if key == "" || json.Unmarshal([]byte(comment), &object) != nil || json.Unmarshal(object[key], &names) != nil {
		return nil
	}
	return names
}

// affixed are the columns with one of the prefixes or suffixes, and those that a
// column with a suffix is called after.
func (c *columnReader) affixed() []string {
	names := []string{}
	for _, name := range c.names {
		if slices.ContainsFunc(c.options.Prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			names = append(names, c.once(name))
		}
		for _, suffix := range c.options.Suffixes {
			if stem, ok := strings.CutSuffix(name, suffix); ok && suffix != "" {
				names = append(names, c.once(name))
				if c.isColumn(stem) {
					names = append(names, c.once(stem))
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// sorted returns the layouts and bindings in the order of their names.
func (c *columnReader) sorted() ([]facts.Layout, []facts.Binding) {
	slices.SortFunc(c.layouts, func(a, b facts.Layout) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	slices.SortFunc(c.bindings, func(a, b facts.Binding) int {
		return cmp.Or(
			cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.ViewSchema, b.ViewSchema), cmp.Compare(a.View, b.View),
		)
	})
	return c.layouts, c.bindings
}
