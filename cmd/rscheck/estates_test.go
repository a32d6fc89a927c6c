package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/onepacket"
	"github.com/rscheck/rscheck/report"
)

// TestRandomEstates scans random networks, played by AWS, with the whole command,
// and follows one packet after another through them. For every cluster and every
// address of the loader the two must tell the same verdict and the same stages that
// deny. A run is one region with many clusters, each in a network of its own, and
// one mode of Block Public Access.
func TestRandomEstates(t *testing.T) {
	aws := play(t, fakeaws.Healthy())
	const estatesAtOnce, leastPaths = 60, 2000
	loader := loaderAddresses(t, aws)
	var compared tally
	for run, mode := range []string{"off", "block-ingress", "off", "block-bidirectional", "off", "off"} {
		first := uint64(run * estatesAtOnce)
		var estates []*facts.Target
		for i := range uint64(estatesAtOnce) {
			estates = append(estates, estateOf(first+i, mode, loader))
		}
		for i, found := range scanEstates(t, aws, estates) {
			for _, source := range loader {
				naive := naiveOpinion(t, estates[i], source)
				if clash := clashOf(said(found[source]), naive); clash != "" {
					showClash(t, aws, estates[i], source, clash, fmt.Sprintf("seed %d, mode %s", first+uint64(i), mode))
				}
				compared.add(naive)
			}
		}
	}
	if compared.paths < leastPaths {
		t.Errorf("only %d paths were compared, want %d", compared.paths, leastPaths)
	}
	compared.checkVariety(t)
}

// tally counts the paths that were compared.
type tally struct {
	paths            int
	verdicts, denied map[string]int
}

func (c *tally) add(o opinion) {
	if c.verdicts == nil {
		c.verdicts, c.denied = map[string]int{}, map[string]int{}
	}
	c.paths++
	c.verdicts[o.verdict]++
	for _, stage := range o.denied {
		c.denied[stage]++
	}
}

// checkVariety fails where the paths are too much alike for agreement to prove
// anything. No address of a loader is denied as a source, and full knowledge leaves
// no endpoint or public address to deny.
func (c *tally) checkVariety(t *testing.T) {
	t.Helper()
	t.Logf("%d paths: %v, denied %v", c.paths, c.verdicts, c.denied)
	for _, verdict := range []string{onepacket.Reachable, onepacket.Blocked, onepacket.Unknown} {
		if c.verdicts[verdict] < c.paths/40 {
			t.Errorf("only %d of %d paths are %s", c.verdicts[verdict], c.paths, verdict)
		}
	}
	for _, stage := range []string{
		"public_access", "block_public_access", "internet_gateway", "gateway_route_table", "return_route", "nacl_inbound", "security_groups", "nacl_outbound",
	} {
		if c.denied[stage] < 20 {
			t.Errorf("only %d paths are denied at %s", c.denied[stage], stage)
		}
	}
}

// opinion is what is said of a path.
type opinion struct {
	verdict string
	denied  []string // stages, sorted
}

// clashOf tells in words how two opinions differ; empty if they do not. Of two that
// differ in stages it tells no verdict, which is a consequence.
func clashOf(rscheck, naive opinion) string {
	without := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(other, s) })
	}
	only, missed := without(rscheck.denied, naive.denied), without(naive.denied, rscheck.denied)
	switch {
	case len(only)+len(missed) > 0:
		return fmt.Sprintf("only rscheck denies at %v, only the naive model at %v", only, missed)
	case rscheck.verdict != naive.verdict:
		return fmt.Sprintf("rscheck says %q, the naive model %q", rscheck.verdict, naive.verdict)
	}
	return ""
}

func naiveOpinion(t *testing.T, estate *facts.Target, source string) opinion {
	t.Helper()
	from, err := onepacket.Addresses(source)
	if err != nil {
		t.Fatal(err)
	}
	verdict, denied := onepacket.Follow(estate, from)
	o := opinion{verdict: verdict}
	for stage := range denied {
		o.denied = append(o.denied, stage)
	}
	slices.Sort(o.denied)
	return o
}

// said is what a report says of a path.
func said(p *report.Path) opinion {
	o := opinion{verdict: p.Verdict}
	for _, h := range p.Hops {
		if h.Verdict == "deny" {
			o.denied = append(o.denied, h.Stage)
		}
	}
	slices.Sort(o.denied)
	return o
}

// scanEstates scans all estates at once and returns the paths to each, by source.
func scanEstates(t *testing.T, aws *fakeaws.Server, estates []*facts.Target) []map[string]*report.Path {
	t.Helper()
	aws.Play(cloudOf(estates))
	r := scanAll(t)
	if len(r.Targets) != len(estates) || len(r.Unknown) > 0 {
		t.Fatalf("%d targets, not %d; unknown %v", len(r.Targets), len(estates), r.Unknown)
	}
	found := make([]map[string]*report.Path, len(estates))
	for _, target := range r.Targets {
		var i int
		if _, err := fmt.Sscanf(target.Name, "estate-%d", &i); err != nil {
			t.Fatalf("target %q: %v", target.Name, err)
		}
		found[i] = map[string]*report.Path{}
		for n := range target.Paths {
			found[i][target.Paths[n].Source] = &target.Paths[n]
		}
	}
	return found
}

func scanAll(t *testing.T) report.Report {
	t.Helper()
	var stdout, stderr bytes.Buffer
	Main([]string{"scan", "--all", "--no-database", "--timeout", "10m", "--format", "json"}, strings.NewReader(""), &stdout, &stderr)
	r, err := report.Read(&stdout)
	if err != nil {
		t.Fatalf("%v; stderr: %s", err, &stderr)
	}
	return r
}

// loaderAddresses are all addresses that the command asks about.
func loaderAddresses(t *testing.T, aws *fakeaws.Server) []string {
	t.Helper()
	aws.Play(fakeaws.Healthy())
	var sources []string
	for _, p := range scanAll(t).Targets[0].Paths {
		sources = append(sources, p.Source)
	}
	return sources
}

// showClash prints the least estate on which rscheck and the naive model differ in
// the same words, and what rscheck says of it.
func showClash(t *testing.T, aws *fakeaws.Server, estate *facts.Target, source, clash, from string) {
	t.Helper()
	clashes := func(estate *facts.Target) bool {
		found := scanEstates(t, aws, []*facts.Target{estate})[0][source]
		return clashOf(said(found), naiveOpinion(t, estate, source)) == clash
	}
	if !clashes(estate) {
		t.Fatalf("%s: %s: %s, but not where it is alone, of\n%s", from, source, clash, onepacket.Text(estate))
	}
	least := onepacket.Least(estate, clashes)
	for _, h := range scanEstates(t, aws, []*facts.Target{least})[0][source].Hops {
		t.Logf("%-20s %-8s %s %v", h.Stage, h.Verdict, h.Detail, h.Missing)
	}
	t.Fatalf("%s: %s: %s, of\n%s", from, source, clash, onepacket.Text(least))
}
