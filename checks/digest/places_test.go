package digest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
)

// found digests the target, the loader being set up as change says.
func found(t *testing.T, target *facts.Target, change func(*loader.Settings)) digest.Digest {
	t.Helper()
	s := settings(t, loader.Any)
	if change != nil {
		change(&s)
	}
	return digest.Of(target, s, time.Unix(0, 0))
}

func named(schemas ...string) func(*loader.Settings) {
	return func(s *loader.Settings) { s.Schemas = schemas }
}

func subjects(d digest.Digest) (schemas, tables []string) {
	for _, s := range d.Document.Database.Schemas.Deviating {
		schemas = append(schemas, s.Subject+" "+s.Problem)
	}
	for _, r := range d.Document.Database.Tables.Deviating {
		tables = append(tables, r.Subject+" "+r.Problem)
	}
	return schemas, tables
}

func owned(name, owner string) facts.Schema {
	return facts.Schema{Name: name, Owner: owner, CanUse: true, CanCreate: true}
}

// Redshift folds the names of schemas, and so does the loader.
func TestASchemaIsNamedInAnyCase(t *testing.T) {
	deals := facts.Relation{Schema: "hubspot", Name: "deals", Kind: facts.Table, Owner: "boss"}
	for name, tc := range map[string]struct {
		schemas         []facts.Schema
		change          func(*facts.Target)
		named           string
		schema, table   []string
		absent          []string
		unknown, absurd bool
	}{
		"as it is":              {[]facts.Schema{owned("hubspot", "boss")}, nil, "hubspot", []string{"hubspot owner"}, []string{"hubspot.deals owner"}, nil, false, false},
		"in another case":       {[]facts.Schema{owned("hubspot", "boss")}, nil, "HubSpot", []string{"hubspot owner"}, []string{"hubspot.deals owner"}, nil, false, false},
		"both cases are there":  {[]facts.Schema{owned("hubspot", "boss"), owned("HubSpot", "stitch")}, nil, "HubSpot", nil, nil, nil, false, false},
		"not there":             {[]facts.Schema{owned("hubspot", "boss")}, nil, "HubSpott", nil, nil, []string{"HubSpott"}, false, false},
		"the list is not known": {nil, func(t *facts.Target) { t.Lack("database.schemas", facts.AccessDenied, "grant") }, "HubSpot", nil, []string{"hubspot.deals owner"}, nil, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse(deals)
			target.Database.Schemas = tc.schemas
			if tc.change != nil {
				tc.change(target)
			}
			d := found(t, target, named(tc.named))
			schemas, tables := subjects(d)
			if diff := cmp.Diff(tc.schema, schemas); diff != "" {
				t.Errorf("schemas (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.table, tables); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.absent, d.Document.Database.Schemas.Absent); diff != "" {
				t.Errorf("absent (-want +got):\n%s", diff)
			}
			if got := lacking(d, "database.schemas"); got != tc.unknown {
				t.Errorf("schemas are unknown: %v", got)
			}
		})
	}
}

func TestExternalSchemas(t *testing.T) {
	external := func(t *facts.Target) { t.Database.ExternalSchemas = []string{"spectrum"} }
	for name, tc := range map[string]struct {
		named   string
		change  func(*facts.Target)
		want    []string
		unknown bool
	}{
		"an ordinary schema": {"hubspot", external, nil, false},
		"external":           {"spectrum", external, []string{"spectrum external"}, false},
		"external, to a superuser": {"spectrum", func(t *facts.Target) {
			external(t)
			t.Database.User.Superuser = true
		}, []string{"spectrum external"}, false},
		"not known which are": {"hubspot", func(t *facts.Target) {
			t.Lack("database.external_schemas", facts.AccessDenied, "grant")
		}, nil, true},
		"not known which are, and no schema there yet": {"nowhere", func(t *facts.Target) {
			t.Lack("database.external_schemas", facts.AccessDenied, "grant")
		}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse()
			target.Database.Schemas = []facts.Schema{owned("hubspot", "stitch"), owned("spectrum", "stitch")}
			tc.change(target)
			d := found(t, target, named(tc.named))
			schemas, _ := subjects(d)
			if diff := cmp.Diff(tc.want, schemas); diff != "" {
				t.Errorf("schemas (-want +got):\n%s", diff)
			}
			if got := lacking(d, "database.schemas"); got != tc.unknown {
				t.Errorf("unknown: %v", got)
			}
		})
	}
}

// Somebody who copies a table copies its columns.
func TestWhatOnlyColumnsSpeakFor(t *testing.T) {
	foreign := func(schema, name string, change func(*facts.Relation)) facts.Relation {
		return table(name, func(r *facts.Relation) {
			r.Schema, r.Owner = schema, "analyst"
			if change != nil {
				change(r)
			}
		})
	}
	bare := func(r *facts.Relation) { r.Markers, r.Comment = nil, "" }
	for name, tc := range map[string]struct {
		relations []facts.Relation
		change    func(*loader.Settings)
		copies    bool
		found     int
	}{
		"nothing else":              {[]facts.Relation{foreign("dbt", "stg", nil)}, nil, true, 1},
		"the table of rejects":      {[]facts.Relation{foreign("dbt", "stg", nil), foreign("dbt", "_sdc_rejected", bare)}, nil, false, 2},
		"a table of the loader's":   {[]facts.Relation{foreign("dbt", "stg", nil), table("deals", func(r *facts.Relation) { r.Schema = "dbt" })}, nil, false, 1},
		"the schema was named":      {[]facts.Relation{foreign("dbt", "stg", nil)}, named("dbt"), false, 1},
		"the schema was left out":   {[]facts.Relation{foreign("dbt", "stg", nil)}, func(s *loader.Settings) { s.ExceptSchemas = []string{"dbt"} }, false, 0},
		"another schema is as well": {[]facts.Relation{foreign("dbt", "stg", nil), table("deals", nil)}, nil, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse(tc.relations...)
			target.Database.Schemas = []facts.Schema{owned("dbt", "analyst"), owned("hubspot", "stitch")}
			d := found(t, target, tc.change)
			copies, failed := false, d.Document.Database.Tables.Deviating
			for _, s := range d.Document.Database.Schemas.Deviating {
				copies = copies || s.Copies
			}
			if copies != tc.copies || len(failed) != tc.found {
				t.Errorf("copies %v, %d tables; want %v, %d", copies, len(failed), tc.copies, tc.found)
			}
			for _, table := range failed {
				if table.Copy != tc.copies {
					t.Errorf("table %s: copy %v", table.Subject, table.Copy)
				}
			}
		})
	}
}

// Whether has_*_privilege counts what is granted to roles is documented nowhere.
func TestANoIsNoneWhileTheUserHoldsRoles(t *testing.T) {
	lacks := func(t *facts.Target) {
		t.Database.Schemas = []facts.Schema{
			{Name: "hubspot", Owner: "stitch", CanUse: true},
			{Name: "pg_catalog", CanUse: true},
			{Name: "information_schema", CanUse: true},
		}
		t.Database.RevokedRights = []facts.RevokedRights{{Schema: "hubspot", Name: "deals", Lacks: []string{"INSERT"}}}
		for _, relation := range []string{"schemata", "tables", "columns"} {
			t.Database.SystemRelations = append(t.Database.SystemRelations, facts.SystemRelation{Schema: "information_schema", Name: relation})
		}
	}
	for name, tc := range map[string]struct {
		change                 func(*facts.Target)
		schema, table, catalog bool // are unknown
	}{
		"without roles": {func(*facts.Target) {}, false, false, false},
		"with one":      {func(t *facts.Target) { t.Database.Roles = []string{"loading"} }, true, true, false},
		"not known":     {func(t *facts.Target) { t.Lack("database.roles", facts.AccessDenied, "hidden") }, true, true, false},
		"with one, seen by another": {func(t *facts.Target) {
			t.Database.Roles = []string{"loading"}
			t.Database.Login.User = "auditor"
		}, true, true, true},
		"without roles, seen by another": {func(t *facts.Target) { t.Database.Login.User = "auditor" }, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse(table("deals", nil))
			lacks(target)
			tc.change(target)
			d := found(t, target, nil)
			for path, want := range map[string]bool{"database.schemas": tc.schema, "database.tables": tc.table, "database.information_schema": tc.catalog} {
				if got := lacking(d, path); got != want {
					t.Errorf("%s is unknown: %v, want %v", path, got, want)
				}
			}
			schemas, tables := subjects(d)
			if (len(schemas) == 0) != tc.schema || (len(tables) == 0) != tc.table {
				t.Errorf("schemas %q, tables %q", schemas, tables)
			}
		})
	}
}

func TestAUserThatMayHaveNoConnection(t *testing.T) {
	for name, tc := range map[string]struct {
		login, limit string
		superuser    bool
		want         string
	}{
		"none, seen by another":       {"boss", "0", false, "barred"},
		"one, seen by another":        {"boss", "1", false, ""},
		"none, and a superuser":       {"boss", "0", true, ""},
		"logged in, whatever is told": {"stitch", "0", false, "standard"},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse()
			target.Database.Login.User, target.Database.User.ConnectionLimit, target.Database.User.Superuser = tc.login, tc.limit, tc.superuser
			d := found(t, target, nil)
			if got := d.Document.Database.Driver.Method; got != tc.want || lacking(d, "database.driver") != (tc.want == "") {
				t.Errorf("driver %q, want %q", got, tc.want)
			}
		})
	}
}
