package netpath_test

import (
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

func blockPublicAccessCases() []pathCase {
	const blockedBoth, blockedIn = "blocked | block_public_access deny block-bidirectional", "blocked | block_public_access deny block-ingress"
	const undecided = "unknown | block_public_access unknown"
	notRead := func(t *facts.Target) {
		t.Network.BlockPublicAccess = facts.BlockPublicAccess{}
		t.Lack("network.block_public_access", facts.Unsupported, "DescribeVpcBlockPublicAccessOptions is not supported here")
	}
	subnetSays := func(mode string) change {
		return func(t *facts.Target) { t.Network.Subnets[0].BlockPublicAccess = mode }
	}
	return []pathCase{
		{number: "61", name: "both ways blocked, no exclusion", changes: []change{blockPublicAccess("block-bidirectional")}, want: blockedBoth},
		{
			number: "62", name: "both ways blocked, subnet excluded both ways",
			changes: []change{blockPublicAccess("block-bidirectional", excluding("subnet/subnet-a", "allow-bidirectional", "create-complete"))},
			want:    "reachable", by: map[netpath.Stage]string{netpath.BlockPublicAccess: "vpcbpa-exclude-1"},
		},
		{
			number: "63", name: "both ways blocked, VPC excluded for egress",
			changes: []change{blockPublicAccess("block-bidirectional", excluding("vpc/vpc-1", "allow-egress", "create-complete"))}, want: blockedBoth,
		},
		{
			number: "64", name: "ingress blocked, excluded for egress",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-egress", "update-complete"))}, want: blockedIn,
		},
		{
			number: "64", name: "ingress blocked, excluded both ways",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-bidirectional", "update-complete"))}, want: "reachable",
		},
		{
			number: "65", name: "exclusion deleted",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-bidirectional", "delete-complete"))}, want: blockedIn,
		},
		{
			number: "65", name: "exclusion disabled",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-bidirectional", "disable-complete"))}, want: blockedIn,
		},
		{
			number: "65", name: "exclusion could not be created",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-bidirectional", "create-failed"))}, want: blockedIn,
		},
		{
			number: "65", name: "exclusion being created",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-bidirectional", "create-in-progress"))},
			want:    undecided + " block-ingress",
		},
		{
			number: "65", name: "exclusion for egress being created",
			changes: []change{blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-egress", "create-in-progress"))}, want: blockedIn,
		},
		{
			number: "65", name: "exclusions may not be used",
			changes: []change{
				blockPublicAccess("block-ingress", excluding("vpc/vpc-1", "allow-bidirectional", "create-complete")),
				func(t *facts.Target) { t.Network.BlockPublicAccess.ExclusionsAllowed = "not-allowed" },
			},
			want: undecided + " block-ingress",
		},
		{
			number: "65", name: "subnet and VPC excluded differently",
			changes: []change{blockPublicAccess("block-bidirectional",
				excluding("subnet/subnet-a", "allow-egress", "create-complete"), excluding("vpc/vpc-1", "allow-bidirectional", "create-complete"))},
			want: undecided + " block-bidirectional",
		},
		{number: "66", name: "not readable", changes: []change{notRead}, want: undecided},
		{number: "66", name: "not readable, the subnet says off", changes: []change{notRead, subnetSays("off")}, want: "reachable"},
		{number: "66", name: "not readable, the subnet says block", changes: []change{notRead, subnetSays("block-ingress")}, want: undecided + " block-ingress"},
		{
			number: "66", name: "options not readable, no exclusions, the subnet says block",
			changes: []change{subnetSays("block-ingress"), func(t *facts.Target) {
				t.Network.BlockPublicAccess = facts.BlockPublicAccess{}
				for _, part := range []string{"mode", "state", "exclusions_allowed"} {
					t.Lack("network.block_public_access."+part, facts.AccessDenied, "allow ec2:DescribeVpcBlockPublicAccessOptions")
				}
			}},
			want: blockedIn,
		},
		{
			number: "66", name: "options not readable, but the subnet is excluded from any mode",
			changes: []change{func(t *facts.Target) {
				t.Network.BlockPublicAccess = facts.BlockPublicAccess{Exclusions: []facts.Exclusion{
					excluding("subnet/subnet-a", "allow-bidirectional", "create-complete"),
				}}
				for _, part := range []string{"mode", "state", "exclusions_allowed"} {
					t.Lack("network.block_public_access."+part, facts.AccessDenied, "allow ec2:DescribeVpcBlockPublicAccessOptions")
				}
			}},
			want: "reachable",
		},
		{number: "66", name: "the subnet contradicts the account", changes: []change{subnetSays("block-ingress")}, want: undecided},
		{
			number: "67", name: "another subnet is excluded",
			changes: []change{blockPublicAccess("block-ingress", excluding("subnet/subnet-b", "allow-bidirectional", "create-complete"))}, want: blockedIn,
		},
		{number: "68", name: "being changed", changes: []change{func(t *facts.Target) {
			t.Network.BlockPublicAccess.State = "update-in-progress"
		}}, want: undecided},
		{
			number: "68", name: "being changed, but the subnet is excluded from any mode",
			changes: []change{
				blockPublicAccess("block-ingress", excluding("subnet/subnet-a", "allow-bidirectional", "create-complete")),
				func(t *facts.Target) { t.Network.BlockPublicAccess.State = "update-in-progress" },
			},
			want: "reachable",
		},
	}
}

func aclCases() []pathCase {
	const in, out = "blocked | nacl_inbound deny ", "blocked | nacl_outbound deny "
	allowAll, allowReplies := entry(200, "allow", "-1", "0.0.0.0/0", nil), reply(100, "allow", "-1", "0.0.0.0/0", nil)
	port := ports(5439, 5439)
	return []pathCase{
		{
			number: "69", name: "one address denied before a wider allow",
			changes: []change{inbound(entry(100, "deny", "6", stitch, port), entry(200, "allow", "6", "52.0.0.0/8", port)), openToAll},
			want:    in + "acl-1/100", wants: map[string]string{"52.204.223.208/32": "reachable"},
		},
		{
			number: "70", name: "the same, given out of order",
			changes: []change{inbound(entry(200, "allow", "6", "52.0.0.0/8", port), entry(100, "deny", "6", stitch, port)), openToAll},
			want:    in + "acl-1/100", wants: map[string]string{"52.204.223.208/32": "reachable"},
		},
		{
			number: "71", name: "deny with a higher number than allow",
			changes: []change{inbound(entry(300, "deny", "-1", stitch, nil), allowAll)}, want: "reachable",
			by: map[netpath.Stage]string{netpath.NACLInbound: "acl-1/200"},
		},
		{number: "72", name: "deny another port", changes: []change{inbound(entry(90, "deny", "6", "0.0.0.0/0", ports(22, 22)), allowAll)}, want: "reachable"},
		{
			number: "73", name: "allowed by two halves of the world",
			changes: []change{inbound(entry(100, "allow", "6", "0.0.0.0/1", port), entry(101, "allow", "6", "128.0.0.0/1", port)), openToAll},
			want:    "reachable", wants: map[string]string{"203.0.113.1/32": "reachable", "192.0.0.0/3": "blocked | source deny 192.168.0.0/16"},
		},
		{number: "74", name: "all ports of udp", changes: []change{inbound(entry(100, "allow", "17", "0.0.0.0/0", ports(0, 65535)))}, want: in + "acl-1/*"},
		{
			number: "75", name: "all protocols, with a range of ports that does not count",
			changes: []change{inbound(entry(100, "allow", "-1", "0.0.0.0/0", ports(22, 22)))}, want: "reachable",
		},
		{number: "76", name: "tcp, all ports", changes: []change{inbound(entry(100, "allow", "6", "0.0.0.0/0", ports(0, 65535)))}, want: "reachable"},
		{
			number: "76", name: "tcp without ports", changes: []change{inbound(entry(100, "allow", "6", "0.0.0.0/0", nil))},
			want: "unknown | nacl_inbound unknown acl-1/100",
		},
		{
			number: "76", name: "tcp without ports, and the next rule says the same",
			changes: []change{inbound(entry(100, "allow", "6", "0.0.0.0/0", nil), allowAll)}, want: "reachable",
		},
		{number: "77", name: "an IPv6 rule only", changes: []change{inbound(facts.NetworkACLEntry{
			Number: 100, Action: "allow", Protocol: "-1", IPv6CIDR: "::/0",
		})}, want: in + "acl-1/*"},
		{number: "78", name: "the last rule is missing", changes: []change{inbound(entry(100, "allow", "6", "198.51.100.0/24", port))}, want: in + "acl-1/*"},
		{number: "79", name: "a custom ACL without rules", changes: []change{entries()}, want: "blocked | nacl_inbound deny acl-1/* | nacl_outbound deny acl-1/*"},
		{number: "80", name: "replies on 443 only", changes: []change{outbound(reply(100, "allow", "6", "0.0.0.0/0", ports(443, 443)))}, want: out + "acl-1/*"},
		{number: "81", name: "replies on 1024-65535 to the source", changes: []change{outbound(reply(100, "allow", "6", stitch, ports(1024, 65535)))}, want: "reachable"},
		{
			number: "82", name: "replies on 32768-65535", changes: []change{outbound(reply(100, "allow", "6", "0.0.0.0/0", ports(32768, 65535)))},
			want: "unknown | nacl_outbound unknown acl-1/*",
		},
		{
			number: "83", name: "replies on 1025-5000", changes: []change{outbound(reply(100, "allow", "6", "0.0.0.0/0", ports(1025, 5000)))},
			want: "unknown | nacl_outbound unknown acl-1/*",
		},
		{
			number: "84", name: "replies on 1024-2000 denied before all are allowed",
			changes: []change{outbound(reply(90, "deny", "6", "0.0.0.0/0", ports(1024, 2000)), reply(100, "allow", "6", "0.0.0.0/0", ports(1024, 65535)))},
			want:    "unknown | nacl_outbound unknown acl-1/90",
		},
		{
			number: "84", name: "replies on 1024-65535 in two parts",
			changes: []change{outbound(reply(90, "allow", "6", "0.0.0.0/0", ports(1024, 2000)), reply(100, "allow", "6", "0.0.0.0/0", ports(2001, 65535)))},
			want:    "reachable",
		},
		{number: "85", name: "replies to private addresses only", changes: []change{outbound(reply(100, "allow", "6", "10.0.0.0/8", ports(1024, 65535)))}, want: out + "acl-1/*"},
		{
			number: "86", name: "three of four addresses admitted",
			changes: []change{inbound(entry(100, "allow", "6", "52.204.0.0/16", port)), openToAll},
			want:    in + "acl-1/*", wants: map[string]string{
				"52.204.223.208/32": "reachable", "52.204.228.32/32": "reachable", "52.204.230.227/32": "reachable",
			},
		},
		{number: "87", name: "no association, the default ACL applies", changes: []change{func(t *facts.Target) {
			t.Network.NetworkACLs[0].SubnetIDs = nil
			t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-2", SubnetIDs: []string{"subnet-z"}})
		}}, want: "reachable", by: map[netpath.Stage]string{netpath.NACLInbound: "acl-1/100"}},
		{number: "87", name: "an association beats the default ACL", changes: []change{func(t *facts.Target) {
			t.Network.NetworkACLs[0].SubnetIDs = nil
			t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{
				ID: "acl-2", SubnetIDs: []string{"subnet-a"}, Entries: []facts.NetworkACLEntry{allowReplies},
			})
		}}, want: in + "acl-2/*"},
		{number: "88", name: "two ACLs claim the subnet", changes: []change{func(t *facts.Target) {
			t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-2", SubnetIDs: []string{"subnet-a"}})
		}}, want: "unknown | nacl_inbound unknown | nacl_outbound unknown"},
	}
}
