package netpath_test

import (
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

func elastic(t *facts.Target) {
	t.Cluster.ElasticIP = facts.ElasticIP{IP: "198.51.100.9", Status: "active"}
}

// changing: the attachment of sg-1 is not settled.
func changing(status string) change {
	return func(t *facts.Target) { t.Cluster.SecurityGroups[0].Status = status }
}

// unlocated is the summary of a path to an endpoint that could be anywhere.
const unlocated = "unknown | endpoint unknown | return_route unknown | nacl_inbound unknown | "

func TestFactsThatContradictOrAreNotRead(t *testing.T) {
	bpaDenied := func(t *facts.Target) {
		t.Network.BlockPublicAccess = facts.BlockPublicAccess{}
		t.Lack("network.block_public_access", facts.AccessDenied, "allow ec2:DescribeVpcBlockPublicAccessOptions")
	}
	vpcSays := func(mode string) change { return func(t *facts.Target) { t.Network.VPC.BlockPublicAccess = mode } }
	for name, tc := range map[string]struct {
		changes []change
		want    string
	}{
		"two interfaces with the leader's address": {[]change{func(t *facts.Target) {
			t.Network.Interfaces = append(t.Network.Interfaces, t.Network.Interfaces[0])
		}}, unlocated + "security_groups unknown | nacl_outbound unknown"},
		"one of them in another VPC": {[]change{func(t *facts.Target) {
			other := t.Network.Interfaces[0]
			other.VPCID, other.GroupIDs = "vpc-2", nil
			t.Network.Interfaces = append([]facts.Interface{other}, t.Network.Interfaces...)
		}}, "reachable"},
		"two subnets hold the leader's address": {[]change{notDescribed, subnetB("us-east-1b"), func(t *facts.Target) {
			t.Network.Subnets[1].CIDR = "10.20.0.0/16"
		}}, unlocated + "nacl_outbound unknown"},
		"one of them in another VPC, as some answerers list them": {[]change{notDescribed, func(t *facts.Target) {
			t.Network.Subnets = append(t.Network.Subnets, facts.Subnet{ID: "subnet-z", VPCID: "vpc-2", CIDR: "10.20.0.0/16"})
		}}, "reachable"},
		"the leader's subnet is not in the subnet group": {[]change{notDescribed, func(t *facts.Target) {
			t.Network.SubnetGroup.Subnets[0].ID = "subnet-z"
		}}, unlocated + "nacl_outbound unknown"},
		"the subnet group came without subnets": {[]change{notDescribed, func(t *facts.Target) {
			t.Network.SubnetGroup.Subnets = nil
		}}, "reachable"},
		"the subnet group not read in part": {[]change{notDescribed, denied("network.subnet_group.subnets.subnet-a", "redshift:DescribeClusterSubnetGroups"), func(t *facts.Target) {
			t.Network.SubnetGroup.Subnets[0].ID = "subnet-z"
		}}, "reachable"},
		"the interface is in a subnet that does not hold its address": {[]change{subnetB("us-east-1b"), func(t *facts.Target) {
			t.Network.Interfaces[0].SubnetID = "subnet-b"
		}}, unlocated + "security_groups unknown | nacl_outbound unknown"},
		"two leaders": {[]change{notDescribed, func(t *facts.Target) {
			t.Cluster.Nodes = append(t.Cluster.Nodes, facts.Node{Role: "LEADER", PrivateIP: "10.20.1.11"})
		}}, unlocated + "nacl_outbound unknown"},
		"the leader's address is in no subnet": {[]change{notDescribed, func(t *facts.Target) {
			t.Cluster.Nodes[0].PrivateIP = "10.99.0.1"
		}}, "reachable"}, // the one subnet of the zone is left
		"nodes not read, one of two subnets private": {
			[]change{notDescribed, subnetB("us-east-1b"), denied("cluster.nodes", "redshift:DescribeClusters")},
			"unknown | return_route unknown",
		},
		"subnets not read, the interface tells": {[]change{subnetB("us-east-1b"), denied("network.subnets", "ec2:DescribeSubnets")}, "reachable"},
		"subnets and interfaces not read, one of two subnets private": {
			[]change{subnetB("us-east-1b"), denied("network.subnets", "ec2:DescribeSubnets"), denied("network.interfaces", "ec2:DescribeNetworkInterfaces")},
			"unknown | return_route unknown",
		},
		"interfaces not read: the leader node has the cluster's groups": {
			[]change{denied("network.interfaces", "ec2:DescribeNetworkInterfaces")}, "reachable",
		},
		"interfaces not read, and the cluster's groups admit nobody": {
			[]change{permit(), denied("network.interfaces", "ec2:DescribeNetworkInterfaces")}, "blocked | security_groups deny sg-1",
		},
		"interfaces not read, nor the nodes": {
			[]change{denied("network.interfaces", "ec2:DescribeNetworkInterfaces"), denied("cluster.nodes", "redshift:DescribeClusters")},
			"unknown | security_groups unknown",
		},
		"interfaces not read, the one of a VPC endpoint": {
			[]change{proxies("subnet-a"), denied("network.interfaces", "ec2:DescribeNetworkInterfaces")}, "unknown | security_groups unknown",
		},
		"interfaces not read, nor whether there are VPC endpoints": {
			[]change{denied("network.interfaces", "ec2:DescribeNetworkInterfaces"), denied("cluster.endpoint.interfaces", "redshift:DescribeClusters")},
			unlocated + "security_groups unknown | nacl_outbound unknown",
		},
		"the interface has a group that the cluster does not list, and only that admits": {
			[]change{permit(), attach(groupOf("sg-2", tcp(5439, 5439, stitch))), func(t *facts.Target) {
				t.Cluster.SecurityGroups = t.Cluster.SecurityGroups[:1]
			}}, "unknown | security_groups unknown sg-1,sg-2",
		},
		"the interface lacks a group that the cluster lists, and only that admits": {
			[]change{permit(), attach(groupOf("sg-2", tcp(5439, 5439, stitch))), func(t *facts.Target) {
				t.Network.Interfaces[0].GroupIDs = []string{"sg-1"}
			}}, "unknown | security_groups unknown sg-1,sg-2",
		},
		"the interface and the cluster's list differ in a group that does not matter": {
			[]change{attach(groupOf("sg-2")), func(t *facts.Target) { t.Network.Interfaces[0].GroupIDs = []string{"sg-1"} }}, "reachable",
		},
		"the interface and the cluster's list differ, and neither admits": {
			[]change{permit(), attach(groupOf("sg-2")), func(t *facts.Target) { t.Network.Interfaces[0].GroupIDs = []string{"sg-2"} }},
			"blocked | security_groups deny sg-2,sg-1",
		},
		"the interface has not yet a group that is being added": {
			[]change{permit(), attach(groupOf("sg-2", tcp(5439, 5439, stitch))), func(t *facts.Target) {
				t.Cluster.SecurityGroups[1].Status, t.Network.Interfaces[0].GroupIDs = "adding", []string{"sg-1"}
			}}, "blocked | security_groups deny sg-1",
		},
		"the endpoint's interfaces not read": {
			[]change{denied("cluster.endpoint.interfaces", "redshift:DescribeClusters")}, unlocated + "security_groups unknown | nacl_outbound unknown",
		},
		"the endpoint's interface not described": {[]change{proxies("subnet-a"), notDescribed}, "unknown | security_groups unknown"},
		"the endpoint's interface in another VPC": {[]change{proxies("subnet-a"), func(t *facts.Target) {
			t.Cluster.Endpoint.Interfaces[0].VPCID = "vpc-2"
		}}, unlocated + "nacl_outbound unknown"},
		"the endpoint's interface in no subnet": {[]change{proxies("subnet-a"), func(t *facts.Target) {
			t.Cluster.Endpoint.Interfaces[0].SubnetID = ""
		}}, unlocated + "nacl_outbound unknown"},
		"the endpoint's interface without an id": {[]change{proxies("subnet-a"), notDescribed, func(t *facts.Target) {
			t.Cluster.Endpoint.Interfaces[0].ID = ""
		}}, unlocated + "nacl_outbound unknown"},
		"the endpoint's interface in one subnet by one answer and in another by the other": {[]change{proxies("subnet-a"), subnetB("us-east-1b"), func(t *facts.Target) {
			t.Network.Interfaces[0].SubnetID = "subnet-b"
		}}, unlocated + "nacl_outbound unknown"},
		"the endpoint's interface in a subnet that is not among the VPC's": {[]change{proxies("subnet-a"), mainRoutes(to("0.0.0.0/0", "igw-1")), func(t *facts.Target) {
			t.Cluster.Endpoint.Interfaces[0].SubnetID, t.Network.Interfaces[0].SubnetID = "subnet-z", "subnet-z"
		}}, "unknown | return_route unknown | nacl_inbound unknown | nacl_outbound unknown"},
		"a subnet of the subnet group that is not there any more": {[]change{paused, mainRoutes(to("0.0.0.0/0", "igw-1")), func(t *facts.Target) {
			t.Network.SubnetGroup.Subnets[0].ID = "subnet-z"
		}}, "unknown | return_route unknown | nacl_inbound unknown | nacl_outbound unknown"},
		"the cluster's elastic IP is that of no interface of the endpoint": {[]change{proxies("subnet-a"), elastic, func(t *facts.Target) {
			t.Network.Interfaces[0].PublicIP = ""
		}}, "unknown | public_address unknown eni-p1"},
		"the interface of the leader node has another public address than the cluster's elastic IP": {
			[]change{elastic}, "unknown | public_address unknown eni-1",
		},
		"the interface has a group that is being taken off":            {[]change{changing("removing")}, undecided},
		"the interface has a group already that is being attached":     {[]change{changing("adding")}, undecided},
		"the endpoint's interface has a group that is being taken off": {[]change{proxies("subnet-a"), changing("removing")}, undecided},
		"the interface has a group that is being taken off, and another that admits": {
			[]change{changing("removing"), attach(groupOf("sg-2", tcp(5439, 5439, stitch)))}, "reachable",
		},
		"the endpoint's host not read": {[]change{denied("cluster.endpoint.host", "redshift:DescribeClusters")}, "unknown | endpoint unknown"},
		"the port not read, the group opens one port": {
			[]change{denied("cluster.endpoint.port", "redshift:DescribeClusters")}, "unknown | security_groups unknown sg-1",
		},
		"the port not read, the ACL denies one port": {
			[]change{
				permit(protocol("-1", nil, stitch)), denied("cluster.endpoint.port", "redshift:DescribeClusters"),
				inbound(entry(90, "deny", "6", "0.0.0.0/0", ports(22, 22)), entry(100, "allow", "-1", "0.0.0.0/0", nil)),
			}, "unknown | nacl_inbound unknown acl-1/90",
		},
		"a port that is none":                            {[]change{func(t *facts.Target) { t.Cluster.Endpoint.Port = 70000 }}, "unknown | security_groups unknown sg-1"},
		"the VPC's own mode off, the account's not read": {[]change{bpaDenied, vpcSays("off")}, "reachable"},
		"the subnet's own mode against the VPC's": {[]change{bpaDenied, vpcSays("off"), func(t *facts.Target) {
			t.Network.Subnets[0].BlockPublicAccess = "block-ingress"
		}}, "unknown | block_public_access unknown"},
		"the VPC's own mode against the account's": {[]change{vpcSays("block-ingress")}, "unknown | block_public_access unknown"},
		"another account's VPC, the subnet's owner not read": {[]change{denied("network.subnets", "ec2:DescribeSubnets"), func(t *facts.Target) {
			t.Network.VPC.OwnerID = "444455556666"
		}}, "unknown | block_public_access unknown"},
		"subnet and VPC of different owners": {[]change{func(t *facts.Target) {
			t.Network.VPC.OwnerID = "444455556666"
		}}, "unknown | block_public_access unknown"},
		"who asked is not known": {[]change{denied("network.caller_account", "sts:GetCallerIdentity")}, "unknown | block_public_access unknown"},
		"two tables claim the subnet": {[]change{func(t *facts.Target) {
			t.Network.RouteTables[0].Associations = append(t.Network.RouteTables[0].Associations, facts.RouteTableAssociation{SubnetID: "subnet-a"})
		}}, "unknown | return_route unknown"},
		"the table's association is changing": {[]change{func(t *facts.Target) {
			t.Network.RouteTables[1].Associations[0].State = "associating"
		}}, "unknown | return_route unknown"},
		"an association that is gone": {[]change{mainRoutes(to("0.0.0.0/0", "nat-1")), func(t *facts.Target) {
			t.Network.RouteTables[1].Associations[0].State = "disassociated"
		}}, "blocked | return_route deny rtb-main/0.0.0.0/0"},
		"no main route table": {[]change{associate("subnet-a", ""), func(t *facts.Target) {
			t.Network.RouteTables[0].Associations = nil
		}}, "unknown | return_route unknown"},
		"no route tables at all": {[]change{func(t *facts.Target) { t.Network.RouteTables = nil }}, "unknown | return_route unknown"},
		"no network ACLs at all": {[]change{func(t *facts.Target) { t.Network.NetworkACLs = nil }}, "unknown | nacl_inbound unknown | nacl_outbound unknown"},
		"gateways not read, and one table is a gateway's": {
			[]change{edgeTable(), denied("network.internet_gateways", "ec2:DescribeInternetGateways")}, "unknown | gateway_route_table unknown",
		},
		"gateways not read, and one table is a virtual private gateway's": {[]change{
			denied("network.internet_gateways", "ec2:DescribeInternetGateways"), func(t *facts.Target) {
				t.Network.RouteTables[0].Associations = append(t.Network.RouteTables[0].Associations, facts.RouteTableAssociation{GatewayID: "vgw-1"})
			},
		}, "reachable"},
		"two gateways attached": {[]change{func(t *facts.Target) {
			other := t.Network.InternetGateways[0]
			other.ID = "igw-2"
			t.Network.InternetGateways = append(t.Network.InternetGateways, other)
		}}, "unknown | internet_gateway unknown vpc-1 | return_route unknown rtb-public/0.0.0.0/0"},
		"the gateway's route is filtered": {
			[]change{edgeTable(facts.Route{DestinationCIDR: "10.20.1.0/24", Target: "local", State: "filtered"})},
			"unknown | gateway_route_table unknown rtb-edge/10.20.1.0/24",
		},
		"the gateway's route leads where none can": {[]change{edgeTable(to("10.20.1.0/24", "nat-1"))}, "unknown | gateway_route_table unknown rtb-edge/10.20.1.0/24"},
		"the gateway's table treats the subnet's addresses differently, and which is the leader's is not known": {
			[]change{paused, edgeTable(to("10.20.1.0/25", "vpce-fw"))}, "unknown | gateway_route_table unknown rtb-edge",
		},
		"two ACL rules with one number": {
			[]change{inbound(entry(100, "allow", "-1", "0.0.0.0/0", nil), entry(100, "deny", "-1", "0.0.0.0/0", nil))}, "unknown | nacl_inbound unknown acl-1/100",
		},
		"an ACL rule for a protocol nobody knows": {
			[]change{inbound(entry(90, "deny", "quic", "0.0.0.0/0", nil), entry(100, "allow", "-1", "0.0.0.0/0", nil))}, "unknown | nacl_inbound unknown acl-1/90",
		},
		"a security group's rule for a protocol nobody knows": {[]change{permit(protocol("quic", nil, stitch))}, "unknown | security_groups unknown sg-1"},
		"two routes to one prefix, one of an origin nobody knows": {[]change{routes(to("0.0.0.0/0", "igw-1"), facts.Route{
			DestinationCIDR: "0.0.0.0/0", Target: "tgw-1", State: "active", Origin: "Unheard",
		})}, "unknown | return_route unknown rtb-public"},
		"a firewall on the way out, how traffic comes in not known": {[]change{
			routes(to("0.0.0.0/0", "vpce-fw")), edgeTable(to("10.20.1.0/24", "vpce-fw")),
			denied("network.internet_gateways", "ec2:DescribeInternetGateways"),
		}, "unknown | internet_gateway unknown | gateway_route_table unknown | return_route unknown rtb-public/0.0.0.0/0"},
		"AWS was not asked": {[]change{func(t *facts.Target) {
			t.Cluster, t.Network = facts.Cluster{}, facts.Network{}
			t.Lack("cluster", facts.NotRequested, "--no-aws")
			t.Lack("network", facts.NotRequested, "--no-aws")
		}}, "unknown | public_access unknown publicly_accessible | endpoint unknown | public_address unknown publicly_accessible | block_public_access unknown" +
			" | internet_gateway unknown | gateway_route_table unknown | return_route unknown | nacl_inbound unknown | security_groups unknown | nacl_outbound unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			path := netpath.Decide(with(tc.changes...), prefixes(t, stitch))[0]
			if got := summary(path); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
				for _, h := range path.Hops {
					t.Logf("%-20s %-8s %s %v", h.Stage, h.Verdict, h.Detail, h.Missing)
				}
			}
			checkMissing(t, path)
		})
	}
}

func TestAPathMayBeBlockedWithoutACertainHop(t *testing.T) {
	target := with(paused, subnetB("us-east-1a"), func(t *facts.Target) {
		t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-2", SubnetIDs: []string{"subnet-a"}})
	})
	target.Network.NetworkACLs[0].SubnetIDs = nil
	path := netpath.Decide(target, prefixes(t, stitch))[0]
	if path.Verdict != netpath.Blocked {
		t.Fatalf("%s, want blocked", path.Verdict)
	}
	const want = "the leader node is in subnet-a or subnet-b; wherever it is, the path is blocked: " +
		"subnet-a: no rule of acl-2 allows tcp 5439 from 52.23.137.21/32; subnet-b: rtb-main has no route for replies to 52.23.137.21/32"
	if got := hopOf(path, netpath.Endpoint); got.Verdict != netpath.Allow || got.Detail != want {
		t.Errorf("endpoint %s\n got %q\nwant %q", got.Verdict, got.Detail, want)
	}
}

func TestAPendingChangeIsTold(t *testing.T) {
	soon := false
	target := with(func(t *facts.Target) { t.Cluster.Pending.PubliclyAccessible = &soon })
	hop := hopOf(netpath.Decide(target, prefixes(t, stitch))[0], netpath.PublicAccess)
	if want := "the cluster is publicly accessible; a change of that is pending"; hop.Detail != want || hop.Verdict != netpath.Allow {
		t.Errorf("%s: %q, want %q", hop.Verdict, hop.Detail, want)
	}
}
