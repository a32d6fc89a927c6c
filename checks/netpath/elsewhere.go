package netpath

import (
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// Move is what would become of the paths if AWS moved the endpoint to another
// subnet of the cluster's subnet group, as it does when a cluster is resized,
// resumed or relocated, or fails over
// (https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-cluster-subnet-groups.html).
type Move struct {
	Subnet           string
	AvailabilityZone string
	// Paths has one Path for each source, in order. Its hops are those of
	// MoveStages, and its verdict is theirs: what else would stop a source stops
	// it wherever the endpoint is.
	Paths []Path
	// Missing is why the endpoint may be in this very subnet already; nil where it
	// certainly is not.
	Missing []facts.Unknown
}

// MoveStages are the stages that depend on the subnet, in the order of travel.
var MoveStages = []Stage{BlockPublicAccess, GatewayRouteTable, ReturnRoute, NACLInbound, NACLOutbound}

// Elsewhere returns a Move to each subnet of the subnet group of t but those that
// certainly carry the endpoint now, in the order AWS gave them. Where the subnets
// are not known, missing tells why and there are no moves.
func Elsewhere(t *facts.Target, sources []netip.Prefix) (moves []Move, missing []facts.Unknown) {
	const path = "network.subnet_group.subnets"
	if lack := t.LackingWithin(path); lack != nil {
		return nil, lack
	}
	e := survey(t)
	if e.vpc == "" {
		return nil, e.vpcMissing
	}
	now := e.where
	for _, s := range t.Network.SubnetGroup.Subnets {
		if s.ID == "" {
			return nil, inconsistent(path, "the subnet group has a subnet without an id")
		}
		there, doubt := now.carriedBy(s.ID)
		if there {
			continue
		}
		move := Move{Subnet: s.ID, AvailabilityZone: s.AvailabilityZone, Missing: doubt}
		e.moveTo(s.ID)
		for _, source := range sources {
			move.Paths = append(move.Paths, e.movedPath(source))
		}
		moves = append(moves, move)
	}
	return moves, nil
}

// carriedBy tells whether the subnet certainly carries the endpoint, or why it may.
func (l *location) carriedBy(subnet string) (certainly bool, perhaps []facts.Unknown) {
	for i := range l.places {
		switch p := &l.places[i]; {
		case p.subnet == "":
			perhaps = mergeUnknowns(perhaps, p.missing)
		case p.subnet == subnet && l.exact:
			return true, nil
		case p.subnet == subnet:
			perhaps = mergeUnknowns(perhaps, l.missing)
		}
	}
	return false, perhaps
}

// moveTo puts the endpoint into a subnet, as far as MoveStages need it.
func (e *estate) moveTo(subnet string) {
	p := place{subnet: subnet, addresses: e.addressesIn(subnet)}
	p.blockPublicAccess = e.blockPublicAccess(&p)
	p.table = e.tableOf(&p)
	p.acl = e.aclOf(&p)
	p.edge = e.edgeOf(&p)
	e.where = location{places: []place{p}, exact: true}
}

// movedPath is the path of a source to where the endpoint was moved.
func (e *estate) movedPath(source netip.Prefix) Path {
	s, ok := asIPv4(source)
	if !ok {
		return subnetHops(unsupportedPath(source))
	}
	pieces := []netip.Prefix{s}
	if !s.IsSingleIP() {
		pieces = split(s, e.cuts())
	}
	return subnetHops(e.widePath(source, s, pieces))
}

// subnetHops keeps the hops of MoveStages.
func subnetHops(path Path) Path {
	path.Hops = slices.DeleteFunc(path.Hops, func(h Hop) bool { return !slices.Contains(MoveStages, h.Stage) })
	path.Verdict = Reachable
	for _, h := range path.Hops {
		switch h.Verdict {
		case Deny:
			path.Verdict = Blocked
			return path
		case Unknown:
			path.Verdict = Unknown
		}
	}
	return path
}
