package digest_test

import (
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// How long a password is valid matters to the account alone, and a login with it
// shows that it still is.
func TestAccountWhoseEndIsNotTold(t *testing.T) {
	target := func(login facts.Login, until string, lacking ...string) *facts.Target {
		target := &facts.Target{Kind: facts.ProvisionedCluster, Name: "analytics"}
		login.Outcome = facts.LoggedIn
		target.Database.Login, target.Database.Name, target.Database.Type = login, "dw", "local"
		target.Database.User = facts.User{Name: "stitch", Exists: true, ValidUntil: until}
		for _, path := range lacking {
			target.Lack(path, facts.AccessDenied, "grant")
		}
		return target
	}
	own, other := facts.Login{User: "stitch", Via: "sql"}, facts.Login{User: "auditor", Via: "sql"}
	temporary := facts.Login{User: "stitch", Via: "sql", Credentials: facts.TemporaryCredentials}
	const end = "database.user.valid_until"
	for name, tc := range map[string]struct {
		target  *facts.Target
		status  string
		unknown string // the field of the document, empty for none
	}{
		"its own password":                    {target(own, "", end), "usable", ""},
		"its own password, and a user unseen": {target(own, "", "database.user.exists", end), "usable", ""},
		"its own password, and an end told":   {target(own, "2001-01-01T00:00:00Z"), "expired", ""},
		"temporary password":                  {target(temporary, "", end), "present", "database.account.valid_until"},
		"somebody else's login":               {target(other, "", end), "present", "database.account.valid_until"},
		"somebody else's, and a user unseen":  {target(other, "", "database.user.exists"), "", "database.account"},
		"an end that is no time":              {target(other, "soon"), "present", "database.account.valid_until"},
	} {
		t.Run(name, func(t *testing.T) {
			d := digest.Of(tc.target, settings(t, "north-america"), time.Now())
			if got := d.Document.Database.Account.Status; got != tc.status {
				t.Errorf("status %q, want %q", got, tc.status)
			}
			unknown := ""
			for _, lack := range d.Lacks {
				if facts.Covers("database.account", lack.Path) {
					unknown = lack.Path
				}
			}
			if unknown != tc.unknown {
				t.Errorf("%q is unknown, want %q", unknown, tc.unknown)
			}
		})
	}
}

func TestReadOnlySessionsKeepTheLoaderFromCreating(t *testing.T) {
	for name, tc := range map[string]struct {
		change   func(*facts.Target)
		readOnly bool
	}{
		"sessions that may write": {func(*facts.Target) {}, false},
		"the user's own are read-only": {func(t *facts.Target) {
			t.Database.Settings = []facts.Setting{{Name: "default_transaction_read_only", Value: "on"}}
		}, true},
		"another user's are": {func(t *facts.Target) {
			t.Database.Login.User = "auditor"
			t.Database.Settings = []facts.Setting{{Name: "default_transaction_read_only", Value: "on"}}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := &facts.Target{}
			target.Database.Login = facts.Login{User: "stitch", Via: "sql", Outcome: facts.LoggedIn}
			target.Database.User = facts.User{Name: "stitch", Exists: true}
			target.Database.CanCreate = true
			tc.change(target)
			d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
			if got := d.Document.Database.Create.ReadOnly; got != tc.readOnly || lacking(d, "database.create") {
				t.Errorf("read-only %v, lacking %v; want %v", got, lacking(d, "database.create"), tc.readOnly)
			}
		})
	}
}
