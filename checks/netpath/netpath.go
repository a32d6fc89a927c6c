// Package netpath decides from observed facts whether TCP from a source address
// reaches the endpoint of a Redshift cluster, and which hop decides.
//
// A path is eleven hops, each judged by itself in three-valued logic: a hop
// allows or denies only if that holds whatever the facts that are not known may
// be. One certain deny blocks the path even where other hops are unknown; a path
// is reachable only if every hop is certain. No hop is left out because an
// earlier one denied: a person who mends the first cause wants to know of the
// second.
//
// An answer holds for a piece of address space that no rule cuts in two, so every
// hop is decided for one address at a time; a source that rules do cut is split
// first (see split) and its pieces are put together again at the end.
//
// Nothing here asks AWS or changes it, and nothing is modelled of AWS Network
// Firewall, Gateway Load Balancer appliances or the client's own side: where they
// would decide, the hop is unknown.
package netpath

import (
	"net/netip"

	"github.com/rscheck/rscheck/checks/facts"
)

// Stage is one hop of a path.
type Stage string

const (
	// Source: the address is one that the internet carries.
	Source Stage = "source"
	// PublicAccess: the cluster is set up to be publicly accessible.
	PublicAccess Stage = "public_access"
	// Endpoint: there is an endpoint, and it is known where in the VPC.
	Endpoint Stage = "endpoint"
	// PublicAddress: the endpoint has a public address.
	PublicAddress Stage = "public_address"
	// BlockPublicAccess: VPC Block Public Access lets connections in.
	BlockPublicAccess Stage = "block_public_access"
	// InternetGateway: an internet gateway is attached to the VPC.
	InternetGateway Stage = "internet_gateway"
	// GatewayRouteTable: the gateway's own route table, if any, delivers to the
	// endpoint.
	GatewayRouteTable Stage = "gateway_route_table"
	// ReturnRoute: the endpoint's subnet sends replies to the internet gateway.
	ReturnRoute Stage = "return_route"
	// NACLInbound: the subnet's network ACL lets the connection in.
	NACLInbound Stage = "nacl_inbound"
	// SecurityGroups: a security group admits the source.
	SecurityGroups Stage = "security_groups"
	// NACLOutbound: the subnet's network ACL lets every reply out, to whatever
	// port the client chose.
	NACLOutbound Stage = "nacl_outbound"
)

// Stages lists every Stage in the order of travel. A Path has one Hop for each.
var Stages = []Stage{
	Source, PublicAccess, Endpoint, PublicAddress, BlockPublicAccess, InternetGateway,
	GatewayRouteTable, ReturnRoute, NACLInbound, SecurityGroups, NACLOutbound,
}

// Verdict is what was decided of a hop or of a path.
type Verdict string

const (
	Allow         Verdict = "allow"
	Deny          Verdict = "deny"
	NotApplicable Verdict = "not_applicable" // the question has no object; it never blocks

	Reachable Verdict = "reachable" // of a path: every hop allows
	Blocked   Verdict = "blocked"   // of a path: it cannot be travelled

	Unknown Verdict = "unknown" // of either: the facts do not decide
)

// Path is the way of one source to the endpoint.
type Path struct {
	// Source is as it was given to Decide.
	Source netip.Prefix
	// Verdict is Reachable, Blocked or Unknown. A Source of several addresses is
	// Reachable if all of them are, and Blocked as soon as one is shut out.
	//
	// A path is Blocked where a hop denies, and also where it is not known which of
	// several subnets the cluster is in and the path to each is blocked, if at
	// different hops: those are then Unknown, and the Endpoint hop's Detail tells.
	Verdict Verdict
	// Hops has one Hop for each of Stages, in that order.
	Hops []Hop
}

// Hop is what was decided at one stage.
type Hop struct {
	Stage Stage
	// Verdict is Allow, Deny, Unknown or NotApplicable. Of a Source of several
	// addresses it is the worst; Detail then tells which are shut out.
	Verdict Verdict
	// By is what decided: of several Causes, the first.
	By By
	// Detail is a fragment fit for a person, as "acl-0a1b rule 100 denies tcp
	// 5439 from 52.0.0.0/8". It quotes text from AWS as it came, and tells of
	// every cause.
	Detail string
	// Missing is what an Unknown hop lacks, at least one entry. Its reason is
	// unsupported or inconsistent where no permission would cure it.
	Missing []facts.Unknown
	// Causes are why the hop is Deny or Unknown, at least one; of others there are
	// none. They are several where the endpoint has, or may have, several places
	// that do not fare alike, or where more than one thing must be mended.
	Causes []Cause
}

// Cause is one of the things that keep a hop from letting the source through.
type Cause struct {
	By By
	// Detail is as that of a Hop. It says at which places of the endpoint the
	// cause is found, if not at all of them.
	Detail string
	Remedy Remedy
}

// By names what decided a hop.
type By struct {
	// Kind is address, cluster-flag, network-interface, subnet, subnet-group,
	// elastic-ip, block-public-access, exclusion, vpc, internet-gateway,
	// route-table, route, network-acl, network-acl-rule, security-group,
	// security-group-rule, instance or vpc-attribute.
	Kind string
	// ID is the object's, as "igw-0a1b"; of an attribute, a rule or a route, with
	// its name, number or destination, as "acl-0a1b/100" ("acl-0a1b/*" for the last rule that
	// denies all) or "rtb-0a1b/0.0.0.0/0".
	ID string
}

// Remedy is what to change so that the hop would let the source through. Its
// fields are empty where they do not matter or cannot be told.
type Remedy struct {
	// Object is the id of the security group, network ACL, route table, subnet
	// (Block Public Access), VPC (internet gateway, DNS) or instance to change.
	Object string
	// RuleNumber is a free number of the network ACL ahead of the rule that
	// denies; 0 when none is free or none is needed.
	RuleNumber int
	// Route is the destination, a prefix or a prefix list id, of the route in
	// the way, empty where a route of the same destination can be created beside
	// it. Of a LocalRoute it is empty where the route cannot be deleted.
	Route string
	// Target is what a route back should lead to: the internet gateway attached to
	// the VPC, or the middlebox that packets come in through.
	Target string
	// Exclusion is the exclusion from Block Public Access to change; without it
	// one is to be created for Object.
	Exclusion string
	// Obstacle is what no change of Object gets past.
	Obstacle Obstacle
	// CIDR is what the network ACL or the security group should let through,
	// between a bastion and the endpoint. On the way of a source it is the source.
	CIDR string
	// Group is a security group of the endpoint, which a rule of the bastion's
	// group may name in the place of CIDR.
	Group string
}

// Obstacle is why the one obvious remedy would be refused or do nothing.
type Obstacle string

const (
	// OwnRange: the source is in a range of the VPC's own. No route for it can lead
	// out of the VPC
	// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html).
	OwnRange Obstacle = "own_range"
	// ExclusionsBarred: the organization allows no exclusions from Block Public
	// Access
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcBlockPublicAccessOptions.html).
	ExclusionsBarred Obstacle = "exclusions_barred"
)

// Decide returns the path of each source to the endpoint of t, in the order of
// sources. A source is any IPv4 prefix, usually of one address; a source of which
// only a part is let through is denied. An IPv6 source is unknown: no loader is
// known to have one.
func Decide(t *facts.Target, sources []netip.Prefix) []Path {
	e := survey(t)
	for i := range e.where.places {
		e.furnish(&e.where.places[i])
	}
	var cuts []netip.Prefix // not needed for single addresses
	paths := make([]Path, len(sources))
	for i, source := range sources {
		s, ok := asIPv4(source)
		switch {
		case !ok:
			paths[i] = unsupportedPath(source)
		case s.IsSingleIP():
			verdict, findings := e.walk(s)
			paths[i] = newPath(source, verdict, &findings)
		default:
			if cuts == nil {
				cuts = e.cuts()
			}
			paths[i] = e.widePath(source, s, split(s, cuts))
		}
	}
	e.spreadRuleNumbers(paths)
	return paths
}

// newPath is the path of these findings.
func newPath(source netip.Prefix, verdict Verdict, fs *findings) Path {
	path := Path{Source: source, Verdict: verdict, Hops: make([]Hop, len(Stages))}
	for i, stage := range Stages {
		path.Hops[i] = fs[i].hop(stage)
	}
	return path
}

// widePath decides the way of a source of several addresses, masked and in pieces.
func (e *estate) widePath(source, masked netip.Prefix, pieces []netip.Prefix) Path {
	verdicts := make([]Verdict, len(pieces))
	walks := make([]findings, len(pieces))
	for i, piece := range pieces {
		verdicts[i], walks[i] = e.walk(piece)
	}
	var merged findings
	column := make([]finding, len(pieces))
	for stage := range merged {
		for i := range walks {
			column[i] = walks[i][stage]
		}
		merged[stage] = mergePieces(masked, pieces, column)
	}
	return newPath(source, worst(verdicts), &merged)
}

// unsupportedPath is the path of a source that is not IPv4.
func unsupportedPath(source netip.Prefix) Path {
	missing := unsupported("source", "only IPv4 sources can be followed")
	var fs findings
	for i := range fs {
		fs[i] = unknown(missing, "", "", "%s is not an IPv4 prefix", source)
	}
	return newPath(source, Unknown, &fs)
}
