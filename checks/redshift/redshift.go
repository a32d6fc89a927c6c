// Package redshift observes a database over SQL: what it is, and what one of its
// users may do in it.
//
// It logs in once, asks at most ten statements, each in a read-only transaction
// of its own, and never writes. It knows nothing of any loader, and its statements
// run on Redshift and on PostgreSQL alike. What the server refuses, does not know
// or does not answer in time is no error: it is an Unknown that names what to
// grant. A login that fails is a fact too (facts.Login), and makes all else
// unknown.
package redshift

import (
	"context"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// Options say where to log in and what to ask.
type Options struct {
	// Host is a name or an address, without scheme and port.
	Host     string
	Port     int
	Database string
	// Login is who to log in as.
	Login    string
	Password Password
	// SSLMode is VerifyFull when empty.
	SSLMode SSLMode
	// CAFile holds the certificate authorities to trust, in PEM, instead of
	// those the system trusts.
	CAFile string

	// User is whom the facts are about.
	User string
	// Markers are names of columns; each table tells which of them it has. At
	// most twelve.
	Markers []string

	// LoginTimeout is how long a login may take, 10 s when zero.
	LoginTimeout time.Duration
	// AnswerTimeout is how long the server may take to answer one statement,
	// 35 s when zero. The server itself gives up after 30 s.
	AnswerTimeout time.Duration

	// Progress, if set, is told each step as it begins: "logging in", then the
	// name of each statement.
	Progress func(step string)
}

// sections are the facts that a login is needed for.
var sections = [...]string{
	"database.version", "database.name", "database.owner", "database.type",
	"database.can_create", "database.can_temporary",
	"database.user", "database.groups", "database.roles", "database.role_privileges",
	"database.schemas", "database.relations", "database.comments", "database.columns",
	"database.system_relations", "database.settings",
}

// NotTried records that the database was not asked, and why.
func NotTried(t *facts.Target, reason facts.Reason, detail string) {
	t.Database.Login.Outcome = facts.LoginNotTried
	t.Database.Login.Message = detail
	lackAll(t, reason, detail)
}

func lackAll(t *facts.Target, reason facts.Reason, detail string) {
	for _, path := range sections {
		t.Lack(path, reason, detail)
	}
}

// Observe logs in and fills t.Database. What could not be observed, a login that
// failed and a ctx that ended included, is recorded in t.Unknown; the error is for
// options that no server was asked about (a CA file that cannot be read, say), and
// t is then untouched.
func Observe(ctx context.Context, options Options, t *facts.Target) error {
	options, err := options.complete()
	if err != nil {
		return err
	}
	config, err := options.config()
	if err != nil {
		return err
	}
	login := facts.Login{User: options.Login, Host: options.Host, Port: options.Port, Database: options.Database, Via: "sql"}
	options.Progress("logging in")
	conn, failure := logIn(ctx, options, config)
	if failure != nil {
		login.Outcome, login.Message = failure.outcome, failure.message
		t.Database.Login = login
		lackAll(t, failure.reason, failure.message)
		return nil
	}
	login.Outcome = facts.LoggedIn
	login.TLS, login.Verified = options.security(conn.Conn())
	t.Database.Login = login

	o := &observation{
		session: session{conn: conn, options: options},
		target:  t,
		db:      &t.Database,
		// Every server tells at login whether the user is a superuser.
		superuser: conn.ParameterStatus("is_superuser") == "on",
	}
	defer o.session.close()
	o.all(ctx)
	return nil
}
