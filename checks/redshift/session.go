package redshift

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// session is the one session and how it fares.
type session struct {
	querier Querier
	options Options
	// lost is set when the session is gone; nothing is asked after that.
	lost *LostError
	// denied are the catalogs that the login may not read, found out when the
	// first of them is refused; nil until then.
	denied []string
}

// errStrange is an answer of another shape than the statement's.
var errStrange = errors.New("the server's answer has another shape than was asked for")

// ask runs one statement and hands on each row. Rows may come before an error
// does: the caller keeps none of them then.
func (s *session) ask(ctx context.Context, st statement, each func(row), args ...string) error {
	if s.lost != nil {
		return s.lost
	}
	s.options.Progress(st.name)
	patience, cancel := context.WithTimeout(ctx, s.options.AnswerTimeout)
	defer cancel()
	if s.options.Remote != nil {
		args = filled(args)
	}
	strange := false
	err := s.querier.Query(patience, st.text, args, func(values [][]byte) {
		if len(values) != st.columns {
			strange = true
			return
		}
		each(row{values, &strange})
	})
	if s.lost = s.loss(ctx, st, err); s.lost != nil {
		return s.lost
	}
	if err == nil && strange {
		return errStrange
	}
	if refused(err) && s.denied == nil && st.reads != nil {
		s.denied = s.deniedCatalogs(ctx)
	}
	return err
}

// deniedCatalogs returns which of the catalogs the login may not read, none where
// that cannot be told either.
func (s *session) deniedCatalogs(ctx context.Context) []string {
	all, denied := catalogs(), []string{}
	_ = s.ask(ctx, catalogStatement(all), func(r row) {
		for i, name := range all {
			if !r.yes(i) {
				denied = append(denied, name)
			}
		}
	})
	return denied
}

// noName is the name of nothing, for a Querier that takes no empty one.
const noName = "rscheck: no such name"

// filled is args with noName for what is empty, which no name is equal to either.
func filled(args []string) []string {
	full := slices.Clone(args)
	for i, arg := range full {
		if arg == "" {
			full[i] = noName
		}
	}
	return full
}

// loss tells whether err is the end of the session, and how it was lost. A ctx
// that has ended may be noticed before anything is sent.
func (s *session) loss(ctx context.Context, st statement, err error) *LostError {
	var (
		gone   *LostError
		broken *brokenError
	)
	switch {
	case errors.As(err, &gone):
		return gone
	case errors.As(err, &broken), errors.Is(err, context.DeadlineExceeded), ctx.Err() != nil:
		return s.obituary(ctx, st, err)
	}
	return nil
}

// obituary tells how the session was lost.
func (s *session) obituary(ctx context.Context, st statement, err error) *LostError {
	server, told := said(err)
	switch where := s.options.where(); {
	case errors.Is(ctx.Err(), context.Canceled):
		return &LostError{facts.Failed, "the scan was interrupted"}
	case told:
		return &LostError{facts.Unreachable, fmt.Sprintf("%s ended the connection: %s", where, s.options.quote(server.Message))}
	case ctx.Err() != nil:
		return &LostError{facts.TimedOut, "the time allowed for the scan ended"}
	case timedOut(err):
		return &LostError{facts.TimedOut, fmt.Sprintf("%s did not answer within %s (asked for: %s)", where, seconds(s.options.AnswerTimeout), st.name)}
	default:
		return &LostError{facts.Unreachable, fmt.Sprintf("the connection to %s broke off", where)}
	}
}

// prepare sets what rscheck wants of its session. A server that refuses it is
// asked all the same.
func (s *session) prepare(ctx context.Context) {
	own, ok := s.querier.(*connection)
	if !ok {
		for _, st := range sessionStatements {
			_ = s.ask(ctx, st, func(row) {})
		}
		return
	}
	if s.lost != nil {
		return
	}
	patience, cancel := context.WithTimeout(ctx, s.options.AnswerTimeout)
	defer cancel()
	s.lost = s.loss(ctx, statement{name: "session"}, own.prepare(patience))
}

// refused reports whether err is the server's refusal for want of a privilege.
func refused(err error) bool {
	server, told := said(err)
	return told && server.Code == "42501"
}

// unknown tells why the facts that st was to read are unknown.
func (s *session) unknown(st statement, err error) (facts.Reason, string) {
	var gone *LostError
	if errors.As(err, &gone) {
		return gone.Reason, gone.Detail
	}
	server, told := said(err)
	if !told {
		return facts.Inconsistent, fmt.Sprintf("%s (asked for: %s)", s.options.quote(err.Error()), st.name)
	}
	words := s.options.quote(server.Message)
	switch server.Code {
	case "42501": // insufficient_privilege
		return facts.AccessDenied, s.cure(st, words)
	case "42P01", "42703", "42883", "42704", "42601", "0A000": // no such relation, column, function, object; syntax; not supported
		return facts.Unsupported, fmt.Sprintf("the server cannot tell its %s: %s", st.name, words)
	case "57014": // query_canceled
		return facts.TimedOut, fmt.Sprintf("the server gave up on the question for %s: %s", st.name, words)
	}
	return facts.Failed, fmt.Sprintf("the question for %s failed: %s", st.name, words+server.state())
}

// state is the SQLSTATE for the end of a sentence, where there is one.
func (e *ServerError) state() string {
	if len(e.Code) != 5 {
		return ""
	}
	return " (SQLSTATE " + e.Code + ")"
}

// cure names the grants that a refused statement lacks, all of them where the
// server told. Else servers word refusals in their own ways, but name what they
// refuse: a relation, or its schema.
func (s *session) cure(st statement, words string) string {
	who := identifier(s.options.Login)
	var denied []string
	for _, relation := range st.reads {
		if slices.Contains(s.denied, relation) && !slices.Contains(denied, relation) {
			denied = append(denied, relation)
		}
	}
	if len(denied) > 0 {
		return fmt.Sprintf("grant SELECT on %s to %s", strings.Join(denied, ", "), who)
	}
	for _, relation := range st.reads {
		if mentions(words, relation[strings.LastIndexByte(relation, '.')+1:]) {
			return fmt.Sprintf("grant SELECT on %s to %s", relation, who)
		}
	}
	for _, relation := range st.reads {
		if schema, _, qualified := strings.Cut(relation, "."); qualified && mentions(words, schema) {
			return fmt.Sprintf("grant USAGE on schema %s to %s", schema, who)
		}
	}
	return fmt.Sprintf("the server refused the question for %s: %s", st.name, words)
}

// mentions reports whether text has name as a word of its own.
func mentions(text, name string) bool {
	for rest := text; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		after := rest[i+len(name):]
		if (i == 0 || !nameByte(rest[i-1])) && (after == "" || !nameByte(after[0])) {
			return true
		}
		rest = rest[i+1:]
	}
}

func nameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// identifier quotes a name as SQL does where it needs it.
func identifier(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// row is a row of text values; it is good until the next one comes.
type row struct {
	values  [][]byte
	strange *bool
}

// text is a column's value, empty for NULL.
func (r row) text(i int) string { return string(r.values[i]) }

func (r row) null(i int) bool { return r.values[i] == nil }

// yes is a boolean column's value, false for NULL.
func (r row) yes(i int) bool {
	switch string(r.values[i]) {
	case "t", "true", "1":
		return true
	case "f", "false", "0":
	default:
		*r.strange = *r.strange || r.values[i] != nil
	}
	return false
}
