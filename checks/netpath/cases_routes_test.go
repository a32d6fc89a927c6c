package netpath_test

import (
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

const noRoute = "blocked | return_route deny rtb-public"

func blockedByRoute(to string) string { return "blocked | return_route deny rtb-public/" + to }

func openToAll(t *facts.Target) { permit(tcp(5439, 5439, "0.0.0.0/0"))(t) }

func routeCases() []pathCase {
	igw := to("0.0.0.0/0", "igw-1")
	s3 := facts.VPCEndpoint{ID: "vpce-s3", Type: "Gateway", State: "available"}
	return []pathCase{
		{number: "26", name: "no route matches", changes: []change{routes()}, want: noRoute},
		{
			number: "27", name: "subnet on the main table, which has an internet gateway",
			changes: []change{associate("subnet-a", ""), mainRoutes(igw)}, want: "reachable",
			by: map[netpath.Stage]string{netpath.ReturnRoute: "rtb-main/0.0.0.0/0"},
		},
		{
			number: "28", name: "subnet on the main table, which is private, another is public",
			changes: []change{associate("subnet-a", "")}, want: "blocked | return_route deny rtb-main",
		},
		{
			number: "29", name: "subnet on a private table, the main one is public", changes: []change{routes(), mainRoutes(igw)},
			want: noRoute,
		},
		{number: "30", name: "default route to a NAT gateway", changes: []change{routes(to("0.0.0.0/0", "nat-1"))}, want: blockedByRoute("0.0.0.0/0")},
		{
			number: "31", name: "S3 gateway endpoint, list read",
			changes: []change{routes(igw, toList("pl-s3", "vpce-s3")), prefixLists(awsList("pl-s3", "54.231.0.0/16", "2600:1fa0::/36")), endpoints(s3)},
			want:    "reachable",
		},
		{
			number: "31", name: "S3 gateway endpoint, list not read",
			changes: []change{
				routes(igw, toList("pl-s3", "vpce-s3")), endpoints(s3),
				denied("network.prefix_lists.pl-s3", "ec2:DescribePrefixLists"),
			},
			want: "unknown | return_route unknown rtb-public",
		},
		{
			number: "31", name: "S3 gateway endpoint, list came without entries",
			changes: []change{routes(igw, toList("pl-s3", "vpce-s3")), prefixLists(awsList("pl-s3")), endpoints(s3)},
			want:    "unknown | return_route unknown rtb-public",
		},
		{
			number: "31", name: "S3 gateway endpoint, list not read, a /32 route for the source",
			changes: []change{
				routes(to(stitch, "igw-1"), toList("pl-s3", "vpce-s3")),
				denied("network.prefix_lists", "ec2:DescribePrefixLists"),
			},
			want: "reachable",
		},
		{
			number: "31", name: "S3 gateway endpoint, list not read, other routes lead astray anyway",
			changes: []change{
				routes(to("0.0.0.0/0", "nat-1"), toList("pl-s3", "vpce-s3")),
				denied("network.prefix_lists", "ec2:DescribePrefixLists"),
			},
			want: blockedByRoute("0.0.0.0/0"),
		},
		{
			number: "32", name: "a more specific route to a transit gateway", changes: []change{routes(igw, to("52.0.0.0/8", "tgw-1")), openToAll},
			want: blockedByRoute("52.0.0.0/8"), wants: map[string]string{"3.126.102.29/32": "reachable"},
		},
		{
			number: "33", name: "only one address routed to the internet gateway",
			changes: []change{routes(to("0.0.0.0/0", "tgw-1"), to(stitch, "igw-1")), openToAll},
			want:    "reachable", wants: map[string]string{"52.204.223.208/32": blockedByRoute("0.0.0.0/0")},
		},
		{
			number: "34", name: "a blackhole is no fall-through", changes: []change{routes(igw, blackhole("52.23.137.0/24", "pcx-1"))},
			want: blockedByRoute("52.23.137.0/24"),
		},
		{
			number: "35", name: "unrelated blackholes", changes: []change{routes(igw, blackhole("10.244.0.0/24", "eni-8"), blackhole("10.244.1.0/24", "eni-9"))},
			want: "reachable",
		},
		{number: "36", name: "winning route is filtered", changes: []change{routes(igw, facts.Route{
			DestinationCIDR: "52.0.0.0/8", Target: "igw-1", State: "filtered", Origin: "CreateRoute",
		})}, want: "unknown | return_route unknown rtb-public/52.0.0.0/8"},
		{
			number: "37", name: "static beats propagated for the same prefix", changes: []change{routes(propagated("0.0.0.0/0"), igw)},
			want: "reachable",
		},
		{
			number: "38", name: "a longer propagated prefix beats a static one", changes: []change{routes(igw, propagated("52.23.0.0/16"))},
			want: blockedByRoute("52.23.0.0/16"),
		},
		{
			number: "39", name: "static beats a prefix list for the same prefix",
			changes: []change{routes(toList("pl-1", "igw-1"), to("52.23.137.0/24", "nat-1")), prefixLists(listOf("pl-1", "52.23.137.0/24"))},
			want:    blockedByRoute("52.23.137.0/24"),
		},
		{
			number: "40", name: "two prefix lists, same prefix, different targets",
			changes: []change{
				routes(toList("pl-1", "igw-1"), toList("pl-2", "nat-1")),
				prefixLists(listOf("pl-1", "52.23.137.0/24"), listOf("pl-2", "52.23.137.0/24")),
			},
			want: "unknown | return_route unknown rtb-public",
		},
		{
			number: "40", name: "two prefix lists, same prefix, the same kind of wrong target",
			changes: []change{
				routes(toList("pl-1", "tgw-1"), toList("pl-2", "nat-1")),
				prefixLists(listOf("pl-1", "52.23.137.0/24"), listOf("pl-2", "52.23.137.0/24")),
			},
			want: blockedByRoute("pl-1"),
		},
		{
			number: "41", name: "a customer's list of Stitch's addresses, no default route",
			changes: []change{routes(toList("pl-1", "igw-1")), prefixLists(listOf("pl-1", stitch, "52.204.223.208/32")), openToAll},
			want:    "reachable", wants: map[string]string{"52.204.223.208/32": "reachable", "52.204.228.32/32": noRoute},
		},
		{
			number: "42", name: "a prefix list not described, no other route", changes: []change{routes(toList("pl-1", "igw-1"))},
			want: "unknown | return_route unknown rtb-public",
		},
		{number: "43", name: "an IPv6 default route only", changes: []change{routes(facts.Route{
			DestinationIPv6CIDR: "::/0", Target: "igw-1", State: "active", Origin: "CreateRoute",
		})}, want: noRoute},
		{number: "44", name: "an egress-only gateway for IPv6", changes: []change{routes(igw, facts.Route{
			DestinationIPv6CIDR: "::/0", Target: "eigw-1", State: "active", Origin: "CreateRoute",
		})}, want: "reachable"},
		{
			number: "45", name: "the VPC uses the source's public range privately", changes: []change{routes(igw, local("52.23.0.0/16"))},
			want: blockedByRoute("52.23.0.0/16"),
		},
		{
			number: "46", name: "a secondary CIDR of the VPC overlaps the source",
			changes: []change{routes(igw, local("10.21.0.0/16"), local("52.23.137.0/24")), func(t *facts.Target) {
				t.Network.VPC.CIDRs = []string{"10.20.0.0/16", "10.21.0.0/16", "52.23.137.0/24"}
			}},
			want: blockedByRoute("52.23.137.0/24"),
		},
		{
			number: "47", name: "default route to an appliance", changes: []change{routes(to("0.0.0.0/0", "eni-9"))},
			want: "unknown | return_route unknown rtb-public/0.0.0.0/0",
		},
		{number: "48", name: "default route to a peering connection", changes: []change{routes(to("0.0.0.0/0", "pcx-1"))}, want: blockedByRoute("0.0.0.0/0")},
		{number: "48", name: "default route to a carrier gateway", changes: []change{routes(to("0.0.0.0/0", "cagw-1"))}, want: blockedByRoute("0.0.0.0/0")},
		{number: "48", name: "default route to a local gateway", changes: []change{routes(to("0.0.0.0/0", "lgw-1"))}, want: blockedByRoute("0.0.0.0/0")},
		{
			number: "48", name: "default route to a core network",
			changes: []change{routes(to("0.0.0.0/0", "arn:aws:networkmanager::111122223333:core-network/core-network-1"))},
			want:    blockedByRoute("0.0.0.0/0"),
		},
	}
}

func propagated(cidr string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: "vgw-1", State: "active", Origin: "EnableVgwRoutePropagation"}
}

// attachments replaces the attachments of igw-1.
func attachments(as ...facts.GatewayAttachment) change {
	return func(t *facts.Target) { t.Network.InternetGateways[0].Attachments = as }
}

func gatewayCases() []pathCase {
	const noGateway = "blocked | internet_gateway deny vpc-1 | return_route deny rtb-public/0.0.0.0/0"
	firewall := endpoints(facts.VPCEndpoint{ID: "vpce-fw", Type: "GatewayLoadBalancer", State: "available"})
	return []pathCase{
		{
			number: "49", name: "an active route to a gateway of another VPC",
			changes: []change{attachments(facts.GatewayAttachment{VPCID: "vpc-2", State: "available"})}, want: noGateway,
		},
		{
			number: "50", name: "gateway detached, route blackholed (AWS)",
			changes: []change{attachments(), routes(blackhole("0.0.0.0/0", "igw-1"))}, want: noGateway,
		},
		{number: "50", name: "gateway detached, route still active (moto)", changes: []change{attachments()}, want: noGateway},
		{
			number: "51", name: "attachment in state attached",
			changes: []change{attachments(facts.GatewayAttachment{VPCID: "vpc-1", State: "attached"})}, want: "reachable",
		},
		{
			number: "51", name: "attachment in state attaching",
			changes: []change{attachments(facts.GatewayAttachment{VPCID: "vpc-1", State: "attaching"})},
			want:    "unknown | internet_gateway unknown vpc-1 | return_route unknown rtb-public/0.0.0.0/0",
		},
		{number: "52", name: "no internet gateway in the VPC", changes: []change{routes(), func(t *facts.Target) {
			t.Network.InternetGateways = nil
		}}, want: "blocked | internet_gateway deny vpc-1 | return_route deny rtb-public"},
		{
			number: "53", name: "gateways not readable, an active route vouches for one",
			changes: []change{denied("network.internet_gateways", "ec2:DescribeInternetGateways"), func(t *facts.Target) {
				t.Network.InternetGateways = nil
			}},
			want: "reachable", by: map[netpath.Stage]string{netpath.InternetGateway: "rtb-public/0.0.0.0/0"},
		},
		{
			number: "53", name: "gateways not readable, no route",
			changes: []change{routes(), denied("network.internet_gateways", "ec2:DescribeInternetGateways")},
			want:    "blocked | internet_gateway unknown | return_route deny rtb-public",
		},
		{number: "54", name: "edge table with the local route only", changes: []change{edgeTable()}, want: "reachable", by: map[netpath.Stage]string{
			netpath.GatewayRouteTable: "rtb-edge/10.20.0.0/16",
		}},
		{
			number: "55", name: "in and out through the same firewall endpoint",
			changes: []change{firewall, edgeTable(to("10.20.1.0/24", "vpce-fw")), routes(to("0.0.0.0/0", "vpce-fw"))},
			want:    "unknown | gateway_route_table unknown rtb-edge/10.20.1.0/24 | return_route unknown rtb-public/0.0.0.0/0",
		},
		{
			number: "56", name: "in through a firewall, out straight",
			changes: []change{firewall, edgeTable(to("10.20.1.0/24", "vpce-fw"))},
			want:    "blocked | gateway_route_table deny rtb-edge/10.20.1.0/24",
		},
		{
			number: "57", name: "in straight, out through a firewall", changes: []change{firewall, routes(to("0.0.0.0/0", "vpce-fw"))},
			want: blockedByRoute("0.0.0.0/0"),
		},
		{
			number: "57", name: "in through one firewall, out through another",
			changes: []change{firewall, edgeTable(to("10.20.1.0/24", "vpce-fw")), routes(to("0.0.0.0/0", "vpce-fx"))},
			want:    "blocked | gateway_route_table unknown rtb-edge/10.20.1.0/24 | return_route deny rtb-public/0.0.0.0/0",
		},
		{
			number: "58", name: "edge table redirects another subnet only",
			changes: []change{subnetB("us-east-1b"), firewall, edgeTable(to("10.20.2.0/24", "vpce-fw"))}, want: "reachable",
		},
		{
			number: "58", name: "edge table redirects part of the subnet, the endpoint not in it",
			changes: []change{firewall, edgeTable(to("10.20.1.128/25", "vpce-fw"))}, want: "reachable",
		},
		{
			number: "58", name: "edge table drops what comes for the endpoint",
			changes: []change{edgeTable(blackhole("10.20.1.10/32", "eni-9"))},
			want:    "blocked | gateway_route_table deny rtb-edge/10.20.1.10/32",
		},
		{number: "60", name: "no internet gateway route, whatever MapPublicIpOnLaunch is", changes: []change{routes()}, want: noRoute},
	}
}
