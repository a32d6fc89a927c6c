package onepacket

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// account owns everything.
const account = "111122223333"

// Dice make random targets, of whose networks everything is known, around a few
// addresses so that rules collide all the time. Each is in vpc-1 and has the ids
// that all others have.
type Dice struct {
	*rand.Rand
	sources []string
	// odd is how many rules beside the usual ones there are at most.
	odd int
}

// Roll makes the dice of a seed, for targets around the sources (Sources where none
// are given). Every other target has few odd rules: among many, something blocks
// every path.
func Roll(seed uint64, sources ...string) Dice {
	if len(sources) == 0 {
		sources = Sources()
	}
	return Dice{rand.New(rand.NewPCG(seed, 0x5d5)), sources, pickOdd(seed)}
}

// Sources are prefixes to ask about: some of one address, some a range.
func Sources() []string {
	return []string{
		"52.23.137.21/32", "52.204.223.208/32", "3.126.102.29/32", "198.51.100.7/32",
		"52.23.137.20/30", "52.204.223.208/31", "192.168.0.0/30", "203.0.113.8/29",
	}
}

func pickOdd(seed uint64) int {
	if seed%2 == 0 {
		return 2
	}
	return 5
}

func (d Dice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d Dice, of ...T) T { return of[d.IntN(len(of))] }

// cidr is a prefix at, around or beside a source, sometimes with host bits set.
func (d Dice) cidr() string {
	base, bits := 0, 0
	var a, b, c, e int
	_, _ = fmt.Sscanf(pick(d, d.sources...), "%d.%d.%d.%d/%d", &a, &b, &c, &e, &bits)
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

// Estate returns a random target. It is contradictory if AWS itself would never show
// it so.
func (d Dice) Estate() (t *facts.Target, contradictory bool) {
	t = &facts.Target{Kind: facts.ProvisionedCluster}
	t.Cluster = facts.Cluster{
		Endpoint:           facts.Endpoint{Host: "analytics", Port: pick(d, 5439, 5439, 5440)},
		PubliclyAccessible: d.chance(95), VPCID: "vpc-1", AvailabilityZone: pick(d, "a", "b"), IPAddressType: pick(d, "ipv4", "dualstack"),
	}
	t.Network = facts.Network{CallerAccount: account, VPC: facts.VPC{ID: "vpc-1", OwnerID: account}}
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
	if t.Cluster.ElasticIP.IP != "" && d.chance(70) {
		for i := range t.Network.Interfaces {
			t.Network.Interfaces[i].PublicIP = t.Cluster.ElasticIP.IP
		}
	}
	return t, contradictory
}

func (d Dice) subnets(t *facts.Target) {
	for i := range 1 + d.IntN(3) {
		s := facts.Subnet{ID: fmt.Sprintf("subnet-%d", i), VPCID: "vpc-1", OwnerID: account, AvailabilityZone: pick(d, "a", "b"), CIDR: fmt.Sprintf("10.20.%d.0/24", i)}
		t.Network.Subnets = append(t.Network.Subnets, s)
		t.Network.SubnetGroup.Subnets = append(t.Network.SubnetGroup.Subnets, facts.GroupSubnet{ID: s.ID, AvailabilityZone: s.AvailabilityZone})
	}
	t.Network.SubnetGroup.Name, t.Network.SubnetGroup.VPCID = "group-1", "vpc-1"
}

func (d Dice) subnet(t *facts.Target) facts.Subnet { return pick(d, t.Network.Subnets...) }

func (d Dice) prefixLists(t *facts.Target) {
	for i := range 3 {
		l := facts.PrefixList{ID: fmt.Sprintf("pl-%d", i), OwnerID: account, State: pick(d, "create-complete", "modify-complete")}
		for range d.IntN(4) {
			l.CIDRs = append(l.CIDRs, pick(d, d.cidr(), d.cidr(), d.cidr(), "2600::/16"))
		}
		t.Network.PrefixLists = append(t.Network.PrefixLists, l)
	}
}

// gateway attaches igw-1 to the VPC, or not; contradictory: routes to it stay
// active although it is detached, as moto has it.
func (d Dice) gateway(t *facts.Target) (contradictory bool) {
	if d.chance(90) {
		t.Network.InternetGateways = []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-1", State: "available"}}}}
		return false
	}
	if d.chance(50) {
		t.Network.InternetGateways = []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-2", State: "available"}}}}
	}
	return d.chance(50)
}

func (d Dice) routeTables(t *facts.Target, contradictory bool) {
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

func (d Dice) route() facts.Route {
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
func (d Dice) edge(t *facts.Target) facts.RouteTable {
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

func local(cidr string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: "local", State: "active", Origin: "CreateRouteTable"}
}

func to(cidr, target string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: target, State: "active", Origin: "CreateRoute"}
}
