package netpath

import (
	"net/netip"
	"strconv"

	"github.com/rscheck/rscheck/checks/facts"
)

// estate is what the facts of one target come to before any source is looked at.
// It is made once for all sources, so each prefix is parsed once.
type estate struct {
	t *facts.Target
	// vpc is the cluster's VPC. It is empty where that is not known, and then
	// vpcMissing is not.
	vpc        string
	vpcMissing []facts.Unknown
	port       port
	// interfacesMissing is why the network interfaces are not known.
	interfacesMissing []facts.Unknown

	flag    finding // the public_access stage, the same for all sources
	gateway gateway
	where   location
	lists   map[string]prefixList
	tables  map[*facts.RouteTable]*routeTable
	acls    map[*facts.NetworkACL]*acl
}

// survey prepares the facts of t. The places of the endpoint are yet to be
// furnished.
func survey(t *facts.Target) *estate {
	e := &estate{
		t:      t,
		lists:  map[string]prefixList{},
		tables: map[*facts.RouteTable]*routeTable{},
		acls:   map[*facts.NetworkACL]*acl{},
	}
	e.vpc, e.vpcMissing = vpcOf(t)
	e.port = portOf(t)
	e.interfacesMissing = t.LackingWithin("network.interfaces")
	e.flag = publicAccess(t)
	e.gateway = e.findGateway()
	e.where = e.locate()
	return e
}

// furnish completes a place with what is the same for all sources.
func (e *estate) furnish(p *place) {
	p.endpoint = e.endpoint(p)
	p.publicAddress = e.publicAddress(p)
	p.blockPublicAccess = e.blockPublicAccess(p)
	p.table = e.tableOf(p)
	p.acl = e.aclOf(p)
	p.groups = e.groupsOf(p)
	p.edge = e.edgeOf(p)
}

// cuts are the prefixes of all rules that a source may meet.
func (e *estate) cuts() []netip.Prefix {
	special := notPublic()
	all := special[:]
	for i := range e.where.places {
		p := &e.where.places[i]
		all = append(all, p.table.cuts()...)
		for _, r := range p.acl.rules {
			if !r.vague {
				all = append(all, r.prefix)
			}
		}
		for _, a := range p.groups.admissions {
			if !a.vague {
				all = append(all, a.source)
			}
		}
	}
	return all
}

// vpcOf is the cluster's VPC. Not every answerer names it with the cluster (moto
// does not), so the subnet group's stands for it.
func vpcOf(t *facts.Target) (id string, missing []facts.Unknown) {
	for _, fact := range []struct{ path, id string }{
		{"cluster.vpc_id", t.Cluster.VPCID},
		{"network.subnet_group.vpc_id", t.Network.SubnetGroup.VPCID},
		{"network.vpc.id", t.Network.VPC.ID},
	} {
		lack := t.Lacking(fact.path)
		switch {
		case lack != nil:
			missing = mergeUnknowns(missing, lack)
		case fact.id == "":
		case id == "" || id == fact.id:
			id = fact.id
		default:
			return "", inconsistent(fact.path, "the cluster is said to be in %s and in %s", id, fact.id)
		}
	}
	if id == "" && missing == nil {
		missing = unsupported("cluster.vpc_id", "the cluster is in no VPC (EC2-Classic, which AWS has retired)")
	}
	if id != "" {
		missing = nil
	}
	return id, missing
}

// port is the port of the endpoint.
type port struct {
	number  int             // 0 where not known
	missing []facts.Unknown // why not
}

func portOf(t *facts.Target) port {
	const path = "cluster.endpoint.port"
	if lack := t.Lacking(path); lack != nil {
		return port{missing: lack}
	}
	n := t.Cluster.Endpoint.Port
	switch {
	case n == 0:
		return port{missing: unsupported(path, "the cluster has no endpoint, so no port")}
	case n < 0 || n > 65535:
		return port{missing: inconsistent(path, "%d is not a port", n)}
	}
	return port{number: n}
}

// String is the port in a sentence, empty where it is not known.
func (p port) String() string {
	if p.number == 0 {
		return ""
	}
	return strconv.Itoa(p.number)
}

// in tells whether the port is in the range of a TCP rule. A range that is absent
// or makes no sense may be anything.
func (p port) in(r *facts.Ports) certainty {
	switch {
	case !sane(r):
		return maybe
	case p.number == 0 && r.From <= 1 && r.To == 65535:
		return yes
	case p.number == 0:
		return maybe
	case r.From <= p.number && p.number <= r.To:
		return yes
	}
	return no
}

// sane reports whether r is a range of ports. For TCP the API gives both ends.
func sane(r *facts.Ports) bool {
	return r != nil && 0 <= r.From && r.From <= r.To && r.To <= 65535
}

// publicAccess judges the stage of that name.
func publicAccess(t *facts.Target) finding {
	const kind, id = "cluster-flag", "publicly_accessible"
	if lack := t.Lacking("cluster.publicly_accessible"); lack != nil {
		return unknown(lack, kind, id, "whether the cluster is publicly accessible is not known")
	}
	state := "publicly accessible"
	if !t.Cluster.PubliclyAccessible {
		state = "not publicly accessible"
	}
	f := allow(kind, id, "the cluster is %s", state)
	if !t.Cluster.PubliclyAccessible {
		f.verdict = Deny
	}
	if p := t.Cluster.Pending.PubliclyAccessible; p != nil && *p != t.Cluster.PubliclyAccessible {
		f.detail += "; a change of that is pending"
	}
	return f
}

// prefixList is a managed prefix list as far as its entries are known.
type prefixList struct {
	prefixes []netip.Prefix // of IPv4
	ipv6     []netip.Prefix
	// missing is why further entries may exist; nil where all are known.
	missing []facts.Unknown
}

// prefixList looks up the list with that id.
func (e *estate) prefixList(id string) prefixList {
	l, ok := e.lists[id]
	if !ok {
		l = readPrefixList(e.t, id)
		e.lists[id] = l
	}
	return l
}

func readPrefixList(t *facts.Target, id string) prefixList {
	path := "network.prefix_lists." + id
	if lack := t.LackingWithin(path); lack != nil {
		return prefixList{missing: lack}
	}
	for i := range t.Network.PrefixLists {
		if l := &t.Network.PrefixLists[i]; l.ID == id {
			return parsePrefixList(path, l)
		}
	}
	return prefixList{missing: inconsistent(path, "%s is referred to and was not described", id)}
}

func parsePrefixList(path string, l *facts.PrefixList) prefixList {
	switch l.State {
	case "create-complete", "modify-complete", "restore-complete":
	case "":
		// DescribePrefixLists tells no state. Its lists are AWS's own and never
		// empty; an empty one was not really described (moto leaves entries out).
		if len(l.CIDRs) == 0 {
			return prefixList{missing: inconsistent(path, "%s came without entries", l.ID)}
		}
	default:
		return prefixList{missing: inconsistent(path, "%s is in state %s", l.ID, l.State)}
	}
	if l.OwnerID == "AWS" && len(l.CIDRs) == 0 {
		return prefixList{missing: inconsistent(path, "%s came without entries", l.ID)}
	}
	var list prefixList
	for _, cidr := range l.CIDRs {
		// An IPv4 list can hold IPv6 entries where the answerer does not check (moto).
		if p, ok := parseIPv4(cidr); ok {
			list.prefixes = append(list.prefixes, p)
		} else if p, err := netip.ParsePrefix(cidr); err == nil {
			list.ipv6 = append(list.ipv6, p.Masked())
		} else {
			list.missing = inconsistent(path, "%s has an entry that is no prefix: %q", l.ID, cidr)
		}
	}
	return list
}
