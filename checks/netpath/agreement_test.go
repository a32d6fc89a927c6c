package netpath_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// TestAgreesWithTheNaiveModel follows sources through random estates twice: by the
// package, and packet by packet. Verdicts and denying stages must be the same.
func TestAgreesWithTheNaiveModel(t *testing.T) {
	const estates = 1500
	verdicts := map[netpath.Verdict]int{}
	denials := map[netpath.Stage]int{}
	for seed := range uint64(estates) {
		target, _ := roll(seed).estate()
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
		target, _ := roll(seed).estate()
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
	least := shrink(target, func(t *facts.Target) bool {
		_, difference := compare(t, source)
		return difference != ""
	})
	path, difference = compare(least, source)
	estate, err := json.MarshalIndent(map[string]any{"cluster": least.Cluster, "network": least.Network}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range path.Hops {
		t.Logf("%-20s %-8s %s", h.Stage, h.Verdict, h.Detail)
	}
	t.Errorf("%s: %s in\n%s", source, difference, estate)
	return path
}

// compare tells how the two models differ, in words; empty if they agree.
func compare(target *facts.Target, source string) (path netpath.Path, difference string) {
	from, err := addresses(source)
	if err != nil {
		return path, err.Error()
	}
	path = netpath.Decide(target, []prefix{mustPrefix(source)})[0]
	verdict, denies := naiveVerdict(target, from)
	got := map[netpath.Stage]bool{}
	for _, h := range path.Hops {
		if h.Verdict == netpath.Deny {
			got[h.Stage] = true
		}
	}
	if path.Verdict != verdict || !reflect.DeepEqual(got, denies) {
		return path, fmt.Sprintf("decided %s %v, naive %s %v", path.Verdict, got, verdict, denies)
	}
	return path, ""
}

// addresses are all addresses of a small prefix.
func addresses(source string) ([]uint32, error) {
	var a, b, c, d uint32
	var bits int
	if _, err := fmt.Sscanf(source, "%d.%d.%d.%d/%d", &a, &b, &c, &d, &bits); err != nil {
		return nil, fmt.Errorf("read source %q: %w", source, err)
	}
	var all []uint32
	for i := range uint32(1) << (32 - bits) {
		all = append(all, a<<24+b<<16+c<<8+d+i)
	}
	return all, nil
}

// shrink takes elements out of the target's lists as long as it stays bad.
func shrink(target *facts.Target, bad func(*facts.Target) bool) *facts.Target {
	least := clone(target)
	for again := true; again; {
		again = false
		for _, list := range listsWithin(reflect.ValueOf(least).Elem()) {
			for i := 0; i < list.Len(); i++ {
				before := reflect.ValueOf(list.Interface())
				shorter := reflect.AppendSlice(reflect.MakeSlice(list.Type(), 0, list.Len()), before.Slice(0, i))
				shorter = reflect.AppendSlice(shorter, before.Slice(i+1, before.Len()))
				list.Set(shorter)
				if stillBad(least, bad) {
					again = true
					i--
				} else {
					list.Set(before)
				}
			}
		}
	}
	return least
}

// stillBad takes a panic for good: an estate without what every estate has.
func stillBad(t *facts.Target, bad func(*facts.Target) bool) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return bad(t)
}

// listsWithin are all lists in v, the outer before the inner.
func listsWithin(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, listsWithin(v.Field(i))...)
		}
	case reflect.Slice:
		all = append(all, v)
		for i := range v.Len() {
			all = append(all, listsWithin(v.Index(i))...)
		}
	}
	return all
}

func clone(target *facts.Target) *facts.Target {
	data, err := json.Marshal(target)
	if err != nil {
		panic(err)
	}
	var copied facts.Target
	if err := json.Unmarshal(data, &copied); err != nil {
		panic(err)
	}
	return &copied
}
