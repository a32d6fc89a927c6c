package redshift

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// temporaryPrefix stands before a user's name where the password is temporary.
// https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
const temporaryPrefix = "IAM:"

// identityStatement asks who the session is, which is what a login of rscheck's
// own is told by the server.
var identityStatement = statement{
	name: "identity",
	text: `SELECT current_user, u.usesuper
FROM pg_catalog.pg_user u
WHERE u.usename = current_user`,
	columns: 2,
	reads:   []string{"pg_catalog.pg_user"},
}

// For a server that refuses pg_user.
var bareIdentityStatement = statement{name: "identity without pg_user", text: `SELECT current_user, NULL`, columns: 2}

// sessionStatements set for a Remote what sessionText sets, and that transactions
// are read-only, which BEGIN would otherwise say. set_config is the form of SET
// that a statement which reads can have; it sets nothing beyond the session. The
// first is apart, for whether Redshift takes it so is unverified.
// https://docs.aws.amazon.com/redshift/latest/dg/r_SET_CONFIG.html
var sessionStatements = []statement{
	{name: "read-only session", text: `SELECT set_config('default_transaction_read_only', 'on', false)`, columns: 1},
	{
		name:    "session settings",
		text:    `SELECT set_config('statement_timeout', '30000', false), set_config('datestyle', 'ISO, YMD', false), set_config('timezone', 'UTC', false)`,
		columns: 3,
	},
}

// observeRemotely is Observe where somebody else logs in and runs the statements.
func observeRemotely(ctx context.Context, options Options, t *facts.Target) {
	login := facts.Login{User: options.Login, Database: options.Database, Via: "data-api", Guessed: options.Guessed}
	s := session{querier: options.Remote, options: options}
	options.Progress("logging in")
	who, superuser, err := s.identity(ctx)
	if err != nil {
		notLoggedIn(t, login, options.explainRemote(err))
		return
	}
	login.User, login.Outcome = who, facts.LoggedIn
	t.Database.Login = login
	s.options.Login = who
	observeIn(ctx, s, t, superuser)
}

// identity asks who the session is, and whether that is a superuser.
func (s *session) identity(ctx context.Context) (who string, superuser bool, err error) {
	read := func(r row) { who, superuser = r.text(0), r.yes(1) }
	err = s.ask(ctx, identityStatement, read)
	if refused(err) || err == nil && who == "" {
		err = s.ask(ctx, bareIdentityStatement, read)
	}
	if err == nil && who == "" {
		err = errStrange
	}
	// Whatever the login is called, it is the user's.
	if who == temporaryPrefix+s.options.Login {
		who = s.options.Login
	}
	return who, superuser, err
}

// explainRemote tells why the first statement, and with it the login, failed.
func (o Options) explainRemote(err error) *failure {
	var gone *LostError
	if errors.As(err, &gone) {
		outcome := facts.LoginFailed
		if gone.Reason == facts.TimedOut {
			outcome = facts.LoginTimedOut
		}
		return &failure{outcome, gone.Reason, gone.Detail}
	}
	if server, told := said(err); told {
		return o.refused(server)
	}
	return &failure{facts.LoginFailed, facts.Failed, fmt.Sprintf("the first question over the Data API failed: %s", o.quote(strings.TrimSpace(err.Error())))}
}
