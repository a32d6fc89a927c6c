//go:build unix

package redshift

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

// likeRedshift makes a database of PostgreSQL pass for Redshift: a version() that
// is found before the server's, and Redshift's views as tables. Run again,
// it is as at first.
const likeRedshift = `
CREATE OR REPLACE FUNCTION public.version() RETURNS text LANGUAGE sql AS
	$$ SELECT 'PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0.52943'::text $$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$;
DROP TABLE IF EXISTS public.svv_user_grants, public.svv_system_privileges, public.svv_redshift_databases, public.svv_user_info,
	public.svv_external_schemas;
CREATE TABLE public.svv_user_grants (user_id int, user_name text, role_id int, role_name text, admin_option bool);
CREATE TABLE public.svv_system_privileges (system_privilege text, identity_id int, identity_name text, identity_type text);
CREATE TABLE public.svv_redshift_databases (database_name text, database_owner int, database_type text);
CREATE TABLE public.svv_user_info (user_name text, user_id int, connection_limit text);
CREATE TABLE public.svv_external_schemas (esoid oid, schemaname name);
GRANT SELECT ON public.svv_external_schemas, public.svv_user_grants, public.svv_system_privileges, public.svv_redshift_databases, public.svv_user_info TO PUBLIC;
INSERT INTO public.svv_user_info VALUES ('stitch', 1, 'UNLIMITED'), ('auditor', 2, '4');
INSERT INTO public.svv_redshift_databases SELECT current_database(), 100, 'local';
INSERT INTO public.svv_system_privileges VALUES
	('CREATE SCHEMA', 7, 'loading', 'role'), ('ACCESS CATALOG', 8, 'auditing', 'role'), ('EXPLAIN RLS', 9, 'stitch', 'user');
`

const hiddenRoles = "svv_user_grants hides the roles of other users: log in as the user itself, as a superuser, or as one whose role has ACCESS SYSTEM TABLE"

func TestRolesOnRedshift(t *testing.T) {
	database := copyOfWarehouse(t, "")
	privileges := []facts.RolePrivilege{{Role: "auditing", Privilege: "ACCESS CATALOG"}, {Role: "loading", Privilege: "CREATE SCHEMA"}}
	for name, tc := range map[string]struct {
		script     string
		login      string
		roles      []string
		privileges []facts.RolePrivilege
		unknown    []string
	}{
		"the user itself has roles": {
			`INSERT INTO public.svv_user_grants VALUES (1, 'stitch', 2, 'loading', false), (1, 'stitch', 3, 'auditing', false)`,
			"stitch",
			[]string{"auditing", "loading"},
			privileges,
			[]string{},
		},
		"the user itself has none": {
			``, "stitch", []string{}, []facts.RolePrivilege{}, []string{},
		},
		"a superuser sees none": {
			``, "boss", []string{}, []facts.RolePrivilege{}, []string{},
		},
		"an auditor sees nothing, which proves nothing": {
			``, "auditor",
			[]string{},
			[]facts.RolePrivilege{},
			[]string{"database.roles: access_denied: " + hiddenRoles, "database.role_privileges: access_denied: " + hiddenRoles},
		},
		"an auditor sees its own only, which proves nothing": {
			`INSERT INTO public.svv_user_grants VALUES (1, 'auditor', 3, 'auditing', false)`,
			"auditor",
			[]string{},
			[]facts.RolePrivilege{},
			[]string{"database.roles: access_denied: " + hiddenRoles, "database.role_privileges: access_denied: " + hiddenRoles},
		},
		"an auditor sees those of others, and none of the user": {
			`INSERT INTO public.svv_user_grants VALUES (1, 'somebody', 3, 'auditing', false)`,
			"auditor",
			[]string{},
			[]facts.RolePrivilege{},
			[]string{},
		},
		"an auditor sees the user's": {
			`INSERT INTO public.svv_user_grants VALUES (1, 'stitch', 2, 'loading', false)`,
			"auditor",
			[]string{"loading"},
			privileges,
			[]string{},
		},
		"the view is refused": {
			`REVOKE SELECT ON public.svv_user_grants FROM PUBLIC`, "auditor",
			[]string{},
			[]facts.RolePrivilege{},
			[]string{
				"database.roles: access_denied: grant SELECT on svv_user_grants to auditor",
				"database.role_privileges: access_denied: grant SELECT on svv_user_grants to auditor",
			},
		},
		"the view is not there": {
			`DROP TABLE public.svv_user_grants`, "stitch",
			[]string{},
			[]facts.RolePrivilege{},
			[]string{
				`database.roles: unsupported: the server cannot tell its roles: relation "svv_user_grants" does not exist`,
				`database.role_privileges: unsupported: the server cannot tell its roles: relation "svv_user_grants" does not exist`,
			},
		},
		"the privileges of roles are refused": {
			`INSERT INTO public.svv_user_grants VALUES (1, 'stitch', 2, 'loading', false);
			REVOKE SELECT ON public.svv_system_privileges FROM PUBLIC`, "stitch",
			[]string{"loading"},
			[]facts.RolePrivilege{},
			[]string{"database.role_privileges: access_denied: grant SELECT on svv_system_privileges to stitch"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, likeRedshift+tc.script)
			options, steps := as(tc.login, database), -1 // the login is a step too
			options.Progress = func(string) { steps++ }
			target := observe(t, options)
			if steps > 10 && !strings.Contains(tc.script, "REVOKE") && !strings.Contains(tc.script, "DROP") {
				t.Errorf("%d statements, at most 10 are allowed", steps)
			}
			if diff := cmp.Diff(tc.roles, target.Database.Roles); diff != "" {
				t.Errorf("roles (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.privileges, target.Database.RolePrivileges); diff != "" {
				t.Errorf("role privileges (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.unknown, lacking(target)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestConnectionLimitOnRedshift(t *testing.T) {
	database := copyOfWarehouse(t, "")
	for name, tc := range map[string]struct {
		script  string
		want    string
		unknown []string
	}{
		"none":   {``, "unlimited", []string{}},
		"a few":  {`UPDATE public.svv_user_info SET connection_limit = '3'`, "3", []string{}},
		"nobody": {`UPDATE public.svv_user_info SET connection_limit = '0'`, "0", []string{}},
		"hidden": {
			`DELETE FROM public.svv_user_info WHERE user_name = 'stitch'`, "",
			[]string{"database.user.connection_limit: access_denied: svv_user_info hides other users: log in as the user itself, or as a superuser"},
		},
		"no number": {
			`UPDATE public.svv_user_info SET connection_limit = 'several'`, "",
			[]string{`database.user.connection_limit: inconsistent: the server tells the connection limit as several`},
		},
		"view refused": {
			`REVOKE SELECT ON public.svv_user_info FROM PUBLIC`, "",
			[]string{"database.user.connection_limit: access_denied: grant SELECT on svv_user_info to stitch"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, likeRedshift+tc.script)
			target := observe(t, as("stitch", database))
			if got := target.Database.User.ConnectionLimit; got != tc.want {
				t.Errorf("connection limit %q, want %q", got, tc.want)
			}
			if diff := cmp.Diff(tc.unknown, lacking(target)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDatabaseTypeOnRedshift(t *testing.T) {
	database := copyOfWarehouse(t, "")
	for name, tc := range map[string]struct {
		script  string
		want    string
		unknown []string
	}{
		"local":     {``, "local", []string{}},
		"datashare": {`UPDATE public.svv_redshift_databases SET database_type = 'shared'`, "shared", []string{}},
		"not shown": {
			`DELETE FROM public.svv_redshift_databases`, "",
			[]string{"database.type: access_denied: svv_redshift_databases does not show this database to stitch: log in as a superuser"},
		},
		"view not there": {
			`DROP TABLE public.svv_redshift_databases`, "",
			[]string{`database.type: unsupported: the server cannot tell its database type: relation "svv_redshift_databases" does not exist`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, likeRedshift+tc.script)
			target := observe(t, as("stitch", database))
			if target.Database.Type != tc.want {
				t.Errorf("type %q, want %q", target.Database.Type, tc.want)
			}
			if diff := cmp.Diff(tc.unknown, lacking(target)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExternalSchemasOnRedshift(t *testing.T) {
	database := copyOfWarehouse(t, "")
	for name, tc := range map[string]struct {
		script  string
		want    []string
		unknown []string
	}{
		"none": {``, []string{}, []string{}},
		"two": {
			`INSERT INTO public.svv_external_schemas VALUES (1, 'spectrum'), (2, 'federated')`,
			[]string{"federated", "spectrum"},
			[]string{},
		},
		"view refused": {
			`REVOKE SELECT ON public.svv_external_schemas FROM PUBLIC`,
			[]string{},
			[]string{"database.external_schemas: access_denied: grant SELECT on svv_external_schemas to stitch"},
		},
		"view not there": {
			`DROP TABLE public.svv_external_schemas`,
			[]string{},
			[]string{`database.external_schemas: unsupported: the server cannot tell its external schemas: relation "svv_external_schemas" does not exist`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, likeRedshift+tc.script)
			target := observe(t, as("stitch", database))
			if diff := cmp.Diff(tc.want, target.Database.ExternalSchemas); diff != "" {
				t.Errorf("external schemas (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.unknown, lacking(target)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if target.Database.Type != "local" || target.Database.User.ConnectionLimit != "unlimited" {
				t.Errorf("what is not refused is lost: type %q, limit %q", target.Database.Type, target.Database.User.ConnectionLimit)
			}
		})
	}
}

// A role's grants may be hidden from has_table_privilege, as a column's are.
func TestWhatAHolderOfRolesIsDeniedIsTried(t *testing.T) {
	const readable = `
REVOKE SELECT ON pg_catalog.pg_description, pg_catalog.pg_type FROM PUBLIC;
GRANT SELECT (objoid, classoid, objsubid, description) ON pg_catalog.pg_description TO stitch;`
	database := copyOfWarehouse(t, "")
	for name, tc := range map[string]struct {
		script string
		login  string
		can    bool
	}{
		"the user itself, with a role":    {`INSERT INTO public.svv_user_grants VALUES (1, 'stitch', 2, 'loading', false);`, "stitch", true},
		"the user itself, without a role": {``, "stitch", false},
		"another user":                    {`INSERT INTO public.svv_user_grants VALUES (1, 'stitch', 2, 'loading', false);`, "boss", false},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, likeRedshift+readable+tc.script)
			relations := observe(t, as(tc.login, database)).Database.SystemRelations
			if can, told := selectable(relations, "pg_catalog.pg_description"); can != tc.can || !told {
				t.Errorf("pg_description: can %v, told %v; want %v", can, told, tc.can)
			}
			if can, told := selectable(relations, "pg_catalog.pg_type"); can || !told {
				t.Errorf("pg_type: can %v, told %v", can, told)
			}
			if len(relations) < 100 {
				t.Errorf("%d relations only", len(relations))
			}
		})
	}
}

// On Redshift a materialized view is a view over a table of an own kind of name.
func TestMaterializedViewsAndInternalSchemasOnRedshift(t *testing.T) {
	target := observe(t, as("stitch", copyOfWarehouse(t, likeRedshift+`
CREATE VIEW finance.budget AS SELECT * FROM finance.mv_tbl__budget__0;
CREATE VIEW finance.mv_tbl__budget__1 AS SELECT 1 AS n;
CREATE TABLE finance.mv_tbl__deep__name__12 (n int);
CREATE TABLE finance.mv_tbl__notes (n int);
CREATE SCHEMA catalog_history;
CREATE TABLE catalog_history.internal (n int);`)))
	kinds := map[string]facts.RelationKind{}
	for _, r := range target.Database.Relations {
		if r.Schema == "finance" {
			kinds[r.Name] = r.Kind
		}
		if r.Schema == "catalog_history" {
			t.Errorf("relation of an internal schema: %s", r.Name)
		}
	}
	want := map[string]facts.RelationKind{
		"budget": facts.MaterializedView, "far": facts.ForeignTable, "mv_tbl__notes": facts.Table, "mv_tbl__budget__1": facts.View,
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("relations of finance (-want +got):\n%s", diff)
	}
	for _, s := range target.Database.Schemas {
		if s.Name == "catalog_history" {
			t.Error("an internal schema is told")
		}
	}
	if !strings.Contains(target.Database.Version, "Redshift 1.0.52943") {
		t.Errorf("version %q", target.Database.Version)
	}
}
