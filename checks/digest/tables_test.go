package digest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
)

var (
	marks = []string{"_sdc_batched_at", "_sdc_sequence", "_sdc_table_version"}
	keyed = `{"primary_keys":["id"]}`
)

// warehouse is a database that has been looked at by the loader's own user.
func warehouse(relations ...facts.Relation) *facts.Target {
	t := &facts.Target{ID: "dw.example.com:5439", Kind: facts.HostOnly, Name: "dw.example.com"}
	t.Database = facts.Database{
		Login: facts.Login{User: "stitch", Outcome: facts.LoggedIn, Via: "sql"}, Version: "PostgreSQL 8.0.2, Redshift 1.0.52943",
		Name: "dw", Type: "local", User: facts.User{Name: "stitch", Exists: true, ConnectionLimit: "unlimited"},
		Settings: []facts.Setting{{Name: "statement_timeout", Value: "0"}},
	}
	for _, r := range relations {
		t.Database.Relations = append(t.Database.Relations, r)
		if len(r.Markers) > 0 {
			layout := facts.Layout{Schema: r.Schema, Name: r.Name, Columns: 4, Longest: "_sdc_table_version", Keys: []string{"id"}, Affixed: r.Markers}
			t.Database.Layouts = append(t.Database.Layouts, layout)
		}
	}
	return t
}

// table is one that the loader made, changed.
func table(name string, change func(*facts.Relation)) facts.Relation {
	r := facts.Relation{Schema: "hubspot", Name: name, Kind: facts.Table, Owner: "stitch", Comment: keyed, Markers: marks}
	if change != nil {
		change(&r)
	}
	return r
}

var rejected = facts.Relation{Schema: "hubspot", Name: "_sdc_rejected", Kind: facts.Table, Owner: "stitch"}

// derive digests the target, and lists the fields of the document's database that
// are lacking, but for those that no test here gives facts for.
func derive(t *testing.T, target *facts.Target, schemas ...string) (digest.Database, []string) {
	t.Helper()
	s := settings(t, loader.Any)
	s.Schemas = schemas
	d := digest.Of(target, s, time.Unix(0, 0))
	var lacking []string
	for _, lack := range d.Lacks {
		if slices.Contains([]string{"database.comments", "database.markers", "database.bindings", "database.limits", "database.room", "database.grants"}, lack.Path) {
			lacking = append(lacking, lack.Path+": "+lack.Missing[0].Detail)
		}
	}
	return d.Document.Database, lacking
}

func TestKeysThatAreNoColumns(t *testing.T) {
	for name, tc := range map[string]struct {
		comment string
		columns []string // of those that the comment names
		want    []string // subject, problem and keys
	}{
		"all there":              {`{"primary_keys":["id","name"]}`, []string{"id", "name"}, nil},
		"one gone":               {`{"primary_keys":["id","name"]}`, []string{"id"}, []string{"no_column", "name"}},
		"in another case":        {`{"primary_keys":["ID"]}`, nil, []string{"no_column", "ID"}},
		"four gone":              {`{"primary_keys":["a","b","c","d"]}`, nil, []string{"no_column", "a", "b", "c"}},
		"malformed all the same": {`id`, nil, []string{"malformed"}},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse(table("deals", func(r *facts.Relation) { r.Comment = tc.comment }))
			target.Database.Layouts[0].Keys = tc.columns
			db, lacking := derive(t, target)
			var got []string
			for _, c := range db.Comments.Deviating {
				got = append(append(got, c.Problem), c.Keys...)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("comments (-want +got):\n%s", diff)
			}
			if slices.ContainsFunc(lacking, func(s string) bool { return strings.HasPrefix(s, "database.comments") }) {
				t.Errorf("lacking %q", lacking)
			}
		})
	}
}

func TestTablesThatLostColumns(t *testing.T) {
	lost := func(r *facts.Relation) { r.Markers = marks[:1] }
	bare := func(r *facts.Relation) { r.Markers = nil }
	copied := func(r *facts.Relation) { r.Markers, r.Comment, r.Owner = marks[:2], "", "analyst" }
	for name, tc := range map[string]struct {
		relations []facts.Relation
		schemas   []string
		want      []string
	}{
		"all in place":                         {[]facts.Relation{table("deals", nil), rejected}, nil, nil},
		"lost beside the table of rejects":     {[]facts.Relation{table("deals", lost), rejected}, nil, []string{"hubspot.deals"}},
		"lost beside a table that has all":     {[]facts.Relation{table("deals", lost), table("other", nil)}, nil, []string{"hubspot.deals"}},
		"all lost, known by its comment":       {[]facts.Relation{table("deals", bare), rejected}, nil, []string{"hubspot.deals"}},
		"in a schema that is not the loader's": {[]facts.Relation{table("deals", lost)}, nil, nil},
		"in a schema that was named":           {[]facts.Relation{table("deals", lost)}, []string{"hubspot"}, []string{"hubspot.deals"}},
		"somebody's copy":                      {[]facts.Relation{table("copy", copied), rejected}, nil, nil},
		"somebody's, in a named schema":        {[]facts.Relation{table("copy", copied), rejected}, []string{"hubspot"}, []string{"hubspot.copy"}},
		"somebody's, without any": {
			[]facts.Relation{table("notes", func(r *facts.Relation) { bare(r); r.Comment = "notes" }), rejected},
			[]string{"hubspot"},
			nil,
		},
		"a view": {[]facts.Relation{table("v", func(r *facts.Relation) { lost(r); r.Kind = facts.View }), rejected}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			db, lacking := derive(t, warehouse(tc.relations...), tc.schemas...)
			var got []string
			for _, table := range db.Markers.Deviating {
				got = append(got, table.Subject)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
			if slices.ContainsFunc(lacking, func(s string) bool { return strings.HasPrefix(s, "database.markers") }) {
				t.Errorf("lacking %q", lacking)
			}
		})
	}
}

func TestBoundViews(t *testing.T) {
	view := facts.Relation{Schema: "bi", Name: "v", Kind: facts.View}
	stored := facts.Relation{Schema: "bi", Name: "Kept", Kind: facts.MaterializedView}
	bind := func(table, view string) facts.Binding {
		return facts.Binding{Schema: "hubspot", Name: table, ViewSchema: "bi", View: view}
	}
	for name, tc := range map[string]struct {
		views    []facts.Relation
		bindings []facts.Binding
		want     []string
		lacking  []string
	}{
		"none":                        {nil, nil, nil, nil},
		"a late-binding one":          {[]facts.Relation{view}, nil, nil, nil},
		"a view":                      {[]facts.Relation{view}, []facts.Binding{bind("deals", "v")}, []string{"hubspot.deals: bi.v 1"}, nil},
		"a view of another table":     {[]facts.Relation{view}, []facts.Binding{bind("nobody", "v")}, nil, nil},
		"materialized":                {[]facts.Relation{stored}, []facts.Binding{bind("deals", "Kept")}, []string{`hubspot.deals: bi."Kept" (materialized) 1`}, nil},
		"materialized from elsewhere": {[]facts.Relation{stored}, []facts.Binding{bind("nobody", "Kept")}, nil, nil},
		"materialized, from where is not told": {
			[]facts.Relation{stored},
			nil, nil,
			[]string{`database.bindings: the server does not tell which tables materialized view bi."Kept" reads: see its definition`},
		},
		"four": {
			nil,
			[]facts.Binding{bind("deals", "a"), bind("deals", "b"), bind("deals", "c"), bind("deals", "d")},
			[]string{"hubspot.deals: bi.a bi.b bi.c 4"},
			nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse(append(tc.views, table("deals", nil))...)
			target.Database.Bindings = tc.bindings
			db, lacking := derive(t, target)
			var got []string
			for _, table := range db.Bindings.Pinned {
				line := table.Subject + ":"
				for _, v := range table.Views {
					line += " " + v.Subject
					if v.Materialized {
						line += " (materialized)"
					}
				}
				got = append(got, line+" "+string(rune('0'+table.ViewCount)))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
			lacking = slices.DeleteFunc(lacking, func(s string) bool { return !strings.HasPrefix(s, "database.bindings") })
			if !slices.Equal(lacking, tc.lacking) {
				t.Errorf("lacking %q, want %q", lacking, tc.lacking)
			}
		})
	}
}

func TestLimitsOfTables(t *testing.T) {
	for name, tc := range map[string]struct {
		table  string
		layout func(*facts.Layout)
		want   string // what there is to say of the table
	}{
		"nothing":                       {"deals", func(*facts.Layout) {}, ""},
		"not near the most columns":     {"deals", func(l *facts.Layout) { l.Columns = 1439 }, ""},
		"near the most columns":         {"deals", func(l *facts.Layout) { l.Columns = 1440 }, "near"},
		"one less than the most":        {"deals", func(l *facts.Layout) { l.Columns = 1599 }, "near"},
		"the most columns":              {"deals", func(l *facts.Layout) { l.Columns = 1600 }, "full"},
		"name as long as can be":        {strings.Repeat("ü", 127), func(*facts.Layout) {}, ""},
		"name too long":                 {strings.Repeat("ü", 128), func(*facts.Layout) {}, "name"},
		"column as long as can be":      {"deals", func(l *facts.Layout) { l.Longest = strings.Repeat("ü", 115) }, ""},
		"column too long":               {"deals", func(l *facts.Layout) { l.Longest = strings.Repeat("ü", 116) }, "column"},
		"table like the loader's":       {"_rjm_mine", func(*facts.Layout) {}, "reserved name"},
		"column like the loader's":      {"deals", func(l *facts.Layout) { l.Affixed = append(l.Affixed, "_sdc_mine") }, "_sdc_mine"},
		"the loader's own, by form":     {"deals", func(l *facts.Layout) { l.Affixed = []string{"_sdc_level_12_id", "_sdc_source_key_id"} }, ""},
		"column split by the loader":    {"deals", func(l *facts.Layout) { l.Affixed = []string{"age__de", "age__st"} }, ""},
		"column split from the first":   {"deals", func(l *facts.Layout) { l.Affixed = []string{"age", "age__st"} }, ""},
		"suffix with nothing beside it": {"deals", func(l *facts.Layout) { l.Affixed = []string{"age__de", "size__st"} }, "age__de size__st"},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse(table(tc.table, nil))
			layout := &target.Database.Layouts[0]
			layout.Affixed = slices.Clone(layout.Affixed)
			tc.layout(layout)
			db, lacking := derive(t, target)
			got := []string{}
			for _, table := range db.Limits.Deviating {
				if table.Columns.Level != "room" {
					got = append(got, table.Columns.Level)
				}
				if table.Name.Over {
					got = append(got, "name")
				}
				if table.Column.Over {
					got = append(got, "column")
				}
				if table.ReservedName {
					got = append(got, "reserved name")
				}
				got = append(got, table.Reserved...)
			}
			if words := strings.Join(got, " "); words != tc.want {
				t.Errorf("found %q, want %q", words, tc.want)
			}
			if slices.ContainsFunc(lacking, func(s string) bool { return strings.HasPrefix(s, "database.limits") }) {
				t.Errorf("lacking %q", lacking)
			}
		})
	}
}

func TestLimitOfTheDatabase(t *testing.T) {
	for level, count := range map[string]int{"room": 89_999, "near": 90_000, "full": 100_000} {
		target := warehouse()
		target.Database.Relations = slices.Repeat([]facts.Relation{{Schema: "s", Name: "t", Kind: facts.Table}}, count)
		target.Database.Relations = append(target.Database.Relations, facts.Relation{Schema: "s", Name: "v", Kind: facts.View})
		if db, _ := derive(t, target); db.Limits.Tables != (digest.Fill{Count: count, Limit: 100_000, Level: level}) {
			t.Errorf("%d tables: %+v", count, db.Limits.Tables)
		}
	}
}

// Of what is not known nothing is said, and what is certain all the same stays.
func TestTablesThatAreNotWhollyKnown(t *testing.T) {
	const path = "database.layouts"
	target := warehouse(table("deals", nil), table("plain", func(r *facts.Relation) { r.Comment = "" }))
	target.Database.Layouts = nil
	target.Lack(path, facts.AccessDenied, "allow it")
	db, lacking := derive(t, target)
	if len(db.Comments.Deviating) != 1 || db.Comments.Deviating[0].Subject != "hubspot.plain" {
		t.Errorf("comments %+v", db.Comments.Deviating)
	}
	if !slices.Equal(lacking, []string{"database.limits: allow it", "database.grants: the server lists no relation of pg_catalog"}) {
		t.Errorf("lacking %q", lacking)
	}

	target.Unknown = nil
	if _, lacking := derive(t, target); !slices.Contains(lacking, "database.limits: table hubspot.deals has the loader's columns, and yet its columns were not told") {
		t.Errorf("lacking %q", lacking)
	}
}
