package facts

// Network is what EC2 and Redshift tell of the network around the target.
// Everything is as the API gave it: prefixes may be un-canonical, lists of rules
// in any order.
type Network struct {
	// CallerAccount is the account that asked: the cluster's own, because nobody
	// lists another's, or else what sts:GetCallerIdentity told.
	CallerAccount string      `json:"caller_account"`
	VPC           VPC         `json:"vpc"`
	SubnetGroup   SubnetGroup `json:"subnet_group"`
	// Subnets, RouteTables, NetworkACLs and InternetGateways are all those of
	// the VPC (internet gateways: those attached to it).
	Subnets          []Subnet          `json:"subnets"`
	RouteTables      []RouteTable      `json:"route_tables"`
	NetworkACLs      []NetworkACL      `json:"network_acls"`
	InternetGateways []InternetGateway `json:"internet_gateways"`
	// SecurityGroups are those attached to the cluster, to an interface of its
	// endpoint or to the bastion. One of them that could not be described has an Unknown of
	// its own ("network.security_groups.sg-…").
	SecurityGroups []SecurityGroup `json:"security_groups"`
	// GroupAssociations are asked for only where an attached group belongs to
	// another VPC.
	GroupAssociations []GroupAssociation `json:"group_associations"`
	// PrefixLists are those that a route or a security group refers to. One
	// whose entries could not be read has an Unknown of its own.
	PrefixLists []PrefixList `json:"prefix_lists"`
	// Interfaces are those that carry the endpoint, as DescribeNetworkInterfaces
	// tells them.
	Interfaces []Interface `json:"interfaces"`
	// VPCEndpoints are the vpce-… that a route of the VPC leads to.
	VPCEndpoints      []VPCEndpoint     `json:"vpc_endpoints"`
	BlockPublicAccess BlockPublicAccess `json:"block_public_access"`
	// Bastion is the instance that was named as one; not requested where none was.
	// Its security groups are among SecurityGroups.
	Bastion Bastion `json:"bastion"`
}

// Bastion is an EC2 instance with one network interface, in the cluster's VPC, that
// connections to the cluster go through.
type Bastion struct {
	InstanceID string `json:"instance_id"`
	// State is pending, running, stopping, stopped, shutting-down or terminated, or
	// PlannedBastion of one that was named by its subnet and security group: it has
	// no id and no addresses.
	State string `json:"state"`
	// SubnetID, VPCID and the addresses are empty once the instance is terminated.
	SubnetID  string   `json:"subnet_id"`
	VPCID     string   `json:"vpc_id"`
	PrivateIP string   `json:"private_ip"`
	PublicIP  string   `json:"public_ip"` // empty for none
	GroupIDs  []string `json:"group_ids"`
}

// PlannedBastion is the state of a bastion of which only the place is known.
const PlannedBastion = "planned"

// VPC is the virtual private cloud of the target.
type VPC struct {
	ID      string   `json:"id"`
	OwnerID string   `json:"owner_id"`
	CIDRs   []string `json:"cidrs"`
	// BlockPublicAccess is BlockPublicAccessStates.InternetGatewayBlockMode,
	// empty where the API did not tell it.
	BlockPublicAccess string `json:"block_public_access"`
	// DNS is asked for only where the bastion is in the VPC; nil elsewhere.
	DNS *DNS `json:"dns,omitempty"`
}

// DNS is how instances of a VPC resolve names
// (https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html).
type DNS struct {
	Support   bool `json:"support"`   // enableDnsSupport: Amazon's server answers
	Hostnames bool `json:"hostnames"` // enableDnsHostnames
	// Servers are the domain-name-servers of the VPC's DHCP options: addresses, or
	// "AmazonProvidedDNS". Empty where the options name none.
	Servers []string `json:"servers"`
}

// SubnetGroup is a cluster subnet group. A workgroup's subnets are told as one
// without a name and without any status.
type SubnetGroup struct {
	Name    string        `json:"name"`
	Status  string        `json:"status"` // Complete, Incomplete, Invalid
	VPCID   string        `json:"vpc_id"`
	Subnets []GroupSubnet `json:"subnets"`
}

// GroupSubnet is a subnet of a subnet group.
type GroupSubnet struct {
	ID               string `json:"id"`
	AvailabilityZone string `json:"availability_zone"`
	Status           string `json:"status"` // Active, Inactive
}

// Subnet is a subnet of the VPC.
type Subnet struct {
	ID               string `json:"id"`
	VPCID            string `json:"vpc_id"`
	OwnerID          string `json:"owner_id"`
	AvailabilityZone string `json:"availability_zone"`
	CIDR             string `json:"cidr"` // empty for an IPv6-only subnet
	// BlockPublicAccess is as in VPC.
	BlockPublicAccess string `json:"block_public_access"`
}

// RouteTable is a route table of the VPC.
type RouteTable struct {
	ID           string                  `json:"id"`
	Associations []RouteTableAssociation `json:"associations"`
	Routes       []Route                 `json:"routes"`
}

// RouteTableAssociation ties a route table to a subnet, to a gateway (an edge
// association) or, being Main, to every subnet without one of its own.
type RouteTableAssociation struct {
	Main      bool   `json:"main"`
	SubnetID  string `json:"subnet_id"`
	GatewayID string `json:"gateway_id"`
	State     string `json:"state"` // empty where not told
}

// Route is one route. Exactly one of DestinationCIDR, DestinationIPv6CIDR and
// DestinationPrefixListID is set.
type Route struct {
	DestinationCIDR         string `json:"destination_cidr"`
	DestinationIPv6CIDR     string `json:"destination_ipv6_cidr"`
	DestinationPrefixListID string `json:"destination_prefix_list_id"`
	// Target is the id the route leads to: "local", igw-…, vgw-…, vpce-…,
	// nat-…, eigw-…, tgw-…, pcx-…, cagw-…, lgw-…, eni-…, i-…, or an ARN of a
	// core network or an ODB network. Empty where the API named none. An
	// instance's route has its interface as Target where the API gave both.
	Target string `json:"target"`
	State  string `json:"state"`  // active, blackhole, filtered
	Origin string `json:"origin"` // CreateRouteTable, CreateRoute, EnableVgwRoutePropagation, Advertisement
}

// NetworkACL is a network ACL of the VPC.
type NetworkACL struct {
	ID        string            `json:"id"`
	Default   bool              `json:"default"`
	SubnetIDs []string          `json:"subnet_ids"`
	Entries   []NetworkACLEntry `json:"entries"`
}

// NetworkACLEntry is a numbered rule.
type NetworkACLEntry struct {
	Number   int    `json:"number"`
	Egress   bool   `json:"egress"`
	Action   string `json:"action"`   // allow, deny
	Protocol string `json:"protocol"` // an IANA number, "-1" for all; moto also says "tcp"
	CIDR     string `json:"cidr"`
	IPv6CIDR string `json:"ipv6_cidr"`
	Ports    *Ports `json:"ports,omitempty"`
}

// Ports is a range of ports, both ends included.
type Ports struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// InternetGateway is an internet gateway and what it is attached to.
type InternetGateway struct {
	ID          string              `json:"id"`
	Attachments []GatewayAttachment `json:"attachments"`
}

// GatewayAttachment is an attachment of an internet gateway.
type GatewayAttachment struct {
	VPCID string `json:"vpc_id"`
	State string `json:"state"` // "available" when attached
}

// SecurityGroup is a security group and its permissions.
type SecurityGroup struct {
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	VPCID   string       `json:"vpc_id"`
	OwnerID string       `json:"owner_id"`
	Inbound []Permission `json:"inbound"`
	// Outbound is kept of the bastion's groups only; nil elsewhere.
	Outbound *Outbound `json:"outbound,omitempty"`
}

// Outbound is what a security group lets out. In its permissions destinations stand
// where those for what comes in have sources.
type Outbound struct {
	Permissions []Permission `json:"permissions"`
}

// Permission is an IpPermission: one protocol and range of ports for several
// sources.
type Permission struct {
	Protocol string `json:"protocol"` // tcp, udp, icmp, icmpv6, a number, or -1 for all
	// Ports is nil where the API gave none; for icmp it holds type and code.
	Ports         *Ports   `json:"ports,omitempty"`
	CIDRs         []string `json:"cidrs"`
	IPv6CIDRs     []string `json:"ipv6_cidrs"`
	PrefixListIDs []string `json:"prefix_list_ids"`
	// GroupIDs are security groups as sources: they match private addresses
	// of their members only.
	GroupIDs []string `json:"group_ids"`
}

// GroupAssociation lets a security group be used in another VPC.
type GroupAssociation struct {
	GroupID string `json:"group_id"`
	VPCID   string `json:"vpc_id"`
	State   string `json:"state"` // associated, associating, association-failed, …
}

// PrefixList is a managed prefix list with its entries.
type PrefixList struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	OwnerID string   `json:"owner_id"` // an account, or "AWS"
	State   string   `json:"state"`    // create-complete, modify-in-progress, …; empty where not told
	CIDRs   []string `json:"cidrs"`    // of either family
}

// Interface is an elastic network interface.
type Interface struct {
	ID          string   `json:"id"`
	SubnetID    string   `json:"subnet_id"`
	VPCID       string   `json:"vpc_id"`
	Description string   `json:"description"`
	PrivateIPs  []string `json:"private_ips"`
	// PublicIP is the address associated with the interface, if any.
	PublicIP string   `json:"public_ip"`
	GroupIDs []string `json:"group_ids"`
}

// VPCEndpoint is a VPC endpoint a route leads to.
type VPCEndpoint struct {
	ID    string `json:"id"`
	Type  string `json:"type"` // Gateway, Interface, GatewayLoadBalancer, …
	State string `json:"state"`
}

// BlockPublicAccess is VPC Block Public Access of the account and region.
type BlockPublicAccess struct {
	Mode              string `json:"mode"`  // off, block-bidirectional, block-ingress
	State             string `json:"state"` // default-state, update-in-progress, update-complete
	ExclusionsAllowed string `json:"exclusions_allowed"`
	// Exclusions are those of the account and region. Where Block Public Access
	// is Disabled they matter to nothing: they are not asked for, the list is
	// empty and none of it is Unknown.
	Exclusions []Exclusion `json:"exclusions"`
}

// Disabled reports whether Block Public Access is off and no change of it is
// under way, so that no exclusion makes a difference. Of settings that could not
// be read it is false.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcBlockPublicAccessOptions.html
func (b *BlockPublicAccess) Disabled() bool { return b.Mode == "off" && b.Settled() }

// Settled reports whether the mode is in force: no change of it is under way.
func (b *BlockPublicAccess) Settled() bool {
	return b.State == "default-state" || b.State == "update-complete"
}

// Exclusion exempts a VPC or a subnet from Block Public Access.
type Exclusion struct {
	ID          string `json:"id"`
	ResourceARN string `json:"resource_arn"`
	Mode        string `json:"mode"`  // allow-bidirectional, allow-egress
	State       string `json:"state"` // create-complete, update-in-progress, …
}
