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
	ID        string `json:"id"`
	Kind      string `json:"kind"` // cluster, workgroup, endpoint
	Name      string `json:"name"`
	Account   string `json:"account"`
	Region    string `json:"region"`
	Partition string `json:"partition"`
}

// Loader is the loader and how it was said to be set up. It is always known.
type Loader struct {
	ID         string `json:"id"`
	Name       string `json:"name"` // as in a sentence: "Stitch"
	User       string `json:"user"`
	Connection string `json:"connection"`
	Region     string `json:"region"`
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
	Status             string              `json:"status"`
	AvailabilityStatus string              `json:"availability_status"`
	Endpoint           Endpoint            `json:"endpoint"`
	CustomDomain       string              `json:"custom_domain"`
	PubliclyAccessible bool                `json:"publicly_accessible"`
	VPCID              string              `json:"vpc_id"`
	AdminUser          string              `json:"admin_user"`
	DatabaseName       string              `json:"database_name"`
	TLS                TLS                 `json:"tls"`
	SecurityGroups     []UsedSecurityGroup `json:"security_groups"`
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
}

// Passage is what some stages of the path say of the loader's addresses.
type Passage struct {
	// Verdict is allow, deny, unknown or not_applicable for the loader as a
	// whole: with region "any", allow means that one region's set is let
	// through whole.
	Verdict string `json:"verdict"`
	// Regions are the loader regions whose addresses are all let through.
	Regions []string `json:"regions"`
	// Sources are the loader's addresses that matter to the verdict: none where
	// it is allow.
	Sources []Source `json:"sources"`
	// Missing is what an unknown verdict lacks.
	Missing []facts.Unknown `json:"missing"`
}

// Source is one address of the loader.
type Source struct {
	Address string `json:"address"` // CIDR
	Region  string `json:"region"`  // the loader's
	Verdict string `json:"verdict"` // allow, deny, unknown, not_applicable
	// Hops are the stages of this passage, in order of travel.
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
	// Gateway is the internet gateway a route should lead to; empty where none
	// is attached.
	Gateway string `json:"gateway"`
	// Route is the destination prefix of a route in the way, empty for none.
	Route string `json:"route"`
}

// Exposure is the public address space beyond the loader's own that the security
// groups let in on the cluster's port.
type Exposure struct {
	// Width is world (all public IPv4 addresses), wide (a /8 or more in sum),
	// broad (a /16 or more), narrow (less) or none.
	Width string `json:"width"`
	// Addresses is how many IPv4 addresses, in digits.
	Addresses string `json:"addresses"`
	// Rules are the rules that let them in, the widest first.
	Rules []ExposedRule `json:"rules"`
}

// ExposedRule is an inbound rule that lets in more than the loader.
type ExposedRule struct {
	Group    string `json:"group"`
	CIDR     string `json:"cidr"`        // the rule's source, or of an entry of its prefix list
	List     string `json:"prefix_list"` // empty for a rule with a CIDR
	Protocol string `json:"protocol"`
	FromPort int    `json:"from_port"` // -1 for all ports
	ToPort   int    `json:"to_port"`
	// Wide is whether this rule alone is a /16 or more of public addresses.
	Wide bool `json:"wide"`
}

// Database is what the loader's user finds in the database.
type Database struct {
	Login   Login   `json:"login"`
	Account Account `json:"account"`
	// Presence is local, shared (a datashare) or missing.
	Presence string `json:"presence"`
	Name     string `json:"name"`
	Driver   Driver `json:"driver"`
	Create   Create `json:"create"`
	// Schemas are those the loader loads into that are not as it needs them.
	Schemas SchemaOwnership `json:"schemas"`
	Tables  TableOwnership  `json:"tables"`
	// InformationSchema and PGCatalog tell what the loader reads there.
	InformationSchema SystemSchema `json:"information_schema"`
	PGCatalog         SystemSchema `json:"pg_catalog"`
	Comments          Comments     `json:"comments"`
	// Superuser and Admin: whether the loader's user is one, or is the admin
	// user made with the cluster.
	Superuser bool `json:"superuser"`
	Admin     bool `json:"admin"`
}

// Login tells with whose eyes the database was seen. It is always known.
type Login struct {
	User string `json:"user"`
	// AsLoader is whether that is the loader's own user.
	AsLoader bool   `json:"as_loader"`
	Outcome  string `json:"outcome"`
	Message  string `json:"message"`
}

// Account is the loader's user as something to log in with.
type Account struct {
	// Status is usable, missing, expired or refused (its password was).
	Status     string `json:"status"`
	ValidUntil string `json:"valid_until"`
}

// Driver tells whether a standard PostgreSQL driver can log in as the user.
type Driver struct {
	// Method is standard, digest (a SHA-256 password) or identity (an identity
	// provider).
	Method string `json:"method"`
}

// Create is CREATE on the database.
type Create struct {
	Allowed bool `json:"allowed"`
	// Through is superuser, owner, privilege (of the user, a group or PUBLIC)
	// or role, where allowed.
	Through string `json:"through"`
	// Schemas are schemas where the user has CREATE, which is no substitute:
	// at most three, and how many in all.
	Schemas     []string `json:"schemas"`
	SchemaCount int      `json:"schema_count"`
}

// SchemaOwnership tells of the schemas the loader loads into.
type SchemaOwnership struct {
	Count int `json:"count"` // how many there are already
	// Deviating are those the user does not own, or owns and cannot use.
	Deviating []DeviatingSchema `json:"deviating"`
}

// DeviatingSchema is a schema that the loader could not work in.
type DeviatingSchema struct {
	Subject string `json:"subject"` // its name, quoted where SQL needs it
	Name    string `json:"name"`
	Owner   string `json:"owner"`
	// Problem is owner (somebody else owns it), or usage or create (the owner
	// lacks that right in its own schema).
	Problem string `json:"problem"`
}

// TableOwnership tells of the tables the loader loads into.
type TableOwnership struct {
	Count     int              `json:"count"`
	Deviating []DeviatingTable `json:"deviating"`
}

// DeviatingTable is a loader table that somebody else owns.
type DeviatingTable struct {
	Subject string `json:"subject"` // schema.name, quoted where SQL needs it
	Schema  string `json:"schema"`
	Name    string `json:"name"`
	Owner   string `json:"owner"`
}

// SystemSchema is what the loader may read of a system schema.
type SystemSchema struct {
	CanUse bool `json:"can_use"`
	// Denied are the relations that the loader reads and may not; Absent those
	// it reads that the server does not have.
	Denied []string `json:"denied"`
	Absent []string `json:"absent"`
	// Others counts further relations that are denied: evidence only.
	Others int `json:"others"`
}

// Comments tells of the table comments that hold primary keys.
type Comments struct {
	Count     int                `json:"count"` // loader tables with the markers
	Deviating []DeviatingComment `json:"deviating"`
}

// DeviatingComment is a loader table whose comment tells no primary key.
type DeviatingComment struct {
	Subject string `json:"subject"`
	// Problem is missing, malformed (no JSON object of the form), empty (no
	// keys) or keyless (primary_keys is absent or not a list of names).
	Problem string `json:"problem"`
	Comment string `json:"comment"` // cut to 120 characters
}
