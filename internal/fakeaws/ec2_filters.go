package fakeaws

import (
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

func (c *call) describeNetworkAcls() *apiError {
	d := &c.out
	acls := gather(c.region, func(v *VPC) []facts.NetworkACL { return v.NetworkACLs })
	return respond(c, "networkAclSet", ec2Limits, acls, byVPC[facts.NetworkACL](), func(w within[facts.NetworkACL]) {
		d.text("networkAclId", w.thing.ID)
		d.text("vpcId", w.vpc)
		d.flag("default", w.thing.Default)
		each(d, "associationSet", "item", w.thing.SubnetIDs, func(id string) {
			d.text("networkAclId", w.thing.ID)
			d.text("subnetId", id)
		})
		each(d, "entrySet", "item", w.thing.Entries, func(e facts.NetworkACLEntry) {
			d.number("ruleNumber", e.Number)
			d.text("protocol", e.Protocol)
			d.text("ruleAction", e.Action)
			d.flag("egress", e.Egress)
			d.text("cidrBlock", e.CIDR)
			d.text("ipv6CidrBlock", e.IPv6CIDR)
			if e.Ports != nil {
				d.in("portRange", func() {
					d.number("from", e.Ports.From)
					d.number("to", e.Ports.To)
				})
			}
		})
	})
}

func (c *call) describeSecurityGroups() *apiError {
	d := &c.out
	groups := gather(c.region, func(v *VPC) []facts.SecurityGroup { return v.SecurityGroups })
	filters := byVPC[facts.SecurityGroup]()
	filters["group-id"] = func(w within[facts.SecurityGroup]) []string { return []string{w.thing.ID} }
	return respond(c, "securityGroupInfo", ec2Limits, groups, filters, func(w within[facts.SecurityGroup]) {
		d.text("groupId", w.thing.ID)
		d.text("groupName", w.thing.Name)
		d.text("vpcId", w.thing.VPCID)
		d.text("ownerId", w.thing.OwnerID)
		each(d, "ipPermissions", "item", w.thing.Inbound, c.permission)
		outbound := []facts.Permission{{Protocol: "-1", CIDRs: []string{"0.0.0.0/0"}}} // of a new group
		if o := w.thing.Outbound; o != nil {
			outbound = o.Permissions
		}
		each(d, "ipPermissionsEgress", "item", outbound, c.permission)
	})
}

func (c *call) permission(p facts.Permission) {
	d := &c.out
	source := func(element string) func(string) { return func(v string) { d.text(element, v) } }
	d.text("ipProtocol", p.Protocol)
	if p.Ports != nil {
		d.number("fromPort", p.Ports.From)
		d.number("toPort", p.Ports.To)
	}
	each(d, "ipRanges", "item", p.CIDRs, source("cidrIp"))
	each(d, "ipv6Ranges", "item", p.IPv6CIDRs, source("cidrIpv6"))
	each(d, "prefixListIds", "item", p.PrefixListIDs, source("prefixListId"))
	each(d, "groups", "item", p.GroupIDs, source("groupId"))
}

func (c *call) describeSecurityGroupVpcAssociations() *apiError {
	d := &c.out
	return respond(c, "securityGroupVpcAssociationSet", ec2Limits, c.region.GroupAssociations, map[string]func(facts.GroupAssociation) []string{
		"group-id": func(a facts.GroupAssociation) []string { return []string{a.GroupID} },
	}, func(a facts.GroupAssociation) {
		d.text("groupId", a.GroupID)
		d.text("vpcId", a.VPCID)
		d.text("state", a.State)
	})
}

// byList is the filter that both calls for prefix lists have.
func byList() map[string]func(facts.PrefixList) []string {
	return map[string]func(facts.PrefixList) []string{"prefix-list-id": func(p facts.PrefixList) []string { return []string{p.ID} }}
}

// describePrefixLists tells AWS's own lists, with their entries.
func (c *call) describePrefixLists() *apiError {
	d := &c.out
	lists := slices.DeleteFunc(slices.Clone(c.region.PrefixLists), func(p facts.PrefixList) bool { return p.OwnerID != "AWS" })
	return respond(c, "prefixListSet", limits{5, 255, 255}, lists, byList(), func(p facts.PrefixList) {
		d.text("prefixListId", p.ID)
		d.text("prefixListName", p.Name)
		d.texts("cidrSet", "item", p.CIDRs)
	})
}

func (c *call) describeManagedPrefixLists() *apiError {
	d := &c.out
	return respond(c, "prefixListSet", limits{1, 100, 100}, c.region.PrefixLists, byList(), func(p facts.PrefixList) {
		d.text("prefixListId", p.ID)
		d.text("prefixListName", p.Name)
		d.text("ownerId", p.OwnerID)
		d.text("state", p.State)
	})
}

func (c *call) getManagedPrefixListEntries() *apiError {
	id := c.Params.Get("PrefixListId")
	i := slices.IndexFunc(c.region.PrefixLists, func(p facts.PrefixList) bool { return p.ID == id })
	if i < 0 {
		return refuse("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", id)
	}
	d := &c.out
	return respond(c, "entrySet", limits{1, 100, 100}, c.region.PrefixLists[i].CIDRs, nil, func(cidr string) { d.text("cidr", cidr) })
}
