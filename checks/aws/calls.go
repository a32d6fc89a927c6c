package aws

import (
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// Call is an operation of the AWS API that rscheck may send.
type Call struct {
	Service   string // the SDK's name of the service: Redshift, EC2, STS
	Operation string
	Action    string // the IAM action that permits it
	// Facts are the paths of the facts it fills.
	Facts []string
	// When says in which case the call is sent at all; empty for always.
	When string
}

// Calls returns every call that rscheck may send. It is the allow-list that the
// read-only guard enforces, and what the IAM policy is made from. Each of them
// reads, but sts:AssumeRole, which changes nothing.
func Calls() []Call {
	return []Call{
		{Service: "Redshift", Operation: "DescribeClusters", Action: "redshift:DescribeClusters", Facts: []string{"cluster"}},
		{Service: "Redshift", Operation: "DescribeClusterSubnetGroups", Action: "redshift:DescribeClusterSubnetGroups", Facts: []string{"network.subnet_group"}},
		{Service: "Redshift", Operation: "DescribeClusterParameters", Action: "redshift:DescribeClusterParameters", Facts: []string{"cluster.parameters"}},
		{Service: "EC2", Operation: "DescribeVpcs", Action: "ec2:DescribeVpcs", Facts: []string{"network.vpc"}},
		{Service: "EC2", Operation: "DescribeSubnets", Action: "ec2:DescribeSubnets", Facts: []string{"network.subnets"}},
		{Service: "EC2", Operation: "DescribeRouteTables", Action: "ec2:DescribeRouteTables", Facts: []string{"network.route_tables"}},
		{Service: "EC2", Operation: "DescribeNetworkAcls", Action: "ec2:DescribeNetworkAcls", Facts: []string{"network.network_acls"}},
		{Service: "EC2", Operation: "DescribeInternetGateways", Action: "ec2:DescribeInternetGateways", Facts: []string{"network.internet_gateways"}},
		{Service: "EC2", Operation: "DescribeSecurityGroups", Action: "ec2:DescribeSecurityGroups", Facts: []string{"network.security_groups"}},
		{Service: "EC2", Operation: "DescribeNetworkInterfaces", Action: "ec2:DescribeNetworkInterfaces", Facts: []string{"network.interfaces"}},
		{
			Service: "EC2", Operation: "DescribeVpcBlockPublicAccessOptions", Action: "ec2:DescribeVpcBlockPublicAccessOptions",
			Facts: []string{"network.block_public_access.mode", "network.block_public_access.state", "network.block_public_access.exclusions_allowed"},
		},
		{
			Service: "EC2", Operation: "DescribeVpcBlockPublicAccessExclusions", Action: "ec2:DescribeVpcBlockPublicAccessExclusions",
			Facts: []string{"network.block_public_access.exclusions"},
		},
		{
			Service: "EC2", Operation: "DescribePrefixLists", Action: "ec2:DescribePrefixLists", Facts: []string{"network.prefix_lists"},
			When: "a route leads to a gateway endpoint (S3, DynamoDB)",
		},
		{
			Service: "EC2", Operation: "DescribeManagedPrefixLists", Action: "ec2:DescribeManagedPrefixLists", Facts: []string{"network.prefix_lists"},
			When: "a security group or a route refers to a prefix list",
		},
		{
			Service: "EC2", Operation: "GetManagedPrefixListEntries", Action: "ec2:GetManagedPrefixListEntries", Facts: []string{"network.prefix_lists"},
			When: "a security group or a route refers to a prefix list",
		},
		{
			Service: "EC2", Operation: "DescribeVpcEndpoints", Action: "ec2:DescribeVpcEndpoints", Facts: []string{"network.vpc_endpoints"},
			When: "a route leads to a VPC endpoint",
		},
		{
			Service: "EC2", Operation: "DescribeSecurityGroupVpcAssociations", Action: "ec2:DescribeSecurityGroupVpcAssociations",
			Facts: []string{"network.group_associations"}, When: "an attached security group belongs to another VPC",
		},
		{
			Service: "STS", Operation: "GetCallerIdentity", Action: "sts:GetCallerIdentity", Facts: []string{"account", "network.caller_account"},
			When: "a cluster does not tell its account",
		},
		{Service: "STS", Operation: "AssumeRole", Action: "sts:AssumeRole", When: "a role is to be assumed"},
	}
}

// Permission is an IAM action that rscheck needs.
type Permission struct {
	Action string
	// When says in which case it is needed; empty for always.
	When string
}

// Permissions returns what it takes to observe the facts at the paths, or all of
// them where no path is given. Finding the clusters is always part of it, and so
// is assuming a role, which has its When.
func Permissions(paths ...string) []Permission {
	var list []Permission
	for _, c := range Calls() {
		if c.Facts == nil || c.asked(paths) {
			list = append(list, Permission{Action: c.Action, When: c.When})
		}
	}
	return list
}

const (
	describeClusters  = "DescribeClusters"
	getCallerIdentity = "GetCallerIdentity"
)

// asked reports whether the call is sent when the facts at the paths are wanted.
// Without the cluster and its account there is no target.
func (c Call) asked(paths []string) bool {
	return c.Operation == describeClusters || c.Operation == getCallerIdentity || c.fillsAny(paths)
}

// fillsAny reports whether the call fills one of the facts at the paths, a part
// of one or a whole that one is part of. No paths stand for all.
func (c Call) fillsAny(paths []string) bool {
	if len(paths) == 0 {
		return true
	}
	for _, fills := range c.Facts {
		if slices.ContainsFunc(paths, func(path string) bool { return facts.Covers(path, fills) || facts.Covers(fills, path) }) {
			return true
		}
	}
	return false
}

// callOf returns the call with the operation; no two services share one.
func callOf(operation string) Call {
	calls := Calls()
	i := slices.IndexFunc(calls, func(c Call) bool { return c.Operation == operation })
	if i < 0 {
		return Call{Operation: operation, Action: operation}
	}
	return calls[i]
}
