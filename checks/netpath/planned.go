package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"go4.org/netipx"

	"github.com/rscheck/rscheck/checks/facts"
)

// mostAddresses bounds how many addresses of a subnet are followed.
const mostAddresses = 256

// throughPlanned is ThroughBastion for a bastion of which only the subnet and the
// security group are known. It is followed as an instance with each address of the
// subnet that some rule could tell from others; what does not hold for all of them is
// unknown.
func (e *estate) throughPlanned(port int, typed string, sources []netip.Prefix) (in []Path, onward Path) {
	b := e.t.Network.Bastion
	var ways [][]Path // the onward path last
	for _, address := range e.plannedAddresses() {
		t := *e.t
		t.Network.Bastion = b
		t.Network.Bastion.InstanceID, t.Network.Bastion.PrivateIP = "a bastion in "+b.SubnetID, address.String()
		ways = append(ways, survey(&t).throughInstance(port, typed, sources))
	}
	subnet := e.plannedRange()
	merged := slices.Clone(ways[0])
	for i := range merged {
		merged[i].Hops = slices.Clone(merged[i].Hops)
		for n := range merged[i].Hops {
			merged[i].Hops[n] = wherever(subnet, ways, i, n)
		}
		merged[i].Verdict = foldHops(merged[i].Hops)
	}
	last := len(merged) - 1
	merged[last].Source = subnet
	return merged[:last], merged[last]
}

// wherever is what hop n of path i comes to, whichever address the bastion has.
func wherever(subnet netip.Prefix, ways [][]Path, i, n int) Hop {
	hop := ways[0][i].Hops[n]
	for _, way := range ways[1:] {
		if other := way[i].Hops[n]; other.Verdict != hop.Verdict {
			missing := mergeUnknowns(mergeUnknowns(hop.Missing, other.Missing), unsupported(
				"network.bastion.private_ip", "which address of %s the bastion has is not known: name the instance with --bastion", subnet,
			))
			f := unknown(missing, "", "", "depends on the bastion's address: %s; %s", hop.Detail, other.Detail)
			return f.hop(hop.Stage)
		}
	}
	// What holds for one address of the subnet, and for all others, is said of it.
	one := ways[0][len(ways[0])-1].Source
	speakOf := func(text string) string { return strings.ReplaceAll(text, one.String(), subnet.String()) }
	hop.Detail, hop.Causes = speakOf(hop.Detail), slices.Clone(hop.Causes)
	for c := range hop.Causes {
		cause := &hop.Causes[c]
		cause.Detail = speakOf(cause.Detail)
		if cause.Remedy.CIDR == one.String() {
			cause.Remedy.CIDR = subnet.String()
		}
	}
	return hop
}

// plannedMissing is why a planned bastion cannot be followed.
func (e *estate) plannedMissing() []facts.Unknown {
	const path = "network.subnets"
	b := &e.t.Network.Bastion
	if lack := e.t.LackingWithin(path); lack != nil {
		return lack
	}
	switch {
	case !e.plannedRange().IsValid():
		return inconsistent(path, "%s has no range of IPv4 addresses, or is not in %s", b.SubnetID, e.vpc)
	case len(e.plannedAddresses()) == 0:
		return unsupported("network.bastion.private_ip", "the rules tell too many addresses of %s apart: name the instance with --bastion", b.SubnetID)
	}
	return nil
}

// plannedRange is the range of the planned bastion's subnet, invalid if not known.
func (e *estate) plannedRange() netip.Prefix {
	for _, s := range e.t.Network.Subnets {
		if s.ID == e.t.Network.Bastion.SubnetID {
			p, _ := parseIPv4(s.CIDR)
			return p
		}
	}
	return netip.Prefix{}
}

// plannedAddresses are addresses of the subnet, at least one of each set that rules
// and routes can tell from others, and none where there are too many. AWS keeps the
// first four and the last for itself
// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
func (e *estate) plannedAddresses() []netip.Addr {
	subnet := e.plannedRange()
	var addresses []netip.Addr
	for _, piece := range split(subnet, e.everyPrefix()) {
		first := piece.Addr()
		for reserved(subnet, first) {
			first = first.Next()
		}
		if piece.Contains(first) && first != netipx.PrefixLastIP(subnet) {
			addresses = append(addresses, first)
		}
		if len(addresses) > mostAddresses {
			return nil
		}
	}
	return addresses
}

// reserved reports whether an address is one of the subnet's first four.
func reserved(subnet netip.Prefix, address netip.Addr) bool {
	first := subnet.Addr()
	for range 4 {
		if first == address {
			return true
		}
		first = first.Next()
	}
	return false
}

// everyPrefix are all ranges of addresses that anything around the target names.
func (e *estate) everyPrefix() []netip.Prefix {
	var texts []string
	n := &e.t.Network
	for _, g := range n.SecurityGroups {
		for _, p := range g.Inbound {
			texts = append(texts, p.CIDRs...)
		}
	}
	for _, list := range n.PrefixLists {
		texts = append(texts, list.CIDRs...)
	}
	for _, acl := range n.NetworkACLs {
		for _, entry := range acl.Entries {
			texts = append(texts, entry.CIDR)
		}
	}
	for _, table := range n.RouteTables {
		for _, route := range table.Routes {
			texts = append(texts, route.DestinationCIDR)
		}
	}
	var prefixes []netip.Prefix
	for _, text := range texts {
		if p, ok := parseIPv4(text); ok {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}
