//go:build unix

package truth

import (
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
)

// What rscheck observed is changed behind its back, so that its verdict is wrong.
func TestAWrongVerdictIsNoticed(t *testing.T) {
	w := newWorld(t)
	loader, other := name("stitch"), name("etl_admin")
	users := []string{"CREATE USER " + other, "CREATE USER " + loader + " PASSWORD " + literal(password)}
	table := []string{
		"CREATE SCHEMA hubspot AUTHORIZATION " + loader,
		"CREATE TABLE hubspot.contacts (id int, _sdc_batched_at int, _sdc_sequence int, _sdc_table_version int)",
		"ALTER TABLE hubspot.contacts OWNER TO " + loader,
		`COMMENT ON TABLE hubspot.contacts IS '{"primary_keys":["id"]}'`,
	}
	for title, tc := range map[string]struct {
		check   string
		steps   []string
		distort func(*facts.Target)
	}{
		"an owner's right taken for granted": {
			"SQL004",
			[]string{"REVOKE CREATE ON SCHEMA hubspot FROM " + loader},
			func(t *facts.Target) {
				for i := range t.Database.Schemas {
					t.Database.Schemas[i].CanCreate = true
				}
			},
		},
		"somebody else's table taken for the loader's": {
			"SQL005",
			[]string{"ALTER TABLE hubspot.contacts OWNER TO " + other},
			func(t *facts.Target) {
				for i := range t.Database.Relations {
					t.Database.Relations[i].Owner = "stitch"
				}
			},
		},
		"the loader's table taken for somebody else's": {
			"SQL005", nil,
			func(t *facts.Target) {
				for i := range t.Database.Relations {
					t.Database.Relations[i].Owner = "etl_admin"
				}
			},
		},
		"CREATE that is not there":     {"SQL003", nil, func(t *facts.Target) { t.Database.CanCreate = true }},
		"password that has not ended":  {"SQL001", []string{"ALTER USER " + loader + " VALID UNTIL '2001-01-01'"}, func(t *facts.Target) { t.Database.User.ValidUntil = "" }},
		"superuser that is not seen":   {"SEC006", []string{"ALTER USER " + loader + " SUPERUSER"}, func(t *facts.Target) { t.Database.User.Superuser = false }},
		"comment that is not seen":     {"SQL008", nil, func(t *facts.Target) { t.Database.Relations[0].Comment = "" }},
		"needless unknown":             {"SQL005", nil, func(t *facts.Target) { t.Lack("database.relations", facts.Failed, "no reason") }},
		"refusal that is not seen":     {"SQL007", []string{"REVOKE SELECT ON pg_catalog.pg_type FROM PUBLIC"}, readable},
		"refusal in the other schema":  {"SQL006", []string{"REVOKE SELECT ON information_schema.tables FROM PUBLIC"}, readable},
		"view that is not seen":        {"SQL009", []string{"CREATE VIEW hubspot.v AS SELECT id FROM hubspot.contacts"}, func(t *facts.Target) { t.Database.Bindings = nil }},
		"CREATE that is there for all": {"SQL003", []string{"GRANT CREATE ON DATABASE dw TO PUBLIC"}, func(t *facts.Target) { t.Database.CanCreate = false }},
	} {
		t.Run(title, func(t *testing.T) {
			s := &scenario{database: "dw", loader: "stitch", password: password, admin: superuser, steps: slices.Concat(users, table, tc.steps)}
			w.distort = nil
			if found, err := w.disagreements(t.Context(), s, false, newTally()); err != nil || len(found) > 0 {
				t.Fatalf("without any change: %v, %v", found, err)
			}
			w.distort = tc.distort
			found, err := w.disagreements(t.Context(), s, false, newTally())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(found, disagreement{check: tc.check, login: auditor}.same) {
				t.Errorf("it is not noticed; there is %v", found)
			}
		})
	}
}

func TestADisagreementIsShownInTheSmallestScenario(t *testing.T) {
	w := newWorld(t)
	w.distort = readable
	revoke := "REVOKE SELECT ON pg_catalog.pg_type FROM PUBLIC"
	s := &scenario{
		database: "dw", loader: "stitch", password: password, admin: superuser, schemas: []string{"hubspot", "other"},
		steps: []string{
			"CREATE USER stitch PASSWORD " + literal(password), "CREATE SCHEMA hubspot AUTHORIZATION stitch",
			"CREATE TABLE hubspot.t (id int)", "CREATE SCHEMA other", revoke, "GRANT USAGE ON SCHEMA other TO PUBLIC",
			"GRANT SELECT ON pg_catalog.pg_type TO auditor",
		},
	}
	found, err := w.disagreements(t.Context(), s, false, newTally())
	if err != nil || len(found) == 0 {
		t.Fatalf("%v, %v", found, err)
	}
	smallest, _ := w.shrink(t.Context(), s, found[0])
	if want := []string{s.steps[0], revoke}; !slices.Equal(smallest.steps, want) || len(smallest.schemas) > 0 {
		t.Errorf("the smallest scenario is\n%s", smallest.replay())
	}
	for _, told := range []string{"CREATE DATABASE \"dw\";", revoke + ";", "--user 'stitch' --login 'stitch'"} {
		if !strings.Contains(smallest.replay(), told) {
			t.Errorf("how to make it again does not tell %s:\n%s", told, smallest.replay())
		}
	}
}

func readable(t *facts.Target) {
	for i := range t.Database.SystemRelations {
		t.Database.SystemRelations[i].CanSelect = true
	}
}
