package onepacket

import (
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// The stages at which a packet over a bastion may be lost, beside the others.
const (
	instance            = "instance"
	endpointName        = "endpoint_name"
	bastionGroupsOut    = "bastion_groups_outbound"
	localRoute          = "local_route"
	bastionNACLOutbound = "bastion_nacl_outbound"
	bastionNACLInbound  = "bastion_nacl_inbound"
)

// FollowIn returns what becomes of the path of a source of one or more addresses to
// a port of the bastion of t, and the stages that certainly deny it.
func FollowIn(t *facts.Target, from []uint32, port int) (string, map[string]bool) {
	b := t.Network.Bastion
	private, _ := quad(b.PrivateIP)
	worst := map[string]fate{}
	for _, address := range from {
		fates := enter(packet{t: t, from: address, subnet: b.SubnetID, private: private, port: port, groups: b.GroupIDs, known: true})
		switch b.State {
		case "running":
		case "pending":
			fates[instance] = murky
		default:
			fates[instance] = dies
		}
		if b.PublicIP == "" && b.State == "running" {
			fates[publicAddress] = dies
		} else if b.PublicIP == "" {
			fates[publicAddress] = murky
		}
		for stage, f := range fates {
			worst[stage] = max(worst[stage], f)
		}
	}
	return sum(worst)
}

// sum is the verdict on a path with these fates, and the stages that deny it.
func sum(fates map[string]fate) (string, map[string]bool) {
	verdict, denied := Reachable, map[string]bool{}
	for stage, f := range fates {
		switch {
		case f == dies:
			verdict = Blocked
			denied[stage] = true
		case f == murky && verdict == Reachable:
			verdict = Unknown
		}
	}
	return verdict, denied
}

// FollowOnward returns what becomes of the path from the bastion to the cluster of
// t, and the stages that certainly deny it. A stage on the way to the cluster's
// private address denies the path only if the way to its public one, which the name
// may lead to, does not get there either.
func FollowOnward(t *facts.Target) (string, map[string]bool) {
	b := t.Network.Bastion
	own, _ := quad(b.PrivateIP)
	places, every := arrivals(t, own)
	var each []map[string]fate
	for _, p := range places {
		p.fromGroups = b.GroupIDs
		each = append(each, throughVPC(p, every))
	}
	fates := together(each, every)
	inside := passes
	for _, f := range fates {
		inside = max(inside, f)
	}
	toPrivate, toPublic, nowhere := answers(t)
	outside := passes
	if toPublic {
		outside = aroundOutside(t, places, every)
	}
	switch only := !toPrivate && !nowhere; {
	case !toPublic && nowhere:
		fates[endpointName] = murky
	case !toPublic:
	case outside == dies && only:
		fates[endpointName] = dies
	case outside == dies:
		fates[endpointName] = murky
	case outside == passes && only:
		fates = map[string]fate{}
	case outside == passes && !nowhere && inside == passes:
	default:
		for stage, f := range fates {
			fates[stage] = min(f, murky)
		}
		fates[endpointName] = murky
	}
	return sum(fates)
}

// together is what fates at several places come to: of all of them, the worst; of
// one that nobody knows, what they agree on.
func together(each []map[string]fate, every bool) map[string]fate {
	merged := map[string]fate{}
	for i, fates := range each {
		for _, stage := range []string{bastionGroupsOut, localRoute, bastionNACLOutbound, naclInbound, securityGroups, naclOutbound, bastionNACLInbound} {
			f := fates[stage]
			switch {
			case i == 0:
				merged[stage] = f
			case every:
				merged[stage] = max(merged[stage], f)
			case merged[stage] != f:
				merged[stage] = murky
			}
		}
	}
	return merged
}

// throughVPC follows a packet from the bastion to a private address of the cluster,
// and the reply. Where the address itself is not known, every one of the subnet is
// tried.
func throughVPC(p packet, known bool) map[string]fate {
	if known {
		return hopsInside(p)
	}
	var each []map[string]fate
	for last := range uint32(256) {
		p.private = p.private&^255 + last
		each = append(each, hopsInside(p))
	}
	return together(each, false)
}

func hopsInside(p packet) map[string]fate {
	b := p.t.Network.Bastion
	ids, certain := attached(p)
	fates := map[string]fate{bastionGroupsOut: letOut(p.t, p.private, ids, certain), securityGroups: admitted(p)}
	if b.SubnetID == p.subnet {
		return fates
	}
	fates[localRoute] = max(staysInside(p.t, b.SubnetID, p.private), staysInside(p.t, p.subnet, p.from))
	here, there := aclOf(packet{t: p.t, subnet: b.SubnetID}), aclOf(p)
	fates[bastionNACLOutbound] = firstMatch(here, true, p.private, p.port)
	fates[naclInbound] = firstMatch(there, false, p.from, p.port)
	fates[naclOutbound] = replies(there, true, p.from)
	fates[bastionNACLInbound] = replies(here, false, p.private)
	return fates
}

// letOut tells whether the bastion's groups let a packet out to the address, whose
// interface has the groups ids.
func letOut(t *facts.Target, to uint32, ids []string, certain map[string]bool) fate {
	result := dies
	for _, own := range t.Network.Bastion.GroupIDs {
		for _, g := range t.Network.SecurityGroups {
			if g.ID != own {
				continue
			}
			for _, rule := range g.Outbound.Permissions {
				if !forPort(rule, t.Cluster.Endpoint.Port) {
					continue
				}
				matches, sure := speaksOf(t, rule, to), true
				for _, named := range rule.GroupIDs {
					for _, id := range ids {
						if id == named && !matches {
							matches, sure = true, certain[id]
						}
					}
				}
				switch {
				case matches && sure && usable(t, g):
					return passes
				case matches:
					result = murky
				}
			}
		}
	}
	return result
}

// staysInside tells whether a subnet keeps a packet to the address in the VPC.
func staysInside(t *facts.Target, subnet string, address uint32) fate {
	dead, local := 0, 0
	ways := waysOf(t, tableOf(t, subnet), address)
	for _, w := range ways {
		switch {
		case w.state == "blackhole":
			dead++
		case w.state == "active" && w.target == "local":
			local++
		}
	}
	switch len(ways) {
	case 0:
		return murky
	case dead:
		return dies
	case local:
		return passes
	}
	return murky
}

// answers tells where the cluster's name may lead an instance in the VPC. Where no
// server that is known answers it may lead anywhere that it leads somebody.
func answers(t *facts.Target) (private, public, nowhere bool) {
	dns, c := t.Network.VPC.DNS, t.Cluster
	nowhere = len(dns.Servers) == 0
	for _, server := range dns.Servers {
		amazon := server == "AmazonProvidedDNS" || server == "169.254.169.253" || server == "10.20.0.2"
		switch {
		case amazon && !dns.Support:
			nowhere = true
		case !c.PubliclyAccessible:
		case !amazon || t.Kind != facts.ProvisionedCluster:
			private, public = true, true
		case !dns.Hostnames:
			public = true
		case strings.HasPrefix(c.NodeType, "d"): // of the old times
			private, public = true, true
		default:
			private = true
		}
	}
	if nowhere {
		private, public = true, true
	}
	if !c.PubliclyAccessible {
		private, public = true, false
	}
	return private, public, nowhere
}

// aroundOutside follows a packet from the bastion out to the internet and from there
// to the cluster.
func aroundOutside(t *facts.Target, places []packet, every bool) fate {
	b := t.Network.Bastion
	own, ok := quad(b.PublicIP)
	if !ok {
		return murky
	}
	comesIn := map[string]fate{Reachable: passes, Unknown: murky, Blocked: dies}
	verdict, _ := Follow(t, []uint32{own})
	in := comesIn[verdict]
	var each []map[string]fate
	for _, p := range places {
		each = append(each, map[string]fate{localRoute: leaves(t, p)})
	}
	return max(in, together(each, every)[localRoute])
}

// leaves follows a packet from the bastion to the internet, and the reply back in.
func leaves(t *facts.Target, p packet) fate {
	b := t.Network.Bastion
	to, ok := quad(outerAddress(t, p))
	if !ok {
		return murky
	}
	here := packet{t: t, from: to, subnet: b.SubnetID, known: true, groups: b.GroupIDs}
	here.private, _ = quad(b.PrivateIP)
	acl := aclOf(here)
	worst := max(letOut(t, to, nil, nil), firstMatch(acl, true, to, t.Cluster.Endpoint.Port), replies(acl, false, to), min(blockedPublicly(here), murky))
	gateway := gatewayOf(t)
	middlebox, in := comeIn(here, gateway)
	if worst = max(worst, min(in, murky)); middlebox != "" {
		worst = max(worst, murky)
	}
	ways := waysOf(t, tableOf(t, b.SubnetID), to)
	switch {
	case len(ways) == 0:
		return dies
	case len(ways) > 1:
		return max(worst, murky)
	case ways[0].state == "blackhole":
		return dies
	case ways[0].state == "active" && ways[0].target == gateway:
		return worst
	}
	return max(worst, murky)
}

// outerAddress is the cluster's public address at a place, empty where AWS tells
// none.
func outerAddress(t *facts.Target, p packet) string {
	for _, i := range t.Network.Interfaces {
		for _, address := range i.PrivateIPs {
			if a, _ := quad(address); p.known && a == p.private && i.PublicIP != "" {
				return i.PublicIP
			}
		}
	}
	if t.Cluster.ElasticIP.Status == "active" {
		return t.Cluster.ElasticIP.IP
	}
	return ""
}
