package main

import (
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// The addresses that Stitch dials from in its region north-america
// (https://www.stitchdata.com/docs/security/stitch-ip-addresses).
var stitch = []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"}

// closedRegion is where part of what rscheck asks is denied.
const closedRegion = "eu-west-1"

// cluster is one of the demo: what is special about it, and its database.
type cluster struct {
	name, region string
	subnet       string
	admits       []string
	database     string // empty for one that cannot be logged in to
	login        string // empty for the loader's own user
	change       func(*fakeaws.Cluster)
}

// clusters are all of the demo, each broken in one way but the first.
var clusters = []cluster{
	{name: "analytics", region: fakeaws.RegionName, subnet: "subnet-0public", admits: stitch, database: "analytics"},
	{name: "warehouse", region: fakeaws.RegionName, subnet: "subnet-0private", admits: stitch, database: "analytics"},
	{name: "marketing", region: fakeaws.RegionName, subnet: "subnet-0public", admits: append([]string{"198.51.100.0/24"}, stitch[:3]...), database: "analytics"},
	{name: "finance", region: fakeaws.RegionName, subnet: "subnet-0strict", admits: stitch, database: "analytics"},
	{name: "archive", region: fakeaws.RegionName, subnet: "subnet-0public", admits: stitch, change: func(c *fakeaws.Cluster) {
		c.Status, c.AvailabilityStatus = "paused", "Unavailable"
		c.Nodes, c.Endpoint = nil, facts.Endpoint{Host: c.Endpoint.Host, Port: 5439}
	}},
	{name: "sales", region: fakeaws.RegionName, subnet: "subnet-0public", admits: stitch, database: "sales"},
	{name: "hubspot", region: fakeaws.RegionName, subnet: "subnet-0public", admits: stitch, database: "hubspot"},
	{name: "research", region: closedRegion, subnet: "subnet-0public", admits: stitch, database: "research", login: "auditor"},
}

// estate is the AWS account of the demo.
func estate() *fakeaws.Cloud {
	account := &fakeaws.Account{ID: fakeaws.AccountID, AccessKey: fakeaws.AccessKey, Regions: map[string]*fakeaws.Region{}}
	for _, name := range []string{fakeaws.RegionName, closedRegion} {
		account.Regions[name] = region(name)
	}
	for i, c := range clusters {
		add(account.Regions[c.region], i, c)
	}
	return &fakeaws.Cloud{Accounts: []*fakeaws.Account{account}}
}

// region is a region with three subnets: a public one, one whose way out is a
// NAT gateway, and one whose network ACL lets no replies out but to port 443.
func region(name string) *fakeaws.Region {
	healthy := fakeaws.Healthy(stitch...).Region(fakeaws.RegionName)
	healthy.Clusters = nil
	vpc := healthy.VPCs[0]
	vpc.SecurityGroups = vpc.SecurityGroups[:1]
	vpc.Interfaces = nil
	vpc.Subnets, healthy.SubnetGroups = nil, nil
	for i, s := range []struct{ id, cidr string }{
		{"subnet-0public", "10.0.0.0/20"}, {"subnet-0private", "10.0.16.0/20"}, {"subnet-0strict", "10.0.32.0/20"},
	} {
		zone := name + string(rune('a'+i))
		vpc.Subnets = append(vpc.Subnets, facts.Subnet{
			ID: s.id, VPCID: vpc.ID, OwnerID: fakeaws.AccountID, AvailabilityZone: zone, CIDR: s.cidr, BlockPublicAccess: "off",
		})
		healthy.SubnetGroups = append(healthy.SubnetGroups, facts.SubnetGroup{
			Name: s.id, Status: "Complete", VPCID: vpc.ID, Subnets: []facts.GroupSubnet{{ID: s.id, AvailabilityZone: zone, Status: "Active"}},
		})
	}
	if name == closedRegion {
		for i := range vpc.Subnets {
			vpc.Subnets[i].BlockPublicAccess = ""
		}
		vpc.BlockPublicAccess = ""
	}
	route(vpc)
	vpc.NetworkACLs[0].SubnetIDs = []string{"subnet-0public", "subnet-0private"}
	vpc.NetworkACLs = append(vpc.NetworkACLs, facts.NetworkACL{
		ID: "acl-0strict", SubnetIDs: []string{"subnet-0strict"}, Entries: []facts.NetworkACLEntry{
			{Number: 100, Action: "allow", Protocol: "6", CIDR: "52.0.0.0/8", Ports: &facts.Ports{From: 5439, To: 5439}},
			{Number: 32767, Action: "deny", Protocol: "-1", CIDR: "0.0.0.0/0"},
			{Number: 100, Egress: true, Action: "allow", Protocol: "6", CIDR: "0.0.0.0/0", Ports: &facts.Ports{From: 443, To: 443}},
			{Number: 32767, Egress: true, Action: "deny", Protocol: "-1", CIDR: "0.0.0.0/0"},
		},
	})
	return healthy
}

// route gives the public subnets a way to the internet gateway and the private
// one a way to a NAT gateway.
func route(vpc *fakeaws.VPC) {
	local := facts.Route{DestinationCIDR: "10.0.0.0/16", Target: "local", State: "active", Origin: "CreateRouteTable"}
	vpc.RouteTables = []facts.RouteTable{
		{ID: "rtb-0main", Routes: []facts.Route{local}, Associations: []facts.RouteTableAssociation{{Main: true, State: "associated"}}},
		{
			ID:     "rtb-0public",
			Routes: []facts.Route{local, {DestinationCIDR: "0.0.0.0/0", Target: "igw-0a", State: "active", Origin: "CreateRoute"}},
			Associations: []facts.RouteTableAssociation{
				{SubnetID: "subnet-0public", State: "associated"}, {SubnetID: "subnet-0strict", State: "associated"},
			},
		},
		{
			ID:           "rtb-0private",
			Routes:       []facts.Route{local, {DestinationCIDR: "0.0.0.0/0", Target: "nat-0a", State: "active", Origin: "CreateRoute"}},
			Associations: []facts.RouteTableAssociation{{SubnetID: "subnet-0private", State: "associated"}},
		},
	}
}

// add adds the cluster, with a security group and an interface of its own.
func add(region *fakeaws.Region, i int, c cluster) {
	vpc := region.VPCs[0]
	made := fakeaws.Healthy(stitch...).Region(fakeaws.RegionName).Clusters[0]
	made.Name = c.name
	made.Endpoint.Host = c.name + ".abc123." + c.region + ".redshift.amazonaws.com"
	made.SubnetGroup = c.subnet
	group, octet := "sg-0"+c.name, string(rune('1'+i))
	for s := range vpc.Subnets {
		if vpc.Subnets[s].ID == c.subnet {
			made.AvailabilityZone = vpc.Subnets[s].AvailabilityZone
		}
	}
	address := map[string]string{"subnet-0public": "10.0.0.", "subnet-0private": "10.0.16.", "subnet-0strict": "10.0.32."}[c.subnet] + octet + "0"
	made.Nodes = []facts.Node{{Role: "LEADER", PrivateIP: address, PublicIP: "203.0.113.1" + octet}}
	made.SecurityGroups = []facts.GroupMember{{ID: group, Status: "active"}}
	vpc.SecurityGroups = append(vpc.SecurityGroups, facts.SecurityGroup{
		ID: group, Name: c.name, VPCID: vpc.ID, OwnerID: fakeaws.AccountID,
		Inbound: []facts.Permission{{Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, CIDRs: c.admits}},
	})
	vpc.Interfaces = append(vpc.Interfaces, facts.Interface{
		ID: "eni-0" + c.name, SubnetID: c.subnet, VPCID: vpc.ID, Description: "RedshiftNetworkInterface",
		PrivateIPs: []string{address}, PublicIP: "203.0.113.1" + octet, GroupIDs: []string{group},
	})
	if c.change != nil {
		c.change(made)
	}
	region.Clusters = append(region.Clusters, made)
}
