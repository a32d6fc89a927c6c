package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/onepacket"
	"github.com/rscheck/rscheck/report"
)

// TestRandomTunnelledEstates scans random networks with a bastion with the whole
// command, each alone because one bastion can be named, and follows one packet after
// another through them: from each address of the loader to the bastion, and from
// there to the cluster. NET009 must say the same of each. Most networks keep somebody
// out, so they are taken in turn until there are as many of each outcome.
func TestRandomTunnelledEstates(t *testing.T) {
	aws := play(t, fakeaws.Healthy())
	const each = 34
	outcomes := map[report.Outcome]int{}
	paths := map[string]int{}
	for seed := uint64(0); outcomes[report.Pass]+outcomes[report.Fail]+outcomes[report.Unknown] < 3*each; seed++ {
		estate := tunnelledEstate(seed)
		naive := naiveTunnel(t, estate)
		if outcomes[naive.outcome()] == each {
			continue
		}
		if clash := tunnelClash(scanTunnel(t, aws, estate), naive); clash != "" {
			showTunnelClash(t, aws, estate, clash, seed)
		}
		outcomes[naive.outcome()]++
		for _, verdict := range naive {
			paths[verdict]++
		}
	}
	t.Logf("estates %v, paths %v", outcomes, paths)
}

func tunnelledEstate(seed uint64) *facts.Target {
	t, _ := onepacket.Roll(seed, northAmerica...).TunnelledEstate()
	t.Kind = facts.ProvisionedCluster // a workgroup has no nodes and other calls
	return asTold(t, t.Network.BlockPublicAccess.Mode)
}

// tunnel is what becomes of the paths over a bastion, by source. The source of the
// path from the bastion is its id.
type tunnel map[string]string

func naiveTunnel(t *testing.T, estate *facts.Target) tunnel {
	t.Helper()
	paths := tunnel{}
	for _, source := range northAmerica {
		from, err := onepacket.Addresses(source)
		if err != nil {
			t.Fatal(err)
		}
		paths[source], _ = onepacket.FollowIn(estate, from, 22)
	}
	paths[estate.Network.Bastion.InstanceID], _ = onepacket.FollowOnward(estate)
	return paths
}

// outcome is that of NET009: the worst path counts.
func (paths tunnel) outcome() report.Outcome {
	verdicts := slices.Collect(maps.Values(paths))
	switch {
	case slices.Contains(verdicts, onepacket.Blocked):
		return report.Fail
	case slices.Contains(verdicts, onepacket.Unknown):
		return report.Unknown
	}
	return report.Pass
}

// tunnelClash tells in words how the results of NET009 differ from the paths; empty
// if they do not. Where nothing fails, what is not known may be told as a whole.
func tunnelClash(results []report.Result, paths tunnel) string {
	words := map[string]report.Outcome{onepacket.Blocked: report.Fail, onepacket.Unknown: report.Unknown, onepacket.Reachable: ""}
	told := map[string]report.Outcome{}
	for _, r := range results {
		told[r.Subject] = r.Outcome
	}
	if worst := paths.outcome(); worst != report.Fail && len(told) == 1 && told[""] == worst {
		return ""
	}
	if outcome, whole := told[""]; whole {
		return fmt.Sprintf("rscheck says %s, the naive model %v", outcome, paths)
	}
	for subject, verdict := range paths {
		if told[subject] != words[verdict] {
			return fmt.Sprintf("rscheck says %q of %s, the naive model %q", told[subject], subject, verdict)
		}
	}
	return ""
}

func scanTunnel(t *testing.T, aws *fakeaws.Server, estate *facts.Target) []report.Result {
	t.Helper()
	aws.Play(cloudOf([]*facts.Target{estate}))
	var stdout, stderr bytes.Buffer
	Main([]string{
		"scan", "--cluster", "estate-0", "--no-database", "--format", "json", "--loader-region", "north-america",
		"--connection", "ssh", "--bastion", estate.Network.Bastion.InstanceID, "--only", "NET009",
	}, strings.NewReader(""), &stdout, &stderr)
	r, err := report.Read(&stdout)
	if err != nil || len(r.Targets) != 1 {
		t.Fatalf("%d targets, %v; stderr: %s", len(r.Targets), err, &stderr)
	}
	return slices.DeleteFunc(r.Targets[0].Results, func(r report.Result) bool { return r.Check != "NET009" })
}

// showTunnelClash prints the least estate on which rscheck and the naive model
// differ, and what rscheck says of it.
func showTunnelClash(t *testing.T, aws *fakeaws.Server, estate *facts.Target, clash string, seed uint64) {
	t.Helper()
	least := onepacket.Least(estate, func(estate *facts.Target) bool {
		return tunnelClash(scanTunnel(t, aws, estate), naiveTunnel(t, estate)) != ""
	})
	for _, r := range scanTunnel(t, aws, least) {
		t.Logf("%s %s: %s %v", r.Outcome, r.Subject, r.Message, r.Missing)
	}
	t.Fatalf("seed %d: %s, of\n%s", seed, clash, onepacket.Text(least))
}
