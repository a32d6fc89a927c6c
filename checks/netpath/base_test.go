package netpath_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// stitch is one address that Stitch dials from, and the source of every case that
// names no other.
const stitch = "52.23.137.21/32"

// northAmerica are all addresses of Stitch's region North America.
var northAmerica = []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"}

// base is the topology that the cases change: one public subnet, everything in
// order, so stitch reaches the cluster.
func base() *facts.Target {
	return &facts.Target{
		ID:   "arn:aws:redshift:us-east-1:111122223333:cluster:analytics",
		Kind: facts.ProvisionedCluster,
		Cluster: facts.Cluster{
			Status:             "available",
			Endpoint:           facts.Endpoint{Host: "analytics.abc.us-east-1.redshift.amazonaws.com", Port: 5439},
			PubliclyAccessible: true,
			VPCID:              "vpc-1",
			SubnetGroup:        "group-1",
			AvailabilityZone:   "us-east-1a",
			Nodes:              []facts.Node{{Role: "LEADER", PrivateIP: "10.20.1.10", PublicIP: "192.0.2.10"}},
			SecurityGroups:     []facts.GroupMember{{ID: "sg-1", Status: "active"}},
			IPAddressType:      "ipv4",
			NodeType:           "ra3.xlplus",
		},
		Network: facts.Network{
			CallerAccount: "111122223333",
			VPC:           facts.VPC{ID: "vpc-1", OwnerID: "111122223333", CIDRs: []string{"10.20.0.0/16"}},
			SubnetGroup: facts.SubnetGroup{
				Name: "group-1", Status: "Complete", VPCID: "vpc-1",
				Subnets: []facts.GroupSubnet{{ID: "subnet-a", AvailabilityZone: "us-east-1a", Status: "Active"}},
			},
			Subnets: []facts.Subnet{subnetOf("subnet-a", "us-east-1a", "10.20.1.0/24")},
			RouteTables: []facts.RouteTable{
				{
					ID:           "rtb-main",
					Associations: []facts.RouteTableAssociation{{Main: true, State: "associated"}},
					Routes:       []facts.Route{local("10.20.0.0/16")},
				},
				{
					ID:           "rtb-public",
					Associations: []facts.RouteTableAssociation{{SubnetID: "subnet-a", State: "associated"}},
					Routes:       []facts.Route{local("10.20.0.0/16"), to("0.0.0.0/0", "igw-1")},
				},
			},
			NetworkACLs: []facts.NetworkACL{{ID: "acl-1", Default: true, SubnetIDs: []string{"subnet-a"}, Entries: []facts.NetworkACLEntry{
				entry(100, "allow", "-1", "0.0.0.0/0", nil), entry(32767, "deny", "-1", "0.0.0.0/0", nil),
				reply(100, "allow", "-1", "0.0.0.0/0", nil), reply(32767, "deny", "-1", "0.0.0.0/0", nil),
			}}},
			InternetGateways: []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-1", State: "available"}}}},
			SecurityGroups:   []facts.SecurityGroup{groupOf("sg-1", tcp(5439, 5439, stitch))},
			Interfaces: []facts.Interface{{
				ID: "eni-1", SubnetID: "subnet-a", VPCID: "vpc-1", Description: "RedshiftNetworkInterface",
				PrivateIPs: []string{"10.20.1.10"}, PublicIP: "192.0.2.11", GroupIDs: []string{"sg-1"},
			}},
			BlockPublicAccess: facts.BlockPublicAccess{Mode: "off", State: "default-state", ExclusionsAllowed: "allowed"},
		},
	}
}

func subnetOf(id, zone, cidr string) facts.Subnet {
	return facts.Subnet{ID: id, VPCID: "vpc-1", OwnerID: "111122223333", AvailabilityZone: zone, CIDR: cidr}
}

func local(cidr string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: "local", State: "active", Origin: "CreateRouteTable"}
}

func to(cidr, target string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: target, State: "active", Origin: "CreateRoute"}
}

func toList(list, target string) facts.Route {
	return facts.Route{DestinationPrefixListID: list, Target: target, State: "active", Origin: "CreateRoute"}
}

func blackhole(cidr, target string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: target, State: "blackhole", Origin: "CreateRoute"}
}

// learnt is a route that a virtual private gateway propagated.
func learnt(cidr, target string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: target, State: "active", Origin: "EnableVgwRoutePropagation"}
}

func entry(number int, action, protocol, cidr string, ports *facts.Ports) facts.NetworkACLEntry {
	return facts.NetworkACLEntry{Number: number, Action: action, Protocol: protocol, CIDR: cidr, Ports: ports}
}

func reply(number int, action, protocol, cidr string, ports *facts.Ports) facts.NetworkACLEntry {
	e := entry(number, action, protocol, cidr, ports)
	e.Egress = true
	return e
}

func ports(from, to int) *facts.Ports { return &facts.Ports{From: from, To: to} }

func groupOf(id string, inbound ...facts.Permission) facts.SecurityGroup {
	return facts.SecurityGroup{ID: id, Name: id, VPCID: "vpc-1", OwnerID: "111122223333", Inbound: inbound}
}

func tcp(from, to int, cidrs ...string) facts.Permission {
	return facts.Permission{Protocol: "tcp", Ports: ports(from, to), CIDRs: cidrs}
}

func lists(ids ...string) facts.Permission {
	return facts.Permission{Protocol: "tcp", Ports: ports(5439, 5439), PrefixListIDs: ids}
}

func listOf(id string, cidrs ...string) facts.PrefixList {
	return facts.PrefixList{ID: id, Name: id, OwnerID: "111122223333", State: "create-complete", CIDRs: cidrs}
}

// awsList is one of AWS's own lists, as DescribePrefixLists tells it.
func awsList(id string, cidrs ...string) facts.PrefixList {
	return facts.PrefixList{ID: id, Name: id, OwnerID: "AWS", CIDRs: cidrs}
}

// change is a step away from base.
type change func(*facts.Target)

func with(changes ...change) *facts.Target {
	t := base()
	for _, c := range changes {
		c(t)
	}
	return t
}

// routes replaces the routes of the endpoint's table, all but the local one.
func routes(rs ...facts.Route) change {
	return func(t *facts.Target) {
		t.Network.RouteTables[1].Routes = append([]facts.Route{local("10.20.0.0/16")}, rs...)
	}
}

// mainRoutes adds routes to the main table.
func mainRoutes(rs ...facts.Route) change {
	return func(t *facts.Target) {
		t.Network.RouteTables[0].Routes = append(t.Network.RouteTables[0].Routes, rs...)
	}
}

// edgeTable associates a route table with igw-1.
func edgeTable(rs ...facts.Route) change {
	return func(t *facts.Target) {
		t.Network.RouteTables = append(t.Network.RouteTables, facts.RouteTable{
			ID:           "rtb-edge",
			Associations: []facts.RouteTableAssociation{{GatewayID: "igw-1", State: "associated"}},
			Routes:       append([]facts.Route{local("10.20.0.0/16")}, rs...),
		})
	}
}

// entries replaces the ACL's rules of both directions, the last ones included.
func entries(es ...facts.NetworkACLEntry) change {
	return func(t *facts.Target) { t.Network.NetworkACLs[0].Entries = es }
}

// inbound replaces the ACL's inbound rules; all may leave.
func inbound(es ...facts.NetworkACLEntry) change {
	return entries(append(es, reply(100, "allow", "-1", "0.0.0.0/0", nil))...)
}

// outbound replaces the ACL's outbound rules; all may enter.
func outbound(es ...facts.NetworkACLEntry) change {
	return entries(append(es, entry(100, "allow", "-1", "0.0.0.0/0", nil))...)
}

// permit replaces the rules of sg-1.
func permit(ps ...facts.Permission) change {
	return func(t *facts.Target) { t.Network.SecurityGroups[0].Inbound = ps }
}

// attach adds a security group to the cluster and to its interface.
func attach(g facts.SecurityGroup) change {
	return func(t *facts.Target) {
		t.Cluster.SecurityGroups = append(t.Cluster.SecurityGroups, facts.GroupMember{ID: g.ID, Status: "active"})
		if len(t.Network.Interfaces) > 0 {
			t.Network.Interfaces[0].GroupIDs = append(t.Network.Interfaces[0].GroupIDs, g.ID)
		}
		t.Network.SecurityGroups = append(t.Network.SecurityGroups, g)
	}
}

func prefixLists(ls ...facts.PrefixList) change {
	return func(t *facts.Target) { t.Network.PrefixLists = append(t.Network.PrefixLists, ls...) }
}

func endpoints(es ...facts.VPCEndpoint) change {
	return func(t *facts.Target) { t.Network.VPCEndpoints = append(t.Network.VPCEndpoints, es...) }
}

// subnetB adds subnet-b in a zone, in the subnet group too, with the routes of the
// main table (none to the internet).
func subnetB(zone string) change {
	return func(t *facts.Target) {
		t.Network.Subnets = append(t.Network.Subnets, subnetOf("subnet-b", zone, "10.20.2.0/24"))
		t.Network.SubnetGroup.Subnets = append(t.Network.SubnetGroup.Subnets, facts.GroupSubnet{ID: "subnet-b", AvailabilityZone: zone, Status: "Active"})
	}
}

// associate moves a subnet from its route table to another.
func associate(subnet, table string) change {
	return func(t *facts.Target) {
		for i := range t.Network.RouteTables {
			r := &t.Network.RouteTables[i]
			var kept []facts.RouteTableAssociation
			for _, a := range r.Associations {
				if a.SubnetID != subnet {
					kept = append(kept, a)
				}
			}
			if r.ID == table {
				kept = append(kept, facts.RouteTableAssociation{SubnetID: subnet, State: "associated"})
			}
			r.Associations = kept
		}
	}
}

func paused(t *facts.Target) {
	t.Cluster.Status = "paused"
	t.Cluster.Nodes, t.Network.Interfaces = nil, nil
}

// notDescribed: DescribeNetworkInterfaces found no interface of the cluster.
func notDescribed(t *facts.Target) { t.Network.Interfaces = nil }

func private(t *facts.Target) {
	t.Cluster.PubliclyAccessible = false
	for i := range t.Network.Interfaces {
		t.Network.Interfaces[i].PublicIP = ""
	}
}

func denied(path, permission string) change {
	return func(t *facts.Target) { t.Lack(path, facts.AccessDenied, "allow "+permission) }
}

func blockPublicAccess(mode string, exclusions ...facts.Exclusion) change {
	return func(t *facts.Target) {
		t.Network.BlockPublicAccess = facts.BlockPublicAccess{
			Mode: mode, State: "update-complete", ExclusionsAllowed: "allowed", Exclusions: exclusions,
		}
	}
}

func excluding(resource, mode, state string) facts.Exclusion {
	return facts.Exclusion{ID: "vpcbpa-exclude-1", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:" + resource, Mode: mode, State: state}
}

// proxies puts VPC endpoint interfaces in front of the cluster, one in each subnet,
// with private addresses of its own.
func proxies(subnets ...string) change {
	return func(t *facts.Target) {
		t.Network.Interfaces = nil
		for i, subnet := range subnets {
			id, address := fmt.Sprintf("eni-p%d", i+1), fmt.Sprintf("10.20.%d.50", 1+strings.Index("abc", subnet[len("subnet-"):]))
			t.Cluster.Endpoint.Interfaces = append(t.Cluster.Endpoint.Interfaces, facts.EndpointInterface{
				ID: id, VPCEndpointID: "vpce-p", VPCID: "vpc-1", SubnetID: subnet, PrivateIP: address,
			})
			t.Network.Interfaces = append(t.Network.Interfaces, facts.Interface{
				ID: id, SubnetID: subnet, VPCID: "vpc-1", PrivateIPs: []string{address},
				PublicIP: "192.0.2.50", GroupIDs: []string{"sg-1"},
			})
		}
	}
}

// prefixes reads sources.
func prefixes(tb testing.TB, sources ...string) []netip.Prefix {
	tb.Helper()
	var ps []netip.Prefix
	for _, s := range sources {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			tb.Fatal(err)
		}
		ps = append(ps, p)
	}
	return ps
}

// summary is a path in one line: its verdict and each hop that does not allow,
// with what decided it.
func summary(p netpath.Path) string {
	parts := []string{string(p.Verdict)}
	for _, h := range p.Hops {
		if h.Verdict != netpath.Allow {
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %s %s", h.Stage, h.Verdict, h.By.ID)))
		}
	}
	return strings.Join(parts, " | ")
}

// hopOf is the hop of a stage.
func hopOf(p netpath.Path, stage netpath.Stage) netpath.Hop {
	for _, h := range p.Hops {
		if h.Stage == stage {
			return h
		}
	}
	return netpath.Hop{}
}

// remedyOf is the remedy of a hop that has one cause.
func remedyOf(h netpath.Hop) netpath.Remedy {
	if len(h.Causes) != 1 {
		return netpath.Remedy{}
	}
	return h.Causes[0].Remedy
}

type prefix = netip.Prefix

func mustPrefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }
