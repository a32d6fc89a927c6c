// Package facts holds what was observed, and nothing that was concluded.
//
// A Snapshot is everything one observation saw: Targets, each with what AWS and
// the database told of it. A fact that could not be observed is zero in its
// struct and has an Unknown that names its path, why it is lacking and what
// would cure it. Whoever reads a fact asks Lacking first; a zero value alone
// proves nothing. Conclusions (can an address reach the cluster?) are made anew
// from the facts each time and are never saved with them.
package facts

import (
	"strings"
	"time"
)

// SnapshotSchema names the form of a saved Snapshot. It changes when a reader of the
// former form could misunderstand the new one.
const SnapshotSchema = "rscheck.snapshot/v1"

// Snapshot is what one observation saw.
type Snapshot struct {
	Schema string `json:"schema"`
	Tool   Tool   `json:"tool"`
	// ScannedAt is when the observation began, in UTC to the second.
	ScannedAt time.Time `json:"scanned_at"`
	// Unknown holds what kept targets from being found: a region that could
	// not be listed, a target that was asked for by name and not found, an
	// account that could not be entered. Its paths are "regions.REGION",
	// "targets.NAME" and "accounts.ID"; where accounts were named, a region's
	// is "accounts.ID.regions.REGION".
	Unknown []Unknown `json:"unknown"`
	// Notes are remarks on where was looked. They decide nothing.
	Notes   []string `json:"notes,omitempty"`
	Targets []Target `json:"targets"`
}

// Tool is the program that made a snapshot or a report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Kind tells what sort of thing a target is.
type Kind string

const (
	// ProvisionedCluster is an Amazon Redshift cluster with nodes of its own.
	ProvisionedCluster Kind = "cluster"
	// Workgroup is an Amazon Redshift Serverless workgroup.
	Workgroup Kind = "workgroup"
	// HostOnly is a host and a port of which AWS was not asked.
	HostOnly Kind = "endpoint"
)

// Kinds lists every Kind.
var Kinds = []Kind{ProvisionedCluster, Workgroup, HostOnly}

// Target is one cluster or serverless workgroup and all that was observed of
// it. It is complete in itself: what several targets share (a VPC, say) is in
// each of them, sharing memory.
//
// The paths of its Unknowns are those of its JSON form: "cluster",
// "cluster.parameters", "network.prefix_lists.pl-0a1b" (the last part being the
// id of one element), "database.relations".
type Target struct {
	// ID is the ARN, or host:port for a HostOnly target.
	ID      string `json:"id"`
	Kind    Kind   `json:"kind"`
	Name    string `json:"name"`
	Account string `json:"account"`
	Region  string `json:"region"`
	// Partition is aws, aws-cn or aws-us-gov.
	Partition string    `json:"partition"`
	Cluster   Cluster   `json:"cluster"`
	Network   Network   `json:"network"`
	Database  Database  `json:"database"`
	Unknown   []Unknown `json:"unknown"`
}

// Unknown is a fact that could not be observed.
type Unknown struct {
	Path   string `json:"path"` // of the fact, as network.network_acls
	Reason Reason `json:"reason"`
	// Detail is what would cure it, fit to be read after "cannot tell:", as
	// "allow ec2:DescribeNetworkAcls", or what happened where nothing cures it.
	Detail string `json:"detail"`
}

// Reason is why a fact could not be observed.
type Reason string

const (
	AccessDenied Reason = "access_denied" // a permission is lacking; Detail names it
	Unreachable  Reason = "unreachable"   // no connection to whoever would know
	TimedOut     Reason = "timed_out"     // no answer within the time allowed
	Throttled    Reason = "throttled"     // still refused for its rate after all retries
	Unsupported  Reason = "unsupported"   // the answerer does not know the question
	NotRequested Reason = "not_requested" // the command line left it out
	Inconsistent Reason = "inconsistent"  // answers contradict each other
	Failed       Reason = "failed"        // any other failure
)

// Reasons lists every Reason.
var Reasons = []Reason{AccessDenied, Unreachable, TimedOut, Throttled, Unsupported, NotRequested, Inconsistent, Failed}

// Lack records that the fact at path could not be observed.
func (t *Target) Lack(path string, reason Reason, detail string) {
	t.Unknown = append(t.Unknown, Unknown{Path: path, Reason: reason, Detail: detail})
}

// Lacking returns why the fact at path is not there: the Unknowns of the fact
// itself and of any whole it is part of. It is empty when the fact is known,
// though parts of it may be unknown (see LackingWithin).
func (t *Target) Lacking(path string) []Unknown {
	var lacking []Unknown
	for _, u := range t.Unknown {
		if Covers(u.Path, path) {
			lacking = append(lacking, u)
		}
	}
	return lacking
}

// LackingWithin returns why the fact at path is not wholly known: what Lacking
// returns, and the Unknowns of its parts.
func (t *Target) LackingWithin(path string) []Unknown {
	var lacking []Unknown
	for _, u := range t.Unknown {
		if Covers(u.Path, path) || Covers(path, u.Path) {
			lacking = append(lacking, u)
		}
	}
	return lacking
}

// Covers reports whether the fact at path inner is the one at outer or part of
// it.
func Covers(outer, inner string) bool {
	return inner == outer || len(inner) > len(outer) && inner[len(outer)] == '.' && strings.HasPrefix(inner, outer)
}
