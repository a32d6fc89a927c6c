//go:build unix

package redshiftfront

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/rscheck/rscheck/internal/redshiftsql"
)

type refusal = redshiftsql.Refusal

// A refused text is replaced with a word that the server chokes on, so that the
// transaction and the protocol are where they are after any error; the server
// repeats the word in its error, whose words are then replaced.
const refusedWord = "rscheck_refused_"

// translate notes a client's text and returns the one for the server.
func (s *session) translate(text string) string {
	verdict := redshiftsql.Check(text)
	refused, isRefused := verdict.Refusal()
	if s.fault.Does == NoReadOnly && strings.Contains(strings.ToUpper(text), "READ ONLY") {
		refused, isRefused = refusal{SQLState: "0A000", Message: "read-only transactions are not supported"}, true
	}
	s.front.note(Statement{User: s.user, Database: s.database, Text: text, SQLState: refused.SQLState})
	if !isRefused {
		return s.rewrite(text, verdict)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	word := fmt.Sprint(refusedWord, len(s.refusals))
	s.refusals[word] = refused
	return word
}

// failure is what the client is told in place of the server's error.
func (s *session) failure(e *pgproto3.ErrorResponse) []pgproto3.BackendMessage {
	_, word, _ := strings.Cut(e.Message, `"`)
	s.mu.Lock()
	refused, ours := s.refusals[strings.TrimSuffix(word, `"`)]
	s.mu.Unlock()
	if !ours {
		reword(e)
		if s.front.options.MetadataSecurity {
			e.Message = strings.ReplaceAll(e.Message, visibleSuffix, "")
		}
		return []pgproto3.BackendMessage{e}
	}
	var messages []pgproto3.BackendMessage
	for _, info := range refused.Info {
		messages = append(messages, &pgproto3.NoticeResponse{Severity: "INFO", Code: "00000", Message: info})
	}
	return append(messages, &pgproto3.ErrorResponse{Severity: "ERROR", Code: refused.SQLState, Message: refused.Message})
}

// edit replaces a piece of a text.
type edit struct {
	start, end int
	text       string
}

// rewrite makes a text ask for Redshift's settings, and for what metadata security
// leaves of the catalogs.
func (s *session) rewrite(text string, verdict redshiftsql.Verdict) string {
	words := redshiftsql.Words(text)
	var edits []edit
	for _, statement := range verdict.Statements {
		if e, ok := show(statement, words); ok {
			edits = append(edits, e)
		}
	}
	if s.front.options.MetadataSecurity {
		for _, w := range words {
			if slices.Contains(filteredRelations(), w.Folded) {
				edits = append(edits, edit{w.Start, w.End, w.Folded + visibleSuffix})
			}
		}
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.start - a.start })
	for _, e := range edits {
		text = text[:e.start] + e.text + text[e.end:]
	}
	return text
}

// show turns "SHOW name" into a query. Redshift knows other parameters than
// PostgreSQL, and tells statement_timeout without a unit.
func show(statement redshiftsql.Statement, words []redshiftsql.Word) (edit, bool) {
	start, end := statement.Start, statement.Start+len(statement.Text)
	i := slices.IndexFunc(words, func(w redshiftsql.Word) bool { return w.Start == start })
	if i < 0 || words[i].Folded != "show" || i+1 >= len(words) || words[i+1].End != end || words[i+1].Folded == "all" {
		return edit{}, false
	}
	name := words[i+1].Folded
	return edit{start, end, fmt.Sprintf("SELECT redshift_setting('%s') AS %s", name, name)}, true
}
