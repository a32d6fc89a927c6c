package redshift

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/checks/facts"
)

// session is the one connection and how it fares.
type session struct {
	conn    *pgconn.PgConn
	options Options
	// lost is set when the connection is gone; nothing is asked after that.
	lost *lostError
}

// lostError says that the connection is gone, and how.
type lostError struct {
	reason facts.Reason
	detail string
}

func (e *lostError) Error() string { return e.detail }

// errStrange is an answer of another shape than the statement's.
var errStrange = errors.New("the server's answer has another shape than was asked for")

// ask runs one statement in a read-only transaction of its own and hands on each
// row. Rows may come before an error does: the caller keeps none of them then.
func (s *session) ask(ctx context.Context, st statement, each func(row), args ...string) error {
	if s.lost != nil {
		return s.lost
	}
	s.options.Progress(st.name)
	patience, cancel := context.WithTimeout(ctx, s.options.AnswerTimeout)
	defer cancel()
	err := s.run(patience, st, each, args)
	// A ctx that has ended is noticed before anything is sent, and leaves the
	// connection open.
	if s.conn.IsClosed() || ctx.Err() != nil {
		s.lost = s.obituary(ctx, st, err)
		return s.lost
	}
	return err
}

func (s *session) run(ctx context.Context, st statement, each func(row), args []string) error {
	begin := againText
	if s.conn.TxStatus() == 'I' {
		begin = beginText
	}
	if _, err := s.conn.Exec(ctx, begin).ReadAll(); err != nil {
		return fmt.Errorf("begin a read-only transaction: %w", err)
	}
	// Parse, Bind and Execute without a named statement and in text format, which
	// is what pgx calls QueryExecModeExec. pgx cannot speak the simple protocol
	// with Redshift, and on Redshift it would not be safe to quote values.
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	result := s.conn.ExecParams(ctx, st.text, values, nil, nil, nil)
	strange := false
	for result.NextRow() {
		if len(result.Values()) != st.columns {
			strange = true
			continue
		}
		each(row{result.Values(), &strange})
	}
	if _, err := result.Close(); err != nil {
		return err
	}
	if strange {
		return errStrange
	}
	return nil
}

// obituary tells how the connection was lost.
func (s *session) obituary(ctx context.Context, st statement, err error) *lostError {
	var server *pgconn.PgError
	switch address := s.options.address(); {
	case errors.Is(ctx.Err(), context.Canceled):
		return &lostError{facts.Failed, "the scan was interrupted"}
	case errors.As(err, &server):
		return &lostError{facts.Unreachable, fmt.Sprintf("%s ended the connection: %s", address, s.options.quote(server.Message))}
	case ctx.Err() != nil:
		return &lostError{facts.TimedOut, "the time allowed for the scan ended"}
	case timedOut(err):
		return &lostError{facts.TimedOut, fmt.Sprintf("%s did not answer within %s (asked for: %s)", address, seconds(s.options.AnswerTimeout), st.name)}
	default:
		return &lostError{facts.Unreachable, fmt.Sprintf("the connection to %s broke off", address)}
	}
}

// prepare sets what rscheck wants of its session. A server that refuses it is
// asked all the same.
func (s *session) prepare(ctx context.Context) {
	if s.lost != nil {
		return
	}
	patience, cancel := context.WithTimeout(ctx, s.options.AnswerTimeout)
	defer cancel()
	_, err := s.conn.Exec(patience, sessionText).ReadAll()
	if s.conn.IsClosed() || ctx.Err() != nil {
		s.lost = s.obituary(ctx, statement{name: "session"}, err)
	}
}

// close says goodbye, which rolls back whatever transaction is open.
func (s *session) close() {
	// The scan may have been interrupted; goodbye is said all the same.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx) // there is nothing to do about it
}

// refused reports whether err is the server's refusal for want of a privilege.
func refused(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "42501"
}

// unknown tells why the facts that st was to read are unknown.
func (s *session) unknown(st statement, err error) (facts.Reason, string) {
	var gone *lostError
	if errors.As(err, &gone) {
		return gone.reason, gone.detail
	}
	var server *pgconn.PgError
	if !errors.As(err, &server) {
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
	return facts.Failed, fmt.Sprintf("the question for %s failed: %s (SQLSTATE %s)", st.name, words, server.Code)
}

// cure names the grant that a refused statement lacks. Servers word refusals in
// their own ways, but name what they refuse: a relation, or its schema.
func (s *session) cure(st statement, words string) string {
	who := identifier(s.options.Login)
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
