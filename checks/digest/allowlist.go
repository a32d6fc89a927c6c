package digest

import (
	"net/netip"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/checks/netpath"
)

// allowList finds rules for addresses that the loader does not dial from: those of
// another of its regions, where its own is known, and those that are its own but
// are not for destinations.
func (d *digester) allowList() {
	const path = "network.allow_list"
	list := &d.doc.Network.AllowList
	list.Own = d.doc.Network.SecurityGroups.Verdict
	var missing []facts.Unknown
	for _, set := range d.foreignSets() {
		rules, lack := netpath.Listed(d.target, set.cidrs)
		if missing = append(missing, lack...); len(rules) == 0 {
			continue
		}
		foreign := ForeignSet{ID: set.id, Region: set.region}
		for _, r := range rules {
			foreign.Rules = append(foreign.Rules, exposedRule(&r))
		}
		list.Foreign = append(list.Foreign, foreign)
	}
	if len(list.Foreign) == 0 {
		d.lack(path, missing)
	}
}

// foreignSet are addresses that the loader does not dial the target from.
type foreignSet struct {
	id     string
	region bool // they are those of a region of the loader
	cidrs  []netip.Prefix
}

func (d *digester) foreignSets() []foreignSet {
	var sets []foreignSet
	profile := &d.settings.Profile
	for _, r := range profile.Regions {
		if d.settings.Region != loader.Any && r.ID != d.settings.Region {
			sets = append(sets, foreignSet{r.ID, true, profile.Sources(r.ID)})
		}
	}
	for _, s := range profile.SourceSide {
		set := foreignSet{id: s.ID}
		for _, cidr := range s.CIDRs {
			set.cidrs = append(set.cidrs, cidr.Prefix)
		}
		sets = append(sets, set)
	}
	return sets
}
