package netpath_test

import (
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// Where the naive model's packets arrive, and what their fates come to.

// arrivals are the packets of one source address, one for each place where it may
// arrive; every: it may be led to any of them, otherwise the endpoint is at one.
func arrivals(t *facts.Target, from uint32) (packets []packet, every bool) {
	for _, i := range t.Cluster.Endpoint.Interfaces {
		private, _ := quad(i.PrivateIP)
		packets = append(packets, described(t, packet{t: t, from: from, subnet: i.SubnetID, private: private}))
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
				return []packet{described(t, packet{t: t, from: from, subnet: s.ID, private: private})}, true
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
			return packet{t: t, from: from, subnet: id, private: private + 9}
		}
	}
	return packet{}
}

func described(t *facts.Target, p packet) packet {
	for _, i := range t.Network.Interfaces {
		for _, address := range i.PrivateIPs {
			if a, _ := quad(address); a == p.private {
				p.known, p.public, p.groups = true, i.PublicIP != "", i.GroupIDs
			}
		}
	}
	return p
}

// naiveVerdict is the verdict and the denying stages of a source of one or more
// addresses, in the words of the package.
func naiveVerdict(t *facts.Target, from []uint32) (netpath.Verdict, map[netpath.Stage]bool) {
	verdict := netpath.Reachable
	denies := map[netpath.Stage]bool{}
	for _, address := range from {
		packets, every := arrivals(t, address)
		deaths := map[netpath.Stage]int{}
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
				denies[stage] = true
			}
		}
		switch {
		case blocked == len(packets) || every && blocked > 0:
			verdict = netpath.Blocked
		case verdict != netpath.Blocked && reached < len(packets):
			verdict = netpath.Unknown
		}
	}
	return verdict, denies
}
