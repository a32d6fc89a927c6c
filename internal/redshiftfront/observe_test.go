//go:build unix

package redshiftfront_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/redshift"
	"github.com/rscheck/rscheck/internal/redshiftfront"
)

func TestAScanOfRedshift(t *testing.T) {
	front := start(t, nil)
	target := observe(t, front, as(front, "stitch", "dw"))
	if got := lacking(target); len(got) > 0 {
		t.Errorf("unknown: %q", got)
	}
	db := target.Database
	if db.Login.Outcome != facts.LoggedIn || db.Login.TLS != "TLS 1.3" || !db.Login.Verified {
		t.Errorf("login %+v", db.Login)
	}
	if db.Version != redshiftfront.Version || db.Type != "local" {
		t.Errorf("version %q, type %q", db.Version, db.Type)
	}
	settings := map[string]string{}
	for _, s := range db.Settings {
		settings[s.Name] = s.Value
	}
	want := map[string]string{
		"statement_timeout": "45000", "server_version": "8.0.2", "datestyle": "ISO, MDY", "search_path": `"$user", public`,
		"default_transaction_read_only": "off", "enable_case_sensitive_identifier": "off", "metadata_security": "off", "timezone": settings["timezone"],
	}
	if diff := cmp.Diff(want, settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}

	// The rest is what PostgreSQL tells without the front.
	direct := &facts.Target{}
	options := as(front, "stitch", "dw")
	options.Host, options.Port, options.CAFile = server.Host, server.Port, server.CAFile
	if err := redshift.Observe(t.Context(), options, direct); err != nil {
		t.Fatal(err)
	}
	db.Login, db.Settings = direct.Database.Login, direct.Database.Settings
	if diff := cmp.Diff(direct.Database, db); diff != "" {
		t.Errorf("without the front (-) and through it (+):\n%s", diff)
	}
	if len(db.Relations) != 4 || !db.CanCreate || !slices.Equal(db.Groups, []string{"loaders"}) {
		t.Errorf("little was observed: %+v", db)
	}
}

// What tells that a database is from a datashare is told there, too.
func TestADatabaseFromADatashare(t *testing.T) {
	name := database(t, `INSERT INTO pg_redshift.redshift_databases (database_name, database_type) SELECT current_database(), 'shared'`)
	front := start(t, func(o *redshiftfront.Options) {
		o.Faults = map[string]redshiftfront.Fault{name: {Does: redshiftfront.NoReadOnly}}
	})
	target := &facts.Target{}
	if err := redshift.Observe(t.Context(), as(front, "stitch", name), target); err != nil {
		t.Fatal(err)
	}
	db := target.Database
	if db.Version != redshiftfront.Version || db.Name != name || db.Type != "shared" {
		t.Errorf("version %q, name %q, type %q", db.Version, db.Name, db.Type)
	}
	for _, path := range []string{"database.user", "database.can_create", "database.schemas", "database.relations"} {
		if lack := target.LackingWithin(path); len(lack) == 0 {
			t.Errorf("%s is known", path)
		}
	}
}

// svv_ views show regular users their own rows.
func TestRolesAreSeenAsRedshiftShowsThem(t *testing.T) {
	const granted = `
INSERT INTO pg_redshift.user_grants (user_name, role_name) VALUES ('stitch', 'loading'), ('somebody', 'reading');
INSERT INTO pg_redshift.role_grants (role_name, granted_role_name) VALUES ('loading', 'making');
INSERT INTO pg_redshift.system_privileges VALUES ('CREATE SCHEMA', 1, 'making', 'role'), ('EXPLAIN RLS', 2, 'reading', 'role');
`
	making := facts.RolePrivilege{Role: "making", Privilege: "CREATE SCHEMA"}
	for name, tc := range map[string]struct {
		login, script string
		roles         []string
		privileges    []facts.RolePrivilege
		unknown       bool
	}{
		"the user itself": {"stitch", granted, []string{"loading"}, []facts.RolePrivilege{making}, false},
		"a superuser": {
			"boss", granted,
			[]string{"loading"},
			[]facts.RolePrivilege{making, {Role: "reading", Privilege: "EXPLAIN RLS"}},
			false,
		},
		"another user": {
			"auditor", granted,
			[]string{},
			[]facts.RolePrivilege{},
			true,
		},
		"another user whose role has ACCESS SYSTEM TABLE": {
			"auditor", granted + `
INSERT INTO pg_redshift.user_grants (user_name, role_name) VALUES ('auditor', 'auditing');
INSERT INTO pg_redshift.role_grants (role_name, granted_role_name) VALUES ('auditing', 'seeing');
INSERT INTO pg_redshift.system_privileges VALUES ('ACCESS SYSTEM TABLE', 3, 'seeing', 'role');`,
			[]string{"loading"},
			[]facts.RolePrivilege{making, {Role: "reading", Privilege: "EXPLAIN RLS"}, {Role: "seeing", Privilege: "ACCESS SYSTEM TABLE"}},
			false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			front := start(t, nil)
			target := observe(t, front, as(front, tc.login, database(t, tc.script)))
			if diff := cmp.Diff(tc.roles, target.Database.Roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.privileges, target.Database.RolePrivileges); diff != "" {
				t.Errorf("privileges of roles (-want +got):\n%s", diff)
			}
			for _, path := range []string{"database.roles", "database.role_privileges"} {
				if lack := target.Lacking(path); (len(lack) > 0) != tc.unknown {
					t.Errorf("%s is unknown for %+v, want %t", path, lack, tc.unknown)
				}
			}
		})
	}
}

func TestDatabasesOfADatashareAndHiddenOnes(t *testing.T) {
	front := start(t, nil)
	shared := database(t, ``)
	admin(t, shared, `INSERT INTO pg_redshift.redshift_databases (database_name) VALUES (current_database())`)
	if target := observe(t, front, as(front, "stitch", shared)); target.Database.Type != "shared" {
		t.Errorf("type %q of a database from a datashare", target.Database.Type)
	}
	admin(t, shared, `UPDATE pg_redshift.redshift_databases SET hidden = true`)
	if target := observe(t, front, as(front, "stitch", shared)); len(target.Lacking("database.type")) != 1 {
		t.Errorf("type %q of a database that is not shown", target.Database.Type)
	}
	if target := observe(t, front, as(front, "boss", shared)); target.Database.Type != "shared" {
		t.Errorf("type %q of a database that is shown to superusers", target.Database.Type)
	}
}

// Whether Redshift folds the names in logins is not known. Where it lets in a user
// that it lists under another name, nothing is said of the one that it does not list.
func TestALoginUnderAnotherNameThanTheUsers(t *testing.T) {
	front := start(t, nil)
	target := observe(t, front, as(front, "stitch", database(t, `SET allow_system_table_mods = on;
CREATE OR REPLACE VIEW pg_catalog.pg_user AS
	SELECT CASE usename WHEN 'stitch' THEN 'Stitch' ELSE usename END AS usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls,
		'********'::text AS passwd, valuntil, useconfig
	FROM pg_catalog.pg_shadow;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO stitch', current_database()); END $$`)))
	lack := target.Lacking("database.user")
	if len(lack) != 1 || lack[0].Reason != facts.Inconsistent {
		t.Errorf("user %+v, unknown: %+v", target.Database.User, lack)
	}
	if len(target.Lacking("database.can_create")) > 0 || !target.Database.CanCreate {
		t.Error("what the session may do is not told")
	}
}

// Sessions make schemas and tables of their own and drop them at any time. The
// functions of PostgreSQL 8.0 raise an error for what is gone, newer ones are NULL.
func TestWhatOtherSessionsDropMeanwhile(t *testing.T) {
	front := start(t, nil)
	name := database(t, `SET allow_system_table_mods = on;
CREATE SCHEMA pg_temporary_99 AUTHORIZATION stitch;
CREATE TABLE pg_temporary_99.staged (id int);
ALTER TABLE pg_temporary_99.staged OWNER TO stitch;
CREATE FUNCTION pg_catalog.gone(what text) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% does not exist', what USING ERRCODE = '3F000'; END $$;
CREATE OR REPLACE FUNCTION pg_catalog.has_schema_privilege(text, text) RETURNS bool LANGUAGE sql AS $$
	SELECT CASE $1 WHEN 'pg_temporary_99' THEN pg_catalog.gone($1)
		ELSE pg_catalog.has_schema_privilege(pg_catalog.to_regnamespace(pg_catalog.quote_ident($1))::oid, $2) END
$$;
CREATE OR REPLACE FUNCTION pg_catalog.has_table_privilege(oid, text) RETURNS bool LANGUAGE sql AS $$
	SELECT CASE $1 WHEN 'pg_temporary_99.staged'::regclass THEN pg_catalog.gone('pg_temporary_99.staged')
		ELSE pg_catalog.has_table_privilege($1::regclass::text, $2) END
$$;`)
	target := observe(t, front, as(front, "stitch", name))
	if got := lacking(target); len(got) > 0 {
		t.Errorf("unknown: %q", got)
	}
}

func TestRefusalsOfCatalogsNameTheCure(t *testing.T) {
	front := start(t, nil)
	name := database(t, `REVOKE SELECT ON pg_catalog.pg_description, pg_catalog.pg_settings, pg_catalog.svv_user_grants FROM PUBLIC`)
	target := observe(t, front, as(front, "stitch", name))
	want := []string{
		"database.comments: access_denied: grant SELECT on pg_catalog.pg_description to stitch",
		"database.role_privileges: access_denied: grant SELECT on svv_user_grants to stitch",
		"database.roles: access_denied: grant SELECT on svv_user_grants to stitch",
	}
	if diff := cmp.Diff(want, lacking(target)); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	// SHOW is for everybody, and tells milliseconds without a unit.
	if want := []facts.Setting{{Name: "default_transaction_read_only", Value: "off"}, {Name: "statement_timeout", Value: "45000"}}; !slices.Equal(target.Database.Settings, want) {
		t.Errorf("settings %v", target.Database.Settings)
	}
}

func TestMetadataSecurity(t *testing.T) {
	const access = `
INSERT INTO pg_redshift.user_grants (user_name, role_name) VALUES ('auditor', 'auditing');
INSERT INTO pg_redshift.system_privileges VALUES ('ACCESS CATALOG', 1, 'auditing', 'role');`
	const (
		told   = `UPDATE pg_redshift.settings SET setting = 'on' WHERE name = 'metadata_security';`
		untold = `DELETE FROM pg_redshift.settings WHERE name = 'metadata_security';`
	)
	everything := []string{"finance.budget", "hubspot.contacts", "hubspot.deals", "hubspot.names"}
	for name, tc := range map[string]struct {
		login, script string
		secured       bool
		schemas       []string
		relations     []string
		unknown       bool
	}{
		"off": {"stitch", ``, false, []string{"finance", "hubspot"}, everything, false},
		"what the user owns or may read": {
			"stitch", told, true,
			[]string{"hubspot"},
			[]string{"hubspot.contacts", "hubspot.names"},
			true,
		},
		"what PUBLIC may read": {
			"auditor", told + `GRANT USAGE ON SCHEMA finance TO PUBLIC; GRANT SELECT ON finance.budget TO PUBLIC`, true,
			[]string{"finance"},
			[]string{"finance.budget"},
			true,
		},
		"what a role may read": {
			"auditor", told + `
INSERT INTO pg_redshift.user_grants (user_name, role_name) VALUES ('auditor', 'reading');
INSERT INTO pg_redshift.schema_privileges (namespace_name, privilege_type, identity_name, identity_type) VALUES ('hubspot', 'USAGE', 'reading', 'role');
INSERT INTO pg_redshift.relation_privileges VALUES ('hubspot', 'deals', 'SELECT', 1, 'reading', 'role');`, true,
			[]string{"hubspot"},
			[]string{"hubspot.deals"},
			true,
		},
		"on, and the server does not tell": {"stitch", untold, true, []string{"hubspot"}, []string{"hubspot.contacts", "hubspot.names"}, true},
		"off, and what is seen proves it":  {"stitch", untold, false, []string{"finance", "hubspot"}, everything, false},
		"on, not told, and a role lets it see": {
			"stitch", untold + `
INSERT INTO pg_redshift.user_grants (user_name, role_name) VALUES ('stitch', 'reading');
INSERT INTO pg_redshift.schema_privileges (namespace_name, privilege_type, identity_name, identity_type) VALUES ('finance', 'USAGE', 'reading', 'role');`, true,
			[]string{"finance", "hubspot"},
			[]string{"hubspot.contacts", "hubspot.names"},
			true,
		},
		"on, not told, and CREATE lets it see": {
			"stitch", untold + `GRANT CREATE ON SCHEMA finance TO stitch`, true,
			[]string{"finance", "hubspot"},
			[]string{"hubspot.contacts", "hubspot.names"},
			true,
		},
		"a superuser":         {"boss", told, true, []string{"finance", "hubspot"}, everything, false},
		"a role that sees it": {"auditor", told + access, true, []string{"finance", "hubspot"}, everything, false},
	} {
		t.Run(name, func(t *testing.T) {
			front := start(t, func(o *redshiftfront.Options) { o.MetadataSecurity = tc.secured })
			target := observe(t, front, as(front, tc.login, database(t, tc.script)))
			schemas, relations := []string{}, []string{}
			for _, s := range target.Database.Schemas {
				if s.Name == "finance" || s.Name == "hubspot" {
					schemas = append(schemas, s.Name)
				}
			}
			for _, r := range target.Database.Relations {
				relations = append(relations, r.Schema+"."+r.Name)
			}
			if !slices.Equal(schemas, tc.schemas) || !slices.Equal(relations, tc.relations) {
				t.Errorf("schemas %q, relations %q\n   want %q, %q", schemas, relations, tc.schemas, tc.relations)
			}
			if unknown := len(target.Lacking("database.relations")) > 0; unknown != tc.unknown {
				t.Errorf("relations unknown: %t, want %t", unknown, tc.unknown)
			}
		})
	}
}

func TestMetadataSecurityDoesNotOpenARefusedCatalog(t *testing.T) {
	front := start(t, func(o *redshiftfront.Options) { o.MetadataSecurity = true })
	target := observe(t, front, as(front, "auditor", database(t, `REVOKE SELECT ON pg_catalog.pg_namespace FROM PUBLIC`)))
	lack := target.Lacking("database.schemas")
	if len(lack) != 1 || lack[0].Detail != "grant SELECT on pg_catalog.pg_namespace to auditor" {
		t.Errorf("schemas unknown: %+v", lack)
	}
}

// Wherever the connection breaks off, what is not unknown is what it would have
// been.
func TestABrokenScanTellsNothingWrong(t *testing.T) {
	whole := start(t, nil)
	want := told(t, observe(t, whole, as(whole, "stitch", "dw")))
	requests := len(whole.Statements())
	if requests < 15 {
		t.Fatalf("%d statements in a whole scan", requests)
	}
	reset := map[string]redshiftfront.Fault{}
	for i := range requests {
		reset[string(rune('a'+i))] = redshiftfront.Fault{Does: redshiftfront.Reset, At: i + 1, Database: "dw"}
	}
	front := start(t, func(o *redshiftfront.Options) { o.Faults = reset })
	for name, fault := range reset {
		target := observe(t, front, as(front, "stitch", name))
		if len(target.Unknown) == 0 {
			t.Errorf("reset at statement %d: nothing is unknown", fault.At)
		}
		got := told(t, target)
		for _, fact := range slices.Sorted(maps.Keys(want)) {
			if len(target.Lacking(fact)) == 0 && !cmp.Equal(want[fact], got[fact]) {
				t.Errorf("reset at statement %d: %s is %s, and not unknown", fault.At, fact, got[fact])
			}
		}
	}
}

// told are the facts of a database by their paths, what may be unknown by itself
// apart from the rest.
func told(t *testing.T, target *facts.Target) map[string]string {
	t.Helper()
	db := target.Database
	comments, markers := []string{}, [][]string{}
	db.Relations = slices.Clone(db.Relations)
	for i, r := range db.Relations {
		comments, markers = append(comments, r.Comment), append(markers, r.Markers)
		db.Relations[i].Comment, db.Relations[i].Markers = "", nil
	}
	texts := map[string]string{}
	put := func(prefix string, value any) {
		bytes, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(bytes, &fields); err != nil {
			t.Fatal(err)
		}
		for name, field := range fields {
			texts[prefix+name] = string(field)
		}
	}
	put("database.", db)
	put("database.user.", db.User)
	put("database.", map[string]any{"comments": comments, "columns": markers})
	delete(texts, "database.login")
	delete(texts, "database.user")
	return texts
}

func TestFaultsInTheMiddleOfAScan(t *testing.T) {
	for name, tc := range map[string]struct {
		fault  redshiftfront.Fault
		reason facts.Reason
	}{
		"silence":          {redshiftfront.Fault{Does: redshiftfront.Hang, At: 4}, facts.TimedOut},
		"reset":            {redshiftfront.Fault{Does: redshiftfront.Reset, At: 4}, facts.Unreachable},
		"shut down":        {redshiftfront.Fault{Does: redshiftfront.Refuse, At: 4, SQLState: "57P01", Message: "terminating connection due to administrator command"}, facts.Unreachable},
		"answers too slow": {redshiftfront.Fault{Does: redshiftfront.Slow, At: 4, Delay: time.Minute}, facts.TimedOut},
		"slow answers":     {redshiftfront.Fault{Does: redshiftfront.Slow, At: 4, Delay: 5 * time.Millisecond}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tc.fault.Database = "dw"
			front := start(t, func(o *redshiftfront.Options) { o.Faults = map[string]redshiftfront.Fault{"faulty": tc.fault} })
			options := as(front, "stitch", "faulty")
			if tc.reason == facts.TimedOut {
				options.AnswerTimeout = 500 * time.Millisecond
			}
			target := observe(t, front, options)
			if target.Database.Login.Outcome != facts.LoggedIn {
				t.Errorf("login %+v", target.Database.Login)
			}
			if tc.reason == "" && len(target.Unknown) > 0 || tc.reason != "" && len(target.Unknown) == 0 {
				t.Errorf("unknown: %q", lacking(target))
			}
			for _, u := range target.Unknown {
				if u.Reason != tc.reason {
					t.Errorf("unknown: %+v, want %s", u, tc.reason)
				}
			}
		})
	}
}
