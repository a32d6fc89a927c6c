package redshift

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// observation is the questions of one scan, in order, and their answers.
type observation struct {
	session   session
	target    *facts.Target
	db        *facts.Database
	superuser bool // of the login
}

func (o *observation) all(ctx context.Context) {
	o.settings(ctx)
	o.session.prepare(ctx)
	o.database(ctx)
	o.user(ctx)
	o.schemas(ctx)
	o.relations(ctx)
	o.systemRelations(ctx)
	o.roles(ctx)
	o.databaseType(ctx)
	o.hiddenMetadata()
}

// lack records that st could not be read, and so the facts at paths.
func (o *observation) lack(st statement, err error, paths ...string) {
	reason, detail := o.session.unknown(st, err)
	for _, path := range paths {
		o.target.Lack(path, reason, detail)
	}
}

// asItself reports whether rscheck logged in as the user that the facts are about.
func (o *observation) asItself() bool { return o.session.options.Login == o.session.options.User }

func (o *observation) settings(ctx context.Context) {
	settings := []facts.Setting{}
	err := o.session.ask(ctx, settingsStatement, func(r row) {
		settings = append(settings, facts.Setting{Name: strings.ToLower(r.text(0)), Value: r.text(1)})
	})
	if err != nil {
		o.lack(settingsStatement, err, "database.settings")
		settings = []facts.Setting{}
	}
	if !slices.ContainsFunc(settings, func(s facts.Setting) bool { return s.Name == "statement_timeout" }) {
		var timeout string
		err := o.session.ask(ctx, statementTimeoutStatement, func(r row) { timeout = r.text(0) })
		value, ok := milliseconds(timeout)
		if err == nil && !ok {
			err = errStrange
		}
		if err != nil {
			o.lack(statementTimeoutStatement, err, "database.settings.statement_timeout")
		} else {
			settings = append(settings, facts.Setting{Name: "statement_timeout", Value: value})
		}
	}
	slices.SortFunc(settings, func(a, b facts.Setting) int { return cmp.Compare(a.Name, b.Name) })
	o.db.Settings = settings
}

func (o *observation) database(ctx context.Context) {
	known := false
	err := o.session.ask(ctx, databaseStatement, func(r row) {
		known = true
		o.db.Version, o.db.Name, o.db.Owner = r.text(0), r.text(1), r.text(2)
		o.db.CanCreate, o.db.CanTemporary = r.yes(3), r.yes(4)
	}, o.session.options.User)
	if err == nil && known {
		return
	}
	if err == nil {
		err = errStrange
	}
	o.db.Version, o.db.Name, o.db.Owner, o.db.CanCreate, o.db.CanTemporary = "", "", "", false, false
	o.lack(databaseStatement, err, "database.owner", "database.can_create", "database.can_temporary")

	var version, name string
	if err := o.session.ask(ctx, serverStatement, func(r row) { version, name = r.text(0), r.text(1) }); err != nil {
		o.lack(serverStatement, err, "database.version", "database.name")
		return
	}
	o.db.Version, o.db.Name = version, name
}

func (o *observation) user(ctx context.Context) {
	st := userStatement
	user, groups, until, err := o.askUser(ctx, st)
	if refused(err) {
		o.lack(st, err, "database.groups")
		st = userWithoutGroupsStatement
		user, _, until, err = o.askUser(ctx, st)
	} else if err != nil {
		o.lack(st, err, "database.groups")
	} else {
		o.db.Groups = groups
	}
	switch {
	case err != nil && o.asItself():
		// Who has logged in exists.
		o.db.User = facts.User{Name: o.session.options.User, Exists: true, Superuser: o.superuser}
		o.lack(st, err, "database.user.create_db", "database.user.valid_until")
		return
	case err != nil:
		o.lack(st, err, "database.user")
		return
	}
	o.db.User = user
	value, ok := validUntil(until)
	if !ok {
		o.target.Lack("database.user.valid_until", facts.Inconsistent, "the server tells the end of the password's validity as "+o.session.options.quote(until))
	}
	o.db.User.ValidUntil = value
}

// askUser asks for the user, its groups and until when its password is valid, as
// the server puts it.
func (o *observation) askUser(ctx context.Context, st statement) (user facts.User, groups []string, until string, err error) {
	user, groups = facts.User{Name: o.session.options.User}, []string{}
	err = o.session.ask(ctx, st, func(r row) {
		user.Exists, user.Superuser, user.CreateDB, until = true, r.yes(1), r.yes(2), r.text(3)
		if !r.null(4) {
			groups = append(groups, r.text(4))
		}
	}, o.session.options.User)
	slices.Sort(groups)
	return user, groups, until, err
}

func (o *observation) schemas(ctx context.Context) {
	schemas := []facts.Schema{}
	err := o.session.ask(ctx, schemasStatement, func(r row) {
		if s := r.text(0); !o.internal(s) {
			schemas = append(schemas, facts.Schema{Name: s, Owner: r.text(1), CanUse: r.yes(2), CanCreate: r.yes(3)})
		}
	}, o.session.options.User)
	if err != nil {
		o.lack(schemasStatement, err, "database.schemas")
		return
	}
	slices.SortFunc(schemas, func(a, b facts.Schema) int { return cmp.Compare(a.Name, b.Name) })
	o.db.Schemas = schemas
}

// internal reports whether a schema is the server's own business. Names that
// begin with pg_ are reserved in both engines.
func (o *observation) internal(schema string) bool {
	return strings.HasPrefix(schema, "pg_") && schema != "pg_catalog" || schema == "catalog_history" && o.onRedshift()
}

func (o *observation) onRedshift() bool { return strings.Contains(o.db.Version, "Redshift ") }

// systemRelations asks what the user may read in the system's schemas. A user
// that may not even ask is told by trying.
func (o *observation) systemRelations(ctx context.Context) {
	relations := []facts.SystemRelation{}
	err := o.session.ask(ctx, systemRelationsStatement, func(r row) {
		relations = append(relations, facts.SystemRelation{Schema: r.text(0), Name: r.text(1), CanSelect: r.yes(2)})
	}, o.session.options.User)
	if err != nil {
		o.lack(systemRelationsStatement, err, "database.system_relations")
		relations = []facts.SystemRelation{}
	}
	if refused(err) && o.asItself() {
		relations = o.probe(ctx)
	}
	slices.SortFunc(relations, func(a, b facts.SystemRelation) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Name, b.Name))
	})
	o.db.SystemRelations = relations
}

// probe tries to read single system relations, as the user that the facts are
// about. The lists stay unknown as a whole, but what is in them is certain: a
// schema whose relations can be named at all can be used, and a relation is
// either read or refused.
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
	if len(o.target.Lacking("database.schemas")) > 0 {
		for _, name := range []string{"information_schema", "pg_catalog"} {
			if can, tried := usable[name]; tried {
				o.db.Schemas = append(o.db.Schemas, facts.Schema{Name: name, CanUse: can})
			}
		}
	}
	return relations
}

// hiddenMetadata takes back that the lists are whole where the server leaves out
// what the login may not see.
func (o *observation) hiddenMetadata() {
	hidden := slices.ContainsFunc(o.db.Settings, func(s facts.Setting) bool {
		return s.Name == "metadata_security" && slices.Contains([]string{"on", "true", "t", "1"}, s.Value)
	})
	if !hidden || o.superuser {
		return
	}
	for _, path := range []string{"database.schemas", "database.relations"} {
		o.target.Lack(path, facts.AccessDenied, "metadata security hides what "+identifier(o.session.options.Login)+
			" has no access to: log in as a superuser, or as one whose role has ACCESS CATALOG")
	}
}

// milliseconds turns the text of SHOW statement_timeout into the number that
// pg_settings tells: Redshift says "30000", PostgreSQL "30s".
func milliseconds(shown string) (string, bool) {
	units := []struct {
		suffix string
		length time.Duration
	}{
		{"ms", time.Millisecond}, {"min", time.Minute}, {"s", time.Second}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"", time.Millisecond},
	}
	for _, unit := range units {
		digits, found := strings.CutSuffix(shown, unit.suffix)
		if n, err := strconv.ParseInt(digits, 10, 32); found && err == nil {
			return strconv.FormatInt(n*unit.length.Milliseconds(), 10), true
		}
	}
	return "", false
}

// validUntil turns the server's text, in date style ISO, into RFC 3339 in UTC,
// "infinity", or "" for no end. It is false for text of another form.
func validUntil(text string) (string, bool) {
	if text == "" || text == "infinity" {
		return text, true
	}
	for _, layout := range []string{"2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999-07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339), true
		}
	}
	return "", false
}
