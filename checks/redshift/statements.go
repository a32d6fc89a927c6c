package redshift

import (
	"fmt"
	"strings"
)

// statement is SQL that reads facts.
//
// One text serves Redshift, PostgreSQL 8.0 (its ancestor) and PostgreSQL 13 and
// newer, so every statement keeps to what they share: catalogs and functions of
// the leader node only, never joined to svv_ views; values as parameters, for
// Redshift takes a backslash in a literal as an escape; no LIKE; no arrays but
// "= ANY (grolist)"; rows grouped in Go, for LISTAGG does not run on the leader
// node and STRING_AGG does not exist there.
type statement struct {
	// name is what it asks for, as a person would say it.
	name string
	text string
	// columns is how many a row has.
	columns int
	// reads are the relations it reads; refused, they are what to grant.
	reads []string
}

// Before the session sets anything of its own, so that these are the values that
// the server gives to whoever logs in so. metadata_security is documented with
// ALTER SYSTEM only; whether pg_settings lists it is unverified.
// https://docs.aws.amazon.com/redshift/latest/dg/t_metadata_security.html
var settingsStatement = statement{
	name: "settings",
	text: `SELECT s.name, s.setting
FROM pg_catalog.pg_settings s
WHERE s.name IN ('statement_timeout', 'search_path', 'datestyle', 'DateStyle', 'timezone', 'TimeZone',
	'server_version', 'default_transaction_read_only', 'enable_case_sensitive_identifier', 'metadata_security', 'ssl')`,
	columns: 2,
	reads:   []string{"pg_catalog.pg_settings"},
}

// For a server that does not list metadata_security in pg_settings.
var metadataSecurityStatement = statement{name: "metadata security", text: `SHOW metadata_security`, columns: 1}

// For a server that refuses pg_settings or does not list statement_timeout there.
var statementTimeoutStatement = statement{name: "statement timeout", text: `SHOW statement_timeout`, columns: 1}

// For a login of the user's own where pg_settings is refused.
var readOnlyStatement = statement{name: "read-only sessions", text: `SHOW default_transaction_read_only`, columns: 1}

// userColumns are those that a userReader takes, but for the last, the group.
const userColumns = `u.usename, u.usesuper, u.usecreatedb, u.valuntil, pg_catalog.array_to_string(u.useconfig, ' | ')`

// What serverStatement, privilegesStatement, ownerStatement and userStatement ask,
// in one: each statement costs a round trip, and where all is granted one is enough.
// The LEFT JOIN keeps the row where there is no such user: has_database_privilege
// raises an error for an unknown name and is NULL for NULL.
var accountStatement = statement{
	name: "account",
	text: `SELECT version(), d.datname, pg_catalog.pg_get_userbyid(d.datdba),
	pg_catalog.has_database_privilege(u.usename, d.datname, 'CREATE'),
	pg_catalog.has_database_privilege(u.usename, d.datname, 'TEMP'),
	` + userColumns + `, g.groname
FROM pg_catalog.pg_database d
	LEFT JOIN pg_catalog.pg_user u ON u.usename = $1
	LEFT JOIN pg_catalog.pg_group g ON u.usesysid = ANY (g.grolist)
WHERE d.datname = current_database()`,
	columns: 11,
	reads:   []string{"pg_catalog.pg_database", "pg_catalog.pg_user", "pg_catalog.pg_group"},
}

// Nothing is qualified: without USAGE on pg_catalog its functions are still found
// unqualified.
var serverStatement = statement{name: "server", text: `SELECT version(), current_database()`, columns: 2}

// No row says that there is no such user.
var privilegesStatement = statement{
	name: "privileges",
	text: `SELECT pg_catalog.has_database_privilege(u.usename, current_database(), 'CREATE'),
	pg_catalog.has_database_privilege(u.usename, current_database(), 'TEMP')
FROM pg_catalog.pg_user u
WHERE u.usename = $1`,
	columns: 2,
	reads:   []string{"pg_catalog.pg_user"},
}

// For a login of the user's own: it reads no catalog.
var ownPrivilegesStatement = statement{
	name: "privileges",
	text: `SELECT has_database_privilege(current_database(), 'CREATE'), has_database_privilege(current_database(), 'TEMP')`, columns: 2,
}

var ownerStatement = statement{
	name:    "owner",
	text:    `SELECT pg_catalog.pg_get_userbyid(d.datdba) FROM pg_catalog.pg_database d WHERE d.datname = current_database()`,
	columns: 1,
	reads:   []string{"pg_catalog.pg_database"},
}

// usesysid = ANY (grolist) is how awslabs/amazon-redshift-utils
// (v_get_users_in_group) finds the groups. In PostgreSQL a group is a role that
// cannot log in, and pg_group tells direct members only, whereas has_* functions
// follow groups of groups.
var userStatement = statement{
	name: "user",
	text: `SELECT ` + userColumns + `, g.groname
FROM pg_catalog.pg_user u LEFT JOIN pg_catalog.pg_group g ON u.usesysid = ANY (g.grolist)
WHERE u.usename = $1`,
	columns: 6,
	reads:   []string{"pg_catalog.pg_user", "pg_catalog.pg_group"},
}

// For a server that refuses pg_group.
var userWithoutGroupsStatement = statement{
	name: "user without groups",
	text: `SELECT ` + userColumns + `, NULL
FROM pg_catalog.pg_user u
WHERE u.usename = $1`,
	columns: 6,
	reads:   []string{"pg_catalog.pg_user"},
}

// lasting holds for schemas that are not the server's own. Temporary ones come and
// go: has_*_privilege of PostgreSQL 8.0 raises an error for what is gone when it is
// asked about it (getredash/redash#4791).
const lasting = `substring(n.nspname, 1, 3) <> 'pg_'`

// information_schema.schemata would not do: on Redshift it lists only schemas
// that the asker owns. has_schema_privilege takes the name literally, so odd
// names are safe.
var schemasStatement = statement{
	name: "schemas",
	text: `SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner),
	pg_catalog.has_schema_privilege(u.usename, n.nspname, 'USAGE'),
	pg_catalog.has_schema_privilege(u.usename, n.nspname, 'CREATE')
FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_user u ON u.usename = $1
WHERE n.nspname = 'pg_catalog' OR ` + lasting,
	columns: 4,
	reads:   []string{"pg_catalog.pg_namespace", "pg_catalog.pg_user"},
}

// For a login of the user's own.
var ownSchemasStatement = statement{
	name: "schemas",
	text: `SELECT n.nspname, pg_catalog.pg_get_userbyid(n.nspowner),
	pg_catalog.has_schema_privilege(n.nspname, 'USAGE'),
	pg_catalog.has_schema_privilege(n.nspname, 'CREATE')
FROM pg_catalog.pg_namespace n
WHERE n.nspname = 'pg_catalog' OR ` + lasting,
	columns: 4,
	reads:   []string{"pg_catalog.pg_namespace"},
}

// relationsStatement asks for the relations, and if wanted for their comments and
// for what the user lacks on tables of its own.
//
// The join is several times faster than obj_description for each row. 1259 is the
// oid of pg_class itself: without it the comment of another object with the same
// oid could be taken for the table's.
// https://docs.aws.amazon.com/redshift/latest/dg/r_COMMENT.html
func relationsStatement(comments bool, rights rightsOf) statement {
	st := statement{name: "relations", columns: 7, reads: []string{"pg_catalog.pg_class", "pg_catalog.pg_namespace"}}
	description, lacks, joins := "NULL", "NULL", ""
	if comments {
		description = "d.description"
		joins += "\n\tLEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.objsubid = 0 AND d.classoid = 1259"
		st.reads = append(st.reads, "pg_catalog.pg_description")
	}
	switch rights {
	case rightsOfUser:
		lacks = lackedBy("u.usename, ", "u.usename")
		joins += "\n\tLEFT JOIN pg_catalog.pg_user u ON u.usename = $1"
		st.reads = append(st.reads, "pg_catalog.pg_user")
	case rightsOfLogin:
		lacks = lackedBy("", "current_user")
	}
	st.text = `SELECT c.oid, n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner), ` + description + `,
	` + lacks + `
FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace` + joins + `
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND ` + lasting + ` AND n.nspname <> 'information_schema'`
	return st
}

// rightsOf is whose rights a statement asks for.
type rightsOf int

const (
	nobodysRights rightsOf = iota
	rightsOfUser           // by a parameter
	rightsOfLogin          // whoever asks, by what needs no pg_user
)

// tableRights are what a loader does to rows. TRUNCATE is not among those that
// PostgreSQL 8.0 knows.
// https://docs.aws.amazon.com/redshift/latest/dg/r_HAS_TABLE_PRIVILEGE.html
var tableRights = [...]string{"SELECT", "INSERT", "UPDATE", "DELETE"}

// lackedBy is the text of those of tableRights that somebody lacks on a table of
// its own, each with a blank behind it, and NULL for what somebody else owns: an
// owner has them all, unless they were revoked. has_table_privilege is NULL for a
// table that has just been dropped.
func lackedBy(argument, owner string) string {
	var b strings.Builder
	b.WriteString("CASE WHEN c.relkind IN ('r', 'p') AND pg_catalog.pg_get_userbyid(c.relowner) = " + owner + " THEN ")
	for i, right := range tableRights {
		if i > 0 {
			b.WriteString(" || ")
		}
		fmt.Fprintf(&b, "\n\t\tCASE WHEN NOT pg_catalog.has_table_privilege(%sc.oid, '%s') THEN '%s ' ELSE '' END", argument, right, right)
	}
	b.WriteString(" END")
	return b.String()
}

// maxMarkers is how many parameters columnsStatement has.
const maxMarkers = 12

// The columns of the relations that bear a marker: the name, between two times the
// oid of the relation. Then, of each view that is bound to a relation, the oid of
// that, the view's name and its oid. What a view reads, its rule depends on; the
// rule itself depends internally ('i') on the view. That is how
// awslabs/amazon-redshift-utils (v_view_dependency) finds views, though it joins by
// relfilenode, which is another number than the oid after TRUNCATE.
var columnsStatement = statement{
	name: "columns",
	text: `SELECT a.attrelid, a.attname, a.attrelid
FROM pg_catalog.pg_attribute a
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (
	SELECT m.attrelid
	FROM pg_catalog.pg_attribute m
	WHERE m.attnum > 0 AND NOT m.attisdropped AND m.attname IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12))
UNION ALL
SELECT d.refobjid, c.relname, c.oid
FROM pg_catalog.pg_depend d
	JOIN pg_catalog.pg_depend r ON r.objid = d.objid AND r.classid = d.classid AND r.deptype = 'i' AND r.refclassid = 1259
	JOIN pg_catalog.pg_class c ON c.oid = r.refobjid
WHERE d.refclassid = 1259 AND NOT d.refobjid = c.oid AND c.relkind IN ('v', 'm')
GROUP BY d.refobjid, c.relname, c.oid
ORDER BY 1`,
	columns: 3,
	reads:   []string{"pg_catalog.pg_attribute", "pg_catalog.pg_attribute", "pg_catalog.pg_depend", "pg_catalog.pg_depend", "pg_catalog.pg_class"},
}

// For a server that refuses pg_depend.
var columnsWithoutBindingsStatement = statement{
	name: "columns without bindings",
	text: `SELECT a.attrelid, a.attname, a.attrelid
FROM pg_catalog.pg_attribute a
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN (
	SELECT m.attrelid
	FROM pg_catalog.pg_attribute m
	WHERE m.attnum > 0 AND NOT m.attisdropped AND m.attname IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12))
ORDER BY 1`,
	columns: 3,
	reads:   []string{"pg_catalog.pg_attribute", "pg_catalog.pg_attribute"},
}

// By oid, for a name would be parsed as an identifier and refused where USAGE on
// its schema is lacking.
var systemRelationsStatement = statement{
	name: "system relations",
	text: `SELECT n.nspname, c.relname, pg_catalog.has_table_privilege(u.usename, c.oid, 'SELECT'), pg_catalog.array_to_string(c.relacl, ',')
FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	LEFT JOIN pg_catalog.pg_user u ON u.usename = $1
WHERE c.relkind IN ('r', 'v') AND n.nspname IN ('pg_catalog', 'information_schema')`,
	columns: 4,
	reads:   []string{"pg_catalog.pg_class", "pg_catalog.pg_namespace", "pg_catalog.pg_user"},
}

// For a login of the user's own.
var ownSystemRelationsStatement = statement{
	name: "system relations",
	text: `SELECT n.nspname, c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT'), pg_catalog.array_to_string(c.relacl, ',')
FROM pg_catalog.pg_class c
	JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v') AND n.nspname IN ('pg_catalog', 'information_schema')`,
	columns: 4,
	reads:   []string{"pg_catalog.pg_class", "pg_catalog.pg_namespace"},
}

// Redshift only, each apart from the catalogs above: svv_ views may run on the
// compute nodes. All rows, not the user's only: whether others' are among them
// tells whether the view hides rows from this login.
// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_USER_GRANTS.html
// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SYSTEM_PRIVILEGES.html
var rolesStatement = statement{
	name: "roles",
	text: `SELECT 'grant', user_name, role_name FROM svv_user_grants
UNION ALL
SELECT 'privilege', identity_name, system_privilege FROM svv_system_privileges WHERE identity_type = 'role'`,
	columns: 3,
	reads:   []string{"svv_user_grants", "svv_system_privileges"},
}

// What rolesStatement asks, in two: for a server that refuses one of its views, or
// to join them.
var rolesOnlyStatement = statement{
	name: "roles", text: `SELECT 'grant', user_name, role_name FROM svv_user_grants`, columns: 3, reads: []string{"svv_user_grants"},
}

var rolePrivilegesStatement = statement{
	name:    "role privileges",
	text:    `SELECT 'privilege', identity_name, system_privilege FROM svv_system_privileges WHERE identity_type = 'role'`,
	columns: 3,
	reads:   []string{"svv_system_privileges"},
}

// What the next three ask, in one.
var viewsStatement = statement{
	name: "views of Redshift's own",
	text: `SELECT 'type', CAST(database_type AS text) FROM svv_redshift_databases WHERE database_name = $1
UNION ALL
SELECT 'limit', CAST(connection_limit AS text) FROM svv_user_info WHERE user_name = $2
UNION ALL
SELECT 'external', CAST(schemaname AS text) FROM svv_external_schemas`,
	columns: 2,
	reads:   []string{"svv_redshift_databases", "svv_user_info", "svv_external_schemas"},
}

// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_USER_INFO.html
var connectionLimitStatement = statement{
	name:    "connection limit",
	text:    `SELECT 'limit', connection_limit FROM svv_user_info WHERE user_name = $1`,
	columns: 2,
	reads:   []string{"svv_user_info"},
}

// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_REDSHIFT_DATABASES.html
var databaseTypeStatement = statement{
	name:    "database type",
	text:    `SELECT 'type', database_type FROM svv_redshift_databases WHERE database_name = $1`,
	columns: 2,
	reads:   []string{"svv_redshift_databases"},
}

// Everybody sees all of them.
// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_EXTERNAL_SCHEMAS.html
var externalSchemasStatement = statement{
	name:    "external schemas",
	text:    `SELECT 'external', schemaname FROM svv_external_schemas`,
	columns: 2,
	reads:   []string{"svv_external_schemas"},
}

// catalogStatement asks which of the relations the login may read, once one of them
// was refused: whoever mends that wants to know of all.
func catalogStatement(relations []string) statement {
	var b strings.Builder
	for i, r := range relations {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("pg_catalog.has_table_privilege('" + r + "', 'SELECT')")
	}
	return statement{name: "catalog", text: "SELECT " + b.String(), columns: len(relations)}
}

// catalogs are the relations of pg_catalog that the statements read.
func catalogs() []string {
	return []string{
		"pg_catalog.pg_attribute", "pg_catalog.pg_class", "pg_catalog.pg_database", "pg_catalog.pg_depend", "pg_catalog.pg_description",
		"pg_catalog.pg_group", "pg_catalog.pg_namespace", "pg_catalog.pg_settings", "pg_catalog.pg_user",
	}
}

// probe tries to read a system relation: no rows where that is allowed, 42501
// where it is not. With "SELECT 1", SELECT on a single column would do.
type probe struct {
	schema, relation string
	statement        statement
}

// probes are for one situation only: rscheck is the user that the facts are
// about, and the catalogs that would tell its privileges are refused to it. They
// are the relations that programs which look for tables read, and those that the
// statements above read.
var probes = []probe{
	{"information_schema", "columns", statement{name: "probe information_schema.columns", text: `SELECT * FROM information_schema.columns WHERE 1 = 0`}},
	{"information_schema", "schemata", statement{name: "probe information_schema.schemata", text: `SELECT * FROM information_schema.schemata WHERE 1 = 0`}},
	{"information_schema", "tables", statement{name: "probe information_schema.tables", text: `SELECT * FROM information_schema.tables WHERE 1 = 0`}},
	{"pg_catalog", "pg_attribute", statement{name: "probe pg_attribute", text: `SELECT * FROM pg_catalog.pg_attribute WHERE 1 = 0`}},
	{"pg_catalog", "pg_class", statement{name: "probe pg_class", text: `SELECT * FROM pg_catalog.pg_class WHERE 1 = 0`}},
	{"pg_catalog", "pg_description", statement{name: "probe pg_description", text: `SELECT * FROM pg_catalog.pg_description WHERE 1 = 0`}},
	{"pg_catalog", "pg_namespace", statement{name: "probe pg_namespace", text: `SELECT * FROM pg_catalog.pg_namespace WHERE 1 = 0`}},
	{"pg_catalog", "pg_tables", statement{name: "probe pg_tables", text: `SELECT * FROM pg_catalog.pg_tables WHERE 1 = 0`}},
	{"pg_catalog", "pg_type", statement{name: "probe pg_type", text: `SELECT * FROM pg_catalog.pg_type WHERE 1 = 0`}},
}

// What frames the statements. Nothing is ever committed.
const (
	beginText = `BEGIN READ ONLY`
	// The former transaction ends with the same request that begins the next.
	againText = `ROLLBACK; BEGIN READ ONLY`
	// After the settings were read, and outside their transaction, or it would
	// be undone with it: dates then read alike everywhere, and no statement
	// occupies the server for long. A server that refuses one refuses all;
	// validUntil believes no date in another form.
	sessionText = `ROLLBACK; SET statement_timeout TO 30000; SET datestyle TO 'ISO, YMD'; SET timezone TO 'UTC'`
)
