package netpath_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// planned is the bastion's place without the instance.
func planned(t *facts.Target) {
	b := &t.Network.Bastion
	*b = facts.Bastion{State: facts.PlannedBastion, SubnetID: b.SubnetID, VPCID: b.VPCID, GroupIDs: b.GroupIDs}
}

func TestThroughAPlannedBastion(t *testing.T) {
	all := entry(100, "allow", "-1", "0.0.0.0/0", nil)
	allBack := reply(100, "allow", "-1", "0.0.0.0/0", nil)
	subnet := permit(tcp(5439, 5439, "10.20.3.0/24"))
	for name, tc := range map[string]struct {
		changes    []change
		in, onward string
	}{
		"in order":                         {[]change{subnet}, "reachable", "reachable"},
		"cluster admits its group":         {[]change{permit(from("sg-c"))}, "reachable", "reachable"},
		"cluster admits one address":       {nil, "reachable", "unknown security_groups:unknown"},
		"cluster admits half the subnet":   {[]change{permit(tcp(5439, 5439, "10.20.3.0/25"))}, "reachable", "unknown security_groups:unknown"},
		"cluster admits both halves":       {[]change{permit(tcp(5439, 5439, "10.20.3.0/25", "10.20.3.128/25"))}, "reachable", "reachable"},
		"cluster admits nobody":            {[]change{permit()}, "reachable", "blocked security_groups:deny"},
		"all but what AWS keeps":           {[]change{permit(tcp(5439, 5439, "10.20.3.4/30", "10.20.3.8/29", "10.20.3.16/28", "10.20.3.32/27", "10.20.3.64/26", "10.20.3.128/25"))}, "reachable", "reachable"},
		"SSH not admitted":                 {[]change{subnet, bastionIs(func(b *facts.Bastion) { b.GroupIDs = []string{"sg-1"} })}, "blocked security_groups:deny", "reachable"},
		"in a private subnet":              {[]change{subnet, associate("subnet-c", "rtb-main")}, "blocked return_route:deny", "reachable"},
		"cluster's ACL keeps the half out": {[]change{subnet, rules("acl-1", entry(10, "deny", "-1", "10.20.3.128/25", nil), all, allBack)}, "reachable", "unknown nacl_inbound:unknown"},
		"cluster's ACL keeps all out":      {[]change{subnet, rules("acl-1", entry(10, "deny", "-1", "10.20.3.0/24", nil), all, allBack)}, "reachable", "blocked nacl_inbound:deny"},
		"subnets not readable":             {[]change{subnet, denied("network.subnets", "it")}, "unknown", "unknown"},
		"a subnet that is not there":       {[]change{subnet, bastionIs(func(b *facts.Bastion) { b.SubnetID = "subnet-x" })}, "unknown", "unknown"},
		"its group not readable":           {[]change{permit(from("sg-c")), denied("network.security_groups.sg-c", "it")}, "unknown security_groups:unknown", "unknown bastion_groups_outbound:unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(slices.Concat([]change{bastion}, tc.changes, []change{planned})...)
			in, onward := netpath.ThroughBastion(target, 22, "", prefixes(t, stitch))
			for leg, want := range map[string]struct {
				got  netpath.Path
				want string
			}{"in": {in[0], tc.in}, "onward": {onward, tc.onward}} {
				if got := outcome(want.got); got != want.want && !(want.want == "unknown" && want.got.Verdict == netpath.Unknown) {
					t.Errorf("%s: %s, want %s", leg, got, want.want)
				}
			}
		})
	}
}

// What is to be let through is the subnet: the address is not known.
func TestAPlannedBastionIsLetThroughWithItsSubnet(t *testing.T) {
	target := with(bastion, permit(tcp(5439, 5439, "10.20.3.0/24")), rules("acl-1"), planned)
	_, onward := netpath.ThroughBastion(target, 22, "", prefixes(t, stitch))
	if remedy := remedyOf(hopOf(onward, netpath.NACLInbound)); remedy.CIDR != "10.20.3.0/24" {
		t.Errorf("the entry is for %q, want the subnet", remedy.CIDR)
	}
	if onward.Source.String() != "10.20.3.0/24" {
		t.Errorf("the way begins at %s", onward.Source)
	}
}

// Whatever is said of the place is so for an instance with any address there.
func TestAPlannedBastionIsAnyInstanceThere(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 7))
	certain := map[netpath.Verdict]int{}
	for range 300 {
		cidr := func() string {
			return fmt.Sprintf("10.20.3.%d/%d", dice.IntN(256), 24+dice.IntN(9))
		}
		var changes []change
		for _, acl := range []string{"acl-1", "acl-c"} {
			var list []facts.NetworkACLEntry
			for number := range dice.IntN(4) {
				action := []string{"allow", "deny"}[dice.IntN(2)]
				list = append(list, entry(number+1, action, "-1", cidr(), nil), reply(number+1, action, "-1", cidr(), nil))
			}
			if dice.IntN(4) > 0 {
				list = append(list, entry(100, "allow", "-1", "0.0.0.0/0", nil), reply(100, "allow", "-1", "0.0.0.0/0", nil))
			}
			changes = append(changes, rules(acl, list...))
		}
		changes = append(changes, permit(tcp(5439, 5439, cidr()), tcp(5439, 5439, []string{"10.20.3.0/24", cidr()}[dice.IntN(2)])))
		place := with(slices.Concat([]change{bastion}, changes, []change{planned})...)
		_, said := netpath.ThroughBastion(place, 22, "", prefixes(t, stitch))
		certain[said.Verdict]++
		if said.Verdict == netpath.Unknown {
			continue
		}
		for last := 4; last < 255; last++ {
			at := bastionIs(func(b *facts.Bastion) { b.PrivateIP = fmt.Sprintf("10.20.3.%d", last) })
			_, is := netpath.ThroughBastion(with(slices.Concat([]change{bastion}, changes, []change{at})...), 22, "", prefixes(t, stitch))
			if is.Verdict != said.Verdict {
				t.Fatalf("the place is %s, and an instance at .%d is %s: %s", said.Verdict, last, is.Verdict, summary(is))
			}
		}
	}
	if certain[netpath.Reachable] < 10 || certain[netpath.Blocked] < 10 || certain[netpath.Unknown] < 10 {
		t.Errorf("the dice fall alike: %v", certain)
	}
}
