//go:build unix

package redshift

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/internal/postgres"
)

// server is shared by the tests of this package; each has databases of its own.
var server *postgres.Server

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	ctx := context.Background()
	var err error
	server, err = postgres.Start(ctx, postgres.Options{
		TCP: true,
		TLS: true,
		HostLines: []string{
			"hostssl all tls_only 127.0.0.1/32 scram-sha-256",
			"host all md5_user 127.0.0.1/32 md5",
			"host all clear_text_user 127.0.0.1/32 password",
			"host all stitch,auditor,boss,limited,expired,no_connect,nosuch,Odd.User 127.0.0.1/32 scram-sha-256",
		},
		Settings: map[string]string{
			"log_statement":             "all",
			"log_line_prefix":           "%a~",
			"autovacuum":                "off", // it would change the catalogs between two looks
			"max_locks_per_transaction": "512", // for ten thousand tables in one transaction
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop()
	for _, script := range []struct{ database, sql string }{{"postgres", usersSQL}, {"dw", warehouseSQL}} {
		if _, err := server.SQL(ctx, script.database, script.sql); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}

var quotedCanary = "'" + strings.ReplaceAll(canary, "'", "''") + "'"

var usersSQL = `
CREATE ROLE stitch LOGIN PASSWORD ` + quotedCanary + ` VALID UNTIL '2100-01-01 00:00:00+02';
CREATE ROLE auditor LOGIN PASSWORD ` + quotedCanary + `;
CREATE ROLE boss SUPERUSER LOGIN PASSWORD ` + quotedCanary + `;
CREATE ROLE tls_only LOGIN PASSWORD ` + quotedCanary + `;
CREATE ROLE clear_text_user LOGIN PASSWORD ` + quotedCanary + `;
CREATE ROLE limited LOGIN CONNECTION LIMIT 0 PASSWORD ` + quotedCanary + `;
CREATE ROLE expired LOGIN PASSWORD ` + quotedCanary + ` VALID UNTIL '2001-01-01';
CREATE ROLE no_connect LOGIN PASSWORD ` + quotedCanary + `;
CREATE ROLE "Odd.User" LOGIN CREATEDB PASSWORD ` + quotedCanary + ` VALID UNTIL 'infinity';
SET password_encryption = 'md5';
CREATE ROLE md5_user LOGIN PASSWORD ` + quotedCanary + `;
CREATE ROLE etl_admin NOLOGIN;
CREATE ROLE "Loaders" NOLOGIN;
CREATE ROLE all_loaders NOLOGIN;
GRANT "Loaders" TO stitch;
GRANT all_loaders TO "Loaders";
ALTER ROLE stitch SET statement_timeout TO '45s';
ALTER ROLE auditor SET datestyle TO 'German, DMY';
ALTER ROLE auditor SET timezone TO 'Asia/Kolkata';
CREATE DATABASE dw OWNER etl_admin;
CREATE DATABASE closed;
REVOKE CONNECT ON DATABASE closed FROM PUBLIC;
GRANT CREATE ON DATABASE dw TO all_loaders;
`

const warehouseSQL = `
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA hubspot AUTHORIZATION stitch;
CREATE SCHEMA "Mixed.Case ""q" AUTHORIZATION etl_admin;
GRANT USAGE ON SCHEMA "Mixed.Case ""q" TO PUBLIC;
CREATE SCHEMA finance AUTHORIZATION etl_admin;

CREATE TABLE hubspot.contacts (id int, _sdc_sequence bigint, _sdc_batched_at timestamp);
COMMENT ON TABLE hubspot.contacts IS '{"primary_keys":["id"]}';
COMMENT ON COLUMN hubspot.contacts.id IS 'a column has comments too';
ALTER TABLE hubspot.contacts OWNER TO stitch;
CREATE TABLE hubspot.deals (id int, _sdc_batched_at timestamp, _sdc_sequence bigint);
ALTER TABLE hubspot.deals DROP COLUMN _sdc_batched_at;
ALTER TABLE hubspot.deals OWNER TO etl_admin;
CREATE TABLE "Mixed.Case ""q"."Odd ""T.able" (id int) PARTITION BY RANGE (id);
COMMENT ON TABLE "Mixed.Case ""q"."Odd ""T.able" IS E'two\nlines and a ''quote''';
CREATE VIEW hubspot.all_contacts AS SELECT * FROM hubspot.contacts;
CREATE MATERIALIZED VIEW hubspot.counted AS SELECT count(*) FROM hubspot.contacts;
CREATE INDEX ON hubspot.contacts (id);
CREATE SEQUENCE hubspot.numbers;
CREATE FOREIGN DATA WRAPPER elsewhere;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;
CREATE FOREIGN TABLE finance.far (id int) SERVER elsewhere;
CREATE TABLE finance.mv_tbl__budget__0 (id int);
`

// copyOfWarehouse makes a database like dw, changed by a script, for one test.
func copyOfWarehouse(t *testing.T, script string) string {
	t.Helper()
	name := "t" + strings.ToLower(strings.NewReplacer("/", "_", " ", "_", "'", "", ",", "").Replace(t.Name()))
	name = name[:min(len(name), 60)]
	admin(t, "postgres", `CREATE DATABASE "`+name+`" TEMPLATE dw`)
	t.Cleanup(func() {
		if _, err := server.SQL(context.Background(), "postgres", `DROP DATABASE "`+name+`"`); err != nil {
			t.Error(err)
		}
	})
	admin(t, name, script)
	return name
}

// admin runs a script as the superuser.
func admin(t testing.TB, database, script string) string {
	t.Helper()
	out, err := server.SQL(t.Context(), database, script)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// as are the options for a login at the shared server that asks about stitch.
func as(login, database string) Options {
	return Options{
		Host: server.Host, Port: server.Port, Database: database, Login: login, Password: canary,
		CAFile: server.CAFile, User: "stitch", Markers: []string{"_sdc_batched_at", "_sdc_sequence"},
		CommentKey: "primary_keys", Prefixes: []string{"_sdc"}, Suffixes: []string{"__st", "__de"},
		LoginTimeout: 20 * time.Second,
	}
}
