package loader

import (
	"errors"
	"fmt"
	"path"
	"slices"
)

// validate returns what is wrong with the values, one line for each field.
func (p *Profile) validate() error {
	var v validator
	v.text("id", p.ID)
	v.text("name", p.Name)
	v.text("version", p.Version)
	v.list("sources", len(p.References))
	for i, r := range p.References {
		v.text(fmt.Sprintf("sources[%d].url", i), r.URL)
		if r.Retrieved.IsZero() {
			v.wrong(fmt.Sprintf("sources[%d].retrieved", i), "is empty")
		}
	}
	v.positive("ttl_days", p.TTLDays)
	v.names("targets", p.Targets)
	for i, kind := range p.Targets {
		if kinds := []string{"cluster", "workgroup"}; !slices.Contains(kinds, kind) {
			v.wrong(fmt.Sprintf("targets[%d]", i), "%q: want one of %v", kind, kinds)
		}
	}
	v.regions(p.Regions)
	v.sourceSide(p.SourceSide)
	v.connections(p.Connections)
	v.names("markers.tables", p.Markers.Tables)
	v.names("markers.columns", p.Markers.Columns)
	v.list("reads", len(p.SystemReads))
	schemas := map[string]bool{}
	for i, r := range p.SystemReads {
		v.text(fmt.Sprintf("reads[%d].schema", i), r.Schema)
		v.once(fmt.Sprintf("reads[%d].schema", i), r.Schema, schemas)
		v.names(fmt.Sprintf("reads[%d].relations", i), r.Relations)
	}
	v.text("comment.key", p.Comment.Key)
	v.positive("limits.table_name", p.Limits.TableName)
	v.positive("limits.column_name", p.Limits.ColumnName)
	v.positive("limits.columns_per_table", p.Limits.ColumnsPerTable)
	v.positive("limits.tables_per_database", p.Limits.TablesPerDatabase)
	for i, pattern := range p.Reserved.OwnColumns {
		if _, err := path.Match(pattern, ""); err != nil {
			v.wrong(fmt.Sprintf("reserved.own_columns[%d]", i), "%q is no pattern", pattern)
		}
	}
	return errors.Join(v.errs...)
}

// validator gathers what is wrong.
type validator struct{ errs []error }

func (v *validator) wrong(field, format string, args ...any) {
	v.errs = append(v.errs, fmt.Errorf("profile: %s %s", field, fmt.Sprintf(format, args...)))
}

func (v *validator) text(field, value string) {
	if value == "" {
		v.wrong(field, "is empty")
	}
}

func (v *validator) list(field string, length int) {
	if length == 0 {
		v.wrong(field, "is empty")
	}
}

func (v *validator) names(field string, names []string) {
	v.list(field, len(names))
	seen := map[string]bool{}
	for i, name := range names {
		v.text(fmt.Sprintf("%s[%d]", field, i), name)
		v.once(fmt.Sprintf("%s[%d]", field, i), name, seen)
	}
}

func (v *validator) once(field, value string, seen map[string]bool) {
	if seen[value] {
		v.wrong(field, "%q is there twice", value)
	}
	seen[value] = true
}

func (v *validator) positive(field string, value int) {
	if value <= 0 {
		v.wrong(field, "is %d: want a positive number", value)
	}
}

func (v *validator) port(field string, value int) {
	if value < 1 || value > 65535 {
		v.wrong(field, "is %d: want a port", value)
	}
}

func (v *validator) regions(regions []Region) {
	v.list("regions", len(regions))
	ids, cidrs := map[string]bool{}, map[string]bool{}
	for i, r := range regions {
		field := fmt.Sprintf("regions[%d]", i)
		v.text(field+".id", r.ID)
		v.once(field+".id", r.ID, ids)
		if r.ID == Any {
			v.wrong(field+".id", "%q stands for all regions", Any)
		}
		v.text(field+".aws_region", r.AWSRegion)
		v.list(field+".cidrs", len(r.CIDRs))
		for j, cidr := range r.CIDRs {
			v.cidr(fmt.Sprintf("%s.cidrs[%d]", field, j), cidr)
			v.once(fmt.Sprintf("%s.cidrs[%d]", field, j), cidr.String(), cidrs)
		}
	}
}

func (v *validator) sourceSide(sets []SourceSide) {
	ids := map[string]bool{}
	for i, s := range sets {
		field := fmt.Sprintf("source_side[%d]", i)
		v.text(field+".id", s.ID)
		v.once(field+".id", s.ID, ids)
		v.list(field+".cidrs", len(s.CIDRs))
		for j, cidr := range s.CIDRs {
			v.cidr(fmt.Sprintf("%s.cidrs[%d]", field, j), cidr)
		}
	}
}

func (v *validator) cidr(field string, cidr CIDR) {
	switch {
	case !cidr.IsValid():
		v.wrong(field, "is empty")
	case cidr.Addr().Is4In6():
		v.wrong(field, "%s is an IPv4 address written as IPv6", cidr)
	case cidr.Prefix != cidr.Masked():
		v.wrong(field, "%s has bits beyond its length: want %s", cidr, cidr.Masked())
	}
}

func (v *validator) connections(connections []Connection) {
	// Policies and the command line use the same words.
	known := []string{"direct", "ssh", "reverse-ssh", "vpc-peering", "vpn", "privatelink"}
	v.list("connections", len(connections))
	ids := map[string]bool{}
	for i, c := range connections {
		field := fmt.Sprintf("connections[%d]", i)
		if !slices.Contains(known, c.ID) {
			v.wrong(field+".id", "%q: want one of %v", c.ID, known)
		}
		v.once(field+".id", c.ID, ids)
		if words := []Public{PublicRequired, PublicNotNeeded}; !slices.Contains(words, c.Public) {
			v.wrong(field+".public", "%q: want one of %v", c.Public, words)
		}
		words := []Inbound{InboundCluster, InboundBastion, InboundPrivate, InboundEndpointService, InboundNone}
		if !slices.Contains(words, c.Inbound) {
			v.wrong(field+".inbound", "%q: want one of %v", c.Inbound, words)
		}
		if c.Inbound == InboundBastion {
			v.port(field+".bastion_port", c.BastionPort)
		}
	}
}
