package digest

import (
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// elsewhere judges the subnets that AWS may move the endpoint to. Where some of
// them are certain the others are told of one by one.
func (d *digester) elsewhere() {
	const path = "network.elsewhere"
	sources, regions := d.sources()
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

// otherSubnet asks of a move what is asked of the paths: whether the subnet lets one
// of the regions through whole that are left.
func (d *digester) otherSubnet(m *netpath.Move, regions []string) OtherSubnet {
	c := &d.target.Cluster
	s := OtherSubnet{ID: m.Subnet, Zone: m.AvailabilityZone, Secondary: c.MultiAZ && c.Secondary.AvailabilityZone == m.AvailabilityZone}
	paths := make([]Path, len(m.Paths))
	for i, path := range m.Paths {
		paths[i] = Path{Region: regions[i], Path: path}
	}
	verdict, after := d.meant.ask(d.shortfalls(paths, netpath.MoveStages))
	var missing []facts.Unknown
	for _, path := range paths {
		found := source(path, netpath.MoveStages)
		if d.meant.left().has(d.region(path.Region)) {
			missing = append(missing, found.Missing...)
		}
		if verdict == netpath.Deny && m.Missing == nil && after.left().has(d.region(path.Region)) {
			s.Sources = append(s.Sources, found)
		}
	}
	switch {
	case verdict == netpath.Deny && m.Missing != nil:
		verdict, s.Missing = netpath.Unknown, m.Missing // it may be where the endpoint is now
	case verdict == netpath.Unknown && len(missing) > 0:
		s.Missing = missing
	case verdict == netpath.Unknown:
		s.Missing = d.unknownHops(netpath.Stages, newSieve(len(d.regions())).left())
	}
	s.Verdict = string(verdict)
	return s
}
