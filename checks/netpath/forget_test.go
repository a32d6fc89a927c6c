package netpath_test

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
	"github.com/rscheck/rscheck/internal/onepacket"
)

// Not knowing a fact may make a verdict unknown. It must never turn one verdict
// into another. The tests here forget each part of a target in turn: they zero it
// and say so in Unknown.
//
// Facts that contradict each other are another matter: with one of them forgotten
// the other is believed. Where a verdict was unknown for a contradiction only
// (every Missing is inconsistent), any verdict may follow. And an active route to a
// gateway that is not attached, which AWS never shows (cases 49 and 50 as moto has
// them), may vouch for the gateway once the gateways are not readable (case 53).

func TestForgettingAFactOfACase(t *testing.T) {
	for _, tc := range cases() {
		if (tc.number == "49" || tc.number == "50") && !strings.Contains(tc.name, "AWS") {
			continue
		}
		t.Run(tc.number+" "+tc.name, func(t *testing.T) {
			forgetEach(t, tc.target(), prefixes(t, stitch, "52.204.223.208/30", "198.51.100.7/32"))
		})
	}
}

func TestForgettingAFactOfARandomEstate(t *testing.T) {
	const estates = 40
	tried := 0
	for seed := range uint64(estates) {
		target, contradictory := onepacket.Roll(1_000_000 + seed).Estate()
		if contradictory {
			continue
		}
		tried++
		forgetEach(t, target, prefixes(t, sources[0], sources[2], sources[4]))
		if t.Failed() {
			t.Fatalf("seed %d", 1_000_000+seed)
		}
	}
	if tried < estates/2 {
		t.Errorf("only %d of %d estates were tried", tried, estates)
	}
}

// TestForgettingSeveralFacts forgets a few at once: what one of them hides another
// may have told.
func TestForgettingSeveralFacts(t *testing.T) {
	for seed := range uint64(300) {
		d := onepacket.Roll(2_000_000 + seed)
		target, contradictory := d.Estate()
		if contradictory {
			continue
		}
		loader := prefixes(t, sources[0], sources[2], sources[4])
		before := ask(target, loader)
		for range 5 {
			poorer := forgetSome(d, target)
			compareAnswers(t, fmt.Sprint(poorer.Unknown), before, ask(poorer, loader))
		}
		if t.Failed() {
			t.Fatalf("seed %d", 2_000_000+seed)
		}
	}
}

// forgetSome is the target without two to four of its facts.
func forgetSome(d onepacket.Dice, target *facts.Target) *facts.Target {
	poorer := onepacket.Clone(target)
	for range 2 + d.IntN(3) {
		all := parts(reflect.ValueOf(poorer).Elem(), "")
		part := all[d.IntN(len(all))]
		part.value.SetZero()
		poorer.Lack(part.path, facts.AccessDenied, "allow everything")
	}
	return poorer
}

// The exclusions from Block Public Access are not asked for where that is off, and
// the list is then empty. Nothing may rest on its being so, whatever else is
// forgotten.
func TestExclusionsDoNotMatterWhereBlockPublicAccessIsOff(t *testing.T) {
	loader := prefixes(t, sources[0], sources[2], sources[4])
	tried := 0
	for seed := range uint64(200) {
		target, contradictory := onepacket.Roll(3_000_000 + seed).Estate()
		set := &target.Network.BlockPublicAccess
		if contradictory || !set.Disabled() || len(set.Exclusions) == 0 {
			continue
		}
		tried++
		before := ask(target, loader)
		set.Exclusions = nil
		if diff := cmp.Diff(before.paths, ask(target, loader).paths, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
			t.Fatalf("seed %d: paths (-with exclusions +without):\n%s", 3_000_000+seed, diff)
		}
		if tried <= 10 {
			forgetEach(t, target, loader)
		}
		if t.Failed() {
			t.Fatalf("seed %d", 3_000_000+seed)
		}
	}
	if tried < 20 {
		t.Errorf("only %d estates were tried", tried)
	}
}

// part is a fact and where it is kept.
type part struct {
	path  string
	value reflect.Value
}

// parts are all facts of v.
func parts(v reflect.Value, path string) []part {
	var all []part
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if v.Type() == reflect.TypeFor[facts.Target]() && (name == "unknown" || name == "database") {
				continue
			}
			inner := strings.TrimPrefix(path+"."+name, ".")
			all = append(append(all, part{inner, v.Field(i)}), parts(v.Field(i), inner)...)
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Type() != reflect.TypeFor[*facts.Ports]() { // both ends are told or none
			all = append(all, parts(v.Elem(), path)...)
		}
	case reflect.Slice:
		for i := range v.Len() {
			inner := path + "." + elementName(v.Index(i), i)
			all = append(append(all, part{inner, v.Index(i)}), parts(v.Index(i), inner)...)
		}
	}
	return all
}

func FuzzForgetting(f *testing.F) {
	f.Add(uint64(1))
	f.Fuzz(func(t *testing.T, seed uint64) {
		if target, contradictory := onepacket.Roll(seed).Estate(); !contradictory {
			forgetEach(t, target, prefixes(t, sources...))
		}
	})
}

// answers are all that the package says of a target.
type answers struct {
	paths    []netpath.Path
	exposure netpath.Exposure
	uses     []netpath.GroupUse
	missing  []facts.Unknown
}

func ask(target *facts.Target, loader []netip.Prefix) answers {
	a := answers{paths: netpath.Decide(target, loader), exposure: netpath.Exposed(target, loader)}
	a.uses, a.missing = netpath.Usable(target)
	return a
}

func forgetEach(t *testing.T, target *facts.Target, loader []netip.Prefix) {
	t.Helper()
	before := ask(target, loader)
	known := len(target.Unknown)
	n := 0
	forget(reflect.ValueOf(target).Elem(), func(path string) {
		n++
		target.Lack(path, facts.AccessDenied, "allow everything")
		after := ask(target, loader)
		target.Unknown = target.Unknown[:known]
		compareAnswers(t, path, before, after)
	})
	if n < 50 {
		t.Errorf("only %d facts were forgotten", n)
	}
}

func compareAnswers(t *testing.T, without string, before, after answers) {
	t.Helper()
	for i := range before.paths {
		if problem := comparePaths(before.paths[i], after.paths[i]); problem != "" {
			t.Errorf("without %s: %s: %s", without, before.paths[i].Source, problem)
		}
		checkMissing(t, after.paths[i])
		checkFold(t, after.paths[i])
	}
	if problem := compareExposures(before.exposure, after.exposure); problem != "" {
		t.Errorf("without %s: %s", without, problem)
	}
	if problem := compareUses(before, after); problem != "" {
		t.Errorf("without %s: %s", without, problem)
	}
}

// forget zeroes each part of v in turn, calls try with its path, and puts it back;
// then it takes each element out of each list (an element that could not be
// described is in no list).
func forget(v reflect.Value, try func(path string)) {
	for _, p := range parts(v, "") {
		old := reflect.New(p.value.Type()).Elem()
		old.Set(p.value)
		p.value.SetZero()
		try(p.path)
		p.value.Set(old)
		if old.Kind() != reflect.Slice {
			continue
		}
		for i := range old.Len() {
			rest := reflect.AppendSlice(reflect.MakeSlice(old.Type(), 0, old.Len()), old.Slice(0, i))
			p.value.Set(reflect.AppendSlice(rest, old.Slice(i+1, old.Len())))
			try(p.path + "." + elementName(old.Index(i), i))
		}
		p.value.Set(old)
	}
}

// elementName is the last part of an element's path: its id, where it has one.
func elementName(v reflect.Value, i int) string {
	if v.Kind() == reflect.Struct {
		if id := v.FieldByName("ID"); id.IsValid() && id.String() != "" {
			return id.String()
		}
	}
	return strconv.Itoa(i)
}

func comparePaths(before, after netpath.Path) string {
	doubt := false
	for i, h := range before.Hops {
		contradiction := h.Verdict == netpath.Unknown && !slices.ContainsFunc(h.Missing, func(u facts.Unknown) bool { return u.Reason != facts.Inconsistent })
		doubt = doubt || contradiction
		now := after.Hops[i]
		if now.Verdict != h.Verdict && now.Verdict != netpath.Unknown && !contradiction {
			return fmt.Sprintf("%s was %s (%s), is %s (%s)", h.Stage, h.Verdict, h.Detail, now.Verdict, now.Detail)
		}
	}
	if after.Verdict != before.Verdict && after.Verdict != netpath.Unknown && !(doubt && before.Verdict == netpath.Unknown) {
		return fmt.Sprintf("the path was %s, is %s", before.Verdict, after.Verdict)
	}
	return ""
}

func compareExposures(before, after netpath.Exposure) string {
	if len(before.Missing) > 0 || slices.Equal(before.Public, after.Public) && slices.Equal(before.IPv6, after.IPv6) {
		return ""
	}
	if len(after.Missing) == 0 {
		return fmt.Sprintf("%d addresses and IPv6 %v were exposed, %d and %v are", before.Addresses, before.IPv6, after.Addresses, after.IPv6)
	}
	known := slices.Concat(before.Public, before.IPv6)
	for _, p := range slices.Concat(after.Public, after.IPv6) {
		covered := func(b netip.Prefix) bool { return b.Bits() <= p.Bits() && b.Contains(p.Addr()) }
		if !slices.ContainsFunc(known, covered) {
			return fmt.Sprintf("%s is exposed, and was not", p)
		}
	}
	return ""
}

func compareUses(before, after answers) string {
	if len(after.missing) > 0 {
		return ""
	}
	if len(before.uses) != len(after.uses) {
		return fmt.Sprintf("%d groups were attached, %d are", len(before.uses), len(after.uses))
	}
	for i, use := range before.uses {
		now := after.uses[i]
		if now.Usable != use.Usable && now.Usable != netpath.Unclear && use.Usable != netpath.Unclear {
			return fmt.Sprintf("%s was usable: %s, is %s", use.ID, use.Usable, now.Usable)
		}
		if (now.Usable == netpath.Unclear) != (len(now.Missing) > 0) {
			return fmt.Sprintf("%s is usable: %s, and lacks %v", use.ID, now.Usable, now.Missing)
		}
	}
	return ""
}
