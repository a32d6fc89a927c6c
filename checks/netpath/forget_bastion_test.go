package netpath_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
	"github.com/rscheck/rscheck/internal/onepacket"
)

// TestForgettingAFactOverABastion holds the paths over a bastion to what the others
// are held to.
func TestForgettingAFactOverABastion(t *testing.T) {
	const estates = 60
	asked := []string{sources[0], sources[4]}
	tried := 0
	for seed := range uint64(estates) {
		target, contradictory := onepacket.Roll(4_000_000 + seed).TunnelledEstate()
		if contradictory {
			continue
		}
		tried++
		typed := []string{"", "", "192.0.2.1", "10.20.0.10"}[seed%4]
		forgetEachOverBastion(t, target, typed, asked)
		if t.Failed() {
			t.Fatalf("seed %d", 4_000_000+seed)
		}
	}
	if tried < estates/2 {
		t.Errorf("only %d of %d estates were tried", tried, estates)
	}
}

// TestForgettingSeveralFactsOverABastion forgets a few at once.
func TestForgettingSeveralFactsOverABastion(t *testing.T) {
	for seed := range uint64(500) {
		d := onepacket.Roll(5_000_000 + seed)
		target, contradictory := d.TunnelledEstate()
		if contradictory {
			continue
		}
		before := throughBastion(t, target, "", sources[:1])
		for range 6 {
			poorer := forgetSome(d, target)
			comparePathsOverBastion(t, fmt.Sprint(poorer.Unknown), before, throughBastion(t, poorer, "", sources[:1]))
		}
		if t.Failed() {
			t.Fatalf("seed %d", 5_000_000+seed)
		}
	}
}

func forgetEachOverBastion(t *testing.T, target *facts.Target, typed string, asked []string) {
	t.Helper()
	before := throughBastion(t, target, typed, asked)
	known := len(target.Unknown)
	forget(reflect.ValueOf(target).Elem(), func(path string) {
		target.Lack(path, facts.AccessDenied, "allow everything")
		comparePathsOverBastion(t, path, before, throughBastion(t, target, typed, asked))
		target.Unknown = target.Unknown[:known]
	})
}

// comparePathsOverBastion takes what does not apply for what allows: where the
// cluster may be in one of several subnets, one of them may be the bastion's own.
func comparePathsOverBastion(t *testing.T, without string, before, after []netpath.Path) {
	t.Helper()
	for i := range before {
		checkMissing(t, after[i])
		if problem := comparePaths(passingHops(before[i]), passingHops(after[i])); problem != "" {
			t.Errorf("without %s: from %s: %s", without, before[i].Source, problem)
		}
	}
}

func passingHops(p netpath.Path) netpath.Path {
	hops := make([]netpath.Hop, len(p.Hops))
	for i, h := range p.Hops {
		if hops[i] = h; h.Verdict == netpath.NotApplicable {
			hops[i].Verdict = netpath.Allow
		}
	}
	p.Hops = hops
	return p
}

func FuzzForgettingOverABastion(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		target, contradictory := onepacket.Roll(seed).TunnelledEstate()
		if contradictory {
			return
		}
		forgetEachOverBastion(t, target, "", sources[:2])
	})
}
