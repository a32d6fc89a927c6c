package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// lead is where the endpoint's name may lead an instance in the VPC.
type lead struct {
	private, public bool // to the private address, to the public one
	nowhere         bool // no DNS server that is known may answer
	// missing is why it is not certain which.
	missing []facts.Unknown
	// off is the attribute of the VPC that would settle it, were it on; empty for
	// none.
	off string
	// typed is whether an address was typed into the loader instead of the name.
	typed bool
}

// onlyPublic reports whether the name certainly leads to the public address.
func (l *lead) onlyPublic() bool { return l.public && !l.private && !l.nowhere }

// The attributes of a VPC that matter.
const dnsSupport, dnsHostnames = "enableDnsSupport", "enableDnsHostnames"

// IsPublicAddress reports whether the address was told as a public one of the
// endpoint of t. It may be one all the same where cluster.elastic_ip or
// network.interfaces is lacking.
func IsPublicAddress(t *facts.Target, address netip.Addr) bool {
	is := func(text string) bool {
		a, err := netip.ParseAddr(text)
		return err == nil && a == address
	}
	return is(t.Cluster.ElasticIP.IP) || slices.ContainsFunc(t.Network.Interfaces, func(i facts.Interface) bool { return is(i.PublicIP) })
}

// typedLead tells where an address that was typed into the loader leads: to the
// endpoint, or it is not known to be one of its.
func (e *estate) typedLead(typed netip.Addr) lead {
	l := lead{typed: true}
	missing := mergeUnknowns(e.t.LackingWithin("cluster.elastic_ip"), e.interfacesMissing)
	switch {
	case IsPublicAddress(e.t, typed):
		l.public = true
	case e.where.exact && slices.ContainsFunc(e.where.places, func(p place) bool { return p.addresses == netip.PrefixFrom(typed, 32) }):
		l.private = true
	default:
		l.private, l.public, l.nowhere = true, true, true
		l.missing = mergeUnknowns(missing, unsupported("loader.form.host", "%s is not known to be the endpoint: type its name into the loader", typed))
	}
	return l
}

// lead tells where the name leads. That of a cluster that is not publicly
// accessible leads everybody to its private address. That of a public one leads
// instances of the VPC there if the VPC has DNS resolution and DNS hostnames
// enabled, otherwise to its public address
// (https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html).
// This is what Amazon's DNS server answers; any other may answer the one or the
// other.
func (e *estate) lead() lead {
	dns := e.resolver()
	l := lead{nowhere: dns.none || dns.amazon && dns.support != yes}
	switch {
	case dns.support == maybe || !dns.told:
		l.missing = dns.missing
	case l.nowhere && dns.none:
		l.missing = unsupported("network.vpc.dns.servers", "the DHCP options of %s name no DNS server: %q", e.vpc, e.t.Network.VPC.DNS.Servers)
	case l.nowhere:
		l.off = dnsSupport
		l.missing = unsupported("network.vpc.dns.support", "enable DNS support of %s: Amazon's DNS server does not answer in it", e.vpc)
	}
	if e.flag.verdict == Deny {
		l.private = true
		return l
	}
	asOfOld := e.leadsAsOfOld()
	answers, hosts := dns.amazon && dns.support != no, dns.hostnames
	l.private = l.nowhere || dns.other || e.flag.verdict == Unknown || answers && (hosts != no || e.t.Kind != facts.ProvisionedCluster)
	l.public = l.nowhere || dns.other || answers && (hosts != yes || asOfOld != nil)
	for _, why := range [][]facts.Unknown{e.flag.missing, dns.missing, asOfOld} {
		l.missing = mergeUnknowns(l.missing, why)
	}
	if dns.other && dns.told {
		l.missing = mergeUnknowns(l.missing, unsupported("network.vpc.dns.servers", "what the DNS servers of %s answer (%s) is not known", e.vpc, strings.Join(e.t.Network.VPC.DNS.Servers, ", ")))
	}
	return l
}

// leadsAsOfOld is why the name of a public cluster may lead to its public address
// whatever the attributes of the VPC are: that of a workgroup does, and that of a
// cluster made before the name led elsewhere, until it is resized (same page). When
// that was is not told; a cluster of RA3 nodes was made, or came by a resize, later.
func (e *estate) leadsAsOfOld() []facts.Unknown {
	const path = "cluster.node_type"
	if e.t.Kind != facts.ProvisionedCluster {
		return unsupported("cluster.publicly_accessible", "where the name of a public workgroup leads in its VPC is not documented")
	}
	if lack := e.t.Lacking(path); lack != nil {
		return lack
	}
	family, _, whole := strings.Cut(e.t.Cluster.NodeType, ".")
	// Older than the page may be dw1, dw2, ds1, ds2, dc1 and dc2.
	if !whole || family == "" || family[0] < 'a' || family[0] > 'z' || family[0] == 'd' {
		return unsupported(path, "in its VPC the name of a cluster of %q may lead to the public address until it is resized", e.t.Cluster.NodeType)
	}
	return nil
}

// resolver is what is known of the DNS servers that instances in the VPC ask.
type resolver struct {
	support, hostnames certainty // the attributes of the VPC
	// amazon, other, none: the server may be Amazon's, somebody's own, or not told.
	amazon, other, none bool
	told                bool // which servers
	missing             []facts.Unknown
}

// resolver reads what was told of DNS in the VPC.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
func (e *estate) resolver() resolver {
	const path = "network.vpc.dns"
	r := resolver{support: maybe, hostnames: maybe}
	dns := e.t.Network.VPC.DNS
	if dns == nil {
		r.amazon, r.other, r.none = true, true, true
		if r.missing = e.t.LackingWithin(path); r.missing == nil {
			r.missing = unsupported(path, "the snapshot does not hold how instances in %s resolve names: collect it again, with --bastion", e.vpc)
		}
		return r
	}
	read := func(name string, set bool) certainty {
		lack := e.t.Lacking(path + "." + name)
		r.missing = mergeUnknowns(r.missing, lack)
		switch {
		case lack != nil:
			return maybe
		case set:
			return yes
		}
		return no
	}
	r.support, r.hostnames = read("support", dns.Support), read("hostnames", dns.Hostnames)
	if lack := e.t.LackingWithin(path + ".servers"); lack != nil {
		r.amazon, r.other, r.none = true, true, true
		r.missing = mergeUnknowns(r.missing, lack)
		return r
	}
	r.told, r.none = true, len(dns.Servers) == 0
	for _, server := range dns.Servers {
		own := e.isAmazonDNS(server)
		if _, err := netip.ParseAddr(server); err != nil && own == no {
			r.none = true // who answers to that
		}
		r.amazon, r.other = r.amazon || own != no, r.other || own != yes
	}
	return r
}

// isAmazonDNS tells whether a server is Amazon's. In a VPC of several ranges it has
// an address in the first that the VPC had, which is not told.
func (e *estate) isAmazonDNS(server string) certainty {
	if slices.Contains([]string{"AmazonProvidedDNS", "169.254.169.253", "fd00:ec2::253"}, server) {
		return yes
	}
	if e.t.LackingWithin("network.vpc.cidrs") != nil {
		return maybe
	}
	ranges, match := 0, no
	for _, cidr := range e.t.Network.VPC.CIDRs {
		p, ok := parseIPv4(cidr)
		if !ok {
			continue
		}
		ranges++
		if p.Addr().Next().Next().String() == server {
			match = maybe
		}
	}
	if match == maybe && ranges == 1 {
		return yes
	}
	return match
}

// endpointName judges the stage of that name, rest being the stages that follow it.
// Where the name leads, or may lead, to the public address, it judges the whole way
// there, and of rest a stage that denies is left to block the path only where that
// way is blocked too.
func (e *estate) endpointName(typed string, b *facts.Bastion, from *place, out *groups, rest []finding) finding {
	l := e.lead()
	if address, err := netip.ParseAddr(typed); err == nil {
		l = e.typedLead(address)
	}
	if l.onlyPublic() && !l.typed {
		l.off = dnsHostnames
	}
	var f finding
	switch {
	case l.public:
		f = e.publicName(&l, e.overPublicAddress(b, from, out), rest)
	case l.nowhere:
		f = unknown(l.missing, "", "", "whether a DNS server answers the bastion is not known")
	case l.typed:
		f = allow("", "", "%s, which was typed into the loader, is the endpoint's private address", typed)
	default:
		f = allow("", "", "the endpoint's name leads the bastion to the private address")
	}
	if f.by = (By{"vpc", e.vpc}); l.off != "" {
		f.by, f.remedy = By{"vpc-attribute", e.vpc + "/" + l.off}, Remedy{Object: e.vpc}
	}
	return f
}

// publicName judges the name that may lead to the public address, where public is
// what that way comes to.
func (e *estate) publicName(l *lead, public finding, rest []finding) finding {
	only := l.onlyPublic()
	says := l.says(e.vpc)
	switch {
	case only && public.verdict == Deny:
		return deny(Remedy{}, "", "", "%s: %s", says, public.detail)
	case only && public.verdict == Allow:
		setAside(rest)
		return allow("", "", "%s: %s", says, public.detail)
	case public.verdict == Allow && !l.nowhere && allAllow(rest):
		return allow("", "", "wherever the endpoint's name leads the bastion: %s", public.detail)
	}
	missing := mergeUnknowns(l.missing, public.missing)
	if only && !l.typed {
		missing = mergeUnknowns(missing, unsupported("network.vpc.dns.hostnames", "enable DNS hostnames of %s: then the name leads to the private address", e.vpc))
	}
	if public.verdict != Deny {
		doubt(rest, missing)
	}
	return unknown(missing, "", "", "%s: %s", says, public.detail)
}

// says tells in words of a way to the public address.
func (l *lead) says(vpc string) string {
	switch {
	case l.typed && l.onlyPublic():
		return "the endpoint's public address was typed into the loader, and not its name"
	case l.typed:
		return "what was typed into the loader may be the endpoint's public address"
	case l.onlyPublic():
		return "DNS hostnames are off in " + vpc + ", so the endpoint's name leads the bastion to the public address"
	}
	return "the endpoint's name may lead the bastion to the public address"
}

func allAllow(fs []finding) bool {
	return !slices.ContainsFunc(fs, func(f finding) bool { return f.verdict == Deny || f.verdict == Unknown })
}

// setAside makes of no matter what does not allow.
func setAside(fs []finding) {
	for i := range fs {
		if f := &fs[i]; f.verdict == Deny || f.verdict == Unknown {
			*f = finding{verdict: NotApplicable, by: f.by, detail: "on the way to the private address, which the name does not lead to: " + f.detail}
		}
	}
}

// doubt makes unknown what denies.
func doubt(fs []finding, missing []facts.Unknown) {
	for i := range fs {
		if f := &fs[i]; f.verdict == Deny {
			*f = unknown(missing, f.by.Kind, f.by.ID, "if the name leads to the private address, %s", f.detail)
		}
	}
}
