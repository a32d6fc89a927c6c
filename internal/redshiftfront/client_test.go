//go:build unix

package redshiftfront_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/internal/redshiftfront"
)

// open connects as any program with pgx would.
func open(t *testing.T, front *redshiftfront.Front, parameters url.Values, change func(*pgx.ConnConfig)) (*pgx.Conn, error) {
	t.Helper()
	address := url.URL{
		Scheme: "postgres", User: url.UserPassword("stitch", password), Host: front.Addr(), Path: "/dw",
		RawQuery: "sslmode=verify-full&sslrootcert=" + url.QueryEscape(front.CAFile) + "&" + strings.ReplaceAll(parameters.Encode(), "+", "%20"),
	}
	config, err := pgx.ParseConfig(address.String())
	if err != nil {
		t.Fatal(err)
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	if change != nil {
		change(config)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err == nil {
		t.Cleanup(func() { conn.Close(context.Background()) })
	}
	return conn, err
}

func connect(t *testing.T, front *redshiftfront.Front, change func(*pgx.ConnConfig)) *pgx.Conn {
	t.Helper()
	conn, err := open(t, front, nil, change)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestExecModes(t *testing.T) {
	front := start(t, nil)
	for mode, works := range map[pgx.QueryExecMode]bool{
		pgx.QueryExecModeExec: true, pgx.QueryExecModeCacheStatement: true, pgx.QueryExecModeDescribeExec: true,
		// pgx quotes values itself then, and will not where a backslash may be an
		// escape.
		pgx.QueryExecModeSimpleProtocol: false,
	} {
		conn := connect(t, front, func(c *pgx.ConnConfig) { c.DefaultQueryExecMode = mode })
		var version, user string
		err := conn.QueryRow(t.Context(), `SELECT version(), usename FROM pg_user WHERE usename = $1`, "stitch").Scan(&version, &user)
		if works && (err != nil || version != redshiftfront.Version || user != "stitch") {
			t.Errorf("%s: %q, %q, %v", mode, version, user, err)
		}
		if !works && (err == nil || !strings.Contains(err.Error(), "standard_conforming_strings=on")) {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestStartupParameters(t *testing.T) {
	front := start(t, nil)
	for name, tc := range map[string]struct {
		parameters url.Values
		unknown    string
	}{
		"the name of a program": {url.Values{"application_name": {"rscheck"}}, ""},
		"read-only":             {url.Values{"default_transaction_read_only": {"true"}}, ""},
		"encoding":              {url.Values{"client_encoding": {"UTF8"}}, ""},
		"options":               {url.Values{"options": {"-c statement_timeout=7 --search-path=public -cdatestyle=ISO"}}, ""},
		"PostgreSQL's own":      {url.Values{"standard_conforming_strings": {"on"}}, "standard_conforming_strings"},
		"in options":            {url.Values{"options": {"-c standard_conforming_strings=on"}}, "standard_conforming_strings"},
		"in options, at once":   {url.Values{"options": {"-clock_timeout=1"}}, "lock_timeout"},
		"in options, at length": {url.Values{"options": {"--lock-timeout=1"}}, "lock_timeout"},
		"nobody's":              {url.Values{"ssl_renegotiation_limit": {"0"}}, "ssl_renegotiation_limit"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, front, tc.parameters, nil)
			var refused *pgconn.PgError
			switch {
			case tc.unknown == "" && err != nil:
				t.Error(err)
			case tc.unknown != "" && (!errors.As(err, &refused) || refused.Severity != "FATAL" || refused.Code != "42704" ||
				refused.Message != `unrecognized configuration parameter "`+tc.unknown+`"`):
				t.Errorf("%v", err)
			}
		})
	}
}

func TestTheFrontReportsWhatRedshiftReports(t *testing.T) {
	conn := connect(t, start(t, nil), nil).PgConn()
	for name, want := range map[string]string{
		"server_version": "8.0.2", "server_encoding": "UNICODE", "is_superuser": "off", "session_authorization": "stitch",
		"datestyle": "ISO, MDY", "application_name": "unset", "integer_datetimes": "on", "padb_version": "1.0.52943",
		"server_protocol_version":     "0",
		"standard_conforming_strings": "", "DateStyle": "", "IntervalStyle": "", "in_hot_standby": "", "scram_iterations": "",
	} {
		if got := conn.ParameterStatus(name); got != want {
			t.Errorf("%s is reported as %q, want %q", name, got, want)
		}
	}
	if _, err := conn.Exec(t.Context(), `SET datestyle TO 'German'`).ReadAll(); err != nil {
		t.Fatal(err)
	}
	if got := conn.ParameterStatus("datestyle"); got != "German, DMY" || conn.ParameterStatus("DateStyle") != "" {
		t.Errorf("datestyle is reported as %q after a change", got)
	}
}

func TestShowTellsRedshiftsSettings(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	for name, want := range map[string]string{
		"server_version": "8.0.2", "statement_timeout": "45000", "enable_case_sensitive_identifier": "off", "transaction_read_only": "off",
		"Server_Encoding": "UNICODE",
	} {
		rows, _ := conn.Query(t.Context(), "SHOW "+name)
		got, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[string])
		if err != nil || got != want {
			t.Errorf("SHOW %s tells %q, %v; want %q", name, got, err, want)
		}
		if column := rows.FieldDescriptions()[0].Name; column != strings.ToLower(name) {
			t.Errorf("SHOW %s tells a column %s", name, column)
		}
	}
	var refused *pgconn.PgError
	if _, err := conn.Exec(t.Context(), "SHOW no_such_parameter"); !errors.As(err, &refused) || refused.Code != "42704" {
		t.Errorf("SHOW of a parameter that is not there: %v", err)
	}
	results, err := conn.PgConn().Exec(t.Context(), "SET statement_timeout TO 30000; SHOW statement_timeout; ROLLBACK").ReadAll()
	if err != nil || len(results) != 3 || len(results[1].Rows) != 1 || string(results[1].Rows[0][0]) != "30000" {
		t.Errorf("SHOW among others: %v, %v", results, err)
	}
}

func TestRefusedSQL(t *testing.T) {
	const specified = "Specified types or functions (one per INFO message) not supported on Redshift tables."
	var info []string
	conn := connect(t, start(t, nil), func(c *pgx.ConnConfig) {
		c.OnNotice = func(_ *pgconn.PgConn, n *pgconn.Notice) { info = append(info, n.Severity+": "+n.Message) }
	})
	for text, want := range map[string]struct {
		code, message string
		info          []string
	}{
		`SELECT string_agg(usename, ',') FROM pg_user`:       {"42883", "function string_agg() does not exist", nil},
		`SELECT pg_sleep(0)`:                                 {"42883", "function pg_sleep() does not exist", nil},
		`SELECT * FROM pg_roles`:                             {"42P01", `relation "pg_roles" does not exist`, nil},
		`SELECT 1 FROM pg_class c, LATERAL (SELECT c.oid) x`: {"42601", `syntax error at or near "lateral"`, nil},
		`SELECT 1 WHERE 1 IS DISTINCT FROM 2`:                {"0A000", "IS DISTINCT FROM is not supported", nil},
		`SELECT 'a\b'`:                                       {"XX000", "a backslash in a literal means one thing on Redshift and another on PostgreSQL", nil},
		`ROLLBACK TO SAVEPOINT x`:                            {"0A000", "ROLLBACK TO SAVEPOINT is not supported", nil},
		`SELECT has_schema_privilege('hubspot', 'USAGE'), current_schema() FROM svv_user_grants`: {
			"0A000", specified,
			[]string{`INFO: Function "has_schema_privilege()" not supported.`, `INFO: Function "current_schema()" not supported.`},
		},
		// The server's own, in the words of 8.0.
		`SELECT * FROM finance.budget`:  {"42501", "permission denied for schema finance", nil},
		`SELECT * FROM hubspot.deals`:   {"42501", "permission denied for relation deals", nil},
		`SELECT * FROM pg_redshift.nix`: {"42501", "permission denied for schema pg_redshift", nil},
	} {
		t.Run(text, func(t *testing.T) {
			check := func(how string, err error) {
				t.Helper()
				var refused *pgconn.PgError
				if !errors.As(err, &refused) || refused.Code != want.code || refused.Message != want.message || refused.SeverityUnlocalized != "" {
					t.Errorf("%s: %v, want %s: %s", how, err, want.code, want.message)
				}
				if !slices.Equal(info, want.info) {
					t.Errorf("%s: notices %q, want %q", how, info, want.info)
				}
				info = nil
			}
			_, err := conn.Exec(t.Context(), text, pgx.QueryExecModeExec)
			check("in Parse", err)
			_, err = conn.PgConn().Exec(t.Context(), text).ReadAll()
			check("in a simple query", err)

			// It is an error like others: a transaction is over with it.
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = tx.Exec(t.Context(), text, pgx.QueryExecModeExec)
			check("in a transaction", err)
			var refused *pgconn.PgError
			if _, err := tx.Exec(t.Context(), `SELECT 1`); !errors.As(err, &refused) || refused.Code != "25P02" {
				t.Errorf("the transaction goes on: %v", err)
			}
			if err := tx.Rollback(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWordsInLiteralsAreNotRefused(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	var text, value string
	err := conn.QueryRow(t.Context(), `SELECT 'string_agg(x) FROM pg_roles', $1 -- pg_sleep(1)`, `it's \ unnest(x)`).Scan(&text, &value)
	if err != nil || text != "string_agg(x) FROM pg_roles" || value != `it's \ unnest(x)` {
		t.Errorf("%q, %q, %v", text, value, err)
	}
}

// The parameters of a refused statement have nothing to be bound to.
func TestARefusedStatementWithParameters(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	for range 2 {
		var refused *pgconn.PgError
		if _, err := conn.Exec(t.Context(), `SELECT format($1, $2)`, "a", "b"); !errors.As(err, &refused) || refused.Code != "42883" {
			t.Fatal(err)
		}
		var sum int
		if err := conn.QueryRow(t.Context(), `SELECT $1::int + 1`, 1).Scan(&sum); err != nil || sum != 2 {
			t.Fatalf("%d, %v", sum, err)
		}
	}
}

// Redshift takes several statements in a simple query and one in Parse
// (aws/amazon-redshift-python-driver#82; "VACUUM cannot run inside a multiple
// commands statement" is another of its errors).
func TestSeveralStatementsInOneText(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	if _, err := conn.PgConn().Exec(t.Context(), `ROLLBACK; BEGIN READ ONLY`).ReadAll(); err != nil || conn.PgConn().TxStatus() != 'T' {
		t.Errorf("status %c, %v", conn.PgConn().TxStatus(), err)
	}
	result := conn.PgConn().ExecParams(t.Context(), `SELECT 1; SELECT 2`, nil, nil, nil, nil).Read()
	var refused *pgconn.PgError
	if !errors.As(result.Err, &refused) || refused.Code != "42601" || refused.Message != "cannot insert multiple commands into a prepared statement" {
		t.Errorf("%v", result.Err)
	}
}

func TestAReadOnlyTransactionCannotWrite(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	tx, err := conn.BeginTx(t.Context(), pgx.TxOptions{AccessMode: pgx.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	var refused *pgconn.PgError
	if _, err := tx.Exec(t.Context(), `CREATE SCHEMA written`); !errors.As(err, &refused) || refused.Code != "25006" || refused.Message != "transaction is read-only" {
		t.Errorf("%v", err)
	}
}

const endless = `SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c`

func TestRequestsToCancelReachTheServer(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	began := make(chan struct{})
	go func() {
		for {
			select {
			case <-began:
				return
			case <-time.After(20 * time.Millisecond):
				conn.PgConn().CancelRequest(context.Background())
			}
		}
	}()
	_, err := conn.PgConn().Exec(t.Context(), endless).ReadAll()
	close(began)
	var canceled *pgconn.PgError
	if !errors.As(err, &canceled) || canceled.Code != "57014" || canceled.Message != "canceling query due to user request" {
		t.Errorf("%v", err)
	}
}

func TestAStatementThatRunsTooLong(t *testing.T) {
	conn := connect(t, start(t, nil), nil)
	if _, err := conn.Exec(t.Context(), `SET statement_timeout TO 20`); err != nil {
		t.Fatal(err)
	}
	var canceled *pgconn.PgError
	if _, err := conn.Exec(t.Context(), endless); !errors.As(err, &canceled) || canceled.Code != "57014" {
		t.Errorf("%v", err)
	}
	if _, err := conn.Exec(t.Context(), `SELECT 1`); err != nil {
		t.Errorf("the connection afterwards: %v", err)
	}
}

func TestTheFrontNotesWhatItWasAsked(t *testing.T) {
	front := start(t, nil)
	conn := connect(t, front, nil)
	conn.Exec(t.Context(), `SELECT 1`)
	conn.Exec(t.Context(), `SELECT pg_sleep($1)`, 1)
	conn.Exec(t.Context(), `SHOW server_version`)
	want := []redshiftfront.Statement{
		{User: "stitch", Database: "dw", Text: `SELECT 1`},
		{User: "stitch", Database: "dw", Text: `SELECT pg_sleep($1)`, SQLState: "42883"},
		{User: "stitch", Database: "dw", Text: `SHOW server_version`},
	}
	if got := front.Statements(); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// Every view is there, and everybody may ask it.
func TestViewsOfRedshift(t *testing.T) {
	admin(t, database(t, `
INSERT INTO pg_redshift.database_privileges (database_name, privilege_type, identity_name, identity_type) VALUES
	('dw', 'TEMP', 'public', 'public'), ('dw', 'CREATE', 'loaders', 'group'), ('dw', 'CREATE', 'auditor', 'user');
INSERT INTO pg_redshift.external_schemas (schemaname) VALUES ('hubspot'), ('finance'), ('nowhere');`), ``)
	front := start(t, nil)
	conn := connect(t, front, func(c *pgx.ConnConfig) { c.Database = "testviewsofredshift" })
	for text, want := range map[string][]string{
		`SELECT user_name FROM svv_user_info`:                                             {"stitch"},
		`SELECT identity_name FROM svv_database_privileges`:                               {"loaders", "public"},
		`SELECT schemaname FROM svv_external_schemas`:                                     {"hubspot"},
		`SELECT database_type FROM svv_redshift_databases WHERE database_name = 'dw'`:     {"local"},
		`SELECT table_name FROM svv_tables WHERE table_schema = 'hubspot'`:                {"contacts", "names"},
		`SELECT user_name FROM stv_sessions WHERE db_name = 'testviewsofredshift'`:        {"stitch"},
		`SELECT role_name FROM svv_role_grants`:                                           {},
		`SELECT identity_name FROM pg_catalog.svv_schema_privileges`:                      {},
		`SELECT relation_name FROM svv_relation_privileges`:                               {},
		`SELECT role_name FROM svv_user_grants WHERE user_name = 'stitch'`:                {},
		`SELECT system_privilege FROM svv_system_privileges WHERE identity_type = 'role'`: {},
	} {
		rows, _ := conn.Query(t.Context(), text)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", text, got, err, want)
		}
	}
}
