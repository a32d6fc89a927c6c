package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows reads a table, its cells divided by bars.
func rows(table *element) []string {
	var all []string
	for _, row := range table.tag("tr") {
		all = append(all, strings.Join(wordsOf(row.children), "|"))
	}
	return all
}

func TestPrivilegesAreATable(t *testing.T) {
	root := pageOf(t, one(sampleBroken("analytics", "us-east-1", 11)))
	want := []string{
		"Object|Needs|Has it|Found|Check",
		"user stitch|to log in|yes||SQL001",
		"to log in with a standard driver|yes||SQL013",
		"database|to be there, and not a datashare|yes||SQL002",
		"CREATE|no|user stitch lacks CREATE on database dev|SQL003",
		"schemas|ownership|no|hubspot: owned by etl_admin|SQL004",
		`tables|ownership|no|"Sales Force"."Opportunity Line Items": owned by old_loader; 16 × owned by etl_admin|SQL005`,
		`primary keys in comments|no|hubspot."Deal Stages"; 3 × there is no comment with the primary key|SQL008`,
		"information_schema|USAGE, and SELECT on what the loader reads|yes||SQL006",
		"pg_catalog|USAGE, and SELECT on what the loader reads|yes||SQL007",
	}
	if diff := cmp.Diff(want, rows(root.class("needed")[0])); diff != "" {
		t.Error(diff)
	}
	want = []string{
		"Schema|Owner|Tables' owners|Keys in comments",
		`"Sales Force"|in order|"Opportunity Line Items": owned by old_loader|in order`,
		`hubspot|owned by etl_admin|16 × owned by etl_admin|"Deal Stages"2 × there is no comment with the primary key`,
		"zendesk|in order|in order|tickets: there is no comment with the primary key",
	}
	if diff := cmp.Diff(want, rows(root.class("schemas")[0])); diff != "" {
		t.Error(diff)
	}
	if text := root.class("rights")[0].words(); !strings.HasSuffix(text, "Schemas that are not listed are in order in these respects.") {
		t.Error(text)
	}
}

// A schema without a row is in order only if every check of schemas has told of all.
func TestOtherSchemasAreInOrderOnlyIfThatIsKnown(t *testing.T) {
	for name, tc := range map[string]struct {
		outcome Outcome
		cell    string
		whole   bool
	}{
		"passes":         {Pass, "in order", true},
		"unknown":        {Unknown, "cannot tell", false},
		"not applicable": {NotApplicable, "does not apply", false},
	} {
		target := readyTarget()
		target.Results = nil
		result(&target, "SQL004", Critical, Fail, "hubspot", "owned by etl_admin")
		result(&target, "SQL005", Critical, tc.outcome, "", "", lacks("database.relations", "failed", "no answer"))
		root := pageOf(t, one(target)).class("rights")[0]
		want := []string{"Schema|Owner|Tables' owners", "hubspot|owned by etl_admin|" + tc.cell}
		if diff := cmp.Diff(want, rows(root.class("schemas")[0])); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if whole := strings.Contains(root.words(), "not listed"); whole != tc.whole {
			t.Errorf("%s: the others are said to be in order: %t", name, whole)
		}
	}
}

func TestPrivilegesOfWhichNothingIsKnownAreASentence(t *testing.T) {
	for name, tc := range map[string]struct {
		target Target
		want   string
	}{
		"no login": {permissionsMissing(), "Privileges in the database cannot tell: no password for stitch: give --password-file, or leave the database out with --no-database"},
		"not asked": {func() Target {
			target := readyTarget()
			target.Results = target.Results[:6]
			result(&target, "SQL001", Critical, NotApplicable, "", "not requested: --no-database")
			result(&target, "SQL003", Critical, NotApplicable, "", "not requested: --no-database")
			return target
		}(), "Privileges in the database not requested: --no-database"},
	} {
		if got := pageOf(t, one(tc.target)).class("rights")[0].words(); got != tc.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSchemaOfASubject(t *testing.T) {
	for subject, want := range map[string]string{
		"hubspot": "hubspot", "hubspot.deals": "hubspot", `"a.b".c`: `"a.b"`, `"a""."".b".c`: `"a""."".b"`, `"a.b"`: `"a.b"`, "": "", `a."b.c"`: "a", `"open.a`: `"open.a`,
	} {
		if got := schemaOf(subject); got != want {
			t.Errorf("%s: %s", subject, got)
		}
	}
}

// A sentence is cut before the consequences, but never within what somebody else
// wrote.
func TestSentencesAreCutShort(t *testing.T) {
	for message, want := range map[string]string{
		"owned by etl_admin, not by stitch: refused":        "owned by etl_admin",
		"there is no comment: nothing is updated":           "there is no comment",
		"user stitch lacks CREATE; CREATE on schema a":      "user stitch lacks CREATE",
		"owned by etl_admin":                                "owned by etl_admin",
		`the comment "owner: me" is no JSON: whatever`:      "",
		`owned by "a, not by b: c", not by stitch: refused`: "",
		"": "",
	} {
		if got := brief(message); got != want {
			t.Errorf("%s: %q", message, got)
		}
	}
}
