package aws

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// TestExclusionsAreAskedForWhereTheyMayMatter: where Block Public Access is known to
// be off there is nothing to be excluded from.
func TestExclusionsAreAskedForWhereTheyMayMatter(t *testing.T) {
	const options, exclusions = "DescribeVpcBlockPublicAccessOptions", "DescribeVpcBlockPublicAccessExclusions"
	denied := fakeaws.Denied("")
	for name, tc := range map[string]struct {
		mode, state string
		options     Options
		broken      []string // operations
		omit        string   // of the options
		calls       int
		unknown     bool // the exclusions are
	}{
		"off from the beginning":      {mode: "off", state: "default-state"},
		"off by a change":             {mode: "off", state: "update-complete"},
		"off, a change under way":     {mode: "off", state: "update-in-progress", calls: 1},
		"off, a state of its own":     {mode: "off", state: "update-failed", calls: 1},
		"on":                          {mode: "block-ingress", state: "update-complete", calls: 1},
		"on, a change under way":      {mode: "block-bidirectional", state: "update-in-progress", calls: 1},
		"mode not told":               {mode: "off", state: "default-state", omit: "internetGatewayBlockMode", calls: 1},
		"state not told":              {mode: "off", state: "default-state", omit: "state", calls: 1},
		"options denied":              {mode: "off", state: "default-state", broken: []string{options}, calls: 1},
		"on, exclusions denied":       {mode: "block-ingress", state: "update-complete", broken: []string{exclusions}, calls: 1, unknown: true},
		"off, exclusions denied":      {mode: "off", state: "default-state", broken: []string{exclusions}},
		"both denied":                 {mode: "off", state: "default-state", broken: []string{options, exclusions}, calls: 1, unknown: true},
		"on, and not among the facts": {mode: "block-ingress", state: "update-complete", options: Options{Facts: []string{"network.subnets"}}, unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			there := []facts.Exclusion{{
				ID: "vpcbpa-exclude-0a", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-0a", Mode: "allow-bidirectional", State: "create-complete",
			}}
			cloud.Region(fakeaws.RegionName).BlockPublicAccess = facts.BlockPublicAccess{
				Mode: tc.mode, State: tc.state, ExclusionsAllowed: "allowed", Exclusions: there,
			}
			server := play(t, cloud)
			server.Settle(settle)
			for _, operation := range tc.broken {
				server.Inject(operation, denied)
			}
			server.Omit(options, tc.omit)
			target := one(t, open(t, tc.options))
			var want []facts.Exclusion
			if tc.calls > 0 && !tc.unknown {
				want = there
			}
			if diff := cmp.Diff(want, target.Network.BlockPublicAccess.Exclusions); diff != "" {
				t.Errorf("exclusions (-want +got):\n%s", diff)
			}
			if lack := target.Lacking("network.block_public_access.exclusions"); (len(lack) > 0) != tc.unknown {
				t.Errorf("unknown: %v", lack)
			}
			requests := slices.DeleteFunc(server.Requests(), func(r fakeaws.Request) bool { return r.Operation != exclusions })
			if len(requests) != tc.calls || slices.ContainsFunc(requests, func(r fakeaws.Request) bool { return r.Round != 3 }) {
				t.Errorf("asked for by %v, want %d calls in the third round", requests, tc.calls)
			}
		})
	}
}
