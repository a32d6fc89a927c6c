package netpath_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// pathCase is a case of the project's case table, by its number there, as a change of base.
//
// These cannot be told with the facts that a snapshot holds:
//   - 20: durability; the path is that of 19 (NET006 asks about the other subnets).
//   - 21: Redshift-managed endpoints (DescribeEndpointAccess) are not observed; the
//     path is that of 2.
//   - 59, 60: MapPublicIpOnLaunch is not observed; 60 is told by its routes.
//   - 106: whose account a prefix list is of is no matter; told as readable or not.
//   - 108: pages are read by the observer; the path sees whole lists.
//   - 114: only one of the two calls that tell a group's rules is observed.
//   - 118: the VPC's DNS attributes are not observed.
//   - 119: told; enhanced VPC routing is observed and has no effect.
//   - 121: what was typed into the loader's form is no matter of the path (CLU002).
//   - 122: see TestSharedFactsGiveIndependentAnswers.
type pathCase struct {
	number, name string
	changes      []change
	// want is the summary of the path of stitch; wants, of others too.
	want  string
	wants map[string]string
	// by is what must have decided hops that allow.
	by map[netpath.Stage]string
}

func (c pathCase) target() *facts.Target { return with(c.changes...) }

func (c pathCase) expected() map[string]string {
	all := maps.Clone(c.wants)
	if all == nil {
		all = map[string]string{}
	}
	if c.want != "" {
		all[stitch] = c.want
	}
	return all
}

func cases() []pathCase {
	return slices.Concat(
		endpointCases(), routeCases(), gatewayCases(), blockPublicAccessCases(), aclCases(), groupCases(), listCases(), otherCases(),
	)
}

func TestCases(t *testing.T) {
	for _, tc := range cases() {
		t.Run(tc.number+" "+tc.name, func(t *testing.T) {
			target := tc.target()
			if len(tc.expected()) == 0 {
				t.Fatal("the case expects nothing")
			}
			for source, want := range tc.expected() {
				path := netpath.Decide(target, prefixes(t, source))[0]
				if got := summary(path); got != want {
					t.Errorf("%s\n got %s\nwant %s", source, got, want)
					for _, h := range path.Hops {
						t.Logf("%-20s %-8s %s", h.Stage, h.Verdict, h.Detail)
					}
				}
				for stage, by := range tc.by {
					if got := hopOf(path, stage).By.ID; got != by {
						t.Errorf("%s: %s was decided by %s, want %s", source, stage, got, by)
					}
				}
				checkMissing(t, path)
			}
		})
	}
}

func endpointCases() []pathCase {
	return []pathCase{
		{number: "1", name: "BASE", want: "reachable", by: map[netpath.Stage]string{
			netpath.Source: stitch, netpath.PublicAccess: "publicly_accessible", netpath.Endpoint: "eni-1", netpath.PublicAddress: "eni-1",
			netpath.BlockPublicAccess: "off", netpath.InternetGateway: "igw-1", netpath.GatewayRouteTable: "vpc-1",
			netpath.ReturnRoute: "rtb-public/0.0.0.0/0", netpath.NACLInbound: "acl-1/100",
			netpath.SecurityGroups: "sg-1/52.23.137.21/32", netpath.NACLOutbound: "acl-1/100",
		}},
		{number: "2", name: "private cluster, node has a public IP", changes: []change{private}, want: privateSummary},
		{number: "3", name: "private cluster, security group open to all", changes: []change{private, permit(tcp(5439, 5439, "0.0.0.0/0"))}, want: privateSummary},
		{number: "4", name: "toggled from public to private, node IP unchanged", changes: []change{private, func(t *facts.Target) {
			t.Cluster.Nodes[0].PublicIP = "192.0.2.11"
		}}, want: privateSummary},
		{
			number: "5", name: "creating: no endpoint yet",
			changes: []change{paused, func(t *facts.Target) {
				t.Cluster.Status, t.Cluster.Endpoint = "creating", facts.Endpoint{}
			}},
			want: "unknown | endpoint unknown | security_groups unknown sg-1",
		},
		{
			number: "6", name: "deleting: a port, no address any more",
			changes: []change{paused, func(t *facts.Target) {
				t.Cluster.Status, t.Cluster.Endpoint = "deleting", facts.Endpoint{Port: 5439}
			}},
			want: "unknown | endpoint unknown",
		},
		{number: "7", name: "paused: no nodes, one subnet in the zone", changes: []change{paused}, want: "reachable", by: map[netpath.Stage]string{
			netpath.Endpoint: "group-1",
		}},
		{number: "8", name: "resuming: SHARED without a public IP", changes: []change{notDescribed, func(t *facts.Target) {
			t.Cluster.Status = "resuming"
			t.Cluster.Nodes = []facts.Node{{Role: "SHARED", PrivateIP: "10.20.1.10"}}
		}}, want: "reachable", by: map[netpath.Stage]string{netpath.PublicAddress: "publicly_accessible"}},
		{number: "9", name: "single node: SHARED is the leader", changes: []change{notDescribed, subnetB("us-east-1a"), func(t *facts.Target) {
			t.Cluster.Nodes[0].Role = "SHARED"
		}}, want: "reachable", by: map[netpath.Stage]string{netpath.Endpoint: "subnet-a"}},
		{number: "10", name: "compute nodes in a private subnet do not count", changes: []change{subnetB("us-east-1b"), func(t *facts.Target) {
			t.Cluster.Nodes = append([]facts.Node{{Role: "COMPUTE-0", PrivateIP: "10.20.2.10"}}, t.Cluster.Nodes...)
		}}, want: "reachable", by: map[netpath.Stage]string{netpath.Endpoint: "eni-1"}},
		{number: "11", name: "zone not in the subnet group, leader IP in subnet-a", changes: []change{notDescribed, subnetB("us-east-1b"), func(t *facts.Target) {
			t.Cluster.AvailabilityZone = "us-east-1f"
		}}, want: "reachable", by: map[netpath.Stage]string{netpath.Endpoint: "subnet-a"}},
		{number: "12", name: "leader IP in exactly one subnet, zone agrees", changes: []change{notDescribed, subnetB("us-east-1b")}, want: "reachable", by: map[netpath.Stage]string{
			netpath.Endpoint: "subnet-a",
		}},
		{
			number: "12", name: "leader IP in a subnet, the subnet group not readable",
			changes: []change{notDescribed, subnetB("us-east-1a"), denied("network.subnet_group", "redshift:DescribeClusterSubnetGroups")},
			want:    "reachable",
		},
		{
			number: "13", name: "no nodes, a public and a private subnet in the zone", changes: []change{paused, subnetB("us-east-1a")},
			want: "unknown | return_route unknown",
		},
		{
			number: "14", name: "no nodes, two public subnets in the zone",
			changes: []change{paused, subnetB("us-east-1a"), associate("subnet-b", "rtb-public")}, want: "reachable",
		},
		{
			number: "15", name: "no nodes, two private subnets in the zone",
			changes: []change{paused, subnetB("us-east-1a"), associate("subnet-a", "")},
			want:    "blocked | return_route deny rtb-main",
		},
		{
			number: "15", name: "no nodes, two subnets in the zone, blocked at different stages",
			changes: []change{paused, subnetB("us-east-1a"), func(t *facts.Target) {
				t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-2", SubnetIDs: []string{"subnet-a"}})
				t.Network.NetworkACLs[0].SubnetIDs = []string{"subnet-b"}
			}},
			want: "blocked | return_route unknown | nacl_inbound unknown | nacl_outbound unknown",
		},
		{
			number: "16", name: "endpoint interface in a private subnet, leader in a public one",
			changes: []change{subnetB("us-east-1b"), proxies("subnet-b")}, want: "blocked | return_route deny rtb-main",
			by: map[netpath.Stage]string{netpath.Endpoint: "eni-p1"},
		},
		{
			number: "17", name: "serverless: interfaces in three subnets, one of them private",
			changes: []change{serverless, subnetB("us-east-1b"), proxies("subnet-a", "subnet-b", "subnet-a")},
			want:    "blocked | return_route deny rtb-main",
		},
		{number: "18", name: "serverless, not publicly accessible", changes: []change{serverless, proxies("subnet-a"), private}, want: privateSummary},
		{number: "19", name: "Multi-AZ, the secondary's subnet is private", changes: []change{subnetB("us-east-1b"), func(t *facts.Target) {
			t.Cluster.MultiAZ = true
			t.Cluster.Secondary = facts.Secondary{AvailabilityZone: "us-east-1b", Nodes: []facts.Node{{Role: "LEADER", PrivateIP: "10.20.2.10"}}}
		}}, want: "reachable"},
		{number: "22", name: "EC2-Classic", changes: []change{classic}, want: "unknown | endpoint unknown | block_public_access unknown | internet_gateway unknown" +
			" | return_route unknown | nacl_inbound unknown | security_groups unknown | nacl_outbound unknown"},
		{number: "23", name: "elastic IP active", changes: []change{notDescribed, elastic}, want: "reachable", by: map[netpath.Stage]string{
			netpath.PublicAddress: "198.51.100.9",
		}},
		{number: "23", name: "elastic IP active, and the interface has it", changes: []change{elastic, func(t *facts.Target) {
			t.Network.Interfaces[0].PublicIP = "198.51.100.9"
		}}, want: "reachable", by: map[netpath.Stage]string{netpath.PublicAddress: "eni-1"}},
		{number: "23", name: "no elastic IP, the flag is proof", changes: []change{notDescribed}, want: "reachable", by: map[netpath.Stage]string{
			netpath.PublicAddress: "publicly_accessible",
		}},
		{number: "23", name: "elastic IP failed", changes: []change{notDescribed, func(t *facts.Target) {
			t.Cluster.ElasticIP = facts.ElasticIP{IP: "198.51.100.9", Status: "failed"}
		}}, want: "unknown | public_address unknown 198.51.100.9"},
		{number: "24", name: "interface without a public address although the flag is true", changes: []change{func(t *facts.Target) {
			t.Network.Interfaces[0].PublicIP = ""
		}}, want: "unknown | public_address unknown eni-1"},
		{number: "25", name: "port 5440, the security group opens 5439", changes: []change{func(t *facts.Target) {
			t.Cluster.Endpoint.Port = 5440
		}}, want: "blocked | security_groups deny sg-1"},
	}
}

const privateSummary = "blocked | public_access deny publicly_accessible | public_address not_applicable publicly_accessible"

func serverless(t *facts.Target) {
	t.Kind = facts.Workgroup
	t.Cluster.Nodes, t.Cluster.AvailabilityZone = nil, ""
}

func classic(t *facts.Target) {
	t.Cluster.VPCID, t.Cluster.SubnetGroup, t.Cluster.SecurityGroups = "", "", nil
	t.Cluster.ClassicSecurityGroups = []facts.GroupMember{{ID: "default", Status: "active"}}
	t.Network = facts.Network{CallerAccount: "111122223333"}
}
