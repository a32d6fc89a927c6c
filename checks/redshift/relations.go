package redshift

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// relation is a relation with the oid that ties its columns to it.
type relation struct {
	oid string
	facts.Relation
	lacks []string // of tableRights
}

// relations asks for tables and views, their comments, which of the markers are
// among their columns, and what the user lacks on those of its own. A server that
// refuses a part of it is asked for less.
func (o *observation) relations(ctx context.Context) {
	rights := nobodysRights
	switch {
	case o.asItself():
		rights = rightsOfLogin
	case len(o.target.Lacking("database.user.exists")) == 0 && o.db.User.Exists:
		rights = rightsOfUser
	}
	found, err := o.askRelations(ctx, true, rights)
	if first := err; o.tooMuch(relationsStatement(true, rights), err) {
		type part struct {
			comments bool
			rights   rightsOf
			lost     []string
		}
		parts := []part{{false, rights, []string{"database.comments"}}}
		if rights != nobodysRights {
			parts = append(
				parts, part{true, nobodysRights, []string{"database.revoked_rights"}},
				part{false, nobodysRights, []string{"database.comments", "database.revoked_rights"}},
			)
		}
		for _, less := range parts {
			if found, err = o.askRelations(ctx, less.comments, less.rights); err == nil {
				o.lack(relationsStatement(true, rights), first, less.lost...)
				break
			}
		}
	}
	if err != nil {
		o.lack(relationsStatement(false, nobodysRights), err,
			"database.relations", "database.comments", "database.revoked_rights", "database.columns", "database.layouts", "database.bindings")
		return
	}
	if rights == nobodysRights {
		o.rightsOfNobody()
	}
	if o.onRedshift() {
		found = withoutBackingTables(found)
	}
	slices.SortFunc(found, func(a, b relation) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	o.columns(ctx, found)
	o.db.Relations, o.db.RevokedRights = make([]facts.Relation, len(found)), []facts.RevokedRights{}
	for i, r := range found {
		o.db.Relations[i] = r.Relation
		if len(r.lacks) > 0 {
			o.db.RevokedRights = append(o.db.RevokedRights, facts.RevokedRights{Schema: r.Schema, Name: r.Name, Lacks: r.lacks})
		}
	}
}

// rightsOfNobody records why nobody's rights were asked for: the user is not known.
// One that does not exist has none to be asked for.
func (o *observation) rightsOfNobody() {
	for _, why := range o.target.Lacking("database.user.exists") {
		o.target.Lack("database.revoked_rights", why.Reason, why.Detail)
	}
}

func (o *observation) askRelations(ctx context.Context, comments bool, rights rightsOf) ([]relation, error) {
	st := relationsStatement(comments, rights)
	var args []string
	if rights == rightsOfUser {
		args = []string{o.session.options.User}
	}
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
		found = append(found, relation{oid: r.text(0), lacks: strings.Fields(r.text(6)), Relation: facts.Relation{
			Schema: schema, Name: r.text(2), Kind: kind, Owner: once(r.values[4]), Comment: r.text(5),
		}})
	}, args...)
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
