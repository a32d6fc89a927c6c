package onepacket

import (
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

func aclOf(p packet) facts.NetworkACL {
	var found facts.NetworkACL
	for _, a := range p.t.Network.NetworkACLs {
		if a.Default {
			found = a
		}
	}
	for _, a := range p.t.Network.NetworkACLs {
		for _, subnet := range a.SubnetIDs {
			if subnet == p.subnet {
				found = a
			}
		}
	}
	return found
}

// firstMatch takes, of the rules that match, the one with the lowest number.
func firstMatch(acl facts.NetworkACL, egress bool, address uint32, port int) fate {
	lowest, action := 1<<20, "deny"
	for _, e := range acl.Entries {
		if e.Egress != egress || e.CIDR == "" || !holds(e.CIDR, address) {
			continue
		}
		if e.Protocol != "-1" && (e.Protocol != "6" || e.Ports.From > port || e.Ports.To < port) {
			continue
		}
		if e.Number < lowest {
			lowest, action = e.Number, e.Action
		}
	}
	if action == "allow" {
		return passes
	}
	return dies
}

// replies tries a reply to each port where anything could change, and beside
// it.
func replies(acl facts.NetworkACL, egress bool, address uint32) fate {
	tries := []int{1024, 5000, 32768, 49152, 65535}
	for _, e := range acl.Entries {
		if e.Ports != nil {
			tries = append(tries, e.Ports.From-1, e.Ports.From, e.Ports.To, e.Ports.To+1)
		}
	}
	seen := map[fate]bool{}
	done := map[int]bool{}
	for _, port := range tries {
		if port >= 1024 && port <= 65535 && !done[port] {
			done[port] = true
			seen[firstMatch(acl, egress, address, port)] = true
		}
	}
	switch {
	case !seen[dies]:
		return passes
	case !seen[passes]:
		return dies
	}
	return murky
}

// attached are the groups of the packet's interface; it is not certain of all that
// they are in force.
func attached(p packet) (ids []string, certain map[string]bool) {
	certain = map[string]bool{}
	if p.known {
		for _, id := range p.groups {
			certain[id] = !p.unsettled[id]
		}
		return p.groups, certain
	}
	for _, m := range p.t.Cluster.SecurityGroups {
		ids = append(ids, m.ID)
		certain[m.ID] = certain[m.ID] || m.Status == "active"
	}
	return ids, certain
}

func admitted(p packet) fate {
	result := dies
	ids, certain := attached(p)
	for _, id := range ids {
		for _, g := range p.t.Network.SecurityGroups {
			if g.ID != id || !admits(p, g) {
				continue
			}
			if usable(p.t, g) && certain[id] {
				return passes
			}
			result = murky
		}
	}
	return result
}

// usable reports whether a group may be used in the cluster's VPC.
func usable(t *facts.Target, g facts.SecurityGroup) bool {
	for _, a := range t.Network.GroupAssociations {
		if a.GroupID == g.ID && a.VPCID == t.Cluster.VPCID && a.State == "associated" {
			return true
		}
	}
	return g.VPCID == t.Cluster.VPCID
}

// admits reports whether a group lets the packet in. A packet from the bastion's
// private address comes from the bastion's groups too.
func admits(p packet, g facts.SecurityGroup) bool {
	for _, rule := range g.Inbound {
		if !forPort(rule, p.port) {
			continue
		}
		if speaksOf(p.t, rule, p.from) {
			return true
		}
		for _, id := range rule.GroupIDs {
			if slices.Contains(p.fromGroups, id) {
				return true
			}
		}
	}
	return false
}

func forPort(rule facts.Permission, port int) bool {
	if rule.Protocol == "-1" {
		return true
	}
	if rule.Protocol != "tcp" && rule.Protocol != "6" {
		return false
	}
	return rule.Ports.From <= port && port <= rule.Ports.To
}

// speaksOf reports whether a rule is for the address, by its own or by a list.
func speaksOf(t *facts.Target, rule facts.Permission, address uint32) bool {
	for _, cidr := range rule.CIDRs {
		if holds(cidr, address) {
			return true
		}
	}
	for _, id := range rule.PrefixListIDs {
		for _, l := range t.Network.PrefixLists {
			for _, cidr := range l.CIDRs {
				if l.ID == id && holds(cidr, address) {
					return true
				}
			}
		}
	}
	return false
}
