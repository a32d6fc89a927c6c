package aws

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// TestWhatRefersToWhat follows references that lead further than usual.
func TestWhatRefersToWhat(t *testing.T) {
	inconsistent := func(path, detail string) facts.Unknown {
		return facts.Unknown{Path: path, Reason: facts.Inconsistent, Detail: detail}
	}
	for name, tc := range map[string]struct {
		change  func(*fakeaws.Region)
		omit    map[string]string // element by operation
		unknown []facts.Unknown
		check   func(*testing.T, facts.Network)
	}{
		"endpoint behind a proxy": {
			change: func(r *fakeaws.Region) {
				r.Clusters[0].Relocation = "enabled"
				r.Clusters[0].Endpoint.Interfaces = []facts.EndpointInterface{
					{ID: "eni-0p", VPCEndpointID: "vpce-0p", VPCID: "vpc-0a", SubnetID: "subnet-0b", PrivateIP: "10.0.16.7", AvailabilityZone: "us-east-1b"},
				}
				r.VPCs[0].Interfaces = append(r.VPCs[0].Interfaces, facts.Interface{
					ID: "eni-0p", SubnetID: "subnet-0b", VPCID: "vpc-0a", PrivateIPs: []string{"10.0.16.7"}, GroupIDs: []string{"sg-0proxy"},
				})
				r.VPCs[0].SecurityGroups = append(r.VPCs[0].SecurityGroups, facts.SecurityGroup{
					ID: "sg-0proxy", Name: "proxy", VPCID: "vpc-0a", OwnerID: fakeaws.AccountID,
					Inbound: []facts.Permission{{Protocol: "tcp", PrefixListIDs: []string{"pl-0deep"}}},
				})
				r.PrefixLists = append(r.PrefixLists, facts.PrefixList{
					ID: "pl-0deep", Name: "deep", OwnerID: fakeaws.AccountID, State: "modify-complete", CIDRs: []string{"192.0.2.0/24"},
				})
			},
			check: func(t *testing.T, n facts.Network) {
				if len(n.Interfaces) != 1 || n.Interfaces[0].ID != "eni-0p" {
					t.Errorf("interfaces %v, want the proxy's", n.Interfaces)
				}
				if len(n.SecurityGroups) != 2 || n.SecurityGroups[1].ID != "sg-0proxy" {
					t.Errorf("groups %v, want the interface's too", n.SecurityGroups)
				}
				if len(n.PrefixLists) != 2 || n.PrefixLists[0].CIDRs[0] != "192.0.2.0/24" {
					t.Errorf("lists %v, want the one of the interface's group too", n.PrefixLists)
				}
			},
		},
		"endpoint interface that EC2 does not show": {
			change: func(r *fakeaws.Region) {
				r.Clusters[0].Endpoint.Interfaces = []facts.EndpointInterface{{ID: "eni-0gone", VPCEndpointID: "vpce-0p"}}
			},
			unknown: []facts.Unknown{inconsistent("network.interfaces.eni-0gone", "ec2:DescribeNetworkInterfaces tells nothing of eni-0gone")},
		},
		"the leader's address in two VPCs": {
			change: func(r *fakeaws.Region) {
				r.VPCs = append(r.VPCs, &fakeaws.VPC{VPC: facts.VPC{ID: "vpc-0b"}, Interfaces: []facts.Interface{
					{ID: "eni-0other", SubnetID: "subnet-0z", VPCID: "vpc-0b", PrivateIPs: []string{"10.0.0.10"}},
				}})
			},
			check: func(t *testing.T, n facts.Network) {
				if len(n.Interfaces) != 1 || n.Interfaces[0].ID != "eni-0a" {
					t.Errorf("interfaces %v, want that of the cluster's VPC", n.Interfaces)
				}
			},
		},
		"no interface at the leader's address": {
			change: func(r *fakeaws.Region) { r.VPCs[0].Interfaces = nil },
			check: func(t *testing.T, n facts.Network) {
				if n.Interfaces != nil {
					t.Errorf("interfaces %v, want none", n.Interfaces)
				}
			},
		},
		"group that nobody describes": {
			change: func(r *fakeaws.Region) {
				r.Clusters[0].SecurityGroups = append(r.Clusters[0].SecurityGroups, facts.GroupMember{ID: "sg-0foreign", Status: "active"})
			},
			unknown: []facts.Unknown{inconsistent("network.security_groups.sg-0foreign", "ec2:DescribeSecurityGroups tells nothing of sg-0foreign")},
		},
		"list that is not there": {
			change: func(r *fakeaws.Region) { r.VPCs[0].SecurityGroups[1].Inbound[0].PrefixListIDs = []string{"pl-0gone"} },
			unknown: []facts.Unknown{inconsistent("network.prefix_lists.pl-0gone",
				"ec2:GetManagedPrefixListEntries does not find what another answer named (InvalidPrefixListID.NotFound)")},
		},
		"list without entries": {
			change: func(r *fakeaws.Region) {
				r.VPCs[0].SecurityGroups[1].Inbound[0].PrefixListIDs = []string{"pl-0empty"}
				r.PrefixLists = append(r.PrefixLists, facts.PrefixList{ID: "pl-0empty", Name: "empty", OwnerID: fakeaws.AccountID, State: "create-complete"})
			},
			check: func(t *testing.T, n facts.Network) {
				if len(n.PrefixLists) != 2 || n.PrefixLists[0].ID != "pl-0empty" || len(n.PrefixLists[0].CIDRs) != 0 {
					t.Errorf("lists %v, want an empty one", n.PrefixLists)
				}
			},
		},
		"list of which nothing is told but no entries": { // as of moto
			change: func(r *fakeaws.Region) {
				r.VPCs[0].SecurityGroups[1].Inbound[0].PrefixListIDs = []string{"pl-0empty"}
				r.PrefixLists = append(r.PrefixLists, facts.PrefixList{ID: "pl-0empty", Name: "empty", OwnerID: fakeaws.AccountID, State: "create-complete"})
			},
			omit: map[string]string{"DescribeManagedPrefixLists": "prefixListSet"},
			unknown: []facts.Unknown{inconsistent("network.prefix_lists.pl-0empty",
				"ec2:DescribeManagedPrefixLists tells nothing of pl-0empty")},
		},
		"service list without its entries": { // as of moto
			omit: map[string]string{"DescribePrefixLists": "cidrSet"},
			check: func(t *testing.T, n facts.Network) {
				want := facts.PrefixList{
					ID: "pl-63a5400a", Name: "com.amazonaws.us-east-1.s3", OwnerID: "AWS", CIDRs: []string{"54.231.0.0/16", "52.216.0.0/15", "3.5.0.0/19"},
				}
				if diff := cmp.Diff([]facts.PrefixList{want}, n.PrefixLists); diff != "" {
					t.Errorf("lists (-want +got):\n%s", diff)
				}
			},
		},
		"endpoint that is gone": {
			change:  func(r *fakeaws.Region) { r.VPCEndpoints = nil },
			unknown: []facts.Unknown{inconsistent("network.vpc_endpoints.vpce-0a", "ec2:DescribeVpcEndpoints tells nothing of vpce-0a")},
		},
		"no route tables at all": {
			change:  func(r *fakeaws.Region) { r.VPCs[0].RouteTables = nil },
			unknown: []facts.Unknown{inconsistent("network.route_tables", "ec2:DescribeRouteTables tells nothing of vpc-0a")},
		},
		"no network ACL at all": {
			change:  func(r *fakeaws.Region) { r.VPCs[0].NetworkACLs = nil },
			unknown: []facts.Unknown{inconsistent("network.network_acls", "ec2:DescribeNetworkAcls tells nothing of vpc-0a")},
		},
		"no internet gateway at all": {
			change: func(r *fakeaws.Region) { r.VPCs[0].InternetGateways = nil },
		},
		"ACL entry without a number": {
			omit:    map[string]string{"DescribeNetworkAcls": "ruleNumber"},
			unknown: []facts.Unknown{inconsistent("network.network_acls", "ec2:DescribeNetworkAcls left out RuleNumber")},
		},
		"ACL entry without an action": {
			omit:    map[string]string{"DescribeNetworkAcls": "ruleAction"},
			unknown: []facts.Unknown{inconsistent("network.network_acls", "ec2:DescribeNetworkAcls left out RuleAction")},
		},
		"subnet without its address range": {
			omit:    map[string]string{"DescribeSubnets": "cidrBlock"},
			unknown: []facts.Unknown{inconsistent("network.subnets", "ec2:DescribeSubnets left out CidrBlock")},
		},
		"route without a destination": {
			omit:    map[string]string{"DescribeRouteTables": "destinationCidrBlock"},
			unknown: []facts.Unknown{inconsistent("network.route_tables", "ec2:DescribeRouteTables left out the destination of a route")},
		},
		"Block Public Access of an older API": {
			omit: map[string]string{"DescribeVpcBlockPublicAccessOptions": "exclusionsAllowed"},
			unknown: []facts.Unknown{{
				Path: "network.block_public_access.exclusions_allowed", Reason: facts.Unsupported,
				Detail: "ec2:DescribeVpcBlockPublicAccessOptions did not tell ExclusionsAllowed",
			}},
		},
		"Block Public Access that says nothing": {
			omit: map[string]string{"DescribeVpcBlockPublicAccessOptions": "vpcBlockPublicAccessOptions"},
			unknown: []facts.Unknown{
				inconsistent("network.block_public_access.mode", "ec2:DescribeVpcBlockPublicAccessOptions left out VpcBlockPublicAccessOptions"),
				inconsistent("network.block_public_access.state", "ec2:DescribeVpcBlockPublicAccessOptions left out VpcBlockPublicAccessOptions"),
				inconsistent("network.block_public_access.exclusions_allowed", "ec2:DescribeVpcBlockPublicAccessOptions left out VpcBlockPublicAccessOptions"),
			},
		},
		"customer's list by which a route leads to an endpoint": {
			change: func(r *fakeaws.Region) {
				r.PrefixLists = append(r.PrefixLists, facts.PrefixList{ID: "pl-0c", OwnerID: fakeaws.AccountID, State: "modify-in-progress", CIDRs: []string{loader}})
				table := &r.VPCs[0].RouteTables[1]
				table.Routes = append(table.Routes, facts.Route{DestinationPrefixListID: "pl-0c", Target: "vpce-0a", State: "active", Origin: "CreateRoute"})
			},
			check: func(t *testing.T, n facts.Network) {
				for _, list := range n.PrefixLists {
					if list.ID == "pl-0c" && (list.OwnerID == "AWS" || list.State != "modify-in-progress") {
						t.Errorf("the customer's list is told as %+v", list)
					}
				}
			},
		},
		"subnet group without subnets": {
			change:  func(r *fakeaws.Region) { r.SubnetGroups[0].Subnets = nil },
			unknown: []facts.Unknown{inconsistent("network.subnet_group", "redshift:DescribeClusterSubnetGroups left out Subnets")},
		},
		"subnet group that is gone": {
			change: func(r *fakeaws.Region) { r.SubnetGroups = nil },
			unknown: []facts.Unknown{inconsistent("network.subnet_group",
				"redshift:DescribeClusterSubnetGroups does not find what another answer named (ClusterSubnetGroupNotFoundFault)")},
		},
		"parameter group without parameters": {
			change:  func(r *fakeaws.Region) { r.ParameterGroups["secure"] = nil },
			unknown: []facts.Unknown{inconsistent("cluster.parameters", "redshift:DescribeClusterParameters tells nothing of secure")},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			if tc.change != nil {
				tc.change(cloud.Region(fakeaws.RegionName))
			}
			server := play(t, cloud)
			for operation, element := range tc.omit {
				server.Omit(operation, element)
			}
			target := one(t, open(t, Options{}))
			if diff := cmp.Diff(tc.unknown, target.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if tc.check != nil {
				tc.check(t, target.Network)
			}
		})
	}
}
