package digest_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// second adds a second subnet to the subnet group, whose network ACL lets in some
// addresses.
func second(target *facts.Target, let []string) {
	n := &target.Network
	n.Subnets = append(n.Subnets, facts.Subnet{ID: "subnet-2", VPCID: "vpc-1", OwnerID: "111122223333", CIDR: "10.20.2.0/24", AvailabilityZone: "us-east-1b"})
	n.SubnetGroup.Subnets = append(n.SubnetGroup.Subnets, facts.GroupSubnet{ID: "subnet-2", AvailabilityZone: "us-east-1b"})
	acl := facts.NetworkACL{ID: "acl-2", SubnetIDs: []string{"subnet-2"}, Entries: []facts.NetworkACLEntry{{Number: 100, Egress: true, Action: "allow", Protocol: "-1", CIDR: "0.0.0.0/0"}}}
	for i, cidr := range let {
		acl.Entries = append(acl.Entries, facts.NetworkACLEntry{Number: 10 + i, Action: "allow", Protocol: "-1", CIDR: cidr})
	}
	n.NetworkACLs = append(n.NetworkACLs, acl)
}

func TestOtherSubnetMustLetTheSameRegionThrough(t *testing.T) {
	everybody := []string{"0.0.0.0/0"}
	unread := func(path string) func(*facts.Target) {
		return func(target *facts.Target) { target.Lack(path, facts.AccessDenied, "allow it") }
	}
	for name, tc := range map[string]struct {
		region        string
		admitted, let []string // by the security group, and by the other subnet's ACL
		change        func(*facts.Target)
		verdict       string
		denied        int
		lacking       bool
	}{
		"everybody":                             {"any", northAmerica, everybody, nil, "allow", 0, false},
		"nobody":                                {"any", northAmerica, nil, nil, "deny", 4, false},
		"the region that is admitted":           {"any", northAmerica, northAmerica, nil, "allow", 0, false},
		"another than is admitted":              {"any", northAmerica, europe, nil, "deny", 4, false},
		"nobody, and nobody is admitted":        {"any", nil, nil, nil, "deny", 8, false},
		"everybody, and nobody is admitted":     {"any", nil, everybody, nil, "allow", 0, false},
		"three of four":                         {"north-america", northAmerica, northAmerica[:3], nil, "deny", 1, false},
		"the region named, the other let in":    {"north-america", northAmerica, europe, nil, "deny", 4, false},
		"groups not read, one region let in":    {"any", nil, northAmerica, unread("network.security_groups"), "unknown", 0, true},
		"groups not read, everybody let in":     {"any", nil, everybody, unread("network.security_groups"), "allow", 0, false},
		"nodes not read, nobody let in":         {"any", northAmerica, nil, unread("cluster.nodes"), "unknown", 0, false},
		"ACLs not read":                         {"any", northAmerica, nil, unread("network.network_acls"), "unknown", 0, true},
		"the second zone, of a Multi-AZ target": {"any", northAmerica, everybody, func(t *facts.Target) { t.Cluster.MultiAZ = true; t.Cluster.Secondary.AvailabilityZone = "us-east-1b" }, "allow", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(tc.admitted, everybody)
			second(target, tc.let)
			if tc.change != nil {
				tc.change(target)
			}
			d := digest.Of(target, settings(t, tc.region), time.Unix(0, 0))
			others := d.Document.Network.Elsewhere
			s := others[len(others)-1]
			denied := 0
			for _, source := range s.Sources {
				if source.Verdict == "deny" {
					denied++
				}
			}
			if s.ID != "subnet-2" || s.Verdict != tc.verdict || denied != tc.denied || s.Secondary != strings.Contains(name, "second zone") {
				t.Errorf("%+v: want %s with %d denied", s, tc.verdict, tc.denied)
			}
			if (len(s.Missing) > 0) != (tc.verdict == "unknown") || lacking(d, "network.elsewhere") != tc.lacking {
				t.Errorf("missing %v, lacking %v", s.Missing, lacking(d, "network.elsewhere"))
			}
		})
	}
}

// What is certain of the other subnet holds whatever the facts not read are.
func TestOtherSubnetIsNotJudgedOnGuesses(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	all := slices.Concat(northAmerica, europe)
	some := func() []string {
		return [][]string{northAmerica, europe, all, all[1:], nil}[random.IntN(5)]
	}
	unread := []string{"network.network_acls", "network.security_groups", "network.route_tables", "cluster.nodes", "network.subnet_group"}
	seen := map[string]int{}
	for i := range 1000 {
		target := estate(some(), some())
		second(target, some())
		verdict := func() string {
			for _, s := range digest.Of(target, settings(t, "any"), time.Unix(0, 0)).Document.Network.Elsewhere {
				if s.ID == "subnet-2" {
					return s.Verdict
				}
			}
			return "unknown"
		}
		before := verdict()
		path := unread[random.IntN(len(unread))]
		target.Lack(path, facts.AccessDenied, "allow it")
		after := verdict()
		seen[before+", "+after]++
		if after != before && after != "unknown" {
			t.Fatalf("estate %d: without %s %s becomes %s", i, path, before, after)
		}
	}
	for _, change := range []string{"allow, allow", "allow, unknown", "deny, deny", "deny, unknown"} {
		if seen[change] < 30 {
			t.Errorf("only %d estates went from %s", seen[change], change)
		}
	}
}

func TestAllowListOfAnother(t *testing.T) {
	singer := []string{"34.194.200.23/32", "34.198.232.34/32"}
	for name, tc := range map[string]struct {
		region   string
		admitted []string
		unread   string
		own      string
		foreign  string // ids, and how many rules
		lacking  bool
	}{
		"its own":                             {"north-america", northAmerica, "", "allow", "", false},
		"another region's instead":            {"north-america", europe, "", "deny", "europe 4", false},
		"another region's beside it":          {"north-america", slices.Concat(northAmerica, europe[:1]), "", "allow", "europe 1", false},
		"another region's, its own not known": {"any", europe, "", "allow", "", false},
		"those it reads sources from":         {"any", singer, "", "deny", "singer 2", false},
		"both others":                         {"europe", slices.Concat(northAmerica, singer), "", "deny", "north-america 4, singer 2", false},
		"the world":                           {"europe", []string{"0.0.0.0/0"}, "", "allow", "", false},
		"wide rules":                          {"europe", []string{"52.0.0.0/8", "3.126.0.0/16", "18.158.0.0/16"}, "", "allow", "", false},
		"groups not read":                     {"europe", nil, "network.security_groups", "unknown", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(tc.admitted, []string{"0.0.0.0/0"})
			if tc.unread != "" {
				target.Lack(tc.unread, facts.AccessDenied, "allow it")
			}
			d := digest.Of(target, settings(t, tc.region), time.Unix(0, 0))
			list := d.Document.Network.AllowList
			var foreign []string
			for _, set := range list.Foreign {
				foreign = append(foreign, set.ID+" "+string(rune('0'+len(set.Rules))))
			}
			if list.Own != tc.own || strings.Join(foreign, ", ") != tc.foreign || lacking(d, "network.allow_list") != tc.lacking {
				t.Errorf("own %s, foreign %v, lacking %v", list.Own, foreign, lacking(d, "network.allow_list"))
			}
		})
	}
}
