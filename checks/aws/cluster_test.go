package aws

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// untoldLack is an Unknown of a field that DescribeClusters should have told.
func untoldLack(path, what string) facts.Unknown {
	return facts.Unknown{Path: path, Reason: facts.Unsupported, Detail: "redshift:DescribeClusters did not tell " + what}
}

// TestClusterStates tells what is known of a cluster that is not simply there. A
// thing that a cluster in its state does not have is known to be absent.
func TestClusterStates(t *testing.T) {
	yes, three := true, 3
	version := "1.0.60000"
	for name, tc := range map[string]struct {
		change  func(*fakeaws.Cluster)
		unknown []facts.Unknown
	}{
		"available": {change: func(*fakeaws.Cluster) {}},
		"creating": {change: func(c *fakeaws.Cluster) {
			c.Status, c.AvailabilityStatus = "creating", "Modifying"
			c.Endpoint, c.Nodes, c.AvailabilityZone = facts.Endpoint{}, nil, ""
		}},
		"deleting": {change: func(c *fakeaws.Cluster) { c.Status, c.Endpoint.Host = "deleting", "" }},
		"paused":   {change: func(c *fakeaws.Cluster) { c.Status, c.AvailabilityStatus, c.Nodes = "paused", "Unavailable", nil }},
		"resizing without a leader yet": {change: func(c *fakeaws.Cluster) {
			c.Status, c.Nodes = "resizing", []facts.Node{{Role: "COMPUTE-0", PrivateIP: "10.0.0.11"}}
		}},
		"one node":        {change: func(c *fakeaws.Cluster) { c.Nodes = []facts.Node{{Role: "SHARED", PrivateIP: "10.0.0.10"}} }},
		"two stacks":      {change: func(c *fakeaws.Cluster) { c.IPAddressType = "dualstack" }},
		"own elastic IP":  {change: func(c *fakeaws.Cluster) { c.ElasticIP = facts.ElasticIP{IP: "203.0.113.29", Status: "active"} }},
		"own domain":      {change: func(c *fakeaws.Cluster) { c.CustomDomain = "dw.example.com" }},
		"during a resize": {change: func(c *fakeaws.Cluster) { c.Status = "available, prep-for-resize" }},
		"two zones": {change: func(c *fakeaws.Cluster) {
			c.MultiAZ = true
			c.Secondary = facts.Secondary{AvailabilityZone: "us-east-1b", Nodes: []facts.Node{{Role: "LEADER", PrivateIP: "10.0.16.10"}}}
		}},
		"changes pending": {change: func(c *fakeaws.Cluster) {
			c.Pending = facts.Pending{PubliclyAccessible: &yes, NodeCount: &three, Version: &version, AdminPassword: true}
		}},
		"parameters not in force": {change: func(c *fakeaws.Cluster) {
			c.ParameterGroups[0].ApplyStatus = "pending-reboot"
			c.ParameterGroups[0].Unsettled = []facts.ParameterStatus{{Name: "require_ssl", Status: "pending-reboot"}, {Name: "x", Status: "apply-error", Error: "no"}}
		}},
		"available without nodes": {
			change:  func(c *fakeaws.Cluster) { c.Nodes = nil },
			unknown: []facts.Unknown{untoldLack("cluster.nodes", "the cluster's nodes"), untoldLack("network.interfaces", "the cluster's nodes")},
		},
		"available without a leader": {
			change: func(c *fakeaws.Cluster) { c.Nodes[0].PrivateIP = "" },
			unknown: []facts.Unknown{
				untoldLack("cluster.nodes", "the leader node's private address"), untoldLack("network.interfaces", "the leader node's private address"),
			},
		},
		"available without an endpoint": {
			change: func(c *fakeaws.Cluster) { c.Endpoint = facts.Endpoint{} },
			unknown: []facts.Unknown{
				untoldLack("cluster.endpoint.host", "the endpoint of an available cluster"), untoldLack("cluster.endpoint.port", "the port of the endpoint"),
			},
		},
		"without parameter groups": {
			change: func(c *fakeaws.Cluster) { c.ParameterGroups = nil },
			unknown: []facts.Unknown{
				untoldLack("cluster.parameter_groups", "the cluster's parameter groups"), untoldLack("cluster.parameters", "the cluster's parameter groups"),
			},
		},
		"without security groups": {
			change: func(c *fakeaws.Cluster) { c.SecurityGroups = nil },
			unknown: []facts.Unknown{
				untoldLack("cluster.security_groups", "the cluster's VPC security groups"), untoldLack("network.security_groups", "the cluster's VPC security groups"),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cluster := cloud.Region(fakeaws.RegionName).Clusters[0]
			tc.change(cluster)
			play(t, cloud)
			target := one(t, open(t, Options{}))
			if diff := cmp.Diff(tc.unknown, target.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			want, got := cluster.Cluster, target.Cluster
			want.Parameters = got.Parameters
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("cluster (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatDescribeClustersMayLeaveOut takes out the elements that AWS always
// sends and moto and older services do not.
func TestWhatDescribeClustersMayLeaveOut(t *testing.T) {
	for element, paths := range map[string][]string{
		"ClusterStatus":                    {"cluster.status"},
		"ClusterAvailabilityStatus":        {"cluster.availability_status"},
		"PubliclyAccessible":               {"cluster.publicly_accessible"},
		"AvailabilityZone":                 {"cluster.availability_zone"},
		"AvailabilityZoneRelocationStatus": {"cluster.relocation"},
		"MultiAZ":                          {"cluster.multi_az"},
		"IpAddressType":                    {"cluster.ip_address_type"},
		"EnhancedVpcRouting":               {"cluster.enhanced_vpc_routing"},
		"Encrypted":                        {"cluster.encrypted"},
		"MasterUsername":                   {"cluster.admin_user"},
		"DBName":                           {"cluster.database_name"},
		"NodeType":                         {"cluster.node_type"},
		"NumberOfNodes":                    {"cluster.node_count"},
		"ClusterVersion":                   {"cluster.version"},
		"ClusterRevisionNumber":            {"cluster.version"},
		"ClusterSubnetGroupName":           {"cluster.subnet_group", "network.subnet_group"},
		"Port":                             {"cluster.endpoint.port"},
		"Address":                          {"cluster.endpoint.host"},
		"PendingModifiedValues":            nil, // nothing is pending
		"ClusterSecurityGroups":            nil, // of EC2-Classic
		"VpcId":                            nil, // the subnet group tells it
		"ClusterNamespaceArn":              nil, // the caller's identity tells the account
	} {
		t.Run(element, func(t *testing.T) {
			server := play(t, fakeaws.Healthy(loader))
			server.Omit("DescribeClusters", element)
			target := one(t, open(t, Options{}))
			var got []string
			for _, u := range target.Unknown {
				got = append(got, u.Path)
				if u.Reason != facts.Unsupported {
					t.Errorf("%s: %s, want unsupported", u.Path, u.Reason)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(paths, got); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if target.Cluster.VPCID != "vpc-0a" || target.Account != fakeaws.AccountID {
				t.Errorf("VPC %q, account %q", target.Cluster.VPCID, target.Account)
			}
		})
	}
}

// Without its id an interface cannot be asked for, nor told from one that is known.
func TestAVPCEndpointWhoseInterfacesAreNotTold(t *testing.T) {
	for _, element := range []string{"NetworkInterfaces", "NetworkInterfaceId"} {
		t.Run(element, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cloud.Region(fakeaws.RegionName).Clusters[0].Endpoint.Interfaces = []facts.EndpointInterface{
				{ID: "eni-0p", VPCEndpointID: "vpce-0p", VPCID: "vpc-0a", SubnetID: "subnet-0public", PrivateIP: "10.0.0.99"},
			}
			play(t, cloud).Omit("DescribeClusters", element)
			target := one(t, open(t, Options{}))
			want := []facts.Unknown{untoldLack("cluster.endpoint.interfaces", "the network interfaces of the endpoint")}
			if diff := cmp.Diff(want, target.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if got := target.Cluster.Endpoint.Interfaces; got != nil {
				t.Errorf("interfaces %v, want none", got)
			}
		})
	}
}

var ofTheVPC = []string{
	"network.vpc", "network.subnets", "network.route_tables", "network.network_acls", "network.internet_gateways", "network.interfaces",
	"network.security_groups",
}

func TestAClusterWhoseVPCIsNotTold(t *testing.T) {
	for name, tc := range map[string]struct {
		play   func(*fakeaws.Cloud, *fakeaws.Server)
		change func(*fakeaws.Cluster)
		facts  []string
		reason facts.Reason
		detail string
		known  bool // that there is no VPC
	}{
		"nor by its subnet group": {
			play: func(_ *fakeaws.Cloud, s *fakeaws.Server) {
				s.Omit("DescribeClusters", "VpcId")
				s.Inject("DescribeClusterSubnetGroups", fakeaws.Denied(""))
			},
			reason: facts.AccessDenied, detail: "allow redshift:DescribeClusterSubnetGroups",
		},
		"and has no subnet group": {
			play: func(_ *fakeaws.Cloud, s *fakeaws.Server) {
				s.Omit("DescribeClusters", "VpcId", "ClusterSubnetGroupName")
			},
			reason: facts.Unsupported, detail: "redshift:DescribeClusters did not tell the cluster's subnet group",
		},
		"and the subnet group is not wanted": {
			play:   func(_ *fakeaws.Cloud, s *fakeaws.Server) { s.Omit("DescribeClusters", "VpcId") },
			facts:  []string{"network.subnets"},
			reason: facts.Unsupported, detail: "redshift:DescribeClusters did not tell the cluster's VPC",
		},
		"because it is outside any": {
			change: func(c *fakeaws.Cluster) {
				c.VPCID, c.SubnetGroup, c.SecurityGroups = "", "", nil
				c.ClassicSecurityGroups = []facts.GroupMember{{ID: "default", Status: "active"}}
			},
			reason: facts.Unsupported, detail: "the cluster is outside any VPC (EC2-Classic)", known: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			if tc.change != nil {
				tc.change(cloud.Region(fakeaws.RegionName).Clusters[0])
			}
			server := play(t, cloud)
			if tc.play != nil {
				tc.play(cloud, server)
			}
			target := one(t, open(t, Options{Facts: tc.facts}))
			paths := ofTheVPC
			if !tc.known {
				paths = append([]string{"cluster.vpc_id"}, paths...)
			} else if len(target.Lacking("cluster.vpc_id")) > 0 {
				t.Error("that there is no VPC is not known")
			}
			for _, path := range paths {
				want := []facts.Unknown{{Path: path, Reason: tc.reason, Detail: tc.detail}}
				if diff := cmp.Diff(want, target.Lacking(path)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			}
		})
	}
}
