package fakeaws

import (
	"fmt"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// Cloud is the AWS that a Server plays. It must not be changed while it is played:
// play another.
type Cloud struct{ Accounts []*Account }

// Account is an AWS account.
type Account struct {
	ID string
	// AccessKey is the key id by which a request is known to be the account's.
	AccessKey string
	Roles     []Role
	Regions   map[string]*Region // those that are enabled
}

// Role can be assumed by whoever tells the external id.
type Role struct{ ARN, ExternalID string }

// Region is what an account has in a region. Facts are told as they stand here:
// an empty word is an element that AWS leaves out.
type Region struct {
	Clusters          []*Cluster
	Workgroups        []*Workgroup
	Namespaces        []Namespace
	SubnetGroups      []facts.SubnetGroup
	ParameterGroups   map[string][]facts.Parameter
	ScheduledActions  []ScheduledAction
	VPCs              []*VPC
	PrefixLists       []facts.PrefixList // those whose owner is AWS are AWS's own
	VPCEndpoints      []facts.VPCEndpoint
	Instances         []Instance
	GroupAssociations []facts.GroupAssociation
	BlockPublicAccess facts.BlockPublicAccess
	// Logins are what AWS tells of ways into the databases; nil for nothing.
	Logins *Logins
}

// Cluster is a provisioned cluster. Its parameters are those of the region's
// parameter groups.
type Cluster struct {
	Name string
	// Namespace is the id in the cluster's namespace ARN; empty leaves it out.
	Namespace string
	facts.Cluster
}

// ScheduledAction is an action of Redshift's scheduler, and the name of the cluster
// it is for, as it was typed. Next may be several times with a space between. The
// clusters' own list of actions is not played.
type ScheduledAction struct {
	Cluster string
	facts.ScheduledAction
}

// Instance is an EC2 instance with as many network interfaces; none counts as one.
// Each of them has the IPv6 addresses, and a second private address with the public
// one of its own.
type Instance struct {
	facts.Bastion
	Interfaces      int
	IPv6            []string
	SecondaryPublic string
}

// VPC is a VPC and what is in it. Where it tells nothing of DNS, it is as AWS makes
// the first one of an account.
type VPC struct {
	facts.VPC
	Subnets          []facts.Subnet
	RouteTables      []facts.RouteTable
	NetworkACLs      []facts.NetworkACL
	InternetGateways []facts.InternetGateway
	SecurityGroups   []facts.SecurityGroup
	Interfaces       []facts.Interface
}

// Become gives the account another id and key, and what it owns with it.
func (a *Account) Become(id, accessKey string) {
	former := a.ID
	own := func(owner *string) {
		if *owner == former {
			*owner = id
		}
	}
	a.ID, a.AccessKey = id, accessKey
	for _, r := range a.Regions {
		for i := range r.PrefixLists {
			own(&r.PrefixLists[i].OwnerID)
		}
		for _, v := range r.VPCs {
			own(&v.OwnerID)
			for i := range v.Subnets {
				own(&v.Subnets[i].OwnerID)
			}
			for i := range v.SecurityGroups {
				own(&v.SecurityGroups[i].OwnerID)
			}
		}
	}
}

// Region returns the region of the first account that has it. It panics where
// there is none: the caller built the cloud.
func (c *Cloud) Region(name string) *Region {
	for _, a := range c.Accounts {
		if r := a.Regions[name]; r != nil {
			return r
		}
	}
	panic("fakeaws: no region " + name)
}

// Cluster returns the cluster with the name, or nil.
func (r *Region) Cluster(name string) *Cluster {
	if i := slices.IndexFunc(r.Clusters, func(c *Cluster) bool { return c.Name == name }); i >= 0 {
		return r.Clusters[i]
	}
	return nil
}

// What Healthy is made of.
const (
	AccountID   = "111122223333"
	AccessKey   = "AKIAIOSFODNN7EXAMPLE"
	RegionName  = "us-east-1"
	ClusterName = "analytics"
)

// Healthy is an account with one cluster, "analytics" in us-east-1, that every
// given IPv4 prefix can reach on port 5439. It has what most accounts have: a
// default network ACL with AWS's last rules, a main route table of which the
// cluster makes no use, a gateway endpoint for S3.
func Healthy(sources ...string) *Cloud {
	region := &Region{
		Clusters:     []*Cluster{healthyCluster()},
		SubnetGroups: []facts.SubnetGroup{healthySubnetGroup()},
		ParameterGroups: map[string][]facts.Parameter{
			"secure": Parameters("secure", facts.Parameter{Name: "require_ssl", Value: "true", Source: "user"}),
		},
		VPCs: []*VPC{healthyVPC(sources)},
		PrefixLists: []facts.PrefixList{{
			ID: "pl-63a5400a", Name: "com.amazonaws.us-east-1.s3", OwnerID: "AWS", State: "create-complete",
			CIDRs: []string{"54.231.0.0/16", "52.216.0.0/15", "3.5.0.0/19"}, // of S3, as AWS publishes them
		}},
		VPCEndpoints: []facts.VPCEndpoint{{ID: "vpce-0a", Type: "Gateway", State: "available"}},
		BlockPublicAccess: facts.BlockPublicAccess{
			Mode: "off", State: "default-state", ExclusionsAllowed: "allowed",
		},
	}
	return &Cloud{Accounts: []*Account{{
		ID: AccountID, AccessKey: AccessKey, Regions: map[string]*Region{RegionName: region},
	}}}
}

func healthyCluster() *Cluster {
	return &Cluster{Name: ClusterName, Namespace: "8a1f1d4e-0000-4000-8000-000000000000", Cluster: facts.Cluster{
		Status: "available", AvailabilityStatus: "Available",
		Endpoint:           facts.Endpoint{Host: "analytics.abc123.us-east-1.redshift.amazonaws.com", Port: 5439},
		PubliclyAccessible: true,
		VPCID:              "vpc-0a", SubnetGroup: "warehouse", AvailabilityZone: "us-east-1a",
		Nodes: []facts.Node{
			{Role: "LEADER", PrivateIP: "10.0.0.10", PublicIP: "203.0.113.200"},
			{Role: "COMPUTE-0", PrivateIP: "10.0.0.11", PublicIP: "203.0.113.201"},
			{Role: "COMPUTE-1", PrivateIP: "10.0.0.12", PublicIP: "203.0.113.202"},
		},
		Relocation:     "disabled",
		SecurityGroups: []facts.GroupMember{{ID: "sg-0loader", Status: "active"}},
		IPAddressType:  "ipv4", Encrypted: true, AdminUser: "awsuser", DatabaseName: "dev",
		NodeType: "ra3.xlplus", NodeCount: 2, Version: "1.0.52943",
		ParameterGroups: []facts.ParameterGroup{{Name: "secure", ApplyStatus: "in-sync"}},
	}}
}

func healthySubnetGroup() facts.SubnetGroup {
	return facts.SubnetGroup{
		Name: "warehouse", Status: "Complete", VPCID: "vpc-0a",
		Subnets: []facts.GroupSubnet{
			{ID: "subnet-0a", AvailabilityZone: "us-east-1a", Status: "Active"},
			{ID: "subnet-0b", AvailabilityZone: "us-east-1b", Status: "Active"},
		},
	}
}

func healthyVPC(sources []string) *VPC {
	local := facts.Route{DestinationCIDR: "10.0.0.0/16", Target: "local", State: "active", Origin: "CreateRouteTable"}
	return &VPC{
		VPC: facts.VPC{ID: "vpc-0a", OwnerID: AccountID, CIDRs: []string{"10.0.0.0/16"}, BlockPublicAccess: "off"},
		Subnets: []facts.Subnet{
			{ID: "subnet-0a", VPCID: "vpc-0a", OwnerID: AccountID, AvailabilityZone: "us-east-1a", CIDR: "10.0.0.0/20", BlockPublicAccess: "off"},
			{ID: "subnet-0b", VPCID: "vpc-0a", OwnerID: AccountID, AvailabilityZone: "us-east-1b", CIDR: "10.0.16.0/20", BlockPublicAccess: "off"},
		},
		RouteTables: []facts.RouteTable{
			{
				ID: "rtb-0main", Routes: []facts.Route{local},
				Associations: []facts.RouteTableAssociation{{Main: true, State: "associated"}},
			},
			{
				ID: "rtb-0public",
				Associations: []facts.RouteTableAssociation{
					{SubnetID: "subnet-0a", State: "associated"}, {SubnetID: "subnet-0b", State: "associated"},
				},
				Routes: []facts.Route{
					local,
					{DestinationCIDR: "0.0.0.0/0", Target: "igw-0a", State: "active", Origin: "CreateRoute"},
					{DestinationPrefixListID: "pl-63a5400a", Target: "vpce-0a", State: "active", Origin: "CreateRoute"},
				},
			},
		},
		NetworkACLs: []facts.NetworkACL{{
			ID: "acl-0a", Default: true, SubnetIDs: []string{"subnet-0a", "subnet-0b"}, Entries: []facts.NetworkACLEntry{
				{Number: 100, Egress: true, Action: "allow", Protocol: "-1", CIDR: "0.0.0.0/0"},
				{Number: 32767, Egress: true, Action: "deny", Protocol: "-1", CIDR: "0.0.0.0/0"},
				{Number: 100, Action: "allow", Protocol: "-1", CIDR: "0.0.0.0/0"},
				{Number: 32767, Action: "deny", Protocol: "-1", CIDR: "0.0.0.0/0"},
			},
		}},
		InternetGateways: []facts.InternetGateway{{
			ID: "igw-0a", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-0a", State: "available"}},
		}},
		SecurityGroups: []facts.SecurityGroup{
			{
				ID: "sg-0default", Name: "default", VPCID: "vpc-0a", OwnerID: AccountID,
				Inbound: []facts.Permission{{Protocol: "-1", GroupIDs: []string{"sg-0default"}}},
			},
			{
				ID: "sg-0loader", Name: "loader", VPCID: "vpc-0a", OwnerID: AccountID,
				Inbound: []facts.Permission{{Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, CIDRs: sources}},
			},
		},
		Interfaces: []facts.Interface{
			{
				ID: "eni-0a", SubnetID: "subnet-0a", VPCID: "vpc-0a", Description: "RedshiftNetworkInterface",
				PrivateIPs: []string{"10.0.0.10"}, PublicIP: "203.0.113.10", GroupIDs: []string{"sg-0loader"},
			},
			{
				ID: "eni-0b", SubnetID: "subnet-0b", VPCID: "vpc-0a", Description: "somebody else's",
				PrivateIPs: []string{"10.0.16.99"}, GroupIDs: []string{"sg-0default"},
			},
		},
	}
}

// Parameters is a parameter group as AWS tells it: what engine-default parameters
// there are, with set in place of those of the same name.
func Parameters(group string, set ...facts.Parameter) []facts.Parameter {
	list := []facts.Parameter{
		{Name: "auto_analyze", Value: "true", Source: "engine-default"},
		{Name: "datestyle", Value: "ISO, MDY", Source: "engine-default"},
		{Name: "enable_user_activity_logging", Value: "false", Source: "engine-default"},
		{Name: "max_concurrency_scaling_clusters", Value: "1", Source: "engine-default"},
		{Name: "query_group", Value: "default", Source: "engine-default"},
		{Name: "require_ssl", Value: "false", Source: "engine-default"},
		{Name: "search_path", Value: "$user, public", Source: "engine-default"},
		{Name: "statement_timeout", Value: "0", Source: "engine-default"},
		{Name: "use_fips_ssl", Value: "false", Source: "engine-default"},
		{Name: "wlm_json_configuration", Value: `[{"auto_wlm":true}]`, Source: "user"},
	}
	for _, p := range set {
		if i := slices.IndexFunc(list, func(d facts.Parameter) bool { return d.Name == p.Name }); i >= 0 {
			list[i] = p
		} else {
			list = append(list, p)
		}
	}
	for i := range list {
		list[i].Group = group
	}
	return list
}

// Multiply adds copies of the region's first cluster until there are n, each with
// a name, an address, an interface and a security group of its own, all in one
// VPC. They take turns with groups parameter groups.
func (r *Region) Multiply(n, groups int) {
	first, vpc := r.Clusters[0], r.VPCs[0]
	for g := range groups {
		name := fmt.Sprintf("group-%02d", g)
		r.ParameterGroups[name] = Parameters(name)
	}
	for i := range n {
		if i == len(r.Clusters) {
			r.Clusters = append(r.Clusters, &Cluster{Cluster: first.Cluster})
		}
		c := r.Clusters[i]
		id := fmt.Sprintf("%05d", i)
		address := fmt.Sprintf("10.0.%d.%d", i/250%16, 2+i%250)
		c.Name, c.Namespace = "cluster-"+id, "8a1f1d4e-0000-4000-8000-0000000"+id
		c.Endpoint.Host = c.Name + ".abc123.us-east-1.redshift.amazonaws.com"
		c.Nodes = []facts.Node{{Role: "SHARED", PrivateIP: address}}
		c.NodeCount = 1
		c.ParameterGroups = []facts.ParameterGroup{{Name: fmt.Sprintf("group-%02d", i%groups), ApplyStatus: "in-sync"}}
		c.SecurityGroups = []facts.GroupMember{{ID: "sg-" + id, Status: "active"}}
		vpc.SecurityGroups = append(vpc.SecurityGroups, facts.SecurityGroup{
			ID: "sg-" + id, Name: c.Name, VPCID: vpc.ID, OwnerID: vpc.OwnerID, Inbound: vpc.SecurityGroups[1].Inbound,
		})
		vpc.Interfaces = append(vpc.Interfaces, facts.Interface{
			ID: "eni-" + id, SubnetID: "subnet-0a", VPCID: vpc.ID, Description: "RedshiftNetworkInterface",
			PrivateIPs: []string{address}, PublicIP: "203.0.113.10", GroupIDs: []string{"sg-" + id},
		})
	}
}
