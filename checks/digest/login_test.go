package digest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// Only a login with the user's own password shows how that is kept; a login as the
// user by another way proves the user and not the password.
func TestWhatALoginProves(t *testing.T) {
	refused := func(login facts.Login) facts.Target {
		target := facts.Target{Kind: facts.ProvisionedCluster, Name: "analytics"}
		target.Database.Login = login
		for _, path := range []string{"database.user", "database.type", "database.name"} {
			target.Lack(path, facts.Failed, "not logged in")
		}
		return target
	}
	in := func(login facts.Login) facts.Target {
		target := facts.Target{Kind: facts.ProvisionedCluster, Name: "analytics"}
		login.Outcome = facts.LoggedIn
		target.Database.Login, target.Database.Name, target.Database.Type = login, "dw", "local"
		target.Database.User = facts.User{Name: "stitch", Exists: true}
		return target
	}
	untried := in(facts.Login{User: "stitch", Via: "sql"})
	untried.Database.Login.Outcome = facts.LoginNotTried
	for name, tc := range map[string]struct {
		target          facts.Target
		account, driver string // empty for unknown
	}{
		"its own password":        {in(facts.Login{User: "stitch", Via: "sql"}), "usable", "standard"},
		"none, and yet facts":     {untried, "usable", ""},
		"temporary password":      {in(facts.Login{User: "stitch", Via: "sql", Credentials: facts.TemporaryCredentials}), "usable", ""},
		"Data API":                {in(facts.Login{User: "stitch", Via: "data-api"}), "usable", ""},
		"somebody else":           {in(facts.Login{User: "auditor", Via: "sql"}), "usable", ""},
		"its own password, wrong": {refused(facts.Login{User: "stitch", Via: "sql", Outcome: facts.LoginWrongPassword}), "refused", ""},
		"temporary password, not accepted": {
			refused(facts.Login{User: "stitch", Via: "sql", Credentials: facts.TemporaryCredentials, Outcome: facts.LoginFailed}), "", "",
		},
		"no such user":               {refused(facts.Login{User: "stitch", Via: "data-api", Outcome: facts.LoginNoSuchUser}), "missing", ""},
		"somebody else is not there": {refused(facts.Login{User: "auditor", Via: "data-api", Outcome: facts.LoginNoSuchUser}), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := digest.Of(&tc.target, settings(t, "north-america"), time.Now())
			if got := d.Document.Database.Account.Status; got != tc.account {
				t.Errorf("account %q, want %q", got, tc.account)
			}
			if got := d.Document.Database.Driver.Method; got != tc.driver {
				t.Errorf("driver %q, want %q", got, tc.driver)
			}
			for path, known := range map[string]bool{"database.account": tc.account != "", "database.driver": tc.driver != ""} {
				lacking := slices.ContainsFunc(d.Lacks, func(l digest.Lack) bool { return strings.HasPrefix(path, l.Path) })
				if lacking == known {
					t.Errorf("%s is unknown: %v", path, lacking)
				}
			}
		})
	}
}
