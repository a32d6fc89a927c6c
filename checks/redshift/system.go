package redshift

import (
	"cmp"
	"context"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// systemRelations asks what the user may read in the system's schemas. A user
// that may not even ask is told by trying.
func (o *observation) systemRelations(ctx context.Context) {
	relations, grants := []facts.SystemRelation{}, []facts.SystemGrant{}
	st, args := systemRelationsStatement, []string{o.session.options.User}
	if o.asItself() {
		st, args = ownSystemRelationsStatement, nil
	}
	err := o.session.ask(ctx, st, func(r row) {
		relations = append(relations, facts.SystemRelation{Schema: r.text(0), Name: r.text(1), CanSelect: r.yes(2)})
		if acl := accessList(r.text(3)); acl.grantsSelect(o.session.options.User) {
			grants = append(grants, facts.SystemGrant{Schema: r.text(0), Name: r.text(1), Public: acl.grantsSelect("")})
		}
	}, args...)
	if err != nil {
		o.lack(st, err, "database.system_relations", "database.system_grants")
		relations, grants = []facts.SystemRelation{}, []facts.SystemGrant{}
	}
	slices.SortFunc(grants, func(a, b facts.SystemGrant) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	o.db.SystemGrants = grants
	if refused(err) && o.asItself() {
		relations = o.probe(ctx)
	} else if o.asItself() && o.holdsRoles() && o.deniedToItself(relations) {
		relations = withTrials(relations, o.probe(ctx))
	}
	slices.SortFunc(relations, func(a, b facts.SystemRelation) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	o.db.SystemRelations = relations
}

// holdsRoles reports whether the user holds roles, or may do so. Whether
// has_*_privilege counts what is granted to a role is documented nowhere, so that
// its no is then none.
func (o *observation) holdsRoles() bool {
	return len(o.db.Roles) > 0 || len(o.target.Lacking("database.roles")) > 0
}

// deniedToItself reports whether something that can be tried is said to be denied.
func (o *observation) deniedToItself(relations []facts.SystemRelation) bool {
	for _, s := range o.db.Schemas {
		if !s.CanUse && (s.Name == "pg_catalog" || s.Name == "information_schema") {
			return true
		}
	}
	return slices.ContainsFunc(relations, func(r facts.SystemRelation) bool {
		return !r.CanSelect && slices.ContainsFunc(probes, func(p probe) bool { return p.schema == r.Schema && p.relation == r.Name })
	})
}

// withTrials puts what was tried in the place of what was said.
func withTrials(said, came []facts.SystemRelation) []facts.SystemRelation {
	for i, r := range said {
		for _, c := range came {
			if c.Schema == r.Schema && c.Name == r.Name {
				said[i].CanSelect = c.CanSelect
			}
		}
	}
	return said
}

// probe tries to read single system relations, as the user that the facts are
// about. Lists that were refused stay unknown as a whole, but what is in them is
// certain: a schema whose relations can be named at all can be used, and a relation
// is either read or refused.
func (o *observation) probe(ctx context.Context) []facts.SystemRelation {
	var relations []facts.SystemRelation
	usable := map[string]bool{}
	for _, p := range probes {
		err := o.session.ask(ctx, p.statement, func(row) {})
		switch {
		case err == nil:
			usable[p.schema] = true
			relations = append(relations, facts.SystemRelation{Schema: p.schema, Name: p.relation, CanSelect: true})
		case refused(err) && mentions(err.Error(), p.schema) && !mentions(err.Error(), p.relation):
			usable[p.schema] = false
		case refused(err):
			usable[p.schema] = true
			relations = append(relations, facts.SystemRelation{Schema: p.schema, Name: p.relation})
		}
	}
	for _, name := range []string{"information_schema", "pg_catalog"} {
		can, tried := usable[name]
		i := slices.IndexFunc(o.db.Schemas, func(s facts.Schema) bool { return s.Name == name })
		switch {
		case !tried:
		case i >= 0:
			o.db.Schemas[i].CanUse = can
		case len(o.target.Lacking("database.schemas")) > 0:
			o.db.Schemas = append(o.db.Schemas, facts.Schema{Name: name, CanUse: can})
		}
	}
	return relations
}
