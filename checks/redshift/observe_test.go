//go:build unix

package redshift

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

// warehouse is what is to be seen of the database dw, whoever looks.
func warehouse() facts.Database {
	return facts.Database{
		Name: "dw", Owner: "etl_admin", Type: "local",
		CanCreate: true, CanTemporary: true, // CREATE through a group of a group, TEMP through PUBLIC
		User: facts.User{Name: "stitch", Exists: true, ValidUntil: "2099-12-31T22:00:00Z", StatementTimeout: "45000"},
		// PostgreSQL's pg_group knows direct members only.
		Groups: []string{"Loaders"}, Roles: []string{}, RolePrivileges: []facts.RolePrivilege{},
		Schemas: []facts.Schema{
			{Name: `Mixed.Case "q`, Owner: "etl_admin", CanUse: true},
			{Name: "finance", Owner: "etl_admin"},
			{Name: "hubspot", Owner: "stitch", CanUse: true, CanCreate: true},
			{Name: "information_schema", Owner: "postgres", CanUse: true},
			{Name: "pg_catalog", Owner: "postgres", CanUse: true},
			{Name: "public", Owner: "pg_database_owner", CanUse: true},
		},
		Relations: []facts.Relation{
			{Schema: `Mixed.Case "q`, Name: `Odd "T.able`, Kind: facts.Table, Owner: "postgres", Comment: "two\nlines and a 'quote'"},
			{Schema: "finance", Name: "far", Kind: facts.ForeignTable, Owner: "postgres"},
			{Schema: "finance", Name: "mv_tbl__budget__0", Kind: facts.Table, Owner: "postgres"},
			{Schema: "hubspot", Name: "all_contacts", Kind: facts.View, Owner: "postgres", Markers: []string{"_sdc_batched_at", "_sdc_sequence"}},
			{Schema: "hubspot", Name: "contacts", Kind: facts.Table, Owner: "stitch", Comment: `{"primary_keys":["id"]}`, Markers: []string{"_sdc_batched_at", "_sdc_sequence"}},
			{Schema: "hubspot", Name: "counted", Kind: facts.MaterializedView, Owner: "postgres"},
			{Schema: "hubspot", Name: "deals", Kind: facts.Table, Owner: "etl_admin", Markers: []string{"_sdc_sequence"}},
		},
		Layouts: []facts.Layout{
			{Schema: "hubspot", Name: "contacts", Columns: 3, Longest: "_sdc_batched_at", Keys: []string{"id"}, Affixed: []string{"_sdc_batched_at", "_sdc_sequence"}},
			{Schema: "hubspot", Name: "deals", Columns: 2, Longest: "_sdc_sequence", Keys: []string{}, Affixed: []string{"_sdc_sequence"}},
		},
		Bindings: []facts.Binding{
			{Schema: "hubspot", Name: "contacts", ViewSchema: "hubspot", View: "all_contacts"},
			{Schema: "hubspot", Name: "contacts", ViewSchema: "hubspot", View: "counted"},
		},
		ExternalSchemas: []string{}, RevokedRights: []facts.RevokedRights{}, SystemGrants: []facts.SystemGrant{},
	}
}

func TestTheDatabaseAsItsOwnUserAndAnAuditorSeeIt(t *testing.T) {
	// Settings of the user, read before rscheck sets its own; dates are read alike
	// all the same.
	for login, settings := range map[string]map[string]string{
		"stitch":  {"statement_timeout": "45000", "search_path": `"$user", public`},
		"auditor": {"statement_timeout": "0", "datestyle": "German, DMY", "timezone": "Asia/Kolkata"},
		"boss":    {"statement_timeout": "0", "default_transaction_read_only": "off"},
	} {
		t.Run(login, func(t *testing.T) {
			target := observe(t, as(login, "dw"))
			if got := lacking(target); len(got) > 0 {
				t.Errorf("unknown: %q", got)
			}
			if !slices.Contains(target.Unknown, onPostgreSQL) {
				t.Errorf("PostgreSQL tells a connection limit: %+v", target.Database.User)
			}
			db := target.Database
			want := warehouse()
			want.Login = facts.Login{
				User: login, Host: server.Host, Port: server.Port, Database: "dw", Via: "sql",
				Outcome: facts.LoggedIn, TLS: "TLS 1.3", Verified: true,
			}
			want.Version, want.SystemRelations, want.Settings = db.Version, db.SystemRelations, db.Settings
			// Before PostgreSQL 15 the schema public was the superuser's.
			for i, s := range db.Schemas {
				if s.Name == "public" && s.Owner == "postgres" {
					want.Schemas[i].Owner = "postgres"
				}
			}
			if diff := cmp.Diff(want, db); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
			if !strings.HasPrefix(db.Version, "PostgreSQL ") {
				t.Errorf("version %q", db.Version)
			}
			for name, want := range settings {
				if got := value(db.Settings, name); got != want {
					t.Errorf("setting %s is %q, want %q", name, got, want)
				}
			}
			for name, want := range map[string]bool{
				"pg_catalog.pg_class": true, "pg_catalog.pg_description": true, "pg_catalog.pg_tables": true,
				"information_schema.columns": true, "information_schema.schemata": true,
				"pg_catalog.pg_authid": false, // refused to ordinary users by default
			} {
				if got, told := selectable(db.SystemRelations, name); got != want || !told {
					t.Errorf("SELECT on %s is %v (told: %v), want %v", name, got, told, want)
				}
			}
		})
	}
}

func value(settings []facts.Setting, name string) string {
	for _, s := range settings {
		if s.Name == name {
			return s.Value
		}
	}
	return "(not told)"
}

func selectable(relations []facts.SystemRelation, name string) (can, told bool) {
	for _, r := range relations {
		if r.Schema+"."+r.Name == name {
			return r.CanSelect, true
		}
	}
	return false, false
}

func TestOtherUsers(t *testing.T) {
	for name, tc := range map[string]struct {
		user string
		want facts.User
	}{
		"superuser":                    {"boss", facts.User{Name: "boss", Exists: true, Superuser: true, CreateDB: false}},
		"expired password":             {"expired", facts.User{Name: "expired", Exists: true, ValidUntil: "2001-01-01T00:00:00Z"}},
		"odd name and no end of dates": {"Odd.User", facts.User{Name: "Odd.User", Exists: true, CreateDB: true, ValidUntil: "infinity"}},
		"name in another case":         {"STITCH", facts.User{Name: "STITCH"}},
		"name that is SQL":             {`x' OR usename = 'boss`, facts.User{Name: `x' OR usename = 'boss`}},
		"group, which is no user":      {"all_loaders", facts.User{Name: "all_loaders"}},
	} {
		t.Run(name, func(t *testing.T) {
			options := as("auditor", "dw")
			options.User = tc.user
			target := observe(t, options)
			if diff := cmp.Diff(tc.want, target.Database.User); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			if got := lacking(target); len(got) > 0 {
				t.Errorf("unknown: %q", got)
			}
		})
	}
}

// What is there is told all the same; what the user may do is nothing.
func TestUserThatDoesNotExist(t *testing.T) {
	options := as("auditor", "dw")
	options.User = "nobody_of_that_name"
	target := observe(t, options)

	want := warehouse()
	if diff := cmp.Diff(want.Relations, target.Database.Relations); diff != "" {
		t.Errorf("relations (-want +got):\n%s", diff)
	}
	if target.Database.CanCreate || target.Database.CanTemporary || len(target.Database.Groups) > 0 {
		t.Errorf("rights of nobody: %+v", target.Database)
	}
	if got, want := len(target.Database.Schemas), len(want.Schemas); got != want {
		t.Errorf("%d schemas, want %d", got, want)
	}
	for _, s := range target.Database.Schemas {
		if s.Owner == "" || s.CanUse || s.CanCreate {
			t.Errorf("schema %+v: the owner is a fact, rights there are none", s)
		}
	}
	for _, r := range target.Database.SystemRelations {
		if r.CanSelect {
			t.Errorf("nobody may read %s", r.Name)
		}
	}
}

// Every right that is told is tried with SQL.
func TestRightsAreThoseThatHoldWhenTried(t *testing.T) {
	name := copyOfWarehouse(t, `
CREATE SCHEMA created AUTHORIZATION etl_admin; GRANT CREATE ON SCHEMA created TO stitch;
CREATE SCHEMA own_without_rights AUTHORIZATION stitch; REVOKE ALL ON SCHEMA own_without_rights FROM stitch;
REVOKE USAGE ON SCHEMA information_schema FROM PUBLIC;
REVOKE SELECT ON pg_catalog.pg_tables FROM PUBLIC;
DO $$ BEGIN EXECUTE format('REVOKE TEMP ON DATABASE %I FROM PUBLIC', current_database()); END $$`)
	db := observe(t, as("auditor", name)).Database

	told := map[string]bool{
		"CREATE SCHEMA fresh":             db.CanCreate,
		"CREATE TEMP TABLE fresh (n int)": db.CanTemporary,
	}
	usable := map[string]bool{}
	for _, s := range db.Schemas {
		usable[s.Name] = s.CanUse
		// In the system's schemas CREATE is refused for other reasons.
		if !strings.HasPrefix(s.Name, "pg_") && s.Name != "information_schema" {
			told["CREATE TABLE "+identifier(s.Name)+".fresh (n int)"] = s.CanCreate
		}
	}
	for _, r := range db.SystemRelations {
		told["SELECT * FROM "+r.Schema+"."+r.Name+" WHERE 1 = 0"] = usable[r.Schema] && r.CanSelect
	}
	for statement, works := range tried(t, name, "stitch", slices.Collect(maps.Keys(told))) {
		if works != told[statement] {
			t.Errorf("%s: told %v, tried %v", statement, told[statement], works)
		}
	}
	if usable["information_schema"] || !usable["pg_catalog"] {
		t.Errorf("USAGE: %v", usable)
	}
}

// tried runs each statement as a user, and undoes it.
func tried(t *testing.T, database, user string, statements []string) map[string]bool {
	t.Helper()
	var script strings.Builder
	script.WriteString("\\set ON_ERROR_STOP 0\nSET ROLE " + user + ";\n")
	for _, statement := range statements {
		script.WriteString("BEGIN;\n" + statement + ";\n\\echo :SQLSTATE\nROLLBACK;\n")
	}
	states := strings.Fields(admin(t, database, script.String()))
	if len(states) != len(statements) {
		t.Fatalf("tried %d statements, %d results", len(statements), len(states))
	}
	works := map[string]bool{}
	for i, statement := range statements {
		works[statement] = states[i] == "00000"
		if !works[statement] && states[i] != "42501" {
			t.Errorf("%s ended with SQLSTATE %s", statement, states[i])
		}
	}
	return works
}
