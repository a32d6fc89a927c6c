package netpath

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"strings"

	"go4.org/netipx"

	"github.com/rscheck/rscheck/checks/facts"
)

// Exposure is who else the security groups let in: public addresses beyond the
// loader's that they admit on the cluster's port. Other hops may still stop them.
type Exposure struct {
	// Public are the public IPv4 prefixes admitted, the loader's own taken out, in
	// order and as few as possible; Addresses is how many addresses they are.
	Public    []netip.Prefix
	Addresses uint64
	// World is whether every public IPv4 address is admitted.
	World bool
	// Spans are the public IPv4 prefixes admitted that hold any of Public, the
	// loader's own left in, so that they read as a person would write them; as few
	// as possible, the widest first.
	Spans []netip.Prefix
	// Private are admitted prefixes of the ranges for private networks (RFC 1918)
	// and of the one between them and the internet (RFC 6598).
	Private []netip.Prefix
	// IPv6 are the public IPv6 prefixes admitted, the loader's own taken out. It
	// is empty unless the cluster has an IPv6 address.
	IPv6 []netip.Prefix
	// Rules are the rules that let the addresses of Public and IPv6 in, the widest
	// first, those for IPv6 last.
	Rules []ExposedRule
	// Missing is why there may be more.
	Missing []facts.Unknown
}

// ExposedRule is one source of an inbound rule.
type ExposedRule struct {
	Group string
	// CIDR is the rule's source, or an entry of PrefixList where that is not
	// empty.
	CIDR       netip.Prefix
	PrefixList string
	Protocol   string // as AWS gives it: tcp, 6, or -1 for all
	// Ports are the rule's; nil where it is for all protocols and so all ports.
	Ports *facts.Ports
	// Addresses is how many public IPv4 addresses beyond the loader's this rule
	// alone admits; 0 for IPv6.
	Addresses uint64
}

// Exposed returns who else is let in on the port of the endpoint of t, loader
// being the loader's own addresses.
func Exposed(t *facts.Target, loader []netip.Prefix) Exposure {
	e := survey(t)
	admissions, missing := e.allAdmissions()
	ipv6, ipv6Missing := e.hasIPv6()
	others := strangers(loader)
	ranges := others.Ranges()

	var certain []netip.Prefix
	for _, a := range admissions {
		if !a.vague && a.missing == nil && (a.source.Addr().Is4() || ipv6) {
			certain = append(certain, a.source)
		}
	}
	admitted := setOf(certain)
	x := Exposure{Private: privateOf(certain)}
	for _, p := range intersect(admitted, others).Prefixes() {
		if p.Addr().Is4() {
			x.Public = append(x.Public, p)
		} else {
			x.IPv6 = append(x.IPv6, p)
		}
	}
	x.Addresses = countIPv4(x.Public)
	if x.Addresses > 0 {
		x.Spans = spans(admitted, others)
	}
	rest := subtract(others, admitted)
	x.World = !rest.OverlapsPrefix(anywhere())

	if !x.World || ipv6 || ipv6Missing != nil {
		x.Missing = missing
	}
	for _, a := range admissions {
		switch {
		case a.vague && (!x.World || a.list != "" && (ipv6 || ipv6Missing != nil)), !a.vague && a.missing != nil && a.source.Addr().Is4() && rest.OverlapsPrefix(a.source):
			x.Missing = mergeUnknowns(x.Missing, a.missing)
		case !a.vague && a.source.Addr().Is6() && others.OverlapsPrefix(a.source) && (ipv6 || ipv6Missing != nil):
			x.Missing = mergeUnknowns(x.Missing, mergeUnknowns(a.missing, ipv6Missing))
		}
		if a.vague || a.missing != nil {
			continue
		}
		r := a.exposed(ranges)
		if r.Addresses > 0 || a.source.Addr().Is6() && ipv6 && others.OverlapsPrefix(a.source) {
			x.Rules = append(x.Rules, r)
		}
	}
	slices.SortStableFunc(x.Rules, wider)
	return x
}

// spans are the public IPv4 prefixes of what is admitted that hold any of others.
func spans(admitted, others *netipx.IPSet) []netip.Prefix {
	special := notPublic()
	anyone := subtract(setOf([]netip.Prefix{anywhere()}), setOf(special[:]))
	found := slices.DeleteFunc(intersect(admitted, anyone).Prefixes(), func(p netip.Prefix) bool { return !others.OverlapsPrefix(p) })
	slices.SortStableFunc(found, func(a, b netip.Prefix) int { return cmp.Compare(a.Bits(), b.Bits()) })
	return found
}

// privateOf are the prefixes of private networks among those admitted.
func privateOf(admitted []netip.Prefix) []netip.Prefix {
	ranges := privateRanges()
	private := func(p netip.Prefix) bool { return slices.ContainsFunc(ranges[:], p.Overlaps) }
	if !slices.ContainsFunc(admitted, private) {
		return nil
	}
	return intersect(setOf(admitted), setOf(ranges[:])).Prefixes()
}

// Needing returns those of the sources, which are IPv4, that the security groups
// of t admit on the port of its endpoint by the rules given and by no other: were
// these taken away they would be shut out. Of a rule for a prefix list the whole
// list counts. The value is the group of the first of the rules that admits the
// source.
func Needing(t *facts.Target, rules []ExposedRule, sources []netip.Prefix) map[netip.Prefix]string {
	e := survey(t)
	needing := map[netip.Prefix]string{}
	for i := range e.where.places {
		g := e.groupsOf(&e.where.places[i])
		for _, source := range sources {
			if group := needed(g.admissions, rules, source); group != "" && needing[source] == "" {
				needing[source] = group
			}
		}
	}
	return needing
}

// needed is the group of the first of the rules that admits the source, if no other
// rule does for certain; otherwise it is empty.
func needed(admissions []admission, rules []ExposedRule, source netip.Prefix) (group string) {
	first := len(rules)
	for i := range admissions {
		a := &admissions[i]
		if a.vague || a.missing != nil || !covers(a.source, source) {
			continue
		}
		r := slices.IndexFunc(rules, a.isOf)
		if r < 0 {
			return ""
		}
		first = min(first, r)
	}
	if first == len(rules) {
		return ""
	}
	return rules[first].Group
}

// covers reports whether inner lies wholly in outer.
func covers(outer, inner netip.Prefix) bool {
	return outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

// isOf reports whether the admission falls away with the rule.
func (a *admission) isOf(r ExposedRule) bool {
	if a.group != r.Group || a.list != r.PrefixList || a.list == "" && a.source != r.CIDR {
		return false
	}
	own := a.exposed(nil)
	return own.Protocol == r.Protocol && samePorts(own.Ports, r.Ports)
}

func samePorts(a, b *facts.Ports) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// allAdmissions are the rules in force at any place of the endpoint.
func (e *estate) allAdmissions() (all []admission, missing []facts.Unknown) {
	for i := range e.where.places {
		g := e.groupsOf(&e.where.places[i])
		missing = mergeUnknowns(missing, g.missing)
		for _, a := range g.admissions {
			same := func(b admission) bool { return a.rule == b.rule && a.source == b.source && a.list == b.list }
			if i == 0 || !slices.ContainsFunc(all, same) {
				all = append(all, a)
			}
		}
	}
	return all, missing
}

// hasIPv6 tells whether clients can reach the cluster over IPv6; where that is not
// known it is not, and missing tells why.
func (e *estate) hasIPv6() (has bool, missing []facts.Unknown) {
	const path = "cluster.ip_address_type"
	if lack := e.t.Lacking(path); lack != nil {
		return false, lack
	}
	switch kind := e.t.Cluster.IPAddressType; kind {
	case "dualstack":
		return true, nil
	case "ipv4", "": // older clusters have no such field
		return false, nil
	default:
		return false, inconsistent(path, "%q is no type of address", kind)
	}
}

// strangers are the public addresses that are not the loader's. Of IPv6 they are
// of 2000::/3, all that is assigned for global use (RFC 4291, section 2.4).
func strangers(loader []netip.Prefix) *netipx.IPSet {
	var b netipx.IPSetBuilder
	b.AddPrefix(anywhere())
	b.AddPrefix(netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20}), 3))
	for _, p := range notPublic() {
		b.RemovePrefix(p)
	}
	for _, p := range loader {
		if p4, ok := asIPv4(p); ok {
			b.RemovePrefix(p4)
		} else if p.IsValid() {
			b.RemovePrefix(p.Masked())
		}
	}
	set, _ := b.IPSet() // errs on invalid prefixes only
	return set
}

func intersect(a, b *netipx.IPSet) *netipx.IPSet {
	var builder netipx.IPSetBuilder
	builder.AddSet(a)
	builder.Intersect(b)
	set, _ := builder.IPSet() // made of sets, which hold valid prefixes
	return set
}

func subtract(a, b *netipx.IPSet) *netipx.IPSet {
	var builder netipx.IPSetBuilder
	builder.AddSet(a)
	builder.RemoveSet(b)
	set, _ := builder.IPSet() // made of sets, which hold valid prefixes
	return set
}

// exposed is the admission as a rule that lets others in.
func (a *admission) exposed(others []netipx.IPRange) ExposedRule {
	r := ExposedRule{Group: a.group, CIDR: a.source, PrefixList: a.list, Protocol: a.rule.Protocol}
	if r.Protocol != "-1" {
		r.Ports = a.rule.Ports
	}
	if !a.source.Addr().Is4() {
		return r
	}
	first, last := number(a.source.Addr()), number(netipx.PrefixLastIP(a.source))
	for _, o := range others {
		if o.From().Is4() {
			from, to := max(first, number(o.From())), min(last, number(o.To()))
			if from <= to {
				r.Addresses += to - from + 1
			}
		}
	}
	return r
}

// number is an IPv4 address as a number.
func number(a netip.Addr) uint64 {
	bytes := a.As4()
	return uint64(binary.BigEndian.Uint32(bytes[:]))
}

// wider orders the rule that lets in more before the other, in an order that
// depends on the rules alone.
func wider(a, b ExposedRule) int {
	return cmp.Or(
		cmp.Compare(b.Addresses, a.Addresses),
		cmp.Compare(a.CIDR.Bits(), b.CIDR.Bits()),
		strings.Compare(a.Group, b.Group),
		a.CIDR.Addr().Compare(b.CIDR.Addr()),
		strings.Compare(a.PrefixList, b.PrefixList),
		strings.Compare(a.Protocol, b.Protocol),
	)
}
