package onepacket

import (
	"strconv"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// The stages at which a packet may be lost, in the words of the report.
const (
	source            = "source"
	publicAccess      = "public_access"
	publicAddress     = "public_address"
	blockPublicAccess = "block_public_access"
	internetGateway   = "internet_gateway"
	gatewayRouteTable = "gateway_route_table"
	returnRoute       = "return_route"
	naclInbound       = "nacl_inbound"
	securityGroups    = "security_groups"
	naclOutbound      = "nacl_outbound"
)

// fate is what becomes of a packet. What is not decided even by full knowledge
// (an appliance, a random choice of AWS) is murky.
type fate int

const (
	passes fate = iota
	murky
	dies
)

// packet is one packet: where it comes from and at which place it arrives.
type packet struct {
	t       *facts.Target
	from    uint32
	subnet  string
	private uint32
	port    int
	groups  []string // of the interface; nil for those of the cluster
	// unsettled are those of groups that the cluster is given or loses just now.
	unsettled map[string]bool
	// fromGroups are those of the sender, where they count.
	fromGroups []string
	public     string // the public address of the interface, if it was described
	known      bool   // the interface was described
}

// quad reads a.b.c.d.
func quad(s string) (uint32, bool) {
	var n, part uint32
	dots, digits := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.' && digits > 0 && dots < 3:
			n, part, digits = n*256+part, 0, 0
			dots++
		case '0' <= c && c <= '9' && part < 256:
			part = part*10 + uint32(c-'0')
			digits++
		default:
			return 0, false
		}
	}
	return n*256 + part, dots == 3 && digits > 0 && part < 256
}

// length is the prefix length of cidr if it is IPv4 and holds the address, else -1.
func length(cidr string, address uint32) int {
	first, rest, _ := strings.Cut(cidr, "/")
	base, ok := quad(first)
	bits, err := strconv.Atoi(rest)
	if !ok || err != nil {
		return -1
	}
	for bit := range bits {
		mask := uint32(1) << (31 - bit)
		if base&mask != address&mask {
			return -1
		}
	}
	return bits
}

func holds(cidr string, address uint32) bool { return length(cidr, address) >= 0 }

// follow tells at each stage the fate of a packet for the cluster.
func follow(p packet) map[string]fate {
	fates := enter(p)
	if !p.t.Cluster.PubliclyAccessible {
		fates[publicAccess] = dies
	} else if ip := p.t.Cluster.ElasticIP; p.known && (p.public == "" || ip.Status == "active" && ip.IP != p.public) {
		fates[publicAddress] = murky
	}
	return fates
}

// enter tells at each stage the fate of a packet that comes from the internet to an
// interface with a public address.
func enter(p packet) map[string]fate {
	fates := map[string]fate{}
	for _, private := range []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "0.0.0.0/8",
	} {
		if holds(private, p.from) {
			fates[source] = dies
		}
	}
	fates[blockPublicAccess] = blockedPublicly(p)
	fates[internetGateway] = dies
	gateway := gatewayOf(p.t)
	if gateway != "" {
		fates[internetGateway] = passes
	}
	comesThrough, in := comeIn(p, gateway)
	out, straight := goBack(p, gateway, comesThrough)
	if comesThrough != "" && straight {
		in = dies
	}
	fates[gatewayRouteTable], fates[returnRoute] = in, out
	acl := aclOf(p)
	fates[naclInbound] = firstMatch(acl, false, p.from, p.port)
	fates[naclOutbound] = replies(acl, true, p.from)
	fates[securityGroups] = admitted(p)
	return fates
}

// gatewayOf is the internet gateway of the cluster's VPC, empty for none.
func gatewayOf(t *facts.Target) string {
	gateway := ""
	for _, g := range t.Network.InternetGateways {
		for _, a := range g.Attachments {
			if a.VPCID == t.Cluster.VPCID && a.State == "available" {
				gateway = g.ID
			}
		}
	}
	return gateway
}

func blockedPublicly(p packet) fate {
	b := p.t.Network.BlockPublicAccess
	open, shut := false, false
	for _, x := range b.Exclusions {
		if !strings.HasSuffix(x.ResourceARN, "subnet/"+p.subnet) && !strings.HasSuffix(x.ResourceARN, "vpc/"+p.t.Cluster.VPCID) {
			continue
		}
		if x.State != "create-complete" && x.State != "update-complete" {
			continue
		}
		if x.Mode == "allow-bidirectional" {
			open = true
		} else {
			shut = true
		}
	}
	switch {
	case b.Mode == "off" || open && !shut:
		return passes
	case open:
		return murky
	}
	return dies
}

// way is where a routed packet may go.
type way struct{ target, state string }

// waysOf returns where a table may send a packet: one way, none, or several
// that AWS picks from.
func waysOf(t *facts.Target, table facts.RouteTable, address uint32) []way {
	for bits := 32; bits >= 0; bits-- {
		var static, listed, learned []way
		for _, r := range table.Routes {
			w := way{r.Target, r.State}
			if length(r.DestinationCIDR, address) == bits {
				if r.Origin == "EnableVgwRoutePropagation" {
					learned = append(learned, w)
				} else {
					static = append(static, w)
				}
			}
			for _, l := range t.Network.PrefixLists {
				if l.ID != r.DestinationPrefixListID {
					continue
				}
				for _, cidr := range l.CIDRs {
					if length(cidr, address) == bits {
						listed = append(listed, w)
					}
				}
			}
		}
		for _, ways := range [][]way{static, listed, learned} {
			if len(ways) > 0 {
				return ways
			}
		}
	}
	return nil
}

// comeIn tells through which middlebox a packet comes in, if any.
func comeIn(p packet, gateway string) (middlebox string, f fate) {
	if gateway == "" {
		return "", passes
	}
	for _, table := range p.t.Network.RouteTables {
		for _, a := range table.Associations {
			if a.GatewayID != gateway {
				continue
			}
			ways := waysOf(p.t, table, p.private)
			switch {
			case len(ways) != 1:
				return "", murky
			case ways[0].state == "blackhole":
				return "", dies
			case ways[0].target == "local":
				return "", passes
			default:
				return ways[0].target, murky
			}
		}
	}
	return "", passes
}

// tableOf is the route table of a subnet.
func tableOf(t *facts.Target, subnet string) facts.RouteTable {
	var table *facts.RouteTable
	for i, candidate := range t.Network.RouteTables {
		for _, a := range candidate.Associations {
			if a.Main && table == nil {
				table = &t.Network.RouteTables[i]
			}
		}
	}
	for i, candidate := range t.Network.RouteTables {
		for _, a := range candidate.Associations {
			if a.SubnetID == subnet {
				table = &t.Network.RouteTables[i]
			}
		}
	}
	return *table
}

// goBack tells whether the reply leaves by the gateway; straight: it passes by the
// middlebox that the packet came through.
func goBack(p packet, gateway, comesThrough string) (f fate, straight bool) {
	ways := waysOf(p.t, tableOf(p.t, p.subnet), p.from)
	good, bad := 0, 0
	for _, w := range ways {
		switch {
		case w.state == "blackhole":
			bad++
		case w.state == "filtered" || strings.HasPrefix(w.target, "eni-"):
		case w.target == gateway && gateway != "":
			good++
		case strings.HasPrefix(w.target, "vpce-") && w.target == comesThrough:
		default:
			bad++
		}
	}
	switch len(ways) {
	case good:
		if good == 0 {
			return dies, false
		}
		return passes, true
	case bad:
		return dies, false
	}
	return murky, false
}
