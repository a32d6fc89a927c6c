package redshift

import (
	"cmp"
	"context"
	"slices"
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
	// accessCatalog is whether the login's roles show it what metadata security
	// hides.
	accessCatalog bool
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
	if err != nil || db.Name == "" || o.unlisted(user) {
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
	case err == nil && o.unlisted(user):
		detail := "the server let " + identifier(o.session.options.User) + " in and lists no user of that name: give --user as pg_user has it"
		o.target.Lack("database.user", facts.Inconsistent, detail)
		o.target.Lack("database.groups", facts.Inconsistent, detail)
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

// unlisted reports whether the user has logged in and is not there. Its name may be
// in another case.
func (o *observation) unlisted(user userReader) bool { return o.asItself() && !user.exists }

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
