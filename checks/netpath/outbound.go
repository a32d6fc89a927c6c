package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// outboundOf are the rules of the bastion's security groups for what goes out to the
// cluster's port. Their sources are destinations.
func (e *estate) outboundOf(b *facts.Bastion) groups {
	var g groups
	for _, id := range b.GroupIDs {
		g.ids = append(g.ids, id)
		group, missing := e.securityGroup(id)
		switch {
		case group == nil:
			g.missing = mergeUnknowns(g.missing, missing)
		case group.Outbound == nil:
			path := "network.security_groups." + id + ".outbound"
			g.missing = mergeUnknowns(g.missing, unsupported(path, "the snapshot does not hold what %s lets out: collect it again, with --bastion", id))
		default:
			e.readRules(&g, id, group.Outbound.Permissions, e.useDoubt(group))
			if g.changeable == "" && e.isChangeable(membership{id: id}) {
				g.changeable = id
			}
		}
	}
	return g
}

// letOutToPlace judges the bastion_groups_outbound stage for the private addresses
// of a place.
func (g *groups) letOutToPlace(p *place, port port) finding {
	return p.everyAddress(g.cuts(), func(piece netip.Prefix) finding { return g.letOut(piece, &p.groups, port).letting(p.addresses) })
}

func (g *groups) cuts() []netip.Prefix {
	var cuts []netip.Prefix
	for _, a := range g.admissions {
		if !a.vague {
			cuts = append(cuts, a.source)
		}
	}
	return cuts
}

// letOut tells whether some group lets packets to an address out. Of a private one,
// to are the groups of the interface that has it: rules may name one of them. For a
// public one they are nil, because such a rule matches private addresses only
// (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html).
func (g *groups) letOut(piece netip.Prefix, to *groups, port port) finding {
	rules, missing := g.matching(piece.Addr())
	asked := question{egress: true, piece: piece, ports: port.String()}.String()
	if len(rules) > 0 {
		a := rules[0]
		return allow("security-group-rule", a.group+"/"+a.name(), "%s lets %s out by its rule for %s", a.group, asked, a.words())
	}
	for _, r := range g.references {
		member, doubt := to.has(r.source)
		doubt = mergeUnknowns(r.missing, doubt)
		switch {
		case member == yes && doubt == nil:
			return allow("security-group-rule", r.group+"/"+r.source, "%s lets %s out by its rule for members of %s", r.group, asked, r.source)
		case member != no:
			missing = mergeUnknowns(missing, doubt)
		}
	}
	ids := strings.Join(g.ids, ",")
	if missing != nil {
		return unknown(missing, "security-group", ids, "no rule is certain to let %s out", asked)
	}
	if len(g.ids) == 0 {
		return deny(Remedy{}, "security-group", "", "the bastion has no security group that lets %s out", asked)
	}
	return deny(Remedy{Object: g.changeable, Group: to.certain()}, "security-group", ids, "no rule of %s lets %s out", strings.Join(g.ids, ", "), asked)
}

// has tells whether the group with that id is attached, and why only perhaps.
func (g *groups) has(id string) (certainty, []facts.Unknown) {
	if g == nil {
		return no, nil
	}
	for _, m := range g.members {
		if m.id == id && m.missing == nil {
			return yes, nil
		}
	}
	for _, m := range g.members {
		if m.id == id {
			return maybe, m.missing
		}
	}
	if g.membersMissing != nil {
		return maybe, g.membersMissing
	}
	return no, nil
}

// certain is the first group that is certainly attached, empty for none.
func (g *groups) certain() string {
	if g == nil {
		return ""
	}
	i := slices.IndexFunc(g.members, func(m membership) bool { return m.missing == nil })
	if i < 0 {
		return ""
	}
	return g.members[i].id
}
