package digest

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/checks/netpath"
)

// bastion judges the way over the bastion, if the connection takes one.
func (d *digester) bastion() {
	b := &d.doc.Network.Bastion
	connection, _ := d.settings.Profile.Connection(d.settings.Connection)
	if connection.Inbound != loader.InboundBastion {
		b.Verdict = string(netpath.NotApplicable)
		return
	}
	told := &d.target.Network.Bastion
	b.ID, b.Port = told.InstanceID, cmp.Or(d.settings.BastionPort, connection.BastionPort)
	if len(told.GroupIDs) > 0 {
		b.Group = told.GroupIDs[0]
	}
	if len(d.notRequested("network.bastion")) > 0 {
		// The connection cannot do without, so this is not left out but lacking.
		b.Verdict = string(netpath.Unknown)
		d.lack("network.bastion", []facts.Unknown{{
			Path: "network.bastion", Reason: facts.Unsupported, Detail: "give --bastion with the id of the instance",
		}})
		return
	}
	b.WayIn, b.Onward = d.throughBastion(b.Port)
	verdict := both(netpath.Verdict(b.WayIn.Verdict), netpath.Verdict(b.Onward.Verdict))
	if b.Verdict = string(verdict); verdict == netpath.Unknown {
		d.lack("network.bastion", distinct(slices.Concat(b.WayIn.Missing, b.Onward.Missing)))
	}
}

// throughBastion judges the two parts of the way. On the first a region of the
// loader that is let through whole is enough, as on a way without a bastion.
func (d *digester) throughBastion(port int) (Passage, Source) {
	var sources []netip.Prefix
	var regions []string // of each source
	for _, region := range d.regions() {
		for _, source := range d.settings.Profile.Sources(region) {
			sources, regions = append(sources, source), append(regions, region)
		}
	}
	in, onward := netpath.ThroughBastion(d.target, port, sources)
	first := digester{target: d.target, settings: d.settings}
	for i, path := range in {
		first.paths = append(first.paths, Path{Region: regions[i], Path: path})
	}
	second := source(Path{Path: onward}, netpath.FromBastionStages)
	second.Missing = distinct(second.Missing)
	return first.passage(netpath.ToBastionStages, netpath.Allow), second
}

// distinct returns the Unknowns, each once.
func distinct(all []facts.Unknown) []facts.Unknown {
	var once []facts.Unknown
	for _, u := range all {
		if !slices.Contains(once, u) {
			once = append(once, u)
		}
	}
	return once
}
