package digest

import (
	"net/netip"
	"slices"
	"strconv"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// exposure sums up who else the security groups let in. What is certainly wide
// is told even where other groups could not be read.
func (d *digester) exposure() {
	var loader []netip.Prefix
	for _, region := range d.settings.Profile.RegionIDs() {
		loader = append(loader, d.settings.Profile.Sources(region)...)
	}
	exposed := netpath.Exposed(d.target, loader)
	d.exposed = &exposed
	e := &d.doc.Network.Exposure
	*e = Exposure{
		Width: width(exposed), Addresses: grouped(exposed.Addresses), AtLeast: len(exposed.Missing) > 0,
		Public: firstOf(exposed.Spans), IPv6: firstOf(exposed.IPv6), Private: firstOf(exposed.Private),
	}
	d.needing(e.tellRules(exposed.Rules))
	if !slices.Contains([]string{"world", "wide", "broad"}, e.Width) {
		d.lack("network.exposure", exposed.Missing)
	}
}

// tellRules tells the rules, those for the entries of a prefix list as the one rule
// that they are, and returns those that are wide.
func (e *Exposure) tellRules(rules []netpath.ExposedRule) (wideOnes []netpath.ExposedRule) {
	type identity struct {
		group, list, protocol string
		from, to              int
	}
	lists := map[identity][]netip.Prefix{}
	first := map[identity]int{} // in e.Rules
	var sources []netpath.ExposedRule
	for i := range rules {
		told := exposedRule(&rules[i])
		if told.List != "" {
			id := identity{told.Group, told.List, told.Protocol, told.FromPort, told.ToPort}
			lists[id] = append(lists[id], rules[i].CIDR)
			if len(lists[id]) > 1 {
				continue
			}
			first[id] = len(e.Rules)
		}
		e.Rules, sources = append(e.Rules, told), append(sources, rules[i])
	}
	for id, entries := range lists {
		rule := &e.Rules[first[id]]
		rule.Entries = firstOf(entries)
		var all uint64
		for _, entry := range entries {
			all += size(entry)
		}
		rule.Wide = rule.Wide || all >= broad || slices.ContainsFunc(entries, wideInIPv6)
	}
	for i, told := range e.Rules {
		if told.Wide {
			wideOnes = append(wideOnes, sources[i])
		}
	}
	return wideOnes
}

// needing finds the loader's addresses that would be shut out with the wide rules:
// those of the regions that are meant, and of these of the region that would lack
// the fewest. Over any other connection than a direct one the loader does not come
// to the cluster itself.
func (d *digester) needing(rules []netpath.ExposedRule) {
	if len(rules) == 0 || len(d.paths) == 0 {
		return
	}
	var sources []netip.Prefix
	for _, path := range d.paths {
		if !path.Aside {
			sources = append(sources, path.Source)
		}
	}
	needing := netpath.Needing(d.target, rules, sources)
	lacking := make([]int, len(d.regions()))
	for _, path := range d.paths {
		if _, needs := needing[path.Source]; needs || stagesVerdict(path.Path, passageStages.securityGroups) != netpath.Allow {
			lacking[d.region(path.Region)]++
		}
	}
	_, nearest := fewestOf(lacking, d.meant.left())
	for _, path := range d.paths {
		if group, needs := needing[path.Source]; needs && nearest.has(d.region(path.Region)) {
			d.doc.Network.Exposure.Needing = append(d.doc.Network.Exposure.Needing, NeedingAddress{Group: group, Address: path.Source.String()})
		}
	}
}

// firstOf is the first few of the prefixes. All that IPv6 has of public addresses is
// spelled as a rule spells it.
func firstOf(prefixes []netip.Prefix) Prefixes {
	const few = 4
	p := Prefixes{First: []string{}}
	for i, prefix := range prefixes {
		switch {
		case i == few:
			p.More = len(prefixes) - few
			return p
		case prefix.Addr().Is6() && prefix.Bits() == 3:
			p.First = append(p.First, "::/0")
		default:
			p.First = append(p.First, prefix.String())
		}
	}
	return p
}

// grouped is a number in digits, with a comma between thousands.
func grouped(n uint64) string {
	digits := strconv.FormatUint(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func exposedRule(r *netpath.ExposedRule) ExposedRule {
	ports := facts.Ports{From: -1, To: -1}
	if r.Ports != nil {
		ports = *r.Ports
	}
	return ExposedRule{
		Group: r.Group, CIDR: r.CIDR.String(), List: r.PrefixList, Protocol: r.Protocol,
		FromPort: ports.From, ToPort: ports.To, Wide: size(r.CIDR) >= broad || wideInIPv6(r.CIDR),
	}
}

func wideInIPv6(p netip.Prefix) bool { return p.Addr().Is6() && p.Bits() < wideIPv6 }

// size is how many addresses an IPv4 prefix has, the loader's own included: a /16
// around them is no less wide than another. Of IPv6 it is 0.
func size(p netip.Prefix) uint64 {
	if p.Addr().Is6() {
		return 0
	}
	return 1 << (32 - p.Bits())
}

// How many IPv4 addresses make an exposure narrow, broad and wide: more than a /24, a /16 and a /8 in sum. An office or a fleet of servers has
// no more than a /24, and whoever let one in meant to. Of IPv6 a /48 is what a site
// gets (RFC 6177), and a /32 a provider.
const (
	narrow     = 1 << 8
	broad      = 1 << 16
	wide       = 1 << 24
	narrowIPv6 = 48
	wideIPv6   = 32
)

func width(x netpath.Exposure) string {
	shorter := func(bits int) bool {
		return slices.ContainsFunc(x.IPv6, func(p netip.Prefix) bool { return p.Bits() < bits })
	}
	var breadth uint64
	for _, p := range x.Spans {
		breadth += size(p)
	}
	switch {
	case x.World:
		return "world"
	case breadth >= wide, shorter(wideIPv6):
		return "wide"
	case breadth >= broad:
		return "broad"
	case breadth > narrow, shorter(narrowIPv6):
		return "narrow"
	case x.Addresses > 0, len(x.IPv6) > 0:
		return "few"
	}
	return "none"
}
