package facts

// Database is what the database told over SQL: of itself, and of one user, the
// loader's.
type Database struct {
	// Login tells how rscheck came in, or why not. It is known even where all
	// else is not.
	Login Login `json:"login"`
	// Version is the server's own word, as "PostgreSQL 8.0.2 on
	// i686-pc-linux-gnu, …, Redshift 1.0.52943".
	Version string `json:"version"`
	// Name is the database that was connected to.
	Name  string `json:"name"`
	Owner string `json:"owner"`
	// Type is local or shared (a datashare) in Redshift's words; a database of
	// PostgreSQL is always local.
	Type string `json:"type"`
	// CanCreate and CanTemporary: has_database_privilege of the user, which
	// counts grants to the user, its groups and PUBLIC, but no grants to roles
	// for all that is documented.
	CanCreate    bool `json:"can_create"`
	CanTemporary bool `json:"can_temporary"`

	User User `json:"user"`
	// Groups are the groups that the user is a member of.
	Groups []string `json:"groups"`
	// Roles are the roles (RBAC) granted to the user; only Redshift has them.
	Roles []string `json:"roles"`
	// RolePrivileges are the system privileges that roles hold.
	RolePrivileges []RolePrivilege `json:"role_privileges"`

	// Schemas are all schemas of the database that are not internal, and
	// pg_catalog and information_schema. Where the list is unknown because the
	// user itself was refused it, an entry for pg_catalog or information_schema
	// tells by what was tried whether the user can use it, and nothing else.
	Schemas []Schema `json:"schemas"`
	// Relations are the tables and views outside the system's schemas.
	Relations []Relation `json:"relations"`
	// ExternalSchemas are those of Schemas whose tables are kept outside the
	// database (Spectrum, federated, a datashare); only Redshift has them.
	ExternalSchemas []string `json:"external_schemas"`
	// RevokedRights are of those tables the user's own on which a right was
	// revoked from it. What others own is not among them.
	RevokedRights []RevokedRights `json:"revoked_rights"`
	// Layouts tell how the columns of those tables are made that have at least
	// one of the Markers asked about.
	Layouts []Layout `json:"layouts"`
	// Bindings are the views that are bound to a relation: as long as one is,
	// the column it reads cannot be dropped or changed. A late-binding view is
	// bound to nothing.
	Bindings []Binding `json:"bindings"`
	// SystemRelations are those of pg_catalog and information_schema. Where the
	// list is unknown because the user itself was refused it, each entry tells
	// what came of trying to read that relation.
	SystemRelations []SystemRelation `json:"system_relations"`
	// SystemGrants are those of them on which SELECT was granted to the user by
	// name, rather than to a group or to PUBLIC.
	SystemGrants []SystemGrant `json:"system_grants"`
	// Settings are those in force in rscheck's own session before it set any.
	Settings []Setting `json:"settings"`
}

// Login tells how rscheck came into the database, or why it did not.
type Login struct {
	// User is who rscheck logged in as; the facts are about Database.User.
	User     string `json:"user"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Database string `json:"database"`
	// Via is sql, a connection of rscheck's own, or data-api: AWS connected, so
	// that nothing was learned about the network, and Host, Port and TLS are
	// zero.
	Via     string       `json:"via"`
	Outcome LoginOutcome `json:"outcome"`
	// Message is the outcome as a plain sentence, empty when logged in.
	Message string `json:"message"`
	// TLS is the version of TLS in use ("TLS 1.2"), empty without TLS.
	TLS string `json:"tls"`
	// Verified is whether the server's certificate was checked against a
	// certificate authority.
	Verified bool `json:"verified"`
	// Credentials is empty for the user's own password, and
	// TemporaryCredentials for one that AWS made for this login alone (IAM),
	// which says nothing about the user's own.
	Credentials string `json:"credentials,omitempty"`
	// Guessed is whether Database is a name that nobody told.
	Guessed bool `json:"guessed,omitempty"`
}

// TemporaryCredentials is Login.Credentials where AWS made the password.
const TemporaryCredentials = "temporary"

// LoginOutcome is how a login ended.
type LoginOutcome string

const (
	LoginNotTried         LoginOutcome = "not_tried"
	LoggedIn              LoginOutcome = "logged_in"
	LoginNoSuchHost       LoginOutcome = "no_such_host"       // the name does not resolve
	LoginRefused          LoginOutcome = "refused"            // the connection was refused
	LoginTimedOut         LoginOutcome = "timed_out"          // no answer
	LoginTLSRefused       LoginOutcome = "tls_refused"        // the server offers no TLS
	LoginTLSUntrusted     LoginOutcome = "tls_untrusted"      // its certificate was not accepted
	LoginTLSRequired      LoginOutcome = "tls_required"       // the server insists on TLS
	LoginWrongPassword    LoginOutcome = "wrong_password"     // or no such user: servers do not tell them apart
	LoginNoSuchUser       LoginOutcome = "no_such_user"       // told only of a login without the user's own password
	LoginNoSuchDatabase   LoginOutcome = "no_such_database"   //
	LoginConnectionLimit  LoginOutcome = "connection_limit"   // too many connections
	LoginStartingUp       LoginOutcome = "starting_up"        // the server is not ready yet
	LoginDigestRequired   LoginOutcome = "digest_required"    // authentication type 13: a SHA-256 password
	LoginIdentityRequired LoginOutcome = "identity_required"  // authentication type 14: an identity provider
	LoginMethodUnknown    LoginOutcome = "method_unsupported" // any other authentication type
	LoginPasswordExpired  LoginOutcome = "password_expired"   //
	LoginFailed           LoginOutcome = "failed"             // anything else
)

// User is the database user the facts are about: the loader's.
type User struct {
	Name   string `json:"name"`
	Exists bool   `json:"exists"`
	// Superuser and CreateDB are usesuper and usecreatedb of pg_user.
	Superuser bool `json:"superuser"`
	CreateDB  bool `json:"create_db"`
	// ValidUntil is when the password expires, RFC 3339 in UTC, "infinity",
	// "-infinity" (it never was valid), or empty where no end is set.
	ValidUntil string `json:"valid_until"`
	// ConnectionLimit is how many connections the user may have at a time, in
	// digits, or "unlimited". Only Redshift tells it.
	ConnectionLimit string `json:"connection_limit"`
	// StatementTimeout is the user's own setting of statement_timeout in
	// milliseconds, empty where the server's applies.
	StatementTimeout string `json:"statement_timeout"`
	// ReadOnly is the user's own setting of default_transaction_read_only, on or
	// off, empty where the server's applies.
	ReadOnly string `json:"read_only"`
}

// RolePrivilege is a system privilege held by a role.
type RolePrivilege struct {
	Role      string `json:"role"`
	Privilege string `json:"privilege"` // as CREATE SCHEMA
}

// Schema is a schema and what the user may do in it.
type Schema struct {
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	CanUse    bool   `json:"can_use"`
	CanCreate bool   `json:"can_create"`
}

// RelationKind is the sort of a relation.
type RelationKind string

const (
	Table            RelationKind = "table"
	View             RelationKind = "view"
	MaterializedView RelationKind = "materialized_view"
	ForeignTable     RelationKind = "foreign_table"
)

// Relation is a table or a view.
type Relation struct {
	Schema string       `json:"schema"`
	Name   string       `json:"name"`
	Kind   RelationKind `json:"kind"`
	Owner  string       `json:"owner"`
	// Comment is the table's comment, empty for none; it is one fact of its
	// own for all relations ("database.comments").
	Comment string `json:"comment,omitempty"`
	// Markers are those of its columns that the caller asked about, in the
	// order asked; one fact for all relations ("database.columns").
	Markers []string `json:"markers,omitempty"`
}

// RevokedRights is a table whose owner lacks rights on it.
type RevokedRights struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	// Lacks are those of SELECT, INSERT, UPDATE and DELETE.
	Lacks []string `json:"lacks"`
}

// Layout tells how the columns of a table are made.
type Layout struct {
	Schema  string `json:"schema"`
	Name    string `json:"name"`
	Columns int    `json:"columns"` // how many there are
	// Longest is the longest name of a column, the first of several in order.
	Longest string `json:"longest"`
	// Keys are the names that the table's comment lists and that are columns, in
	// the order of the comment.
	Keys []string `json:"keys"`
	// Affixed are the columns whose names begin or end as the caller asked
	// about, and those that are called the same but for the ending.
	Affixed []string `json:"affixed"`
}

// Binding says that a view is bound to a relation.
type Binding struct {
	Schema     string `json:"schema"` // of the relation
	Name       string `json:"name"`
	ViewSchema string `json:"view_schema"`
	View       string `json:"view"`
}

// SystemGrant is SELECT on a system relation, granted to the user by name.
type SystemGrant struct {
	Schema string `json:"schema"`
	Name   string `json:"name"`
	// Public is whether PUBLIC has it too.
	Public bool `json:"public"`
}

// SystemRelation is a relation of pg_catalog or information_schema.
type SystemRelation struct {
	Schema    string `json:"schema"`
	Name      string `json:"name"`
	CanSelect bool   `json:"can_select"`
}

// Setting is a run-time parameter of the session.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
