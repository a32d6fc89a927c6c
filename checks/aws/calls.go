package aws

import (
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// Call is an operation of the AWS API that rscheck may send.
type Call struct {
	Service   string // the SDK's name of the service, as Redshift Data
	Operation string
	Action    string // the IAM action that permits it
	// Facts are the paths of the facts it fills.
	Facts []string
	// Way is the way into the database that the call belongs to; empty for the
	// calls that observe. Without the way in Options.Ways it is refused too.
	Way Way
}

// Calls returns every call that rscheck may send. It is the allow-list that the
// read-only guard enforces, and what the IAM policy is made from. Each of them
// reads, but sts:AssumeRole, which changes nothing, and what the ways into the
// database ask for, which is held to what reads (see Way).
func Calls() []Call {
	return []Call{
		{Service: "Redshift", Operation: "DescribeClusters", Action: "redshift:DescribeClusters", Facts: []string{"cluster"}},
		{Service: "Redshift", Operation: "DescribeClusterSubnetGroups", Action: "redshift:DescribeClusterSubnetGroups", Facts: []string{"network.subnet_group"}},
		{Service: "Redshift", Operation: "DescribeClusterParameters", Action: "redshift:DescribeClusterParameters", Facts: []string{"cluster.parameters"}},
		// Where audit logging is asked for, one call a cluster.
		{Service: "Redshift", Operation: describeLogging, Action: "redshift:DescribeLoggingStatus", Facts: []string{"cluster.logging"}},
		// Where there is a provisioned cluster.
		{Service: "Redshift", Operation: describeScheduled, Action: "redshift:DescribeScheduledActions", Facts: []string{"cluster.scheduled_actions"}},
		{ // Where a workgroup is named, or every target is wanted.
			Service: "Redshift Serverless", Operation: listWorkgroups, Action: "redshift-serverless:ListWorkgroups",
			Facts: []string{"cluster", "network.subnet_group"},
		},
		// Where there is a workgroup.
		{Service: "Redshift Serverless", Operation: "ListNamespaces", Action: "redshift-serverless:ListNamespaces", Facts: namespaceFacts()},
		// Where every region is wanted.
		{Service: "EC2", Operation: describeRegions, Action: "ec2:DescribeRegions"},
		{Service: "EC2", Operation: "DescribeVpcs", Action: "ec2:DescribeVpcs", Facts: []string{"network.vpc"}},
		{Service: "EC2", Operation: "DescribeSubnets", Action: "ec2:DescribeSubnets", Facts: []string{"network.subnets"}},
		{Service: "EC2", Operation: "DescribeRouteTables", Action: "ec2:DescribeRouteTables", Facts: []string{"network.route_tables"}},
		{Service: "EC2", Operation: "DescribeNetworkAcls", Action: "ec2:DescribeNetworkAcls", Facts: []string{"network.network_acls"}},
		{Service: "EC2", Operation: "DescribeInternetGateways", Action: "ec2:DescribeInternetGateways", Facts: []string{"network.internet_gateways"}},
		{Service: "EC2", Operation: "DescribeSecurityGroups", Action: "ec2:DescribeSecurityGroups", Facts: []string{"network.security_groups"}},
		{Service: "EC2", Operation: "DescribeNetworkInterfaces", Action: "ec2:DescribeNetworkInterfaces", Facts: []string{"network.interfaces"}},
		// Where a bastion is named.
		{Service: "EC2", Operation: describeInstances, Action: "ec2:DescribeInstances", Facts: []string{"network.bastion"}},
		// Where the bastion is in the cluster's VPC.
		{Service: "EC2", Operation: describeVPCAttribute, Action: "ec2:DescribeVpcAttribute", Facts: []string{"network.vpc.dns"}},
		{Service: "EC2", Operation: describeDHCPOptions, Action: "ec2:DescribeDhcpOptions", Facts: []string{"network.vpc.dns"}},
		{
			Service: "EC2", Operation: "DescribeVpcBlockPublicAccessOptions", Action: "ec2:DescribeVpcBlockPublicAccessOptions",
			Facts: []string{"network.block_public_access.mode", "network.block_public_access.state", "network.block_public_access.exclusions_allowed"},
		},
		{ // Where Block Public Access is on, is changing or could not be read.
			Service: "EC2", Operation: "DescribeVpcBlockPublicAccessExclusions", Action: "ec2:DescribeVpcBlockPublicAccessExclusions",
			Facts: []string{"network.block_public_access.exclusions"},
		},
		// Where a route leads to a gateway endpoint (S3, DynamoDB).
		{Service: "EC2", Operation: "DescribePrefixLists", Action: "ec2:DescribePrefixLists", Facts: []string{"network.prefix_lists"}},
		// Where a security group or a route refers to a prefix list.
		{Service: "EC2", Operation: "DescribeManagedPrefixLists", Action: "ec2:DescribeManagedPrefixLists", Facts: []string{"network.prefix_lists"}},
		{Service: "EC2", Operation: "GetManagedPrefixListEntries", Action: "ec2:GetManagedPrefixListEntries", Facts: []string{"network.prefix_lists"}},
		// Where a route leads to a VPC endpoint.
		{Service: "EC2", Operation: "DescribeVpcEndpoints", Action: "ec2:DescribeVpcEndpoints", Facts: []string{"network.vpc_endpoints"}},
		{ // Where an attached security group belongs to another VPC.
			Service: "EC2", Operation: "DescribeSecurityGroupVpcAssociations", Action: "ec2:DescribeSecurityGroupVpcAssociations",
			Facts: []string{"network.group_associations"},
		},
		// Where a cluster does not tell its account.
		{Service: "STS", Operation: "GetCallerIdentity", Action: "sts:GetCallerIdentity", Facts: []string{"account", "network.caller_account"}},
		// Where a role is to be assumed.
		{Service: "STS", Operation: "AssumeRole", Action: "sts:AssumeRole"},
		{
			Service: "Redshift", Operation: "GetClusterCredentials", Action: "redshift:GetClusterCredentials",
			Facts: []string{"database"}, Way: TemporaryPassword,
		},
		{ // To log in to a cluster.
			Service: "Redshift", Operation: "GetClusterCredentialsWithIAM", Action: "redshift:GetClusterCredentialsWithIAM",
			Facts: []string{"database"}, Way: Identity,
		},
		{ // To log in to a workgroup.
			Service: "Redshift Serverless", Operation: "GetCredentials", Action: "redshift-serverless:GetCredentials",
			Facts: []string{"database"}, Way: Identity,
		},
		{Service: "Secrets Manager", Operation: "GetSecretValue", Action: "secretsmanager:GetSecretValue", Facts: []string{"database"}, Way: Secret},
		{Service: "Redshift Data", Operation: "ExecuteStatement", Action: "redshift-data:ExecuteStatement", Facts: []string{"database"}, Way: DataAPI},
		{Service: "Redshift Data", Operation: "DescribeStatement", Action: "redshift-data:DescribeStatement", Facts: []string{"database"}, Way: DataAPI},
		{Service: "Redshift Data", Operation: "GetStatementResult", Action: "redshift-data:GetStatementResult", Facts: []string{"database"}, Way: DataAPI},
	}
}

// Permissions returns the IAM actions that observe the facts at the paths, or all
// of them where no path is given. Finding the clusters is always part of it, and so
// is assuming a role. The ways into the database have their own: see WayPermissions.
func Permissions(paths ...string) []string {
	var actions []string
	for _, c := range Calls() {
		if c.Way == "" && (c.Facts == nil || c.asked(paths)) {
			actions = append(actions, c.Action)
		}
	}
	return actions
}

const (
	describeClusters  = "DescribeClusters"
	describeLogging   = "DescribeLoggingStatus"
	describeScheduled = "DescribeScheduledActions"
	describeInstances = "DescribeInstances"
	describeRegions   = "DescribeRegions"
	listWorkgroups    = "ListWorkgroups"
	assumeRole        = "AssumeRole"
	getCallerIdentity = "GetCallerIdentity"
)

// asked reports whether the call is sent when the facts at the paths are wanted.
// Without the cluster or workgroup and its account there is no target.
func (c Call) asked(paths []string) bool {
	return slices.Contains([]string{describeClusters, listWorkgroups, getCallerIdentity}, c.Operation) || c.fillsAny(paths)
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
