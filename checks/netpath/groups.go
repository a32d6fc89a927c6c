package netpath

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// groups are the security groups in force at a place.
type groups struct {
	// ids are the groups that are known to be attached, or perhaps so.
	ids []string
	// admissions are their rules that may admit TCP on the cluster's port.
	admissions []admission
	// references are the rules that name a security group as source. They match
	// private addresses of its members, so nothing that comes from the
	// internet
	// (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html#security-group-referencing).
	references []reference
	// missing is why further rules may exist.
	missing []facts.Unknown
	// members are the groups with what is known of their attachment; there may be
	// others where membersMissing is not nil.
	members        []membership
	membersMissing []facts.Unknown
	// changeable is the group to add a rule to: the first that is certainly in
	// force and the caller's own, empty for none.
	changeable string
}

// admission is one source of an inbound rule, or one destination of an outbound one.
type admission struct {
	group  string
	source netip.Prefix // IPv4 or IPv6
	// list is the prefix list the source is of, empty for none.
	list string
	rule *facts.Permission
	// vague: the source is not known, and may be anything.
	vague bool
	// missing is why the rule may not be in force, or not for this port; nil
	// where it is for certain.
	missing []facts.Unknown
}

// reference is a rule, on the cluster's port, whose source or destination is a
// security group.
type reference struct {
	group, source string
	missing       []facts.Unknown // as of an admission
}

// membership is a security group attached for certain, or perhaps.
type membership struct {
	id      string
	missing []facts.Unknown // why perhaps
}

// groupsOf are the security groups of a place: its interface's own, or those of
// the cluster.
func (e *estate) groupsOf(p *place) groups {
	members, missing := e.membersOf(p)
	g := groups{missing: missing, members: members, membersMissing: missing}
	for _, m := range members {
		if !slices.Contains(g.ids, m.id) {
			g.ids = append(g.ids, m.id)
		}
		e.readGroup(&g, m)
		if g.changeable == "" && e.isChangeable(m) {
			g.changeable = m.id
		}
	}
	return g
}

// isChangeable tells whether a rule added to a group would count for certain, and is
// the caller's to add.
func (e *estate) isChangeable(m membership) bool {
	group, _ := e.securityGroup(m.id)
	if group == nil || m.missing != nil || e.useDoubt(group) != nil {
		return false
	}
	caller := e.t.Network.CallerAccount
	return e.t.Lacking("network.caller_account") != nil || group.OwnerID == "" || caller == "" || group.OwnerID == caller
}

// membersOf are the groups of the interface, if it was described, and otherwise
// those that the cluster lists, which an interface of the leader node has. Whether
// a VPC endpoint in front of the cluster has them too is documented nowhere.
func (e *estate) membersOf(p *place) (members []membership, missing []facts.Unknown) {
	if p.described != nil {
		return e.membersOfInterface(p), nil
	}
	if p.proxy != "" {
		if e.interfacesMissing != nil {
			return nil, e.interfacesMissing
		}
		return nil, inconsistent("network.interfaces", "the interface of the endpoint was not described")
	}
	if lack := e.t.LackingWithin("cluster.endpoint.interfaces"); lack != nil {
		return nil, lack // there may be a VPC endpoint in front
	}
	switch nodes := e.t.LackingWithin("cluster.nodes"); {
	case e.interfacesMissing != nil && nodes != nil:
		return nil, mergeUnknowns(nodes, e.interfacesMissing)
	case e.interfacesMissing != nil || len(e.t.Network.Interfaces) == 0:
		return e.attached()
	case e.where.missing != nil:
		return nil, e.where.missing // then it could not be told which one it is
	}
	return nil, inconsistent("network.interfaces", "the interface of the endpoint was not described")
}

// membersOfInterface are the groups of the interface of a place. One that the
// cluster is about to lose or to get is in force perhaps. Of the leader node's they
// should be those that the cluster lists as active. Where they are not, a group that
// is in one list only is in force perhaps: were the interface not known the cluster
// would be believed, and not to know a fact must not turn a verdict.
func (e *estate) membersOfInterface(p *place) (members []membership) {
	attached, missing := e.attached()
	compare := p.proxy == "" && missing == nil
	doubt := inconsistent("network.interfaces."+p.described.ID, "%s has other security groups than the cluster lists", p.described.ID)
	for _, id := range p.described.GroupIDs {
		m := membership{id: id}
		if i := slices.IndexFunc(attached, func(a membership) bool { return a.id == id }); i >= 0 {
			m.missing = attached[i].missing
		} else if compare {
			m.missing = doubt
		}
		members = append(members, m)
	}
	for _, a := range attached {
		if compare && a.missing == nil && !slices.Contains(p.described.GroupIDs, a.id) {
			members = append(members, membership{id: a.id, missing: doubt})
		}
	}
	return members
}

// attached are the groups that the cluster lists.
func (e *estate) attached() (members []membership, missing []facts.Unknown) {
	const path = "cluster.security_groups"
	if lack := e.t.LackingWithin(path); lack != nil {
		return nil, lack
	}
	attached := e.t.Cluster.SecurityGroups
	if len(attached) == 0 && e.vpc == "" {
		return nil, e.vpcMissing
	}
	for _, m := range attached {
		member := membership{id: m.ID}
		if m.Status != "active" {
			member.missing = inconsistent(path, "%s is in state %q", m.ID, m.Status)
		}
		members = append(members, member)
	}
	return members, nil
}

// securityGroup is the group with that id.
func (e *estate) securityGroup(id string) (group *facts.SecurityGroup, missing []facts.Unknown) {
	path := "network.security_groups." + id
	if lack := e.t.LackingWithin(path); lack != nil {
		return nil, lack
	}
	for i := range e.t.Network.SecurityGroups {
		if g := &e.t.Network.SecurityGroups[i]; g.ID == id {
			return g, nil
		}
	}
	return nil, inconsistent(path, "%s is attached and was not described", id)
}

// readGroup adds the inbound rules of a group.
func (e *estate) readGroup(g *groups, m membership) {
	group, missing := e.securityGroup(m.id)
	if group == nil {
		g.missing = mergeUnknowns(g.missing, missing)
		return
	}
	g.admissions = slices.Grow(g.admissions, countSources(group))
	e.readRules(g, m.id, group.Inbound, mergeUnknowns(m.missing, e.useDoubt(group)))
}

// useDoubt is why the rules of an attached group may not be in force in the VPC.
func (e *estate) useDoubt(group *facts.SecurityGroup) []facts.Unknown {
	use := e.usable(group)
	switch use.Usable {
	case Yes:
		return nil
	case No:
		return mergeUnknowns(use.Missing, inconsistent("network.group_associations", "%s is attached and belongs to %s", group.ID, group.VPCID))
	}
	return use.Missing
}

// readRules adds those rules of a group that may concern the port.
func (e *estate) readRules(g *groups, group string, rules []facts.Permission, groupDoubt []facts.Unknown) {
	for i := range rules {
		rule, doubt := &rules[i], groupDoubt
		switch includesTCP(rule.Protocol) {
		case no:
			continue
		case maybe:
			doubt = mergeUnknowns(doubt, ruleDoubt(group, "a rule of protocol %q", rule.Protocol))
		case yes:
			if rule.Protocol == "-1" {
				break
			}
			match := e.port.in(rule.Ports)
			if match == no {
				continue
			}
			if !sane(rule.Ports) {
				doubt = mergeUnknowns(doubt, ruleDoubt(group, "a tcp rule without a range of ports"))
			} else if match == maybe {
				doubt = mergeUnknowns(doubt, e.port.missing)
			}
		}
		e.readRule(g, group, rule, doubt)
	}
}

func countSources(group *facts.SecurityGroup) int {
	n := 0
	for i := range group.Inbound {
		n += len(group.Inbound[i].CIDRs) + len(group.Inbound[i].IPv6CIDRs)
	}
	return n
}

func ruleDoubt(group, format string, args ...any) []facts.Unknown {
	return inconsistent("network.security_groups."+group, "%s has %s", group, fmt.Sprintf(format, args...))
}

// readRule adds the sources of a rule that may admit the port.
func (e *estate) readRule(g *groups, group string, rule *facts.Permission, doubt []facts.Unknown) {
	add := func(a admission) {
		a.group, a.rule = group, rule
		g.admissions = append(g.admissions, a)
	}
	for _, cidr := range rule.CIDRs {
		if p, ok := parseIPv4(cidr); ok {
			add(admission{source: p, missing: doubt})
		} else {
			add(admission{vague: true, missing: mergeUnknowns(doubt, ruleDoubt(group, "a rule for what is no prefix: %q", cidr))})
		}
	}
	for _, cidr := range rule.IPv6CIDRs {
		if p, err := netip.ParsePrefix(cidr); err == nil && p.Addr().Is6() {
			add(admission{source: p.Masked(), missing: doubt})
		}
	}
	for _, id := range rule.PrefixListIDs {
		list := e.prefixList(id)
		for _, p := range slices.Concat(list.prefixes, list.ipv6) {
			add(admission{source: p, list: id, missing: doubt})
		}
		if list.missing != nil {
			add(admission{list: id, vague: true, missing: mergeUnknowns(doubt, list.missing)})
		}
	}
	for _, id := range rule.GroupIDs {
		g.references = append(g.references, reference{group, id, doubt})
	}
}

// matching are the admissions that hold for an address for certain, and why others
// may. Rules only allow, and those of all groups add up, so one is enough whatever
// the others are.
func (g *groups) matching(address netip.Addr) (certain []*admission, missing []facts.Unknown) {
	missing = g.missing
	for i := range g.admissions {
		a := &g.admissions[i]
		switch {
		case !a.vague && !a.source.Contains(address):
		case a.missing != nil:
			missing = mergeUnknowns(missing, a.missing)
		default:
			certain = append(certain, a)
		}
	}
	return certain, missing
}

// admit judges the security_groups stage, by the narrowest rule that matches. What
// goes out needs no rule: connection tracking lets replies pass.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html
func (g *groups) admit(piece netip.Prefix, p port) finding {
	rules, missing := g.matching(piece.Addr())
	asked := question{piece: piece, ports: p.String()}.String()
	if len(rules) > 0 {
		narrowest := slices.MaxFunc(rules, func(a, b *admission) int { return cmp.Compare(a.source.Bits(), b.source.Bits()) })
		return narrowest.finding(asked)
	}
	if missing != nil {
		return unknown(missing, "security-group", strings.Join(g.ids, ","), "no rule is certain to admit %s", asked)
	}
	if len(g.ids) == 0 {
		return deny(Remedy{}, "security-group", "", "no security group is attached, so nothing admits %s", asked)
	}
	f := deny(Remedy{Object: g.changeable}, "security-group", strings.Join(g.ids, ","), "no rule of %s admits %s", strings.Join(g.ids, ", "), asked)
	if len(g.references) > 0 {
		f.detail += "; rules whose source is a security group match private addresses only"
	}
	return f
}

// admitMember is admit for a source that has security groups itself, so that rules
// count whose source is one of those.
func (g *groups) admitMember(piece netip.Prefix, ids []string, p port) finding {
	f := g.admit(piece, p)
	if f.verdict == Allow {
		return f
	}
	asked := question{piece: piece, ports: p.String()}.String()
	var missing []facts.Unknown
	for _, r := range g.references {
		switch {
		case !slices.Contains(ids, r.source):
		case r.missing != nil:
			missing = mergeUnknowns(missing, r.missing)
		default:
			return allow("security-group-rule", r.group+"/"+r.source, "%s admits %s by its rule for members of %s", r.group, asked, r.source)
		}
	}
	switch {
	case f.verdict == Unknown:
		f.missing = mergeUnknowns(f.missing, missing)
	case missing != nil:
		return unknown(missing, "security-group", strings.Join(g.ids, ","), "no rule is certain to admit %s", asked)
	case len(g.references) > 0:
		f.detail = fmt.Sprintf("no rule of %s admits %s or a security group of its", strings.Join(g.ids, ", "), asked)
	}
	return f
}

// finding says that the rule admits what was asked.
func (a *admission) finding(asked string) finding {
	return finding{
		verdict: Allow,
		by:      By{"security-group-rule", a.group + "/" + a.name()},
		detail:  a.group + " admits " + asked + " by its rule for " + a.words(),
	}
}

// name is what the rule has as its source or destination; words tells of a prefix
// list the entry too.
func (a *admission) name() string {
	if a.list != "" {
		return a.list
	}
	return a.source.String()
}

func (a *admission) words() string {
	if a.list != "" {
		return a.list + " (" + a.source.String() + ")"
	}
	return a.source.String()
}
