package netpath_test

import (
	"strconv"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// The naive model follows one packet and its reply through an estate of which
// everything is known, with nothing but loops and integers. It shares no code with
// the package and is as slow as it likes. What is not decided even by full
// knowledge (an appliance, a random choice of AWS) it calls murky.

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
	groups  []string // of the interface; nil for those of the cluster
	public  bool     // the interface, if it was described, has a public address
	known   bool     // the interface was described
}

// quad reads a.b.c.d.
func quad(s string) (uint32, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return 0, false
	}
	var n uint32
	for _, part := range parts {
		b, err := strconv.Atoi(part)
		if err != nil || b < 0 || b > 255 {
			return 0, false
		}
		n = n*256 + uint32(b)
	}
	return n, true
}

// length is the prefix length of cidr if it is IPv4 and holds the address, else -1.
func length(cidr string, address uint32) int {
	slash := strings.IndexByte(cidr, '/')
	if slash < 0 {
		return -1
	}
	base, ok := quad(cidr[:slash])
	bits, err := strconv.Atoi(cidr[slash+1:])
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

// follow tells the packet's fate at each stage.
func follow(p packet) map[netpath.Stage]fate {
	fates := map[netpath.Stage]fate{}
	for _, private := range []string{
		"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "0.0.0.0/8",
	} {
		if holds(private, p.from) {
			fates[netpath.Source] = dies
		}
	}
	if !p.t.Cluster.PubliclyAccessible {
		fates[netpath.PublicAccess] = dies
	} else if p.known && !p.public && (p.t.Cluster.ElasticIP.IP == "" || p.t.Cluster.ElasticIP.Status != "active") {
		fates[netpath.PublicAddress] = murky
	}
	fates[netpath.BlockPublicAccess] = naiveBPA(p)
	fates[netpath.InternetGateway] = dies
	gateway := ""
	for _, g := range p.t.Network.InternetGateways {
		for _, a := range g.Attachments {
			if a.VPCID == p.t.Cluster.VPCID && a.State == "available" {
				fates[netpath.InternetGateway] = passes
				gateway = g.ID
			}
		}
	}
	comesThrough, in := naiveEdge(p, gateway)
	out, straight := naiveReturn(p, gateway, comesThrough)
	if comesThrough != "" && straight {
		in = dies
	}
	fates[netpath.GatewayRouteTable], fates[netpath.ReturnRoute] = in, out
	acl := naiveACL(p)
	fates[netpath.NACLInbound] = naiveRules(acl, false, p.from, p.t.Cluster.Endpoint.Port)
	fates[netpath.NACLOutbound] = naiveReplies(acl, p.from)
	fates[netpath.SecurityGroups] = naiveGroups(p)
	return fates
}

func naiveBPA(p packet) fate {
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

// naiveRoute returns where a table may send a packet: one way, none, or several
// that AWS picks from.
func naiveRoute(t *facts.Target, table facts.RouteTable, address uint32) []way {
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

// naiveEdge tells through which middlebox a packet comes in, if any.
func naiveEdge(p packet, gateway string) (middlebox string, f fate) {
	if gateway == "" {
		return "", passes
	}
	for _, table := range p.t.Network.RouteTables {
		for _, a := range table.Associations {
			if a.GatewayID != gateway {
				continue
			}
			ways := naiveRoute(p.t, table, p.private)
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

func naiveReturn(p packet, gateway, comesThrough string) (f fate, straight bool) {
	var table *facts.RouteTable
	for i, candidate := range p.t.Network.RouteTables {
		for _, a := range candidate.Associations {
			if a.Main && table == nil {
				table = &p.t.Network.RouteTables[i]
			}
		}
	}
	for i, candidate := range p.t.Network.RouteTables {
		for _, a := range candidate.Associations {
			if a.SubnetID == p.subnet {
				table = &p.t.Network.RouteTables[i]
			}
		}
	}
	ways := naiveRoute(p.t, *table, p.from)
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

func naiveACL(p packet) facts.NetworkACL {
	var found facts.NetworkACL
	for _, a := range p.t.Network.NetworkACLs {
		if a.Default {
			found = a
		}
	}
	for _, a := range p.t.Network.NetworkACLs {
		for _, subnet := range a.SubnetIDs {
			if subnet == p.subnet {
				found = a
			}
		}
	}
	return found
}

// naiveRules takes, of the rules that match, the one with the lowest number.
func naiveRules(acl facts.NetworkACL, egress bool, address uint32, port int) fate {
	lowest, action := 1<<20, "deny"
	for _, e := range acl.Entries {
		if e.Egress != egress || e.CIDR == "" || !holds(e.CIDR, address) {
			continue
		}
		if e.Protocol != "-1" && (e.Protocol != "6" || e.Ports.From > port || e.Ports.To < port) {
			continue
		}
		if e.Number < lowest {
			lowest, action = e.Number, e.Action
		}
	}
	if action == "allow" {
		return passes
	}
	return dies
}

// naiveReplies tries a reply to each port where anything could change, and beside
// it.
func naiveReplies(acl facts.NetworkACL, address uint32) fate {
	tries := []int{1024, 5000, 32768, 49152, 65535}
	for _, e := range acl.Entries {
		if e.Ports != nil {
			tries = append(tries, e.Ports.From-1, e.Ports.From, e.Ports.To, e.Ports.To+1)
		}
	}
	seen := map[fate]bool{}
	done := map[int]bool{}
	for _, port := range tries {
		if port >= 1024 && port <= 65535 && !done[port] {
			done[port] = true
			seen[naiveRules(acl, true, address, port)] = true
		}
	}
	switch {
	case !seen[dies]:
		return passes
	case !seen[passes]:
		return dies
	}
	return murky
}

func naiveGroups(p packet) fate {
	result := dies
	ids, certain := p.groups, map[string]bool{}
	for _, id := range ids {
		certain[id] = true
	}
	if !p.known {
		for _, m := range p.t.Cluster.SecurityGroups {
			ids = append(ids, m.ID)
			certain[m.ID] = m.Status == "active"
		}
	}
	for _, id := range ids {
		for _, g := range p.t.Network.SecurityGroups {
			if g.ID != id || !naiveAdmits(p, g) {
				continue
			}
			usable := g.VPCID == p.t.Cluster.VPCID
			for _, a := range p.t.Network.GroupAssociations {
				if a.GroupID == id && a.VPCID == p.t.Cluster.VPCID && a.State == "associated" {
					usable = true
				}
			}
			if usable && certain[id] {
				return passes
			}
			result = murky
		}
	}
	return result
}

func naiveAdmits(p packet, g facts.SecurityGroup) bool {
	for _, rule := range g.Inbound {
		if rule.Protocol != "-1" {
			if rule.Protocol != "tcp" && rule.Protocol != "6" {
				continue
			}
			if p.t.Cluster.Endpoint.Port < rule.Ports.From || p.t.Cluster.Endpoint.Port > rule.Ports.To {
				continue
			}
		}
		for _, cidr := range rule.CIDRs {
			if holds(cidr, p.from) {
				return true
			}
		}
		for _, id := range rule.PrefixListIDs {
			for _, l := range p.t.Network.PrefixLists {
				for _, cidr := range l.CIDRs {
					if l.ID == id && holds(cidr, p.from) {
						return true
					}
				}
			}
		}
	}
	return false
}
