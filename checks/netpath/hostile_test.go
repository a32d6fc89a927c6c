package netpath_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
	"github.com/rscheck/rscheck/internal/onepacket"
)

// garbage are words that no answer of AWS should have where they are put.
var garbage = []string{
	"", "x", "0.0.0.0", "0.0.0.0/33", "0.0.0.0/-1", "::/0", "::ffff:0.0.0.0/96", "1.2.3.4/32/32", "300.1.1.1/8", " 0.0.0.0/0", "0.0.0.0/0 ",
	"-", "igw-", "local ", "LOCAL", "ACTIVE", "allow ", "all", "TCP", "-2", "6.0", "256", "٣", "a\nb", "%s%d", strings.Repeat("9", 400),
}

// TestGarbageIsNeverLetThrough spoils one word of the topology at a time. The path
// may stay reachable only if the word is of no matter; which ones are is listed.
func TestGarbageIsNeverLetThrough(t *testing.T) {
	read := []string{
		"cluster.endpoint", "cluster.vpc_id", "cluster.availability_zone", "cluster.nodes", "cluster.elastic_ip", "cluster.security_groups", "network",
	}
	harmless := []string{
		// no matter of a path
		"cluster.nodes.0.public_ip", "network.vpc.cidrs", "network.vpc.block_public_access", "network.subnets.subnet-a.block_public_access",
		"network.subnet_group.name", "network.subnet_group.status", "network.subnet_group.subnets.subnet-a.status",
		"network.security_groups.sg-1.name", "network.security_groups.sg-1.owner_id", "network.interfaces.eni-1.description",
		// only for names in the answer
		"network.route_tables.rtb-public.id", "network.network_acls.acl-1.id", "network.interfaces.eni-1.id",
		// any host is one, save none
		"cluster.endpoint.host",
		// the interface tells it
		"cluster.availability_zone", "network.subnets.subnet-a.availability_zone", "network.subnet_group.subnets.subnet-a.availability_zone",
		"cluster.security_groups", "cluster.elastic_ip",
		// of another way
		"network.bastion",
		// not asked for: nothing is blocked, and the subnet has its own table and, failing that, the default ACL
		"network.block_public_access.exclusions_allowed", "network.route_tables.rtb-main", "network.network_acls.acl-1.subnet_ids",
		"network.route_tables.rtb-public.associations.0.gateway_id",
		// routes and rules that another one precedes, and an origin where no two are equal
		"network.route_tables.rtb-public.routes.0.target", "network.route_tables.rtb-public.routes.0.state",
		"network.route_tables.rtb-public.routes.0.origin", "network.route_tables.rtb-public.routes.1.origin",
		"network.network_acls.acl-1.entries.1", "network.network_acls.acl-1.entries.3",
	}
	target := base()
	loader := prefixes(t, stitch)
	words(reflect.ValueOf(target).Elem(), "", func(path string, v reflect.Value) {
		old := v.String()
		defer v.SetString(old)
		for _, bad := range garbage {
			if bad == old || meansTheSame(path, bad) {
				continue
			}
			v.SetString(bad)
			got := netpath.Decide(target, loader)[0]
			checkMissing(t, got)
			if got.Verdict == netpath.Reachable && under(path, read) && !under(path, harmless) {
				t.Errorf("%s = %q instead of %q: reachable", path, bad, old)
				return
			}
		}
	})
}

// TestGarbageIsNeverLetOverABastion is the same for what only the way over a bastion
// reads, with a public cluster.
func TestGarbageIsNeverLetOverABastion(t *testing.T) {
	read := []string{"network.bastion", "network.vpc.dns", "cluster.node_type", "network.security_groups.sg-c.outbound"}
	harmless := []string{"network.bastion.instance_id"} // only for names in the answer
	target := with(bastion, madePublic)
	seen := 0
	words(reflect.ValueOf(target).Elem(), "", func(path string, v reflect.Value) {
		if !under(path, read) || under(path, harmless) {
			return
		}
		seen++
		old := v.String()
		defer v.SetString(old)
		for _, bad := range garbage {
			v.SetString(bad)
			in, out := netpath.ThroughBastion(target, 22, "", prefixes(t, stitch))
			checkMissing(t, in[0])
			checkMissing(t, out)
			if in[0].Verdict == netpath.Reachable && out.Verdict == netpath.Reachable {
				t.Errorf("%s = %q instead of %q: reachable", path, bad, old)
			}
		}
	})
	if seen < 9 {
		t.Errorf("only %d words were spoiled", seen)
	}
}

// meansTheSame: not told is as good as the usual word in these.
func meansTheSame(path, bad string) bool {
	switch path[strings.LastIndexByte(path, '.')+1:] {
	case "origin", "owner_id", "vpc_id":
		return bad == ""
	case "state": // an association's may be absent; a route's may not
		return bad == "" && strings.Contains(path, "associations")
	}
	return bad == "" && path == "network.vpc.id"
}

func under(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if facts.Covers(p, path) {
			return true
		}
	}
	return false
}

// words calls do for every string of v that can be set.
func words(v reflect.Value, path string, do func(path string, v reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		do(path, v)
	case reflect.Pointer:
		if !v.IsNil() {
			words(v.Elem(), path, do)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if v.Type() != reflect.TypeFor[facts.Target]() || name != "database" && name != "unknown" {
				words(v.Field(i), strings.TrimPrefix(path+"."+name, "."), do)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			words(v.Index(i), path+"."+elementName(v.Index(i), i), do)
		}
	}
}

// FuzzHostileFacts spoils a few words, numbers and lists of a random estate. The
// answer must come, with every unknown hop telling what it lacks, and no text of
// the facts may pass as a format.
func FuzzHostileFacts(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed, garbage[seed%uint64(len(garbage))])
	}
	f.Fuzz(func(t *testing.T, seed uint64, word string) {
		target, _ := onepacket.Roll(seed).Estate()
		d := rand.New(rand.NewPCG(seed, 1))
		spoil(reflect.ValueOf(target).Elem(), d, word)
		loader := prefixes(t, append([]string{"0.0.0.0/0", "::/0"}, sources[:4]...)...)
		answer := ask(target, loader)
		for _, path := range answer.paths {
			if len(path.Hops) != len(netpath.Stages) {
				t.Fatalf("%d hops", len(path.Hops))
			}
			checkMissing(t, path)
			checkFold(t, path)
		}
	})
}

// checkFold asserts that a path's verdict follows from its hops, save that a path
// may be blocked without a hop that is certain (several possible places).
func checkFold(t *testing.T, path netpath.Path) {
	t.Helper()
	allowed, denied := true, false
	for _, h := range path.Hops {
		allowed = allowed && (h.Verdict == netpath.Allow || h.Verdict == netpath.NotApplicable)
		denied = denied || h.Verdict == netpath.Deny
	}
	if allowed != (path.Verdict == netpath.Reachable) || denied && path.Verdict != netpath.Blocked {
		t.Errorf("%s is %s: %s", path.Source, path.Verdict, summary(path))
	}
}

// spoil changes about one part in forty.
func spoil(v reflect.Value, d *rand.Rand, word string) {
	hit := d.IntN(40) == 0
	switch v.Kind() {
	case reflect.String:
		if hit {
			v.SetString(word)
		}
	case reflect.Int:
		if hit {
			v.SetInt([]int64{-1, 0, 65536, 1 << 40, -1 << 40}[d.IntN(5)])
		}
	case reflect.Bool:
		if hit {
			v.SetBool(!v.Bool())
		}
	case reflect.Pointer:
		if hit {
			v.SetZero()
		} else if !v.IsNil() {
			spoil(v.Elem(), d, word)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type() != reflect.TypeFor[facts.Target]() || v.Type().Field(i).Name != "Database" {
				spoil(v.Field(i), d, word)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i), d, word)
		}
		if hit && v.Len() > 0 {
			v.Set(reflect.AppendSlice(v, v))
		}
	}
}

func TestDetailsQuoteWhatCannotBePrinted(t *testing.T) {
	target := with(permit(tcp(5439, 5439, "not\na prefix")))
	for _, h := range netpath.Decide(target, prefixes(t, stitch))[0].Hops {
		for _, u := range h.Missing {
			if strings.ContainsFunc(u.Detail, unicode.IsControl) {
				t.Errorf("%s lacks %q", h.Stage, u.Detail)
			}
		}
	}
}
