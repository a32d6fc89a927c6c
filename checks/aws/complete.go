package aws

import (
	"cmp"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// complete fills in what the region was told about the target.
func (r *region) complete(t *facts.Target) {
	r.completeAccount(t)
	identify(t)
	if t.Kind == facts.Workgroup {
		r.completeNamespace(t)
	} else {
		r.completeParameters(t)
		r.completeLogging(t)
		r.completeScheduled(t)
	}
	r.completePublicAccess(t)
	r.completeBastion(t)
	c, n := &t.Cluster, &t.Network
	switch {
	case t.Kind == facts.Workgroup:
		r.completeWorkgroupSubnets(t)
	case c.SubnetGroup != "":
		n.SubnetGroup = take(t, "network.subnet_group", r.subnetGroups[c.SubnetGroup])
	default:
		inherit(t, "network.subnet_group", "cluster.subnet_group")
	}
	if c.VPCID == "" {
		r.completeWithoutVPC(t)
		return
	}
	n.VPC = take(t, "network.vpc", r.vpcs[c.VPCID])
	r.completeDNS(t)
	n.Subnets = sorted(take(t, "network.subnets", r.subnets[c.VPCID]), func(s facts.Subnet) string { return s.ID })
	n.RouteTables = sorted(take(t, "network.route_tables", r.routeTables[c.VPCID]), func(t facts.RouteTable) string { return t.ID })
	n.NetworkACLs = sorted(take(t, "network.network_acls", r.networkACLs[c.VPCID]), func(a facts.NetworkACL) string { return a.ID })
	n.InternetGateways = sorted(take(t, "network.internet_gateways", r.gateways[c.VPCID]), func(g facts.InternetGateway) string { return g.ID })
	r.completeInterfaces(t)
	r.completeSecurityGroups(t)
	r.completeReferences(t)
}

// take returns what was told, or records why it was not.
func take[T any](t *facts.Target, path string, a answer[T]) T {
	if a.lack != nil {
		t.Unknown = append(t.Unknown, a.lack.unknown(path))
	}
	return a.value
}

// inherit makes the fact at path unknown for the same reasons as the one it would
// have been found by.
func inherit(t *facts.Target, path, from string) {
	for _, u := range t.Lacking(from) {
		t.Lack(path, u.Reason, u.Detail)
	}
}

// sorted orders a list that targets share, so that two runs tell the same.
func sorted[T any](list []T, id func(T) string) []T {
	if !slices.IsSortedFunc(list, func(a, b T) int { return cmp.Compare(id(a), id(b)) }) {
		slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	}
	return list
}

// completeAccount takes the account from the cluster's namespace, or else from the
// caller's identity: one cannot list the clusters of another account.
func (r *region) completeAccount(t *facts.Target) {
	if t.Account == "" {
		caller := r.account.callerAccount()
		t.Account = take(t, "account", caller)
		take(t, "network.caller_account", caller)
	}
	t.Network.CallerAccount = t.Account
}

func (r *region) completeParameters(t *facts.Target) {
	c := &t.Cluster
	if len(c.ParameterGroups) == 0 {
		inherit(t, "cluster.parameters", "cluster.parameter_groups")
	}
	for _, g := range c.ParameterGroups {
		a := r.parameters[g.Name]
		if a.lack != nil {
			c.Parameters = nil
			t.Unknown = append(t.Unknown, a.lack.unknown("cluster.parameters"))
			return
		}
		if len(c.ParameterGroups) == 1 {
			c.Parameters = a.value
		} else {
			c.Parameters = slices.Concat(c.Parameters, a.value)
		}
	}
}

func (r *region) completePublicAccess(t *facts.Target) {
	n, options := &t.Network, r.publicAccess[r.name]
	n.BlockPublicAccess = options.value
	if options.lack != nil {
		for _, path := range callOf("DescribeVpcBlockPublicAccessOptions").Facts {
			t.Unknown = append(t.Unknown, options.lack.unknown(path))
		}
	} else if n.BlockPublicAccess.ExclusionsAllowed == "" {
		t.Lack("network.block_public_access.exclusions_allowed", facts.Unsupported, "ec2:DescribeVpcBlockPublicAccessOptions did not tell ExclusionsAllowed")
	}
	exclusions := take(t, "network.block_public_access.exclusions", r.exclusions[r.name])
	n.BlockPublicAccess.Exclusions = sorted(exclusions, func(e facts.Exclusion) string { return e.ID })
}

// completeLogging tells a cluster's audit logging where it was asked for.
func (r *region) completeLogging(t *facts.Target) {
	if !r.account.options.Logging {
		t.Unknown = append(t.Unknown, notAsked.unknown("cluster.logging"))
		return
	}
	t.Cluster.Logging = take(t, "cluster.logging", r.logging[t.Name])
}

// completeWithoutVPC records that nothing of a VPC can be told.
func (r *region) completeWithoutVPC(t *facts.Target) {
	why := []facts.Unknown{{Reason: facts.Unsupported, Detail: "the cluster is outside any VPC (EC2-Classic)"}}
	switch {
	case t.Kind == facts.Workgroup:
		why = []facts.Unknown{r.withoutVPC(t)}
		t.Lack("cluster.vpc_id", why[0].Reason, why[0].Detail)
	case !classic(&t.Cluster):
		// The subnet group would have told it, too.
		why = slices.DeleteFunc(t.Lacking("network.subnet_group"), func(u facts.Unknown) bool { return u.Reason == facts.NotRequested })
		why = append(why, facts.Unknown{Reason: facts.Unsupported, Detail: "redshift:DescribeClusters did not tell the cluster's VPC"})
		t.Lack("cluster.vpc_id", why[0].Reason, why[0].Detail)
	}
	for _, field := range []string{"vpc", "subnets", "route_tables", "network_acls", "internet_gateways", "interfaces", "security_groups"} {
		t.Lack("network."+field, why[0].Reason, why[0].Detail)
	}
}

func (r *region) completeInterfaces(t *facts.Target) {
	found, unknown := r.interfacesOf(t)
	t.Network.Interfaces = sorted(found, func(i facts.Interface) string { return i.ID })
	t.Unknown = append(t.Unknown, unknown...)
	if leaderAt(&t.Cluster) == "" && len(t.Cluster.Endpoint.Interfaces) == 0 {
		// There is none to look for, or it is not known where.
		inherit(t, "network.interfaces", "cluster.nodes")
		inherit(t, "network.interfaces", "cluster.endpoint.interfaces")
	}
}

func (r *region) completeSecurityGroups(t *facts.Target) {
	const path = "network.security_groups"
	inherit(t, path, "cluster.security_groups")
	n := &t.Network
	var unknown []facts.Unknown
	var foreign *lack // why it is not known where groups of other VPCs may be used
	for _, id := range r.groupsOf(t) {
		a := r.securityGroups[id]
		if a.lack != nil {
			unknown = append(unknown, a.lack.unknown(path+"."+id))
			continue
		}
		n.SecurityGroups = append(n.SecurityGroups, r.withOutbound(t, a.value))
		if a.value.VPCID == t.Cluster.VPCID {
			continue
		}
		associations := r.associations[id]
		if associations.lack != nil {
			foreign = associations.lack
		}
		n.GroupAssociations = append(n.GroupAssociations, associations.value...)
	}
	if len(n.SecurityGroups) == 0 && len(unknown) > 0 {
		unknown = []facts.Unknown{{Path: path, Reason: unknown[0].Reason, Detail: unknown[0].Detail}}
	}
	t.Unknown = append(t.Unknown, unknown...)
	if foreign != nil {
		t.Unknown = append(t.Unknown, foreign.unknown("network.group_associations"))
	}
	n.SecurityGroups = sorted(n.SecurityGroups, func(g facts.SecurityGroup) string { return g.ID })
}

// completeReferences adds the prefix lists and endpoints that the target's own
// routes and groups refer to.
func (r *region) completeReferences(t *facts.Target) {
	n := &t.Network
	var lists, endpoints []string
	for _, table := range n.RouteTables {
		for _, route := range table.Routes {
			lists = append(lists, route.DestinationPrefixListID)
			if strings.HasPrefix(route.Target, "vpce-") {
				endpoints = append(endpoints, route.Target)
			}
		}
	}
	for _, g := range n.SecurityGroups {
		for _, p := range permissions(&g) {
			lists = append(lists, p.PrefixListIDs...)
		}
	}
	lists, endpoints = distinct(lists), distinct(endpoints)
	slices.Sort(lists)
	slices.Sort(endpoints)
	for _, id := range lists {
		list, unknown := r.prefixList(id)
		if list.ID != "" {
			n.PrefixLists = append(n.PrefixLists, list)
		}
		t.Unknown = append(t.Unknown, unknown...)
	}
	for _, id := range endpoints {
		a := r.endpoints[id]
		if a.lack != nil {
			t.Unknown = append(t.Unknown, a.lack.unknown("network.vpc_endpoints."+id))
			continue
		}
		n.VPCEndpoints = append(n.VPCEndpoints, a.value)
	}
}
