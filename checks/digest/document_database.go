package digest

// Database is what the loader's user finds in the database.
type Database struct {
	Login   Login   `json:"login"`
	Engine  Engine  `json:"engine"`
	Account Account `json:"account"`
	// Presence is local, shared (a datashare) or missing.
	Presence string `json:"presence"`
	Name     string `json:"name"`
	Driver   Driver `json:"driver"`
	Create   Create `json:"create"`
	// Schemas are those the loader loads into that are not as it needs them.
	Schemas SchemaOwnership `json:"schemas"`
	Tables  TableOwnership  `json:"tables"`
	// InformationSchema and PGCatalog tell what the loader reads there.
	InformationSchema SystemSchema `json:"information_schema"`
	PGCatalog         SystemSchema `json:"pg_catalog"`
	Comments          Comments     `json:"comments"`
	Markers           Markers      `json:"markers"`
	Bindings          Bindings     `json:"bindings"`
	Limits            Limits       `json:"limits"`
	Room              Room         `json:"room"`
	Grants            Grants       `json:"grants"`
	// Superuser and Admin: whether the loader's user is one, or is the admin
	// user made with the cluster.
	Superuser bool `json:"superuser"`
	Admin     bool `json:"admin"`
}

// Login tells how rscheck's own login ended. It is always known.
type Login struct {
	Outcome string `json:"outcome"`
}

// Engine is what answered the login.
type Engine struct {
	Redshift bool `json:"redshift"`
	// Version is how the text of version() begins, as "PostgreSQL 15.18".
	Version string `json:"version"`
}

// Account is the loader's user as something to log in with.
type Account struct {
	// Status is usable, missing, expired, refused (its password was), or present:
	// it is there, and how long its password is valid is not known.
	Status     string `json:"status"`
	ValidUntil string `json:"valid_until"`
}

// Driver tells whether a standard PostgreSQL driver can log in as the user.
type Driver struct {
	// Method is standard, digest (a SHA-256 password), identity (an identity
	// provider) or barred (the user may have no connection at all).
	Method string `json:"method"`
}

// Create is CREATE on the database.
type Create struct {
	Allowed bool `json:"allowed"`
	// Schemas are schemas where the user has CREATE, which is no substitute:
	// at most three, and how many in all.
	Schemas     []string `json:"schemas"`
	SchemaCount int      `json:"schema_count"`
	// ReadOnly is whether the user's sessions are read-only from the start, so
	// that no privilege helps.
	ReadOnly bool `json:"read_only"`
}

// SchemaOwnership tells of the schemas the loader loads into.
type SchemaOwnership struct {
	Count int `json:"count"` // how many there are already
	// Absent are those that were named and are not there.
	Absent []string `json:"absent"`
	// Deviating are those the user does not own, or owns and cannot use.
	Deviating []DeviatingSchema `json:"deviating"`
}

// DeviatingSchema is a schema that the loader could not work in.
type DeviatingSchema struct {
	Subject string `json:"subject"` // its name, quoted where SQL needs it
	Name    string `json:"name"`
	Owner   string `json:"owner"`
	// Problem is owner (somebody else owns it), usage or create (the owner lacks
	// that right in its own schema), or external (no table can be made in it).
	Problem string `json:"problem"`
	// Copies is whether nothing but columns speaks for the loader: the tables may
	// be copies that somebody made of the loader's.
	Copies bool `json:"copies"`
}

// TableOwnership tells of the tables the loader loads into.
type TableOwnership struct {
	Count     int              `json:"count"`
	Deviating []DeviatingTable `json:"deviating"`
}

// DeviatingTable is a loader table that somebody else owns, or on which its owner
// lacks rights.
type DeviatingTable struct {
	Subject string `json:"subject"` // schema.name, quoted where SQL needs it
	Schema  string `json:"schema"`
	Name    string `json:"name"`
	Owner   string `json:"owner"`
	// Problem is owner (somebody else owns it) or rights (some were revoked).
	Problem string   `json:"problem"`
	Lacks   []string `json:"lacks"` // which
	Copy    bool     `json:"copy"`  // as Copies of its schema
}

// SystemSchema is what the loader may read of a system schema.
type SystemSchema struct {
	CanUse bool `json:"can_use"`
	// Denied are the relations that the loader reads and may not.
	Denied []string `json:"denied"`
}

// Comments tells of the table comments that hold primary keys.
type Comments struct {
	Count     int                `json:"count"` // loader tables with the markers
	Deviating []DeviatingComment `json:"deviating"`
}

// DeviatingComment is a loader table whose comment tells no primary key.
type DeviatingComment struct {
	Subject string `json:"subject"`
	// Problem is missing, malformed (no JSON object of the form), empty (no
	// keys), keyless (primary_keys is absent or not a list of names) or
	// no_column (a key is no column of the table).
	Problem string `json:"problem"`
	Comment string `json:"comment"` // cut to 120 characters
	// Keys are those that are no columns, at most three.
	Keys []string `json:"keys"`
}

// Markers tells of the loader's own columns.
type Markers struct {
	Deviating []UnmarkedTable `json:"deviating"`
}

// UnmarkedTable is a table that the loader made, as far as can be seen, and that
// lacks some of the loader's own columns.
type UnmarkedTable struct {
	Subject string   `json:"subject"`
	Lacking []string `json:"lacking"`
}

// Bindings tells of the views that stand in the way of changes to loader tables.
type Bindings struct {
	Pinned []PinnedTable `json:"pinned"`
}

// PinnedTable is a loader table that views are bound to.
type PinnedTable struct {
	Subject string `json:"subject"`
	// Views are at most three of the views, ViewCount is how many there are.
	Views     []BoundView `json:"views"`
	ViewCount int         `json:"view_count"`
}

// BoundView is a view that is bound to a loader table.
type BoundView struct {
	Subject      string `json:"subject"`
	Schema       string `json:"schema"`
	Name         string `json:"name"`
	Materialized bool   `json:"materialized"`
}

// Limits tells how near the loader's tables are to what the loader copes with.
type Limits struct {
	Tables    Fill             `json:"tables"` // of the database
	Deviating []OversizedTable `json:"deviating"`
}

// Fill is how many there are of how many there may be.
type Fill struct {
	Count int `json:"count"`
	Limit int `json:"limit"`
	// Level is room, near (nine tenths or more) or full.
	Level string `json:"level"`
}

// OversizedTable is a loader table at or near a limit, or with a name in it that
// the loader keeps for itself.
type OversizedTable struct {
	Subject string `json:"subject"`
	Columns Fill   `json:"columns"`
	// Name and Column are how long the table's name is and the longest of its
	// columns; Longest is that column, cut to 40 characters.
	Name    Length `json:"name"`
	Column  Length `json:"column"`
	Longest string `json:"longest"`
	// ReservedName is whether the table's own name is one the loader keeps for
	// itself. Reserved are at most three of the columns of which that is so,
	// ReservedCount is how many there are.
	ReservedName  bool     `json:"reserved_name"`
	Reserved      []string `json:"reserved"`
	ReservedCount int      `json:"reserved_count"`
}

// Length is how many characters a name has and may have.
type Length struct {
	Characters int  `json:"characters"`
	Limit      int  `json:"limit"`
	Over       bool `json:"over"`
}

// Room tells how much of the server the loader's user may take.
type Room struct {
	// ConnectionLimit is how many connections the user may have at a time, -1 for
	// any number; Connections is how many the loader should have.
	ConnectionLimit int `json:"connection_limit"`
	Connections     int `json:"connections"`
	// StatementTimeout is after how many milliseconds the server ends a statement
	// of the user's, 0 for never; Statement is how long one should last at least.
	StatementTimeout int `json:"statement_timeout"`
	Statement        int `json:"statement"`
}

// Grants tells of SELECT on pg_catalog that the user was granted by name.
type Grants struct {
	// Granted is on how many relations, Total how many there are.
	Granted int `json:"granted"`
	Total   int `json:"total"`
	// Private are at most three of those granted that are not everybody's,
	// PrivateCount is how many there are.
	Private      []string `json:"private"`
	PrivateCount int      `json:"private_count"`
	// Reads are the relations of pg_catalog that the loader reads.
	Reads []string `json:"reads"`
}
