package redshift

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// everyStatement lists all SQL that reads facts.
func everyStatement() []statement {
	all := []statement{
		settingsStatement, statementTimeoutStatement, accountStatement, databaseStatement, serverStatement, userStatement,
		userWithoutGroupsStatement, schemasStatement, relationsStatement, relationsWithoutCommentsStatement,
		columnsStatement, columnsWithoutBindingsStatement, systemRelationsStatement, rolesStatement, rolePrivilegesStatement,
		databaseTypeStatement, connectionLimitStatement,
	}
	for _, p := range probes {
		all = append(all, p.statement)
	}
	return all
}

// The forbidden words and signs are those that Redshift, PostgreSQL 8.0 or
// PostgreSQL 15 lacks or takes in another way, and those that write.
func TestStatementsKeepToTheSharedDialect(t *testing.T) {
	begins := regexp.MustCompile(`^(SELECT|SHOW) `)
	words := regexp.MustCompile(`(?i)\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|GRANT|REVOKE|COPY|UNLOAD|CALL|DO|INTO|LOCK|VACUUM|` +
		`LIKE|ILIKE|SIMILAR|WITH|OVER|VALUES|LATERAL|FILTER|DISTINCT|RETURNING|ARRAY|UNNEST|` +
		`LISTAGG|STRING_AGG|ARRAY_AGG|GENERATE_SERIES|FORMAT|REGEXP_MATCHES|pg_roles|pg_authid|pg_enum|current_setting|set_config|obj_description)\b`)
	strange := regexp.MustCompile("[\\\\;\"`{}\\[\\]~%?]|::|--|/\\*|:=|\\$\\$")
	literal := regexp.MustCompile(`'[^']*'`)
	for _, st := range everyStatement() {
		if !begins.MatchString(st.text) {
			t.Errorf("%s begins with neither SELECT nor SHOW", st.name)
		}
		code := literal.ReplaceAllString(st.text, "''")
		if found := words.FindString(code); found != "" {
			t.Errorf("%s uses %s", st.name, found)
		}
		if found := strange.FindString(st.text); found != "" {
			t.Errorf("%s uses %s", st.name, found)
		}
		if leader, compute := strings.Contains(code, "pg_catalog."), regexp.MustCompile(`\b(svv|svl|stv|stl|sys)_`).MatchString(code); leader && compute {
			t.Errorf("%s mixes the leader node's catalogs with views that run on compute nodes", st.name)
		}
	}
}

// The grant that mends a refusal is made from these lists.
func TestStatementsNameWhatTheyRead(t *testing.T) {
	from := regexp.MustCompile(`\b(?:FROM|JOIN) ([a-z_.]+)`)
	for _, st := range everyStatement() {
		if strings.HasPrefix(st.name, "probe ") {
			continue // refused, a probe tells of the user and mends nothing
		}
		reads := []string{}
		for _, match := range from.FindAllStringSubmatch(st.text, -1) {
			reads = append(reads, match[1])
		}
		listed := slices.Sorted(slices.Values(st.reads))
		slices.Sort(reads)
		if !slices.Equal(reads, listed) {
			t.Errorf("%s reads %v and lists %v", st.name, reads, listed)
		}
	}
}

func TestStatementsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, st := range everyStatement() {
		if st.name == "" || seen[st.name] {
			t.Errorf("the name %q is empty or taken", st.name)
		}
		seen[st.name] = true
	}
}

func TestProbesReadWhatTheyAreNamedFor(t *testing.T) {
	for _, p := range probes {
		if want := "SELECT * FROM " + p.schema + "." + p.relation + " WHERE 1 = 0"; p.statement.text != want {
			t.Errorf("%s.%s is probed with %q", p.schema, p.relation, p.statement.text)
		}
	}
}
