package redshift

import (
	"cmp"
	"context"
	"regexp"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// relation is a relation with the oid that ties its columns to it.
type relation struct {
	oid string
	facts.Relation
}

// relations asks for tables and views, their comments and which of the markers
// are among their columns.
func (o *observation) relations(ctx context.Context) {
	st := relationsStatement
	found, err := o.askRelations(ctx, st)
	if refused(err) {
		without, errWithout := o.askRelations(ctx, relationsWithoutCommentsStatement)
		if errWithout == nil {
			o.lack(st, err, "database.comments")
			found, err = without, nil
		} else {
			st, err = relationsWithoutCommentsStatement, errWithout
		}
	}
	if err != nil {
		o.lack(st, err, "database.relations", "database.comments", "database.columns", "database.layouts", "database.bindings")
		return
	}
	if o.onRedshift() {
		found = withoutBackingTables(found)
	}
	slices.SortFunc(found, func(a, b relation) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	o.columns(ctx, found)
	o.db.Relations = make([]facts.Relation, len(found))
	for i, r := range found {
		o.db.Relations[i] = r.Relation
	}
}

func (o *observation) askRelations(ctx context.Context, st statement) ([]relation, error) {
	var found []relation
	// Thousands of tables share a few schemas and owners.
	seen := map[string]string{}
	once := func(value []byte) string {
		if name, ok := seen[string(value)]; ok {
			return name
		}
		name := string(value)
		seen[name] = name
		return name
	}
	err := o.session.ask(ctx, st, func(r row) {
		schema := once(r.values[1])
		if o.internal(schema) {
			return
		}
		kind, ok := relationKind(r.text(3))
		if !ok {
			*r.strange = true
			return
		}
		found = append(found, relation{r.text(0), facts.Relation{
			Schema: schema, Name: r.text(2), Kind: kind, Owner: once(r.values[4]), Comment: r.text(5),
		}})
	})
	return found, err
}

// relationKind translates relkind.
func relationKind(kind string) (facts.RelationKind, bool) {
	switch kind {
	case "r", "p":
		return facts.Table, true
	case "v":
		return facts.View, true
	case "m":
		return facts.MaterializedView, true
	case "f":
		return facts.ForeignTable, true
	}
	return "", false
}

var backingTable = regexp.MustCompile(`^mv_tbl__(.+)__[0-9]+$`)

// withoutBackingTables leaves out the tables in which Redshift keeps the rows of
// materialized views, and calls the views they belong to materialized: Redshift
// itself lists those as views.
func withoutBackingTables(found []relation) []relation {
	type name struct{ schema, name string }
	materialized := map[name]bool{}
	kept := slices.DeleteFunc(found, func(r relation) bool {
		match := backingTable.FindStringSubmatch(r.Name)
		if match == nil || r.Kind != facts.Table {
			return false
		}
		materialized[name{r.Schema, match[1]}] = true
		return true
	})
	for i, r := range kept {
		if r.Kind == facts.View && materialized[name{r.Schema, r.Name}] {
			kept[i].Kind = facts.MaterializedView
		}
	}
	return kept
}
