package facts_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestDiffTellsWhatChangedAndNothingElse(t *testing.T) {
	target := func(change func(*facts.Target)) facts.Snapshot {
		one := facts.Target{ID: "a", Kind: facts.ProvisionedCluster, Name: "a"}
		one.Network.SecurityGroups = []facts.SecurityGroup{
			{ID: "sg-1", Inbound: []facts.Permission{{Protocol: "tcp", CIDRs: []string{"192.0.2.1/32", "192.0.2.2/32"}}}}, {ID: "sg-2"},
		}
		one.Database.Relations = []facts.Relation{{Schema: "shop", Name: "orders", Owner: "stitch", Comment: `{"primary_keys":["id"]}`}}
		change(&one)
		return facts.Snapshot{Targets: []facts.Target{one}}
	}
	same := func(*facts.Target) {}
	for name, tc := range map[string]struct {
		change func(*facts.Target)
		want   []facts.Difference
	}{
		"nothing": {same, nil},
		"the order of a list": {func(t *facts.Target) {
			g := t.Network.SecurityGroups
			g[0], g[1] = g[1], g[0]
		}, nil},
		"an owner": {func(t *facts.Target) { t.Database.Relations[0].Owner = "root" }, []facts.Difference{
			{Target: "a", Path: "database.relations.shop.orders.owner", Before: `"stitch"`, After: `"root"`},
		}},
		"the comment with the primary key": {func(t *facts.Target) { t.Database.Relations[0].Comment = `{"primary_keys":["nr"]}` }, []facts.Difference{
			{Target: "a", Path: "database.relations.shop.orders.comment", Before: `"{\"primary_keys\":[\"id\"]}"`, After: `"{\"primary_keys\":[\"nr\"]}"`},
		}},
		"a fact no longer observed": {func(t *facts.Target) { t.Lack("cluster.nodes", facts.AccessDenied, "allow it") }, []facts.Difference{
			{Target: "a", Path: "unknown.cluster.nodes", After: `{"detail":"allow it","path":"cluster.nodes","reason":"access_denied"}`},
		}},
		"a group gone": {func(t *facts.Target) { t.Network.SecurityGroups = t.Network.SecurityGroups[:1] }, []facts.Difference{
			{Target: "a", Path: "network.security_groups.sg-2", Before: `{"id":"sg-2","inbound":[],"name":"","owner_id":"","vpc_id":""}`},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := facts.Diff(target(same), target(tc.change))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	gone, err := facts.Diff(target(same), facts.Snapshot{})
	if err != nil || len(gone) != 1 || gone[0].Path != "" || gone[0].After != "" {
		t.Errorf("a target gone: %v, %v", gone, err)
	}
	unread := facts.Snapshot{Unknown: []facts.Unknown{{Path: "regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow it"}}}
	want := []facts.Difference{{
		Target: "scan", Path: "unknown.regions.eu-west-1", After: `{"detail":"allow it","path":"regions.eu-west-1","reason":"access_denied"}`,
	}}
	got, err := facts.Diff(facts.Snapshot{}, unread)
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("a region that could not be read: %v (-want +got):\n%s", err, diff)
	}
}
