package netpath_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// subnetC adds subnet-c in a zone, as subnetB does.
func subnetC(zone string) change {
	return func(t *facts.Target) {
		t.Network.Subnets = append(t.Network.Subnets, subnetOf("subnet-c", zone, "10.20.3.0/24"))
		t.Network.SubnetGroup.Subnets = append(t.Network.SubnetGroup.Subnets, facts.GroupSubnet{ID: "subnet-c", AvailabilityZone: zone, Status: "Active"})
	}
}

// strictB gives subnet-b a network ACL of its own.
func strictB(es ...facts.NetworkACLEntry) change {
	return func(t *facts.Target) {
		t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-b", SubnetIDs: []string{"subnet-b"}, Entries: es})
	}
}

func TestSubnetsTheEndpointMayMoveTo(t *testing.T) {
	publicB := associate("subnet-b", "rtb-public")
	for name, tc := range map[string]struct {
		target *facts.Target
		want   string // of each move: subnet, verdict, hops that do not allow; ? where it may be there already
	}{
		"no other subnet":       {base(), ""},
		"another like it":       {with(subnetB("us-east-1b"), publicB), "subnet-b reachable"},
		"another without a way": {with(subnetB("us-east-1b")), "subnet-b blocked | return_route deny rtb-main"},
		"one of two others":     {with(subnetB("us-east-1b"), publicB, subnetC("us-east-1c")), "subnet-b reachable; subnet-c blocked | return_route deny rtb-main"},
		"an ACL that lets no replies out": {
			with(subnetB("us-east-1b"), publicB, strictB(entry(100, "allow", "-1", "0.0.0.0/0", nil))),
			"subnet-b blocked | nacl_outbound deny acl-b/*",
		},
		"Block Public Access but for this subnet": {
			with(subnetB("us-east-1b"), publicB, blockPublicAccess("block-bidirectional", excluding("subnet/subnet-a", "allow-bidirectional", "create-complete"))),
			"subnet-b blocked | block_public_access deny block-bidirectional",
		},
		"whatever else stops the loader is not of the subnet": {
			with(private, permit(), subnetB("us-east-1b"), publicB), "subnet-b reachable",
		},
		"interfaces in both":              {with(subnetB("us-east-1b"), publicB, proxies("subnet-a", "subnet-b")), ""},
		"an interface in one":             {with(subnetB("us-east-1b"), proxies("subnet-a")), "subnet-b blocked | return_route deny rtb-main"},
		"paused, another in its zone":     {with(subnetB("us-east-1a"), paused), "subnet-a? reachable; subnet-b? blocked | return_route deny rtb-main"},
		"paused, another in another zone": {with(subnetB("us-east-1b"), paused), "subnet-a? reachable; subnet-b blocked | return_route deny rtb-main"},
		"nodes not read": {
			with(subnetB("us-east-1b"), denied("cluster.nodes", "redshift:DescribeClusters"), notDescribed),
			"subnet-a? reachable; subnet-b? blocked | return_route deny rtb-main",
		},
		"route tables not read": {
			with(subnetB("us-east-1b"), denied("network.route_tables", "ec2:DescribeRouteTables")),
			"subnet-b unknown | gateway_route_table unknown | return_route unknown",
		},
	} {
		t.Run(name, func(t *testing.T) {
			moves, missing := netpath.Elsewhere(tc.target, prefixes(t, stitch))
			if missing != nil {
				t.Fatalf("missing %v", missing)
			}
			var got []string
			for _, m := range moves {
				perhaps := ""
				if m.Missing != nil {
					perhaps = "?"
				}
				got = append(got, m.Subnet+perhaps+" "+summary(m.Paths[0]))
			}
			if strings.Join(got, "; ") != tc.want {
				t.Errorf("moves\n got %s\nwant %s", strings.Join(got, "; "), tc.want)
			}
		})
	}
}

func TestMovesOfARangeOfSources(t *testing.T) {
	target := with(subnetB("us-east-1b"), associate("subnet-b", "rtb-public"), strictB(
		entry(100, "allow", "-1", "52.204.223.208/31", nil), reply(100, "allow", "-1", "0.0.0.0/0", nil),
	))
	moves, _ := netpath.Elsewhere(target, prefixes(t, "52.204.223.208/30", "2001:db8::/32"))
	if got := summary(moves[0].Paths[0]); got != "blocked | nacl_inbound deny acl-b/*" {
		t.Error(got)
	}
	if moves[0].Paths[1].Verdict != netpath.Unknown || len(moves[0].Paths[1].Hops) != len(netpath.MoveStages) {
		t.Errorf("an IPv6 source: %+v", moves[0].Paths[1])
	}
}

func TestSubnetGroupThatIsNotKnownHasNoMoves(t *testing.T) {
	for name, target := range map[string]*facts.Target{
		"not read":             with(denied("network.subnet_group", "redshift:DescribeClusterSubnetGroups")),
		"in no VPC":            {},
		"a subnet without id":  with(func(t *facts.Target) { t.Network.SubnetGroup.Subnets[0].ID = "" }),
		"two VPCs in the text": with(func(t *facts.Target) { t.Network.SubnetGroup.VPCID = "vpc-2" }),
	} {
		if moves, missing := netpath.Elsewhere(target, prefixes(t, stitch)); len(moves) > 0 || len(missing) == 0 {
			t.Errorf("%s: moves %v, missing %v", name, moves, missing)
		}
	}
}

// TestForgettingAFactOfAMove holds moves and lists to what paths are held to.
func TestForgettingAFactOfAMove(t *testing.T) {
	base := []change{subnetB("us-east-1b"), subnetC("us-east-1a"), associate("subnet-c", "rtb-public"), permit(tcp(5439, 5439, stitch), lists("pl-1")), prefixLists(listOf("pl-1", "198.51.100.7/32"))}
	sources := prefixes(t, stitch, "198.51.100.7/32")
	for name, more := range map[string][]change{
		"as it is":   nil,
		"strict":     {strictB(entry(100, "allow", "-1", "52.0.0.0/8", nil), reply(100, "allow", "-1", "0.0.0.0/0", nil))},
		"paused":     {paused},
		"interfaces": {proxies("subnet-b")},
		"blocked":    {blockPublicAccess("block-ingress", excluding("subnet/subnet-c", "allow-bidirectional", "create-complete"))},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(slices.Concat(base, more)...)
			before := certain(netpath.Elsewhere(target, sources))
			listed, lack := netpath.Listed(target, sources)
			if len(before) == 0 || len(listed) != 2 || lack != nil {
				t.Fatalf("moves %v, listed %v, missing %v", before, listed, lack)
			}
			known := len(target.Unknown)
			forget(reflect.ValueOf(target).Elem(), func(path string) {
				target.Lack(path, facts.AccessDenied, "allow everything")
				moves, missing := netpath.Elsewhere(target, sources)
				after := certain(moves, missing)
				for key, verdict := range after {
					if old, ok := before[key]; ok && old != verdict {
						t.Errorf("without %s: %s was %s, is %s", path, key, old, verdict)
					}
				}
				for key, verdict := range before {
					if _, ok := after[key]; !ok && verdict == netpath.Blocked && missing == nil && !slices.ContainsFunc(moves, func(m netpath.Move) bool { return strings.HasPrefix(key, m.Subnet) }) {
						t.Errorf("without %s: nothing is told of %s", path, key)
					}
				}
				if rules, lack := netpath.Listed(target, sources); len(rules) < len(listed) && lack == nil {
					t.Errorf("without %s: %d rules are listed", path, len(rules))
				}
				target.Unknown = target.Unknown[:known]
			})
		})
	}
}

// certain are the verdicts of moves that are certain, by subnet and source.
func certain(moves []netpath.Move, _ []facts.Unknown) map[string]netpath.Verdict {
	verdicts := map[string]netpath.Verdict{}
	for _, m := range moves {
		for _, p := range m.Paths {
			if p.Verdict == netpath.Reachable || p.Verdict == netpath.Blocked && m.Missing == nil {
				verdicts[fmt.Sprint(m.Subnet, " ", p.Source)] = p.Verdict
			}
		}
	}
	return verdicts
}
