package checks_test

import (
	"slices"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/report"
)

var (
	northAmerica = []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"}
	europe       = []string{"3.126.102.29/32", "18.158.16.164/32", "18.158.251.55/32", "52.57.235.168/32"}
)

// torn are targets that let the regions of the loader in at some places and not at
// others, by what is the matter with each.
func torn(t *testing.T, s facts.Snapshot) map[string]facts.Target {
	t.Helper()
	like := clone(t, named(t, &s, "analytics"))
	like.Unknown = nil
	targets := map[string]facts.Target{}
	add := func(name string, admitted []string, change func(*facts.Network)) {
		target := clone(t, like)
		target.Name = name
		target.Network.SecurityGroups[0].Inbound[0].CIDRs = admitted
		change(&target.Network)
		targets[name] = *target
	}
	entry := func(number int, action, cidr string) facts.NetworkACLEntry {
		return facts.NetworkACLEntry{Number: number, Action: action, Protocol: "6", CIDR: cidr, Ports: &facts.Ports{From: 5439, To: 5439}}
	}
	add("the ACL denies one address", northAmerica, func(n *facts.Network) {
		n.NetworkACLs[0].Entries = append(n.NetworkACLs[0].Entries, entry(90, "deny", northAmerica[0]))
	})
	add("the ACL lets the other region in", northAmerica, func(n *facts.Network) {
		n.NetworkACLs[0].Entries = n.NetworkACLs[0].Entries[:2]
		for i, cidr := range europe {
			n.NetworkACLs[0].Entries = append(n.NetworkACLs[0].Entries, entry(10+i, "allow", cidr))
		}
	})
	add("replies leave by a NAT gateway", northAmerica, func(n *facts.Network) {
		i := slices.IndexFunc(n.RouteTables, func(r facts.RouteTable) bool { return r.ID == "rtb-0public" })
		last := &n.RouteTables[i].Routes[len(n.RouteTables[i].Routes)-1]
		last.Target = "nat-0a"
	})
	add("some of each region", slices.Concat(northAmerica[1:], europe[2:]), func(n *facts.Network) {
		n.NetworkACLs[0].Entries = append(n.NetworkACLs[0].Entries, entry(90, "deny", northAmerica[0]), entry(91, "deny", europe[0]))
	})
	add("replies to some ports only", northAmerica, func(n *facts.Network) {
		n.NetworkACLs[0].Entries[0].Protocol, n.NetworkACLs[0].Entries[0].Ports = "6", &facts.Ports{From: 32768, To: 65535}
	})
	add("one region by a list, the other by a wide rule", []string{"3.0.0.0/8", "18.0.0.0/8", "52.0.0.0/9", "10.0.0.0/8"}, func(n *facts.Network) {
		n.SecurityGroups[0].Inbound[0].PrefixListIDs = []string{"pl-1"}
		n.PrefixLists = append(n.PrefixLists, facts.PrefixList{ID: "pl-1", OwnerID: "111122223333", State: "create-complete", CIDRs: northAmerica})
	})
	return targets
}

func TestTornTargetsAreAsTheyAreCalled(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	settings := stitch(t)
	settings.Region = loader.Any
	for name, failing := range map[string][]string{
		"the ACL denies one address":                     {"NET004"},
		"the ACL lets the other region in":               {"NET004"},
		"replies leave by a NAT gateway":                 {"NET002"},
		"some of each region":                            {"NET003", "NET004"},
		"replies to some ports only":                     nil,
		"one region by a list, the other by a wide rule": {"SEC001"},
	} {
		target := torn(t, snapshot)[name]
		found := outcomes(t, catalogue, &target, settings, snapshot)
		for _, id := range []string{"NET001", "NET002", "NET003", "NET004", "NET005", "SEC001"} {
			want := report.Pass
			if slices.Contains(failing, id) {
				want = report.Fail
			} else if name == "replies to some ports only" && id == "NET004" {
				want = report.Unknown
			}
			if found[id] != want {
				t.Errorf("%s: %s is %s, want %s", name, id, found[id], want)
			}
		}
	}
}

func TestForgettingAFactNeverTurnsWhichRegionIsMeant(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	for _, region := range []string{loader.Any, "north-america", "europe"} {
		settings := stitch(t)
		settings.Region = region
		for name, target := range torn(t, snapshot) {
			before := outcomes(t, catalogue, &target, settings, snapshot)
			for _, path := range forgettable(&target) {
				for id, outcome := range outcomes(t, catalogue, forget(t, &target, path, facts.AccessDenied), settings, snapshot) {
					if outcome != before[id] && outcome != report.Unknown {
						t.Errorf("%s, region %s: forgetting %s turns %s from %s to %s", name, region, path, id, before[id], outcome)
					}
				}
			}
		}
	}
}
