package digest

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rscheck/rscheck/checks/facts"
)

// markers finds the tables that the loader made and that have lost some of the
// loader's own columns. Where the loader is at work, a comment with primary keys is
// nobody else's. A table that has some of the columns and no such comment is the
// loader's if it is in a schema that was named or if the loader's user owns it; it
// may also be a copy that somebody made.
func (d *digester) markers(places places) {
	if d.known("database.relations", "database.columns") {
		for _, r := range d.target.Database.Relations {
			if r.Kind != facts.Table || !places.schemas[r.Schema] || slices.Contains(d.settings.Profile.Markers.Tables, r.Name) {
				continue
			}
			lacking := without(d.settings.Profile.Markers.Columns, r.Markers)
			if len(lacking) > 0 && d.loaderMade(r, places) {
				d.doc.Database.Markers.Deviating = append(d.doc.Database.Markers.Deviating, UnmarkedTable{Subject: quoteRelation(r), Lacking: lacking})
			}
		}
	}
	if len(d.doc.Database.Markers.Deviating) == 0 {
		d.lack("database.markers", d.missing("database.relations", "database.columns", "database.comments"))
	}
}

func (d *digester) loaderMade(r facts.Relation, places places) bool {
	if d.known("database.comments") {
		if _, problem := primaryKeys(r.Comment, d.settings.Profile.Comment.Key); problem == "" {
			return true
		}
	}
	return len(r.Markers) > 0 && (r.Owner == d.settings.User || slices.Contains(places.named, r.Schema))
}

// without returns the names that are not among the others.
func without(names, others []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(others, name) })
}

// bindings finds the loader tables that views are bound to. Redshift keeps a
// materialized view as a view of a table of its own; whether what that is filled
// from is among the dependencies is documented nowhere. So one that is bound to
// nothing leaves the answer open.
func (d *digester) bindings(places places) {
	pinned := &d.doc.Database.Bindings.Pinned
	var unseen []facts.Unknown
	if d.known("database.bindings") {
		materialized, bound := map[name]bool{}, map[name]bool{}
		views := map[name][]name{}
		for _, r := range d.target.Database.Relations {
			materialized[nameOf(r)] = r.Kind == facts.MaterializedView
		}
		for _, b := range d.target.Database.Bindings {
			table, view := name{b.Schema, b.Name}, name{b.ViewSchema, b.View}
			views[table] = append(views[table], view)
			bound[view] = true
		}
		for _, r := range places.tables {
			if all := views[nameOf(r)]; len(all) > 0 {
				*pinned = append(*pinned, pinnedTable(r, all, materialized))
			}
		}
		unseen = d.unboundViews(bound)
	}
	if len(*pinned) == 0 {
		d.lack("database.bindings", slices.Concat(d.missing("database.bindings", "database.relations", "database.columns"), unseen))
	}
}

func pinnedTable(r facts.Relation, views []name, materialized map[name]bool) PinnedTable {
	table := PinnedTable{Subject: quoteRelation(r), ViewCount: len(views)}
	for _, v := range views[:min(len(views), 3)] {
		table.Views = append(table.Views, BoundView{
			Subject: quoteName(v.schema) + "." + quoteName(v.relation), Schema: v.schema, Name: v.relation, Materialized: materialized[v],
		})
	}
	return table
}

// unboundViews says of the first materialized view that is bound to nothing that
// what it reads is not known.
func (d *digester) unboundViews(bound map[name]bool) []facts.Unknown {
	for _, r := range d.target.Database.Relations {
		if r.Kind == facts.MaterializedView && !bound[nameOf(r)] {
			return []facts.Unknown{{
				Path: "database.bindings", Reason: facts.Unsupported,
				Detail: "the server does not tell which tables materialized view " + quoteRelation(r) + " reads: see its definition",
			}}
		}
	}
	return nil
}

// limits finds what is at or near the limits of the loader, and names that it
// keeps for itself.
func (d *digester) limits(places places) {
	limits := &d.doc.Database.Limits
	most := d.settings.Profile.Limits
	limits.Tables = fill(0, most.TablesPerDatabase)
	if d.known("database.relations") {
		count := 0
		for _, r := range d.target.Database.Relations {
			if r.Kind == facts.Table {
				count++
			}
		}
		limits.Tables = fill(count, most.TablesPerDatabase)
	}
	layouts := d.layouts()
	for _, r := range places.tables {
		if table, deviates := d.oversized(r, layouts[nameOf(r)]); deviates {
			limits.Deviating = append(limits.Deviating, table)
		}
	}
	if len(limits.Deviating) == 0 && limits.Tables.Level == "room" {
		d.lack("database.limits", slices.Concat(d.missing("database.relations", "database.columns"), d.layoutsMissing(places.marked, layouts)))
	}
}

// oversized tells of one table, and whether there is anything to tell.
func (d *digester) oversized(r facts.Relation, layout facts.Layout) (OversizedTable, bool) {
	most := d.settings.Profile.Limits
	reserved := d.reservedColumns(layout.Affixed)
	table := OversizedTable{
		Subject: quoteRelation(r), Columns: fill(layout.Columns, most.ColumnsPerTable),
		Name: length(r.Name, most.TableName), Column: length(layout.Longest, most.ColumnName), Longest: cut(layout.Longest, 40),
		ReservedName: d.reservedPrefix(r.Name) && !slices.Contains(d.settings.Profile.Markers.Tables, r.Name),
		Reserved:     firstThree(reserved), ReservedCount: len(reserved),
	}
	return table, table.Columns.Level != "room" || table.Name.Over || table.Column.Over || table.ReservedName || len(reserved) > 0
}

func fill(count, limit int) Fill {
	f := Fill{Count: count, Limit: limit, Level: "room"}
	switch {
	case count >= limit:
		f.Level = "full"
	case 10*count >= 9*limit:
		f.Level = "near"
	}
	return f
}

func length(name string, limit int) Length {
	n := utf8.RuneCountInString(name)
	return Length{Characters: n, Limit: limit, Over: n > limit}
}

// reservedColumns are those of a table that are called as only the loader's own
// are, and are none of those. Where the loader finds values of several types in a
// column it makes one for each, which differ in their suffixes: such a suffix is
// the loader's.
func (d *digester) reservedColumns(affixed []string) []string {
	var reserved []string
	for _, column := range affixed {
		if d.reservedPrefix(column) && !d.ownColumn(column) || d.straySuffix(column, affixed) {
			reserved = append(reserved, column)
		}
	}
	return reserved
}

func (d *digester) reservedPrefix(name string) bool {
	return slices.ContainsFunc(d.settings.Profile.Reserved.Prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

func (d *digester) ownColumn(column string) bool {
	return slices.ContainsFunc(d.settings.Profile.Reserved.OwnColumns, func(pattern string) bool {
		match, err := path.Match(pattern, column)
		return err == nil && match
	})
}

// straySuffix reports whether a column ends with a suffix of the loader's and none
// of the others is called the same but for that.
func (d *digester) straySuffix(column string, affixed []string) bool {
	for _, suffix := range d.settings.Profile.Reserved.ColumnSuffixes {
		stem, ok := strings.CutSuffix(column, suffix)
		if ok && !slices.Contains(affixed, stem) && !slices.ContainsFunc(d.settings.Profile.Reserved.ColumnSuffixes, func(other string) bool {
			return other != suffix && slices.Contains(affixed, stem+other)
		}) {
			return true
		}
	}
	return false
}
