package facts

// Cluster is how the target is set up, from DescribeClusters and the calls that
// complete it. A serverless workgroup is told in the same terms.
type Cluster struct {
	// Status is AWS's ClusterStatus ("available", "paused", "available,
	// prep-for-resize", …), or a workgroup's status in lower case.
	Status string `json:"status"`
	// AvailabilityStatus is AWS's ClusterAvailabilityStatus: Available,
	// Unavailable, Maintenance, Modifying or Failed. AWS tells none of a
	// workgroup; there it follows from the status.
	AvailabilityStatus string   `json:"availability_status"`
	Endpoint           Endpoint `json:"endpoint"`
	PubliclyAccessible bool     `json:"publicly_accessible"`
	// Pending holds changes that were asked for and are not in force yet.
	Pending Pending `json:"pending"`
	// VPCID is empty for a cluster outside any VPC (EC2-Classic).
	VPCID                 string           `json:"vpc_id"`
	SubnetGroup           string           `json:"subnet_group"`
	AvailabilityZone      string           `json:"availability_zone"`
	Nodes                 []Node           `json:"nodes"`
	MultiAZ               bool             `json:"multi_az"`
	Secondary             Secondary        `json:"secondary"`
	Relocation            string           `json:"relocation"` // AvailabilityZoneRelocationStatus
	ElasticIP             ElasticIP        `json:"elastic_ip"`
	SecurityGroups        []GroupMember    `json:"security_groups"`
	ClassicSecurityGroups []GroupMember    `json:"classic_security_groups"`
	IPAddressType         string           `json:"ip_address_type"` // ipv4 or dualstack
	EnhancedVPCRouting    bool             `json:"enhanced_vpc_routing"`
	Encrypted             bool             `json:"encrypted"`
	AdminUser             string           `json:"admin_user"`
	DatabaseName          string           `json:"database_name"` // the database made with the cluster
	NodeType              string           `json:"node_type"`
	NodeCount             int              `json:"node_count"`
	Version               string           `json:"version"` // "1.0" and the revision, "1.0.52943"
	ParameterGroups       []ParameterGroup `json:"parameter_groups"`
	// Parameters holds the parameters of the attached groups that differ from
	// the engine's default, and those that checks ask of by name.
	Parameters []Parameter `json:"parameters"`
	// CustomDomain is the host name of the customer's own that leads here.
	CustomDomain string `json:"custom_domain"`
	// Logging is audit logging. Of a cluster it takes a call of its own, and is
	// asked for only by name.
	Logging Logging `json:"logging"`
	// ScheduledActions are what Redshift's own scheduler has to do with the
	// cluster, done and disabled ones too; a workgroup has none. Who else may
	// pause it by a clock is not known.
	ScheduledActions []ScheduledAction `json:"scheduled_actions"`
}

// ScheduledAction is an action of Redshift's scheduler. Its times are in UTC and
// RFC 3339, empty where AWS told none
// (https://docs.aws.amazon.com/redshift/latest/APIReference/API_ScheduledAction.html).
type ScheduledAction struct {
	Name   string `json:"name"`
	Action string `json:"action"` // pause, resume, resize
	// Schedule is "at(2026-11-24T22:00:00)" for once or "cron(0 22 * * ? *)", in
	// UTC.
	Schedule string `json:"schedule"`
	State    string `json:"state"` // ACTIVE, DISABLED
	Next     string `json:"next"`  // the first of the times at which it will run
	// Start and End bound the time in which it runs at all.
	Start string `json:"start"`
	End   string `json:"end"`
}

// Logging is what DescribeLoggingStatus tells, or a namespace's LogExports.
type Logging struct {
	Enabled bool `json:"enabled"`
	// Destination is s3 or cloudwatch; empty while logging is off. A workgroup
	// logs to CloudWatch only.
	Destination string `json:"destination"`
	// Exports are the logs sent to CloudWatch: connectionlog, userlog,
	// useractivitylog. A cluster that logs to S3 names none.
	Exports []string `json:"exports"`
	// LastDelivery and LastFailure are times in RFC 3339, empty for never.
	LastDelivery string `json:"last_delivery"`
	LastFailure  string `json:"last_failure"`
	// FailureMessage is what AWS says of the last failure.
	FailureMessage string `json:"failure_message"`
}

// Endpoint is where clients connect. Host is empty while there is none.
type Endpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"` // 0 while there is none
	// Interfaces are the network interfaces of the VPC endpoints in front of
	// the cluster (AZ relocation, serverless); where there are any, clients
	// arrive there and not at the leader node.
	Interfaces []EndpointInterface `json:"interfaces"`
}

// EndpointInterface is an entry of Endpoint.VpcEndpoints[].NetworkInterfaces.
type EndpointInterface struct {
	ID               string `json:"id"`
	VPCEndpointID    string `json:"vpc_endpoint_id"`
	VPCID            string `json:"vpc_id"`
	SubnetID         string `json:"subnet_id"`
	PrivateIP        string `json:"private_ip"`
	AvailabilityZone string `json:"availability_zone"`
}

// Pending is PendingModifiedValues. A field is nil where nothing is pending.
type Pending struct {
	PubliclyAccessible *bool   `json:"publicly_accessible,omitempty"`
	Identifier         *string `json:"identifier,omitempty"`
	NodeType           *string `json:"node_type,omitempty"`
	NodeCount          *int    `json:"node_count,omitempty"`
	Version            *string `json:"version,omitempty"`
	Encryption         *string `json:"encryption,omitempty"`
	EnhancedVPCRouting *bool   `json:"enhanced_vpc_routing,omitempty"`
	AdminPassword      bool    `json:"admin_password,omitempty"` // a new one is pending; its value is never kept
}

// Node is a node of a cluster.
type Node struct {
	Role      string `json:"role"` // LEADER, COMPUTE-n, or SHARED in a cluster of one node
	PrivateIP string `json:"private_ip"`
	// PublicIP is listed for private clusters too: it proves nothing
	// (https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html).
	PublicIP string `json:"public_ip"`
}

// Secondary is the second availability zone of a Multi-AZ cluster.
type Secondary struct {
	AvailabilityZone string `json:"availability_zone"`
	Nodes            []Node `json:"nodes"`
}

// ElasticIP is the elastic IP the customer gave the cluster, if any.
type ElasticIP struct {
	IP     string `json:"ip"`
	Status string `json:"status"`
}

// GroupMember is the cluster's membership in a security group.
type GroupMember struct {
	ID     string `json:"id"`
	Status string `json:"status"` // active, adding, removing
}

// ParameterGroup is an attached parameter group and whether it is in force.
type ParameterGroup struct {
	Name        string `json:"name"`
	ApplyStatus string `json:"apply_status"` // in-sync, pending-reboot, applying, …
	// Unsettled are the parameters whose own status is not in-sync.
	Unsettled []ParameterStatus `json:"unsettled"`
}

// ParameterStatus tells whether one parameter is in force.
type ParameterStatus struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Error  string `json:"error"`
}

// Parameter is one parameter of a parameter group (or of a workgroup, whose
// Group is empty).
type Parameter struct {
	Group  string `json:"group"`
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"` // user or engine-default; empty for a workgroup, of which AWS does not tell it
}
