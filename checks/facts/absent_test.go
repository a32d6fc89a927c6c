package facts_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestAFactThatASnapshotDoesNotHaveIsUnknown(t *testing.T) {
	var whole bytes.Buffer
	target := facts.Target{ID: "a", Kind: facts.ProvisionedCluster}
	target.Network.RouteTables = []facts.RouteTable{{ID: "rtb-1"}}
	target.Network.SecurityGroups = []facts.SecurityGroup{{ID: "sg-1", Outbound: &facts.Outbound{}}}
	target.Network.VPC.DNS = &facts.DNS{}
	if err := facts.Write(&whole, facts.Snapshot{Schema: facts.SnapshotSchema, ScannedAt: time.Unix(0, 0).UTC(), Targets: []facts.Target{target}}); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		without string
		lacking []string
	}{
		"nothing left out":                      {"", nil},
		"a flag":                                {`"publicly_accessible": false,`, []string{"cluster.publicly_accessible"}},
		"a field of an element":                 {`"associations": [],`, []string{"network.route_tables"}},
		"a field of what may be left out whole": {`"hostnames": false,`, []string{"network.vpc.dns.hostnames"}},
		"the same in an element":                {`"permissions": []`, []string{"network.security_groups"}},
		"a field inside a struct":               {`"exclusions_allowed": "",`, []string{"network.block_public_access.exclusions_allowed"}},
	} {
		t.Run(name, func(t *testing.T) {
			text := whole.String()
			if !strings.Contains(text, tc.without) {
				t.Fatalf("the snapshot has no %s", tc.without)
			}
			text = strings.Replace(text, tc.without, "", 1)
			s, err := facts.Read(strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			var lacking []string
			for _, u := range s.Targets[0].Unknown {
				lacking = append(lacking, u.Path)
			}
			if !slices.Equal(lacking, tc.lacking) {
				t.Errorf("unknown are %v, want %v", lacking, tc.lacking)
			}
		})
	}
	if _, err := facts.Read(strings.NewReader(strings.Replace(whole.String(), `"id": "a",`, "", 1))); err == nil || err.Error() != `targets[0]: has no field "id"` {
		t.Errorf("a target without an id: %v", err)
	}
}
