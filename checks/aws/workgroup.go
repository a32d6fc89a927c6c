package aws

import (
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// workgroupTarget makes a target of what ListWorkgroups told, in the terms of a
// cluster. What a workgroup does not have stays empty and is known to be so: nodes,
// a second zone, relocation, parameter groups (its parameters are in force at
// once), pending changes.
func (r *region) workgroupTarget(in *types.Workgroup) (*facts.Target, error) {
	var f fields
	name, id := f.text("workgroupName", in.WorkgroupName), f.text("workgroupArn", in.WorkgroupArn)
	if err := f.err(); err != nil {
		return nil, err
	}
	where, err := arn.Parse(id)
	if err != nil {
		return nil, &malformedError{"workgroupArn"}
	}
	t := &facts.Target{ID: id, Kind: facts.Workgroup, Name: name, Region: r.name, Account: where.AccountID, Partition: where.Partition}
	c := teller{target: t, call: callOf(listWorkgroups)}
	t.Cluster = facts.Cluster{
		PubliclyAccessible: told(&c, "publicly_accessible", in.PubliclyAccessible),
		IPAddressType:      told(&c, "ip_address_type", in.IpAddressType),
		EnhancedVPCRouting: told(&c, "enhanced_vpc_routing", in.EnhancedVpcRouting),
		Version:            told(&c, "version", in.WorkgroupVersion),
		CustomDomain:       sdk.ToString(in.CustomDomainName),
		SecurityGroups:     activeGroups(in.SecurityGroupIds),
	}
	c.workgroupStatus(in.Status)
	c.workgroupEndpoint(in.Endpoint, in.Status == types.WorkgroupStatusAvailable)
	c.workgroupParameters(in.ConfigParameters)
	if len(t.Cluster.SecurityGroups) == 0 {
		c.untold("security_groups", "the workgroup's security groups")
	}
	r.workgroups[id] = workgroup{namespace: sdk.ToString(in.NamespaceName), subnets: slices.Clone(in.SubnetIds)}
	return t, nil
}

// workgroupStatus takes the status in the words of a cluster. AWS tells no
// availability of a workgroup. One that is AVAILABLE takes connections; one that
// is MODIFYING is as a cluster that is, of which AWS says that it is
// intermittently available; one that is made or deleted takes none
// (https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Workgroup.html).
func (c *teller) workgroupStatus(status types.WorkgroupStatus) {
	cluster := &c.target.Cluster
	cluster.Status = strings.ToLower(string(status))
	switch status {
	case types.WorkgroupStatusAvailable:
		cluster.AvailabilityStatus = "Available"
	case types.WorkgroupStatusModifying:
		cluster.AvailabilityStatus = "Modifying"
	case types.WorkgroupStatusCreating, types.WorkgroupStatusDeleting:
		cluster.AvailabilityStatus = "Unavailable"
	case "":
		c.untold("status", "the workgroup's status")
		c.untold("availability_status", "the workgroup's status")
	default:
		c.target.Lack("cluster.availability_status", facts.Unsupported, "rscheck does not know what the status means that "+c.call.Action+" told")
	}
}

// workgroupEndpoint is whole while a workgroup is available. Its interfaces are in
// all of its subnets, as a rule, and clients may arrive at each.
func (c *teller) workgroupEndpoint(in *types.Endpoint, available bool) {
	if in == nil {
		in = &types.Endpoint{}
	}
	e := &c.target.Cluster.Endpoint
	*e = facts.Endpoint{Host: sdk.ToString(in.Address), Port: int(sdk.ToInt32(in.Port))}
	lost := false
	for _, v := range in.VpcEndpoints {
		if c.target.Cluster.VPCID == "" {
			c.target.Cluster.VPCID = sdk.ToString(v.VpcId)
		}
		for _, i := range v.NetworkInterfaces {
			e.Interfaces = append(e.Interfaces, facts.EndpointInterface{
				ID: sdk.ToString(i.NetworkInterfaceId), VPCEndpointID: sdk.ToString(v.VpcEndpointId), VPCID: sdk.ToString(v.VpcId),
				SubnetID: sdk.ToString(i.SubnetId), PrivateIP: sdk.ToString(i.PrivateIpAddress), AvailabilityZone: sdk.ToString(i.AvailabilityZone),
			})
			lost = lost || i.NetworkInterfaceId == nil
		}
		lost = lost || len(v.NetworkInterfaces) == 0
	}
	if lost || len(e.Interfaces) == 0 && (available || e.Host != "") {
		e.Interfaces = nil
		c.untold("endpoint.interfaces", "the network interfaces of the endpoint")
	}
	if available && e.Host == "" {
		c.untold("endpoint.host", "the endpoint of an available workgroup")
	}
	if e.Port == 0 && (available || e.Host != "") {
		c.untold("endpoint.port", "the port of the endpoint")
	}
}

// workgroupParameters are those that ListWorkgroups tells, which are few.
func (c *teller) workgroupParameters(in []types.ConfigParameter) {
	if len(in) == 0 { // no workgroup is without
		c.untold("parameters", "the workgroup's parameters")
	}
	for _, p := range in {
		if p.ParameterKey == nil || p.ParameterValue == nil {
			c.target.Cluster.Parameters = nil
			c.untold("parameters", "the name and the value of each parameter")
			return
		}
		if keepParameter(*p.ParameterKey, "user") {
			c.target.Cluster.Parameters = append(c.target.Cluster.Parameters, facts.Parameter{Name: *p.ParameterKey, Value: *p.ParameterValue})
		}
	}
}

// activeGroups are a workgroup's security groups. A change of them is a change of
// the workgroup, so that those it has are active.
func activeGroups(ids []string) []facts.GroupMember {
	var list []facts.GroupMember
	for _, id := range ids {
		list = append(list, facts.GroupMember{ID: id, Status: "active"})
	}
	return list
}

// completeNamespace adds what the workgroup's namespace tells. A namespace is
// encrypted with the key it names, which is AWS's own where the customer chose none
// (https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-workgroups-and-namespaces-rotate-kms-key.html).
func (r *region) completeNamespace(t *facts.Target) {
	c := teller{target: t, call: callOf("ListNamespaces")}
	name := r.workgroups[t.ID].namespace
	if name == "" {
		c.call = callOf(listWorkgroups)
		for _, path := range namespaceFacts() {
			c.untold(strings.TrimPrefix(path, "cluster."), "the workgroup's namespace")
		}
		return
	}
	a := r.namespaces[name]
	if a.lack != nil {
		for _, path := range namespaceFacts() {
			t.Unknown = append(t.Unknown, a.lack.unknown(path))
		}
		return
	}
	t.Cluster.AdminUser = told(&c, "admin_user", a.value.adminUser)
	t.Cluster.DatabaseName = told(&c, "database_name", a.value.databaseName)
	t.Cluster.Encrypted = told(&c, "encrypted", a.value.key) != ""
	if a.value.exports == nil {
		c.untold("logging", "the namespace's log exports")
	}
	logging := &t.Cluster.Logging
	for _, e := range a.value.exports {
		logging.Enabled, logging.Destination = true, "cloudwatch"
		logging.Exports = append(logging.Exports, string(e))
	}
	slices.Sort(logging.Exports)
}

// completeWorkgroupSubnets tells the workgroup's subnets as a subnet group. Their
// zones are those that EC2 tells.
func (r *region) completeWorkgroupSubnets(t *facts.Target) {
	const path = "network.subnet_group"
	ids, vpc := r.workgroups[t.ID].subnets, t.Cluster.VPCID
	subnets := r.subnets[vpc]
	switch {
	case len(ids) == 0:
		t.Lack(path, facts.Unsupported, callOf(listWorkgroups).Action+" did not tell the workgroup's subnets")
		return
	case vpc == "":
		t.Unknown = append(t.Unknown, facts.Unknown{Path: path, Reason: r.withoutVPC(t).Reason, Detail: r.withoutVPC(t).Detail})
		return
	}
	group := &t.Network.SubnetGroup
	group.VPCID = vpc
	if subnets.lack != nil {
		t.Unknown = append(t.Unknown, subnets.lack.unknown(path+".subnets"))
		return
	}
	for _, id := range ids {
		i := slices.IndexFunc(subnets.value, func(s facts.Subnet) bool { return s.ID == id })
		if i < 0 {
			group.Subnets = nil
			t.Lack(path+".subnets", facts.Inconsistent, callOf("DescribeSubnets").Action+" tells nothing of "+id+" in "+vpc)
			return
		}
		group.Subnets = append(group.Subnets, facts.GroupSubnet{ID: id, AvailabilityZone: subnets.value[i].AvailabilityZone})
	}
}

// withoutVPC is why it is not known which VPC the workgroup is in.
func (r *region) withoutVPC(t *facts.Target) facts.Unknown {
	if ids := r.workgroups[t.ID].subnets; len(ids) > 0 {
		if a := r.subnetVPCs[ids[0]]; a.lack != nil && a.lack != notAsked {
			return a.lack.unknown("")
		}
	}
	return facts.Unknown{Reason: facts.Unsupported, Detail: callOf(listWorkgroups).Action + " did not tell the workgroup's VPC"}
}
