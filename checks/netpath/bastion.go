package netpath

import (
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

const (
	// Instance: the bastion runs.
	Instance Stage = "instance"
	// EndpointName: the name of the endpoint leads the bastion to an address at
	// which it reaches the endpoint.
	EndpointName Stage = "endpoint_name"
	// BastionGroupsOutbound: a security group of the bastion lets connections to the
	// endpoint out.
	BastionGroupsOutbound Stage = "bastion_groups_outbound"
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
		Endpoint, EndpointName, BastionGroupsOutbound, LocalRoute, BastionNACLOutbound, NACLInbound, SecurityGroups, NACLOutbound, BastionNACLInbound,
	}
)

// ThroughBastion returns the path of each source to the bastion of t on the port,
// in the order of sources, and the path from there to the cluster's endpoint, whose
// Source is the bastion's private address.
//
// Typed is the host that was typed into the loader. If it is an address, the bastion
// dials that, and otherwise the endpoint's name, which a custom domain leads to as
// well; whether any other name is the endpoint's is another question.
//
// The stages after EndpointName are those of the way to the endpoint's private
// address. Where its name leads the bastion to the public one, EndpointName judges
// that whole way, and the others never block the path by themselves.
func ThroughBastion(t *facts.Target, bastionPort int, typed string, sources []netip.Prefix) (in []Path, onward Path) {
	b := &t.Network.Bastion
	e := survey(t)
	address, _ := parseAddress(b.PrivateIP)
	if missing := e.bastionMissing(); missing != nil {
		for _, source := range sources {
			in = append(in, alike(source, ToBastionStages, unknown(missing, "", "", "the bastion is not known")))
		}
		return in, alike(address, FromBastionStages, unknown(missing, "", "", "the bastion is not known"))
	}
	if b.State == facts.PlannedBastion {
		return e.throughPlanned(bastionPort, typed, sources)
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
	way := e.throughInstance(bastionPort, typed, sources)
	last := len(way) - 1
	return way[:last:last], way[last]
}

// throughInstance has the path of each source to the bastion, an instance with a
// private address, and last the path from there to the endpoint.
func (e *estate) throughInstance(port int, typed string, sources []netip.Prefix) (way []Path) {
	b := &e.t.Network.Bastion
	for _, path := range Decide(movedToBastion(e.t, port), sources) {
		way = append(way, toBastion(path, b))
	}
	address, _ := parseAddress(b.PrivateIP)
	way = append(way, e.fromBastion(b, typed, address))
	e.spreadRuleNumbers(way)
	return way
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
	address, readable := parseAddress(b.PrivateIP)
	switch {
	case b.InstanceID == "" && b.State != facts.PlannedBastion:
		return unsupported(path, "no bastion was named")
	case gone && b.VPCID == "":
		return nil
	case e.vpc == "":
		return e.vpcMissing
	case b.VPCID != e.vpc:
		return unsupported(path, "%s is in %s and the cluster in %s: what joins the two is not followed", b.InstanceID, b.VPCID, e.vpc)
	case b.State == facts.PlannedBastion:
		return e.plannedMissing()
	case b.SubnetID == "" || !readable:
		return inconsistent(path, "%s has no subnet or no IPv4 address", b.InstanceID)
	case !e.addressesIn(b.SubnetID).Contains(address.Addr()):
		return inconsistent(path, "%s is in %s, which does not hold its address %s", b.InstanceID, b.SubnetID, b.PrivateIP)
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
	switch b.State {
	case facts.PlannedBastion:
		return finding{verdict: NotApplicable, by: By{kind, b.InstanceID}, detail: "no instance was named"}
	case "running":
		return allow(kind, b.InstanceID, "%s is running", b.InstanceID)
	case "stopped": // the one state in which it can be started
		return deny(Remedy{Object: b.InstanceID}, kind, b.InstanceID, "%s is stopped", b.InstanceID)
	case "stopping", "shutting-down", "terminated":
		return deny(Remedy{}, kind, b.InstanceID, "%s is %s", b.InstanceID, b.State)
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
	if b.State == facts.PlannedBastion {
		return finding{verdict: NotApplicable, by: By{kind, b.InstanceID}, detail: "it needs a public address: no instance was named that has one, or has none"}
	}
	if b.State != "running" {
		missing := unsupported("network.bastion.public_ip", "%s may get a public address when it starts", b.InstanceID)
		return unknown(missing, kind, b.InstanceID, "%s has no public address while it is %s", b.InstanceID, b.State)
	}
	return deny(Remedy{Object: b.InstanceID}, kind, b.InstanceID, "%s has no public address", b.InstanceID)
}
