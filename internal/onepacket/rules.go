package onepacket

import "github.com/rscheck/rscheck/checks/facts"

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
func replies(acl facts.NetworkACL, address uint32) fate {
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
			seen[firstMatch(acl, true, address, port)] = true
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

func admitted(p packet) fate {
	result := dies
	ids, certain := p.groups, map[string]bool{}
	for _, id := range ids {
		certain[id] = true
	}
	if !p.known {
		for _, m := range p.t.Cluster.SecurityGroups {
			ids = append(ids, m.ID)
			certain[m.ID] = m.Status == "active"
		}
	}
	for _, id := range ids {
		for _, g := range p.t.Network.SecurityGroups {
			if g.ID != id || !admits(p, g) {
				continue
			}
			usable := g.VPCID == p.t.Cluster.VPCID
			for _, a := range p.t.Network.GroupAssociations {
				if a.GroupID == id && a.VPCID == p.t.Cluster.VPCID && a.State == "associated" {
					usable = true
				}
			}
			if usable && certain[id] {
				return passes
			}
			result = murky
		}
	}
	return result
}

func admits(p packet, g facts.SecurityGroup) bool {
	for _, rule := range g.Inbound {
		if rule.Protocol != "-1" {
			if rule.Protocol != "tcp" && rule.Protocol != "6" {
				continue
			}
			if p.t.Cluster.Endpoint.Port < rule.Ports.From || p.t.Cluster.Endpoint.Port > rule.Ports.To {
				continue
			}
		}
		for _, cidr := range rule.CIDRs {
			if holds(cidr, p.from) {
				return true
			}
		}
		for _, id := range rule.PrefixListIDs {
			for _, l := range p.t.Network.PrefixLists {
				for _, cidr := range l.CIDRs {
					if l.ID == id && holds(cidr, p.from) {
						return true
					}
				}
			}
		}
	}
	return false
}
