//go:build unix

package redshift

import (
	"context"
	"runtime"
	"slices"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
)

// bigWarehouse makes 1,000 schemas of ten tables each in a database of its own.
const bigWarehouse = `
DO $$
DECLARE s text;
BEGIN
	FOR i IN 0..999 LOOP
		s := 'source_' || i;
		EXECUTE format('CREATE SCHEMA %I AUTHORIZATION %I', s, CASE WHEN i % 100 = 0 THEN 'etl_admin' ELSE 'stitch' END);
		FOR j IN 0..9 LOOP
			EXECUTE format('CREATE TABLE %I.%I (id int, _sdc_batched_at timestamp, _sdc_sequence bigint)', s, 'table_' || j);
			EXECUTE format('COMMENT ON TABLE %I.%I IS %L', s, 'table_' || j, '{"primary_keys":["id"]}');
		END LOOP;
	END LOOP;
END $$;
UPDATE pg_class SET relowner = (SELECT oid FROM pg_roles WHERE rolname = 'stitch') WHERE relkind = 'r' AND relname LIKE 'table%';
`

func manyTables(tb testing.TB) string {
	tb.Helper()
	admin(tb, "postgres", `CREATE DATABASE big`)
	tb.Cleanup(func() {
		if _, err := server.SQL(context.Background(), "postgres", `DROP DATABASE big`); err != nil {
			tb.Error(err)
		}
	})
	admin(tb, "big", bigWarehouse)
	return "big"
}

func TestTenThousandTablesTakeAsManyStatementsAsOne(t *testing.T) {
	steps := func(database string) (*facts.Target, []string) {
		options, steps := as("auditor", database), []string{}
		options.Progress = func(step string) { steps = append(steps, step) }
		return observe(t, options), steps
	}
	target, many := steps(manyTables(t))
	_, few := steps("dw")
	if !slices.Equal(many, few) {
		t.Errorf("steps %q, and %q for a small database", many, few)
	}
	if statements := len(many) - 1; many[0] != "logging in" || statements > 10 {
		t.Errorf("%d statements, at most 10 are allowed: %q", statements, many)
	}
	db := target.Database
	if got := len(db.Schemas); got != 1003 {
		t.Errorf("%d schemas, want 1000 and public, pg_catalog and information_schema", got)
	}
	if got := len(db.Relations); got != 10_000 {
		t.Fatalf("%d relations, want 10000", got)
	}
	for _, r := range db.Relations {
		if r.Owner != "stitch" || r.Comment != `{"primary_keys":["id"]}` || !slices.Equal(r.Markers, []string{"_sdc_batched_at", "_sdc_sequence"}) {
			t.Fatalf("relation %+v", r)
		}
	}
	if got := len(db.Layouts); got != 10_000 {
		t.Fatalf("%d layouts, want 10000", got)
	}
	for _, l := range db.Layouts {
		if l.Columns != 3 || l.Longest != "_sdc_batched_at" || !slices.Equal(l.Keys, []string{"id"}) || len(l.Affixed) != 2 {
			t.Fatalf("layout %+v", l)
		}
	}
	if got := lacking(target); len(got) > 0 {
		t.Errorf("unknown: %q", got)
	}
}

func BenchmarkTenThousandTables(b *testing.B) {
	options := as("auditor", manyTables(b))
	var before, after runtime.MemStats
	b.ReportAllocs()
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		target := &facts.Target{}
		if err := Observe(b.Context(), options, target); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if len(target.Database.Relations) != 10_000 {
			b.Fatalf("%d relations", len(target.Database.Relations))
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB-kept")
}
