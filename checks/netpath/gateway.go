package netpath

import (
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// gateway is what is known of the internet gateway of the VPC.
type gateway struct {
	// known: the gateways of the VPC could be read, and finding is the stage's.
	known   bool
	finding finding
	// id is the gateway attached to the VPC, empty where there is none or it is
	// not known.
	id string
	// missing is why it is not known.
	missing []facts.Unknown
}

// findGateway looks for the one gateway attached to the VPC.
func (e *estate) findGateway() gateway {
	const path = "network.internet_gateways"
	lack := e.t.LackingWithin(path)
	if e.vpc == "" {
		lack = mergeUnknowns(lack, e.vpcMissing)
	}
	if lack != nil {
		return gateway{missing: lack}
	}
	var attached, unsettled []string
	for _, g := range e.t.Network.InternetGateways {
		for _, a := range g.Attachments {
			switch {
			case a.VPCID != e.vpc || a.State == "detached":
			case a.State == "available" || a.State == "attached":
				// For an internet gateway the API says "available"; the other
				// words of the enumeration are taken at their meaning.
				attached = append(attached, g.ID)
			default:
				unsettled = append(unsettled, g.ID)
			}
		}
	}
	switch {
	case len(attached) == 1 && len(unsettled) == 0:
		id := attached[0]
		return gateway{known: true, id: id, finding: allow("internet-gateway", id, "%s is attached to %s", id, e.vpc)}
	case len(attached) == 0 && len(unsettled) == 0:
		return gateway{known: true, finding: deny(Remedy{Object: e.vpc}, "vpc", e.vpc, "no internet gateway is attached to %s", e.vpc)}
	}
	doubtful := slices.Concat(attached, unsettled)
	missing := inconsistent(path, "the attachments of %q to %s are not settled", doubtful, e.vpc)
	return gateway{known: true, missing: missing, finding: unknown(missing, "vpc", e.vpc, "%s has no one settled internet gateway", e.vpc)}
}

// internetGateway judges the stage of that name for a source whose replies take
// the route back.
func (e *estate) internetGateway(back finding) finding {
	if e.gateway.known {
		return e.gateway.finding
	}
	if back.verdict == Allow {
		// AWS turns a route to a gateway that is not attached into a blackhole, so
		// an active one vouches for the attachment.
		return allow(back.by.Kind, back.by.ID, "an active route leads to an internet gateway")
	}
	return unknown(e.gateway.missing, "", "", "whether an internet gateway is attached to the VPC is not known")
}

// edge is what the gateway's own route table does to packets for a place.
type edge struct {
	// finding is the stage's, unless the packets are redirected.
	finding finding
	// redirect is the middlebox they are sent to, empty for none; it is certain
	// unless finding is unknown. By names the route, table the gateway's table.
	redirect string
	by       By
	table    string
}

// edgeOf reads the gateway route table for a place.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
func (e *estate) edgeOf(p *place) edge {
	const path = "network.route_tables"
	if lack := e.t.LackingWithin(path); lack != nil {
		return edge{finding: unknown(lack, "", "", "the gateway's route table is not known")}
	}
	table, doubt := e.edgeTable()
	if doubt != nil {
		return edge{finding: unknown(doubt, "", "", "the gateway's route table is not known")}
	}
	if table == nil {
		return edge{finding: allow("vpc", e.vpc, "no route table is associated with the internet gateway")}
	}
	routes := e.readTable(table)
	var all []finding
	var first edge
	for i, piece := range split(p.addresses, routes.cuts()) {
		next := e.deliver(routes, piece.Addr())
		if i == 0 {
			first = next
		}
		if next.finding.verdict != first.finding.verdict || next.redirect != first.redirect {
			missing := mergeUnknowns(p.missing, unsupported("cluster.nodes", "%s treats the addresses of %s in different ways", table.ID, p.name()))
			return edge{finding: unknown(missing, "route-table", table.ID, "%s may deliver to the endpoint or not", table.ID)}
		}
		all = append(all, next.finding)
	}
	first.finding.missing = missingOf(all)
	return first
}

// edgeTable is the route table associated with the gateway, nil for none.
func (e *estate) edgeTable() (found *facts.RouteTable, doubt []facts.Unknown) {
	if !e.gateway.known || e.gateway.finding.verdict == Unknown {
		// Not knowing the gateway matters only if some table is a gateway's.
		found, doubt = e.associated(func(a facts.RouteTableAssociation) bool {
			return a.GatewayID != "" && targetKind(a.GatewayID) != "vgw"
		})
		if found != nil || doubt != nil {
			return nil, mergeUnknowns(e.gateway.missing, doubt)
		}
		return nil, nil
	}
	return e.associated(func(a facts.RouteTableAssociation) bool {
		return a.GatewayID != "" && a.GatewayID == e.gateway.id
	})
}

// gatewayRouteTable judges the stage of that name for a place and a source whose
// replies take the route back.
func (e *estate) gatewayRouteTable(p *place, piece netip.Prefix, back finding) finding {
	middlebox := p.edge.redirect
	if middlebox == "" {
		return p.edge.finding
	}
	if back.verdict == Allow {
		// Reachability Analyzer calls it INGRESS_RTB_TRAFFIC_REDIRECTION: behind a
		// middlebox a subnet cannot use a route straight to the gateway.
		return deny(e.wayBack(p, piece, p.table.taken(piece.Addr())), p.edge.by.Kind, p.edge.by.ID, "traffic comes in through %s, and replies go straight to the internet gateway", middlebox)
	}
	missing := unsupported("network.route_tables."+p.edge.table, "what %s lets through is not modelled", middlebox)
	if back.verdict == Unknown {
		missing = mergeUnknowns(missing, back.missing)
	}
	return unknown(missing, p.edge.by.Kind, p.edge.by.ID, "traffic comes in through %s", middlebox)
}
