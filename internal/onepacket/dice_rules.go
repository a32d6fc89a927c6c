package onepacket

import (
	"fmt"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// What the dice make of rules: network ACLs, security groups, Block Public Access,
// and the endpoint they are in front of.

func (d Dice) acls(t *facts.Target) {
	acls := []facts.NetworkACL{{ID: "acl-0", Default: true}, {ID: "acl-1"}}
	for _, s := range t.Network.Subnets {
		if i := d.IntN(2); d.chance(80) {
			acls[i].SubnetIDs = append(acls[i].SubnetIDs, s.ID)
		}
	}
	for i := range acls {
		for _, egress := range []bool{false, true} {
			numbers := d.Perm(40)
			if d.chance(80) {
				e := entry(1+numbers[0]+pick(d, 0, 40), "allow", "-1", "0.0.0.0/0")
				e.Egress = egress
				acls[i].Entries = append(acls[i].Entries, e)
			}
			for _, n := range numbers[1 : 1+d.IntN(d.odd)] {
				acls[i].Entries = append(acls[i].Entries, d.entry(n+1, egress))
			}
		}
		d.Shuffle(len(acls[i].Entries), func(a, b int) {
			acls[i].Entries[a], acls[i].Entries[b] = acls[i].Entries[b], acls[i].Entries[a]
		})
	}
	t.Network.NetworkACLs = acls
}

func (d Dice) entry(number int, egress bool) facts.NetworkACLEntry {
	e := entry(number, pick(d, "allow", "allow", "deny"), pick(d, "-1", "6", "6", "17", "1"), d.cidr())
	e.Egress = egress
	switch {
	case e.Protocol == "6" && egress:
		e.Ports = pick(d, ports(1024, 65535), ports(0, 65535), ports(32768, 65535), ports(1024, 2000), ports(2001, 65535), ports(443, 443), ports(65535, 65535), ports(0, 1024))
	case e.Protocol != "1":
		e.Ports = pick(d, ports(5439, 5439), ports(0, 65535), ports(5000, 5439), ports(5440, 6000), ports(22, 22))
	}
	if d.chance(5) {
		e.CIDR, e.IPv6CIDR = "", "::/0"
	}
	return e
}

func (d Dice) groups(t *facts.Target) {
	for i := range 3 {
		g := facts.SecurityGroup{ID: fmt.Sprintf("sg-%d", i), VPCID: "vpc-1", OwnerID: account}
		if d.chance(8) {
			g.VPCID = "vpc-2"
			t.Network.GroupAssociations = append(t.Network.GroupAssociations, facts.GroupAssociation{
				GroupID: g.ID, VPCID: pick(d, "vpc-1", "vpc-1", "vpc-3"), State: pick(d, "associated", "associated", "association-failed"),
			})
		}
		if d.chance(30) {
			g.Inbound = append(g.Inbound, facts.Permission{Protocol: "tcp", Ports: ports(5439, 5440), CIDRs: []string{"0.0.0.0/0"}})
		}
		for range d.IntN(4) {
			g.Inbound = append(g.Inbound, d.permission())
		}
		t.Network.SecurityGroups = append(t.Network.SecurityGroups, g)
		if d.chance(60) {
			t.Cluster.SecurityGroups = append(t.Cluster.SecurityGroups, facts.GroupMember{ID: g.ID, Status: pick(d, "active", "active", "active", "active", "removing")})
		}
	}
}

func (d Dice) permission() facts.Permission {
	p := facts.Permission{Protocol: pick(d, "tcp", "tcp", "tcp", "6", "-1", "udp", "icmp", "50"), Ports: pick(d, ports(5439, 5439), ports(5439, 5440), ports(0, 65535), ports(22, 22))}
	switch p.Protocol {
	case "icmp":
		p.Ports = ports(-1, -1)
	case "-1", "50":
		p.Ports = nil
	}
	for range d.IntN(3) {
		p.CIDRs = append(p.CIDRs, d.cidr())
	}
	switch d.IntN(6) {
	case 0:
		p.PrefixListIDs = append(p.PrefixListIDs, pick(d, "pl-0", "pl-1", "pl-2"))
	case 1:
		p.IPv6CIDRs = append(p.IPv6CIDRs, pick(d, "::/0", "2001:db8::/32"))
	case 2:
		p.GroupIDs = append(p.GroupIDs, "sg-9")
	}
	return p
}

func (d Dice) blockPublicAccess(t *facts.Target) {
	b := facts.BlockPublicAccess{Mode: pick(d, "off", "off", "off", "block-bidirectional", "block-ingress"), State: pick(d, "default-state", "update-complete"), ExclusionsAllowed: "allowed"}
	for i := range d.IntN(4) {
		b.Exclusions = append(b.Exclusions, facts.Exclusion{
			ID:          fmt.Sprintf("exclude-%d", i),
			ResourceARN: "arn:aws:ec2:us-east-1:" + account + ":" + pick(d, "subnet/subnet-9", "subnet/"+d.subnet(t).ID, "vpc/vpc-1"),
			Mode:        pick(d, "allow-bidirectional", "allow-bidirectional", "allow-egress"),
			State:       pick(d, "create-complete", "create-complete", "update-complete", "delete-complete", "disable-complete", "create-failed"),
		})
	}
	t.Network.BlockPublicAccess = b
	for i := range t.Network.Subnets {
		if d.chance(20) {
			t.Network.Subnets[i].BlockPublicAccess = b.Mode
		}
	}
}

// endpoint puts the endpoint at the leader node, behind VPC endpoints, or, the
// cluster being paused, somewhere in the subnet group.
func (d Dice) endpoint(t *facts.Target) {
	switch d.IntN(4) {
	case 0:
		for i := range 1 + d.IntN(3) {
			s := d.subnet(t)
			address := fmt.Sprintf("10.20.%s.%d", s.ID[len("subnet-"):], 20+i)
			t.Cluster.Endpoint.Interfaces = append(t.Cluster.Endpoint.Interfaces, facts.EndpointInterface{
				ID: fmt.Sprintf("eni-%d", i), VPCID: "vpc-1", SubnetID: s.ID, PrivateIP: address,
			})
			t.Network.Interfaces = append(t.Network.Interfaces, d.eni(fmt.Sprintf("eni-%d", i), s.ID, address))
		}
		// The leader is somewhere else and does not matter.
		t.Cluster.Nodes = []facts.Node{{Role: "LEADER", PrivateIP: "10.20.0.9"}}
	case 1:
		return
	default:
		s := d.subnet(t)
		address := fmt.Sprintf("10.20.%s.10", s.ID[len("subnet-"):])
		t.Cluster.Nodes = []facts.Node{{Role: "COMPUTE-0", PrivateIP: "10.20.0.77"}, {Role: pick(d, "LEADER", "SHARED"), PrivateIP: address}}
		if d.chance(60) {
			eni := d.eni("eni-0", s.ID, address)
			eni.GroupIDs = carried(t, eni.GroupIDs)
			t.Network.Interfaces = []facts.Interface{eni}
		}
	}
}

// carried are the groups of the leader node's interface: those that are active in
// the cluster's list, and of the others in it those that were drawn.
func carried(t *facts.Target, drawn []string) []string {
	var ids []string
	for _, m := range t.Cluster.SecurityGroups {
		if m.Status == "active" || slices.Contains(drawn, m.ID) {
			ids = append(ids, m.ID)
		}
	}
	return ids
}

func (d Dice) eni(id, subnet, address string) facts.Interface {
	i := facts.Interface{ID: id, SubnetID: subnet, VPCID: "vpc-1", PrivateIPs: []string{"10.20.0.200", address}, PublicIP: pick(d, "192.0.2.1", "192.0.2.2", "192.0.2.3", "")}
	if d.chance(50) {
		i.PrivateIPs = i.PrivateIPs[1:]
	}
	for _, group := range []string{"sg-0", "sg-1", "sg-2"} {
		if d.chance(60) {
			i.GroupIDs = append(i.GroupIDs, group)
		}
	}
	return i
}

func entry(number int, action, protocol, cidr string) facts.NetworkACLEntry {
	return facts.NetworkACLEntry{Number: number, Action: action, Protocol: protocol, CIDR: cidr}
}

func ports(from, to int) *facts.Ports { return &facts.Ports{From: from, To: to} }
