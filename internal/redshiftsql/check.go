package redshiftsql

import (
	"fmt"
	"slices"
	"strings"
)

// statementCheck judges one statement.
type statementCheck struct {
	tokens   []token
	problems []Problem
	readOnly bool

	frames []frame
	// What the statement uses.
	compute, leader, catalogs bool
	subqueries                bool // named by WITH
	info                      []string
	computeOnly               *token
}

// frame is what is between two parentheses, or outside of all.
type frame struct {
	// selects is whether a SELECT began here, so that FROM begins a list.
	selects bool
	// from is whether the list after FROM is going on.
	from bool
	// relation is whether a relation is to come next.
	relation bool
	// cast is whether these are the parentheses of CAST.
	cast bool
}

func (s *statementCheck) check() {
	s.verb()
	s.frames = []frame{{}}
	for i := 0; i < len(s.tokens); {
		i += s.token(i)
	}
	s.nodes()
}

// token judges the token at i, and those after it that it belongs with. It returns
// how many they are.
func (s *statementCheck) token(i int) int {
	t := s.tokens[i]
	switch t.kind {
	case literal:
		s.literal(t)
	case sign:
		s.sign(i)
	case word, quotedName:
		return s.name(i)
	}
	return 1
}

// at is the token at i, one without text before the first and after the last.
func (s *statementCheck) at(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{kind: sign}
	}
	return s.tokens[i]
}

func (s *statementCheck) frame() *frame { return &s.frames[len(s.frames)-1] }

func (s *statementCheck) problem(t token, on Engines, why string, refusal Refusal) {
	s.problems = append(s.problems, Problem{Word: t.text, Start: t.start, Why: why, On: on, Refusal: refusal})
}

func (s *statementCheck) literal(t token) {
	if strings.Contains(t.text, `\`) {
		s.readOnly = false // where it ends depends on the engine
	}
	switch quoted := strings.TrimLeft(t.text, "eEbBxXnNuU&"); {
	case strings.HasPrefix(quoted, "$"):
		s.problem(t, All, "is not known to be a literal everywhere", Refusal{})
	case quoted != t.text:
		s.problem(t, Redshift|PostgreSQL80, "is a literal with a prefix", Refusal{})
	case strings.Contains(t.text, `\`):
		// Redshift would take it; whoever wrote it did not mean what it does there.
		// JDBC driver, RedshiftDatabaseMetaData.java: no standard_conforming_strings.
		s.problem(t, All, "has a backslash, which is an escape on Redshift and a character on PostgreSQL", Refusal{
			SQLState: "XX000", Message: "a backslash in a literal means one thing on Redshift and another on PostgreSQL",
		})
	}
}

func (s *statementCheck) sign(i int) {
	t, f := s.tokens[i], s.frame()
	switch t.text {
	case "(":
		// A subquery, or a join in parentheses, which goes on with a relation.
		inner := frame{from: f.relation, relation: f.relation, cast: s.at(i - 1).is("cast")}
		f.relation = false
		s.frames = append(s.frames, inner)
	case ")":
		if len(s.frames) > 1 {
			s.frames = s.frames[:len(s.frames)-1]
		}
	case ",":
		f.relation = f.from
	case "[":
		s.problem(t, Redshift, "is a subscript or an array, which are documented as unsupported", Refusal{})
	case "::":
		s.cast(i + 1)
	case "!":
		if !s.at(i + 1).is("=") {
			s.problem(t, All, "is not known to be an operator everywhere", Refusal{})
		}
	case "]", ".", "=", "<", ">", "+", "-", "*", "/", "%", "|":
	default:
		s.problem(t, All, "is not known to be an operator everywhere", Refusal{})
	}
}

func (s *statementCheck) cast(i int) {
	if t := s.at(i); t.kind != word || !slices.Contains(sharedTypes(), t.folded) {
		s.problem(t, All, "is not known to be a type everywhere", Refusal{})
	}
}

// name judges a word, or a name with all its parts.
func (s *statementCheck) name(i int) int {
	if keyword := s.keyword(i); keyword {
		return 1
	}
	parts := []token{s.tokens[i]}
	for s.at(i+len(parts)*2-1).is(".") && s.at(i+len(parts)*2).isName() {
		parts = append(parts, s.at(i+len(parts)*2))
	}
	for _, part := range parts {
		s.quoted(part)
	}
	length := len(parts)*2 - 1
	called := s.at(i + length).is("(")
	switch f := s.frame(); {
	case f.relation && called:
		s.problem(parts[len(parts)-1], Redshift, "is a function in place of a table", Refusal{})
		s.function(parts)
	case f.relation:
		s.relation(parts)
	case called && parts[len(parts)-1].is("set_config"):
		s.setConfig(i + length - 1)
	case called, s.bare(parts):
		s.function(parts)
	}
	s.frame().relation = false
	return length
}

func (t token) isName() bool { return t.kind == word || t.kind == quotedName }

// bare reports functions that are called without parentheses.
func (s *statementCheck) bare(parts []token) bool {
	return len(parts) == 1 && slices.Contains([]string{"current_time", "current_timestamp", "localtime", "localtimestamp", "sysdate"}, parts[0].folded)
}

// quoted judges a quoted name: Redshift folds it too, unless it was told not to.
// https://docs.aws.amazon.com/redshift/latest/dg/r_enable_case_sensitive_identifier.html
func (s *statementCheck) quoted(t token) {
	if t.kind == quotedName && fold(t.text) != t.text {
		s.problem(t, Redshift, "is folded to lower case, quoted or not", Refusal{})
	}
}

// unquoted is a name as the server knows it.
func (t token) unquoted() string {
	if t.kind == word {
		return t.folded
	}
	_, name, _ := strings.Cut(t.text, `"`)
	return strings.ReplaceAll(strings.TrimSuffix(name, `"`), `""`, `"`)
}

func (s *statementCheck) function(parts []token) {
	t := parts[len(parts)-1]
	name := t.unquoted()
	if len(parts) == 1 && t.kind == word && slices.Contains(nonFunctions(), name) {
		return
	}
	if slices.Contains(leaderFunctions(), name) {
		s.leader = true
		s.info = append(s.info, fmt.Sprintf("Function %q not supported.", name+"()"))
	}
	if slices.Contains(computeFunctions(), name) {
		s.computeOnly = &t
	}
	switch {
	case slices.Contains(sharedFunctions(), name):
	case slices.Contains(missingFunctions(), name):
		// Redshift tells the types of the arguments too (cloudquery#11881).
		s.problem(t, Redshift|PostgreSQL80, "is not supported", Refusal{SQLState: "42883", Message: "function " + name + "() does not exist"})
	case slices.Contains(redshiftFunctions(), name):
		s.problem(t, PostgreSQL, "is Redshift's", Refusal{})
	case slices.Contains(leaderFunctions(), name):
		s.problem(t, Redshift, "is deprecated", Refusal{})
	default:
		s.problem(t, All, "is not known to be a function everywhere", Refusal{})
	}
	if !slices.Contains(sharedFunctions(), name) {
		s.readOnly = false // whatever it does
	}
}

func (s *statementCheck) relation(parts []token) {
	t := parts[len(parts)-1]
	name, schema := t.unquoted(), ""
	if len(parts) > 1 {
		schema = parts[len(parts)-2].unquoted()
	}
	switch system := schema == "" || schema == "pg_catalog"; {
	case schema == "information_schema":
		s.catalogs, s.leader = true, true
		s.info = append(s.info, `Function "has_table_privilege(oid,text)" not supported.`)
	case system && compute(name):
		s.compute = true
		s.problem(t, PostgreSQL, "is Redshift's", Refusal{})
	case system && slices.Contains(redshiftRelations(), name):
		s.catalogs = true
		s.problem(t, PostgreSQL, "is Redshift's", Refusal{})
	case system && slices.Contains(missingRelations(), name):
		s.problem(t, Redshift|PostgreSQL80, "is not there", Refusal{SQLState: "42P01", Message: fmt.Sprintf("relation %q does not exist", name)})
	case system && slices.Contains(sharedRelations(), name):
		s.catalogs = true
	case system && strings.HasPrefix(name, "pg_"):
		s.catalogs = true
		s.problem(t, All, "is not known to be there everywhere", Refusal{})
	case schema == "" && s.subqueries:
		// A subquery's name, it may be.
	default:
		s.compute = true
		s.problem(t, All, "is a table of somebody's", Refusal{})
	}
}

// nodes judges where the statement is to run.
// https://docs.aws.amazon.com/redshift/latest/dg/c_sql-functions-leader-node.html
func (s *statementCheck) nodes() {
	first := s.tokens[0]
	switch {
	case s.compute && s.leader:
		s.problem(first, Redshift, "mixes functions of the leader node with relations of the compute nodes", Refusal{
			// The state: gathered from what users of psycopg2 and DataGrip report.
			SQLState: "0A000", Info: s.info,
			Message: "Specified types or functions (one per INFO message) not supported on Redshift tables.",
		})
	case s.compute && s.catalogs:
		s.problem(first, Redshift, "mixes catalogs of the leader node with relations of the compute nodes", Refusal{})
	case s.computeOnly != nil && !s.compute:
		s.problem(*s.computeOnly, Redshift, "does not run on the leader node", Refusal{
			SQLState: "0A000", Message: "One or more of the used functions must be applied on at least one user created table.",
		})
	}
}
