//go:build unix

package redshiftfront_test

import (
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/redshift"
	"github.com/rscheck/rscheck/internal/redshiftfront"
)

func TestEveryLoginTellsItsOutcome(t *testing.T) {
	const noTLS = redshift.Disable
	faults := map[string]redshiftfront.Fault{
		"silent":   {Does: redshiftfront.Hang},
		"resets":   {Does: redshiftfront.Reset},
		"starting": redshiftfront.StartingUp(),
		"full":     redshiftfront.TooManyConnections(),
		"odd":      {Does: redshiftfront.Refuse, SQLState: "XX000", Message: "something went wrong"},
		"slow":     {Does: redshiftfront.Slow, Delay: 5 * time.Millisecond, Database: "dw"},
		"slowest":  {Does: redshiftfront.Slow, Delay: time.Minute, Database: "dw"},
	}
	for name, tc := range map[string]struct {
		login, database string
		password        redshift.Password
		tls             redshiftfront.TLS
		mode            redshift.SSLMode
		want            facts.LoginOutcome
	}{
		"MD5":                        {"stitch", "dw", password, "", "", facts.LoggedIn},
		"MD5 in plain text":          {"stitch", "dw", password, "", noTLS, facts.LoggedIn},
		"clear text":                 {"clear_text", "dw", password, "", "", facts.LoggedIn},
		"TLS required":               {"stitch", "dw", password, redshiftfront.TLSRequired, "", facts.LoggedIn},
		"no TLS, and none wanted":    {"stitch", "dw", password, redshiftfront.TLSRefused, noTLS, facts.LoggedIn},
		"slow":                       {"stitch", "slow", password, "", "", facts.LoggedIn},
		"wrong password":             {"stitch", "dw", "wrong", "", "", facts.LoginWrongPassword},
		"wrong password, clear text": {"clear_text", "dw", "wrong", "", "", facts.LoginWrongPassword},
		"no such user":               {"nobody", "dw", password, "", "", facts.LoginWrongPassword},
		"no password":                {"stitch", "dw", "", "", "", facts.LoginFailed},
		"password expired":           {"expired", "dw", password, "", "", facts.LoginPasswordExpired},
		"expired, and a wrong one":   {"expired", "dw", "wrong", "", "", facts.LoginWrongPassword},
		"SHA-256 password":           {"digested", "dw", password, "", "", facts.LoginDigestRequired},
		"identity provider":          {"identified", "dw", password, "", "", facts.LoginIdentityRequired},
		"plain text where TLS is required": {
			"stitch", "dw", password, redshiftfront.TLSRequired, noTLS, facts.LoginTLSRequired,
		},
		"TLS where there is none":     {"stitch", "dw", password, redshiftfront.TLSRefused, redshift.Require, facts.LoginTLSRefused},
		"certificate not trusted":     {"stitch", "dw", password, "", redshift.VerifyFull, facts.LoginTLSUntrusted},
		"no such database":            {"stitch", "nowhere", password, "", "", facts.LoginNoSuchDatabase},
		"the user's connection limit": {"limited", "dw", password, "", "", facts.LoginConnectionLimit},
		"too many connections":        {"stitch", "full", password, "", "", facts.LoginConnectionLimit},
		"starting up":                 {"stitch", "starting", password, "", "", facts.LoginStartingUp},
		"another refusal":             {"stitch", "odd", password, "", "", facts.LoginFailed},
		"reset":                       {"stitch", "resets", password, "", "", facts.LoginFailed},
		"silence":                     {"stitch", "silent", password, "", "", facts.LoginTimedOut},
		"far too slow":                {"stitch", "slowest", password, "", "", facts.LoginTimedOut},
	} {
		t.Run(name, func(t *testing.T) {
			front := start(t, func(o *redshiftfront.Options) { o.TLS, o.Faults = tc.tls, faults })
			options := as(front, tc.login, tc.database)
			options.Password = tc.password
			if options.SSLMode = tc.mode; tc.mode != "" {
				options.CAFile = ""
			}
			if tc.want == facts.LoginTimedOut {
				options.LoginTimeout = 500 * time.Millisecond
			}
			target := observe(t, front, options)
			login := target.Database.Login
			if login.Outcome != tc.want {
				t.Fatalf("%s: %s, want %s", login.Outcome, login.Message, tc.want)
			}
			if in := tc.want == facts.LoggedIn; in != (len(target.Lacking("database.version")) == 0) || in != (login.Message == "") {
				t.Errorf("login %+v, unknown %q", login, lacking(target))
			}
		})
	}
}

func TestAFrontThatIsOverRefusesConnections(t *testing.T) {
	var front *redshiftfront.Front
	t.Run("front", func(t *testing.T) {
		front = start(t, func(o *redshiftfront.Options) { o.TLS = redshiftfront.TLSRefused })
	})
	options := as(front, "stitch", "dw")
	options.SSLMode = redshift.Disable
	if login := observe(t, front, options).Database.Login; login.Outcome != facts.LoginRefused {
		t.Errorf("login %+v", login)
	}
}
