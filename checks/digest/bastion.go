package digest

import (
	"cmp"
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
	b.ID, b.Port = cmp.Or(told.InstanceID, told.SubnetID), cmp.Or(d.settings.BastionPort, connection.BastionPort)
	if len(told.GroupIDs) > 0 {
		b.Group = told.GroupIDs[0]
	}
	if len(d.notRequested("network.bastion")) > 0 {
		// The connection cannot do without, so this is not left out but lacking.
		b.Verdict = string(netpath.Unknown)
		d.lack("network.bastion", []facts.Unknown{{
			Path: "network.bastion", Reason: facts.Unsupported, Detail: "give --bastion with the id of the instance, or --bastion-subnet and --bastion-group with its subnet and security group",
		}})
		return
	}
	var missing []facts.Unknown
	b.WayIn, b.Onward, missing = d.throughBastion(b.Port)
	verdict := both(netpath.Verdict(b.WayIn.Verdict), netpath.Verdict(b.Onward.Verdict))
	if b.Verdict = string(verdict); verdict == netpath.Unknown {
		d.lack("network.bastion.verdict", missing)
	}
}

// throughBastion judges the two parts of the way, and tells what they lack. On the
// first a region of the loader that is let through whole is enough, as on a way
// without a bastion.
func (d *digester) throughBastion(port int) (first Passage, second Source, missing []facts.Unknown) {
	sources, regions := d.sources()
	in, onward := netpath.ThroughBastion(d.target, port, d.settings.Form.Host, sources)
	wayIn := digester{target: d.target, settings: d.settings}
	for i, path := range in {
		wayIn.paths = append(wayIn.paths, Path{Region: regions[i], Path: path})
	}
	first, missing = wayIn.wayIn()
	second = source(Path{Path: onward}, netpath.FromBastionStages)
	second.Missing = distinct(second.Missing)
	return first, second, distinct(slices.Concat(missing, second.Missing))
}

// wayIn folds the paths to the bastion into one answer, and tells what an unknown one
// lacks. The regions that are meant are found as on a way without a bastion, security
// groups first.
func (d *digester) wayIn() (Passage, []facts.Unknown) {
	answer, _ := newSieve(len(d.regions())).ask(d.shortfalls(d.paths, netpath.ToBastionStages))
	d.sift([][]netpath.Stage{{netpath.SecurityGroups}, {netpath.NACLInbound, netpath.NACLOutbound}, netpath.ToBastionStages})
	p := d.passage(netpath.ToBastionStages, answer)
	if answer != netpath.Unknown {
		return p, nil
	}
	return p, d.unknownHops(netpath.ToBastionStages, d.meant.left())
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
