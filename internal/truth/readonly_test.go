//go:build unix

package truth

import (
	"context"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/internal/redshiftsql"
)

// The catalogs are the same to the byte, versions of rows included, and no
// transaction was given an id: nothing wrote.
func TestObservingChangesNothing(t *testing.T) {
	w := newWorld(t)
	for number := range uint64(20) {
		s := generate(99, number, w.reads)
		s.absent = false
		err := w.with(t.Context(), s, func(p *place) error {
			before, err := p.catalogs(t.Context())
			if err != nil {
				return err
			}
			for _, login := range []string{s.loader, auditor} {
				if _, err := p.judge(t.Context(), login); err != nil {
					return err
				}
			}
			after, err := p.catalogs(t.Context())
			if before != after {
				t.Errorf("observing changed %s to %s\n%s", before, after, s.replay())
			}
			return err
		})
		if err != nil {
			t.Errorf("%v\n%s", err, s.replay())
		}
	}
}

// catalogs is a digest of each catalog that could change.
func (p *place) catalogs(ctx context.Context) (string, error) {
	query := "SELECT pg_snapshot_xmax(pg_current_snapshot())"
	for _, catalog := range []string{
		"pg_class", "pg_namespace", "pg_authid", "pg_description", "pg_attribute", "pg_default_acl",
		"pg_auth_members", "pg_database", "pg_db_role_setting", "pg_proc", "pg_type", "pg_depend",
	} {
		query += ", (SELECT '" + catalog + " ' || count(*) || ' ' || md5(string_agg(c.xmin || ' ' || c::text, '' ORDER BY c.ctid)) FROM " + catalog + " c)"
	}
	rows, err := p.admin.ask(ctx, query)
	if err != nil {
		return "", err
	}
	return strings.Join(rows[0], "\n"), nil
}

// readOnly holds what the server logged of rscheck to reading: each text that it
// saw is one that cannot change anything.
func (w *world) readOnly(t *testing.T) (statements int) {
	t.Helper()
	judged := map[string]bool{}
	// The server begins an entry with the program's name, and writes a tab after
	// each line break within one.
	log := strings.ReplaceAll("\n"+w.server.Log(), "\n\t", " ")
	for line := range strings.Lines(log) {
		entry, ours := strings.CutPrefix(line, "rscheck~LOG:  ")
		if !ours {
			continue
		}
		statements++
		kind, text, _ := strings.Cut(strings.TrimSpace(entry), ": ")
		if judged[text] {
			continue
		}
		judged[text] = true
		if kind != "statement" && kind != "execute <unnamed>" {
			t.Errorf("the server logged of rscheck %q", entry)
		}
		if !redshiftsql.Check(text).ReadOnly() {
			t.Errorf("rscheck sent what may write: %s", text)
		}
	}
	return statements
}
