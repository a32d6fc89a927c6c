// Package redshiftsql tells whether a text of SQL stays inside what the leader
// node of Amazon Redshift, PostgreSQL 8.0 (its ancestor) and PostgreSQL 15 have in
// common, and whether it can change anything.
//
// It is a tokenizer and lists of words, not a parser. No parser for Go fits: none
// speaks PostgreSQL 8.0, and those for newer versions (pg_query_go, which needs
// cgo; pgplex/pgparser; the one of CockroachDB, which is heavy, and its copy
// auxten/postgresql-parser, which is stale) accept what Redshift refuses and read
// a backslash in a literal as PostgreSQL does, so every list below would be needed
// on top of their trees. The grammar that was made for Redshift
// (bytebase/redshift-parser, ANTLR) is archived and knows nothing of leader nodes.
//
// The lists of what may be used are closed: a function or relation that is not
// known to be everywhere is a Problem. So a text without problems can be relied
// on, and a text with one may still work.
package redshiftsql

import "strings"

// Engines is a set of database engines.
type Engines uint8

const (
	// Redshift is the leader node of Amazon Redshift.
	Redshift Engines = 1 << iota
	// PostgreSQL80 is PostgreSQL 8.0.
	PostgreSQL80
	// PostgreSQL15 is PostgreSQL 15.
	PostgreSQL15

	// PostgreSQL is both versions.
	PostgreSQL = PostgreSQL80 | PostgreSQL15
	// All are the three that a statement is to run on alike.
	All = Redshift | PostgreSQL
)

// String names the engines.
func (e Engines) String() string {
	var names []string
	for _, engine := range []struct {
		bit  Engines
		name string
	}{{Redshift, "Redshift"}, {PostgreSQL80, "PostgreSQL 8.0"}, {PostgreSQL15, "PostgreSQL 15"}} {
		if e&engine.bit != 0 {
			names = append(names, engine.name)
		}
	}
	return strings.Join(names, ", ")
}

// Problem is a use of SQL that some engine lacks or takes in another way.
type Problem struct {
	// Word is what it is about, as it is written.
	Word string
	// Start is where Word begins, in bytes.
	Start int
	// Why completes a sentence that begins with Word: "is not known to be …".
	Why string
	// On are the engines that it is a problem on.
	On Engines
	// Refusal is what Redshift answers; its zero value says that Redshift is not
	// known to refuse.
	Refusal Refusal
}

func (p Problem) String() string { return p.Word + " " + p.Why + " (" + p.On.String() + ")" }

// Refusal is an error of Redshift's.
type Refusal struct {
	SQLState string
	Message  string
	// Info are the messages that come before it.
	Info []string
}

// Statement is one statement of a text.
type Statement struct {
	Text string
	// Start is where Text begins, in bytes.
	Start int
	// ReadOnly is whether it is certain to change nothing: a SELECT without INTO
	// and locks that calls known functions only, SHOW, SET of a harmless
	// parameter, BEGIN READ ONLY or ROLLBACK.
	ReadOnly bool
}

// Verdict is what there is to say of a text.
type Verdict struct {
	Statements []Statement
	// Problems are in the order of their places, those of a statement as a whole
	// after its others.
	Problems []Problem
}

// On returns the problems on any of the engines given, in the same order.
func (v Verdict) On(engines Engines) []Problem {
	var on []Problem
	for _, p := range v.Problems {
		if p.On&engines != 0 {
			on = append(on, p)
		}
	}
	return on
}

// ReadOnly is whether there is a statement, and none that may change anything.
func (v Verdict) ReadOnly() bool {
	for _, s := range v.Statements {
		if !s.ReadOnly {
			return false
		}
	}
	return len(v.Statements) > 0
}

// Refusal is what Redshift is known to answer in place of a result, if anything.
func (v Verdict) Refusal() (refusal Refusal, refused bool) {
	for _, p := range v.Problems {
		if p.Refusal.SQLState != "" {
			return p.Refusal, true
		}
	}
	return Refusal{}, false
}

// Check judges a text of one or several statements.
func Check(text string) Verdict {
	tokens, problem := tokenize(text)
	var v Verdict
	for _, statement := range split(tokens) {
		s := &statementCheck{tokens: statement}
		s.check()
		first, last := statement[0], statement[len(statement)-1]
		v.Statements = append(v.Statements, Statement{
			Text:     text[first.start:last.end],
			Start:    first.start,
			ReadOnly: s.readOnly && problem == nil,
		})
		v.Problems = append(v.Problems, s.problems...)
	}
	if problem != nil {
		v.Problems = append(v.Problems, *problem)
	}
	return v
}

// Word is a keyword or a name that is not quoted.
type Word struct {
	// Folded is in lower case.
	Folded string
	// Start and End are its place, in bytes.
	Start, End int
}

// Words returns the keywords and unquoted names of a text, in order: not what is in
// literals, quoted names and comments.
func Words(text string) []Word {
	tokens, _ := tokenize(text) // what comes before a literal without end is good
	var words []Word
	for _, t := range tokens {
		if t.kind == word {
			words = append(words, Word{t.folded, t.start, t.end})
		}
	}
	return words
}

// split divides tokens at semicolons and leaves out what is empty.
func split(tokens []token) [][]token {
	var statements [][]token
	start := 0
	for i := 0; i <= len(tokens); i++ {
		if i < len(tokens) && !tokens[i].is(";") {
			continue
		}
		if i > start {
			statements = append(statements, tokens[start:i])
		}
		start = i + 1
	}
	return statements
}
