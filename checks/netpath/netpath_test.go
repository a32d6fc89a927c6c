package netpath_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

func TestEveryHopIsToldInOrder(t *testing.T) {
	for _, path := range netpath.Decide(base(), prefixes(t, stitch, "10.1.2.3/32", "2001:db8::1/128")) {
		var stages []netpath.Stage
		for _, h := range path.Hops {
			stages = append(stages, h.Stage)
		}
		if diff := cmp.Diff(netpath.Stages, stages); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", path.Source, diff)
		}
	}
}

func TestWordsOfAHop(t *testing.T) {
	for name, tc := range map[string]struct {
		target *facts.Target
		source string
		stage  netpath.Stage
		want   string
	}{
		"an ACL rule that denies": {
			with(inbound(entry(100, "deny", "6", "52.0.0.0/8", ports(5439, 5439)), entry(200, "allow", "-1", "0.0.0.0/0", nil))),
			stitch, netpath.NACLInbound,
			"acl-1 rule 100 denies tcp 5439 from 52.0.0.0/8, before rule 200 would allow it",
		},
		"no ACL rule matches": {
			with(inbound(entry(100, "allow", "6", "52.204.0.0/16", ports(5439, 5439)))), stitch, netpath.NACLInbound,
			"no rule of acl-1 allows tcp 5439 from 52.23.137.21/32",
		},
		"the last ACL rule": {
			with(inbound(entry(32767, "deny", "-1", "0.0.0.0/0", nil))), stitch, netpath.NACLInbound,
			"acl-1 rule * denies tcp 5439 from 0.0.0.0/0",
		},
		"replies to some ports only": {
			with(outbound(reply(100, "allow", "6", "0.0.0.0/0", ports(32768, 65535)))), stitch, netpath.NACLOutbound,
			"acl-1 lets replies to 52.23.137.21/32 out to tcp 32768-65535 only",
		},
		"a route elsewhere": {
			with(routes(to("0.0.0.0/0", "nat-1"))), stitch, netpath.ReturnRoute,
			"rtb-public sends replies to nat-1 by 0.0.0.0/0, not to the internet gateway",
		},
		"a blackhole": {
			with(routes(to("0.0.0.0/0", "igw-1"), blackhole("52.23.137.0/24", "pcx-1"))), stitch, netpath.ReturnRoute,
			"rtb-public drops replies: its route 52.23.137.0/24 to pcx-1 is a blackhole",
		},
		"no security group rule": {
			with(permit(tcp(22, 22, "0.0.0.0/0"))), stitch, netpath.SecurityGroups,
			"no rule of sg-1 admits tcp 5439 from 52.23.137.21/32",
		},
		"a security group as source": {
			with(permit(facts.Permission{Protocol: "-1", GroupIDs: []string{"sg-9"}})), stitch, netpath.SecurityGroups,
			"no rule of sg-1 admits tcp 5439 from 52.23.137.21/32; rules whose source is a security group match private addresses only",
		},
		"an entry of a prefix list": {
			with(permit(lists("pl-1")), prefixLists(listOf("pl-1", "52.23.0.0/16"))), stitch, netpath.SecurityGroups,
			"sg-1 admits tcp 5439 from 52.23.137.21/32 by its rule for pl-1 (52.23.0.0/16)",
		},
		"a range of sources partly admitted": {
			base(), "52.23.137.20/30", netpath.SecurityGroups,
			"no rule of sg-1 admits tcp 5439 from 52.23.137.20/32 (3 of 4 addresses shut out: 52.23.137.20/32, 52.23.137.22/31)",
		},
		"a private source": {
			base(), "10.1.2.3/32", netpath.Source,
			"10.1.2.3/32 is in 10.0.0.0/8, which the internet does not carry",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := netpath.Decide(tc.target, prefixes(t, tc.source))[0]
			if got := hopOf(path, tc.stage).Detail; got != tc.want {
				t.Errorf("detail\n got %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestRemedyOfAHop(t *testing.T) {
	for name, tc := range map[string]struct {
		target *facts.Target
		stage  netpath.Stage
		want   netpath.Remedy
	}{
		"a free number ahead of the ACL rule that denies": {
			with(inbound(entry(100, "deny", "-1", "0.0.0.0/0", nil))), netpath.NACLInbound,
			netpath.Remedy{Object: "acl-1", RuleNumber: 90},
		},
		"the numbers ahead are taken in part": {
			with(inbound(entry(10, "allow", "17", "0.0.0.0/0", nil), entry(11, "deny", "-1", "0.0.0.0/0", nil))), netpath.NACLInbound,
			netpath.Remedy{Object: "acl-1", RuleNumber: 9},
		},
		"a number used by the other direction is free": {
			with(inbound(entry(2, "deny", "-1", "0.0.0.0/0", nil), reply(1, "allow", "-1", "0.0.0.0/0", nil))), netpath.NACLInbound,
			netpath.Remedy{Object: "acl-1", RuleNumber: 1},
		},
		"no number is free ahead of rule 1": {
			with(inbound(entry(1, "deny", "-1", "0.0.0.0/0", nil))), netpath.NACLInbound,
			netpath.Remedy{Object: "acl-1"},
		},
		"only the last rule denies": {
			with(inbound(entry(120, "allow", "17", "0.0.0.0/0", nil), entry(32767, "deny", "-1", "0.0.0.0/0", nil))), netpath.NACLInbound,
			netpath.Remedy{Object: "acl-1", RuleNumber: 200},
		},
		"replies pass to some ports only": {
			with(outbound(reply(90, "deny", "6", "0.0.0.0/0", ports(1024, 2000)), reply(100, "allow", "-1", "0.0.0.0/0", nil))), netpath.NACLOutbound,
			netpath.Remedy{Object: "acl-1", RuleNumber: 80},
		},
		"a more specific route is in the way": {
			with(routes(to("0.0.0.0/0", "igw-1"), to("52.0.0.9/8", "tgw-1"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "igw-1", Route: "52.0.0.0/8"},
		},
		"no route": {
			with(routes()), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "igw-1"},
		},
		"a prefix list in the way": {
			with(routes(to("0.0.0.0/0", "igw-1"), toList("pl-1", "tgw-1")), prefixLists(listOf("pl-1", "52.0.0.0/8"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "igw-1", Route: "pl-1"},
		},
		"a route for the very address": {
			with(routes(to("0.0.0.0/0", "igw-1"), blackhole(stitch, "pcx-1"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "igw-1", Route: stitch},
		},
		"a propagated route for the very address, beside which one can be created": {
			with(routes(to("0.0.0.0/0", "igw-1"), learnt(stitch, "vgw-1"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "igw-1"},
		},
		"in through a firewall, out elsewhere": {
			with(edgeTable(to("10.20.1.0/24", "vpce-fw")), routes(to("0.0.0.0/0", "nat-1"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "vpce-fw", Route: "0.0.0.0/0"},
		},
		"in through a firewall, no route out": {
			with(edgeTable(to("10.20.1.0/24", "vpce-fw")), routes()), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Target: "vpce-fw"},
		},
		"in through a firewall, out past it": {
			with(edgeTable(to("10.20.1.0/24", "vpce-fw"))), netpath.GatewayRouteTable,
			netpath.Remedy{Object: "rtb-public", Target: "vpce-fw", Route: "0.0.0.0/0"},
		},
		"the gateway's own route leads nowhere": {
			with(edgeTable(blackhole("10.20.1.0/24", "vpce-fw"))), netpath.GatewayRouteTable,
			netpath.Remedy{Object: "rtb-edge", Route: "10.20.1.0/24"},
		},
		"the source in a range of the VPC's own": {
			with(routes(to("0.0.0.0/0", "igw-1"), local("52.23.0.0/16"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Obstacle: netpath.OwnRange},
		},
		"the source in a subnet that is led to a middlebox": {
			with(routes(to("0.0.0.0/0", "igw-1"), local("52.23.0.0/16"), to("52.23.137.0/24", "nat-1"))), netpath.ReturnRoute,
			netpath.Remedy{Object: "rtb-public", Obstacle: netpath.OwnRange},
		},
		"no internet gateway": {
			with(routes(), func(t *facts.Target) { t.Network.InternetGateways = nil }), netpath.InternetGateway,
			netpath.Remedy{Object: "vpc-1"},
		},
		"Block Public Access": {
			with(blockPublicAccess("block-ingress")), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "subnet-a"},
		},
		"Block Public Access, the subnet excluded for what goes out": {
			with(blockPublicAccess("block-bidirectional", excluding("subnet/subnet-a", "allow-egress", "create-complete"))), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "subnet-a", Exclusion: "vpcbpa-exclude-1"},
		},
		"Block Public Access, the VPC excluded for what goes out": {
			with(blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-egress", "update-complete"))), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "vpc-1", Exclusion: "vpcbpa-exclude-1"},
		},
		"Block Public Access, an exclusion that is no more": {
			with(blockPublicAccess("block-ingress", excluding("subnet/subnet-a", "allow-egress", "delete-complete"))), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "subnet-a"},
		},
		"Block Public Access, an exclusion of another subnet": {
			with(blockPublicAccess("block-ingress", excluding("subnet/subnet-b", "allow-egress", "create-complete"))), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "subnet-a"},
		},
		"Block Public Access that allows no exclusions": {
			with(blockPublicAccess("block-ingress"), func(t *facts.Target) { t.Network.BlockPublicAccess.ExclusionsAllowed = "not-allowed" }), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "subnet-a", Obstacle: netpath.ExclusionsBarred},
		},
		"whether exclusions are allowed is not known": {
			with(blockPublicAccess("block-ingress"), denied("network.block_public_access.exclusions_allowed", "x")), netpath.BlockPublicAccess,
			netpath.Remedy{Object: "subnet-a"},
		},
		"the first security group": {
			with(permit(), attach(groupOf("sg-2"))), netpath.SecurityGroups,
			netpath.Remedy{Object: "sg-1"},
		},
		"the first security group is being taken off": {
			with(permit(), attach(groupOf("sg-2")), func(t *facts.Target) { t.Cluster.SecurityGroups[0].Status = "removing" }), netpath.SecurityGroups,
			netpath.Remedy{Object: "sg-2"},
		},
		"the first security group is of another VPC": {
			with(permit(), attach(groupOf("sg-2")), func(t *facts.Target) { t.Network.SecurityGroups[0].VPCID = "vpc-9" }), netpath.SecurityGroups,
			netpath.Remedy{Object: "sg-2"},
		},
		"the first security group is another account's": {
			with(permit(), attach(groupOf("sg-2")), func(t *facts.Target) { t.Network.SecurityGroups[0].OwnerID = "444455556666" }), netpath.SecurityGroups,
			netpath.Remedy{Object: "sg-2"},
		},
		"no security group of use": {
			with(permit(), func(t *facts.Target) { t.Network.SecurityGroups[0].VPCID = "vpc-9" }), netpath.SecurityGroups,
			netpath.Remedy{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := netpath.Decide(tc.target, prefixes(t, stitch))[0]
			if diff := cmp.Diff(tc.want, remedyOf(hopOf(path, tc.stage))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRemedyOfAWideSource(t *testing.T) {
	target := with(inbound(
		entry(100, "deny", "-1", "52.23.137.21/32", nil), entry(60, "deny", "-1", "52.23.137.22/32", nil), entry(200, "allow", "-1", "0.0.0.0/0", nil),
	))
	for source, want := range map[string]int{"52.23.137.20/31": 90, "52.23.137.20/30": 50} {
		path := netpath.Decide(target, prefixes(t, source))[0]
		if got := remedyOf(hopOf(path, netpath.NACLInbound)); got != (netpath.Remedy{Object: "acl-1", RuleNumber: want}) {
			t.Errorf("%s: %+v, want rule %d: ahead of every rule that denies", source, got, want)
		}
	}
}

func TestAnUnknownHopNamesWhatItLacks(t *testing.T) {
	for name, tc := range map[string]struct {
		target *facts.Target
		stage  netpath.Stage
		want   facts.Unknown
	}{
		"a permission": {
			with(denied("network.network_acls", "ec2:DescribeNetworkAcls")), netpath.NACLInbound,
			facts.Unknown{Path: "network.network_acls", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeNetworkAcls"},
		},
		"a permission for the whole": {
			with(denied("network", "ec2:Describe*")), netpath.ReturnRoute,
			facts.Unknown{Path: "network", Reason: facts.AccessDenied, Detail: "allow ec2:Describe*"},
		},
		"a permission for a part": {
			with(permit(lists("pl-1")), denied("network.prefix_lists.pl-1", "ec2:GetManagedPrefixListEntries")), netpath.SecurityGroups,
			facts.Unknown{Path: "network.prefix_lists.pl-1", Reason: facts.AccessDenied, Detail: "allow ec2:GetManagedPrefixListEntries"},
		},
		"nothing that a permission would cure": {
			with(routes(to("0.0.0.0/0", "eni-9"))), netpath.ReturnRoute,
			facts.Unknown{Path: "network.route_tables.rtb-public", Reason: facts.Unsupported, Detail: "what the appliance at eni-9 forwards is not modelled"},
		},
		"an answer that cannot be": {
			with(func(t *facts.Target) { t.Network.NetworkACLs = nil }), netpath.NACLInbound,
			facts.Unknown{
				Path: "network.network_acls", Reason: facts.Inconsistent,
				Detail: "no network ACL is associated with subnet-a, and the VPC has no default one",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := netpath.Decide(tc.target, prefixes(t, stitch))[0]
			got := hopOf(path, tc.stage)
			if got.Verdict != netpath.Unknown {
				t.Fatalf("verdict %s, want unknown", got.Verdict)
			}
			if diff := cmp.Diff([]facts.Unknown{tc.want}, got.Missing); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSources(t *testing.T) {
	for name, tc := range map[string]struct{ source, want string }{
		"one address":                {stitch, "reachable"},
		"host bits set":              {"52.23.137.21/31", "blocked | security_groups deny sg-1"},
		"an address in IPv6 form":    {"::ffff:52.23.137.21/128", "reachable"},
		"a range wholly admitted":    {"198.51.100.0/24", "reachable"},
		"a range partly admitted":    {"198.51.100.0/23", "blocked | security_groups deny sg-1"},
		"all of IPv4":                {"0.0.0.0/0", "blocked | source deny 0.0.0.0/8 | return_route deny rtb-public/10.20.0.0/16 | security_groups deny sg-1"},
		"a range partly not public":  {"192.168.0.0/15", "blocked | source deny 192.168.0.0/16 | security_groups deny sg-1"},
		"multicast":                  {"224.0.0.1/32", "blocked | source deny 224.0.0.1/32 | security_groups deny sg-1"},
		"the first address after it": {"172.32.0.0/32", "blocked | security_groups deny sg-1"},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(permit(tcp(5439, 5439, stitch, "198.51.100.0/25", "198.51.100.128/25")))
			path := netpath.Decide(target, []netip.Prefix{netip.MustParsePrefix(tc.source)})[0]
			if got := summary(path); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if path.Source.String() != tc.source {
				t.Errorf("source %s is not as it was given", path.Source)
			}
		})
	}
	t.Run("no IPv4", func(t *testing.T) {
		for _, source := range []netip.Prefix{{}, netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("::ffff:0:0/90")} {
			path := netpath.Decide(base(), []netip.Prefix{source})[0]
			if path.Verdict != netpath.Unknown {
				t.Errorf("%s is %s, want unknown", source, path.Verdict)
			}
			checkMissing(t, path)
		}
	})
}

// checkMissing asserts that exactly the unknown hops lack something.
func checkMissing(t *testing.T, path netpath.Path) {
	t.Helper()
	for _, h := range path.Hops {
		if (h.Verdict == netpath.Unknown) != (len(h.Missing) > 0) {
			t.Errorf("%s: %s is %s and lacks %v", path.Source, h.Stage, h.Verdict, h.Missing)
		}
		for _, u := range h.Missing {
			if u.Path == "" || u.Reason == "" || u.Detail == "" {
				t.Errorf("%s: %s lacks %+v, which says nothing", path.Source, h.Stage, u)
			}
		}
	}
}

func TestSharedFactsGiveIndependentAnswers(t *testing.T) {
	one, other := base(), base()
	other.Network = one.Network // case 122: two clusters, the same slices
	other.Cluster.Endpoint.Port = 5440
	before := netpath.Decide(one, prefixes(t, stitch))
	if got := summary(netpath.Decide(other, prefixes(t, stitch))[0]); got != "blocked | security_groups deny sg-1" {
		t.Errorf("the other cluster: %s", got)
	}
	if diff := cmp.Diff(before, netpath.Decide(one, prefixes(t, stitch)), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("deciding one changed the other:\n%s", diff)
	}
	if diff := cmp.Diff(base(), one); diff != "" {
		t.Errorf("deciding changed the facts:\n%s", diff)
	}
}

func TestDetailsAreOneLineEach(t *testing.T) {
	for _, tc := range cases() {
		for _, path := range netpath.Decide(tc.target(), prefixes(t, northAmerica...)) {
			for _, h := range path.Hops {
				if h.Detail == "" || strings.Contains(h.Detail, "%!") || strings.ContainsAny(h.Detail, "\n") {
					t.Errorf("case %s: %s says %q", tc.number, h.Stage, h.Detail)
				}
			}
		}
	}
}

// AWS refuses a second entry with the same number, so that the commands for four
// addresses need four.
func TestEveryAddressGetsARuleNumberOfItsOwn(t *testing.T) {
	for name, tc := range map[string]struct {
		entries func(*facts.Target)
		want    []int
	}{
		"behind the last rule": {inbound(entry(120, "allow", "17", "0.0.0.0/0", nil)), []int{200, 199, 198, 197}},
		"some are taken":       {inbound(entry(100, "deny", "-1", "0.0.0.0/0", nil), entry(89, "allow", "17", "0.0.0.0/0", nil)), []int{90, 88, 87, 86}},
		"only two are left":    {inbound(entry(3, "deny", "-1", "0.0.0.0/0", nil)), []int{2, 1, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			var sources []netip.Prefix
			for _, address := range []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"} {
				sources = append(sources, netip.MustParsePrefix(address))
			}
			var got []int
			for _, path := range netpath.Decide(with(tc.entries), sources) {
				for _, hop := range path.Hops {
					if hop.Stage == netpath.NACLInbound {
						got = append(got, remedyOf(hop).RuleNumber)
					}
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("numbers %v, want %v", got, tc.want)
			}
		})
	}
}
