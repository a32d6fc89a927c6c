package netpath_test

import (
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

const (
	shutOut   = "blocked | security_groups deny sg-1"
	undecided = "unknown | security_groups unknown sg-1"
)

// protocol is an inbound rule of any protocol.
func protocol(name string, ports *facts.Ports, cidrs ...string) facts.Permission {
	return facts.Permission{Protocol: name, Ports: ports, CIDRs: cidrs}
}

// undescribed attaches a security group that could not be described.
func undescribed(t *facts.Target) {
	attach(facts.SecurityGroup{ID: "sg-2"})(t)
	t.Network.SecurityGroups = t.Network.SecurityGroups[:1]
	t.Lack("network.security_groups.sg-2", facts.AccessDenied, "allow ec2:DescribeSecurityGroups in account 444455556666")
}

func membership(status string) change {
	return func(t *facts.Target) {
		t.Network.Interfaces = nil
		t.Cluster.SecurityGroups[0].Status = status
	}
}

func ofOtherVPC(t *facts.Target) { t.Network.SecurityGroups[0].VPCID = "vpc-2" }

func association(state string) change {
	return func(t *facts.Target) {
		t.Network.GroupAssociations = []facts.GroupAssociation{{GroupID: "sg-1", VPCID: "vpc-1", State: state}}
	}
}

func groupCases() []pathCase {
	self := facts.Permission{Protocol: "-1", GroupIDs: []string{"sg-1"}}
	return []pathCase{
		{number: "89", name: "no inbound rules", changes: []change{permit()}, want: shutOut},
		{number: "89", name: "no groups", changes: []change{func(t *facts.Target) {
			t.Network.Interfaces[0].GroupIDs, t.Cluster.SecurityGroups = nil, nil
		}}, want: "blocked | security_groups deny"},
		{number: "90", name: "default group: itself only", changes: []change{permit(self)}, want: shutOut},
		{number: "91", name: "the group of a bastion as source", changes: []change{permit(facts.Permission{
			Protocol: "tcp", Ports: ports(5439, 5439), GroupIDs: []string{"sg-bastion"},
		})}, want: shutOut},
		{
			number: "92", name: "one group closed, one open", changes: []change{permit(), attach(groupOf("sg-2", tcp(5439, 5439, stitch)))},
			want: "reachable", by: map[netpath.Stage]string{netpath.SecurityGroups: "sg-2/52.23.137.21/32"},
		},
		{number: "93", name: "one group open, one not described", changes: []change{undescribed}, want: "reachable"},
		{number: "93", name: "one group closed, one not described", changes: []change{permit(), undescribed}, want: undecided + ",sg-2"},
		{number: "94", name: "the only group is being removed", changes: []change{membership("removing")}, want: undecided},
		{number: "94", name: "the only group is being added", changes: []change{membership("adding")}, want: undecided},
		{number: "94", name: "a closed group is being added", changes: []change{membership("adding"), permit()}, want: shutOut},
		{number: "95", name: "all protocols from the source", changes: []change{permit(protocol("-1", nil, stitch))}, want: "reachable"},
		{number: "96", name: "all ports of tcp", changes: []change{permit(tcp(0, 65535, stitch))}, want: "reachable"},
		{number: "97", name: "protocol 6 is tcp", changes: []change{permit(protocol("6", ports(5439, 5439), stitch))}, want: "reachable"},
		{number: "98", name: "udp only", changes: []change{permit(protocol("udp", ports(5439, 5439), stitch))}, want: shutOut},
		{number: "99", name: "icmp type and code are no ports", changes: []change{permit(protocol("icmp", ports(8, -1), stitch))}, want: shutOut},
		{number: "99", name: "icmp, all types", changes: []change{permit(protocol("icmp", ports(-1, -1), stitch))}, want: shutOut},
		{number: "100", name: "protocol 50", changes: []change{permit(protocol("50", nil, stitch))}, want: shutOut},
		{number: "101", name: "range 5430-5440", changes: []change{permit(tcp(5430, 5440, stitch))}, want: "reachable"},
		{number: "101", name: "range 5440-5500", changes: []change{permit(tcp(5440, 5500, stitch))}, want: shutOut},
		{number: "101", name: "range that ends at the port", changes: []change{permit(tcp(5000, 5439, stitch))}, want: "reachable"},
		{number: "101", name: "range that starts at the port", changes: []change{permit(tcp(5439, 6000, stitch))}, want: "reachable"},
		{number: "101", name: "range that ends before the port", changes: []change{permit(tcp(5000, 5438, stitch))}, want: shutOut},
		{number: "102", name: "host bits set in the rule", changes: []change{permit(tcp(5439, 5439, "203.0.113.77/24"))}, wants: map[string]string{
			"203.0.113.1/32": "reachable", "203.0.114.1/32": shutOut,
		}},
		{number: "103", name: "admitted by a /8", changes: []change{permit(tcp(5439, 5439, "52.0.0.0/8"))}, want: "reachable"},
		{number: "103", name: "admitted by a /1", changes: []change{permit(tcp(5439, 5439, "0.0.0.0/1"))}, want: "reachable"},
		{
			number: "103", name: "admitted by two /1", changes: []change{permit(tcp(5439, 5439, "0.0.0.0/1", "128.0.0.0/1"))},
			want: "reachable", wants: map[string]string{"203.0.113.1/32": "reachable"},
		},
		{
			number: "103", name: "admitted by four /2", changes: []change{permit(tcp(5439, 5439, "0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"))},
			want: "reachable", wants: map[string]string{"203.0.113.1/32": "reachable", "96.0.0.0/3": "blocked | source deny 100.64.0.0/10"},
		},
		{number: "103", name: "the neighbour only", changes: []change{permit(tcp(5439, 5439, "52.23.137.20/32"))}, want: shutOut},
		{number: "104", name: "two addresses required, one admitted", changes: []change{permit(tcp(5439, 5439, "52.204.223.208/32"))}, wants: map[string]string{
			"52.204.223.208/31": shutOut, "52.204.223.208/32": "reachable", "52.204.223.209/32": shutOut,
		}},
		{number: "111", name: "nothing told of outbound rules", want: "reachable"},
		{number: "112", name: "group of another VPC, associated", changes: []change{ofOtherVPC, association("associated")}, want: "reachable"},
		{number: "112", name: "group of another VPC, association failed", changes: []change{ofOtherVPC, association("association-failed")}, want: undecided},
		{number: "112", name: "group of another VPC, associations not readable", changes: []change{
			ofOtherVPC, denied("network.group_associations", "ec2:DescribeSecurityGroupVpcAssociations"),
		}, want: undecided},
		{number: "112", name: "closed group of another VPC", changes: []change{ofOtherVPC, association("association-failed"), permit()}, want: shutOut},
		{number: "113", name: "a stale rule of a deleted peer's group", changes: []change{permit(
			facts.Permission{Protocol: "tcp", Ports: ports(5439, 5439), GroupIDs: []string{"sg-gone"}}, tcp(5439, 5439, stitch),
		)}, want: "reachable"},
		{number: "115", name: "open to the world", changes: []change{openToAll}, want: "reachable"},
		{number: "116", name: "open to all of IPv6 only", changes: []change{permit(facts.Permission{
			Protocol: "tcp", Ports: ports(5439, 5439), IPv6CIDRs: []string{"::/0"},
		}), func(t *facts.Target) { t.Cluster.IPAddressType = "dualstack" }}, want: shutOut},
	}
}

func listCases() []pathCase {
	listed := permit(lists("pl-1"))
	inState := func(state string, cidrs ...string) change {
		l := listOf("pl-1", cidrs...)
		l.State = state
		return prefixLists(l)
	}
	return []pathCase{
		{number: "105", name: "list has the source", changes: []change{listed, prefixLists(listOf("pl-1", stitch))}, want: "reachable", by: map[netpath.Stage]string{
			netpath.SecurityGroups: "sg-1/pl-1",
		}},
		{
			number: "105", name: "list has three of four", changes: []change{listed, prefixLists(listOf("pl-1", northAmerica[1:]...))}, want: shutOut,
			wants: map[string]string{"52.204.223.208/32": "reachable", "52.204.228.32/32": "reachable", "52.204.230.227/32": "reachable"},
		},
		{number: "105", name: "list being modified", changes: []change{listed, inState("modify-in-progress", stitch)}, want: undecided},
		{number: "105", name: "list being modified, not yet with the source", changes: []change{listed, inState("modify-in-progress")}, want: undecided},
		{number: "105", name: "list could not be created", changes: []change{listed, inState("create-failed", stitch)}, want: undecided},
		{number: "105", name: "list empty", changes: []change{listed, prefixLists(listOf("pl-1"))}, want: shutOut},
		{number: "105", name: "list empty, and nothing told of its state", changes: []change{listed, inState("")}, want: undecided},
		{number: "106", name: "another account's list, readable", changes: []change{listed, func(t *facts.Target) {
			l := listOf("pl-1", stitch)
			l.OwnerID = "444455556666"
			prefixLists(l)(t)
		}}, want: "reachable"},
		{
			number: "106", name: "another account's list, not readable",
			changes: []change{listed, denied("network.prefix_lists.pl-1", "ec2:GetManagedPrefixListEntries")}, want: undecided,
		},
		{number: "106", name: "a list nobody described", changes: []change{listed}, want: undecided},
		{
			number: "106", name: "a list not readable, another rule admits",
			changes: []change{
				permit(lists("pl-1"), tcp(5439, 5439, stitch)), denied("network.prefix_lists.pl-1", "ec2:GetManagedPrefixListEntries"),
			},
			want: "reachable",
		},
		{number: "107", name: "an IPv6 entry", changes: []change{listed, prefixLists(listOf("pl-1", "::/0"))}, want: shutOut},
		{
			number: "109", name: "prefix lists do not nest", changes: []change{listed, prefixLists(listOf("pl-1", "pl-2"), listOf("pl-2", stitch))},
			want: undecided,
		},
		{
			number: "110", name: "one of AWS's lists, without the source",
			changes: []change{permit(lists("pl-cloudfront")), prefixLists(awsList("pl-cloudfront", "120.52.22.96/27"))}, want: shutOut,
		},
	}
}

func otherCases() []pathCase {
	return []pathCase{
		{number: "117", name: "a subnet shared by another account", changes: []change{func(t *facts.Target) {
			t.Network.VPC.OwnerID, t.Network.Subnets[0].OwnerID = "444455556666", "444455556666"
		}}, want: "unknown | block_public_access unknown"},
		{
			number: "117", name: "subnets not readable, the VPC's owner stands for theirs",
			changes: []change{denied("network.subnets", "ec2:DescribeSubnets")}, want: "reachable",
		},
		{number: "119", name: "enhanced VPC routing", changes: []change{func(t *facts.Target) { t.Cluster.EnhancedVPCRouting = true }}, want: "reachable"},
		{number: "120", name: "a private source", wants: map[string]string{
			"10.1.2.3/32": "blocked | source deny 10.1.2.3/32 | security_groups deny sg-1",
		}},
	}
}
