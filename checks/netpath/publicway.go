package netpath

import (
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// overPublicAddress judges the way from the bastion to the endpoint's public
// address: out by the internet gateway, under the bastion's own public address, and
// in again as from anywhere. Reachability Analyzer wants such a way cut in two there
// (https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html,
// IGW_NAT_REFLECTION).
func (e *estate) overPublicAddress(b *facts.Bastion, from *place, out *groups) finding {
	address, ok := parseAddress(b.PublicIP)
	if !ok {
		missing := unsupported("network.bastion.public_ip", "%s has no public address, and under which one it reaches the internet is not known", b.InstanceID)
		return unknown(missing, "", "", "the bastion has no public address of its own")
	}
	in := Decide(e.t, []netip.Prefix{address})[0]
	if in.Verdict == Blocked {
		return deny(Remedy{}, "", "", "%s", whyBlocked(in))
	}
	var column []finding
	for i := range e.where.places {
		column = append(column, e.outToPublic(from, &e.where.places[i], out))
	}
	f := e.overPlaces(column)
	if in.Verdict == Unknown && f.verdict != Deny {
		missing := f.missing
		for _, h := range in.Hops {
			missing = mergeUnknowns(missing, h.Missing)
		}
		return unknown(missing, "", "", "whether the endpoint lets %s in from outside is not known", address)
	}
	return f
}

// whyBlocked is the detail of the hop that blocks a path.
func whyBlocked(path Path) string {
	i := slices.IndexFunc(path.Hops, func(h Hop) bool { return h.Verdict == Deny })
	if i < 0 {
		i = slices.Index(Stages, Endpoint) // wherever it is, the path is blocked
	}
	return path.Hops[i].Detail
}

// outToPublic judges the first half: from the bastion to the internet gateway.
func (e *estate) outToPublic(from, p *place, out *groups) finding {
	to, missing := e.publicAddressAt(p)
	if missing != nil {
		return unknown(missing, "", "", "the endpoint's public address is not known")
	}
	halves := []finding{
		out.letOut(to, nil, e.port), e.wayOut(from, to), from.acl.opening(true, to, e.port), from.acl.replies(false, to),
	}
	// Judged on the loader's way to the bastion, which it would block too.
	for _, f := range []finding{e.blockPublicAccess(from), e.edgeOf(from).finding} {
		if f.verdict != Allow {
			f = unknown(mergeUnknowns(f.missing, unsupported("network.bastion", "the way in to the bastion is not open either")), "", "", "the way in to the bastion is not certain to be open")
		}
		halves = append(halves, f)
	}
	for _, f := range halves {
		if f.verdict == Deny {
			return deny(Remedy{}, f.by.Kind, f.by.ID, "%s", f.detail)
		}
	}
	for _, f := range halves {
		if f.verdict == Unknown {
			f.missing = missingOf(halves)
			return f
		}
	}
	return allow("", "", "%s is open to it by the internet gateway", to.Addr())
}

// publicAddressAt is the endpoint's public address at a place, as publicAddress
// finds it.
func (e *estate) publicAddressAt(p *place) (netip.Prefix, []facts.Unknown) {
	if p.described != nil {
		if a, ok := parseAddress(p.described.PublicIP); ok && !a.Addr().IsUnspecified() {
			return a, nil
		}
	}
	if lack := e.t.LackingWithin("cluster.elastic_ip"); lack != nil {
		return netip.Prefix{}, lack
	}
	if a, ok := parseAddress(e.t.Cluster.ElasticIP.IP); ok && e.t.Cluster.ElasticIP.Status == "active" {
		return a, nil
	}
	if e.interfacesMissing != nil {
		return netip.Prefix{}, e.interfacesMissing
	}
	return netip.Prefix{}, unsupported("network.interfaces", "AWS does not tell the endpoint's public address")
}

// wayOut tells whether the bastion's subnet sends packets to an address straight to
// the internet gateway. By any other target they may arrive too, but from another
// address than the bastion's.
func (e *estate) wayOut(from *place, to netip.Prefix) finding {
	t := from.table
	if t.missing != nil {
		return unknown(t.missing, "", "", "the route table of the bastion's subnet is not known")
	}
	routes, none, missing := t.candidates(to.Addr())
	switch {
	case missing != nil:
	case none:
		return deny(Remedy{}, "route-table", t.id, "%s has no route to %s", t.id, to)
	case len(routes) == 1 && routes[0].raw.State == "blackhole":
		return deny(Remedy{}, "route", t.id+"/"+routes[0].destination(), "%s drops what goes to %s", t.id, to)
	case len(routes) == 1 && routes[0].raw.State == "active" && targetKind(routes[0].raw.Target) == "igw" && (!e.gateway.known || routes[0].raw.Target == e.gateway.id):
		return allow("route", t.id+"/"+routes[0].destination(), "%s sends what goes to %s to %s", t.id, to, routes[0].raw.Target)
	default:
		missing = unsupported("network.route_tables."+t.id, "under which address what goes by %s reaches the internet is not known", routes[0].raw.Target)
	}
	return unknown(missing, "route-table", t.id, "%s is not certain to send what goes to %s straight to the internet gateway", t.id, to)
}
