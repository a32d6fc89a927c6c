package redshift

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/checks/facts"
)

// Querier runs single statements that read, in one session of the database. It is
// sent nothing but the constant texts of this package.
type Querier interface {
	// Query runs the text with args, none of them empty, for $1, $2 and so on,
	// and hands on each row, which is good until the next one comes; a nil value
	// is NULL. Rows may come before an error does. The error is a *ServerError
	// for what the database said, a *LostError where nothing more can be asked,
	// that of a ctx that ended, or any other.
	Query(ctx context.Context, text string, args []string, each func(row [][]byte)) error
}

// ServerError is what the database said of a statement or a login that it
// refused.
type ServerError struct {
	// Code is the SQLSTATE, or what stands for it where only Message is known;
	// empty where that does not tell.
	Code    string
	Message string
}

func (e *ServerError) Error() string { return e.Message }

// Told is the ServerError for what a database said through somebody who does not
// tell the SQLSTATE. It knows the words of Redshift and of PostgreSQL at their
// beginning, so that a name in them cannot mislead it.
func Told(message string) *ServerError {
	words := strings.TrimSpace(around.ReplaceAllString(strings.TrimSpace(message), ""))
	for _, t := range tellings {
		if t.words.MatchString(words) {
			return &ServerError{t.code, words}
		}
	}
	return &ServerError{"", words}
}

// noSuchUser stands for a SQLSTATE: servers have none of its own for it.
const noSuchUser = "no such user"

var (
	// The severity, and a number of Redshift's for AWS's support.
	around   = regexp.MustCompile(`^(?:FATAL|ERROR):\s*|\s*\[ErrorId: [^\]]*\]$`)
	tellings = []struct {
		words *regexp.Regexp
		code  string
	}{
		{regexp.MustCompile(`^permission denied (?:for|to) `), "42501"},
		{regexp.MustCompile(`^must be (?:owner|superuser) `), "42501"},
		{regexp.MustCompile(`^password authentication failed for user `), "28P01"},
		{regexp.MustCompile(`^no pg_hba\.conf entry for `), "28000"},
		{regexp.MustCompile(`^(?:user|role) ".*" does not exist$`), noSuchUser},
		{regexp.MustCompile(`^database ".*" does not exist$`), "3D000"},
		{regexp.MustCompile(`^(?:too many connections|connection limit exceeded|remaining connection slots)`), "53300"},
		{regexp.MustCompile(`^relation ".*" does not exist$`), "42P01"},
		{regexp.MustCompile(`^column .* does not exist$`), "42703"},
		{regexp.MustCompile(`^function .* does not exist$`), "42883"},
		{regexp.MustCompile(`^unrecognized configuration parameter `), "42704"},
		{regexp.MustCompile(`^syntax error `), "42601"},
		{regexp.MustCompile(`^(?i:query .*cancell?ed|canceling statement )`), "57014"},
	}
)

// LostError says that nothing more can be asked, and why.
type LostError struct {
	Reason facts.Reason
	Detail string
}

func (e *LostError) Error() string { return e.Detail }

// said returns what the server said, if err is that.
func said(err error) (*ServerError, bool) {
	var told *ServerError
	if errors.As(err, &told) {
		return told, true
	}
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return &ServerError{server.Code, server.Message}, true
	}
	return nil, false
}
