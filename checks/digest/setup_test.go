package digest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

func TestVersionTellsWhatAnswers(t *testing.T) {
	for name, tc := range map[string]struct {
		version string
		want    digest.Engine
		lacking bool
	}{
		"Redshift":        {"PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.52943", digest.Engine{Redshift: true, Version: "PostgreSQL 8.0.2"}, false},
		"PostgreSQL":      {"PostgreSQL 15.18 on x86_64-pc-linux-gnu, compiled by gcc", digest.Engine{Version: "PostgreSQL 15.18"}, false},
		"something else":  {"CockroachDB", digest.Engine{Version: "CockroachDB"}, false},
		"no word from it": {" ", digest.Engine{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, nil)
			target.Database.User.Name = "stitch"
			target.Database.Version = tc.version
			d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
			if d.Document.Database.Engine != tc.want || lacking(d, "database.engine") != tc.lacking {
				t.Errorf("%+v, lacking: %v", d.Document.Database.Engine, lacking(d, "database.engine"))
			}
		})
	}
}

func TestPendingChangesThatMatterToTheLoader(t *testing.T) {
	yes, no, same, other, three := true, false, "analytics", "warehouse", 3
	for name, tc := range map[string]struct {
		pending facts.Pending
		want    digest.Pending
	}{
		"nothing":             {facts.Pending{}, digest.Pending{}},
		"private":             {facts.Pending{PubliclyAccessible: &no}, digest.Pending{BecomesPrivate: true}},
		"public":              {facts.Pending{PubliclyAccessible: &yes}, digest.Pending{}},
		"another name":        {facts.Pending{Identifier: &other}, digest.Pending{Identifier: other}},
		"the name it has":     {facts.Pending{Identifier: &same}, digest.Pending{}},
		"what does no damage": {facts.Pending{NodeCount: &three, EnhancedVPCRouting: &yes, AdminPassword: true}, digest.Pending{}},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, nil)
			target.Cluster.Pending = tc.pending
			if got := digest.Of(target, settings(t, "any"), time.Unix(0, 0)).Document.Cluster.Pending; got != tc.want {
				t.Errorf("%+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestLoggingCountsWhatIsDelivered(t *testing.T) {
	const early, late = "2026-11-20T03:00:00Z", "2026-11-21T03:00:00Z"
	logins := []string{"connectionlog", "userlog"}
	for name, tc := range map[string]struct {
		logging facts.Logging
		want    digest.Logging
	}{
		"off":                      {facts.Logging{}, digest.Logging{}},
		"off after a failure":      {facts.Logging{LastFailure: late, FailureMessage: "denied"}, digest.Logging{}},
		"to a bucket":              {facts.Logging{Enabled: true, Destination: "s3", LastDelivery: late}, digest.Logging{Enabled: true}},
		"failed, then delivered":   {facts.Logging{Enabled: true, LastFailure: early, LastDelivery: late}, digest.Logging{Enabled: true}},
		"delivered, then failed":   {facts.Logging{Enabled: true, LastFailure: late, LastDelivery: early, FailureMessage: "denied"}, digest.Logging{Enabled: true, Failing: true, Failure: "denied"}},
		"never delivered":          {facts.Logging{Enabled: true, LastFailure: late, FailureMessage: "denied"}, digest.Logging{Enabled: true, Failing: true, Failure: "denied"}},
		"both login logs exported": {facts.Logging{Enabled: true, Destination: "cloudwatch", Exports: logins}, digest.Logging{Enabled: true}},
		"one of them only": {
			facts.Logging{Enabled: true, Destination: "cloudwatch", Exports: []string{"useractivitylog", "userlog"}},
			digest.Logging{Enabled: true, Absent: []string{"connectionlog"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, nil)
			target.Cluster.Logging = tc.logging
			got := digest.Of(target, settings(t, "any"), time.Unix(0, 0)).Document.Cluster.Logging
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLinkComparesAWSRegions(t *testing.T) {
	for name, tc := range map[string]struct {
		connection, region, cluster string
		same, joined                bool
	}{
		"the loader's own":        {"privatelink", "north-america", "us-east-1", true, true},
		"the loader's other one":  {"privatelink", "europe", "us-east-1", true, false},
		"one of those it may be":  {"privatelink", "any", "eu-central-1", true, true},
		"none of those it may be": {"privatelink", "any", "eu-west-1", true, false},
		"a line that crosses":     {"vpn", "europe", "us-east-1", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, nil)
			target.Region = tc.cluster
			s := settings(t, tc.region)
			s.Connection = tc.connection
			got := digest.Of(target, s, time.Unix(0, 0)).Document.Network.Link
			if got.SameRegion != tc.same || got.Joined != tc.joined {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestKindOfTargetIsDocumentedOrNotAsked(t *testing.T) {
	for kind, documented := range map[facts.Kind]bool{facts.ProvisionedCluster: true, facts.Workgroup: false} {
		target := estate(northAmerica, nil)
		target.Kind = kind
		d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
		if d.Document.Cluster.Documented != documented || lacking(d, "cluster.documented") {
			t.Errorf("%s: documented %v, lacking %v", kind, d.Document.Cluster.Documented, lacking(d, "cluster.documented"))
		}
	}
	host := &facts.Target{Kind: facts.HostOnly}
	host.Lack("cluster", facts.NotRequested, "--no-aws")
	if d := digest.Of(host, settings(t, "any"), time.Unix(0, 0)); !lacking(d, "cluster.documented") {
		t.Error("what a bare host is was told")
	}
}
