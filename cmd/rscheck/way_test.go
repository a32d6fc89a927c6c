package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/postgres"
)

const wayPassword = "canary-way-5f3a"

const waySQL = `
CREATE USER stitch PASSWORD '` + wayPassword + `' VALID UNTIL '2100-01-01 00:00:00+02';
CREATE USER auditor PASSWORD '` + wayPassword + `';
ALTER USER auditor SET datestyle TO 'German, DMY';
ALTER USER auditor SET timezone TO 'Asia/Kolkata';
ALTER USER stitch SET statement_timeout TO '45s';
CREATE GROUP loaders USER stitch;
CREATE DATABASE dw;
GRANT CREATE ON DATABASE dw TO stitch;
\connect dw
CREATE SCHEMA hubspot AUTHORIZATION stitch;
CREATE TABLE hubspot.deals (id bigint, _sdc_batched_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint);
CREATE TABLE hubspot."Odd : name" (id bigint, _sdc_batched_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint);
COMMENT ON TABLE hubspot.deals IS '';
COMMENT ON TABLE hubspot."Odd : name" IS '{"primary_keys":[":p1"]}';
CREATE VIEW hubspot.open_deals AS SELECT id FROM hubspot.deals;
`

// What is seen over the Data API is what is seen over a connection, but for the
// login itself, whoever looks.
func TestTheDataAPISeesWhatAConnectionSees(t *testing.T) {
	server := postgres.Test(t, postgres.Options{TCP: true, TLS: true})
	if _, err := server.SQL(t.Context(), "postgres", waySQL); err != nil {
		t.Fatal(err)
	}
	logins := &fakeaws.Logins{}
	logins.Data = dataAPIOf(t.Context(), server, logins)
	cloud := fakeaws.Healthy(northAmerica...)
	cloud.Region(fakeaws.RegionName).Logins = logins
	aws := play(t, cloud)
	t.Setenv("RSCHECK_PASSWORD", wayPassword)
	for name, tc := range map[string]struct{ login, script string }{
		"as the loader's user": {"stitch", ""},
		"as another user":      {"auditor", ""},
		"as a superuser":       {"postgres", "ALTER USER postgres PASSWORD '" + wayPassword + "'"},
		"a catalog refused":    {"stitch", "REVOKE SELECT ON pg_catalog.pg_description, pg_catalog.pg_settings FROM PUBLIC"},
		"the user refused":     {"stitch", "REVOKE SELECT ON pg_catalog.pg_user, pg_catalog.pg_class FROM PUBLIC"},
		"USAGE refused":        {"stitch", "REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC"},
		"pg_catalog refused":   {"auditor", "REVOKE USAGE ON SCHEMA pg_catalog FROM PUBLIC"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := server.SQL(t.Context(), "dw", undo+tc.script); err != nil {
				t.Fatal(err)
			}
			connected := seen(t, "--host", "localhost", "--port", strconv.Itoa(server.Port), "--ca-file", server.CAFile, "--login", tc.login)
			logins.Data.End()
			remote := seen(t, "--via", "data-api", "--login", tc.login)
			if got := remote.Database.Login; got.Outcome != facts.LoggedIn || got.User != tc.login || got.Via != "data-api" {
				t.Errorf("login: %+v", got)
			}
			if connected.Database.Login.Outcome != facts.LoggedIn || len(connected.Database.Relations) == 0 && len(connected.Unknown) == 0 {
				t.Errorf("nothing to compare with: %+v", connected.Database.Login)
			}
			connected.Database.Login, remote.Database.Login = facts.Login{}, facts.Login{}
			if diff := cmp.Diff(connected, remote); diff != "" {
				t.Errorf("over a connection and over the Data API (-+):\n%s", diff)
			}
		})
	}
	for _, r := range aws.Requests() {
		if r.Refused {
			t.Errorf("%s was refused: it would write", r.Operation)
		}
	}
}

const undo = `
GRANT SELECT ON pg_catalog.pg_description, pg_catalog.pg_settings, pg_catalog.pg_user, pg_catalog.pg_class TO PUBLIC;
GRANT USAGE ON SCHEMA information_schema, pg_catalog TO PUBLIC;
`

// seen is the target that rscheck collect sees.
func seen(t *testing.T, args ...string) facts.Target {
	t.Helper()
	path := filepath.Join(t.TempDir(), "facts.json")
	var stdout, stderr bytes.Buffer
	args = append([]string{"collect", "--cluster", fakeaws.ClusterName, "--database", "dw", "-o", path}, args...)
	if args[6] == "--via" {
		defer os.Setenv("RSCHECK_PASSWORD", os.Getenv("RSCHECK_PASSWORD"))
		os.Unsetenv("RSCHECK_PASSWORD")
	}
	if code := Main(args, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), wayPassword) {
		t.Error("the password came out")
	}
	snapshot, err := facts.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(snapshot.Targets) != 1 {
		t.Fatalf("%d targets", len(snapshot.Targets))
	}
	return snapshot.Targets[0]
}
