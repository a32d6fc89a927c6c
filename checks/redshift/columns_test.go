//go:build unix

package redshift

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestLayouts(t *testing.T) {
	long := strings.Repeat("n", 63)
	target := observe(t, as("auditor", copyOfWarehouse(t, `
CREATE SCHEMA made;
CREATE TABLE made.keyed (id int, "ID" int, "ü" int, gone int, _sdc_sequence bigint);
COMMENT ON TABLE made.keyed IS '{"primary_keys":["\u00fc","gone","id","Id"]}';
ALTER TABLE made.keyed DROP COLUMN gone;
CREATE TABLE made.unlisted (id int, _sdc_sequence bigint);
COMMENT ON TABLE made.unlisted IS '{"primary_keys":"id"}';
CREATE TABLE made.prose (id int, _sdc_sequence bigint);
COMMENT ON TABLE made.prose IS 'id';
CREATE TABLE made.split (age__st text, age__de numeric, age int, lone__st text, __st int, _sdc_sequence bigint, _sdcx int, my_sdc int);
CREATE TABLE made.long (`+long+` int, _sdc_sequence bigint);
CREATE TABLE made.unmarked (id int, lone__st text);
CREATE VIEW made.marked_view AS SELECT * FROM made.long`)))
	want := map[string]facts.Layout{
		"keyed":    {Columns: 4, Longest: "_sdc_sequence", Keys: []string{"ü", "id"}, Affixed: []string{"_sdc_sequence"}},
		"unlisted": {Columns: 2, Longest: "_sdc_sequence", Keys: []string{}, Affixed: []string{"_sdc_sequence"}},
		"prose":    {Columns: 2, Longest: "_sdc_sequence", Keys: []string{}, Affixed: []string{"_sdc_sequence"}},
		"split": {
			Columns: 8, Longest: "_sdc_sequence", Keys: []string{},
			Affixed: []string{"__st", "_sdc_sequence", "_sdcx", "age", "age__de", "age__st", "lone__st"},
		},
		"long": {Columns: 2, Longest: long, Keys: []string{}, Affixed: []string{"_sdc_sequence"}},
	}
	got := map[string]facts.Layout{}
	for _, l := range target.Database.Layouts {
		if l.Schema == "made" {
			got[l.Name] = facts.Layout{Columns: l.Columns, Longest: l.Longest, Keys: l.Keys, Affixed: l.Affixed}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("layouts (-want +got):\n%s", diff)
	}
}

func TestNothingAskedOfColumns(t *testing.T) {
	options := as("auditor", "dw")
	options.Markers, options.CommentKey, options.Prefixes, options.Suffixes = nil, "", nil, nil
	target := observe(t, options)
	if db := target.Database; len(db.Layouts) != 0 || len(db.Bindings) != 2 {
		t.Errorf("layouts %+v, bindings %+v", db.Layouts, db.Bindings)
	}
	if got := lacking(target); len(got) > 0 {
		t.Errorf("unknown: %q", got)
	}
}

// Each view that is told stands in the way of a column, and no other does: DROP
// COLUMN is refused for it.
func TestBindings(t *testing.T) {
	database := copyOfWarehouse(t, `
CREATE SCHEMA "Odd"".schema";
CREATE TABLE "Odd"".schema"."t,1" (id int, name text, note text);
INSERT INTO "Odd"".schema"."t,1" VALUES (1, 'x', 'y');
TRUNCATE "Odd"".schema"."t,1"; -- its relfilenode is no longer its oid
CREATE VIEW finance."a ""view" AS SELECT name, name AS twice FROM "Odd"".schema"."t,1";
CREATE VIEW finance.over_view AS SELECT * FROM finance."a ""view";
CREATE MATERIALIZED VIEW finance.kept AS SELECT count(*) FROM "Odd"".schema"."t,1";
CREATE TABLE finance.free (id int);
CREATE TABLE finance.referring (id int DEFAULT 1 CHECK (id > 0));
CREATE RULE not_a_view AS ON INSERT TO finance.referring DO ALSO UPDATE finance.free SET id = 1`)
	target := observe(t, as("auditor", database))
	want := []facts.Binding{
		{Schema: `Odd".schema`, Name: "t,1", ViewSchema: "finance", View: `a "view`},
		{Schema: `Odd".schema`, Name: "t,1", ViewSchema: "finance", View: "kept"},
		{Schema: "finance", Name: `a "view`, ViewSchema: "finance", View: "over_view"},
		{Schema: "hubspot", Name: "contacts", ViewSchema: "hubspot", View: "all_contacts"},
		{Schema: "hubspot", Name: "contacts", ViewSchema: "hubspot", View: "counted"},
	}
	if diff := cmp.Diff(want, target.Database.Bindings); diff != "" {
		t.Errorf("bindings (-want +got):\n%s", diff)
	}
	out := admin(t, database, `\set ON_ERROR_STOP 0
ALTER TABLE "Odd"".schema"."t,1" DROP COLUMN note;
\echo note :SQLSTATE
ALTER TABLE "Odd"".schema"."t,1" DROP COLUMN name;
\echo name :SQLSTATE`)
	if !strings.Contains(out, "note 00000") || !strings.Contains(out, "name 2BP01") {
		t.Errorf("the server drops columns otherwise: %q", out)
	}
}

// What comes in another order is not believed.
func TestColumnsOutOfOrder(t *testing.T) {
	reader := &columnReader{
		found: make([]relation, 2), index: map[string]int{"1": 0, "2": 1}, current: -1,
		has: make([]uint16, 2), done: make([]bool, 2), seen: map[string]string{},
	}
	strange := false
	for i, oid := range []string{"1", "1", "2", "1"} {
		reader.row(row{[][]byte{[]byte(oid), []byte("id"), []byte(oid)}, &strange})
		if want := i == 3; strange != want {
			t.Errorf("after row %d: strange is %v", i, strange)
		}
	}
}

func TestSystemGrants(t *testing.T) {
	target := observe(t, as("auditor", copyOfWarehouse(t, `
GRANT SELECT ON pg_catalog.pg_class, pg_catalog.pg_authid, information_schema.columns TO stitch;
GRANT SELECT ON pg_catalog.pg_shadow TO "Loaders", auditor;
GRANT UPDATE ON pg_catalog.pg_type TO stitch`)))
	want := []facts.SystemGrant{
		{Schema: "information_schema", Name: "columns", Public: true},
		{Schema: "pg_catalog", Name: "pg_authid"},
		{Schema: "pg_catalog", Name: "pg_class", Public: true},
	}
	if diff := cmp.Diff(want, target.Database.SystemGrants); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
}

func TestAccessLists(t *testing.T) {
	for name, tc := range map[string]struct {
		list, user string
		want       bool
	}{
		"none":                           {"", "stitch", false},
		"the user":                       {"boss=arwdRxt/boss,stitch=r/boss", "stitch", true},
		"with the right to grant it":     {"stitch=r*w/boss", "stitch", true},
		"another right":                  {"stitch=w/boss", "stitch", false},
		"another user":                   {"stitch2=r/boss", "stitch", false},
		"who granted it":                 {"etl=r/stitch,=r/stitch", "stitch", false},
		"a group of that name":           {"group stitch=r/boss", "stitch", false},
		"a user after a group":           {"group loaders=r/boss,stitch=r/boss", "stitch", true},
		"PUBLIC":                         {"boss=r/boss,=r/boss", "", true},
		"not PUBLIC":                     {"boss=r/boss", "", false},
		"quoted":                         {`"Odd.User"=r/boss`, "Odd.User", true},
		"quotes in a name":               {`"a""b"=r/"x,y"`, `a"b`, true},
		"name that ends another":         {`"x/,stitch=r"=w/boss`, "stitch", false},
		"group that passes for the user": {`group "x/,stitch=r/boss,"=w/boss`, "stitch", false},
		"grantor that passes for it":     {`etl=r/"x,stitch=r/boss"`, "stitch", false},
		"nonsense":                       {`===///,,,"`, "stitch", false},
	} {
		if got := accessList(tc.list).grantsSelect(tc.user); got != tc.want {
			t.Errorf("%s: %s grants %q: %v", name, tc.list, tc.user, got)
		}
	}
}

func TestSettingsOfTheUser(t *testing.T) {
	for config, want := range map[string]struct{ timeout, readOnly string }{
		"":                                    {},
		"search_path=a, b":                    {},
		"statement_timeout=45s":               {timeout: "45000"},
		"search_path=a | statement_timeout=5": {timeout: "5"},
		"Statement_Timeout=0":                 {timeout: "0"},
		"statement_timeout=soon":              {timeout: "(unknown)"},
		"statement_timeout=5 | statement_timeout=7":              {timeout: "(unknown)"},
		"my.statement_timeout=5":                                 {},
		"default_transaction_read_only=on":                       {readOnly: "on"},
		"default_transaction_read_only=false":                    {readOnly: "off"},
		"default_transaction_read_only=perhaps":                  {readOnly: "(unknown)"},
		"statement_timeout=1s | DEFAULT_transaction_READ_only=1": {timeout: "1000", readOnly: "on"},
	} {
		known := func(text string, ok bool) string {
			if !ok {
				return "(unknown)"
			}
			return text
		}
		if got := known(configured(config, "statement_timeout", milliseconds)); got != want.timeout {
			t.Errorf("%s: timeout %s, want %s", config, got, want.timeout)
		}
		if got := known(configured(config, "default_transaction_read_only", onOff)); got != want.readOnly {
			t.Errorf("%s: read-only %s, want %s", config, got, want.readOnly)
		}
	}
}
