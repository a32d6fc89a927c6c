package digest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

func TestRoom(t *testing.T) {
	auditor := func(t *facts.Target) { t.Database.Login.User = "auditor" }
	parameter := func(value, status string) func(*facts.Target) {
		return func(t *facts.Target) {
			auditor(t)
			t.Database.Settings[0].Value = "1" // the auditor's own
			t.Cluster.ParameterGroups = []facts.ParameterGroup{{Name: "own", ApplyStatus: status}}
			t.Cluster.Parameters = []facts.Parameter{{Group: "own", Name: "statement_timeout", Value: value}}
		}
	}
	for name, tc := range map[string]struct {
		change         func(*facts.Target)
		limit, timeout int
		lacking        string
	}{
		"no limits":                 {func(*facts.Target) {}, -1, 0, ""},
		"connection limit":          {func(t *facts.Target) { t.Database.User.ConnectionLimit = "7" }, 7, 0, ""},
		"superuser, who has none":   {func(t *facts.Target) { t.Database.User.ConnectionLimit, t.Database.User.Superuser = "0", true }, -1, 0, ""},
		"no connection at all":      {func(t *facts.Target) { t.Database.User.ConnectionLimit = "0" }, 0, 0, ""},
		"limit that is no number":   {func(t *facts.Target) { t.Database.User.ConnectionLimit = "x" }, -1, 0, `the connection limit, "x", is not a number`},
		"limit not told":            {func(t *facts.Target) { t.Lack("database.user.connection_limit", facts.AccessDenied, "log in") }, -1, 0, "log in"},
		"timeout of the session":    {func(t *facts.Target) { t.Database.Settings[0].Value = "700000" }, -1, 700_000, ""},
		"session without a timeout": {func(t *facts.Target) { t.Database.Settings = nil }, -1, 0, "the server does not list statement_timeout"},
		"timeout that is no number": {func(t *facts.Target) { t.Database.Settings[0].Value = "1h" }, -1, 0, `statement_timeout is "1h", which is no number of milliseconds`},
		"limit not told, timeout tight": {
			func(t *facts.Target) {
				t.Lack("database.user.connection_limit", facts.AccessDenied, "log in")
				t.Database.Settings[0].Value = "5000"
			}, -1, 5000, "",
		},
		"the user's own timeout, seen by another": {
			func(t *facts.Target) { auditor(t); t.Database.User.StatementTimeout = "900000" }, -1, 900_000, "",
		},
		"the user's own timeout before the cluster's": {
			func(t *facts.Target) { parameter("5", "in-sync")(t); t.Database.User.StatementTimeout = "0" }, -1, 0, "",
		},
		"the cluster's timeout": {parameter("800000", "in-sync"), -1, 800_000, ""},
		"the cluster's, not yet in force": {
			parameter("800000", "pending-reboot"), -1, 0,
			"parameter group own is pending-reboot: log in as stitch to see the statement_timeout in force",
		},
		"neither told to another": {auditor, -1, 0, "AWS did not list statement_timeout: log in as stitch"},
		"the user's own not told": {func(t *facts.Target) {
			auditor(t)
			t.Lack("database.user.statement_timeout", facts.AccessDenied, "grant")
		}, -1, 0, "grant"},
	} {
		t.Run(name, func(t *testing.T) {
			target := warehouse()
			tc.change(target)
			db, lacking := derive(t, target)
			want := digest.Room{ConnectionLimit: tc.limit, Connections: 5, StatementTimeout: tc.timeout, Statement: 600_000}
			if diff := cmp.Diff(want, db.Room); diff != "" {
				t.Errorf("room (-want +got):\n%s", diff)
			}
			got := ""
			for _, line := range lacking {
				if why, ok := strings.CutPrefix(line, "database.room: "); ok {
					got = why
				}
			}
			if got != tc.lacking {
				t.Errorf("lacking %q, want %q", got, tc.lacking)
			}
		})
	}
}

func TestGrantsOnTheCatalog(t *testing.T) {
	target := warehouse()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		target.Database.SystemRelations = append(target.Database.SystemRelations,
			facts.SystemRelation{Schema: "pg_catalog", Name: name}, facts.SystemRelation{Schema: "information_schema", Name: name})
		target.Database.SystemGrants = append(target.Database.SystemGrants,
			facts.SystemGrant{Schema: "pg_catalog", Name: name, Public: name == "a"}, facts.SystemGrant{Schema: "information_schema", Name: name})
	}
	db, lacking := derive(t, target)
	want := digest.Grants{Granted: 5, Total: 5, Private: []string{"b", "c", "d"}, PrivateCount: 4, Reads: db.Grants.Reads}
	if diff := cmp.Diff(want, db.Grants); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	if !slices.Contains(db.Grants.Reads, "pg_class") || slices.Contains(db.Grants.Reads, "columns") {
		t.Errorf("reads %q: want those of pg_catalog", db.Grants.Reads)
	}
	if len(lacking) > 0 {
		t.Errorf("lacking %q", lacking)
	}
	target.Lack("database.system_grants", facts.AccessDenied, "grant it")
	if _, lacking := derive(t, target); !slices.Equal(lacking, []string{"database.grants: grant it"}) {
		t.Errorf("lacking %q", lacking)
	}
}
