package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// routeTable is the IPv4 part of a route table.
type routeTable struct {
	id     string
	routes []route
	// vague are routes of which it is not known to which addresses they apply:
	// their prefix list could not be read, or their destination makes no sense.
	vague []route
	// missing is why the table itself is not known; it then has no routes.
	missing []facts.Unknown
}

// route is one destination of a route: its own, or one of its prefix list.
type route struct {
	prefix  netip.Prefix
	rank    rank
	raw     *facts.Route
	missing []facts.Unknown // of a vague route
}

// rank orders routes to the same prefix, the preferred first.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
type rank int

const (
	unranked rank = iota // of an origin nobody knows: may be preferred or not
	static
	listed
	propagated
)

func rankOf(r *facts.Route) rank {
	switch {
	case r.DestinationPrefixListID != "":
		return listed
	case r.Origin == "EnableVgwRoutePropagation", r.Origin == "Advertisement":
		return propagated
	case r.Origin == "CreateRouteTable", r.Origin == "CreateRoute", r.Origin == "":
		return static
	}
	return unranked
}

// inForce and gone tell an association's state; in between it is changing. Not
// every answerer tells the state.
func inForce(state string) bool { return state == "" || state == "associated" }

func gone(state string) bool { return state == "disassociated" || state == "failed" }

// tableOf is the route table of a place's subnet: the one associated with it, or
// the VPC's main one.
func (e *estate) tableOf(p *place) *routeTable {
	const path = "network.route_tables"
	if lack := e.t.LackingWithin(path); lack != nil {
		return &routeTable{missing: lack}
	}
	if missing := e.subnetMissing(p); missing != nil {
		return &routeTable{missing: missing}
	}
	table, doubt := e.associated(func(a facts.RouteTableAssociation) bool { return a.SubnetID == p.subnet })
	if table == nil && doubt == nil {
		// A subnet without an association of its own is listed nowhere.
		table, doubt = e.associated(func(a facts.RouteTableAssociation) bool { return a.Main && a.SubnetID == "" })
	}
	if table == nil && doubt == nil {
		doubt = inconsistent(path, "no route table is associated with %s, and the VPC has no main one", p.subnet)
	}
	if doubt != nil {
		return &routeTable{missing: doubt}
	}
	return e.readTable(table)
}

// associated is the one table with an association that is meant, nil for none.
func (e *estate) associated(meant func(facts.RouteTableAssociation) bool) (found *facts.RouteTable, doubt []facts.Unknown) {
	const path = "network.route_tables"
	for i := range e.t.Network.RouteTables {
		table := &e.t.Network.RouteTables[i]
		for _, a := range table.Associations {
			switch {
			case gone(a.State) || !meant(a):
			case !inForce(a.State):
				return nil, inconsistent(path, "an association of %s is in state %q", table.ID, a.State)
			case found != nil && found != table:
				return nil, inconsistent(path, "%s and %s claim the same association", found.ID, table.ID)
			default:
				found = table
			}
		}
	}
	return found, nil
}

// readTable parses the routes of a table, once.
func (e *estate) readTable(table *facts.RouteTable) *routeTable {
	if read, ok := e.tables[table]; ok {
		return read
	}
	read := &routeTable{id: table.ID, routes: make([]route, 0, len(table.Routes))}
	for i := range table.Routes {
		e.readRoute(read, &table.Routes[i])
	}
	e.tables[table] = read
	return read
}

func (e *estate) readRoute(table *routeTable, raw *facts.Route) {
	r := route{rank: rankOf(raw), raw: raw}
	if raw.DestinationCIDR == "" && raw.DestinationPrefixListID == "" && raw.DestinationIPv6CIDR != "" {
		return
	}
	// Exactly one destination is set; a route with two is taken for one to anywhere.
	alone := raw.DestinationIPv6CIDR == "" && (raw.DestinationCIDR == "") != (raw.DestinationPrefixListID == "")
	if alone && raw.DestinationPrefixListID != "" {
		list := e.prefixList(raw.DestinationPrefixListID)
		for _, p := range list.prefixes {
			r.prefix = p
			table.routes = append(table.routes, r)
		}
		if list.missing != nil {
			r.missing = list.missing
			table.vague = append(table.vague, r)
		}
		return
	}
	if p, ok := parseIPv4(raw.DestinationCIDR); ok && alone {
		r.prefix = p
		table.routes = append(table.routes, r)
		return
	}
	r.missing = inconsistent("network.route_tables."+table.id, "%s has a route without a plain destination: %q", table.id, raw.DestinationCIDR)
	table.vague = append(table.vague, r)
}

func (t *routeTable) cuts() []netip.Prefix {
	cuts := make([]netip.Prefix, len(t.routes))
	for i, r := range t.routes {
		cuts[i] = r.prefix
	}
	return cuts
}

// best are the known routes that a packet to address may take: the longest prefix
// and, among equals, the best rank. There are several where AWS picks one at
// random (two prefix lists) or the facts do not tell, and none where no route
// matches.
func (t *routeTable) best(address netip.Addr) []*route {
	var best []*route
	for i := range t.routes {
		r := &t.routes[i]
		if !r.prefix.Contains(address) {
			continue
		}
		if len(best) > 0 && r.prefix.Bits() > best[0].prefix.Bits() {
			best = best[:0]
		}
		if len(best) == 0 || r.prefix.Bits() == best[0].prefix.Bits() {
			best = append(best, r)
		}
	}
	if len(best) < 2 {
		return best
	}
	top := propagated
	for _, r := range best {
		if r.rank != unranked {
			top = min(top, r.rank)
		}
	}
	return slices.DeleteFunc(best, func(r *route) bool { return r.rank > top })
}

// taken is the route that a packet to address takes as far as is known, the first of
// several; nil for none.
func (t *routeTable) taken(address netip.Addr) *route {
	if best := t.best(address); len(best) > 0 {
		return best[0]
	}
	return nil
}

// candidates are the routes that a packet to address may take, unread prefix lists
// considered. certain is whether no other is possible, not even none.
func (t *routeTable) candidates(address netip.Addr) (routes []*route, none bool, missing []facts.Unknown) {
	routes = t.best(address)
	none = len(routes) == 0
	if len(routes) == 1 && routes[0].prefix.IsSingleIP() && routes[0].rank == static {
		return routes, none, nil // nothing can be preferred to it
	}
	for i := range t.vague {
		routes = append(routes, &t.vague[i])
		missing = mergeUnknowns(missing, t.vague[i].missing)
	}
	return routes, none, missing
}

// returnRoute judges the stage of that name: which way replies to a source leave
// the endpoint's subnet.
func (e *estate) returnRoute(p *place, piece netip.Prefix) finding {
	if p.table.missing != nil {
		return unknown(p.table.missing, "", "", "the route table of the endpoint's subnet is not known")
	}
	routes, none, missing := p.table.candidates(piece.Addr())
	if len(routes) == 1 && missing == nil {
		return e.leave(p, piece, routes[0])
	}
	var column []finding
	if none {
		column = append(column, deny(e.wayBack(p, piece, nil), "route-table", p.table.id, "%s has no route for replies to %s", p.table.id, piece))
	}
	for _, r := range routes {
		column = append(column, e.leave(p, piece, r))
	}
	for _, f := range column {
		if f.verdict == column[0].verdict {
			continue
		}
		if missing == nil {
			missing = unsupported("network.route_tables."+p.table.id, "AWS picks one of several equal routes to %s at random", piece)
		}
		missing = mergeUnknowns(missing, missingOf(column))
		return unknown(missing, "route-table", p.table.id, "which route of %s replies to %s take is not certain: %s", p.table.id, piece, details(column))
	}
	column[0].missing = missingOf(column)
	return column[0]
}

func details(column []finding) string {
	var all []string
	for _, f := range column {
		if !slices.Contains(all, f.detail) {
			all = append(all, f.detail)
		}
	}
	return strings.Join(all, "; ")
}

// destination is the route's in words: a prefix, or the id of a prefix list.
func (r *route) destination() string {
	if r.raw.DestinationPrefixListID != "" {
		return r.raw.DestinationPrefixListID
	}
	if r.prefix.IsValid() {
		return r.prefix.String()
	}
	return r.raw.DestinationCIDR
}

// wayBack is how to give replies to a piece a route by which they reach the client,
// in the place of the one they take (nil for none).
func (e *estate) wayBack(p *place, piece netip.Prefix, taken *route) Remedy {
	remedy := Remedy{Object: p.table.id, Target: e.gateway.id}
	if p.edge.redirect != "" {
		remedy.Target = p.edge.redirect // what comes in through a middlebox must leave through it
	}
	if taken != nil && taken.rank != propagated { // which a route of the same destination is preferred to
		remedy.Route = taken.destination()
	}
	for i := range p.table.routes {
		if r := &p.table.routes[i]; r.raw.Target == "local" && r.prefix.Overlaps(piece) {
			return Remedy{Object: p.table.id, Obstacle: OwnRange}
		}
	}
	return remedy
}

// leave tells whether replies to a piece that take a route reach the internet
// gateway. A blackhole drops what it matches; a shorter route does not step in.
func (e *estate) leave(p *place, piece netip.Prefix, r *route) finding {
	table, target, to := p.table.id, r.raw.Target, r.destination()
	id := table + "/" + to
	remedy := e.wayBack(p, piece, r)
	away := func() finding {
		return deny(remedy, "route", id, "%s sends replies to %s by %s, not to the internet gateway", table, target, to)
	}
	doubt := func(missing []facts.Unknown) finding {
		return unknown(missing, "route", id, "%s sends replies to %s by %s", table, target, to)
	}
	path := "network.route_tables." + table
	switch kind := targetKind(target); {
	case r.raw.State == "blackhole":
		return deny(remedy, "route", id, "%s drops replies: its route %s to %s is a blackhole", table, to, target)
	case kind == "":
		return doubt(inconsistent(path, "a target of the kind of %q is not known", target))
	case r.raw.State != "active":
		return doubt(unsupported(path, "what AWS does with a route in state %q is not documented", r.raw.State))
	case kind == "igw":
		return e.leaveByGateway(remedy, id, table, target, to)
	case kind == "vpce":
		return e.leaveByEndpoint(p, target, away, doubt)
	case kind == "eni", kind == "i":
		return doubt(unsupported(path, "what the appliance at %s forwards is not modelled", target))
	case kind == "local":
		return deny(remedy, "route", id, "%s keeps replies inside the VPC, whose own addresses %s include the source", table, to)
	}
	return away()
}

// targetKind is what sort of thing a route leads to: the word before the dash of
// its id, "local" or "arn", and empty for anything not known.
func targetKind(target string) string {
	if target == "local" {
		return target
	}
	if strings.HasPrefix(target, "arn:") {
		return "arn" // a core network or an ODB network
	}
	kind, _, ok := strings.Cut(target, "-")
	if ok && slices.Contains([]string{"igw", "vgw", "vpce", "nat", "eigw", "tgw", "pcx", "cagw", "lgw", "eni", "i"}, kind) {
		return kind
	}
	return ""
}

func (e *estate) leaveByGateway(remedy Remedy, id, table, target, to string) finding {
	switch {
	case !e.gateway.known || target == e.gateway.id:
		return finding{verdict: Allow, by: By{"route", id}, detail: table + " sends replies to " + target + " by " + to}
	case e.gateway.finding.verdict == Unknown:
		return unknown(e.gateway.missing, "route", id, "%s sends replies to %s by %s", table, target, to)
	}
	return deny(remedy, "route", id, "%s sends replies to %s by %s, which is not attached to the VPC", table, target, to)
}

// leaveByEndpoint tells of a route to a VPC endpoint. Only a Gateway Load Balancer
// endpoint that traffic also comes in through can lead back to the client; any
// other (a gateway endpoint for S3, a firewall on one side only) takes the reply
// somewhere else.
func (e *estate) leaveByEndpoint(p *place, target string, away func() finding, doubt func([]facts.Unknown) finding) finding {
	if e.endpointType(target) == "Gateway" {
		return away()
	}
	switch {
	case p.edge.redirect == target:
		return doubt(unsupported("network.route_tables."+p.table.id, "what %s lets through is not modelled", target))
	case p.edge.redirect == "" && p.edge.finding.verdict == Unknown:
		return doubt(p.edge.finding.missing)
	}
	return away()
}

// endpointType is the type of a VPC endpoint, empty where it is not known.
func (e *estate) endpointType(id string) string {
	if e.t.LackingWithin("network.vpc_endpoints."+id) != nil {
		return ""
	}
	for _, v := range e.t.Network.VPCEndpoints {
		if v.ID == id {
			return v.Type
		}
	}
	return ""
}

// deliver tells what the gateway's route table does with a packet for a private
// address.
func (e *estate) deliver(table *routeTable, address netip.Addr) edge {
	path := "network.route_tables." + table.id
	routes, none, missing := table.candidates(address)
	if none || missing != nil || len(routes) > 1 {
		missing = mergeUnknowns(missing, inconsistent(path, "%s has no one route to the endpoint", table.id))
		return edge{finding: unknown(missing, "route-table", table.id, "%s has no one route to the endpoint", table.id)}
	}
	r := routes[0]
	to, target := r.destination(), r.raw.Target
	by := By{"route", table.id + "/" + to}
	switch kind := targetKind(target); {
	case r.raw.State == "blackhole":
		return edge{finding: deny(Remedy{Object: table.id, Route: to}, by.Kind, by.ID, "%s drops packets for the endpoint: its route %s to %s is a blackhole", table.id, to, target)}
	case r.raw.State != "active":
		missing = unsupported(path, "what AWS does with a route in state %q is not documented", r.raw.State)
	case kind == "local":
		return edge{finding: allow(by.Kind, by.ID, "%s delivers to the endpoint inside the VPC", table.id)}
	case kind == "vpce", kind == "eni":
		return edge{redirect: target, by: by, table: table.id}
	default:
		missing = inconsistent(path, "a gateway's route cannot lead to %q", target)
	}
	return edge{finding: unknown(missing, by.Kind, by.ID, "%s sends packets for the endpoint to %s", table.id, target)}
}
