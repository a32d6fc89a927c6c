//go:build unix

package redshift

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/checks/facts"
)

// remote is a Querier over a connection to the shared server that keeps what it is
// sent, and tells no SQLSTATE.
type remote struct {
	conn *pgconn.PgConn
	sent []string
	// refuse, if set, tells which statements fail before they are sent, and how.
	refuse func(text string) error
}

func (r *remote) Query(ctx context.Context, text string, args []string, each func([][]byte)) error {
	r.sent = append(r.sent, text)
	if r.refuse != nil {
		if err := r.refuse(text); err != nil {
			return err
		}
	}
	values := make([][]byte, len(args))
	for i, arg := range args {
		if arg == "" {
			return errors.New("an empty parameter")
		}
		values[i] = []byte(arg)
	}
	result := r.conn.ExecParams(ctx, text, values, nil, nil, nil)
	for result.NextRow() {
		each(result.Values())
	}
	_, err := result.Close()
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return Told("ERROR: " + server.Message)
	}
	return err
}

// remotely are the options that ask the shared server as somebody else's login.
func remotely(t *testing.T, login string, refuse func(string) error) (Options, *remote) {
	t.Helper()
	options, conn := loggedIn(t, login)
	r := &remote{conn: conn, refuse: refuse}
	return Options{Database: options.Database, Remote: r, User: options.User, Markers: options.Markers}, r
}

// loggedIn logs in to the shared server.
func loggedIn(t *testing.T, login string) (Options, *pgconn.PgConn) {
	t.Helper()
	options, err := as(login, "dw").complete()
	if err != nil {
		t.Fatal(err)
	}
	config, err := options.config()
	if err != nil {
		t.Fatal(err)
	}
	conn, failure := logIn(t.Context(), options, config)
	if failure != nil {
		t.Fatal(failure.message)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return options, conn
}

func TestWhoTheRemoteSessionIs(t *testing.T) {
	for name, tc := range map[string]struct{ asked, login, want string }{
		"told by the database":        {"", "auditor", "auditor"},
		"the database is believed":    {"stitch", "auditor", "auditor"},
		"an odd name":                 {"", "Odd.User", "Odd.User"},
		"what was asked for, exactly": {"stitch", "stitch", "stitch"},
	} {
		t.Run(name, func(t *testing.T) {
			options, _ := remotely(t, tc.login, nil)
			options.Login = tc.asked
			login := observe(t, options).Database.Login
			if want := (facts.Login{User: tc.want, Database: "dw", Via: "data-api", Outcome: facts.LoggedIn}); login != want {
				t.Errorf("got %+v", login)
			}
		})
	}
}

// A Querier cannot be told BEGIN READ ONLY. What it is sent are constants that
// read, and the session is made read-only besides.
func TestARemoteSessionIsReadOnly(t *testing.T) {
	options, r := remotely(t, "boss", nil)
	observe(t, options)
	known := []string{}
	for _, st := range slices.Concat(everyStatement(), sessionStatements, []statement{identityStatement, bareIdentityStatement}) {
		known = append(known, st.text)
		if strings.ContainsAny(st.text, ";:") {
			t.Errorf("%s has what the Data API would take for a second statement or a parameter", st.name)
		}
	}
	for _, text := range r.sent {
		if !slices.Contains(known, text) || !strings.HasPrefix(text, "SELECT ") && !strings.HasPrefix(text, "SHOW ") {
			t.Errorf("was sent: %s", text)
		}
	}
	if len(r.sent) < 8 {
		t.Errorf("%d statements only", len(r.sent))
	}
	_, err := r.conn.Exec(t.Context(), "CREATE SCHEMA written").ReadAll()
	var server *pgconn.PgError
	if !errors.As(err, &server) || server.Code != "25006" {
		t.Errorf("a write in the session: %v, want SQLSTATE 25006", err)
	}
}

func TestRemoteLoginsThatFail(t *testing.T) {
	for name, tc := range map[string]struct {
		login   string
		err     error
		outcome facts.LoginOutcome
		reason  facts.Reason
		message string
	}{
		"no such user": {"stitch", Told(`FATAL: user "IAM:stitch" does not exist`), facts.LoginNoSuchUser, facts.Failed, "there is no user stitch in the database"},
		"no such user, who is another": {
			"stitch", Told(`FATAL: user "IAM:etl" does not exist`), facts.LoginFailed, facts.AccessDenied,
			`the server refused the login: user "IAM:etl" does not exist`,
		},
		"password of a secret": {
			"", Told(`FATAL: password authentication failed for user "stitch"`), facts.LoginFailed, facts.AccessDenied,
			"the database refused the login from AWS",
		},
		"temporary password": {
			"stitch", Told(`FATAL: password authentication failed for user "IAM:stitch"`), facts.LoginFailed, facts.AccessDenied,
			"the database refused the login from AWS for user stitch",
		},
		"no such database": {"stitch", Told(`FATAL: database "dw" does not exist`), facts.LoginNoSuchDatabase, facts.Failed, `database "dw" does not exist`},
		"too many connections": {
			"stitch", Told(`FATAL: too many connections for user "stitch"`), facts.LoginConnectionLimit, facts.Failed,
			`the server takes no more connections (an admin sees them in stv_sessions): too many connections for user "stitch"`,
		},
		"words that are not known": {"stitch", Told("FATAL: the moon is full"), facts.LoginFailed, facts.Failed, "the server refused the login: the moon is full"},
		"denied by AWS": {
			"stitch", &LostError{facts.AccessDenied, "allow redshift-data:ExecuteStatement"}, facts.LoginFailed, facts.AccessDenied,
			"allow redshift-data:ExecuteStatement",
		},
		"no answer": {
			"stitch", context.DeadlineExceeded, facts.LoginTimedOut, facts.TimedOut, "the Data API did not answer within 35 s (asked for: identity)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := &remote{refuse: func(string) error { return tc.err }}
			target := observe(t, Options{Database: "dw", Login: tc.login, Remote: r, User: "stitch"})
			login := target.Database.Login
			if login.Outcome != tc.outcome || login.Message != tc.message {
				t.Errorf("login: %s: %q\n want: %s: %q", login.Outcome, login.Message, tc.outcome, tc.message)
			}
			for _, path := range sections {
				if lack := target.Lacking(path); len(lack) != 1 || lack[0].Reason != tc.reason || lack[0].Detail != tc.message {
					t.Errorf("%s: unknown for %+v", path, lack)
				}
			}
			if len(r.sent) != 1 {
				t.Errorf("%d statements were sent", len(r.sent))
			}
		})
	}
}

// What AWS no longer permits midway makes the rest unknown.
func TestARemoteSessionThatEndsMidway(t *testing.T) {
	gone := &LostError{facts.AccessDenied, "allow redshift-data:GetStatementResult"}
	options, r := remotely(t, "stitch", func(text string) error {
		if text == ownSchemasStatement.text {
			return gone
		}
		return nil
	})
	target := observe(t, options)
	for _, path := range []string{"database.schemas", "database.relations", "database.system_relations"} {
		if lack := target.Lacking(path); len(lack) != 1 || lack[0].Detail != gone.Detail {
			t.Errorf("%s: %+v", path, lack)
		}
	}
	if last := r.sent[len(r.sent)-1]; last != ownSchemasStatement.text || len(target.Lacking("database.settings")) > 0 {
		t.Errorf("last was sent %s", last)
	}
}

func TestASessionThatCannotBeSet(t *testing.T) {
	options, _ := remotely(t, "stitch", func(text string) error {
		if strings.Contains(text, "set_config") {
			return Told("ERROR: permission denied to set parameter")
		}
		return nil
	})
	target := observe(t, options)
	if len(target.Database.Relations) == 0 || target.Database.User.ValidUntil == "" {
		t.Errorf("unknown: %q", lacking(target))
	}
}

func TestWordsThatStandForASQLSTATE(t *testing.T) {
	for words, want := range map[string]string{
		"ERROR: permission denied for relation pg_user":                   "42501",
		"ERROR: permission denied for schema pg_catalog":                  "42501",
		"ERROR:  permission denied to set parameter":                      "42501",
		`ERROR: relation "svv_user_grants" does not exist`:                "42P01",
		`ERROR: column "x" does not exist`:                                "42703",
		"ERROR: function has_schema_privilege(name, text) does not exist": "42883",
		`FATAL: database "dw" does not exist`:                             "3D000",
		`FATAL: user "IAM:x" does not exist`:                              noSuchUser,
		`role "x" does not exist`:                                         noSuchUser,
		"ERROR: Query (12) cancelled on user's request":                   "57014",
		"ERROR: canceling statement due to statement timeout":             "57014",
		`ERROR: syntax error at or near "x"`:                              "42601",
		// Redshift puts a number behind its words, for AWS's support.
		`ERROR: relation "svv_user_grants" does not exist [ErrorId: 1-64da9ea9]`:         "42P01",
		`FATAL: database "dw" does not exist [ErrorId: 1-656a6401-67bc80cb02ba7898069d]`: "3D000",
		// A name in the words does not mislead.
		`ERROR: schema "permission denied for relation x" does not exist`: "",
		"something else": "",
		"":               "",
	} {
		if got := Told(words); got.Code != want || strings.HasPrefix(got.Message, "ERROR") || strings.HasPrefix(got.Message, "FATAL") || strings.Contains(got.Message, "ErrorId") {
			t.Errorf("%s: %q, %q", words, got.Code, got.Message)
		}
	}
}

// The fate of a password that AWS made says nothing about the user's own.
func TestLoginsWithATemporaryPassword(t *testing.T) {
	options := as("stitch", "dw")
	options.LoginName, options.Temporary = "auditor", true
	if login := observe(t, options).Database.Login; login.User != "stitch" || login.Outcome != facts.LoggedIn || login.Credentials != facts.TemporaryCredentials {
		t.Errorf("login: %+v", login)
	}
	options.Password += "x"
	login := observe(t, options).Database.Login
	if login.Outcome != facts.LoginFailed || login.Message != "the database refused the login from AWS for user stitch" {
		t.Errorf("login: %+v", login)
	}
	options = fake(t, refuse("28000", `user "IAM:stitch" does not exist`))
	options.LoginName, options.Temporary = "IAM:stitch", true
	if login := observe(t, options).Database.Login; login.Outcome != facts.LoginNoSuchUser {
		t.Errorf("login: %+v", login)
	}
}
