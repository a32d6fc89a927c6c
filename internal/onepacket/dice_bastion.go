package onepacket

import (
	"fmt"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// inner are addresses inside the VPC and public ones of things in it, which the
// rules of a tunnelled estate are about as well.
func inner() []string {
	return []string{
		"10.20.0.10/32", "10.20.1.10/32", "10.20.0.20/32", "10.20.1.21/32", "10.20.0.30/32", "10.20.1.30/32", "10.20.9.30/32",
		"192.0.2.30/32", "192.0.2.1/32", "192.0.2.2/32",
	}
}

// TunnelledEstate returns a random target with a bastion, i-0123456789abcdef0, in its
// VPC.
func (d Dice) TunnelledEstate() (t *facts.Target, contradictory bool) {
	d.sources = slices.Concat(d.sources, inner())
	if d.chance(60) {
		d.odd = 1
	}
	t, contradictory = d.Estate()
	if d.chance(60) {
		d.smooth(t)
		contradictory = false
	}
	t.Cluster.PubliclyAccessible = d.chance(60)
	t.Cluster.NodeType = pick(d, "ra3.xlplus", "ra3.xlplus", "ra3.xlplus", "ra3.4xlarge", "dc2.large", "ds2.xlarge")
	if d.chance(10) {
		t.Kind = facts.Workgroup
	}
	t.Network.VPC.CIDRs = []string{"10.20.0.0/16"}
	t.Network.VPC.DNS = &facts.DNS{Support: d.chance(85), Hostnames: d.chance(55), Servers: pick(d,
		[]string{"AmazonProvidedDNS"}, []string{"AmazonProvidedDNS"}, []string{"AmazonProvidedDNS"}, []string{"AmazonProvidedDNS"},
		[]string{"10.20.0.2"}, []string{"10.20.0.53"}, []string{"169.254.169.253", "10.20.0.53"}, nil,
	)}
	b := &t.Network.Bastion
	*b = facts.Bastion{
		InstanceID: "i-0123456789abcdef0", State: pick(d, "running", "running", "running", "running", "running", "running", "stopped", "pending"),
		VPCID: "vpc-1", PublicIP: pick(d, "192.0.2.30", "192.0.2.30", "192.0.2.30", "192.0.2.30", "192.0.2.30", ""),
	}
	s := d.subnet(t)
	if d.chance(50) {
		s = d.ownSubnet(t)
	}
	b.SubnetID, b.PrivateIP = s.ID, fmt.Sprintf("10.20.%s.30", s.ID[len("subnet-"):])
	d.bastionGroups(t)
	d.middleboxes(t)
	for range d.IntN(3) {
		d.pointed(t)
	}
	return t, contradictory
}

// smooth opens what would block most paths, so that the rest matters.
func (d Dice) smooth(t *facts.Target) {
	n := &t.Network
	n.BlockPublicAccess.Mode = "off"
	for i := range n.Subnets {
		n.Subnets[i].BlockPublicAccess = ""
	}
	n.InternetGateways = []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-1", State: "available"}}}}
	for i := range n.RouteTables {
		table := &n.RouteTables[i]
		if table.ID == "rtb-edge" {
			continue
		}
		table.Routes = slices.DeleteFunc(table.Routes, func(r facts.Route) bool { return r.Target == "igw-1" && r.DestinationCIDR == "0.0.0.0/0" })
		table.Routes = append(table.Routes, to("0.0.0.0/0", "igw-1"))
	}
	for i := range n.NetworkACLs {
		acl := &n.NetworkACLs[i]
		for _, egress := range []bool{false, true} {
			e := entry(d.freeNumber(acl), "allow", "-1", "0.0.0.0/0")
			e.Egress = egress
			acl.Entries = append(acl.Entries, e)
		}
	}
}

// pointed adds a rule or a route that matters to one of the inner addresses.
func (d Dice) pointed(t *facts.Target) {
	n := &t.Network
	cidr := pick(d, inner()...)
	switch d.IntN(3) {
	case 0:
		if table := &n.RouteTables[d.IntN(len(n.RouteTables))]; table.ID != "rtb-edge" {
			r := to(cidr, pick(d, "igw-1", "nat-1", "eni-9"))
			r.State = pick(d, "active", "active", "blackhole")
			table.Routes = append(table.Routes, r)
		}
	default:
		acl := &n.NetworkACLs[d.IntN(len(n.NetworkACLs))]
		e := entry(d.freeNumber(acl), pick(d, "allow", "deny"), pick(d, "-1", "6"), cidr)
		e.Egress = d.chance(50)
		if e.Protocol == "6" {
			e.Ports = pick(d, ports(0, 65535), ports(5439, 5440), ports(1024, 65535), ports(22, 22))
		}
		acl.Entries = append(acl.Entries, e)
	}
}

// middleboxes are put between the subnets of the VPC, or between the gateway and the
// bastion, or were and are gone.
func (d Dice) middleboxes(t *facts.Target) {
	for i := range t.Network.RouteTables {
		table := &t.Network.RouteTables[i]
		switch {
		case table.ID == "rtb-edge" && t.Network.Bastion.SubnetID == "subnet-9" && d.chance(50):
			table.Routes = append(table.Routes, to("10.20.9.0/24", pick(d, "vpce-fw", "local")))
		case table.ID != "rtb-edge" && d.chance(10):
			r := to(d.subnet(t).CIDR, pick(d, "eni-9", "vpce-fw", "local"))
			r.State = pick(d, "active", "blackhole", "blackhole")
			table.Routes = append(table.Routes, r)
		}
	}
}

// ownSubnet adds a subnet that the cluster is not in.
func (d Dice) ownSubnet(t *facts.Target) facts.Subnet {
	n := &t.Network
	s := facts.Subnet{ID: "subnet-9", VPCID: "vpc-1", OwnerID: account, AvailabilityZone: "a", CIDR: "10.20.9.0/24"}
	n.Subnets = append(n.Subnets, s)
	if d.chance(70) {
		table := &n.RouteTables[d.IntN(len(n.RouteTables))]
		if table.ID != "rtb-edge" {
			table.Associations = append(table.Associations, facts.RouteTableAssociation{SubnetID: s.ID, State: "associated"})
		}
	}
	if d.chance(70) {
		acl := &n.NetworkACLs[d.IntN(len(n.NetworkACLs))]
		acl.SubnetIDs = append(acl.SubnetIDs, s.ID)
	}
	return s
}

// bastionGroups gives the bastion groups of its own or of the cluster's, and the
// cluster's groups rules for the bastion.
func (d Dice) bastionGroups(t *facts.Target) {
	n := &t.Network
	b := &n.Bastion
	for i := range n.SecurityGroups {
		g := &n.SecurityGroups[i]
		if d.chance(50) {
			g.Inbound = append(g.Inbound, facts.Permission{Protocol: "tcp", Ports: ports(5439, 5440), GroupIDs: []string{pick(d, "sg-b0", "sg-b1", "sg-0")}})
		}
		if d.chance(15) {
			g.Inbound = append(g.Inbound, facts.Permission{Protocol: "-1", CIDRs: []string{pick(d, b.PrivateIP+"/32", "10.20.0.0/16", "192.0.2.30/32")}})
		}
	}
	for _, id := range []string{"sg-b0", "sg-b1"} {
		g := facts.SecurityGroup{ID: id, VPCID: "vpc-1", OwnerID: account}
		if d.chance(8) {
			g.VPCID = "vpc-2"
			n.GroupAssociations = append(n.GroupAssociations, facts.GroupAssociation{GroupID: id, VPCID: "vpc-1", State: pick(d, "associated", "association-failed")})
		}
		if d.chance(60) {
			g.Inbound = append(g.Inbound, facts.Permission{Protocol: "tcp", Ports: ports(22, 22), CIDRs: []string{"0.0.0.0/0"}})
		}
		for range d.IntN(3) {
			g.Inbound = append(g.Inbound, d.permission())
		}
		n.SecurityGroups = append(n.SecurityGroups, g)
	}
	b.GroupIDs = []string{pick(d, "sg-b0", "sg-b1")}
	if d.chance(20) {
		b.GroupIDs = append(b.GroupIDs, "sg-0")
	}
	for i := range n.SecurityGroups {
		if g := &n.SecurityGroups[i]; slices.Contains(b.GroupIDs, g.ID) {
			g.Outbound = &facts.Outbound{Permissions: d.lettingOut()}
		}
	}
}

func (d Dice) lettingOut() []facts.Permission {
	var ps []facts.Permission
	if d.chance(50) {
		ps = append(ps, facts.Permission{Protocol: "-1", CIDRs: []string{"0.0.0.0/0"}})
	}
	for range d.IntN(4) {
		p := d.permission()
		if len(p.GroupIDs) > 0 || d.chance(40) {
			p.GroupIDs = []string{pick(d, "sg-0", "sg-1", "sg-2", "sg-9")}
		}
		ps = append(ps, p)
	}
	return ps
}

// freeNumber is a number that no entry of the ACL has.
func (d Dice) freeNumber(acl *facts.NetworkACL) int {
	for {
		n := 1 + d.IntN(90)
		if !slices.ContainsFunc(acl.Entries, func(e facts.NetworkACLEntry) bool { return e.Number == n }) {
			return n
		}
	}
}
