package netpath_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
	"github.com/rscheck/rscheck/internal/onepacket"
)

// onward stands for the source of the path from the bastion to the cluster.
const onward = "onward"

// TestAgreesWithTheNaiveModelOverABastion is TestAgreesWithTheNaiveModel for random
// estates with a bastion: every source on its way in to port 22, and the bastion on
// its way to the cluster.
func TestAgreesWithTheNaiveModelOverABastion(t *testing.T) {
	const estates = 3000
	in, out := newVariety(), newVariety()
	for seed := range uint64(estates) {
		target, _ := onepacket.Roll(3_000_000 + seed).TunnelledEstate()
		for _, path := range agreeOverBastion(t, target) {
			if len(path.Hops) == len(netpath.ToBastionStages) {
				in.add(path)
			} else {
				out.add(path)
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", 3_000_000+seed)
		}
	}
	in.check(t, estates*len(sources), netpath.ToBastionStages)
	out.check(t, estates, netpath.FromBastionStages)
}

// variety counts what came out, for agreement about estates that are all alike
// proves nothing.
type variety struct {
	verdicts map[netpath.Verdict]int
	denials  map[netpath.Stage]int
}

func newVariety() *variety {
	return &variety{map[netpath.Verdict]int{}, map[netpath.Stage]int{}}
}

func (v *variety) add(path netpath.Path) {
	v.verdicts[path.Verdict]++
	for _, h := range path.Hops {
		if h.Verdict == netpath.Deny {
			v.denials[h.Stage]++
		}
	}
}

// check passes over the endpoint: full knowledge leaves none to deny.
func (v *variety) check(t *testing.T, paths int, stages []netpath.Stage) {
	t.Helper()
	t.Logf("%d paths: %v, denied %v", paths, v.verdicts, v.denials)
	for _, verdict := range []netpath.Verdict{netpath.Reachable, netpath.Blocked, netpath.Unknown} {
		if v.verdicts[verdict] < paths/40 {
			t.Errorf("only %d of %d paths are %s", v.verdicts[verdict], paths, verdict)
		}
	}
	for _, stage := range stages {
		if v.denials[stage] < 40 && stage != netpath.Endpoint {
			t.Errorf("only %d paths are denied at %s", v.denials[stage], stage)
		}
	}
}

func FuzzAgreementOverABastion(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		target, _ := onepacket.Roll(seed).TunnelledEstate()
		agreeOverBastion(t, target)
	})
}

// agreeOverBastion fails, with the least estate that shows it, where the two differ.
// It returns the path of each source, and then the one onward.
func agreeOverBastion(t *testing.T, target *facts.Target) []netpath.Path {
	t.Helper()
	paths := throughBastion(t, target, "", sources)
	for i, source := range append(sources, onward) {
		checkMissing(t, paths[i])
		if clashOverBastion(t, target, source, paths[i]) != "" {
			showClashOverBastion(t, target, source)
		}
	}
	return paths
}

func throughBastion(t *testing.T, target *facts.Target, typed string, sources []string) []netpath.Path {
	in, out := netpath.ThroughBastion(target, 22, typed, prefixes(t, sources...))
	return append(in, out)
}

func showClashOverBastion(t *testing.T, target *facts.Target, source string) {
	t.Helper()
	var path netpath.Path
	clash := func(target *facts.Target) string {
		var ask []string
		if source != onward {
			ask = []string{source}
		}
		path = throughBastion(t, target, "", ask)[0]
		return clashOverBastion(t, target, source, path)
	}
	least := onepacket.Least(target, func(t *facts.Target) bool { return clash(t) != "" })
	difference := clash(least)
	for _, h := range path.Hops {
		t.Logf("%-20s %-8s %s", h.Stage, h.Verdict, h.Detail)
	}
	t.Errorf("%s: %s in\n%s", source, difference, onepacket.Text(least))
}

// clashOverBastion tells how the naive model differs from the path, in words; empty
// if they agree.
func clashOverBastion(t *testing.T, target *facts.Target, source string, path netpath.Path) string {
	t.Helper()
	var verdict string
	var denies map[string]bool
	if source == onward {
		verdict, denies = onepacket.FollowOnward(target)
	} else {
		from, err := onepacket.Addresses(source)
		if err != nil {
			t.Fatal(err)
		}
		verdict, denies = onepacket.FollowIn(target, from, 22)
	}
	got := map[string]bool{}
	for _, h := range path.Hops {
		if h.Verdict == netpath.Deny {
			got[string(h.Stage)] = true
		}
	}
	if string(path.Verdict) != verdict || !reflect.DeepEqual(got, denies) {
		return fmt.Sprintf("decided %s %v, naive %s %v", path.Verdict, got, verdict, denies)
	}
	return ""
}
