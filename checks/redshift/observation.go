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
	o.account(ctx)
	o.schemas(ctx)
	o.relations(ctx)
	o.roles(ctx)
	o.systemRelations(ctx)
	o.views(ctx)
	o.hiddenMetadata(ctx)
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
	listed := func(name string) bool {
		return slices.ContainsFunc(settings, func(s facts.Setting) bool { return s.Name == name })
	}
	switch {
	case err != nil:
		shown, errShown := o.shownSettings(ctx)
		if errShown != nil {
			o.lack(settingsStatement, err, "database.settings")
		}
		settings = shown
	case !listed("statement_timeout"):
		timeout, err := o.shownTimeout(ctx)
		if err != nil {
			o.lack(statementTimeoutStatement, err, "database.settings.statement_timeout")
		} else {
			settings = append(settings, timeout)
		}
	}
	slices.SortFunc(settings, func(a, b facts.Setting) int { return cmp.Compare(a.Name, b.Name) })
	o.db.Settings = settings
}

// shownSettings asks without pg_settings for what decides something.
func (o *observation) shownSettings(ctx context.Context) ([]facts.Setting, error) {
	timeout, err := o.shownTimeout(ctx)
	if err != nil {
		return []facts.Setting{}, err
	}
	settings := []facts.Setting{timeout}
	err = o.session.ask(ctx, readOnlyStatement, func(r row) {
		settings = append(settings, facts.Setting{Name: "default_transaction_read_only", Value: r.text(0)})
	})
	if server, told := said(err); told && server.Code == "42704" { // a parameter that does not exist is not set
		return settings, nil
	}
	return settings, err
}

func (o *observation) shownTimeout(ctx context.Context) (facts.Setting, error) {
	var shown string
	err := o.session.ask(ctx, statementTimeoutStatement, func(r row) { shown = r.text(0) })
	value, ok := milliseconds(shown)
	if err == nil && !ok {
		err = errStrange
	}
	return facts.Setting{Name: "statement_timeout", Value: value}, err
}

// account asks for the database and the user in one, and for each by itself where
// that is refused.
func (o *observation) account(ctx context.Context) {
	var db facts.Database
	var user userReader
	err := o.session.ask(ctx, accountStatement, func(r row) {
		db.Version, db.Name, db.Owner = r.text(0), r.text(1), r.text(2)
		db.CanCreate, db.CanTemporary = r.yes(3), r.yes(4)
		if !r.null(5) {
			user.row(r, 5)
		}
	}, o.session.options.User)
	if err != nil || db.Name == "" {
		o.database(ctx)
		o.user(ctx)
		return
	}
	o.db.Version, o.db.Name, o.db.Owner = db.Version, db.Name, db.Owner
	o.db.CanCreate, o.db.CanTemporary = db.CanCreate, db.CanTemporary
	o.tellUser(user)
	o.db.Groups = user.sortedGroups()
}

func (o *observation) database(ctx context.Context) {
	var version, name string
	if err := o.session.ask(ctx, serverStatement, func(r row) { version, name = r.text(0), r.text(1) }); err != nil {
		o.lack(serverStatement, err, "database.version", "database.name")
	}
	o.db.Version, o.db.Name = version, name

	var owner string
	err := o.session.ask(ctx, ownerStatement, func(r row) { owner = r.text(0) })
	if err == nil && owner == "" {
		err = errStrange
	}
	if err != nil {
		o.lack(ownerStatement, err, "database.owner")
	}
	o.db.Owner = owner

	st, args := privilegesStatement, []string{o.session.options.User}
	if o.asItself() {
		st, args = ownPrivilegesStatement, nil
	}
	var create, temporary bool
	if err := o.session.ask(ctx, st, func(r row) { create, temporary = r.yes(0), r.yes(1) }, args...); err != nil {
		o.lack(st, err, "database.can_create", "database.can_temporary")
		return
	}
	o.db.CanCreate, o.db.CanTemporary = create, temporary
}

func (o *observation) user(ctx context.Context) {
	st := userStatement
	user, err := o.askUser(ctx, st)
	if refused(err) {
		o.lack(st, err, "database.groups")
		st = userWithoutGroupsStatement
		user, err = o.askUser(ctx, st)
	} else if err != nil {
		o.lack(st, err, "database.groups")
	} else {
		o.db.Groups = user.sortedGroups()
	}
	switch {
	case err != nil && o.asItself():
		// Who has logged in exists.
		o.db.User = facts.User{Name: o.session.options.User, Exists: true, Superuser: o.superuser}
		o.lack(st, err, "database.user.create_db", "database.user.valid_until", "database.user.statement_timeout", "database.user.read_only")
	case err != nil:
		o.lack(st, err, "database.user")
	default:
		o.tellUser(user)
	}
}

func (o *observation) askUser(ctx context.Context, st statement) (user userReader, err error) {
	err = o.session.ask(ctx, st, func(r row) { user.row(r, 0) }, o.session.options.User)
	return user, err
}

// userReader takes the rows of a user, one for each of its groups.
type userReader struct {
	exists, superuser, createDB bool
	// until is when the password ends to be valid, config the user's own
	// settings, both as the server puts them.
	until, config string
	groups        []string
}

// row takes the columns from usename, which is at number i, to groname.
func (u *userReader) row(r row, i int) {
	u.exists, u.superuser, u.createDB, u.until, u.config = true, r.yes(i+1), r.yes(i+2), r.text(i+3), r.text(i+4)
	if !r.null(i + 5) {
		u.groups = append(u.groups, r.text(i+5))
	}
}

func (u *userReader) sortedGroups() []string {
	return append([]string{}, slices.Sorted(slices.Values(u.groups))...)
}

func (o *observation) tellUser(user userReader) {
	o.db.User = facts.User{Name: o.session.options.User, Exists: user.exists, Superuser: user.superuser, CreateDB: user.createDB}
	var ok bool
	if o.db.User.ValidUntil, ok = validUntil(user.until); !ok {
		o.target.Lack("database.user.valid_until", facts.Inconsistent, "the server tells the end of the password's validity as "+o.session.options.quote(user.until))
	}
	if o.db.User.StatementTimeout, ok = configured(user.config, "statement_timeout", milliseconds); !ok {
		o.target.Lack("database.user.statement_timeout", facts.Inconsistent, "the server tells the user's own statement_timeout in a form that is not a length of time")
	}
	if o.db.User.ReadOnly, ok = configured(user.config, "default_transaction_read_only", onOff); !ok {
		o.target.Lack("database.user.read_only", facts.Inconsistent, "the server tells the user's own default_transaction_read_only as neither on nor off")
	}
}

// configured finds a setting among those of a user, as
// "search_path=a, b | statement_timeout=45s", and reads it. It is empty where the
// user has none, and false for text of another form.
func configured(config, name string, read func(string) (string, bool)) (string, bool) {
	found := ""
	for setting := range strings.SplitSeq(config, " | ") {
		key, value, _ := strings.Cut(setting, "=")
		if !strings.EqualFold(key, name) {
			continue
		}
		// A value could hold what separates them.
		if found != "" {
			return "", false
		}
		var ok bool
		if found, ok = read(value); !ok {
			return "", false
		}
	}
	return found, true
}

func (o *observation) schemas(ctx context.Context) {
	st, args := schemasStatement, []string{o.session.options.User}
	if o.asItself() {
		st, args = ownSchemasStatement, nil
	}
	schemas := []facts.Schema{}
	err := o.session.ask(ctx, st, func(r row) {
		if s := r.text(0); !o.internal(s) {
			schemas = append(schemas, facts.Schema{Name: s, Owner: r.text(1), CanUse: r.yes(2), CanCreate: r.yes(3)})
		}
	}, args...)
	if err != nil {
		o.lack(st, err, "database.schemas")
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

// hiddenMetadata takes back that the lists are whole where the server leaves out
// what the login may not see, or may do so for all that can be told.
// https://docs.aws.amazon.com/redshift/latest/dg/t_metadata_security.html
func (o *observation) hiddenMetadata(ctx context.Context) {
	if o.superuser {
		return
	}
	who := identifier(o.session.options.Login)
	cure := ": log in as a superuser, or as one whose role has ACCESS CATALOG"
	switch o.metadataSecurity(ctx) {
	case "off":
	case "on":
		o.lackLists(facts.AccessDenied, "metadata security hides what "+who+" has no access to"+cure)
	default:
		o.lackLists(facts.Unsupported, "the server does not tell whether metadata security hides anything from "+who+cure)
	}
}

func (o *observation) lackLists(reason facts.Reason, detail string) {
	for _, path := range []string{"database.schemas", "database.relations", "database.bindings"} {
		o.target.Lack(path, reason, detail)
	}
}

// metadataSecurity is on, off, or empty where it cannot be told. Only Redshift
// has it. A schema that the user may not use, and sees all the same, proves that
// it is off. That pg_settings or SHOW tells it is unverified.
func (o *observation) metadataSecurity(ctx context.Context) string {
	for _, s := range o.db.Settings {
		if s.Name == "metadata_security" {
			value, _ := onOff(s.Value)
			return value
		}
	}
	foreign := func(s facts.Schema) bool {
		// What is the server's own is shown to everybody, whoever may use it.
		own := s.Name == "pg_catalog" || s.Name == "information_schema" || s.Name == "public"
		return !own && !s.CanUse && s.Owner != o.session.options.Login
	}
	if !o.onRedshift() || o.asItself() && slices.ContainsFunc(o.db.Schemas, foreign) {
		return "off"
	}
	var shown string
	if err := o.session.ask(ctx, metadataSecurityStatement, func(r row) { shown = r.text(0) }); err != nil {
		return ""
	}
	value, _ := onOff(shown)
	return value
}

func onOff(value string) (string, bool) {
	switch strings.ToLower(value) {
	case "on", "true", "t", "1", "yes":
		return "on", true
	case "off", "false", "f", "0", "no":
		return "off", true
	}
	return "", false
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
		if n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 32); found && err == nil {
			return strconv.FormatInt(n*unit.length.Milliseconds(), 10), true
		}
	}
	return "", false
}

// validUntil turns the server's text, in date style ISO, into RFC 3339 in UTC,
// "infinity", "-infinity", or "" for no end. It is false for text of another form.
func validUntil(text string) (string, bool) {
	if text == "" || text == "infinity" || text == "-infinity" {
		return text, true
	}
	for _, layout := range []string{"2006-01-02 15:04:05.999999999-07", "2006-01-02 15:04:05.999999999-07:00"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339), true
		}
	}
	return "", false
}
