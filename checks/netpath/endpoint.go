package netpath

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// location is where in the VPC clients arrive.
type location struct {
	// places are where, at least one.
	places []place
	// exact: every place carries the endpoint. Otherwise one of them does, and
	// missing tells what it would take to know which.
	exact   bool
	missing []facts.Unknown
}

// place is one interface, or one subnet, where clients arrive or may arrive.
type place struct {
	// subnet is empty where it is not known; missing then tells why.
	subnet  string
	missing []facts.Unknown
	// addresses are the private addresses the endpoint may have there: one, the
	// subnet's, or all.
	addresses netip.Prefix
	// proxy is the interface of a VPC endpoint in front of the cluster, empty
	// where clients reach the leader node itself.
	proxy string
	// described is the interface, nil where DescribeNetworkInterfaces did not
	// tell of it.
	described *facts.Interface

	endpoint, publicAddress, blockPublicAccess finding

	table  *routeTable
	edge   edge
	acl    *acl
	groups groups
}

// anywhere are all addresses: nothing is known of a private address.
func anywhere() netip.Prefix { return ipv4(0, 0, 0) }

// nowhere is the location of an endpoint of which nothing is known.
func nowhere(missing []facts.Unknown) location {
	return location{places: []place{{missing: missing, addresses: anywhere()}}, missing: missing}
}

// name is the place in a sentence.
func (p *place) name() string {
	switch {
	case p.proxy != "" && p.subnet != "":
		return p.proxy + " in " + p.subnet
	case p.proxy != "":
		return p.proxy
	case p.subnet != "":
		return p.subnet
	}
	return "an unknown subnet"
}

// locate finds the endpoint. Where VPC endpoints stand in
// front of the cluster, clients arrive there whatever the leader's address is.
func (e *estate) locate() location {
	const path = "cluster.endpoint.interfaces"
	if lack := e.t.LackingWithin(path); lack != nil {
		return nowhere(lack)
	}
	interfaces := e.t.Cluster.Endpoint.Interfaces
	if len(interfaces) == 0 {
		return e.locateLeader()
	}
	where := location{exact: true}
	for i := range interfaces {
		where.places = append(where.places, e.proxyPlace(&interfaces[i]))
	}
	return where
}

// proxyPlace is the place of an interface of a VPC endpoint.
func (e *estate) proxyPlace(i *facts.EndpointInterface) place {
	const path = "cluster.endpoint.interfaces"
	p := place{subnet: i.SubnetID, proxy: i.ID, addresses: e.addressesIn(i.SubnetID)}
	if a, ok := parseAddress(i.PrivateIP); ok {
		p.addresses = a
	}
	if e.t.Lacking("network.interfaces") == nil && e.t.LackingWithin("network.interfaces."+i.ID) == nil {
		for n := range e.t.Network.Interfaces {
			if d := &e.t.Network.Interfaces[n]; i.ID != "" && d.ID == i.ID {
				p.described = d
			}
		}
	}
	switch {
	case i.SubnetID == "" || i.ID == "":
		p.missing = inconsistent(path, "the endpoint's interface %q is in subnet %q", i.ID, i.SubnetID)
	case i.VPCID != "" && e.vpc != "" && i.VPCID != e.vpc:
		p.missing = inconsistent(path, "the endpoint's interface %s is in %s, the cluster in %s", i.ID, i.VPCID, e.vpc)
	case p.described != nil && p.described.SubnetID != i.SubnetID:
		p.missing = inconsistent(path, "the endpoint's interface %s is said to be in %s and in %s", i.ID, i.SubnetID, p.described.SubnetID)
	}
	if p.missing != nil {
		p.subnet, p.addresses = "", anywhere()
	}
	return p
}

// addressesIn are the addresses of a subnet as far as they are known.
func (e *estate) addressesIn(subnet string) netip.Prefix {
	if s := e.subnet(subnet); s != nil {
		if p, ok := parseIPv4(s.CIDR); ok {
			return p
		}
	}
	return anywhere()
}

// subnet is the subnet with that id, nil where it is not known.
func (e *estate) subnet(id string) *facts.Subnet {
	if id == "" || e.t.LackingWithin("network.subnets") != nil {
		return nil
	}
	for i := range e.t.Network.Subnets {
		if s := &e.t.Network.Subnets[i]; s.ID == id {
			return s
		}
	}
	return nil
}

// subnetMissing is why it is not known which subnet a place is in: it was not told,
// or it is none of the VPC's, so that what holds for subnets without a route table
// or a network ACL of their own need not hold for it.
func (e *estate) subnetMissing(p *place) []facts.Unknown {
	const path = "network.subnets"
	switch {
	case p.subnet == "":
		return p.missing
	case e.t.LackingWithin(path) == nil && e.subnet(p.subnet) == nil:
		return inconsistent(path, "%s is not among the subnets of the VPC", p.subnet)
	}
	return nil
}

// locateLeader finds the leader node by its private address.
func (e *estate) locateLeader() location {
	const path = "cluster.nodes"
	if lack := e.t.LackingWithin(path); lack != nil {
		return e.infer(netip.Prefix{}, lack)
	}
	address, ok, doubt := leader(e.t.Cluster.Nodes)
	if doubt != nil {
		return nowhere(doubt)
	}
	if !ok {
		return e.infer(address, nil)
	}
	described, doubt := e.interfaceAt(address.Addr().String())
	if doubt != nil {
		return nowhere(doubt)
	}
	subnetsMissing := e.t.LackingWithin("network.subnets")
	subnet := ""
	if subnetsMissing == nil {
		if subnet, doubt = e.subnetOf(address.Addr()); doubt != nil {
			return nowhere(doubt)
		}
	}
	if described != nil {
		if subnetsMissing == nil && described.SubnetID != subnet {
			return nowhere(inconsistent(path, "%s has the leader node's address %s and is in subnet %q, which does not hold it",
				described.ID, address.Addr(), described.SubnetID))
		}
		subnet = described.SubnetID
	}
	if subnet == "" {
		return e.infer(address, mergeUnknowns(subnetsMissing, e.interfacesMissing))
	}
	if !e.inGroup(subnet) {
		return nowhere(inconsistent("network.subnet_group", "the leader node is in %s, which is not in the cluster's subnet group", subnet))
	}
	return location{exact: true, places: []place{{subnet: subnet, addresses: address, described: described}}}
}

// leader is the private address that clients of a cluster without VPC endpoints
// arrive at. It is not ok where no node tells it.
func leader(nodes []facts.Node) (address netip.Prefix, ok bool, doubt []facts.Unknown) {
	for _, n := range nodes {
		// A cluster of one node has no LEADER; its node is SHARED.
		if n.Role != "LEADER" && n.Role != "SHARED" || n.PrivateIP == "" {
			continue
		}
		a, readable := parseAddress(n.PrivateIP)
		if !readable || ok && a != address {
			return netip.Prefix{}, false, inconsistent("cluster.nodes", "the leader node has no one IPv4 address: %q", n.PrivateIP)
		}
		address, ok = a, true
	}
	return address, ok, nil
}

// interfaceAt is the interface with that private address, nil where none is known.
func (e *estate) interfaceAt(address string) (found *facts.Interface, doubt []facts.Unknown) {
	if e.interfacesMissing != nil {
		return nil, nil
	}
	for i := range e.t.Network.Interfaces {
		d := &e.t.Network.Interfaces[i]
		elsewhere := d.VPCID != "" && e.vpc != "" && d.VPCID != e.vpc
		if elsewhere || !slices.Contains(d.PrivateIPs, address) {
			continue
		}
		if found != nil {
			return nil, inconsistent("network.interfaces", "%s and %s both have the leader node's address %s", found.ID, d.ID, address)
		}
		found = d
	}
	return found, nil
}

// subnetOf is the subnet of the VPC that holds an address, empty for none.
func (e *estate) subnetOf(address netip.Addr) (id string, doubt []facts.Unknown) {
	for i := range e.t.Network.Subnets {
		s := &e.t.Network.Subnets[i]
		elsewhere := s.VPCID != "" && e.vpc != "" && s.VPCID != e.vpc
		if p, ok := parseIPv4(s.CIDR); elsewhere || !ok || !p.Contains(address) {
			continue
		}
		if id != "" {
			return "", inconsistent("network.subnets", "%s and %s both hold the leader node's address %s", id, s.ID, address)
		}
		id = s.ID
	}
	return id, nil
}

// inGroup reports whether the cluster's subnet group, if it is known, has the
// subnet.
func (e *estate) inGroup(subnet string) bool {
	group := e.t.Network.SubnetGroup.Subnets
	if len(group) == 0 || e.t.LackingWithin("network.subnet_group.subnets") != nil {
		return true
	}
	return slices.ContainsFunc(group, func(s facts.GroupSubnet) bool { return s.ID == subnet })
}

// infer takes the subnets of the subnet group for the places where the leader node
// may be: those of the cluster's availability zone, where the address would have
// told more if AWS had one to tell (a paused cluster has no nodes), or all of
// them, where a fact that could have told more was not read.
func (e *estate) infer(address netip.Prefix, unread []facts.Unknown) location {
	const path = "network.subnet_group.subnets"
	if lack := e.t.LackingWithin(path); lack != nil {
		return nowhere(mergeUnknowns(unread, lack))
	}
	group := e.t.Network.SubnetGroup.Subnets
	if unread == nil {
		group = e.inZone(group)
		unread = unsupported("cluster.nodes", "AWS does not tell now which subnet the leader node is in")
	}
	if len(group) == 0 {
		return nowhere(unread)
	}
	where := location{missing: unread}
	for i := range group {
		p := place{subnet: group[i].ID, addresses: e.addressesIn(group[i].ID)}
		if address.IsValid() {
			p.addresses = address
		}
		if p.subnet == "" {
			return nowhere(inconsistent(path, "the subnet group has a subnet without an id"))
		}
		where.places = append(where.places, p)
	}
	return where
}

// inZone are the subnets in the cluster's availability zone, or all where the zone
// is not known or none is in it.
func (e *estate) inZone(group []facts.GroupSubnet) []facts.GroupSubnet {
	if e.t.Lacking("cluster.availability_zone") != nil {
		return group
	}
	var in []facts.GroupSubnet
	for _, s := range group {
		if s.AvailabilityZone == e.t.Cluster.AvailabilityZone {
			in = append(in, s)
		}
	}
	if len(in) == 0 {
		return group
	}
	return in
}

// endpoint judges the stage of that name for a place.
func (e *estate) endpoint(p *place) finding {
	if lack := e.t.Lacking("cluster.endpoint.host"); lack != nil {
		return unknown(lack, "", "", "whether the cluster has an endpoint is not known")
	}
	if e.t.Cluster.Endpoint.Host == "" {
		missing := unsupported("cluster.endpoint", "the cluster has no endpoint now")
		return unknown(missing, "", "", "the cluster has no endpoint now; its status is %q", e.t.Cluster.Status)
	}
	if p.subnet == "" {
		missing := p.missing
		if e.vpc == "" {
			missing = mergeUnknowns(missing, e.vpcMissing)
		}
		return unknown(missing, "", "", "where in the VPC the endpoint is, is not known")
	}
	switch {
	case p.proxy != "":
		return allow("network-interface", p.proxy, "the endpoint is %s (%s)", p.name(), p.addresses.Addr())
	case !e.where.exact:
		var subnets []string
		for i := range e.where.places {
			subnets = append(subnets, e.where.places[i].subnet)
		}
		return allow("subnet-group", e.t.Network.SubnetGroup.Name, "the leader node is in %s", strings.Join(subnets, " or "))
	case p.described != nil:
		return allow("network-interface", p.described.ID, "the leader node is %s in %s (%s)", p.described.ID, p.subnet, p.addresses.Addr())
	}
	return allow("subnet", p.subnet, "the leader node is in %s (%s)", p.subnet, p.addresses.Addr())
}

// publicAddress judges the stage of that name for a place.
//
// The public addresses of nodes prove nothing: private clusters have them too. An
// elastic IP that Redshift owns is not visible to the customer, so where the
// interface was not described the flag alone is proof
// (https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html).
// One that the customer gave leads clients to whichever interface has it.
func (e *estate) publicAddress(p *place) finding {
	switch e.flag.verdict {
	case Unknown:
		return unknown(e.flag.missing, e.flag.by.Kind, e.flag.by.ID, "%s", e.flag.detail)
	case Deny:
		return finding{verdict: NotApplicable, by: e.flag.by, detail: "a cluster that is not publicly accessible needs no public address"}
	}
	ip, lack := e.t.Cluster.ElasticIP, e.t.LackingWithin("cluster.elastic_ip")
	_, readable := parseAddress(ip.IP)
	elastic := lack == nil && readable && ip.Status == "active"
	if d := p.described; d != nil {
		if elastic && d.PublicIP != ip.IP {
			missing := inconsistent("network.interfaces."+d.ID, "the cluster has the elastic IP %s and %s has not", ip.IP, d.ID)
			return unknown(missing, "network-interface", d.ID, "the cluster's elastic IP %s is not that of %s", ip.IP, d.ID)
		}
		if a, ok := parseAddress(d.PublicIP); ok && !a.Addr().IsUnspecified() {
			return allow("network-interface", d.ID, "%s has the public address %s", d.ID, d.PublicIP)
		}
	}
	if lack != nil {
		return unknown(lack, "", "", "the cluster's elastic IP is not known")
	}
	if elastic {
		return allow("elastic-ip", ip.IP, "the cluster has the elastic IP %s", ip.IP)
	}
	if p.described != nil {
		missing := inconsistent("network.interfaces."+p.described.ID, "the cluster is publicly accessible and %s has no public address", p.described.ID)
		return unknown(missing, "network-interface", p.described.ID, "%s has no public address", p.described.ID)
	}
	if ip.IP != "" {
		missing := inconsistent("cluster.elastic_ip", "the elastic IP %q is in state %q", ip.IP, ip.Status)
		return unknown(missing, "elastic-ip", ip.IP, "the cluster's elastic IP %s is not active", ip.IP)
	}
	return allow(e.flag.by.Kind, e.flag.by.ID, "AWS gives a publicly accessible cluster a public address")
}
