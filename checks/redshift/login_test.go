//go:build unix

package redshift

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestLoginsThatPostgreSQLRefuses(t *testing.T) {
	with := func(login, database string, change func(*Options)) Options {
		options := as(login, database)
		if change != nil {
			change(&options)
		}
		return options
	}
	plain := func(o *Options) { o.SSLMode, o.CAFile = Disable, "" }
	for name, tc := range map[string]struct {
		options Options
		outcome facts.LoginOutcome
		reason  facts.Reason
		message string
	}{
		"wrong password": {
			with("stitch", "dw", func(o *Options) { o.Password += "x" }),
			facts.LoginWrongPassword, facts.AccessDenied, "the password was refused for user stitch",
		},
		"wrong password, MD5": {
			with("md5_user", "dw", func(o *Options) { o.Password += "x" }),
			facts.LoginWrongPassword, facts.AccessDenied, "the password was refused for user md5_user",
		},
		"wrong password in clear text": {
			with("clear_text_user", "dw", func(o *Options) { o.Password += "x" }),
			facts.LoginWrongPassword, facts.AccessDenied, "the password was refused for user clear_text_user",
		},
		"no such user": {
			with("nosuch", "dw", nil),
			facts.LoginWrongPassword, facts.AccessDenied, "the password was refused for user nosuch",
		},
		"expired password, which PostgreSQL does not tell from a wrong one": {
			with("expired", "dw", nil),
			facts.LoginWrongPassword, facts.AccessDenied, "the password was refused for user expired",
		},
		"no password, which says nothing about the user": {
			with("stitch", "dw", func(o *Options) { o.Password = "" }),
			facts.LoginFailed, facts.AccessDenied, "the server asks for the password of user stitch: give it by --password-file or RSCHECK_PASSWORD, or use --iam",
		},
		"no such database": {
			with("stitch", "warehouse", nil),
			facts.LoginNoSuchDatabase, facts.Failed, `database "warehouse" does not exist`,
		},
		"connection limit": {
			with("limited", "dw", nil),
			facts.LoginConnectionLimit, facts.Failed, `the server takes no more connections (an admin sees them in stv_sessions): too many connections for role "limited"`,
		},
		"CONNECT refused": {
			with("no_connect", "closed", nil),
			facts.LoginFailed, facts.AccessDenied, `user no_connect may not connect to database "closed": grant CONNECT on it`,
		},
		"TLS required": {
			with("tls_only", "dw", plain),
			facts.LoginTLSRequired, facts.Failed, "the server requires TLS: use sslmode verify-full",
		},
		"nobody of that name admitted from here": {
			with("stranger", "dw", nil),
			facts.LoginFailed, facts.AccessDenied,
			`the server refused user stranger: no pg_hba.conf entry for host "127.0.0.1", user "stranger", database "dw", SSL encryption`,
		},
		"authority not trusted": {
			with("stitch", "dw", func(o *Options) { o.CAFile = "" }),
			facts.LoginTLSUntrusted, facts.Failed, "the server's certificate is signed by an authority that is not trusted here: name it with a CA file",
		},
		"authority not trusted, whatever the host": {
			with("stitch", "dw", func(o *Options) { o.SSLMode, o.CAFile = VerifyCA, "" }),
			facts.LoginTLSUntrusted, facts.Failed, "the server's certificate is signed by an authority that is not trusted here: name it with a CA file",
		},
	} {
		t.Run(name, func(t *testing.T) { failed(t, tc.options, tc.outcome, tc.reason, tc.message) })
	}
}

func TestLoginsThatSucceed(t *testing.T) {
	for name, tc := range map[string]struct {
		login    string
		change   func(*Options)
		tls      string
		verified bool
	}{
		"SCRAM, certificate and host verified": {"stitch", func(*Options) {}, "TLS 1.3", true},
		"by another name of the host":          {"stitch", func(o *Options) { o.Host = "localhost" }, "TLS 1.3", true},
		"certificate verified":                 {"stitch", func(o *Options) { o.SSLMode = VerifyCA }, "TLS 1.3", true},
		"TLS only":                             {"stitch", func(o *Options) { o.SSLMode, o.CAFile = Require, "" }, "TLS 1.3", false},
		"TLS only, with a CA file":             {"stitch", func(o *Options) { o.SSLMode = Require }, "TLS 1.3", true},
		"plain text":                           {"stitch", func(o *Options) { o.SSLMode, o.CAFile = Disable, "" }, "", false},
		"MD5":                                  {"md5_user", func(*Options) {}, "TLS 1.3", true},
		"password in clear text":               {"clear_text_user", func(*Options) {}, "TLS 1.3", true},
	} {
		t.Run(name, func(t *testing.T) {
			options := as(tc.login, "dw")
			tc.change(&options)
			login := observe(t, options).Database.Login
			if login.Outcome != facts.LoggedIn || login.Message != "" {
				t.Errorf("login: %s: %s", login.Outcome, login.Message)
			}
			if login.TLS != tc.tls || login.Verified != tc.verified {
				t.Errorf("TLS %q, verified %v; want %q, %v", login.TLS, login.Verified, tc.tls, tc.verified)
			}
		})
	}
}

func TestServerWithoutTLS(t *testing.T) {
	admin(t, "postgres", "ALTER SYSTEM SET ssl = off; SELECT pg_reload_conf();")
	defer func() {
		admin(t, "postgres", "ALTER SYSTEM RESET ssl; SELECT pg_reload_conf();")
		wait(t, func() bool { return admin(t, "postgres", "SHOW ssl") == "on\n" })
	}()
	wait(t, func() bool { return admin(t, "postgres", "SHOW ssl") == "off\n" })
	failed(t, as("stitch", "dw"), facts.LoginTLSRefused, facts.Failed, "the server offers no TLS")
}

// wait waits for what another process is about to do.
func wait(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatal("waited 20 s in vain")
}

// PG variables of whoever runs rscheck steer nothing but the password, and that
// only where FindPassword is called.
func TestAmbientVariablesSteerNothing(t *testing.T) {
	for _, name := range []string{
		"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGAPPNAME", "PGCONNECT_TIMEOUT",
		"PGSSLMODE", "PGSSLKEY", "PGSSLCERT", "PGSSLCERTMODE", "PGSSLSNI", "PGSSLROOTCERT", "PGSSLPASSWORD", "PGSSLNEGOTIATION",
		"PGTARGETSESSIONATTRS", "PGSERVICEFILE", "PGTZ", "PGOPTIONS", "PGMINPROTOCOLVERSION", "PGMAXPROTOCOLVERSION",
		"PGCHANNELBINDING", "PGREQUIREAUTH", "PGDATESTYLE", "PGCLIENTENCODING",
	} {
		t.Setenv(name, "nonsense")
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	write(t, home+"/.pgpass", "*:*:*:*:"+strings.ReplaceAll(canary, `\`, `\\`)+"\n", 0o600)
	write(t, home+"/.postgresql/root.crt", "no certificate", 0o600)
	write(t, home+"/.postgresql/postgresql.crt", "no certificate", 0o600)
	write(t, home+"/.postgresql/postgresql.key", "no key", 0o600)

	target := observe(t, as("stitch", "dw"))
	if login := target.Database.Login; login.Outcome != facts.LoggedIn || !login.Verified {
		t.Errorf("login: %+v", login)
	}
	options := as("stitch", "dw")
	options.Password = ""
	failed(t, options, facts.LoginFailed, facts.AccessDenied, "the server asks for the password of user stitch: give it by --password-file or RSCHECK_PASSWORD, or use --iam")

	t.Setenv("PGSERVICE", "warehouse")
	err := Observe(t.Context(), as("stitch", "dw"), target)
	if err == nil || !strings.Contains(err.Error(), "PGSERVICE") {
		t.Errorf("with PGSERVICE set: %v", err)
	}
}

// A connection that ends midway makes the rest unknown; nothing connects again.
func TestConnectionThatEndsMidway(t *testing.T) {
	for name, tc := range map[string]struct {
		end    func(interrupt func())
		reason facts.Reason
		detail []string // one of them begins the detail
	}{
		"the server ends it": {
			func(func()) {
				const others = "FROM pg_stat_activity WHERE application_name = 'rscheck'"
				admin(t, "postgres", "SELECT pg_terminate_backend(pid) "+others)
				wait(t, func() bool { return admin(t, "postgres", "SELECT count(*) "+others) == "0\n" })
			},
			facts.Unreachable,
			[]string{"127.0.0.1:" + strconv.Itoa(server.Port) + " ended the connection: ", "the connection to 127.0.0.1:" + strconv.Itoa(server.Port) + " broke off"},
		},
		"the scan is interrupted": {func(interrupt func()) { interrupt() }, facts.Failed, []string{"the scan was interrupted"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			options, steps := as("stitch", "dw"), []string{}
			options.Progress = func(step string) {
				steps = append(steps, step)
				if step == "schemas" {
					tc.end(interrupt)
				}
			}
			target := &facts.Target{}
			if err := Observe(ctx, options, target); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"database.schemas", "database.relations", "database.comments", "database.columns", "database.system_relations"} {
				lack := target.Lacking(path)
				if len(lack) != 1 || lack[0].Reason != tc.reason || !slices.ContainsFunc(tc.detail, func(d string) bool { return strings.HasPrefix(lack[0].Detail, d) }) {
					t.Errorf("%s: %+v, want %s: %q", path, lack, tc.reason, tc.detail)
				}
			}
			for _, path := range []string{"database.version", "database.can_create", "database.user.exists", "database.groups", "database.settings", "database.login"} {
				if lack := target.LackingWithin(path); len(lack) > 0 {
					t.Errorf("%s was told before: %+v", path, lack)
				}
			}
			if last := steps[len(steps)-1]; last != "schemas" {
				t.Errorf("after the end of the connection it was asked for %s", last)
			}
		})
	}
}

// blocked keeps everybody from pg_description until the function returned is
// called.
func blocked(t *testing.T, database string) (release func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := server.SQL(t.Context(), database, `BEGIN; LOCK TABLE pg_catalog.pg_description IN ACCESS EXCLUSIVE MODE;
SET application_name = 'blocker'; SELECT pg_sleep(600); ROLLBACK;`)
		done <- err
	}()
	const asleep = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'blocker' AND wait_event = 'PgSleep'"
	wait(t, func() bool { return admin(t, "postgres", asleep) == "1\n" })
	return func() {
		admin(t, "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'blocker'")
		<-done
	}
}

func TestAnswerThatDoesNotComeInTime(t *testing.T) {
	name := copyOfWarehouse(t, "")
	defer blocked(t, name)()
	options := as("stitch", name)
	options.AnswerTimeout = 500 * time.Millisecond
	target := observe(t, options)
	for _, path := range []string{"database.relations", "database.comments", "database.columns", "database.system_relations"} {
		lack := target.Lacking(path)
		if len(lack) != 1 || lack[0].Reason != facts.TimedOut || !strings.Contains(lack[0].Detail, "did not answer within 0.5 s (asked for: relations)") {
			t.Errorf("%s: %+v", path, lack)
		}
	}
	if len(target.Lacking("database.schemas")) > 0 {
		t.Error("the schemas were told before")
	}
}

func TestStatementThatTheServerCancels(t *testing.T) {
	name := copyOfWarehouse(t, "")
	defer blocked(t, name)()
	options := as("stitch", name)
	options.Progress = func(step string) {
		if step != "relations" {
			return
		}
		go server.SQL(t.Context(), "postgres", `DO $$ BEGIN
	FOR i IN 1..2000 LOOP
		PERFORM pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'rscheck' AND wait_event_type = 'Lock';
		EXIT WHEN FOUND;
		PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
	END LOOP;
END $$`)
	}
	target := observe(t, options)
	for _, path := range []string{"database.relations", "database.comments", "database.columns"} {
		lack := target.Lacking(path)
		if len(lack) != 1 || lack[0].Reason != facts.TimedOut || !strings.HasPrefix(lack[0].Detail, "the server gave up on the question for relations: ") {
			t.Errorf("%s: %+v", path, lack)
		}
	}
	if len(target.Database.SystemRelations) == 0 || len(target.Lacking("database.system_relations")) > 0 {
		t.Errorf("what was asked afterwards is unknown: %q", lacking(target))
	}
}
