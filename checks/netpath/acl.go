package netpath

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"github.com/rscheck/rscheck/checks/facts"
)

// acl is a network ACL, as far as its rules may concern TCP over IPv4.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
type acl struct {
	id      string
	rules   []aclRule // both directions, by number
	raw     *facts.NetworkACL
	missing []facts.Unknown // why the ACL is not known; it then has no rules
}

type aclRule struct {
	*facts.NetworkACLEntry
	prefix netip.Prefix
	// vague: the prefix could not be read, so the rule may apply to any source.
	vague bool
	tcp   certainty // whether its protocol includes TCP
	// everyPort: the rule is for all protocols, so its ports do not count.
	everyPort bool
}

// lastRule is the number of the rule that denies what no other rule matches.
const lastRule = 32767

// aclOf is the network ACL of a place's subnet: the one associated with it, or the
// VPC's default one.
func (e *estate) aclOf(p *place) *acl {
	const path = "network.network_acls"
	if lack := e.t.LackingWithin(path); lack != nil {
		return &acl{missing: lack}
	}
	if missing := e.subnetMissing(p); missing != nil {
		return &acl{missing: missing}
	}
	found, doubt := e.oneACL(func(a *facts.NetworkACL) bool { return slices.Contains(a.SubnetIDs, p.subnet) })
	if found == nil && doubt == nil {
		found, doubt = e.oneACL(func(a *facts.NetworkACL) bool { return a.Default })
	}
	if found == nil && doubt == nil {
		doubt = inconsistent(path, "no network ACL is associated with %s, and the VPC has no default one", p.subnet)
	}
	if doubt != nil {
		return &acl{missing: doubt}
	}
	return e.readACL(found)
}

// oneACL is the one network ACL that is meant, nil for none.
func (e *estate) oneACL(meant func(*facts.NetworkACL) bool) (found *facts.NetworkACL, doubt []facts.Unknown) {
	for i := range e.t.Network.NetworkACLs {
		a := &e.t.Network.NetworkACLs[i]
		if !meant(a) {
			continue
		}
		if found != nil {
			return nil, inconsistent("network.network_acls", "%s and %s claim the same association", found.ID, a.ID)
		}
		found = a
	}
	return found, nil
}

// readACL parses and sorts the rules of an ACL, once. The API gives them in any
// order; AWS evaluates them by number.
func (e *estate) readACL(raw *facts.NetworkACL) *acl {
	if read, ok := e.acls[raw]; ok {
		return read
	}
	read := &acl{id: raw.ID, raw: raw, rules: make([]aclRule, 0, len(raw.Entries))}
	for i := range raw.Entries {
		entry := &raw.Entries[i]
		r := aclRule{NetworkACLEntry: entry, tcp: includesTCP(entry.Protocol), everyPort: entry.Protocol == "-1"}
		if r.tcp == no || entry.CIDR == "" && entry.IPv6CIDR != "" {
			continue
		}
		prefix, ok := parseIPv4(entry.CIDR)
		r.prefix, r.vague = prefix, !ok || entry.IPv6CIDR != ""
		read.rules = append(read.rules, r)
	}
	slices.SortStableFunc(read.rules, func(a, b aclRule) int { return cmp.Compare(a.Number, b.Number) })
	e.acls[raw] = read
	return read
}

// includesTCP tells whether a rule's protocol includes TCP.
func includesTCP(protocol string) certainty {
	switch protocol {
	case "-1", "6", "tcp":
		return yes
	case "udp", "icmp", "icmpv6":
		return no
	}
	if n, err := strconv.ParseUint(protocol, 10, 8); err == nil && n != 6 {
		return no
	}
	return maybe
}

// matches tells whether the rule applies to a packet of address and port.
func (r *aclRule) matches(address netip.Addr, p port) certainty {
	if !r.vague && !r.prefix.Contains(address) {
		return no
	}
	match := r.tcp
	if !r.everyPort {
		match = min(match, p.in(r.Ports))
	}
	if r.vague {
		match = min(match, maybe)
	}
	return match
}

// decision is what an ACL does to one packet.
type decision struct {
	// allowed and denied: either is possible; both where the facts do not decide.
	allowed, denied bool
	// first is the first rule that may match, nil where only the last one does.
	first *aclRule
	// before is a rule with a higher number that would allow, after one that
	// denies; nil for none.
	before *aclRule
}

func (d decision) verdict() Verdict {
	switch {
	case !d.denied:
		return Allow
	case !d.allowed:
		return Deny
	}
	return Unknown
}

// decide finds the rule that decides for a packet: the first that matches. A rule
// that may match leaves the next ones possible.
func (a *acl) decide(egress bool, address netip.Addr, p port) decision {
	var d decision
	settled := -1 // index of the rule that matched for certain
	for i := range a.rules {
		r := &a.rules[i]
		// Two rules cannot have one number; if they do, either may come first.
		if settled >= 0 && r.Number != a.rules[settled].Number {
			break
		}
		if r.Egress != egress {
			continue
		}
		match := r.matches(address, p)
		if match == no {
			continue
		}
		if d.first == nil {
			d.first = r
		}
		d.allowed = d.allowed || r.Action != "deny"
		d.denied = d.denied || r.Action != "allow"
		if match == yes && settled < 0 {
			settled = i
		}
	}
	if settled < 0 {
		d.denied = true
	}
	if settled >= 0 && !d.allowed {
		for i := settled + 1; i < len(a.rules) && d.before == nil; i++ {
			r := &a.rules[i]
			if r.Egress == egress && r.Action == "allow" && r.matches(address, p) == yes {
				d.before = r
			}
		}
	}
	return d
}

// question is a packet, or packets to a range of ports, that an ACL is asked about.
type question struct {
	egress bool
	// replies tells them from the packets that open a connection.
	replies bool
	piece   netip.Prefix
	ports   string
}

func (q question) String() string {
	if q.replies {
		return q.subject() + " " + q.piece.String() + " on tcp " + q.ports
	}
	return q.subject() + " " + q.piece.String()
}

// subject is the question in words, without its address.
func (q question) subject() string {
	direction := "from"
	if q.egress {
		direction = "to"
	}
	switch {
	case q.replies:
		return "replies " + direction
	case q.ports == "":
		return "tcp " + direction
	}
	return "tcp " + q.ports + " " + direction
}

// inbound judges the nacl_inbound stage.
func (a *acl) inbound(piece netip.Prefix, p port) finding { return a.opening(false, piece, p) }

// opening judges packets that open connections. Where the port is not known,
// certain is what holds for every port.
func (a *acl) opening(egress bool, piece netip.Prefix, p port) finding {
	if a.missing != nil {
		return unknown(a.missing, "", "", "the network ACL of the endpoint's subnet is not known")
	}
	f := a.finding(a.decide(egress, piece.Addr(), p), question{egress: egress, piece: piece, ports: p.String()})
	if f.verdict == Unknown && p.number == 0 {
		f.missing = p.missing
	}
	return f
}

// finding puts a decision into words.
func (a *acl) finding(d decision, q question) finding {
	const kind = "network-acl-rule"
	id := a.ruleID(d.first)
	switch d.verdict() {
	case Allow:
		return finding{verdict: Allow, by: By{kind, id}, detail: a.ruleName(d.first) + " allows " + q.subject() + " " + d.first.source()}
	case Deny:
		remedy := Remedy{Object: a.id, RuleNumber: a.freeNumber(d.first, q.egress)}
		if d.first == nil {
			return deny(remedy, kind, id, "no rule of %s allows %s", a.id, q)
		}
		f := deny(remedy, kind, id, "%s denies %s %s", a.ruleName(d.first), q.subject(), d.first.source())
		if d.before != nil {
			f.detail += fmt.Sprintf(", before rule %d would allow it", d.before.Number)
		}
		return f
	}
	missing := inconsistent("network.network_acls."+a.id, "rule %d of %s cannot be read for certain", d.first.Number, a.id)
	return unknown(missing, kind, id, "%s may or may not match %s", a.ruleName(d.first), q)
}

// source is the rule's address range in words.
func (r *aclRule) source() string {
	if r.vague {
		return strconv.Quote(r.CIDR)
	}
	return r.prefix.String()
}

// ruleID and ruleName name a rule; the last one has no number on AWS's pages.
func (a *acl) ruleID(r *aclRule) string {
	if r == nil || r.Number == lastRule {
		return a.id + "/*"
	}
	return a.id + "/" + strconv.Itoa(r.Number)
}

func (a *acl) ruleName(r *aclRule) string {
	if r.Number == lastRule {
		return a.id + " rule *"
	}
	return a.id + " rule " + strconv.Itoa(r.Number)
}

// freeNumber is a number ahead of a rule (nil: the last one) that no rule of that
// direction has, a round one if there is any; 0 if none is free.
func (a *acl) freeNumber(r *aclRule, egress bool) int {
	limit := lastRule
	if r != nil {
		limit = min(r.Number, lastRule)
	}
	used := map[int]bool{}
	highest := 0
	for _, entry := range a.raw.Entries {
		if entry.Egress == egress {
			used[entry.Number] = true
			if entry.Number < limit {
				highest = max(highest, entry.Number)
			}
		}
	}
	if limit == lastRule {
		if n := (highest/100 + 1) * 100; n < limit {
			return n
		}
	}
	for n := (limit - 1) / 10 * 10; n > 0; n -= 10 {
		if !used[n] {
			return n
		}
	}
	for n := limit - 1; n > 0; n-- {
		if !used[n] {
			return n
		}
	}
	return 0
}
