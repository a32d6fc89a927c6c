// Package onepacket is a second opinion on network paths. It sends one packet at a
// time through a network of which everything is known and takes the reply back,
// with nothing but loops and integers. It shares no code with package netpath,
// which it is compared with, and is as slow as it likes.
//
// It also makes what the two are compared on: random networks (see Dice), and of
// one on which they differ the least part that still shows it (see Least).
package onepacket

import (
	"fmt"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// What becomes of a path, in the words of the report.
const (
	Reachable = "reachable"
	Blocked   = "blocked"
	Unknown   = "unknown" // not decided even by full knowledge
)

// Follow returns what becomes of the path of a source of one or more addresses to
// the cluster of t, and the stages that certainly deny it. It panics where t lacks
// what every network has, as a main route table.
func Follow(t *facts.Target, from []uint32) (string, map[string]bool) {
	verdict := Reachable
	denied := map[string]bool{}
	for _, address := range from {
		packets, every := arrivals(t, address)
		deaths := map[string]int{}
		blocked, reached := 0, 0
		for _, p := range packets {
			worst := passes
			for stage, f := range follow(p) {
				worst = max(worst, f)
				if f == dies {
					deaths[stage]++
				}
			}
			switch worst {
			case dies:
				blocked++
			case passes:
				reached++
			}
		}
		for stage, n := range deaths {
			if every || n == len(packets) {
				denied[stage] = true
			}
		}
		switch {
		case blocked == len(packets) || every && blocked > 0:
			verdict = Blocked
		case verdict != Blocked && reached < len(packets):
			verdict = Unknown
		}
	}
	return verdict, denied
}

// Addresses returns all addresses of a small IPv4 prefix.
func Addresses(cidr string) ([]uint32, error) {
	var a, b, c, d uint32
	var bits int
	if _, err := fmt.Sscanf(cidr, "%d.%d.%d.%d/%d", &a, &b, &c, &d, &bits); err != nil {
		return nil, fmt.Errorf("read prefix %q: %w", cidr, err)
	}
	var all []uint32
	for i := range uint32(1) << (32 - bits) {
		all = append(all, a<<24+b<<16+c<<8+d+i)
	}
	return all, nil
}

// arrivals are the packets of one source address, one for each place where it may
// arrive; every: it may be led to any of them, otherwise the endpoint is at one.
func arrivals(t *facts.Target, from uint32) (packets []packet, every bool) {
	for _, i := range t.Cluster.Endpoint.Interfaces {
		private, _ := quad(i.PrivateIP)
		packets = append(packets, described(t, packet{t: t, from: from, subnet: i.SubnetID, private: private, port: t.Cluster.Endpoint.Port}))
	}
	if len(packets) > 0 {
		return packets, true
	}
	for _, n := range t.Cluster.Nodes {
		if n.Role != "LEADER" && n.Role != "SHARED" {
			continue
		}
		private, _ := quad(n.PrivateIP)
		for _, s := range t.Network.Subnets {
			if holds(s.CIDR, private) {
				return []packet{described(t, packet{t: t, from: from, subnet: s.ID, private: private, port: t.Cluster.Endpoint.Port})}, true
			}
		}
	}
	for _, s := range t.Network.SubnetGroup.Subnets {
		if s.AvailabilityZone == t.Cluster.AvailabilityZone {
			packets = append(packets, inSubnet(t, from, s.ID))
		}
	}
	if len(packets) == 0 {
		for _, s := range t.Network.SubnetGroup.Subnets {
			packets = append(packets, inSubnet(t, from, s.ID))
		}
	}
	return packets, false
}

func inSubnet(t *facts.Target, from uint32, id string) packet {
	for _, s := range t.Network.Subnets {
		if s.ID == id {
			private, _ := quad(s.CIDR[:strings.IndexByte(s.CIDR, '/')])
			return packet{t: t, from: from, subnet: id, private: private + 9, port: t.Cluster.Endpoint.Port}
		}
	}
	return packet{}
}

func described(t *facts.Target, p packet) packet {
	p.unsettled = map[string]bool{}
	for _, m := range t.Cluster.SecurityGroups {
		p.unsettled[m.ID] = m.Status != "active"
	}
	for _, i := range t.Network.Interfaces {
		for _, address := range i.PrivateIPs {
			if a, _ := quad(address); a == p.private {
				p.known, p.public, p.groups = true, i.PublicIP, i.GroupIDs
			}
		}
	}
	return p
}
