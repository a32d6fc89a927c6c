package netpath

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// Replies go to a port that the client's system chose. Which range a loader uses
// is not published, so all must pass
// (https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html).
const (
	firstReplyPort, lastReplyPort = 1024, 65535
	replyPorts                    = "1024-65535"
)

// outbound judges the nacl_outbound stage.
func (a *acl) outbound(piece netip.Prefix) finding { return a.replies(true, piece) }

// replies judges what answers packets that open connections.
func (a *acl) replies(egress bool, piece netip.Prefix) finding {
	if a.missing != nil {
		return unknown(a.missing, "", "", "the network ACL of the endpoint's subnet is not known")
	}
	starts := a.replyRanges(egress, piece.Addr())
	decisions := make([]decision, len(starts))
	verdicts := make([]Verdict, len(starts))
	for i, start := range starts {
		decisions[i] = a.decide(egress, piece.Addr(), port{number: start})
		verdicts[i] = decisions[i].verdict()
	}
	q := question{egress: egress, replies: true, piece: piece, ports: replyPorts}
	if unanimous(verdicts) != Unknown {
		return a.finding(decisions[0], q)
	}
	if i := slices.Index(verdicts, Unknown); i >= 0 {
		return a.finding(decisions[i], q)
	}
	return a.partial(q, starts, decisions)
}

// partial is the finding where replies pass to some ports only.
func (a *acl) partial(q question, starts []int, decisions []decision) finding {
	var open, shut []facts.Ports
	var denied *aclRule
	for i, d := range decisions {
		r := facts.Ports{From: starts[i], To: lastReplyPort}
		if i+1 < len(starts) {
			r.To = starts[i+1] - 1
		}
		if d.verdict() == Allow {
			open = joinPorts(open, r)
			continue
		}
		if shut = joinPorts(shut, r); denied == nil || d.first != nil && d.first.Number < denied.Number {
			denied = d.first
		}
	}
	missing := unsupported("network.network_acls."+a.id, "%s; %s refuses replies on tcp %s: allow %s %s to be sure",
		q.clientPorts(), a.id, listPorts(shut), replyPorts, q.way())
	f := unknown(missing, "network-acl-rule", a.ruleID(denied), "%s lets %s %s %s to tcp %s only", a.id, q.subject(), q.piece, q.way(), listPorts(open))
	f.remedy = Remedy{Object: a.id, RuleNumber: a.freeNumber(denied, q.egress)}
	return f
}

// joinPorts adds a range to ranges that are in order, making one of two that touch.
func joinPorts(ranges []facts.Ports, r facts.Ports) []facts.Ports {
	if n := len(ranges); n > 0 && ranges[n-1].To == r.From-1 {
		ranges[n-1].To = r.To
		return ranges
	}
	return append(ranges, r)
}

func listPorts(ranges []facts.Ports) string {
	words := make([]string, len(ranges))
	for i, r := range ranges {
		if words[i] = strconv.Itoa(r.From); r.To > r.From {
			words[i] += "-" + strconv.Itoa(r.To)
		}
	}
	return strings.Join(words, ", ")
}

// way is the direction in a word.
func (q question) way() string {
	if q.egress {
		return "out"
	}
	return "in"
}

// clientPorts says why any of the reply ports may be used.
func (q question) clientPorts() string {
	if q.egress {
		return "which source ports the loader uses is not published"
	}
	return "which source ports the bastion uses is its own choice"
}

// replyRanges are the first ports of ranges, covering all reply ports, in each of
// which every rule that may concern the address says the same.
func (a *acl) replyRanges(egress bool, address netip.Addr) []int {
	starts := []int{firstReplyPort}
	for i := range a.rules {
		r := &a.rules[i]
		if r.Egress != egress || r.everyPort || !sane(r.Ports) || !r.vague && !r.prefix.Contains(address) {
			continue
		}
		for _, start := range []int{r.Ports.From, r.Ports.To + 1} {
			if firstReplyPort < start && start <= lastReplyPort {
				starts = append(starts, start)
			}
		}
	}
	slices.Sort(starts)
	return slices.Compact(starts)
}
