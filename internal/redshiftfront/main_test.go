//go:build unix

package redshiftfront_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/redshift"
	"github.com/rscheck/rscheck/internal/postgres"
	"github.com/rscheck/rscheck/internal/redshiftfront"
	"github.com/rscheck/rscheck/internal/redshiftsql"
)

// server is the PostgreSQL behind the fronts of all tests.
var server *postgres.Server

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	ctx := context.Background()
	var err error
	server, err = postgres.Start(ctx, postgres.Options{TCP: true, TLS: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop()
	if _, err := server.SQL(ctx, "postgres", usersSQL); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := redshiftfront.Prepare(ctx, server, "dw"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if _, err := server.SQL(ctx, "dw", warehouseSQL); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

const password = "Secret-1"

const usersSQL = `
CREATE ROLE stitch LOGIN PASSWORD '` + password + `' VALID UNTIL '2100-01-01 00:00:00+02';
CREATE ROLE auditor LOGIN PASSWORD '` + password + `';
CREATE ROLE boss SUPERUSER LOGIN PASSWORD '` + password + `';
CREATE ROLE limited LOGIN CONNECTION LIMIT 0;
CREATE ROLE digested LOGIN;
CREATE ROLE identified LOGIN;
CREATE ROLE expired LOGIN;
CREATE ROLE clear_text LOGIN;
CREATE ROLE etl_admin NOLOGIN;
CREATE ROLE loaders NOLOGIN;
GRANT loaders TO stitch;
ALTER ROLE stitch SET statement_timeout TO '45s';
CREATE DATABASE dw OWNER etl_admin;
GRANT CREATE ON DATABASE dw TO loaders;
`

const warehouseSQL = `
CREATE SCHEMA hubspot AUTHORIZATION stitch;
CREATE TABLE hubspot.contacts (id int, _sdc_batched_at timestamp);
COMMENT ON TABLE hubspot.contacts IS '{"primary_keys":["id"]}';
ALTER TABLE hubspot.contacts OWNER TO stitch;
CREATE TABLE hubspot.deals (id int, _sdc_batched_at timestamp);
ALTER TABLE hubspot.deals OWNER TO etl_admin;
CREATE VIEW hubspot.names AS SELECT id FROM hubspot.contacts;
ALTER VIEW hubspot.names OWNER TO etl_admin;
GRANT SELECT ON hubspot.names TO stitch;
CREATE SCHEMA finance AUTHORIZATION etl_admin;
CREATE TABLE finance.budget (id int);
ALTER TABLE finance.budget OWNER TO etl_admin;
`

// start starts a front for the tests' users.
func start(t *testing.T, change func(*redshiftfront.Options)) *redshiftfront.Front {
	t.Helper()
	options := redshiftfront.Options{Server: server, Users: map[string]redshiftfront.User{
		"stitch":     {Password: password},
		"auditor":    {Password: password},
		"boss":       {Password: password},
		"limited":    {Password: password},
		"clear_text": {Password: password, Method: redshiftfront.ClearText},
		"digested":   {Password: password, Method: redshiftfront.Digest},
		"identified": {Method: redshiftfront.IdentityProvider},
		"expired":    {Password: password, Expired: true},
	}}
	if change != nil {
		change(&options)
	}
	return redshiftfront.Start(t, options)
}

// as are the options for a login at a front that asks about stitch.
func as(f *redshiftfront.Front, login, database string) redshift.Options {
	return redshift.Options{
		Host: f.Host, Port: f.Port, Database: database, Login: login, Password: password, CAFile: f.CAFile,
		User: "stitch", Markers: []string{"_sdc_batched_at"}, LoginTimeout: 20 * time.Second,
	}
}

// observe observes through a front. Whatever it was asked must be Redshift's SQL
// and read-only.
func observe(t *testing.T, f *redshiftfront.Front, options redshift.Options) *facts.Target {
	t.Helper()
	target := &facts.Target{}
	if err := redshift.Observe(t.Context(), options, target); err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Statements() {
		verdict := redshiftsql.Check(s.Text)
		if s.SQLState != "" || !verdict.ReadOnly() || len(verdict.On(redshiftsql.Redshift)) > 0 {
			t.Errorf("the front was asked %q: %v, read-only %t", s.Text, verdict.Problems, verdict.ReadOnly())
		}
	}
	return target
}

// database makes a database like dw, changed by a script, for one test.
func database(t *testing.T, script string) string {
	t.Helper()
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(t.Name()))
	name = name[:min(len(name), 60)]
	admin(t, "postgres", `CREATE DATABASE "`+name+`" TEMPLATE dw`)
	t.Cleanup(func() {
		if _, err := server.SQL(context.Background(), "postgres", `DROP DATABASE "`+name+`" WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	admin(t, name, script)
	return name
}

func admin(t *testing.T, database, script string) string {
	t.Helper()
	out, err := server.SQL(t.Context(), database, script)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// lacking lists what is unknown, a line each.
func lacking(target *facts.Target) []string {
	lines := []string{}
	for _, u := range target.Unknown {
		lines = append(lines, fmt.Sprintf("%s: %s: %s", u.Path, u.Reason, u.Detail))
	}
	slices.Sort(lines)
	return lines
}
