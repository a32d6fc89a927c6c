package digest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// A stage that two things deny is told twice, so that a policy mends both.
func TestAStageIsToldOnceForEachCause(t *testing.T) {
	target := estate(northAmerica, []string{"0.0.0.0/0"})
	n := &target.Network
	n.Subnets = append(n.Subnets, facts.Subnet{ID: "subnet-2", VPCID: "vpc-1", OwnerID: "111122223333", CIDR: "10.20.2.0/24"})
	n.RouteTables[0].Routes = n.RouteTables[0].Routes[:1]
	n.RouteTables = append(n.RouteTables, facts.RouteTable{
		ID: "rtb-2", Associations: []facts.RouteTableAssociation{{SubnetID: "subnet-2"}},
		Routes: []facts.Route{{DestinationCIDR: "0.0.0.0/0", Target: "nat-1", State: "active"}},
	})
	for i, subnet := range []string{"subnet-1", "subnet-2"} {
		target.Cluster.Endpoint.Interfaces = append(target.Cluster.Endpoint.Interfaces, facts.EndpointInterface{
			ID: "eni-" + subnet, VPCID: "vpc-1", SubnetID: subnet, PrivateIP: []string{"10.20.1.10", "10.20.2.10"}[i],
		})
	}
	way := found(t, target, nil).Document.Network.WayOut
	if way.Verdict != "deny" {
		t.Fatalf("the way out is %s", way.Verdict)
	}
	for _, source := range way.Sources {
		var denied []digest.Hop
		for _, h := range source.Hops {
			if h.Verdict == "deny" {
				denied = append(denied, h)
			}
		}
		want := []digest.Hop{
			{Stage: "return_route", Verdict: "deny", Kind: "route-table", ID: "rtb-1", Object: "rtb-1", Target: "igw-1"},
			{Stage: "return_route", Verdict: "deny", Kind: "route", ID: "rtb-2/0.0.0.0/0", Object: "rtb-2", Target: "igw-1", Route: "0.0.0.0/0"},
		}
		if diff := cmp.Diff(want, denied, cmpopts.IgnoreFields(digest.Hop{}, "Detail")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", source.Address, diff)
		}
	}
}

// Of two new rules of one network ACL with the same number AWS refuses the second,
// whichever region of the loader they are for.
func TestRuleNumbersAreSharedByTheRegions(t *testing.T) {
	acl := found(t, estate(append(europe, northAmerica...), nil), nil).Document.Network.NetworkACL
	given := map[int]string{}
	for _, source := range acl.Sources {
		for _, h := range source.Hops {
			if h.Verdict != "deny" {
				continue
			}
			if other, twice := given[h.RuleNumber]; twice {
				t.Errorf("number %d is given to %s and to %s", h.RuleNumber, other, source.Address)
			}
			given[h.RuleNumber] = source.Address
		}
	}
	if want := len(europe) + len(northAmerica); len(given) != want {
		t.Errorf("%d numbers, want %d: %v", len(given), want, given)
	}
}
