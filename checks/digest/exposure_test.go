package digest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

func TestExposureIsMeasuredBeyondTheLoader(t *testing.T) {
	listed := func(from ...string) string { return strings.Join(from, " ") }
	slash24s := func(n int) []string {
		var cidrs []string
		for i := range n {
			cidrs = append(cidrs, fmt.Sprintf("44.%d.%d.0/24", i/128, i%128*2))
		}
		return cidrs
	}
	for name, tc := range map[string]struct {
		admitted                 []string
		width, addresses, public string
		more                     int
		private                  string
	}{
		"the loader only":                 {northAmerica, "none", "0", "", 0, ""},
		"an office":                       {append([]string{"198.51.100.7/32"}, northAmerica...), "few", "1", "198.51.100.7/32", 0, ""},
		"an office of a /24":              {[]string{"198.51.100.0/24"}, "few", "256", "198.51.100.0/24", 0, ""},
		"an address more":                 {[]string{"198.51.100.0/24", "203.0.113.9/32"}, "narrow", "257", "198.51.100.0/24 203.0.113.9/32", 0, ""},
		"private ranges":                  {[]string{"10.0.0.0/8", "192.168.0.0/16"}, "none", "0", "", 0, "10.0.0.0/8 192.168.0.0/16"},
		"public and private":              {[]string{"8.8.0.0/17", "10.0.0.0/8"}, "narrow", "32,768", "8.8.0.0/17", 0, "10.0.0.0/8"},
		"five networks":                   {slash24s(5), "narrow", "1,280", listed(slash24s(4)...), 1, ""},
		"a sixteenth":                     {[]string{"44.1.0.0/16"}, "broad", "65,536", "44.1.0.0/16", 0, ""},
		"as much in small networks":       {slash24s(256), "broad", "65,536", listed(slash24s(4)...), 252, ""},
		"a sixteenth, around the loader":  {[]string{"52.23.0.0/16"}, "broad", "65,535", "52.23.0.0/16", 0, ""},
		"an eighth, around the loader":    {[]string{"52.0.0.0/8"}, "wide", "16,777,211", "52.0.0.0/8", 0, ""},
		"the world":                       {[]string{"0.0.0.0/0"}, "world", "3,702,390,776", "64.0.0.0/3 16.0.0.0/4 32.0.0.0/3", -1, ""},
		"the world, and not the loader's": {[]string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"}, "world", "3,702,390,776", "", -1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := digest.Of(estate(tc.admitted, []string{"0.0.0.0/0"}), settings(t, "any"), time.Unix(0, 0))
			e := d.Document.Network.Exposure
			if e.Width != tc.width || e.Addresses != tc.addresses || e.AtLeast {
				t.Errorf("%s: %s addresses, at least %v; want %s: %s", e.Width, e.Addresses, e.AtLeast, tc.width, tc.addresses)
			}
			if tc.more >= 0 && (listed(e.Public.First...) != tc.public || e.Public.More != tc.more || listed(e.Private.First...) != tc.private) {
				t.Errorf("public %+v, private %+v", e.Public, e.Private)
			}
		})
	}
}

func TestExposureThatMayBeMore(t *testing.T) {
	for name, tc := range map[string]struct {
		admitted []string
		width    string
		lacking  bool
	}{
		"nobody else":  {northAmerica, "none", true},
		"an office":    {[]string{"198.51.100.0/24"}, "few", true},
		"two offices":  {[]string{"198.51.100.0/24", "203.0.113.0/24"}, "narrow", true},
		"an eighth":    {[]string{"44.0.0.0/8"}, "wide", false},
		"a sixteenth":  {[]string{"44.1.0.0/16"}, "broad", false},
		"the internet": {[]string{"0.0.0.0/0"}, "world", false},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(tc.admitted, nil)
			target.Cluster.SecurityGroups = append(target.Cluster.SecurityGroups, facts.GroupMember{ID: "sg-2", Status: "active"})
			target.Lack("network.security_groups.sg-2", facts.AccessDenied, "allow ec2:DescribeSecurityGroups")
			d := digest.Of(target, settings(t, "north-america"), time.Unix(0, 0))
			e := d.Document.Network.Exposure
			if e.Width != tc.width || lacking(d, "network.exposure") != tc.lacking || e.AtLeast != (tc.width != "world") {
				t.Errorf("%s, lacking %v, at least %v", e.Width, lacking(d, "network.exposure"), e.AtLeast)
			}
		})
	}
}

func TestAListOfManySmallEntriesIsOneWideRule(t *testing.T) {
	target := estate(nil, []string{"0.0.0.0/0"})
	list := facts.PrefixList{ID: "pl-1", OwnerID: "111122223333", State: "create-complete"}
	for i := range 256 {
		list.CIDRs = append(list.CIDRs, fmt.Sprintf("44.%d.%d.0/24", i/128, i%128*2))
	}
	target.Network.PrefixLists = []facts.PrefixList{list}
	target.Network.SecurityGroups[0].Inbound[0].PrefixListIDs = []string{"pl-1"}
	e := digest.Of(target, settings(t, "any"), time.Unix(0, 0)).Document.Network.Exposure
	if e.Width != "broad" || len(e.Rules) != 1 || !e.Rules[0].Wide || e.Rules[0].Entries.More != 252 {
		t.Errorf("%s by %+v: want broad by one wide rule", e.Width, e.Rules)
	}
}

// Whoever revokes the wide rules must first let in whom the loader needs.
func TestLoaderAddressesThatNeedAWideRule(t *testing.T) {
	world := []string{"0.0.0.0/0"}
	both := slices.Concat(northAmerica, europe)
	for name, tc := range map[string]struct {
		region        string
		admitted, let []string
		connection    string
		want          []string
	}{
		"the region, by the wide rule alone":         {"north-america", world, world, "direct", northAmerica},
		"the region, by rules of its own":            {"north-america", slices.Concat(world, northAmerica), world, "direct", nil},
		"the region, all but one":                    {"north-america", slices.Concat(world, northAmerica[1:]), world, "direct", northAmerica[:1]},
		"the region, the other has its own":          {"north-america", slices.Concat(world, europe), world, "direct", northAmerica},
		"any, by the wide rule alone":                {"any", world, world, "direct", both},
		"any, one has rules of its own":              {"any", slices.Concat(world, europe), world, "direct", nil},
		"any, one has most":                          {"any", slices.Concat(world, europe[1:]), world, "direct", europe[:1]},
		"any, the ACL says which":                    {"any", world, europe, "direct", europe},
		"any, the ACL says which, the other's rules": {"any", slices.Concat(world, northAmerica), europe, "direct", europe},
		"nothing is wide":                            {"north-america", northAmerica, world, "direct", nil},
		"a wide rule that the loader does not use":   {"north-america", slices.Concat([]string{"44.0.0.0/8"}, northAmerica), world, "direct", nil},
		"the loader does not come directly":          {"north-america", world, world, "vpn", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := settings(t, tc.region)
			s.Connection = tc.connection
			var got []string
			for _, n := range digest.Of(estate(tc.admitted, tc.let), s, time.Unix(0, 0)).Document.Network.Exposure.Needing {
				if got = append(got, n.Address); n.Group != "sg-1" {
					t.Errorf("%s needs a rule of %s", n.Address, n.Group)
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("needing %v, want %v", got, tc.want)
			}
		})
	}
}
