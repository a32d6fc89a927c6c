package netpath_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
	"github.com/rscheck/rscheck/internal/onepacket"
)

// sources are whom the random estates are about.
var sources = onepacket.Sources()

// TestAgreesWithTheNaiveModel follows sources through random estates twice: by the
// package, and packet by packet. Verdicts and denying stages must be the same.
func TestAgreesWithTheNaiveModel(t *testing.T) {
	const estates = 1500
	verdicts := map[netpath.Verdict]int{}
	denials := map[netpath.Stage]int{}
	for seed := range uint64(estates) {
		target, _ := onepacket.Roll(seed).Estate()
		for _, source := range sources {
			path := agree(t, target, source)
			verdicts[path.Verdict]++
			for _, h := range path.Hops {
				if h.Verdict == netpath.Deny {
					denials[h.Stage]++
				}
			}
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	// Agreement about estates that are all alike would prove nothing.
	for _, v := range []netpath.Verdict{netpath.Reachable, netpath.Blocked, netpath.Unknown} {
		if verdicts[v] < estates*len(sources)/40 {
			t.Errorf("only %d paths are %s", verdicts[v], v)
		}
	}
	for _, stage := range netpath.Stages {
		if denials[stage] < 50 && stage != netpath.Endpoint && stage != netpath.PublicAddress {
			t.Errorf("only %d paths are denied at %s", denials[stage], stage)
		}
	}
	t.Logf("verdicts %v, denials %v", verdicts, denials)
}

func FuzzAgreement(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		target, _ := onepacket.Roll(seed).Estate()
		for _, source := range sources {
			agree(t, target, source)
		}
	})
}

// agree fails, with the least estate that shows it, where the two differ.
func agree(t *testing.T, target *facts.Target, source string) netpath.Path {
	t.Helper()
	path, difference := compare(target, source)
	if difference == "" {
		checkMissing(t, path)
		return path
	}
	least := onepacket.Least(target, func(t *facts.Target) bool {
		_, difference := compare(t, source)
		return difference != ""
	})
	path, difference = compare(least, source)
	for _, h := range path.Hops {
		t.Logf("%-20s %-8s %s", h.Stage, h.Verdict, h.Detail)
	}
	t.Errorf("%s: %s in\n%s", source, difference, onepacket.Text(least))
	return path
}

// compare tells how the two models differ, in words; empty if they agree.
func compare(target *facts.Target, source string) (path netpath.Path, difference string) {
	from, err := onepacket.Addresses(source)
	if err != nil {
		return path, err.Error()
	}
	path = netpath.Decide(target, []prefix{mustPrefix(source)})[0]
	verdict, denies := onepacket.Follow(target, from)
	got := map[string]bool{}
	for _, h := range path.Hops {
		if h.Verdict == netpath.Deny {
			got[string(h.Stage)] = true
		}
	}
	if string(path.Verdict) != verdict || !reflect.DeepEqual(got, denies) {
		return path, fmt.Sprintf("decided %s %v, naive %s %v", path.Verdict, got, verdict, denies)
	}
	return path, ""
}
