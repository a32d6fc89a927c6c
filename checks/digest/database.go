package digest

import (
	"slices"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// database derives what the loader's user finds. What the user lacks for want of
// being there at all is not unknown: the policies call it not applicable.
func (d *digester) database() {
	db := &d.target.Database
	d.doc.Database.Login.Outcome = string(db.Login.Outcome)
	d.doc.Database.Name = db.Name
	if missing := d.target.Lacking("database"); len(missing) > 0 {
		d.lack("database", missing)
		return
	}
	if d.presence(); d.doc.Database.Presence == "missing" {
		return
	}
	d.lack("database.name", d.missing("database.name"))
	d.engine()
	d.driver()
	if d.known("database.user.name") && db.User.Name != d.settings.User {
		d.lack("database", contradiction("database.user", "the facts are about user %s: collect them again with --user %s", db.User.Name, d.settings.User))
		return
	}
	if d.account(); d.doc.Database.Account.Status == "missing" {
		return
	}
	d.create()
	d.ownership()
	d.systemSchemas()
	d.grants()
	d.room()
	d.privileged()
}

// presence finds whether the database is there and the loader can write to it.
// A login that was refused for want of the database is an answer.
func (d *digester) presence() {
	db := &d.target.Database
	switch {
	case db.Login.Outcome == facts.LoginNoSuchDatabase && db.Login.Guessed:
		d.lack("database.presence", []facts.Unknown{{
			Path: "database.login", Reason: facts.Unsupported,
			Detail: "nobody named the database, and there is no " + db.Login.Database + ": give --database",
		}})
	case db.Login.Outcome == facts.LoginNoSuchDatabase:
		d.doc.Database.Presence = "missing"
		d.doc.Database.Name = db.Login.Database
	case !d.known("database.type"):
		d.lack("database.presence", d.missing("database.type"))
	case db.Type == "local", db.Type == "shared":
		d.doc.Database.Presence = db.Type
	default:
		d.lack("database.presence", contradiction("database.type", "the server calls the type of the database %q, which is neither local nor shared", db.Type))
	}
}

// driver finds how the user's password is kept, which only a login as that user
// shows.
func (d *digester) driver() {
	login := &d.target.Database.Login
	if login.Outcome == facts.LoginNotTried && !d.known("database.user") {
		d.lack("database.driver", d.missing("database.user"))
		return
	}
	if login.User != d.settings.User && d.barred() {
		d.doc.Database.Driver.Method = "barred"
		return
	}
	if login.User != d.settings.User {
		d.lack("database.driver", []facts.Unknown{{
			Path: "database.login", Reason: facts.Unsupported,
			Detail: "only a login as " + d.settings.User + " shows how its password is kept: use --login " + d.settings.User + ", or leave it out with --skip SQL013",
		}})
		return
	}
	if login.Outcome == facts.LoggedIn && !d.ownPassword() {
		d.lack("database.driver", []facts.Unknown{{
			Path: "database.login", Reason: facts.Unsupported,
			Detail: "only a login with the password of " + d.settings.User + " shows how it is kept: give rscheck that password, or leave it out with --skip SQL013",
		}})
		return
	}
	switch login.Outcome {
	case facts.LoggedIn:
		d.doc.Database.Driver.Method = "standard"
	case facts.LoginDigestRequired:
		d.doc.Database.Driver.Method = "digest"
	case facts.LoginIdentityRequired:
		d.doc.Database.Driver.Method = "identity"
	default:
		d.lack("database.driver", d.missing("database.user"))
		if d.known("database.user") {
			d.lack("database.driver", contradiction("database.login", "the login ended with %q, and yet there are facts", login.Outcome))
		}
	}
}

// barred reports whether the user certainly may have no connection at all, which
// superusers are not held to.
func (d *digester) barred() bool {
	_, notSuper := d.superuser()
	return notSuper && d.known("database.user.connection_limit") && d.target.Database.User.ConnectionLimit == "0"
}

// account finds whether the loader's user can be logged in with. The refusal of
// its own password is an answer; the refusal of somebody else's is not.
func (d *digester) account() {
	db := &d.target.Database
	own := db.Login.User == d.settings.User
	account := &d.doc.Database.Account
	switch {
	case own && db.Login.Outcome == facts.LoginWrongPassword:
		account.Status = "refused"
	case own && db.Login.Outcome == facts.LoginNoSuchUser:
		account.Status = "missing"
	case own && db.Login.Outcome == facts.LoginPasswordExpired:
		account.Status = "expired"
	case own && db.Login.Outcome == facts.LoggedIn && d.known("database.user.valid_until"):
		d.expiry()
	case own && db.Login.Outcome == facts.LoggedIn && d.ownPassword():
		// No server takes a password that has expired, so the login tells what
		// was refused to it afterwards.
		account.Status = "usable"
	case !d.known("database.user.exists"):
		d.lack("database.account", d.missing("database.user.exists"))
	case !db.User.Exists:
		account.Status = "missing"
	case !d.known("database.user.valid_until"):
		account.Status = "present"
		d.lack("database.account.valid_until", d.missing("database.user.valid_until"))
	default:
		d.expiry()
	}
}

// ownPassword reports whether the login was with a password that is the user's
// own, rather than by leave of AWS.
func (d *digester) ownPassword() bool {
	login := &d.target.Database.Login
	return login.Credentials != facts.TemporaryCredentials && login.Via != "data-api"
}

func (d *digester) expiry() {
	until := d.target.Database.User.ValidUntil
	account := &d.doc.Database.Account
	account.Status = "usable"
	if until == "" || until == "infinity" {
		return
	}
	if until == "-infinity" {
		account.Status = "expired"
		return
	}
	end, err := time.Parse(time.RFC3339, until)
	if err != nil {
		account.Status = "present"
		d.lack("database.account.valid_until", contradiction("database.user.valid_until", "the end of the password's validity, %q, is not a time", until))
		return
	}
	account.ValidUntil = until
	if !end.After(d.at) {
		account.Status = "expired"
	}
}

// superuser reports whether the user certainly is one, and whether it certainly
// is not.
func (d *digester) superuser() (yes, no bool) {
	known := d.known("database.user.superuser")
	return known && d.target.Database.User.Superuser, known && !d.target.Database.User.Superuser
}

// create decides CREATE on the database. has_database_privilege counts users,
// groups and PUBLIC; whether it counts roles is documented nowhere, so its no is
// believed only of a user without roles.
func (d *digester) create() {
	db := &d.target.Database
	create := &d.doc.Database.Create
	super, _ := d.superuser()
	switch {
	case super, d.known("database.can_create") && db.CanCreate:
		create.Allowed = true
	case !d.known("database.can_create", "database.roles"):
		d.lack("database.create", d.missing("database.can_create", "database.roles"))
	case d.roleMayCreate():
		create.Allowed = true
	case len(db.Roles) > 0:
		d.lack("database.create", slices.Concat(d.missing("database.role_privileges"), []facts.Unknown{{
			Path: "database.roles", Reason: facts.Unsupported,
			Detail: "the user holds roles, whose grants rscheck cannot see: grant CREATE on the database to the user itself to be sure",
		}}))
	}
	d.readOnly()
	if !d.known("database.schemas") {
		return // evidence only
	}
	for _, s := range db.Schemas {
		if s.CanCreate && s.Name != "public" {
			if create.SchemaCount++; len(create.Schemas) < 3 {
				create.Schemas = append(create.Schemas, quoteName(s.Name))
			}
		}
	}
}

// readOnly finds whether the user's own sessions begin read-only. A session of the
// user itself shows it, where the server lists the setting: that Redshift does is
// unverified. Over the Data API the session is not the user's, and of another login
// only the user's own setting is to be seen, which goes before the server's.
func (d *digester) readOnly() {
	const own, session = "database.user.read_only", "database.settings.default_transaction_read_only"
	if !d.doc.Database.Create.Allowed {
		return // where CREATE is refused, no setting makes a difference
	}
	db := &d.target.Database
	if db.Login.Outcome == facts.LoggedIn && db.Login.User == d.settings.User && db.Login.Via == "sql" {
		d.lack("database.create", d.missing(session))
		if i := slices.IndexFunc(db.Settings, func(s facts.Setting) bool { return s.Name == "default_transaction_read_only" }); i >= 0 {
			d.doc.Database.Create.ReadOnly = isTrue(db.Settings[i].Value)
			return
		}
	}
	d.lack("database.create", d.missing(own))
	d.doc.Database.Create.ReadOnly = isTrue(db.User.ReadOnly)
}

// roleMayCreate reports whether a role of the user holds the system privilege
// CREATE SCHEMA.
func (d *digester) roleMayCreate() bool {
	db := &d.target.Database
	return d.known("database.role_privileges") && slices.ContainsFunc(db.RolePrivileges, func(p facts.RolePrivilege) bool {
		return p.Privilege == "CREATE SCHEMA" && slices.Contains(db.Roles, p.Role)
	})
}

// privileged finds whether the loader's user is the admin or a superuser. Either
// being certain settles it.
func (d *digester) privileged() {
	db := &d.doc.Database
	var notSuper bool
	db.Superuser, notSuper = d.superuser()
	admin := d.missing("cluster.admin_user")
	db.Admin = len(admin) == 0 && d.target.Cluster.AdminUser == d.settings.User
	if db.Superuser || db.Admin {
		return
	}
	if !notSuper {
		d.lack("database.superuser", d.missing("database.user.superuser"))
	}
	d.lack("database.admin", admin)
}
