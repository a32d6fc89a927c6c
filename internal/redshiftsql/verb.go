package redshiftsql

import (
	"fmt"
	"slices"
	"strings"
)

// verb judges what the statement is to do, by its first words.
func (s *statementCheck) verb() {
	first := s.tokens[0]
	if first.kind != word {
		s.problem(first, All, "is not known to begin a statement everywhere", Refusal{})
		return
	}
	switch first.folded {
	case "select":
		s.readOnly = true
	case "show":
		s.readOnly = true
		s.parameter(1, true)
	case "set":
		s.set()
	case "begin", "start":
		s.begin()
	case "rollback":
		s.rollback()
	case "with", "values":
		// keyword tells.
	case "discard":
		// npgsql#1426
		s.problem(first, Redshift|PostgreSQL80, "is not supported", Refusal{SQLState: "42601", Message: `syntax error at or near "discard"`})
	case "unlisten", "listen", "notify":
		// npgsql#853
		s.problem(first, Redshift, "is not supported", Refusal{SQLState: "0A000", Message: first.text + " is not supported"})
	default:
		s.problem(first, All, "does not read", Refusal{})
	}
}

// begin judges BEGIN and START TRANSACTION.
// https://docs.aws.amazon.com/redshift/latest/dg/r_BEGIN.html
func (s *statementCheck) begin() {
	var words []string
	for _, t := range s.tokens {
		words = append(words, t.folded)
		if t.is("deferrable") {
			s.problem(t, Redshift|PostgreSQL80, "came later", Refusal{SQLState: "42601", Message: `syntax error at or near "deferrable"`})
		}
	}
	if len(words) > 1 && (words[1] == "transaction" || words[0] == "begin" && words[1] == "work") {
		words = slices.Delete(words, 1, 2)
	}
	s.readOnly = slices.Equal(words[1:], []string{"read", "only"})
	if !s.readOnly {
		s.problem(s.tokens[0], All, "begins a transaction that can write", Refusal{})
	}
}

// rollback judges ROLLBACK; Redshift has no way back to a savepoint.
func (s *statementCheck) rollback() {
	rest := s.tokens[1:]
	if len(rest) > 0 && (rest[0].is("work") || rest[0].is("transaction")) {
		rest = rest[1:]
	}
	switch {
	case len(rest) == 0:
		s.readOnly = true
	case rest[0].is("to"):
		s.problem(rest[0], Redshift, "rolls back to a savepoint", Refusal{SQLState: "0A000", Message: "ROLLBACK TO SAVEPOINT is not supported"})
	default:
		s.problem(rest[0], All, "is not known after ROLLBACK", Refusal{})
	}
}

// set judges SET [SESSION|LOCAL] name TO value.
func (s *statementCheck) set() {
	at := 1
	if s.at(1).is("session") || s.at(1).is("local") {
		at = 2
	}
	name, to := s.at(at), s.at(at+1)
	if !name.isName() || !to.is("to") && !to.is("=") {
		s.problem(s.tokens[0], All, "sets something other than a parameter", Refusal{})
		return
	}
	s.parameter(at, false)
	s.readOnly = s.harmless(at, s.at(at+2))
}

// setConfig judges the call of set_config at i, which is SET as a function.
// https://docs.aws.amazon.com/redshift/latest/dg/r_SET_CONFIG.html
func (s *statementCheck) setConfig(i int) {
	name, value := s.at(i+2), s.at(i+4)
	if name.kind != literal || !s.at(i+3).is(",") || value.kind != literal || !s.at(i+5).is(",") {
		s.problem(s.at(i), All, "sets what is not known before", Refusal{})
		s.readOnly = false
		return
	}
	s.parameter(i+2, false)
	s.readOnly = s.harmless(i+2, value) && s.readOnly
}

// harmless reports whether a parameter may be set so in a session that is to
// change nothing.
func (s *statementCheck) harmless(at int, value token) bool {
	name := parameterName(s.at(at))
	if slices.Contains(harmlessParameters(), name) ||
		name == "default_transaction_read_only" && slices.Contains([]string{"on", "true"}, parameterName(value)) {
		return true
	}
	s.problem(s.at(at), All, "is a parameter that is better left alone", Refusal{})
	return false
}

// parameterName is a name, or a simple literal, without its quotes.
func parameterName(t token) string {
	if t.kind == literal {
		return fold(strings.Trim(t.text, "'"))
	}
	return fold(t.unquoted())
}

// parameter judges the name of a parameter.
func (s *statementCheck) parameter(at int, shown bool) {
	t := s.at(at)
	name := parameterName(t)
	switch {
	case slices.Contains(sharedParameters(), name):
	case shown && (name == "all" || name == "time" || name == "transaction"):
		s.problem(t, All, "is not one parameter", Refusal{})
	case slices.Contains(redshiftParameters(), name):
		s.problem(t, PostgreSQL80, "is not a parameter", Refusal{})
	default:
		s.problem(t, Redshift|PostgreSQL80, "is not known to be a parameter", Refusal{
			SQLState: "42704", Message: fmt.Sprintf("unrecognized configuration parameter %q", name),
		})
	}
}
