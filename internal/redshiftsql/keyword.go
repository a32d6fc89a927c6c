package redshiftsql

import "slices"

// keyword judges the word at i as a keyword. It reports whether it is one, rather
// than part of a name.
func (s *statementCheck) keyword(i int) bool {
	t, f := s.tokens[i], s.frame()
	if t.kind != word || s.at(i-1).is(".") || s.at(i-1).is("as") || s.at(i+1).is(".") {
		return false
	}
	switch t.folded {
	case "select":
		*f = frame{selects: true}
	case "from":
		if s.at(i - 1).is("distinct") {
			s.problem(t, Redshift, "compares with IS DISTINCT FROM", Refusal{SQLState: "0A000", Message: "IS DISTINCT FROM is not supported"})
			return true
		}
		f.from, f.relation = f.selects, f.selects
	case "join":
		f.from, f.relation = true, true
	case "where", "group", "having", "order", "limit", "offset", "union", "intersect", "except", "window":
		f.from, f.relation = false, false
	case "as":
		if f.cast {
			s.cast(i + 1)
		}
	case "into":
		s.readOnly = false
		f.relation = false
	case "for":
		if slices.ContainsFunc([]string{"update", "share", "no", "key"}, s.at(i+1).is) {
			s.problem(t, Redshift, "locks rows", Refusal{})
			s.readOnly = false
		}
	case "values":
		s.problem(t, Redshift|PostgreSQL80, "makes a table", Refusal{SQLState: "0A000", Message: "VALUES lists used as constant tables are not supported"})
	default:
		return s.construct(i)
	}
	return true
}

// construct judges the word at i as the beginning of something larger.
func (s *statementCheck) construct(i int) bool {
	t, next := s.tokens[i], s.at(i+1)
	switch {
	case t.folded == "array" && (next.is("[") || next.is("(")):
		s.problem(t, Redshift, "makes an array", Refusal{SQLState: "0A000", Message: "array constructors are not supported"})
		return true
	case t.folded == "row" && next.is("("):
		s.problem(t, Redshift, "makes a row", Refusal{SQLState: "0A000", Message: "row constructors are not supported"})
		return true
	case t.folded == "filter" && next.is("(") && s.at(i-1).is(")"):
		s.problem(t, Redshift|PostgreSQL80, "filters an aggregate", Refusal{SQLState: "42601", Message: `syntax error at or near "("`})
		return true
	case t.folded == "with" && i == 0:
		s.subqueries = true
	case t.folded == "grouping" && !next.is("sets"), t.folded == "over" && !next.is("(") && next.kind != word,
		t.folded == "nulls" && !next.is("first") && !next.is("last"), t.folded == "with":
		return false
	}
	known, ok := constructs()[t.folded]
	if ok {
		s.problem(t, known.on, known.why, known.refusal)
	}
	return ok
}
