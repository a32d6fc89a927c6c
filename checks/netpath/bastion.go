package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

const (
	// Instance: the bastion runs.
	Instance Stage = "instance"
	// LocalRoute: the route tables keep what the bastion and the cluster send each
	// other inside the VPC.
	LocalRoute Stage = "local_route"
	// BastionNACLOutbound: the bastion's subnet lets connections to the cluster out.
	BastionNACLOutbound Stage = "bastion_nacl_outbound"
	// BastionNACLInbound: the bastion's subnet lets the cluster's replies in.
	BastionNACLInbound Stage = "bastion_nacl_inbound"
)

// ToBastionStages are the stages from a source to the bastion, FromBastionStages
// those from the bastion to the cluster, both in the order of travel.
var (
	ToBastionStages = []Stage{
		Instance, Source, PublicAddress, BlockPublicAccess, InternetGateway, GatewayRouteTable, ReturnRoute,
		NACLInbound, SecurityGroups, NACLOutbound,
	}
	FromBastionStages = []Stage{
		Endpoint, LocalRoute, BastionNACLOutbound, NACLInbound, SecurityGroups, NACLOutbound, BastionNACLInbound,
	}
)

// ThroughBastion returns the path of each source to the bastion of t on the port,
// in the order of sources, and the path from there to the cluster's endpoint, whose
// Source is the bastion's private address. What the bastion's security groups let
// out is not observed; unless somebody changed it, that is everything.
func ThroughBastion(t *facts.Target, bastionPort int, sources []netip.Prefix) (in []Path, onward Path) {
	b := &t.Network.Bastion
	e := survey(t)
	address, _ := parseAddress(b.PrivateIP)
	if missing := e.bastionMissing(); missing != nil {
		for _, source := range sources {
			in = append(in, alike(source, ToBastionStages, unknown(missing, "", "", "the bastion is not known")))
		}
		return in, alike(address, FromBastionStages, unknown(missing, "", "", "the bastion is not known"))
	}
	if b.VPCID == "" {
		gone := finding{verdict: NotApplicable, detail: b.InstanceID + " is in no subnet any more"}
		for _, source := range sources {
			path := alike(source, ToBastionStages, gone)
			path.Hops[0] = instanceFinding(b).hop(Instance)
			path.Verdict = foldHops(path.Hops)
			in = append(in, path)
		}
		return in, alike(address, FromBastionStages, gone)
	}
	for _, path := range Decide(movedToBastion(t, bastionPort), sources) {
		in = append(in, toBastion(path, b))
	}
	onward = e.fromBastion(b, address)
	e.spreadRuleNumbers(append(slices.Clip(in), onward))
	return in, onward
}

// alike is a path of which every stage has the same finding.
func alike(source netip.Prefix, stages []Stage, f finding) Path {
	path := Path{Source: source}
	for _, stage := range stages {
		path.Hops = append(path.Hops, f.hop(stage))
	}
	path.Verdict = foldHops(path.Hops)
	return path
}

func foldHops(hops []Hop) Verdict {
	verdict := Reachable
	for _, h := range hops {
		switch h.Verdict {
		case Deny:
			return Blocked
		case Unknown:
			verdict = Unknown
		}
	}
	return verdict
}

// bastionMissing is why the bastion cannot be followed.
func (e *estate) bastionMissing() []facts.Unknown {
	const path = "network.bastion"
	if lack := e.t.LackingWithin(path); lack != nil {
		return lack
	}
	b := &e.t.Network.Bastion
	gone := b.State == "terminated" || b.State == "shutting-down"
	_, readable := parseAddress(b.PrivateIP)
	switch {
	case b.InstanceID == "":
		return unsupported(path, "no bastion was named")
	case gone && b.VPCID == "":
		return nil
	case e.vpc == "":
		return e.vpcMissing
	case b.VPCID != e.vpc:
		return unsupported(path, "%s is in %s and the cluster in %s: what joins the two is not followed", b.InstanceID, b.VPCID, e.vpc)
	case b.SubnetID == "" || !readable:
		return inconsistent(path, "%s has no subnet or no IPv4 address", b.InstanceID)
	}
	return nil
}

// movedToBastion is t with the bastion in the place of the cluster.
func movedToBastion(t *facts.Target, port int) *facts.Target {
	b := &t.Network.Bastion
	moved := *t
	moved.Cluster = facts.Cluster{
		Status: "available", PubliclyAccessible: true, VPCID: b.VPCID,
		Endpoint: facts.Endpoint{Host: b.InstanceID, Port: port, Interfaces: []facts.EndpointInterface{
			{ID: b.InstanceID, VPCID: b.VPCID, SubnetID: b.SubnetID, PrivateIP: b.PrivateIP},
		}},
	}
	moved.Network.SubnetGroup = facts.SubnetGroup{}
	moved.Network.Interfaces = []facts.Interface{{
		ID: b.InstanceID, SubnetID: b.SubnetID, VPCID: b.VPCID, PrivateIPs: []string{b.PrivateIP}, PublicIP: b.PublicIP, GroupIDs: b.GroupIDs,
	}}
	moved.Unknown = nil
	for _, u := range t.Unknown {
		replaced := func(path string) bool { return facts.Covers(path, u.Path) }
		if !slices.ContainsFunc([]string{"cluster", "network.interfaces", "network.subnet_group"}, replaced) {
			moved.Unknown = append(moved.Unknown, u)
		}
	}
	return &moved
}

// toBastion makes of a path to the moved endpoint one to the bastion.
func toBastion(path Path, b *facts.Bastion) Path {
	to := Path{Source: path.Source}
	for _, stage := range ToBastionStages {
		switch stage {
		case Instance:
			to.Hops = append(to.Hops, instanceFinding(b).hop(stage))
		case PublicAddress:
			to.Hops = append(to.Hops, bastionAddress(b).hop(stage))
		default:
			i := slices.IndexFunc(path.Hops, func(h Hop) bool { return h.Stage == stage })
			to.Hops = append(to.Hops, path.Hops[i])
		}
	}
	to.Verdict = foldHops(to.Hops)
	return to
}

// instanceFinding judges the stage of that name.
//
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
func instanceFinding(b *facts.Bastion) finding {
	const kind = "instance"
	remedy := Remedy{Object: b.InstanceID}
	switch b.State {
	case "running":
		return allow(kind, b.InstanceID, "%s is running", b.InstanceID)
	case "stopping", "stopped", "shutting-down", "terminated":
		return deny(remedy, kind, b.InstanceID, "%s is %s", b.InstanceID, b.State)
	}
	missing := unsupported("network.bastion.state", "%s is %s: ask again when it runs", b.InstanceID, b.State)
	return unknown(missing, kind, b.InstanceID, "%s is %s", b.InstanceID, b.State)
}

// bastionAddress judges the public_address stage. An instance that is not running
// has lost its address, or may get one when it starts.
func bastionAddress(b *facts.Bastion) finding {
	const kind = "instance"
	if a, ok := parseAddress(b.PublicIP); ok && !a.Addr().IsUnspecified() {
		return allow(kind, b.InstanceID, "%s has the public address %s", b.InstanceID, b.PublicIP)
	}
	if b.State != "running" {
		missing := unsupported("network.bastion.public_ip", "%s may get a public address when it starts", b.InstanceID)
		return unknown(missing, kind, b.InstanceID, "%s has no public address while it is %s", b.InstanceID, b.State)
	}
	return deny(Remedy{Object: b.InstanceID}, kind, b.InstanceID, "%s has no public address", b.InstanceID)
}

// fromBastion is the path from the bastion to the endpoint, over every place where
// that is or may be.
func (e *estate) fromBastion(b *facts.Bastion, address netip.Prefix) Path {
	from := place{subnet: b.SubnetID, addresses: address}
	from.table, from.acl = e.tableOf(&from), e.aclOf(&from)
	places := e.where.places
	columns := make([][]finding, len(FromBastionStages)) // by stage, then by place
	for i := range places {
		p := &places[i]
		p.endpoint, p.table, p.acl, p.groups = e.endpoint(p), e.tableOf(p), e.aclOf(p), e.groupsOf(p)
		for stage, f := range e.crossVPC(&from, p, b.GroupIDs) {
			columns[stage] = append(columns[stage], f)
		}
	}
	path := Path{Source: address}
	for i, stage := range FromBastionStages {
		var f finding
		switch {
		case len(places) == 1:
			f = columns[i][0]
		case e.where.exact:
			f = everyPlace(places, columns[i])
		default:
			f = somePlace(places, columns[i], e.where.missing)
		}
		path.Hops = append(path.Hops, f.hop(stage))
	}
	path.Verdict = foldHops(path.Hops)
	return path
}

// crossVPC has one finding for each of FromBastionStages. Neither routes nor network
// ACLs concern what stays in one subnet
// (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html).
func (e *estate) crossVPC(from, p *place, groups []string) []finding {
	source := from.addresses
	admitted := p.groups.admitMember(source, groups, e.port)
	if p.subnet == "" {
		f := unknown(p.missing, "", "", "the endpoint's subnet is not known")
		return []finding{p.endpoint, f, f, f, admitted, f, f}
	}
	if p.subnet == from.subnet {
		f := finding{verdict: NotApplicable, by: By{"subnet", p.subnet}, detail: "the bastion and the endpoint are both in " + p.subnet}
		return []finding{p.endpoint, f, f, f, admitted, f, f}
	}
	out := from.toAddressesOf(p, func(piece netip.Prefix) finding { return from.acl.opening(true, piece, e.port) })
	back := from.toAddressesOf(p, func(piece netip.Prefix) finding { return from.acl.replies(false, piece) })
	there := from.toAddressesOf(p, from.table.staysLocal)
	route := p.table.staysLocal(source)
	if there.verdict != Allow && (route.verdict == Allow || there.verdict == Deny) {
		route = there
	}
	to, answer := p.acl.inbound(source, e.port), p.acl.replies(true, source)
	out.remedy.CIDR, back.remedy.CIDR = p.addresses.String(), p.addresses.String()
	to.remedy.CIDR, answer.remedy.CIDR = source.String(), source.String()
	return []finding{p.endpoint, route, out, to, admitted, answer, back}
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
	column[0].missing = missingOf(column)
	return column[0]
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
	for _, r := range routes {
		to := By{"route", t.id + "/" + r.destination()}
		switch {
		case r.missing != nil: // a candidate, perhaps
		case r.raw.State == "blackhole" && len(routes) == 1 && missing == nil:
			return deny(Remedy{Object: t.id, Route: r.destination()}, to.Kind, to.ID, "%s drops what goes to %s: its route %s is a blackhole", t.id, piece, r.destination())
		case r.raw.Target != "local" || r.raw.State != "active":
			missing = mergeUnknowns(missing, unsupported(path, "what %s forwards is not modelled", r.raw.Target))
		}
	}
	if len(routes) == 0 {
		missing = inconsistent(path, "%s has no route to %s inside the VPC", t.id, piece)
	}
	if missing != nil {
		var targets []string
		for _, r := range routes {
			targets = append(targets, r.raw.Target)
		}
		return unknown(missing, "route-table", t.id, "%s sends what goes to %s to %s", t.id, piece, strings.Join(targets, " or "))
	}
	return allow("route", t.id+"/"+routes[0].destination(), "%s keeps what goes to %s inside the VPC", t.id, piece)
}
