package aws

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/rscheck/rscheck/checks/facts"
)

// fetch asks for all that the targets need, in as few dependent rounds as can be:
// what the clusters name, then what that refers to.
func (r *region) fetch(ctx context.Context, targets []*facts.Target) {
	want := r.wanted(targets)
	if want.placeless {
		// The subnet groups, or a workgroup's subnets, must say first which VPCs
		// there are.
		together(ctx, 2,
			func(ctx context.Context) { r.fetchSubnetGroups(ctx, want.subnetGroups) },
			func(ctx context.Context) { r.fetchSubnetVPCs(ctx, want.strayed) },
		)
		r.findPlaces(targets)
		want = r.wanted(targets)
	}
	tasks := []func(context.Context){
		func(ctx context.Context) { r.fetchSubnetGroups(ctx, want.subnetGroups) },
		func(ctx context.Context) { r.fetchParameters(ctx, want.parameterGroups) },
		func(ctx context.Context) { r.fetchNamespaces(ctx, want.namespaces) },
		func(ctx context.Context) { r.fetchLogging(ctx, want.logs) },
		func(ctx context.Context) { r.fetchVPCs(ctx, want.vpcs) },
		func(ctx context.Context) { r.fetchSubnets(ctx, want.vpcs) },
		func(ctx context.Context) { r.fetchRouteTables(ctx, want.vpcs) },
		func(ctx context.Context) { r.fetchNetworkACLs(ctx, want.vpcs) },
		func(ctx context.Context) { r.fetchGateways(ctx, want.vpcs) },
		func(ctx context.Context) { r.fetchSecurityGroups(ctx, want.securityGroups) },
		func(ctx context.Context) { r.fetchInterfacesAt(ctx, want.addresses) },
		func(ctx context.Context) { r.fetchInterfaces(ctx, want.interfaces) },
		func(ctx context.Context) { r.fetchPublicAccess(ctx) },
	}
	if want.provisioned {
		tasks = append(tasks, func(ctx context.Context) { r.fetchScheduled(ctx) })
	}
	if id := r.account.options.Bastion; id != "" {
		tasks = append(tasks, func(ctx context.Context) { r.fetchBastion(ctx, id) })
	}
	if want.account {
		tasks = append(tasks, func(ctx context.Context) { r.askCaller(ctx) })
	}
	together(ctx, sideBySide, tasks...)
	r.fetchReferences(ctx, targets)
}

// wants are the ids that some targets need to be told about.
type wants struct {
	subnetGroups, parameterGroups, vpcs, securityGroups, addresses, interfaces []string

	namespaces []string // of workgroups
	logs       []string // clusters whose audit logging is asked for
	strayed    []string // a subnet of each workgroup without a VPC
	account    bool     // some target has none
	placeless  bool     // some target has no VPC, but a subnet or a subnet group

	provisioned bool // some target is a cluster with nodes of its own
}

func (r *region) wanted(targets []*facts.Target) wants {
	var w wants
	for _, t := range targets {
		c := &t.Cluster
		w.subnetGroups = append(w.subnetGroups, c.SubnetGroup)
		w.vpcs = append(w.vpcs, c.VPCID)
		w.account = w.account || t.Account == ""
		w.placeless = w.placeless || c.VPCID == "" && c.SubnetGroup != ""
		w.provisioned = w.provisioned || t.Kind == facts.ProvisionedCluster
		if subnets := r.workgroups[t.ID].subnets; t.Kind == facts.Workgroup {
			w.namespaces = append(w.namespaces, r.workgroups[t.ID].namespace)
			if c.VPCID == "" && len(subnets) > 0 {
				w.strayed, w.placeless = append(w.strayed, subnets[0]), true
			}
		} else if r.account.options.Logging {
			w.logs = append(w.logs, t.Name)
		}
		for _, g := range c.ParameterGroups {
			w.parameterGroups = append(w.parameterGroups, g.Name)
		}
		for _, g := range c.SecurityGroups {
			w.securityGroups = append(w.securityGroups, g.ID)
		}
		for _, i := range c.Endpoint.Interfaces {
			w.interfaces = append(w.interfaces, i.ID)
		}
		if at := leaderAt(c); at != "" {
			w.addresses = append(w.addresses, at)
		}
	}
	return w
}

// leaderAt is the VPC and the private address that clients arrive at, where no
// VPC endpoint stands in front of the leader node; empty where either is not
// known.
func leaderAt(c *facts.Cluster) string {
	ip, ok := leader(c.Nodes)
	if !ok || c.VPCID == "" || len(c.Endpoint.Interfaces) > 0 {
		return ""
	}
	return at(c.VPCID, ip)
}

func at(vpc, address string) string { return vpc + " " + address }

// findPlaces takes the VPC of a cluster that did not tell it from its subnet
// group, and that of a workgroup from a subnet.
func (r *region) findPlaces(targets []*facts.Target) {
	for _, t := range targets {
		subnets := r.workgroups[t.ID].subnets
		switch {
		case t.Cluster.VPCID != "":
		case t.Kind == facts.Workgroup && len(subnets) > 0:
			t.Cluster.VPCID = r.subnetVPCs[subnets[0]].value
		case t.Kind != facts.Workgroup:
			t.Cluster.VPCID = r.subnetGroups[t.Cluster.SubnetGroup].value.VPCID
		}
	}
}

// askCaller asks who the caller is, once in all regions.
func (r *region) askCaller(ctx context.Context) {
	a := r.account
	a.identityMu.Lock()
	defer a.identityMu.Unlock()
	lookUp(ctx, r, getCallerIdentity, a.identity, []string{"caller"}, func(ctx context.Context, _ []string) (map[string]string, error) {
		cfg := a.config.Copy()
		cfg.Region = r.name
		out, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return nil, err
		}
		if out.Account == nil {
			return nil, &malformedError{"Account"}
		}
		return map[string]string{"caller": *out.Account}, nil
	}, never[string](getCallerIdentity))
}

// callerAccount is what AWS told of the caller; zero where it was not asked.
func (a *session) callerAccount() answer[string] {
	a.identityMu.Lock()
	defer a.identityMu.Unlock()
	return a.identity["caller"]
}

// fetchReferences asks for what the answers so far refer to, until they refer to
// nothing new: prefix lists and endpoints in routes, prefix lists in groups,
// further groups on interfaces, and lists whose first source told no entries. The
// exclusions go with the first of it, for the mode they exclude from is known then.
func (r *region) fetchReferences(ctx context.Context, targets []*facts.Target) {
	const deepest = 3 // interface → group → list → entries
	for range deepest {
		refs := r.references(targets)
		before := r.knownReferences()
		together(ctx, sideBySide,
			func(ctx context.Context) { r.fetchExclusions(ctx) },
			func(ctx context.Context) { r.fetchDNS(ctx, targets) },
			func(ctx context.Context) { r.fetchSecurityGroups(ctx, refs.groups) },
			func(ctx context.Context) { r.fetchAssociations(ctx, refs.foreignGroups) },
			func(ctx context.Context) { r.fetchEndpoints(ctx, refs.endpoints) },
			func(ctx context.Context) { r.fetchServiceLists(ctx, refs.serviceLists) },
			func(ctx context.Context) { r.fetchManagedLists(ctx, refs.lists) },
			func(ctx context.Context) { r.fetchEntries(ctx, slices.Concat(refs.lists, refs.bareServiceLists)) },
		)
		if r.knownReferences() == before {
			return
		}
	}
}

func (r *region) knownReferences() int {
	return len(r.securityGroups) + len(r.associations) + len(r.endpoints) + len(r.serviceLists) + len(r.managedLists) + len(r.entries)
}

// refs are ids that facts refer to.
type refs struct {
	groups, foreignGroups, endpoints []string
	// serviceLists are AWS's own of gateway endpoints, which one call resolves;
	// bareServiceLists are those it did not. lists are all others.
	serviceLists, bareServiceLists, lists []string
}

func (r *region) references(targets []*facts.Target) refs {
	var all refs
	seenVPC := map[string]bool{}
	for _, t := range targets {
		vpc := t.Cluster.VPCID
		if !seenVPC[vpc] {
			seenVPC[vpc] = true
			for _, table := range r.routeTables[vpc].value {
				for _, route := range table.Routes {
					all.addRoute(route)
				}
			}
		}
		for _, id := range r.groupsOf(t) {
			all.groups = append(all.groups, id)
			group, told := r.securityGroups[id]
			if !told || group.lack != nil {
				continue
			}
			if group.value.VPCID != vpc {
				all.foreignGroups = append(all.foreignGroups, id)
			}
			kept := r.withOutbound(t, group.value)
			for _, p := range permissions(&kept) {
				all.lists = append(all.lists, p.PrefixListIDs...)
			}
		}
	}
	all.settleLists()
	for _, id := range all.serviceLists {
		switch list, told := r.serviceLists[id]; {
		case !told || len(list.value.CIDRs) > 0:
		case list.value.ID == id:
			all.bareServiceLists = append(all.bareServiceLists, id)
		default:
			// A customer's list can lead to an endpoint too, and has a state that
			// matters; nor is it known whose a list is that could not be asked for.
			all.lists = append(all.lists, id)
		}
	}
	return all
}

func (all *refs) addRoute(route facts.Route) {
	list, toEndpoint := route.DestinationPrefixListID, strings.HasPrefix(route.Target, "vpce-")
	if toEndpoint {
		all.endpoints = append(all.endpoints, route.Target)
	}
	switch {
	case list != "" && toEndpoint:
		all.serviceLists = append(all.serviceLists, list)
	case list != "":
		all.lists = append(all.lists, list)
	}
}

// settleLists leaves each list in one place: where a gateway endpoint is reached
// by it, it is the service's.
func (all *refs) settleLists() {
	service := map[string]bool{}
	for _, id := range all.serviceLists {
		service[id] = true
	}
	var others []string
	for _, id := range all.lists {
		if !service[id] {
			others = append(others, id)
		}
	}
	all.lists = others
}

// groupsOf returns the security groups attached to the cluster, to an interface of
// its endpoint or to the bastion, in that order, each once.
func (r *region) groupsOf(t *facts.Target) []string {
	var ids []string
	for _, g := range t.Cluster.SecurityGroups {
		ids = append(ids, g.ID)
	}
	found, _ := r.interfacesOf(t)
	for _, i := range found {
		ids = append(ids, i.GroupIDs...)
	}
	if b, lack := r.bastionOf(t); lack == nil {
		ids = append(ids, b.GroupIDs...)
	}
	return distinct(ids)
}

// interfacesOf returns the network interfaces that carry the cluster's endpoint,
// and what is lacking of them by path.
func (r *region) interfacesOf(t *facts.Target) ([]facts.Interface, []facts.Unknown) {
	const path = "network.interfaces"
	if key := leaderAt(&t.Cluster); key != "" {
		a := r.interfacesAt[key]
		switch {
		case a.lack != nil:
			return nil, []facts.Unknown{a.lack.unknown(path)}
		case a.value.ID == "": // none there
			return nil, nil
		}
		return []facts.Interface{a.value}, nil
	}
	var list []facts.Interface
	var unknown []facts.Unknown
	for _, i := range t.Cluster.Endpoint.Interfaces {
		if a := r.interfaces[i.ID]; a.lack != nil {
			unknown = append(unknown, a.lack.unknown(path+"."+i.ID))
		} else {
			list = append(list, a.value)
		}
	}
	return list, unknown
}
