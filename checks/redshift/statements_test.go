package redshift

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/internal/redshiftsql"
)

// everyStatement lists all SQL that reads facts.
func everyStatement() []statement {
	all := []statement{
		settingsStatement, statementTimeoutStatement, readOnlyStatement, accountStatement, serverStatement, privilegesStatement,
		ownPrivilegesStatement, ownerStatement, userStatement, userWithoutGroupsStatement, schemasStatement, ownSchemasStatement,
		columnsStatement, columnsWithoutBindingsStatement, systemRelationsStatement, ownSystemRelationsStatement, rolesStatement, rolesOnlyStatement, rolePrivilegesStatement,
		databaseTypeStatement, connectionLimitStatement, externalSchemasStatement, viewsStatement, metadataSecurityStatement, catalogStatement(catalogs()),
	}
	for _, rights := range []rightsOf{nobodysRights, rightsOfUser, rightsOfLogin} {
		all = append(all, relationsStatement(true, rights), relationsStatement(false, rights))
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

// Every text as it is sent, those that are put together too.
func TestStatementsRunOnEveryEngineAndChangeNothing(t *testing.T) {
	for _, st := range everyStatement() {
		verdict := redshiftsql.Check(st.text)
		if !verdict.ReadOnly() {
			t.Errorf("%s may change something: %s", st.name, st.text)
		}
		for _, p := range verdict.Problems {
			if redshiftsOwn := strings.HasPrefix(p.Word, "svv_") || p.Word == "metadata_security"; !redshiftsOwn || p.On&redshiftsql.Redshift != 0 {
				t.Errorf("%s: %s", st.name, p)
			}
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

// What was refused is looked up among these.
func TestCatalogsAreWhatStatementsRead(t *testing.T) {
	read := map[string]bool{}
	for _, st := range append(everyStatement(), identityStatement) {
		for _, relation := range st.reads {
			if strings.HasPrefix(relation, "pg_catalog.") {
				read[relation] = true
			}
		}
	}
	if got := slices.Sorted(maps.Keys(read)); !slices.Equal(got, catalogs()) {
		t.Errorf("statements read %v, and catalogs are %v", got, catalogs())
	}
}

func TestNoStatementIsThereTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, st := range everyStatement() {
		if st.name == "" || seen[st.text] {
			t.Errorf("%q has no name, or is there twice: %s", st.name, st.text)
		}
		seen[st.text] = true
	}
}

func TestProbesReadWhatTheyAreNamedFor(t *testing.T) {
	for _, p := range probes {
		if want := "SELECT * FROM " + p.schema + "." + p.relation + " WHERE 1 = 0"; p.statement.text != want {
			t.Errorf("%s.%s is probed with %q", p.schema, p.relation, p.statement.text)
		}
	}
}
