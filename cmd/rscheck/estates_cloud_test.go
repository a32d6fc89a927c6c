package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/onepacket"
)

// estateOf is a random estate as AWS may tell it. What AWS never tells of an estate,
// or tells in one way only, is made so:
//   - Block Public Access has one mode in a region. Each estate keeps exclusions of
//     its own, and a subnet that tells its mode tells that one.
//   - A cluster with no nodes is paused. DescribeClusters never leaves out the nodes
//     of one that is available.
//   - A cluster in a VPC has a security group, and so has its leader node's interface.
//   - A network interface in front of the cluster belongs to a VPC endpoint.
func estateOf(seed uint64, mode string, loader []string) *facts.Target {
	t, _ := onepacket.Roll(seed, loader...).Estate()
	return asTold(t, mode)
}

// asTold changes an estate as said of estateOf.
func asTold(t *facts.Target, mode string) *facts.Target {
	t.Network.BlockPublicAccess.Mode, t.Network.BlockPublicAccess.State = mode, "update-complete"
	for i := range t.Network.Subnets {
		if s := &t.Network.Subnets[i]; s.BlockPublicAccess != "" {
			s.BlockPublicAccess = mode
		}
	}
	if len(t.Cluster.SecurityGroups) == 0 {
		t.Cluster.SecurityGroups = []facts.GroupMember{{ID: "sg-0", Status: "active"}}
		if len(t.Cluster.Endpoint.Interfaces) == 0 {
			for i := range t.Network.Interfaces {
				t.Network.Interfaces[i].GroupIDs = []string{"sg-0"}
			}
		}
	}
	for i := range t.Cluster.Endpoint.Interfaces {
		t.Cluster.Endpoint.Interfaces[i].VPCEndpointID = "vpce-front"
	}
	return t
}

// cloudOf is an account that has all estates in one region, as clusters "estate-0",
// "estate-1" and so on. All tell the same mode of Block Public Access.
func cloudOf(estates []*facts.Target) *fakeaws.Cloud {
	cloud := fakeaws.Healthy()
	region := cloud.Region(fakeaws.RegionName)
	healthy := region.Clusters[0].Cluster
	*region = fakeaws.Region{ParameterGroups: region.ParameterGroups}
	for i, estate := range estates {
		own := withOwnIDs(estate, i)
		region.Clusters = append(region.Clusters, &fakeaws.Cluster{
			Name: fmt.Sprintf("estate-%d", i), Namespace: fmt.Sprintf("8a1f1d4e-0000-4000-8000-%012d", i), Cluster: clusterOf(own, healthy),
		})
		n := &own.Network
		region.SubnetGroups = append(region.SubnetGroups, n.SubnetGroup)
		region.VPCs = append(region.VPCs, vpcsOf(own)...)
		region.PrefixLists = append(region.PrefixLists, n.PrefixLists...)
		region.VPCEndpoints = append(region.VPCEndpoints, n.VPCEndpoints...)
		region.GroupAssociations = append(region.GroupAssociations, n.GroupAssociations...)
		if n.Bastion.InstanceID != "" {
			region.Instances = append(region.Instances, fakeaws.Instance{Bastion: n.Bastion})
		}
		exclusions := append(region.BlockPublicAccess.Exclusions, n.BlockPublicAccess.Exclusions...)
		region.BlockPublicAccess = n.BlockPublicAccess
		region.BlockPublicAccess.Exclusions = exclusions
	}
	return cloud
}

// clusterOf is the cluster of an estate, and healthy where that does not tell.
func clusterOf(estate *facts.Target, healthy facts.Cluster) facts.Cluster {
	c, own := healthy, estate.Cluster
	if len(own.Nodes) == 0 {
		c.Status, c.AvailabilityStatus = "paused", "Unavailable"
	}
	c.Endpoint.Port, c.Endpoint.Interfaces = own.Endpoint.Port, own.Endpoint.Interfaces
	c.PubliclyAccessible, c.ElasticIP = own.PubliclyAccessible, own.ElasticIP
	c.VPCID, c.SubnetGroup, c.AvailabilityZone = own.VPCID, estate.Network.SubnetGroup.Name, own.AvailabilityZone
	c.Nodes, c.SecurityGroups, c.IPAddressType = own.Nodes, own.SecurityGroups, own.IPAddressType
	c.NodeType = cmp.Or(own.NodeType, c.NodeType)
	return c
}

// vpcsOf are the VPC of an estate and the other one that some of its things are in.
func vpcsOf(estate *facts.Target) []*fakeaws.VPC {
	n := &estate.Network
	vpc := &fakeaws.VPC{
		VPC: n.VPC, Subnets: n.Subnets, RouteTables: n.RouteTables, NetworkACLs: n.NetworkACLs, Interfaces: n.Interfaces,
	}
	vpc.CIDRs = []string{"10.20.0.0/16"}
	other := &fakeaws.VPC{VPC: facts.VPC{ID: n.VPC.ID + "other", OwnerID: n.VPC.OwnerID, CIDRs: []string{"10.21.0.0/16"}}}
	for _, g := range n.SecurityGroups {
		g.Name = g.ID
		if g.VPCID == n.VPC.ID {
			vpc.SecurityGroups = append(vpc.SecurityGroups, g)
		} else {
			other.ID = g.VPCID
			other.SecurityGroups = append(other.SecurityGroups, g)
		}
	}
	for _, g := range n.InternetGateways {
		if len(g.Attachments) > 0 && g.Attachments[0].VPCID == n.VPC.ID {
			vpc.InternetGateways = append(vpc.InternetGateways, g)
		} else {
			other.InternetGateways = append(other.InternetGateways, g)
		}
	}
	return []*fakeaws.VPC{vpc, other}
}

var anyID = regexp.MustCompile(`\b(acl|eni|exclude|group|igw|nat|pcx|pl|rtb|sg|subnet|tgw|vgw|vpc|vpce)-[0-9a-z]+\b`)

// withOwnIDs is the estate with ids that no other has: estates are made with the
// same ones, and AWS has each once.
func withOwnIDs(estate *facts.Target, number int) *facts.Target {
	text, err := json.Marshal(estate)
	if err != nil {
		panic(err)
	}
	var own facts.Target
	if err := json.Unmarshal(anyID.ReplaceAll(text, fmt.Appendf(nil, "${0}x%d", number)), &own); err != nil {
		panic(err)
	}
	return &own
}
