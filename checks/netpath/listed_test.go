package netpath_test

import (
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

func TestListedAreRulesMeantForASource(t *testing.T) {
	sources := []string{"52.23.137.21/32", "52.204.223.208/32"}
	for name, tc := range map[string]struct {
		change  change
		want    string
		missing bool
	}{
		"the address itself":        {permit(tcp(5439, 5439, stitch)), "sg-1 52.23.137.21/32", false},
		"a small range around it":   {permit(tcp(5439, 5439, "52.23.137.0/24")), "sg-1 52.23.137.0/24", false},
		"a range meant for others":  {permit(tcp(5439, 5439, "52.23.136.0/23", "0.0.0.0/0")), "", false},
		"another address":           {permit(tcp(5439, 5439, "198.51.100.7/32")), "", false},
		"another port":              {permit(tcp(22, 22, stitch)), "", false},
		"both":                      {permit(tcp(0, 65535, sources...)), "sg-1 52.23.137.21/32, sg-1 52.204.223.208/32", false},
		"an entry of a prefix list": {func(t *facts.Target) { permit(lists("pl-1"))(t); prefixLists(listOf("pl-1", stitch))(t) }, "sg-1 pl-1 52.23.137.21/32", false},
		"a list that was not read":  {permit(lists("pl-1")), "", true},
		"groups that were not read": {denied("network.security_groups", "ec2:DescribeSecurityGroups"), "", true},
		"a group being attached":    {func(t *facts.Target) { notDescribed(t); t.Cluster.SecurityGroups[0].Status = "adding" }, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			rules, missing := netpath.Listed(with(tc.change), prefixes(t, sources...))
			var got []string
			for _, r := range rules {
				got = append(got, strings.Join(strings.Fields(r.Group+" "+r.PrefixList+" "+r.CIDR.String()), " "))
			}
			if strings.Join(got, ", ") != tc.want || (missing != nil) != tc.missing {
				t.Errorf("listed %s, missing %v; want %s, %v", strings.Join(got, ", "), missing, tc.want, tc.missing)
			}
		})
	}
}
