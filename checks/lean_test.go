package checks_test

import (
	"slices"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

// A check without an object leans on the one that says why. Where nobody asks that
// one, there is nothing to lean on.
func TestNoVerdictRestsOnAQuestionNobodyAsked(t *testing.T) {
	all, snapshot := load(t), demo(t)
	noEndpoint := func(t *facts.Target) {
		t.Cluster.Status, t.Cluster.Endpoint = "creating", facts.Endpoint{}
	}
	noUser := func(t *facts.Target) { t.Database.Login.User, t.Database.User.Exists = "auditor", false }
	noDatabase := func(t *facts.Target) { t.Database.Login.Outcome = facts.LoginNoSuchDatabase }
	for name, tc := range map[string]struct {
		change     func(*facts.Target)
		only, skip []string
		check      string
		want       report.Outcome
	}{
		"no endpoint, all asked":          {noEndpoint, nil, nil, "NET003", report.NotApplicable},
		"no endpoint, the network alone":  {noEndpoint, []string{"NET"}, nil, "NET003", report.Unknown},
		"no endpoint, all but the reason": {noEndpoint, nil, []string{"CLU"}, "NET004", report.Unknown},
		"no user, all asked":              {noUser, nil, nil, "SQL003", report.NotApplicable},
		"no user, all but the reason":     {noUser, nil, []string{"SQL001"}, "SQL003", report.Unknown},
		"no database, all asked":          {noDatabase, nil, nil, "SQL003", report.NotApplicable},
		"no database, one check alone":    {noDatabase, []string{"SQL003"}, nil, "SQL003", report.Unknown},
		"left out itself":                 {noEndpoint, []string{"SQL"}, nil, "NET003", report.NotApplicable},
		"a cause of its own":              {func(*facts.Target) {}, []string{"NET010"}, nil, "NET010", report.NotApplicable},
	} {
		t.Run(name, func(t *testing.T) {
			catalogue, err := all.Select(tc.only, tc.skip)
			if err != nil {
				t.Fatal(err)
			}
			target := clone(t, named(t, &snapshot, "analytics"))
			tc.change(target)
			answer, err := catalogue.Answer(t.Context(), target, stitch(t), snapshot.ScannedAt)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(answer.Results, func(r report.Result) bool { return r.Check == tc.check })
			if got := answer.Results[i]; got.Outcome != tc.want || got.Outcome == report.Unknown && len(got.Missing) == 0 {
				t.Errorf("%s is %s: %s, want %s", tc.check, got.Outcome, got.Message, tc.want)
			}
		})
	}
}

// What was left out on the command line is no excuse for what was refused.
func TestARefusalCountsForMoreThanWhatWasLeftOut(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	left := facts.Unknown{Path: "cluster.parameters", Reason: facts.NotRequested, Detail: "--no-aws"}
	hidden := facts.Unknown{Path: "database.user.connection_limit", Reason: facts.AccessDenied, Detail: "log in as a superuser"}
	other := func(t *facts.Target) { t.Database.Login.User, t.Database.User.StatementTimeout = "auditor", "" }
	for name, tc := range map[string]struct {
		unknown []facts.Unknown
		want    report.Outcome
		message string
	}{
		"left out":             {[]facts.Unknown{left}, report.NotApplicable, "not requested: --no-aws"},
		"left out and refused": {[]facts.Unknown{left, hidden}, report.Unknown, "cannot tell: log in as a superuser"},
	} {
		t.Run(name, func(t *testing.T) {
			target := clone(t, named(t, &snapshot, "analytics"))
			other(target)
			target.Unknown = tc.unknown
			answer, err := catalogue.Answer(t.Context(), target, stitch(t), snapshot.ScannedAt)
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(answer.Results, func(r report.Result) bool { return r.Check == "SQL012" })
			if got := answer.Results[i]; got.Outcome != tc.want || got.Message != tc.message {
				t.Errorf("SQL012 is %s: %s; want %s: %s", got.Outcome, got.Message, tc.want, tc.message)
			}
		})
	}
}
