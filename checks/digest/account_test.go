package digest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		"an end before all time":              {target(other, "-infinity"), "expired", ""},
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
	on := []facts.Setting{{Name: "default_transaction_read_only", Value: "on"}}
	for name, tc := range map[string]struct {
		change            func(*facts.Target)
		readOnly, lacking bool
	}{
		"sessions that may write": {func(*facts.Target) {}, false, false},
		"the user's own are read-only": {func(t *facts.Target) {
			t.Database.Settings = on
		}, true, false},
		"settings that are not known": {func(t *facts.Target) {
			t.Lack("database.settings", facts.AccessDenied, "grant")
		}, false, true},
		"another setting that is not known": {func(t *facts.Target) {
			t.Lack("database.settings.statement_timeout", facts.AccessDenied, "grant")
		}, false, false},
		"a session that does not list the setting, which the user has": {func(t *facts.Target) {
			t.Database.User.ReadOnly = "on"
		}, true, false},
		"a session that does not list the setting, and the user's is hidden": {func(t *facts.Target) {
			t.Lack("database.user.read_only", facts.AccessDenied, "grant")
		}, false, true},
		"a session that is not as the user's setting says": {func(t *facts.Target) {
			t.Database.Settings = []facts.Setting{{Name: "default_transaction_read_only", Value: "off"}}
			t.Database.User.ReadOnly = "on"
		}, false, false},
		"another user's are": {func(t *facts.Target) {
			t.Database.Login.User = "auditor"
			t.Database.Settings = on
		}, false, false},
		"the user's own setting, seen by another": {func(t *facts.Target) {
			t.Database.Login.User = "auditor"
			t.Database.User.ReadOnly = "on"
		}, true, false},
		"the user's own setting, in a session of another sort": {func(t *facts.Target) {
			t.Database.Login.Via = "data-api"
			t.Database.Settings = on // rscheck's own
			t.Database.User.ReadOnly = "off"
		}, false, false},
		"the user's own setting, hidden from another": {func(t *facts.Target) {
			t.Database.Login.User = "auditor"
			t.Lack("database.user.read_only", facts.AccessDenied, "grant")
		}, false, true},
		"CREATE is refused anyhow": {func(t *facts.Target) {
			t.Database.CanCreate = false
			t.Lack("database.settings", facts.AccessDenied, "grant")
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := &facts.Target{}
			target.Database.Login = facts.Login{User: "stitch", Via: "sql", Outcome: facts.LoggedIn}
			target.Database.User = facts.User{Name: "stitch", Exists: true}
			target.Database.CanCreate = true
			tc.change(target)
			d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
			if got := d.Document.Database.Create.ReadOnly; got != tc.readOnly || lacking(d, "database.create") != tc.lacking {
				t.Errorf("read-only %v, lacking %v; want %v, %v", got, lacking(d, "database.create"), tc.readOnly, tc.lacking)
			}
		})
	}
}

// A type that nobody documents is no promise that tables can be made.
func TestTypesOfDatabases(t *testing.T) {
	for kind, want := range map[string]string{"local": "local", "shared": "shared", "integration": ""} {
		t.Run(kind, func(t *testing.T) {
			target := &facts.Target{}
			target.Database.Login = facts.Login{User: "stitch", Via: "sql", Outcome: facts.LoggedIn}
			target.Database.Type, target.Database.User = kind, facts.User{Name: "stitch", Exists: true}
			d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
			if got := d.Document.Database.Presence; got != want || lacking(d, "database.presence") != (want == "") {
				t.Errorf("presence %q, unknown %v", got, lacking(d, "database.presence"))
			}
		})
	}
}

// The rights of somebody else on its tables are not asked for, and a superuser is
// refused nothing.
func TestRightsRevokedFromTheOwnerOfATable(t *testing.T) {
	contacts := facts.Relation{Schema: "hubspot", Name: "contacts", Kind: facts.Table, Owner: "stitch"}
	deals := facts.Relation{Schema: "hubspot", Name: "deals", Kind: facts.Table, Owner: "etl_admin"}
	revoked := []facts.RevokedRights{{Schema: "hubspot", Name: "contacts", Lacks: []string{"INSERT"}}, {Schema: "finance", Name: "contacts", Lacks: []string{"SELECT"}}}
	rights := digest.DeviatingTable{Subject: "hubspot.contacts", Schema: "hubspot", Name: "contacts", Owner: "stitch", Problem: "rights", Lacks: []string{"INSERT"}}
	owner := digest.DeviatingTable{Subject: "hubspot.deals", Schema: "hubspot", Name: "deals", Owner: "etl_admin", Problem: "owner"}
	unseen := func(t *facts.Target) { t.Lack("database.revoked_rights", facts.AccessDenied, "grant") }
	for name, tc := range map[string]struct {
		relations []facts.Relation
		change    func(*facts.Target)
		want      []digest.DeviatingTable
		lacking   bool
	}{
		"none":                               {[]facts.Relation{contacts}, func(*facts.Target) {}, nil, false},
		"some":                               {[]facts.Relation{contacts, deals}, func(t *facts.Target) { t.Database.RevokedRights = revoked }, []digest.DeviatingTable{rights, owner}, false},
		"not seen":                           {[]facts.Relation{contacts}, unseen, nil, true},
		"not seen, and no table of its own":  {nil, unseen, nil, false},
		"not seen, and a table is another's": {[]facts.Relation{contacts, deals}, unseen, []digest.DeviatingTable{owner}, false},
		"a superuser": {[]facts.Relation{contacts}, func(t *facts.Target) {
			t.Database.User.Superuser = true
			unseen(t)
		}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := &facts.Target{}
			target.Database.Login = facts.Login{User: "stitch", Via: "sql", Outcome: facts.LoggedIn}
			target.Database.User = facts.User{Name: "stitch", Exists: true}
			target.Database.Relations = tc.relations
			tc.change(target)
			s := settings(t, "any")
			s.Schemas = []string{"hubspot"}
			d := digest.Of(target, s, time.Unix(0, 0))
			if diff := cmp.Diff(tc.want, d.Document.Database.Tables.Deviating); diff != "" {
				t.Errorf("tables (-want +got):\n%s", diff)
			}
			if got := lacking(d, "database.tables"); got != tc.lacking {
				t.Errorf("lacking %v, want %v", got, tc.lacking)
			}
		})
	}
}
