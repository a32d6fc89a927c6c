//go:build unix

package truth

import (
	"github.com/rscheck/rscheck/report"
)

// expectation is what the truth makes of a check: failures by subject, or none,
// or no object to ask about.
type expectation struct {
	void  bool
	fails map[string]report.Severity
}

func (e expectation) outcome() report.Outcome {
	switch {
	case e.void:
		return report.NotApplicable
	case len(e.fails) > 0:
		return report.Fail
	}
	return report.Pass
}

func (e expectation) fail(subject string, severity report.Severity) { e.fails[subject] = severity }

// expect tells what each check comes to.
func (t *truth) expect(s *scenario) map[string]expectation {
	expected := map[string]expectation{}
	for _, check := range judged {
		expected[check] = expectation{fails: map[string]report.Severity{}, void: !t.asked(check)}
	}
	failIf := func(wrong bool, check, subject string, severity report.Severity) {
		if wrong {
			expected[check].fail(subject, severity)
		}
	}
	failIf(t.present && (!t.exists || t.expired), "SQL001", s.loader, report.Critical)
	failIf(!t.present, "SQL002", s.database, report.Critical)
	if !t.present || !t.exists {
		return expected
	}
	failIf(!t.create || t.readOnly, "SQL003", s.database, report.Critical)
	for schema, tried := range t.schemas {
		failIf(!tried.owned || !tried.works, "SQL004", subject(schema), report.Critical)
	}
	marked := 0
	for _, table := range t.tables {
		failIf(!table.works, "SQL005", subject(table.schema, table.table), report.Critical)
		failIf(table.bound, "SQL009", subject(table.schema, table.table), report.Medium)
		if table.marked {
			marked++
			failIf(table.comment == "missing", "SQL008", subject(table.schema, table.table), report.Medium)
			failIf(table.comment == "broken", "SQL008", subject(table.schema, table.table), report.High)
		}
	}
	void := func(check string, nothing bool) { expected[check] = expectation{nothing, expected[check].fails} }
	void("SQL004", len(t.schemas) == 0)
	void("SQL005", len(t.tables) == 0)
	void("SQL008", marked == 0)
	void("SQL009", len(t.tables) == 0)
	for check, schema := range systemSchemas {
		failIf(!t.reads[schema].usable || len(t.reads[schema].denied) > 0, check, schema, report.Critical)
	}
	failIf(t.superuser || s.admin == s.loader, "SEC006", s.loader, report.Medium)
	return expected
}

// asked is whether a check has anything to ask about: a database, and a user in it.
func (t *truth) asked(check string) bool {
	switch check {
	case "SQL002":
		return true
	case "SQL001":
		return t.present
	}
	return t.present && t.exists
}

var systemSchemas = map[string]string{"SQL006": "information_schema", "SQL007": "pg_catalog"}

// restsOn are the relations that a check cannot be told without, for the auditor
// and for the loader's user, of whom its own login and what it is refused tell
// something.
var restsOn = map[string]struct{ auditor, loader []string }{
	"SQL001": {auditor: []string{"pg_user"}},
	"SQL002": {},
	"SQL003": {auditor: []string{"pg_user"}},
	"SQL004": {[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute"}, []string{"pg_namespace", "pg_class", "pg_attribute"}},
	"SQL005": {[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute"}, []string{"pg_namespace", "pg_class", "pg_attribute"}},
	"SQL006": {auditor: []string{"pg_user", "pg_namespace", "pg_class"}},
	"SQL007": {auditor: []string{"pg_user", "pg_namespace", "pg_class"}},
	"SQL008": {
		[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute", "pg_description"},
		[]string{"pg_namespace", "pg_class", "pg_attribute", "pg_description"},
	},
	"SQL009": {
		[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute", "pg_depend"},
		[]string{"pg_namespace", "pg_class", "pg_attribute", "pg_depend"},
	},
	"SEC006": {auditor: []string{"pg_user"}},
	"SQL013": {},
}

const onlyLogin = "only a login as the loader tells"

// excuse is why a check may be unknown to a login, empty where nothing excuses it.
func (t *truth) excuse(s *scenario, check, login string) string {
	switch code := t.logins[login]; {
	case code == noDatabase:
		return ""
	case code == badPassword && check == "SQL001":
		return "" // the refusal is the answer
	case code != "":
		return "the login ends with " + code
	case check == "SQL013" && login == auditor:
		return onlyLogin
	}
	rests := restsOn[check].auditor
	if login == s.loader {
		rests = restsOn[check].loader
	}
	for _, r := range rests {
		if t.hidden[login][r] {
			return r + " is hidden"
		}
	}
	return ""
}

// seen is what a login that fails, and AWS, make of an expectation.
func (t *truth) seen(s *scenario, login, check string, want expectation) expectation {
	lockedOut := t.logins[login] != "" && t.logins[login] != noDatabase
	switch {
	case check == "SQL001" && login == s.loader && t.logins[login] == badPassword:
		return expectation{fails: map[string]report.Severity{s.loader: report.Critical}}
	case check == "SEC006" && s.admin == s.loader && lockedOut:
		// AWS told who the admin is, whatever is in the database.
		return expectation{fails: map[string]report.Severity{s.loader: report.Medium}}
	}
	return want
}
