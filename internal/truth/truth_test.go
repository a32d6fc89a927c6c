//go:build unix

package truth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	refused = "42501" // insufficient_privilege
	pinned  = "2BP01" // dependent_objects_still_exist: a bound view

	readOnly = "25006" // read_only_sql_transaction

	badPassword = "28P01" // invalid_password
	noDatabase  = "3D000" // invalid_catalog_name
	noRoom      = "53300" // too_many_connections

	// fresh is no name of a scenario's.
	fresh = "rscheck truth"
)

// truth is what came of trying.
type truth struct {
	// present is whether the database is there.
	present bool
	// logins is the SQLSTATE that a login ends with, "" where it works, by user.
	logins map[string]string
	// exists and expired are the loader's account as the superuser sees it.
	exists, expired bool
	// readOnly is whether its sessions are, from the start.
	readOnly bool

	superuser bool
	create    bool
	// schemas are the loader's that are there.
	schemas map[string]schemaTruth
	tables  []tableTruth
	reads   map[string]readTruth
	// hidden are the relations of pg_catalog that a user may not read, by user.
	hidden map[string]map[string]bool

	// refusals are the loader's statements that do not work as things are.
	refusals []string
	// pins counts those that only a bound view keeps from working.
	pins int
	// contradictions are trials that should have ended alike and did not.
	contradictions []string
}

type schemaTruth struct {
	owned bool // what only its owner may do works
	works bool // so does the whole life of a table in it
}

type tableTruth struct {
	schema, table string
	works         bool
	marked        bool
	// comment is missing, broken or fine.
	comment string
	// bound is whether a view keeps it from being dropped.
	bound bool
}

// readTruth is what came of reading a system schema's relations.
type readTruth struct {
	usable bool
	denied []string
}

// subjects as rscheck's design has it: quoted where SQL needs it.
func subject(parts ...string) string {
	for i, part := range parts {
		plain := part != "" && strings.Trim(part, "abcdefghijklmnopqrstuvwxyz_0123456789") == "" && !strings.ContainsRune("0123456789", rune(part[0]))
		if !plain {
			parts[i] = name(part)
		}
	}
	return strings.Join(parts, ".")
}

// trials is one scenario being tried.
type trials struct {
	*place
	// own is the loader's own connection, nil where it cannot log in.
	own   *client
	truth truth
}

// try finds out what holds in a scenario. Its error is the test's own failure.
func (p *place) try(ctx context.Context) (*truth, error) {
	t := &trials{place: p, truth: truth{
		present: !p.absent, logins: map[string]string{auditor: ""}, schemas: map[string]schemaTruth{},
		reads: map[string]readTruth{}, hidden: map[string]map[string]bool{},
	}}
	own, err := connect(ctx, p.server, p.database, p.loader, p.password)
	if t.truth.logins[p.loader], err = state(err); err != nil {
		return nil, err
	}
	if err := t.account(ctx); err != nil {
		return nil, err
	}
	if !t.truth.present {
		// Whoever has the right password is told so.
		t.truth.logins[auditor] = noDatabase
		return &t.truth, nil
	}
	if own != nil {
		t.own = own
		defer own.close(ctx)
	}
	return &t.truth, t.all(ctx)
}

func (t *trials) account(ctx context.Context) error {
	account, err := t.admin.ask(ctx, `SELECT coalesce(rolvaliduntil <= now(), false), coalesce('default_transaction_read_only=on' = ANY (rolconfig), false) OR coalesce('default_transaction_read_only=true' = ANY (rolconfig), false)
FROM pg_roles WHERE rolname = $1`, t.loader)
	if len(account) > 0 {
		t.truth.exists, t.truth.expired, t.truth.readOnly = true, account[0][0] == "t", account[0][1] == "t"
	}
	return err
}

func (t *trials) all(ctx context.Context) error {
	if !t.truth.exists {
		return t.watch(ctx, auditor)
	}
	t.rights(ctx)
	t.catalogs(ctx)
	return errors.Join(t.places(ctx), t.watch(ctx, t.loader), t.watch(ctx, auditor))
}

// works tries statements of the loader's as things are, and alone: with the
// grants given. It returns whether they work alone.
func (t *trials) works(ctx context.Context, grants, statements string) bool {
	asIs := t.one(ctx, t.own, "", statements)
	alone := t.one(ctx, nil, grants, statements)
	switch {
	case asIs == pinned:
		t.truth.pins++
	case asIs == readOnly && !t.truth.readOnly:
		t.contradict("%s ends with %s, and sessions are not read-only", statements, asIs)
	case asIs != "":
		t.truth.refusals = append(t.truth.refusals, asIs+": "+statements)
	}
	if asIs == "" && alone != "" {
		t.contradict("with more granted, %s ends with %s", statements, alone)
	}
	return alone == "" || alone == pinned
}

func (t *trials) contradict(format string, args ...any) {
	t.truth.contradictions = append(t.truth.contradictions, fmt.Sprintf(format, args...))
}

// one tries statements on the loader's own connection, or as the loader on the
// superuser's where that is nil.
func (t *trials) one(ctx context.Context, conn *client, grants, statements string) string {
	begin := ""
	if conn == nil {
		conn, begin = t.admin, become(t.loader, grants)
	}
	code, err := conn.try(ctx, begin, statements)
	if err != nil || code != "" && code != refused && code != pinned && code != readOnly {
		t.contradict("%s cannot be tried: %v (SQLSTATE %s)", statements, err, code)
	}
	return code
}

// others are the grants that checks of the system's schemas answer for.
func (t *trials) others() string {
	return "GRANT USAGE ON SCHEMA pg_catalog, information_schema TO " + name(t.loader) + "; "
}

func (t *trials) rights(ctx context.Context) {
	t.truth.create = t.works(ctx, "", "CREATE SCHEMA IF NOT EXISTS "+name(fresh))
	t.truth.superuser = t.one(ctx, nil, "", "CREATE USER "+name(fresh)+" SUPERUSER") == ""
}

// places finds the loader's schemas and tables, as its documentation describes
// them, and tries its work there.
func (t *trials) places(ctx context.Context) error {
	rows, err := t.admin.ask(ctx, `
SELECT t.schemaname, t.tablename, obj_description(c.oid, 'pg_class') IS NULL, obj_description(c.oid, 'pg_class'), (
	SELECT count(*) FROM pg_attribute a
	WHERE a.attrelid = c.oid AND NOT a.attisdropped AND a.attname IN ('_sdc_batched_at', '_sdc_sequence', '_sdc_table_version')) = 3
FROM pg_tables t JOIN pg_class c ON c.oid = (quote_ident(t.schemaname) || '.' || quote_ident(t.tablename))::regclass
WHERE t.schemaname NOT IN ('pg_catalog', 'information_schema')`)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, row := range rows {
		schema, table, marked := row[0], row[1], row[4] == "t"
		if !marked && table != "_sdc_rejected" && !slices.Contains(t.scenario.schemas, schema) {
			continue
		}
		found[schema] = true
		comment, err := t.comment(ctx, row[2] == "t", row[3], relation(schema, table))
		if err != nil {
			return err
		}
		drop, err := t.admin.try(ctx, "", "DROP TABLE "+relation(schema, table))
		if err != nil {
			return err
		}
		t.truth.tables = append(t.truth.tables, tableTruth{
			schema: schema, table: table, works: t.table(ctx, schema, table), marked: marked, comment: comment, bound: drop == pinned,
		})
	}
	named, err := t.admin.ask(ctx, `SELECT nspname FROM pg_namespace WHERE nspname = ANY (string_to_array($1, chr(31)))`, strings.Join(t.scenario.schemas, "\x1f"))
	if err != nil {
		return err
	}
	for _, row := range named {
		found[row[0]] = true
	}
	for schema := range found {
		t.truth.schemas[schema] = t.schema(ctx, schema)
	}
	return nil
}

func (t *trials) schema(ctx context.Context, schema string) schemaTruth {
	if again := t.works(ctx, "", "CREATE SCHEMA IF NOT EXISTS "+name(schema)); again != t.truth.create {
		t.contradict("CREATE SCHEMA IF NOT EXISTS works: %v, and where the schema is there: %v", t.truth.create, again)
	}
	table := relation(schema, fresh)
	return schemaTruth{
		owned: t.works(ctx, "", "COMMENT ON SCHEMA "+name(schema)+" IS 'mine'"),
		works: t.works(ctx, t.others(), "CREATE TABLE "+table+" (id int); "+
			"COMMENT ON TABLE "+table+" IS '{}'; ALTER TABLE "+table+" ADD COLUMN v varchar(10); "+
			"ALTER TABLE "+table+" DROP COLUMN id; TRUNCATE "+table),
	}
}

// table tries what the loader does to a table that is there.
func (t *trials) table(ctx context.Context, schema, table string) bool {
	grants := t.others() + "GRANT USAGE ON SCHEMA " + name(schema) + " TO " + name(t.loader) + "; "
	table = relation(schema, table)
	add := t.works(ctx, grants, "ALTER TABLE "+table+" ADD COLUMN "+name(fresh)+" varchar(10)")
	drop := t.works(ctx, grants, "ALTER TABLE "+table+" DROP COLUMN id")
	comment := t.works(ctx, grants, "COMMENT ON TABLE "+table+" IS '{}'")
	rows := true
	for _, statement := range []string{
		"SELECT id FROM " + table, "INSERT INTO " + table + " (id) VALUES (1)", "UPDATE " + table + " SET id = 1", "DELETE FROM " + table,
		"TRUNCATE " + table,
	} {
		rows = t.works(ctx, grants, statement) && rows
	}
	// What is done to rows can be granted, and revoked; the others are the owner's.
	if add != drop || add != comment {
		t.contradict("of %s: ADD COLUMN works: %v, DROP COLUMN %v, COMMENT %v", table, add, drop, comment)
	}
	return add && rows
}

// comment judges a table's comment with PostgreSQL's parser.
func (t *trials) comment(ctx context.Context, missing bool, text, table string) (string, error) {
	if missing {
		return "missing", nil
	}
	kind, err := t.admin.ask(ctx, `SELECT json_typeof($1::json), json_typeof(CASE json_typeof($1::json) WHEN 'object' THEN $1::json -> 'primary_keys' END)`, text)
	if code, other := state(err); other != nil || code != "" && code != "22P02" {
		return "", fmt.Errorf("parse comment %q: %w", text, err)
	}
	if err != nil || kind[0][0] != "object" || kind[0][1] != "array" {
		return "broken", nil
	}
	keys, err := t.admin.ask(ctx, `
SELECT count(*), count(a.attname)
FROM json_array_elements($1::json -> 'primary_keys') k
	LEFT JOIN pg_attribute a ON a.attrelid = $2::regclass AND NOT a.attisdropped AND a.attnum > 0
		AND json_typeof(k) = 'string' AND a.attname = k #>> '{}'`, text, table)
	if err != nil {
		return "", err
	}
	if keys[0][0] == "0" || keys[0][0] != keys[0][1] {
		return "broken", nil
	}
	return "fine", nil
}

// catalogs tries to read what the loader reads.
func (t *trials) catalogs(ctx context.Context) {
	for schema, relations := range t.reads {
		read := readTruth{
			usable: t.one(ctx, nil, "GRANT SELECT ON "+relation(schema, relations[0])+" TO "+name(t.loader)+"; ", reading(schema, relations[0])) == "",
		}
		for _, r := range relations {
			if !t.works(ctx, t.others(), reading(schema, r)) {
				read.denied = append(read.denied, r)
			}
		}
		slices.Sort(read.denied)
		t.truth.reads[schema] = read
	}
}

func reading(schema, r string) string { return "SELECT * FROM " + relation(schema, r) + " LIMIT 1" }

// watch finds what of pg_catalog a user may not read, as things are.
func (t *trials) watch(ctx context.Context, user string) error {
	t.truth.hidden[user] = map[string]bool{}
	for _, r := range []string{"pg_attribute", "pg_class", "pg_database", "pg_depend", "pg_description", "pg_namespace", "pg_user"} {
		code, err := t.admin.try(ctx, become(user, ""), reading("pg_catalog", r))
		if err != nil {
			return err
		}
		if code != "" {
			t.truth.hidden[user][r] = true
		}
	}
	return nil
}
