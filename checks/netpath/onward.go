package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// fromBastion is the path from the bastion to the endpoint, over every place where
// that is or may be.
func (e *estate) fromBastion(b *facts.Bastion, typed string, address netip.Prefix) Path {
	from := place{subnet: b.SubnetID, addresses: address}
	from.table, from.acl = e.tableOf(&from), e.aclOf(&from)
	out := e.outboundOf(b)
	places := e.where.places
	var columns [len(inside{})][]finding // by stage, then by place
	for i := range places {
		p := &places[i]
		p.endpoint, p.table, p.acl, p.groups = e.endpoint(p), e.tableOf(p), e.aclOf(p), e.groupsOf(p)
		for stage, f := range e.crossVPC(&from, p, &out, b.GroupIDs) {
			columns[stage] = append(columns[stage], f)
		}
	}
	var merged inside
	for stage := range merged {
		merged[stage] = e.overPlaces(columns[stage])
	}
	name := e.endpointName(typed, b, &from, &out, merged[1:])
	path := Path{Source: address}
	for i, stage := range FromBastionStages {
		switch {
		case stage == EndpointName:
			path.Hops = append(path.Hops, name.hop(stage))
		case i == 0:
			path.Hops = append(path.Hops, merged[0].hop(stage))
		default:
			path.Hops = append(path.Hops, merged[i-1].hop(stage))
		}
	}
	path.Verdict = foldHops(path.Hops)
	return path
}

// inside has one finding for each of FromBastionStages but EndpointName, which is
// the same for every place.
type inside [8]finding

// overPlaces merges what a stage says of every place.
func (e *estate) overPlaces(column []finding) finding {
	switch {
	case len(column) == 1:
		return column[0]
	case e.where.exact:
		return everyPlace(e.where.places, column)
	}
	return somePlace(e.where.places, column, e.where.missing)
}

// crossVPC judges the way to the private address. Neither routes nor network ACLs
// concern what stays in one subnet
// (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html).
func (e *estate) crossVPC(from, p *place, out *groups, groups []string) inside {
	source := from.addresses
	letOut := out.letOutToPlace(p, e.port)
	admitted := p.groups.admitMember(source, groups, e.port)
	if p.subnet == "" {
		f := unknown(p.missing, "", "", "the endpoint's subnet is not known")
		return inside{p.endpoint, letOut, f, f, f, admitted, f, f}
	}
	if p.subnet == from.subnet {
		f := finding{verdict: NotApplicable, by: By{"subnet", p.subnet}, detail: "the bastion and the endpoint are both in " + p.subnet}
		return inside{p.endpoint, letOut, f, f, f, admitted, f, f}
	}
	leave := from.toAddressesOf(p, func(piece netip.Prefix) finding { return from.acl.opening(true, piece, e.port).letting(p.addresses) })
	back := from.toAddressesOf(p, func(piece netip.Prefix) finding { return from.acl.replies(false, piece).letting(p.addresses) })
	route := bothWays(from.toAddressesOf(p, from.table.staysLocal), p.table.staysLocal(source))
	to, answer := p.acl.inbound(source, e.port).letting(source), p.acl.replies(true, source).letting(source)
	return inside{p.endpoint, letOut, route, leave, to, admitted, answer, back}
}

// letting names what a network ACL or a security group between the bastion and the
// endpoint should let through.
func (f finding) letting(through netip.Prefix) finding {
	f.remedy.CIDR = through.String()
	f.causes = slices.Clone(f.causes)
	for i := range f.causes {
		f.causes[i].Remedy.CIDR = through.String()
	}
	return f
}

// bothWays is what two findings come to that must both allow.
func bothWays(there, back finding) finding {
	switch {
	case there.verdict == back.verdict && (back.verdict == Deny || back.verdict == Unknown):
		return because(back.verdict, mergeUnknowns(there.missing, back.missing), joinCauses(slices.Clone(there.why()), back.why()))
	case there.verdict == Deny, back.verdict == Allow:
		return there
	}
	return back
}

// toAddressesOf merges what the rules of a subnet say of every address that the
// endpoint may have at a place.
func (from *place) toAddressesOf(p *place, judge func(netip.Prefix) finding) finding {
	cuts := from.table.cuts()
	for _, r := range from.acl.rules {
		if !r.vague {
			cuts = append(cuts, r.prefix)
		}
	}
	return p.everyAddress(cuts, judge)
}

// everyAddress merges what is said of every address that the endpoint may have at a
// place: certain is what holds for all of them.
func (p *place) everyAddress(cuts []netip.Prefix, judge func(netip.Prefix) finding) finding {
	var column []finding
	for _, piece := range split(p.addresses, cuts) {
		column = append(column, judge(piece))
	}
	for _, f := range column {
		if f.verdict != column[0].verdict {
			missing := mergeUnknowns(missingOf(column), unsupported("cluster.nodes", "which address of %s the endpoint has is not known", p.name()))
			return unknown(missing, "", "", "depends on the endpoint's address: %s", details(column))
		}
	}
	if column[0].verdict == Allow {
		return column[0]
	}
	var causes []Cause
	for _, f := range column {
		causes = joinCauses(causes, f.why())
	}
	return because(column[0].verdict, missingOf(column), causes)
}

// staysLocal judges the local_route stage for packets to an address. A longer route
// may lead them through a middlebox
// (https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html).
func (t *routeTable) staysLocal(piece netip.Prefix) finding {
	if t.missing != nil {
		return unknown(t.missing, "", "", "the route table of a subnet on the way is not known")
	}
	path := "network.route_tables." + t.id
	routes, _, missing := t.candidates(piece.Addr())
	dead := 0
	var targets []string
	for _, r := range routes {
		targets = append(targets, r.raw.Target)
		switch {
		case r.missing != nil: // a candidate, perhaps
		case r.raw.State == "blackhole":
			dead++
		case r.raw.Target != "local" || r.raw.State != "active":
			missing = mergeUnknowns(missing, unsupported(path, "what %s forwards is not modelled", r.raw.Target))
		}
	}
	switch {
	case len(routes) == 0:
		missing = inconsistent(path, "%s has no route to %s inside the VPC", t.id, piece)
	case dead == len(routes) && missing == nil:
		return t.drops(routes[0], piece)
	case dead > 0:
		missing = mergeUnknowns(missing, unsupported(path, "AWS picks one of several equal routes to %s at random", piece))
	}
	if missing != nil {
		return unknown(missing, "route-table", t.id, "%s sends what goes to %s to %s", t.id, piece, strings.Join(targets, " or "))
	}
	return allow("route", t.id+"/"+routes[0].destination(), "%s keeps what goes to %s inside the VPC", t.id, piece)
}

// drops says that a route to an address in the VPC is a blackhole. Of all routes
// that can be one, only those that somebody created can be deleted
// (https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithRouteTables.html).
func (t *routeTable) drops(r *route, piece netip.Prefix) finding {
	remedy := Remedy{Object: t.id}
	if r.raw.Origin == "CreateRoute" {
		remedy.Route = r.destination()
	}
	return deny(remedy, "route", t.id+"/"+r.destination(), "%s drops what goes to %s: its route %s is a blackhole", t.id, piece, r.destination())
}
