// Package digest derives from observed facts what policies judge.
//
// A Document is the input of every policy: small, without nulls and without
// maps, deviations only. What is hard or slow in Rego happens here: the network
// path of every loader address, the grouping of privileges. A derived field
// inherits the ignorance of the facts it was made from: Of returns, beside the
// Document, a Lack for each field that could not be derived, and the engine
// runs no rule that reads such a field.
package digest

import "github.com/rscheck/rscheck/checks/facts"

// Document is what a policy sees as input.
type Document struct {
	Target   Target   `json:"target"`
	Loader   Loader   `json:"loader"`
	Cluster  Cluster  `json:"cluster"`
	Network  Network  `json:"network"`
	Database Database `json:"database"`
}

// Lack says that the field of the Document at Path could not be derived, and
// which facts it would take.
type Lack struct {
	Path    string
	Missing []facts.Unknown
}

// Target names the target. It is always known.
type Target struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // cluster, workgroup, endpoint
	Name   string `json:"name"`
	Region string `json:"region"`
}

// Loader is the loader and how it was said to be set up. It is always known.
type Loader struct {
	ID         string `json:"id"`
	Name       string `json:"name"` // as in a sentence: "Stitch"
	User       string `json:"user"`
	Connection string `json:"connection"`
	// Public is what the connection makes of a publicly accessible cluster:
	// required or not_needed.
	Public string `json:"public"`
	Region string `json:"region"`
	// Form is what was typed into the loader's form; a field is empty (0)
	// where the command line did not tell it.
	Form Form `json:"form"`
}

// Form is the connection form of the loader.
type Form struct {
	Host     string `json:"host"`
	Port     string `json:"port"` // as typed
	Database string `json:"database"`
}

// Cluster is how the target is set up.
type Cluster struct {
	Status             string   `json:"status"`
	AvailabilityStatus string   `json:"availability_status"`
	Endpoint           Endpoint `json:"endpoint"`
	CustomDomain       string   `json:"custom_domain"`
	// TypedAddress is whether the host that was typed into the loader is a public
	// address of the endpoint.
	TypedAddress       bool                `json:"typed_address"`
	PubliclyAccessible bool                `json:"publicly_accessible"`
	VPCID              string              `json:"vpc_id"`
	TLS                TLS                 `json:"tls"`
	SecurityGroups     []UsedSecurityGroup `json:"security_groups"`
	Encrypted          bool                `json:"encrypted"` // at rest
	// Documented is whether the loader's documentation speaks of this kind of
	// target.
	Documented bool    `json:"documented"`
	Pending    Pending `json:"pending"`
	Logging    Logging `json:"logging"`
	// Interruptions are the scheduled actions that will pause or resize the
	// cluster.
	Interruptions []Interruption `json:"interruptions"`
}

// Interruption is a scheduled action that takes the cluster away for a while.
type Interruption struct {
	Name     string `json:"name"`     // of the scheduled action
	Action   string `json:"action"`   // pause or resize
	Next     string `json:"next"`     // when, in UTC and RFC 3339
	Schedule string `json:"schedule"` // as AWS tells it, in UTC
	// Stays is whether it is a pause that no scheduled action ends.
	Stays bool `json:"stays"`
}

// Pending are the changes asked for, and not in force yet, that may keep the
// loader out.
type Pending struct {
	BecomesPrivate bool `json:"becomes_private"`
	// Identifier is the name the cluster will have, and its endpoint with it;
	// empty where that stays.
	Identifier string `json:"identifier"`
}

// Logging is audit logging.
type Logging struct {
	Enabled bool `json:"enabled"`
	// Failing is whether the last attempt to deliver failed, and Failure what AWS
	// says of it.
	Failing bool   `json:"failing"`
	Failure string `json:"failure"`
	// Absent are the logs of logins and users that are not among those exported.
	Absent []string `json:"absent"`
}

// Endpoint is where clients connect; host empty and port 0 while there is none.
type Endpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

// TLS tells whether the parameter require_ssl makes every client use TLS.
type TLS struct {
	Required bool `json:"required"` // require_ssl is true in the parameter group
	InForce  bool `json:"in_force"` // and the cluster runs with it
	// Group is the parameter group that sets it; DefaultGroup, whether it is
	// one of AWS's own, which cannot be changed. ApplyStatus is the parameter's.
	Group        string `json:"group"`
	DefaultGroup bool   `json:"default_group"`
	ApplyStatus  string `json:"apply_status"`
}

// UsedSecurityGroup is a security group attached to the cluster.
type UsedSecurityGroup struct {
	ID     string `json:"id"`
	Status string `json:"status"` // of the attachment: active, adding, removing
	// Usable tells whether the group belongs to, or is associated with, the
	// cluster's VPC: "yes", "no" or "unknown", and Missing what would settle it.
	Usable  string          `json:"usable"`
	VPCID   string          `json:"vpc_id"` // the group's own
	Missing []facts.Unknown `json:"missing"`
}

// Network is the loader's way to the cluster, cut into the questions that the
// network checks ask.
type Network struct {
	PublicAccess      Passage  `json:"public_access"`       // the flag and the public address
	WayOut            Passage  `json:"way_out"`             // endpoint, internet gateway, edge and return route
	SecurityGroups    Passage  `json:"security_groups"`     //
	NetworkACL        Passage  `json:"network_acl"`         // in and out
	BlockPublicAccess Passage  `json:"block_public_access"` //
	Exposure          Exposure `json:"exposure"`            // who else is let in
	Link              Link     `json:"link"`                // what privatelink asks
	// Elsewhere are the subnets that AWS may move the endpoint to.
	Elsewhere []OtherSubnet `json:"elsewhere"`
	AllowList AllowList     `json:"allow_list"`
	Bastion   Bastion       `json:"bastion"`
}

// Bastion is the way over an SSH host in front of the cluster.
type Bastion struct {
	// Verdict is that of the whole way: allow, deny, unknown, or not_applicable
	// where the connection takes none.
	Verdict string `json:"verdict"`
	ID      string `json:"id"`   // of the instance
	Port    int    `json:"port"` // where it takes SSH; 0 where the connection takes none
	// Group is one of its security groups, empty for none.
	Group string `json:"group"`
	// WayIn is the loader's way to the bastion.
	WayIn Passage `json:"way_in"`
	// Onward is the way from its private address to the cluster's endpoint.
	Onward Source `json:"onward"`
}

// OtherSubnet is a subnet of the subnet group that does not carry the endpoint, as
// far as is known, and what it would do to the loader's addresses.
type OtherSubnet struct {
	ID        string `json:"id"`
	Zone      string `json:"zone"`
	Secondary bool   `json:"secondary"` // in the second zone of a Multi-AZ cluster
	// Verdict, Sources and Missing are as in Passage, of the stages that depend on
	// the subnet.
	Verdict string          `json:"verdict"`
	Sources []Source        `json:"sources"`
	Missing []facts.Unknown `json:"missing"`
}

// AllowList tells whom the security groups were meant to let in.
type AllowList struct {
	// Own is the verdict of the security groups on the loader's own addresses.
	Own string `json:"own"`
	// Foreign are sets of addresses that have rules, and that the loader does not
	// dial from.
	Foreign []ForeignSet `json:"foreign"`
}

// ForeignSet is a set of addresses that the loader does not dial the target from.
type ForeignSet struct {
	ID string `json:"id"`
	// Region is whether it is that of another region of the loader; otherwise the
	// loader uses it, but never for a destination.
	Region bool          `json:"region"`
	Rules  []ExposedRule `json:"rules"`
}

// Link compares the AWS region of the target with the loader's.
type Link struct {
	// SameRegion is whether the connection needs the two to be one.
	SameRegion bool     `json:"same_region"`
	Regions    []string `json:"regions"` // the loader's; several where its region is not known
	Joined     bool     `json:"joined"`  // the target's is one of them
}

// Passage is what some stages of the path say of the loader's addresses.
type Passage struct {
	// Verdict is allow, deny, unknown or not_applicable for the loader as a
	// whole: with region "any", allow means that one region's set is let
	// through whole.
	Verdict string `json:"verdict"`
	// Sources are the addresses, of the regions that are meant, that matter to the
	// verdict: none where it is allow. Where it is unknown they are known all the
	// same, and are none unless a change is known that would settle it for one of
	// them (of the way in to a bastion they are always told).
	Sources []Source `json:"sources"`
}

// Source is one address of the loader.
type Source struct {
	Address string `json:"address"` // CIDR
	Region  string `json:"region"`  // the loader's
	Verdict string `json:"verdict"` // allow, deny, unknown, not_applicable
	// Hops are the stages of this passage, in order of travel. One that several
	// things deny is there for each of them.
	Hops    []Hop           `json:"hops"`
	Missing []facts.Unknown `json:"missing"`
}

// Hop is one stage of the path of one address.
type Hop struct {
	Stage   string `json:"stage"`
	Verdict string `json:"verdict"`
	// Detail is what was found, as "acl-0a1b rule 100 denies tcp 5439 from
	// 52.0.0.0/8".
	Detail string `json:"detail"`
	// Kind and ID name what decided: a rule, a route, a flag.
	Kind string `json:"kind"`
	ID   string `json:"id"`
	// Object is the AWS object to change so that the hop would allow: a
	// security group, a network ACL, a route table, a subnet, a VPC. Empty
	// where none can be named.
	Object string `json:"object"`
	// RuleNumber is a free number of a network ACL ahead of the rule that
	// denies; 0 where there is none or it does not matter.
	RuleNumber int `json:"rule_number"`
	// Route is the destination prefix of a route in the way, empty for none.
	Route string `json:"route"`
	// Target is what a route back should lead to: the internet gateway, or the
	// VPC endpoint or interface of a middlebox. Empty where there is nothing.
	Target string `json:"target"`
	// Exclusion is the exclusion from Block Public Access to change; empty where
	// one is to be created for Object.
	Exclusion string `json:"exclusion"`
	// Obstacle is why no command helps: own_range, a range of the VPC holds the
	// address; exclusions_barred, the organization allows no exclusions; empty for
	// none.
	Obstacle string `json:"obstacle"`
	// CIDR is what a network ACL or a security group between a bastion and the
	// endpoint should let through.
	CIDR string `json:"cidr"`
	// Group is a security group of the endpoint, which a rule of the bastion's
	// group may name in the place of CIDR; empty for none.
	Group string `json:"group"`
}

// Exposure is the address space beyond the loader's own that the security groups let
// in on the cluster's port.
type Exposure struct {
	// Width is world (all public IPv4 addresses), wide (a /8 or more in sum),
	// broad (a /16 or more), narrow (more than a /24), few (less) or none.
	Width string `json:"width"`
	// Addresses is how many public IPv4 addresses, as "65,536". AtLeast is whether
	// there may be more, not all rules being known.
	Addresses string `json:"addresses"`
	AtLeast   bool   `json:"at_least"`
	// Public and IPv6 are the public prefixes that hold them, as few as possible,
	// the widest first; Private are those of private networks.
	Public  Prefixes `json:"public"`
	IPv6    Prefixes `json:"ipv6"`
	Private Prefixes `json:"private"`
	// Rules are the rules that let public addresses in, the widest first.
	Rules []ExposedRule `json:"rules"`
	// Needing are the loader's addresses that are let in by wide rules alone.
	Needing []NeedingAddress `json:"needing"`
}

// Prefixes are the first few of some prefixes, and how many more there are.
type Prefixes struct {
	First []string `json:"first"`
	More  int      `json:"more"`
}

// NeedingAddress is an address of the loader, as CIDR, and a group with a wide rule
// that lets it in.
type NeedingAddress struct {
	Group   string `json:"group"`
	Address string `json:"address"`
}

// ExposedRule is an inbound rule that lets in more than the loader.
type ExposedRule struct {
	Group string `json:"group"`
	CIDR  string `json:"cidr"`        // the rule's source, or an entry of its prefix list
	List  string `json:"prefix_list"` // empty for a rule with a CIDR
	// Entries are those of the prefix list that let public addresses in, where the
	// rule is told once for all of them: in Exposure.
	Entries  Prefixes `json:"entries"`
	Protocol string   `json:"protocol"`
	FromPort int      `json:"from_port"` // -1 for all ports
	ToPort   int      `json:"to_port"`
	// Wide is whether this rule alone, with all of its prefix list, is a /16 or more
	// of public addresses.
	Wide bool `json:"wide"`
}
