//go:build unix

package redshift

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

// nothingRefused undoes the scripts of the tests below.
const nothingRefused = `
GRANT USAGE ON SCHEMA pg_catalog, information_schema TO PUBLIC;
GRANT SELECT ON information_schema.columns, pg_catalog.pg_attribute, pg_catalog.pg_class, pg_catalog.pg_database, pg_catalog.pg_depend, pg_catalog.pg_description,
	pg_catalog.pg_group, pg_catalog.pg_namespace, pg_catalog.pg_settings, pg_catalog.pg_user TO PUBLIC;
REVOKE SELECT (relname) ON pg_catalog.pg_class FROM stitch;
GRANT EXECUTE ON FUNCTION pg_catalog.has_schema_privilege(name, text, text) TO PUBLIC;
`

// What is refused is unknown, names the grant, and leaves the rest as it was.
func TestRefusedCatalogs(t *testing.T) {
	database := copyOfWarehouse(t, "")
	for name, tc := range map[string]struct {
		script string
		login  string
		want   []string
	}{
		"comments": {
			`REVOKE SELECT ON pg_catalog.pg_description, information_schema.columns FROM PUBLIC`, "auditor",
			[]string{"database.comments: access_denied: grant SELECT on pg_catalog.pg_description to auditor"},
		},
		"groups": {
			`REVOKE SELECT ON pg_catalog.pg_group FROM PUBLIC`, "auditor",
			[]string{"database.groups: access_denied: grant SELECT on pg_catalog.pg_group to auditor"},
		},
		"columns": {
			`REVOKE SELECT ON pg_catalog.pg_attribute FROM PUBLIC`, "auditor",
			[]string{
				"database.columns: access_denied: grant SELECT on pg_catalog.pg_attribute to auditor",
				"database.layouts: access_denied: grant SELECT on pg_catalog.pg_attribute to auditor",
				"database.bindings: access_denied: grant SELECT on pg_catalog.pg_attribute to auditor",
			},
		},
		"bindings": {
			`REVOKE SELECT ON pg_catalog.pg_depend FROM PUBLIC`, "auditor",
			[]string{"database.bindings: access_denied: grant SELECT on pg_catalog.pg_depend to auditor"},
		},
		"databases": {
			`REVOKE SELECT ON pg_catalog.pg_database FROM PUBLIC`, "auditor",
			[]string{"database.owner: access_denied: grant SELECT on pg_catalog.pg_database to auditor"},
		},
		"settings": {
			`REVOKE SELECT ON pg_catalog.pg_settings FROM PUBLIC`, "auditor",
			[]string{}, // SHOW tells what decides something
		},
		"a function": {
			`REVOKE EXECUTE ON FUNCTION pg_catalog.has_schema_privilege(name, text, text) FROM PUBLIC`, "auditor",
			[]string{"database.schemas: access_denied: the server refused the question for schemas: permission denied for function has_schema_privilege"},
		},
		"a login that needs quotes": {
			`REVOKE SELECT ON pg_catalog.pg_group FROM PUBLIC`, "Odd.User",
			[]string{`database.groups: access_denied: grant SELECT on pg_catalog.pg_group to "Odd.User"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, nothingRefused+tc.script)
			target := observe(t, as(tc.login, database))
			if diff := cmp.Diff(tc.want, lacking(target)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			want, got := warehouse(), target.Database
			if len(target.Lacking("database.schemas")) == 0 && len(got.Schemas) != len(want.Schemas) {
				t.Errorf("%d schemas, want %d", len(got.Schemas), len(want.Schemas))
			}
			if len(got.Relations) != len(want.Relations) {
				t.Errorf("%d relations, want %d", len(got.Relations), len(want.Relations))
			}
			if diff := cmp.Diff(want.User, got.User); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			if can, told := selectable(got.SystemRelations, "pg_catalog.pg_class"); !can || !told {
				t.Errorf("pg_class: can %v, told %v", can, told)
			}
		})
	}
}

func TestStatementTimeoutIsShownWherePgSettingsIsRefused(t *testing.T) {
	target := observe(t, as("stitch", copyOfWarehouse(t, `REVOKE SELECT ON pg_catalog.pg_settings FROM PUBLIC`)))
	if got := value(target.Database.Settings, "statement_timeout"); got != "45000" {
		t.Errorf("statement_timeout is %s, want 45000", got)
	}
}

// An auditor that is refused everything learns what to ask for, and concludes
// nothing about the user.
func TestAuditorWithoutUsageOnTheCatalog(t *testing.T) {
	target := observe(t, as("auditor", copyOfWarehouse(t, `REVOKE USAGE ON SCHEMA pg_catalog FROM PUBLIC`)))
	want := []string{}
	for _, path := range sections {
		told := []string{"database.version", "database.name", "database.type", "database.roles", "database.role_privileges", "database.settings", "database.external_schemas"}
		if !slices.Contains(told, path) {
			want = append(want, path+": access_denied: grant USAGE on schema pg_catalog to auditor")
		}
	}
	got := lacking(target)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	if db := target.Database; len(db.Schemas) > 0 || len(db.SystemRelations) > 0 || db.User.Exists {
		t.Errorf("an auditor's refusal told of the user: %+v", db)
	}
}

// The user's own refusals are facts about the user.
func TestRefusalOfTheUserItself(t *testing.T) {
	database := copyOfWarehouse(t, "")
	readable := func(names ...string) (relations []facts.SystemRelation) {
		for _, p := range probes {
			relations = append(relations, facts.SystemRelation{Schema: p.schema, Name: p.relation, CanSelect: slices.Contains(names, p.relation)})
		}
		return relations
	}
	inInformationSchema := func(r facts.SystemRelation) bool { return r.Schema == "information_schema" }
	all := []string{"columns", "schemata", "tables", "pg_attribute", "pg_class", "pg_description", "pg_namespace", "pg_tables", "pg_type"}
	without := func(name string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == name })
	}
	usable := []facts.Schema{{Name: "information_schema", CanUse: true}, {Name: "pg_catalog", CanUse: true}}
	for name, tc := range map[string]struct {
		script    string
		schemas   []facts.Schema // nil: the whole list is known
		relations []facts.SystemRelation
	}{
		"USAGE on pg_catalog": {
			`REVOKE USAGE ON SCHEMA pg_catalog FROM PUBLIC`,
			[]facts.Schema{{Name: "information_schema", CanUse: true}, {Name: "pg_catalog", CanUse: false}},
			slices.DeleteFunc(readable(all...), func(r facts.SystemRelation) bool { return !inInformationSchema(r) }),
		},
		"USAGE on both": {
			`REVOKE USAGE ON SCHEMA pg_catalog, information_schema FROM PUBLIC`,
			[]facts.Schema{{Name: "information_schema"}, {Name: "pg_catalog"}},
			nil,
		},
		"SELECT on pg_class": {
			`REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC`, nil, readable(without("pg_class")...),
		},
		"SELECT on pg_class but for a column": {
			`REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC; GRANT SELECT (relname) ON pg_catalog.pg_class TO stitch`, nil,
			readable(without("pg_class")...),
		},
		"SELECT on pg_namespace": {
			`REVOKE SELECT ON pg_catalog.pg_namespace FROM PUBLIC`, usable, readable(without("pg_namespace")...),
		},
	} {
		t.Run(name, func(t *testing.T) {
			admin(t, database, nothingRefused+tc.script)
			target := observe(t, as("stitch", database))
			db := target.Database
			if len(target.Lacking("database.system_relations")) == 0 {
				t.Error("a handful of system relations passes for the whole list")
			}
			if diff := cmp.Diff(tc.relations, db.SystemRelations); diff != "" {
				t.Errorf("system relations (-want +got):\n%s", diff)
			}
			if known := len(target.Lacking("database.schemas")) == 0; known != (tc.schemas == nil) {
				t.Errorf("schemas are known: %v", known)
			} else if !known {
				if diff := cmp.Diff(tc.schemas, db.Schemas); diff != "" {
					t.Errorf("schemas (-want +got):\n%s", diff)
				}
			}
			if !db.User.Exists || len(target.Lacking("database.user.exists")) > 0 {
				t.Errorf("the user has logged in and exists: %+v, %q", db.User, lacking(target))
			}
		})
	}
}

// The user itself has no need of pg_user to tell what it may do.
func TestTheUserItselfWithoutTheCatalogOfUsers(t *testing.T) {
	target := observe(t, as("stitch", copyOfWarehouse(t, `
DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO all_loaders', current_database()); END $$;
REVOKE SELECT ON pg_catalog.pg_user, pg_catalog.pg_database FROM PUBLIC`)))
	want := []string{"database.groups: access_denied: grant SELECT on pg_catalog.pg_user to stitch"}
	for _, field := range []string{"create_db", "valid_until", "statement_timeout", "read_only"} {
		want = append(want, "database.user."+field+": access_denied: grant SELECT on pg_catalog.pg_user to stitch")
	}
	want = append(want, "database.owner: access_denied: grant SELECT on pg_catalog.pg_database to stitch")
	got := lacking(target)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	whole := warehouse()
	db := target.Database
	if !db.CanCreate || !db.CanTemporary {
		t.Errorf("create %v, temporary %v", db.CanCreate, db.CanTemporary)
	}
	if diff := cmp.Diff(whole.Schemas, db.Schemas); diff != "" {
		t.Errorf("schemas (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(whole.Relations, db.Relations); diff != "" {
		t.Errorf("relations (-want +got):\n%s", diff)
	}
	if can, told := selectable(db.SystemRelations, "pg_catalog.pg_user"); can || !told {
		t.Errorf("pg_user: can %v, told %v", can, told)
	}
}

// Whoever mends one refusal wants to know of all.
func TestEveryCatalogThatIsRefusedIsNamedAtOnce(t *testing.T) {
	target := observe(t, as("auditor", copyOfWarehouse(t, `REVOKE SELECT ON pg_catalog.pg_user, pg_catalog.pg_class, pg_catalog.pg_namespace FROM PUBLIC`)))
	for path, relations := range map[string]string{
		"database.user":             "pg_catalog.pg_user",
		"database.can_create":       "pg_catalog.pg_user",
		"database.schemas":          "pg_catalog.pg_namespace, pg_catalog.pg_user",
		"database.relations":        "pg_catalog.pg_class, pg_catalog.pg_namespace",
		"database.system_relations": "pg_catalog.pg_class, pg_catalog.pg_namespace, pg_catalog.pg_user",
	} {
		want := "grant SELECT on " + relations + " to auditor"
		if lack := target.Lacking(path); len(lack) != 1 || lack[0].Detail != want {
			t.Errorf("%s: %+v, want %q", path, lack, want)
		}
	}
}

func TestRightsThatWereRevokedFromAnOwner(t *testing.T) {
	const script = `
CREATE TABLE hubspot.less (id int); ALTER TABLE hubspot.less OWNER TO stitch;
REVOKE INSERT, DELETE, REFERENCES ON hubspot.less FROM stitch;
CREATE TABLE hubspot."Not all" (id int); ALTER TABLE hubspot."Not all" OWNER TO stitch;
REVOKE ALL ON hubspot."Not all" FROM stitch; GRANT SELECT ON hubspot."Not all" TO PUBLIC;
CREATE TABLE hubspot.through_a_group (id int); ALTER TABLE hubspot.through_a_group OWNER TO stitch;
REVOKE UPDATE ON hubspot.through_a_group FROM stitch; GRANT UPDATE ON hubspot.through_a_group TO "Loaders";
CREATE VIEW hubspot.seen AS SELECT 1 AS one; ALTER VIEW hubspot.seen OWNER TO stitch; REVOKE ALL ON hubspot.seen FROM stitch;
REVOKE ALL ON hubspot.deals FROM PUBLIC;
`
	want := []facts.RevokedRights{
		{Schema: "hubspot", Name: "Not all", Lacks: []string{"INSERT", "UPDATE", "DELETE"}},
		{Schema: "hubspot", Name: "less", Lacks: []string{"INSERT", "DELETE"}},
	}
	database := copyOfWarehouse(t, script)
	for _, login := range []string{"stitch", "auditor", "boss"} {
		if diff := cmp.Diff(want, observe(t, as(login, database)).Database.RevokedRights); diff != "" {
			t.Errorf("as %s (-want +got):\n%s", login, diff)
		}
	}
	options := as("auditor", database)
	options.User = "nobody"
	if target := observe(t, options); len(target.Database.RevokedRights) > 0 || len(target.Lacking("database.revoked_rights")) > 0 {
		t.Errorf("a user that does not exist: %v, %q", target.Database.RevokedRights, lacking(target))
	}
}

// Refused one relation, the user itself is asked of nothing else: has_*_privilege
// tells it.
func TestCommentsRefusedToTheUserItself(t *testing.T) {
	target := observe(t, as("stitch", copyOfWarehouse(t, `REVOKE SELECT ON pg_catalog.pg_description FROM PUBLIC`)))
	if can, told := selectable(target.Database.SystemRelations, "pg_catalog.pg_description"); can || !told {
		t.Errorf("pg_description: can %v, told %v", can, told)
	}
	want := []string{"database.comments: access_denied: grant SELECT on pg_catalog.pg_description to stitch"}
	if diff := cmp.Diff(want, lacking(target)); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}
