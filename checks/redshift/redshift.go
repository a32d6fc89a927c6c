// Package redshift observes a database over SQL: what it is, and what one of its
// users may do in it.
//
// It logs in once, asks at most ten statements, each in a read-only transaction
// of its own, and never writes. Where somebody else runs the statements (a
// Querier, as the Data API), they are the same, sent one by one to a session that
// is set to be read-only. It knows nothing of any loader, and its statements
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
	// Guessed is whether Database is a name that nobody told.
	Guessed bool
	// Login is who to log in as.
	Login    string
	Password Password
	// LoginName is what to log in with where that is not Login itself, as
	// IAM:stitch for stitch.
	LoginName string
	// Temporary is whether the password was made for this login: its fate then
	// says nothing about the user's own.
	Temporary bool
	// Remote, if set, asks the database in place of a connection of rscheck's
	// own. Host, Port, Password, SSLMode and CAFile are then of no use, and an
	// empty Login is filled in with who the database says it is.
	Remote Querier
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
	// CommentKey is the key under which a comment that is a JSON object lists
	// names of columns: each table tells which of them it has.
	CommentKey string
	// Prefixes and Suffixes are of names of columns; each table with a marker
	// tells which of its columns begin or end so.
	Prefixes, Suffixes []string

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
	"database.schemas", "database.external_schemas", "database.relations", "database.comments", "database.revoked_rights", "database.columns", "database.layouts", "database.bindings",
	"database.system_relations", "database.system_grants", "database.settings",
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
	if options.Remote != nil {
		observeRemotely(ctx, options, t)
		return nil
	}
	config, err := options.config()
	if err != nil {
		return err
	}
	login := facts.Login{User: options.Login, Host: options.Host, Port: options.Port, Database: options.Database, Via: "sql", Guessed: options.Guessed}
	if options.Temporary {
		login.Credentials = facts.TemporaryCredentials
	}
	options.Progress("logging in")
	conn, failure := logIn(ctx, options, config)
	if failure != nil {
		notLoggedIn(t, login, failure)
		return nil
	}
	own := &connection{conn}
	defer own.close()
	login.Outcome = facts.LoggedIn
	login.TLS, login.Verified = options.security(conn.Conn())
	t.Database.Login = login
	// Every server tells at login whether the user is a superuser.
	observeIn(ctx, session{querier: own, options: options}, t, conn.ParameterStatus("is_superuser") == "on")
	return nil
}

// notLoggedIn records a login that failed.
func notLoggedIn(t *facts.Target, login facts.Login, f *failure) {
	login.Outcome, login.Message = f.outcome, f.message
	t.Database.Login = login
	lackAll(t, f.reason, f.message)
}

// observeIn asks all there is to ask in a session.
func observeIn(ctx context.Context, s session, t *facts.Target, superuser bool) {
	o := &observation{session: s, target: t, db: &t.Database, superuser: superuser}
	o.all(ctx)
}
