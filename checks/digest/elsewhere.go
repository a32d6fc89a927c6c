package digest

import (
	"net/netip"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// elsewhere judges the subnets that AWS may move the endpoint to. Where some of
// them are certain the others are told of one by one.
func (d *digester) elsewhere() {
	const path = "network.elsewhere"
	var sources []netip.Prefix
	var regions []string // of each source
	for _, region := range d.regions() {
		for _, source := range d.settings.Profile.Sources(region) {
			sources, regions = append(sources, source), append(regions, region)
		}
	}
	moves, missing := netpath.Elsewhere(d.target, sources)
	if len(missing) > 0 {
		d.lack(path, missing)
		return
	}
	var lacking []facts.Unknown
	certain := false
	for _, m := range moves {
		s := d.otherSubnet(&m, regions)
		d.doc.Network.Elsewhere = append(d.doc.Network.Elsewhere, s)
		lacking = append(lacking, s.Missing...)
		certain = certain || s.Verdict != string(netpath.Unknown)
	}
	if !certain {
		d.lack(path, lacking)
	}
}

// otherSubnet folds a move over the loader's addresses. A region that the subnet
// lets through counts if it gets through on the rest of the way, or if the subnet
// treats all regions alike.
func (d *digester) otherSubnet(m *netpath.Move, regions []string) OtherSubnet {
	c := &d.target.Cluster
	s := OtherSubnet{ID: m.Subnet, Zone: m.AvailabilityZone, Secondary: c.MultiAZ && c.Secondary.AvailabilityZone == m.AvailabilityZone}
	var p Passage
	byRegion := map[string]netpath.Verdict{}
	every := netpath.Allow
	for i, path := range m.Paths {
		source := source(Path{Region: regions[i], Path: path}, netpath.MoveStages)
		p.Sources = append(p.Sources, source)
		verdict, seen := byRegion[regions[i]]
		if !seen {
			verdict = netpath.Allow
		}
		byRegion[regions[i]] = both(verdict, netpath.Verdict(source.Verdict))
		every = both(every, netpath.Verdict(source.Verdict))
		s.Missing = append(s.Missing, source.Missing...)
	}
	verdict := every
	for region, there := range byRegion {
		verdict = either(verdict, both(there, d.regionWhole(region)))
	}
	switch {
	case verdict == netpath.Deny && m.Missing != nil:
		verdict, s.Missing = netpath.Unknown, m.Missing // it may be where the endpoint is now
	case verdict == netpath.Deny:
		p.keepNearest()
		s.Sources, s.Missing = p.Sources, nil
	case verdict == netpath.Allow:
		s.Missing = nil
	case len(s.Missing) == 0:
		s.Missing = d.unknownHops(selective)
	}
	s.Verdict = string(verdict)
	return s
}
