package aws

import (
	"fmt"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// target makes a target of what DescribeClusters told. A field that AWS always
// tells and did not is unknown.
func (r *region) target(in *types.Cluster) (*facts.Target, error) {
	name := sdk.ToString(in.ClusterIdentifier)
	if name == "" {
		return nil, &malformedError{"ClusterIdentifier"}
	}
	t := &facts.Target{Kind: facts.ProvisionedCluster, Name: name, Region: r.name, Partition: partition(r.name)}
	// A namespace belongs to the cluster's account, which is the caller's:
	// DescribeClusters lists no other's.
	if namespace, err := arn.Parse(sdk.ToString(in.ClusterNamespaceArn)); err == nil {
		t.Account, t.Partition = namespace.AccountID, namespace.Partition
	}
	c := teller{target: t, call: callOf(describeClusters)}
	status := told(&c, "status", in.ClusterStatus)
	available := strings.HasPrefix(status, "available")
	t.Cluster = facts.Cluster{
		Status:                status,
		AvailabilityStatus:    told(&c, "availability_status", in.ClusterAvailabilityStatus),
		PubliclyAccessible:    told(&c, "publicly_accessible", in.PubliclyAccessible),
		Pending:               pending(in.PendingModifiedValues),
		VPCID:                 sdk.ToString(in.VpcId), // where absent, the subnet group may tell it
		SubnetGroup:           sdk.ToString(in.ClusterSubnetGroupName),
		AvailabilityZone:      sdk.ToString(in.AvailabilityZone),
		Relocation:            told(&c, "relocation", in.AvailabilityZoneRelocationStatus),
		SecurityGroups:        vpcGroups(in.VpcSecurityGroups),
		ClassicSecurityGroups: classicGroups(in.ClusterSecurityGroups),
		IPAddressType:         told(&c, "ip_address_type", in.IpAddressType),
		EnhancedVPCRouting:    told(&c, "enhanced_vpc_routing", in.EnhancedVpcRouting),
		Encrypted:             told(&c, "encrypted", in.Encrypted),
		AdminUser:             told(&c, "admin_user", in.MasterUsername),
		DatabaseName:          told(&c, "database_name", in.DBName),
		NodeType:              told(&c, "node_type", in.NodeType),
		NodeCount:             int(told(&c, "node_count", in.NumberOfNodes)),
		ParameterGroups:       parameterGroups(in.ClusterParameterGroups),
		CustomDomain:          sdk.ToString(in.CustomDomainName),
	}
	if e := in.ElasticIpStatus; e != nil {
		t.Cluster.ElasticIP = facts.ElasticIP{IP: sdk.ToString(e.ElasticIp), Status: sdk.ToString(e.Status)}
	}
	c.version(in)
	c.endpoint(in.Endpoint, available)
	c.place(in, status, available)
	c.membership()
	return t, nil
}

// teller fills a cluster's facts and records what AWS did not tell.
type teller struct {
	target *facts.Target
	call   Call // that told the rest
}

func (c *teller) untold(field, name string) {
	c.target.Lack("cluster."+field, facts.Unsupported, c.call.Action+" did not tell "+name)
}

// told returns what v points at. Where AWS told nothing, the fact is unknown.
func told[T any](c *teller, field string, v *T) T {
	var value T
	if v == nil {
		c.untold(field, "the "+string(c.target.Kind)+"'s "+strings.ReplaceAll(field, "_", " "))
		return value
	}
	return *v
}

func (c *teller) version(in *types.Cluster) {
	if in.ClusterVersion == nil || in.ClusterRevisionNumber == nil {
		c.untold("version", "the cluster's version and revision")
		return
	}
	c.target.Cluster.Version = *in.ClusterVersion + "." + *in.ClusterRevisionNumber
}

// endpoint is whole while a cluster is available. Before and after, AWS leaves out
// the address, the port or both: there is none.
func (c *teller) endpoint(in *types.Endpoint, available bool) {
	if in == nil {
		in = &types.Endpoint{}
	}
	e := &c.target.Cluster.Endpoint
	*e = facts.Endpoint{Host: sdk.ToString(in.Address), Port: int(sdk.ToInt32(in.Port))}
	lost := false
	for _, v := range in.VpcEndpoints {
		for _, i := range v.NetworkInterfaces {
			e.Interfaces = append(e.Interfaces, facts.EndpointInterface{
				ID: sdk.ToString(i.NetworkInterfaceId), VPCEndpointID: sdk.ToString(v.VpcEndpointId), VPCID: sdk.ToString(v.VpcId),
				SubnetID: sdk.ToString(i.SubnetId), PrivateIP: sdk.ToString(i.PrivateIpAddress), AvailabilityZone: sdk.ToString(i.AvailabilityZone),
			})
			lost = lost || i.NetworkInterfaceId == nil
		}
		lost = lost || len(v.NetworkInterfaces) == 0
	}
	if lost {
		e.Interfaces = nil
		c.untold("endpoint.interfaces", "the network interfaces of the endpoint")
	}
	if available && e.Host == "" {
		c.untold("endpoint.host", "the endpoint of an available cluster")
	}
	if e.Port == 0 && (available || e.Host != "") {
		c.untold("endpoint.port", "the port of the endpoint")
	}
}

// place tells where the cluster runs: zone, nodes, second zone. A paused cluster
// has no nodes, and one that is being made or unmade may have none.
func (c *teller) place(in *types.Cluster, status string, available bool) {
	t := c.target
	t.Cluster.Nodes = nodes(in.ClusterNodes)
	away := status == "paused" || status == "creating" || status == "deleting"
	if len(t.Cluster.Nodes) == 0 && !away {
		c.untold("nodes", "the cluster's nodes")
	} else if _, ok := leader(t.Cluster.Nodes); !ok && available {
		c.untold("nodes", "the leader node's private address")
	}
	if in.AvailabilityZone == nil && status != "creating" {
		c.untold("availability_zone", "the cluster's availability zone")
	}
	switch strings.ToLower(sdk.ToString(in.MultiAZ)) {
	case "enabled":
		t.Cluster.MultiAZ = true
	case "disabled":
	default:
		c.untold("multi_az", "whether the cluster is Multi-AZ")
	}
	if s := in.MultiAZSecondary; s != nil {
		t.Cluster.Secondary = facts.Secondary{AvailabilityZone: sdk.ToString(s.AvailabilityZone), Nodes: nodes(s.ClusterNodes)}
	} else if t.Cluster.MultiAZ && !away {
		c.untold("secondary", "the second availability zone")
	}
}

// membership checks the groups that every cluster in a VPC has at least one of.
func (c *teller) membership() {
	t := c.target
	if len(t.Cluster.ParameterGroups) == 0 {
		c.untold("parameter_groups", "the cluster's parameter groups")
	}
	if classic(&t.Cluster) {
		return
	}
	if t.Cluster.SubnetGroup == "" {
		c.untold("subnet_group", "the cluster's subnet group")
	}
	if len(t.Cluster.SecurityGroups) == 0 {
		c.untold("security_groups", "the cluster's VPC security groups")
	}
}

// classic reports whether the cluster is outside any VPC: groups of Redshift's own
// stand in for all that a VPC has.
func classic(c *facts.Cluster) bool {
	return c.VPCID == "" && c.SubnetGroup == "" && len(c.SecurityGroups) == 0 && len(c.ClassicSecurityGroups) > 0
}

func pending(in *types.PendingModifiedValues) facts.Pending {
	if in == nil {
		return facts.Pending{}
	}
	p := facts.Pending{
		PubliclyAccessible: in.PubliclyAccessible, Identifier: in.ClusterIdentifier, NodeType: in.NodeType,
		Version: in.ClusterVersion, Encryption: in.EncryptionType, EnhancedVPCRouting: in.EnhancedVpcRouting,
		AdminPassword: in.MasterUserPassword != nil,
	}
	if in.NumberOfNodes != nil {
		count := int(*in.NumberOfNodes)
		p.NodeCount = &count
	}
	return p
}

func nodes(in []types.ClusterNode) []facts.Node {
	var list []facts.Node
	for _, n := range in {
		list = append(list, facts.Node{
			Role: sdk.ToString(n.NodeRole), PrivateIP: sdk.ToString(n.PrivateIPAddress), PublicIP: sdk.ToString(n.PublicIPAddress),
		})
	}
	return list
}

// leader returns the private address of the node that clients talk to. A cluster
// of one node calls it SHARED.
func leader(list []facts.Node) (string, bool) {
	for _, n := range list {
		if (n.Role == "LEADER" || n.Role == "SHARED") && n.PrivateIP != "" {
			return n.PrivateIP, true
		}
	}
	return "", false
}

func vpcGroups(in []types.VpcSecurityGroupMembership) []facts.GroupMember {
	var list []facts.GroupMember
	for _, g := range in {
		list = append(list, facts.GroupMember{ID: sdk.ToString(g.VpcSecurityGroupId), Status: sdk.ToString(g.Status)})
	}
	return list
}

func classicGroups(in []types.ClusterSecurityGroupMembership) []facts.GroupMember {
	var list []facts.GroupMember
	for _, g := range in {
		list = append(list, facts.GroupMember{ID: sdk.ToString(g.ClusterSecurityGroupName), Status: sdk.ToString(g.Status)})
	}
	return list
}

func parameterGroups(in []types.ClusterParameterGroupStatus) []facts.ParameterGroup {
	var list []facts.ParameterGroup
	for _, g := range in {
		group := facts.ParameterGroup{Name: sdk.ToString(g.ParameterGroupName), ApplyStatus: sdk.ToString(g.ParameterApplyStatus)}
		for _, p := range g.ClusterParameterStatusList {
			if status := sdk.ToString(p.ParameterApplyStatus); status != "in-sync" {
				group.Unsettled = append(group.Unsettled, facts.ParameterStatus{
					Name: sdk.ToString(p.ParameterName), Status: status, Error: sdk.ToString(p.ParameterApplyErrorDescription),
				})
			}
		}
		list = append(list, group)
	}
	return list
}

// identify names the target once its account is known, or known not to be. A
// workgroup's name is its ARN, which came with it.
func identify(t *facts.Target) {
	if t.ID != "" {
		return
	}
	t.ID = fmt.Sprintf("arn:%s:redshift:%s:%s:cluster:%s", t.Partition, t.Region, t.Account, t.Name)
}

// partition tells the partition of a region by its name
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
func partition(region string) string {
	for _, p := range []struct{ prefix, name string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"us-isob-", "aws-iso-b"},
		{"us-isof-", "aws-iso-f"},
		{"us-iso-", "aws-iso"},
		{"eu-isoe-", "aws-iso-e"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return "aws"
}
