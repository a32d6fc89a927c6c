// Package loader holds what a data loader needs of a cluster, as data.
//
// A Profile is what is true of a loader for everybody who uses it; Settings are
// how one customer set it up.
package loader

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Profile is what one loader needs of a Redshift cluster. The file it comes from
// says of each value where it was read.
type Profile struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"` // as in a sentence
	// Version is the date of the last change to the profile.
	Version string `yaml:"version"`
	// References are where the values come from, TTLDays for how many days after
	// they were retrieved the values may be relied on.
	References []Reference `yaml:"sources"`
	TTLDays    int         `yaml:"ttl_days"`

	// Targets are the kinds of target that its documentation speaks of: cluster,
	// workgroup.
	Targets []string `yaml:"targets"`
	Regions []Region `yaml:"regions"`
	// SourceSide are addresses of the loader's that it reads sources from and never
	// dials a destination from.
	SourceSide  []SourceSide `yaml:"source_side"`
	Connections []Connection `yaml:"connections"`
	Markers     Markers      `yaml:"markers"`
	// SystemReads are the relations of the system's schemas that it reads.
	SystemReads []SystemReads `yaml:"reads"`
	Comment     Comment       `yaml:"comment"`
	Limits      Limits        `yaml:"limits"`
	Reserved    Reserved      `yaml:"reserved"`
	Room        Room          `yaml:"room"`
}

// Reference is a page or a repository, and when it was read.
type Reference struct {
	URL       string `yaml:"url"`
	Retrieved Date   `yaml:"retrieved"`
}

// Region is one of the places the loader dials from.
type Region struct {
	ID        string `yaml:"id"`
	AWSRegion string `yaml:"aws_region"`
	CIDRs     []CIDR `yaml:"cidrs"`
}

// SourceSide is a set of addresses that is not for destinations.
type SourceSide struct {
	ID    string `yaml:"id"`
	CIDRs []CIDR `yaml:"cidrs"`
}

// Connection is a way for the loader to connect.
type Connection struct {
	ID     string `yaml:"id"`
	Public Public `yaml:"public"`
	// Inbound is what the loader's addresses must be let in to.
	Inbound Inbound `yaml:"inbound"`
	// BastionPort is the usual port of the bastion, 0 without one.
	BastionPort int `yaml:"bastion_port"`
	// SameRegion is whether the cluster must be in the loader's own AWS region.
	SameRegion bool `yaml:"same_region"`
}

// Public tells whether a connection needs a publicly accessible cluster.
type Public string

const (
	PublicRequired  Public = "required"
	PublicNotNeeded Public = "not_needed"
)

// Inbound is what a connection comes in to.
type Inbound string

const (
	InboundCluster         Inbound = "cluster"          // the cluster's endpoint
	InboundBastion         Inbound = "bastion"          // an SSH host in front of it
	InboundPrivate         Inbound = "private"          // the VPC, over a private line
	InboundEndpointService Inbound = "endpoint_service" // a VPC endpoint service
	InboundNone            Inbound = "none"             // nothing: it is dialled from inside
)

// Markers tell the loader's schemas and tables from others.
type Markers struct {
	// Tables are names of tables that each of its schemas has.
	Tables []string `yaml:"tables"`
	// Columns are those that a table of the loader's has, all of them.
	Columns []string `yaml:"columns"`
}

// SystemReads are the relations of one system schema that the loader reads.
type SystemReads struct {
	Schema    string   `yaml:"schema"`
	Relations []string `yaml:"relations"`
}

// Comment is the form of the table comment that holds the primary key: a JSON
// object that has the names of the columns, as a list, under Key.
type Comment struct {
	Key string `yaml:"key"`
}

// Limits are the longest names, in characters, and the largest numbers that the
// loader copes with.
type Limits struct {
	TableName         int `yaml:"table_name"`
	ColumnName        int `yaml:"column_name"`
	ColumnsPerTable   int `yaml:"columns_per_table"`
	TablesPerDatabase int `yaml:"tables_per_database"`
}

// Reserved are parts of names that the loader keeps for itself.
type Reserved struct {
	Prefixes       []string `yaml:"prefixes"` // of tables and columns
	ColumnSuffixes []string `yaml:"column_suffixes"`
	// OwnColumns are the columns of the loader's own that are called so; * stands
	// for any characters.
	OwnColumns []string `yaml:"own_columns"`
}

// Room is what the loader's user should be allowed of the server at least; 0 is
// nothing in particular.
type Room struct {
	// Connections is how many connections it should be allowed at a time.
	Connections int `yaml:"connections"`
	// StatementSeconds is how long a statement of its should be allowed to last.
	StatementSeconds int `yaml:"statement_seconds"`
}

// CIDR is a range of addresses, written as 203.0.113.0/24.
type CIDR struct{ netip.Prefix }

// UnmarshalYAML reads a CIDR.
func (c *CIDR) UnmarshalYAML(node *yaml.Node) error {
	prefix, err := netip.ParsePrefix(node.Value)
	if err != nil {
		return misread(node, "a CIDR, as 203.0.113.0/24")
	}
	c.Prefix = prefix
	return nil
}

// Date is a day, written as 2026-11-23.
type Date struct{ time.Time }

// UnmarshalYAML reads a Date.
func (d *Date) UnmarshalYAML(node *yaml.Node) error {
	day, err := time.Parse(time.DateOnly, node.Value)
	if err != nil {
		return misread(node, "a date, as 2026-11-23")
	}
	d.Time = day
	return nil
}

// misread is an error of the sort that the decoder gathers with its own.
func misread(node *yaml.Node, want string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is not %s", node.Line, node.Value, want)}}
}

// Parse reads a profile from YAML. A key that a Profile does not have is an
// error, and so is a second document. What is wrong is told all at once, one line
// for each field.
func Parse(text []byte) (Profile, error) {
	var p Profile
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&p); err != nil {
		return Profile{}, fmt.Errorf("parse profile: %w", err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Profile{}, errors.New("parse profile: more than one document")
	}
	if err := p.validate(); err != nil {
		return Profile{}, err
	}
	return p, nil
}

// Region returns the region with the id.
func (p Profile) Region(id string) (Region, bool) {
	i := slices.IndexFunc(p.Regions, func(r Region) bool { return r.ID == id })
	if i < 0 {
		return Region{}, false
	}
	return p.Regions[i], true
}

// RegionIDs returns the ids of the regions, in the order of the profile.
func (p Profile) RegionIDs() []string {
	ids := make([]string, len(p.Regions))
	for i, r := range p.Regions {
		ids[i] = r.ID
	}
	return ids
}

// Sources returns the addresses that the loader dials from in the region, or in
// all of them for Any. There are none for a region that the profile does not have.
func (p Profile) Sources(region string) []netip.Prefix {
	var sources []netip.Prefix
	for _, r := range p.Regions {
		if r.ID == region || region == Any {
			for _, cidr := range r.CIDRs {
				sources = append(sources, cidr.Prefix)
			}
		}
	}
	return sources
}

// Connection returns the connection with the id.
func (p Profile) Connection(id string) (Connection, bool) {
	i := slices.IndexFunc(p.Connections, func(c Connection) bool { return c.ID == id })
	if i < 0 {
		return Connection{}, false
	}
	return p.Connections[i], true
}

// ConnectionIDs returns the ids of the connections, in the order of the profile.
func (p Profile) ConnectionIDs() []string {
	ids := make([]string, len(p.Connections))
	for i, c := range p.Connections {
		ids[i] = c.ID
	}
	return ids
}

// Reads returns the relations of a system schema that the loader reads.
func (p Profile) Reads(schema string) []string {
	for _, r := range p.SystemReads {
		if r.Schema == schema {
			return r.Relations
		}
	}
	return nil
}

// Stale reports whether one of the references was read too long before now for
// the values to be relied on.
func (p Profile) Stale(now time.Time) bool {
	return slices.ContainsFunc(p.References, func(r Reference) bool {
		return now.After(r.Retrieved.AddDate(0, 0, p.TTLDays))
	})
}
