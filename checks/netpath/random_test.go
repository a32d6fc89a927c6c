package netpath_test

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// dice makes random estates, of which everything is known, around a few addresses
// so that rules collide all the time.
type dice struct {
	*rand.Rand
	// odd is how many rules beside the usual ones there are at most.
	odd int
}

// roll makes the dice of a seed. Every other estate has few odd rules: among many,
// something blocks every path.
func roll(seed uint64) dice {
	return dice{rand.New(rand.NewPCG(seed, 0x5d5)), pickOdd(seed)}
}

func pickOdd(seed uint64) int {
	if seed%2 == 0 {
		return 2
	}
	return 5
}

func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

// sources are whom the estates are about: some single, some a range.
var sources = []string{
	"52.23.137.21/32", "52.204.223.208/32", "3.126.102.29/32", "198.51.100.7/32",
	"52.23.137.20/30", "52.204.223.208/31", "192.168.0.0/30", "203.0.113.8/29",
}

// cidr is a prefix at, around or beside a source, sometimes with host bits set.
func (d dice) cidr() string {
	base, bits := 0, 0
	var a, b, c, e int
	_, _ = fmt.Sscanf(pick(d, sources...), "%d.%d.%d.%d/%d", &a, &b, &c, &e, &bits)
	base = a<<24 | b<<16 | c<<8 | e
	if d.chance(15) {
		base ^= 1 << d.IntN(12) // a neighbour
	}
	bits = pick(d, 32, 32, 31, 30, 29, 24, 16, 8, 2, 1, 0, 0)
	if d.chance(70) {
		base &^= 1<<(32-bits) - 1
	}
	return fmt.Sprintf("%d.%d.%d.%d/%d", base>>24&255, base>>16&255, base>>8&255, base&255, bits)
}

// estate is a random target. It is contradictory if AWS itself would never show it
// so.
func (d dice) estate() (t *facts.Target, contradictory bool) {
	t = &facts.Target{Kind: facts.ProvisionedCluster}
	t.Cluster = facts.Cluster{
		Endpoint:           facts.Endpoint{Host: "analytics", Port: pick(d, 5439, 5439, 5440)},
		PubliclyAccessible: d.chance(95), VPCID: "vpc-1", AvailabilityZone: pick(d, "a", "b"), IPAddressType: pick(d, "ipv4", "dualstack"),
	}
	t.Network = facts.Network{CallerAccount: "1", VPC: facts.VPC{ID: "vpc-1", OwnerID: "1"}}
	if d.chance(10) {
		t.Cluster.ElasticIP = facts.ElasticIP{IP: "192.0.2.9", Status: "active"}
	}
	d.subnets(t)
	d.prefixLists(t)
	contradictory = d.gateway(t)
	d.routeTables(t, contradictory)
	d.acls(t)
	d.groups(t)
	d.blockPublicAccess(t)
	d.endpoint(t)
	return t, contradictory
}

func (d dice) subnets(t *facts.Target) {
	for i := range 1 + d.IntN(3) {
		s := facts.Subnet{ID: fmt.Sprintf("subnet-%d", i), VPCID: "vpc-1", OwnerID: "1", AvailabilityZone: pick(d, "a", "b"), CIDR: fmt.Sprintf("10.20.%d.0/24", i)}
		t.Network.Subnets = append(t.Network.Subnets, s)
		t.Network.SubnetGroup.Subnets = append(t.Network.SubnetGroup.Subnets, facts.GroupSubnet{ID: s.ID, AvailabilityZone: s.AvailabilityZone})
	}
	t.Network.SubnetGroup.Name, t.Network.SubnetGroup.VPCID = "group-1", "vpc-1"
}

func (d dice) subnet(t *facts.Target) facts.Subnet { return pick(d, t.Network.Subnets...) }

func (d dice) prefixLists(t *facts.Target) {
	for i := range 3 {
		l := facts.PrefixList{ID: fmt.Sprintf("pl-%d", i), OwnerID: "1", State: pick(d, "create-complete", "modify-complete")}
		for range d.IntN(4) {
			l.CIDRs = append(l.CIDRs, pick(d, d.cidr(), d.cidr(), d.cidr(), "2600::/16"))
		}
		t.Network.PrefixLists = append(t.Network.PrefixLists, l)
	}
}

// gateway attaches igw-1 to the VPC, or not; contradictory: routes to it stay
// active although it is detached, as moto has it.
func (d dice) gateway(t *facts.Target) (contradictory bool) {
	if d.chance(90) {
		t.Network.InternetGateways = []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-1", State: "available"}}}}
		return false
	}
	if d.chance(50) {
		t.Network.InternetGateways = []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-2", State: "available"}}}}
	}
	return d.chance(50)
}

func (d dice) routeTables(t *facts.Target, contradictory bool) {
	main := facts.RouteTable{ID: "rtb-main", Associations: []facts.RouteTableAssociation{{Main: true, State: "associated"}}}
	tables := []facts.RouteTable{main, {ID: "rtb-1"}, {ID: "rtb-2"}}
	for _, s := range t.Network.Subnets {
		if i := d.IntN(3); d.chance(70) {
			tables[i].Associations = append(tables[i].Associations, facts.RouteTableAssociation{SubnetID: s.ID, State: pick(d, "associated", "")})
		}
	}
	attached := len(t.Network.InternetGateways) > 0 && t.Network.InternetGateways[0].Attachments[0].VPCID == "vpc-1"
	for i := range tables {
		tables[i].Routes = append(tables[i].Routes, local("10.20.0.0/16"))
		if d.chance(75) {
			tables[i].Routes = append(tables[i].Routes, to("0.0.0.0/0", "igw-1"))
		}
		for range d.IntN(d.odd) {
			tables[i].Routes = append(tables[i].Routes, d.route())
		}
		for n, r := range tables[i].Routes {
			if r.Target == "igw-2" && r.State == "active" || r.Target == "igw-1" && !attached && !contradictory {
				tables[i].Routes[n].State = "blackhole" // as AWS shows a route to what is not there
			}
		}
		d.Shuffle(len(tables[i].Routes), func(a, b int) {
			tables[i].Routes[a], tables[i].Routes[b] = tables[i].Routes[b], tables[i].Routes[a]
		})
	}
	t.Network.VPCEndpoints = []facts.VPCEndpoint{{ID: "vpce-s3", Type: "Gateway"}, {ID: "vpce-fw", Type: "GatewayLoadBalancer"}}
	if d.chance(25) {
		tables = append(tables, d.edge(t))
	}
	d.Shuffle(len(tables), func(a, b int) { tables[a], tables[b] = tables[b], tables[a] })
	t.Network.RouteTables = tables
}

func (d dice) route() facts.Route {
	r := facts.Route{Origin: pick(d, "CreateRoute", "CreateRoute", "CreateRouteTable", "EnableVgwRoutePropagation")}
	switch d.IntN(10) {
	case 0, 1, 2:
		r.DestinationPrefixListID = pick(d, "pl-0", "pl-1", "pl-2")
	case 3:
		r.DestinationIPv6CIDR = "::/0"
	default:
		r.DestinationCIDR = d.cidr()
	}
	r.Target = pick(d, "igw-1", "igw-1", "igw-1", "igw-2", "nat-1", "tgw-1", "vgw-1", "pcx-1", "eni-9", "vpce-s3", "vpce-fw", "local")
	if r.Origin == "EnableVgwRoutePropagation" {
		r.Target = "vgw-1"
	}
	r.State = pick(d, "active", "active", "active", "active", "active", "active", "active", "active", "blackhole", "filtered")
	return r
}

// edge is a route table of the gateway's own.
func (d dice) edge(t *facts.Target) facts.RouteTable {
	table := facts.RouteTable{
		ID: "rtb-edge", Routes: []facts.Route{local("10.20.0.0/16")},
		Associations: []facts.RouteTableAssociation{{GatewayID: pick(d, "igw-1", "igw-1", "igw-2", "vgw-1")}},
	}
	for range d.IntN(3) {
		r := to(d.subnet(t).CIDR, pick(d, "vpce-fw", "vpce-fw", "eni-9", "local"))
		r.State = pick(d, "active", "active", "active", "blackhole")
		if !slices.ContainsFunc(table.Routes, func(o facts.Route) bool { return o.DestinationCIDR == r.DestinationCIDR }) {
			table.Routes = append(table.Routes, r)
		}
	}
	return table
}

func (d dice) acls(t *facts.Target) {
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
				e := entry(1+numbers[0]+pick(d, 0, 40), "allow", "-1", "0.0.0.0/0", nil)
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

func (d dice) entry(number int, egress bool) facts.NetworkACLEntry {
	e := entry(number, pick(d, "allow", "allow", "deny"), pick(d, "-1", "6", "6", "17", "1"), d.cidr(), nil)
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

func (d dice) groups(t *facts.Target) {
	for i := range 3 {
		g := facts.SecurityGroup{ID: fmt.Sprintf("sg-%d", i), VPCID: "vpc-1", OwnerID: "1"}
		if d.chance(8) {
			g.VPCID = "vpc-2"
			t.Network.GroupAssociations = append(t.Network.GroupAssociations, facts.GroupAssociation{
				GroupID: g.ID, VPCID: pick(d, "vpc-1", "vpc-1", "vpc-3"), State: pick(d, "associated", "associated", "association-failed"),
			})
		}
		if d.chance(30) {
			g.Inbound = append(g.Inbound, tcp(5439, 5440, "0.0.0.0/0"))
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

func (d dice) permission() facts.Permission {
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

func (d dice) blockPublicAccess(t *facts.Target) {
	b := facts.BlockPublicAccess{Mode: pick(d, "off", "off", "off", "block-bidirectional", "block-ingress"), State: pick(d, "default-state", "update-complete"), ExclusionsAllowed: "allowed"}
	for i := range d.IntN(4) {
		b.Exclusions = append(b.Exclusions, facts.Exclusion{
			ID:          fmt.Sprintf("exclude-%d", i),
			ResourceARN: "arn:aws:ec2:us-east-1:1:" + pick(d, "subnet/subnet-9", "subnet/"+d.subnet(t).ID, "vpc/vpc-1"),
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
func (d dice) endpoint(t *facts.Target) {
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
			t.Network.Interfaces = []facts.Interface{d.eni("eni-0", s.ID, address)}
		}
	}
}

func (d dice) eni(id, subnet, address string) facts.Interface {
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
