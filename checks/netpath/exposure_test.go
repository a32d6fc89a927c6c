package netpath_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// exposure is an Exposure in one line: what is public, how much, by which rules.
func exposure(x netpath.Exposure) string {
	var parts []string
	if x.World {
		parts = append(parts, "world")
	} else {
		for _, p := range x.Public {
			parts = append(parts, p.String())
		}
	}
	for _, p := range x.IPv6 {
		parts = append(parts, p.String())
	}
	for _, p := range x.Private {
		parts = append(parts, "private "+p.String())
	}
	parts = append(parts, fmt.Sprint(x.Addresses))
	for _, r := range x.Rules {
		ports := "all"
		if r.Ports != nil {
			ports = fmt.Sprintf("%d-%d", r.Ports.From, r.Ports.To)
		}
		parts = append(parts, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s %s %s %d", r.Group, r.CIDR, r.PrefixList, r.Protocol, ports, r.Addresses)), " "))
	}
	for _, u := range x.Missing {
		parts = append(parts, "missing "+u.Path)
	}
	return strings.Join(parts, " | ")
}

// public is how many IPv4 addresses the internet carries, by the ranges of
// notPublic: 0/8, 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12, 192.168/16, 224/4,
// 240/4.
const public = 1<<32 - 3<<24 - 1<<22 - 1<<16 - 1<<20 - 1<<16 - 2<<28

func TestExposed(t *testing.T) {
	world := fmt.Sprintf("world | private 10.0.0.0/8 | private 100.64.0.0/10 | private 172.16.0.0/12 | private 192.168.0.0/16 | %d", public-1)
	ipv6 := facts.Permission{Protocol: "tcp", Ports: ports(5439, 5439), IPv6CIDRs: []string{"::/0"}}
	dualstack := func(t *facts.Target) { t.Cluster.IPAddressType = "dualstack" }
	for name, tc := range map[string]struct {
		changes []change
		want    string
	}{
		"the loader alone":                     {nil, "0"},
		"a rule for all":                       {[]change{permit(tcp(5439, 5439, "0.0.0.0/0"))}, fmt.Sprintf("%s | sg-1 0.0.0.0/0 tcp 5439-5439 %d", world, public-1)},
		"all protocols for all":                {[]change{permit(protocol("-1", nil, "0.0.0.0/0"))}, fmt.Sprintf("%s | sg-1 0.0.0.0/0 -1 all %d", world, public-1)},
		"another port":                         {[]change{permit(tcp(22, 22, "0.0.0.0/0"))}, "0"},
		"another protocol":                     {[]change{permit(protocol("udp", ports(5439, 5439), "0.0.0.0/0"))}, "0"},
		"a neighbour":                          {[]change{permit(tcp(5439, 5439, "52.23.137.20/31"))}, "52.23.137.20/32 | 1 | sg-1 52.23.137.20/31 tcp 5439-5439 1"},
		"private ranges are told apart":        {[]change{permit(tcp(5439, 5439, "10.0.0.0/8", "192.168.0.0/15"))}, "192.169.0.0/16 | private 10.0.0.0/8 | private 192.168.0.0/16 | 65536 | sg-1 192.168.0.0/15 tcp 5439-5439 65536"},
		"a rule inside another is one address": {[]change{permit(tcp(5439, 5439, "198.51.100.0/24", "198.51.100.7/32"))}, "198.51.100.0/24 | 256 | sg-1 198.51.100.0/24 tcp 5439-5439 256 | sg-1 198.51.100.7/32 tcp 5439-5439 1"},
		"a prefix list": {
			[]change{permit(lists("pl-1")), prefixLists(listOf("pl-1", stitch, "203.0.113.0/25"))},
			"203.0.113.0/25 | 128 | sg-1 203.0.113.0/25 pl-1 tcp 5439-5439 128",
		},
		"a prefix list not read": {
			[]change{permit(lists("pl-1")), denied("network.prefix_lists.pl-1", "ec2:GetManagedPrefixListEntries")},
			"0 | missing network.prefix_lists.pl-1",
		},
		"a group not described": {[]change{undescribed}, "0 | missing network.security_groups.sg-2"},
		"a group not described, the world is in already": {
			[]change{permit(tcp(5439, 5439, "0.0.0.0/0")), undescribed}, fmt.Sprintf("%s | sg-1 0.0.0.0/0 tcp 5439-5439 %d", world, public-1),
		},
		"a group being removed":                             {[]change{membership("removing"), permit(tcp(5439, 5439, "198.51.100.0/24"))}, "0 | missing cluster.security_groups"},
		"a group being removed that admits the loader only": {[]change{membership("removing")}, "0"},
		"two groups": {
			[]change{permit(tcp(5439, 5439, "198.51.100.0/25")), attach(groupOf("sg-2", tcp(5439, 5440, "198.51.100.128/25", "203.0.113.0/24")))},
			"198.51.100.0/24 | 203.0.113.0/24 | 512 | sg-2 203.0.113.0/24 tcp 5439-5440 256 | sg-1 198.51.100.0/25 tcp 5439-5439 128 | sg-2 198.51.100.128/25 tcp 5439-5440 128",
		},
		"a security group as source":             {[]change{permit(facts.Permission{Protocol: "-1", GroupIDs: []string{"sg-1"}})}, "0"},
		"IPv6, and the cluster has none":         {[]change{permit(ipv6)}, "0"},
		"IPv6, and the cluster has it":           {[]change{permit(ipv6), dualstack}, "2000::/3 | 0 | sg-1 ::/0 tcp 5439-5439 0"},
		"IPv6, private, and the cluster has it":  {[]change{permit(facts.Permission{Protocol: "-1", IPv6CIDRs: []string{"fd00::/8"}}), dualstack}, "0"},
		"IPv6, and what the cluster has unknown": {[]change{permit(ipv6), denied("cluster.ip_address_type", "redshift:DescribeClusters")}, "0 | missing cluster.ip_address_type"},
		"the port unknown, a rule for one port":  {[]change{permit(tcp(5439, 5439, "0.0.0.0/0")), denied("cluster.endpoint.port", "redshift:DescribeClusters")}, "0 | missing cluster.endpoint.port"},
		"the port unknown, a rule for all ports": {[]change{permit(tcp(0, 65535, "198.51.100.7/32")), denied("cluster.endpoint.port", "redshift:DescribeClusters")}, "198.51.100.7/32 | 1 | sg-1 198.51.100.7/32 tcp 0-65535 1"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exposure(netpath.Exposed(with(tc.changes...), prefixes(t, stitch))); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestSpansReadAsRulesDo(t *testing.T) {
	for name, tc := range map[string]struct {
		admitted []string
		want     string
	}{
		"the loader alone":                    {nil, ""},
		"around the loader":                   {[]string{"52.0.0.0/8"}, "52.0.0.0/8"},
		"the loader's neighbour":              {[]string{"52.23.137.20/32"}, "52.23.137.20/31"},
		"two halves are one":                  {[]string{"198.51.100.0/25", "198.51.100.128/25"}, "198.51.100.0/24"},
		"the widest first":                    {[]string{"192.0.2.1/32", "203.0.113.0/25", "198.51.100.0/24"}, "198.51.100.0/24 203.0.113.0/25 192.0.2.1/32"},
		"private ranges are left out":         {[]string{"10.0.0.0/8", "198.51.100.0/24"}, "198.51.100.0/24"},
		"private and public in one rule":      {[]string{"192.168.0.0/15"}, "192.169.0.0/16"},
		"what the internet does not carry":    {[]string{"127.0.0.0/8", "240.0.0.0/4"}, ""},
		"a rule inside another":               {[]string{"198.51.100.0/24", "198.51.100.7/32"}, "198.51.100.0/24"},
		"the whole of a list of the loader's": {northAmerica, "52.204.223.208/32 52.204.228.32/32 52.204.230.227/32"},
	} {
		t.Run(name, func(t *testing.T) {
			x := netpath.Exposed(with(permit(tcp(5439, 5439, append(tc.admitted, stitch)...))), prefixes(t, stitch))
			var words []string
			for _, p := range x.Spans {
				words = append(words, p.String())
			}
			if got := strings.Join(words, " "); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestNeeding(t *testing.T) {
	const other = "52.204.223.208/32"
	world := tcp(5439, 5439, "0.0.0.0/0")
	for name, tc := range map[string]struct {
		changes []change
		want    string // source and group, of those that fall with the wide rules
	}{
		"only the wide rule admits":          {[]change{permit(world)}, "52.204.223.208/32 sg-1, 52.23.137.21/32 sg-1"},
		"one has a rule of its own":          {[]change{permit(world, tcp(5439, 5439, stitch))}, "52.204.223.208/32 sg-1"},
		"a rule of its own for another port": {[]change{permit(world, tcp(5440, 5440, stitch), tcp(0, 65535, other))}, "52.23.137.21/32 sg-1"},
		"both have":                          {[]change{permit(world, tcp(5439, 5439, stitch, other))}, ""},
		"another group has one":              {[]change{permit(world), attach(groupOf("sg-2", tcp(5439, 5439, stitch)))}, "52.204.223.208/32 sg-1"},
		"another group is wide as well":      {[]change{permit(world), attach(groupOf("sg-2", world))}, "52.204.223.208/32 sg-1, 52.23.137.21/32 sg-1"},
		"another group could not be read":    {[]change{permit(world), undescribed}, "52.204.223.208/32 sg-1, 52.23.137.21/32 sg-1"},
		"nobody is admitted":                 {[]change{permit()}, ""},
		"the same prefix by two rules, of which one is wide": {
			[]change{permit(protocol("-1", nil, "52.0.0.0/8"), tcp(5439, 5439, "52.0.0.0/8"))}, "52.204.223.208/32 sg-1, 52.23.137.21/32 sg-1",
		},
		"a list with a wide entry and the loader's own falls whole": {
			[]change{permit(lists("pl-1")), prefixLists(listOf("pl-1", "0.0.0.0/1", stitch, other))}, "52.204.223.208/32 sg-1, 52.23.137.21/32 sg-1",
		},
		"an interface of several has a wide rule only": {[]change{
			proxies("subnet-a", "subnet-a"), permit(world), func(t *facts.Target) {
				t.Network.SecurityGroups = append(t.Network.SecurityGroups, groupOf("sg-2", tcp(5439, 5439, stitch, other)))
				t.Network.Interfaces[1].GroupIDs = []string{"sg-2"}
			},
		}, "52.204.223.208/32 sg-1, 52.23.137.21/32 sg-1"},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(tc.changes...)
			loader := prefixes(t, stitch, other)
			var wide []netpath.ExposedRule
			for _, r := range netpath.Exposed(target, loader).Rules {
				if r.Addresses > 1<<16 {
					wide = append(wide, r)
				}
			}
			var words []string
			for source, group := range netpath.Needing(target, wide, loader) {
				words = append(words, source.String()+" "+group)
			}
			slices.Sort(words)
			if got := strings.Join(words, ", "); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestTheWorldInPieces(t *testing.T) {
	for name, cidrs := range map[string][]string{
		"two halves":    {"0.0.0.0/1", "128.0.0.0/1"},
		"four quarters": {"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"},
		"all that is public": {
			"1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4", "32.0.0.0/3", "64.0.0.0/3",
			"96.0.0.0/6", "100.0.0.0/10", "100.128.0.0/9", "101.0.0.0/8", "102.0.0.0/7", "104.0.0.0/5", "112.0.0.0/5", "120.0.0.0/6",
			"124.0.0.0/7", "126.0.0.0/8", "128.0.0.0/2", "192.0.0.0/3",
		},
		"all but the loader": {"0.0.0.0/3", "32.0.0.0/4", "48.0.0.0/6", "53.0.0.0/8", "54.0.0.0/7", "56.0.0.0/5", "64.0.0.0/2", "128.0.0.0/1", "52.0.0.0/8"},
	} {
		t.Run(name, func(t *testing.T) {
			x := netpath.Exposed(with(permit(tcp(5439, 5439, cidrs...))), prefixes(t, stitch))
			if !x.World || x.Addresses != public-1 || len(x.Rules) != len(cidrs) {
				t.Errorf("world %v, %d addresses by %d rules; want %d by %d", x.World, x.Addresses, len(x.Rules), public-1, len(cidrs))
			}
		})
	}
	t.Run("all but one address", func(t *testing.T) {
		x := netpath.Exposed(with(permit(tcp(5439, 5439, "0.0.0.0/1", "192.0.0.0/2", "160.0.0.0/3", "144.0.0.0/4", "136.0.0.0/5", "132.0.0.0/6", "130.0.0.0/7", "129.0.0.0/8"))), nil)
		if x.World || x.Addresses != public-1<<24 {
			t.Errorf("world %v, %d addresses, want all but %d", x.World, x.Addresses, 1<<24)
		}
	})
}

func TestUsable(t *testing.T) {
	ownedByOther := func(t *facts.Target) { t.Network.SecurityGroups[0].OwnerID = "444455556666" }
	for name, tc := range map[string]struct {
		changes []change
		want    string
	}{
		"of the cluster's VPC":                  {nil, "sg-1 active vpc-1 yes"},
		"being added":                           {[]change{membership("adding")}, "sg-1 adding vpc-1 yes"},
		"of another VPC, associated":            {[]change{ofOtherVPC, association("associated")}, "sg-1 active vpc-2 yes"},
		"of another VPC, association failed":    {[]change{ofOtherVPC, association("association-failed")}, "sg-1 active vpc-2 no"},
		"of another VPC, disassociated":         {[]change{ofOtherVPC, association("disassociated")}, "sg-1 active vpc-2 no"},
		"of another VPC, being disassociated":   {[]change{ofOtherVPC, association("disassociating")}, "sg-1 active vpc-2 unknown network.group_associations"},
		"of another VPC, no association":        {[]change{ofOtherVPC}, "sg-1 active vpc-2 no"},
		"of another account, no association":    {[]change{ofOtherVPC, ownedByOther}, "sg-1 active vpc-2 unknown network.group_associations"},
		"of another VPC, associations not read": {[]change{ofOtherVPC, denied("network.group_associations", "ec2:DescribeSecurityGroupVpcAssociations")}, "sg-1 active vpc-2 unknown network.group_associations"},
		"not described":                         {[]change{denied("network.security_groups.sg-1", "ec2:DescribeSecurityGroups")}, "sg-1 active unknown network.security_groups.sg-1"},
		"the cluster's VPC told by other facts": {[]change{func(t *facts.Target) { t.Cluster.VPCID = "" }}, "sg-1 active vpc-1 yes"},
		"the cluster's VPC told in two ways":    {[]change{func(t *facts.Target) { t.Cluster.VPCID = "vpc-2" }}, "sg-1 active vpc-1 unknown network.subnet_group.vpc_id"},
		"attached groups not read":              {[]change{denied("cluster", "redshift:DescribeClusters")}, "missing cluster"},
		"two groups, one of them not described": {[]change{undescribed}, "sg-1 active vpc-1 yes | sg-2 active unknown network.security_groups.sg-2"},
		"no group attached":                     {[]change{func(t *facts.Target) { t.Cluster.SecurityGroups = nil }}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			uses, missing := netpath.Usable(with(tc.changes...))
			var parts []string
			for _, u := range missing {
				parts = append(parts, "missing "+u.Path)
			}
			for _, use := range uses {
				words := fmt.Sprint(use.ID, " ", use.Status, " ", use.VPCID, " ", use.Usable)
				for _, u := range use.Missing {
					words += " " + u.Path
				}
				parts = append(parts, strings.Join(strings.Fields(words), " "))
			}
			if got := strings.Join(parts, " | "); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}
