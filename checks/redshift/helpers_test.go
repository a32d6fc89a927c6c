package redshift

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
)

// canary is the password of every user in these tests. It must come out nowhere.
const canary = `canary Pass'w:rd\7f3d`

// observe observes, and fails the test if the password came out anywhere.
func observe(t testing.TB, options Options) *facts.Target {
	t.Helper()
	target := &facts.Target{}
	if err := Observe(t.Context(), options, target); err != nil {
		t.Fatal(err)
	}
	noCanary(t, target)
	return target
}

func noCanary(t testing.TB, target *facts.Target) {
	t.Helper()
	told, err := json.Marshal(target)
	if err != nil {
		t.Fatal(err)
	}
	escaped, _ := json.Marshal(canary)
	for _, secret := range []string{canary, strings.Trim(string(escaped), `"`), "7f3d"} {
		if strings.Contains(string(told), secret) || strings.Contains(fmt.Sprintf("%+v", target), secret) {
			t.Errorf("the password came out: %s", told)
		}
	}
}

// lacking lists what is unknown, a line each, but for what PostgreSQL never tells.
func lacking(target *facts.Target) []string {
	lines := []string{}
	for _, u := range target.Unknown {
		// A PostgreSQL that passes for Redshift cannot have the setting; the tests
		// of internal/redshiftfront look at what follows from that.
		if u == onPostgreSQL || strings.HasPrefix(u.Detail, "the server does not tell whether metadata security") {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s: %s: %s", u.Path, u.Reason, u.Detail))
	}
	return lines
}

var onPostgreSQL = facts.Unknown{
	Path: "database.user.connection_limit", Reason: facts.Unsupported, Detail: "only Redshift tells the connection limit of a user",
}

// failed checks a login that did not come about.
func failed(t *testing.T, options Options, outcome facts.LoginOutcome, reason facts.Reason, message string) {
	t.Helper()
	target := observe(t, options)
	login := target.Database.Login
	if login.Outcome != outcome || login.Message != message {
		t.Errorf("login: %s: %q\n want: %s: %q", login.Outcome, login.Message, outcome, message)
	}
	if login.User != options.Login || login.Host != options.Host || login.Port != options.Port || login.Database != options.Database || login.Via != "sql" {
		t.Errorf("login does not tell what was tried: %+v", login)
	}
	for _, path := range sections {
		lack := target.Lacking(path)
		if len(lack) != 1 || lack[0].Reason != reason || lack[0].Detail != message {
			t.Errorf("%s: unknown for %+v, want %s: %s", path, lack, reason, message)
		}
	}
	if len(target.Lacking("database.login")) > 0 {
		t.Error("the login itself is unknown")
	}
}
