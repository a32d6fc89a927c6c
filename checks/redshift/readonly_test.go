//go:build unix

package redshift

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestASessionCannotWrite(t *testing.T) {
	options, conn := loggedIn(t, "boss")
	s := session{querier: &connection{conn}, options: options}
	for _, write := range []string{
		`CREATE SCHEMA written`, `CREATE TABLE public.written (n int)`, `COMMENT ON TABLE hubspot.contacts IS NULL`,
		`GRANT ALL ON SCHEMA hubspot TO PUBLIC`, `ALTER ROLE stitch SUPERUSER`, `DELETE FROM hubspot.contacts`,
	} {
		err := s.ask(t.Context(), statement{name: "write", text: write}, func(row) {})
		var server *pgconn.PgError
		if !errors.As(err, &server) || server.Code != "25006" {
			t.Errorf("%s: %v, want SQLSTATE 25006", write, err)
		}
	}
}

// The catalogs are the same to the byte, versions of rows included, and no
// transaction was given an id: nothing wrote.
func TestObservingChangesNothing(t *testing.T) {
	look := func() string {
		return admin(t, "dw", `
SELECT pg_snapshot_xmax(pg_current_snapshot());
SELECT xmin, c.* FROM pg_class c ORDER BY oid;
SELECT xmin, n.* FROM pg_namespace n ORDER BY oid;
SELECT xmin, a.* FROM pg_authid a ORDER BY oid;
SELECT xmin, m.* FROM pg_auth_members m ORDER BY roleid, member;
SELECT xmin, d.* FROM pg_description d ORDER BY objoid, classoid, objsubid;
SELECT xmin, d.* FROM pg_database d ORDER BY oid;
SELECT xmin, s.* FROM pg_db_role_setting s ORDER BY setdatabase, setrole;
SELECT xmin, attrelid, attname, attacl FROM pg_attribute ORDER BY attrelid, attnum;
SELECT xmin, p.* FROM pg_proc p ORDER BY oid;
SELECT xmin, t.* FROM pg_type t ORDER BY oid;`)
	}
	before := look()
	for _, login := range []string{"stitch", "auditor", "boss"} {
		observe(t, as(login, "dw"))
	}
	if after := look(); before != after {
		t.Error("the catalogs are not as they were")
	}
	if len(before) < 100_000 {
		t.Errorf("the catalogs came out as %d bytes only", len(before))
	}
}

func TestTheServerSawReadOnlyStatementsOnly(t *testing.T) {
	before := len(server.Log())
	observe(t, as("stitch", copyOfWarehouse(t, `REVOKE SELECT ON pg_catalog.pg_description, pg_catalog.pg_class, pg_catalog.pg_group FROM PUBLIC`)))
	observe(t, as("auditor", "dw"))

	// The server writes a tab after each line break in a statement.
	log := strings.ReplaceAll(server.Log()[before:], "\n\t", "\n")
	known := []string{}
	for _, st := range everyStatement() {
		known = append(known, "execute <unnamed>: "+st.text)
	}
	known = append(known, "statement: "+beginText, "statement: "+againText, "statement: "+sessionText)
	seen := 0
	for _, entry := range strings.Split("\n"+log, "\nrscheck~")[1:] {
		// What follows may be of another program.
		for _, program := range []string{"psql", "[unknown]", ""} {
			entry, _, _ = strings.Cut(entry, "\n"+program+"~")
		}
		said, ok := strings.CutPrefix(strings.TrimSpace(entry), "LOG:  ")
		if !ok {
			continue // details and errors of a statement that was logged before
		}
		seen++
		if !slices.Contains(known, said) {
			t.Errorf("the server saw %q", said)
		}
	}
	if seen < 30 {
		t.Errorf("%d entries of rscheck in the log", seen)
	}
}
