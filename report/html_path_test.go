package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

func pictures(t *testing.T, target Target) []*element {
	t.Helper()
	return pageOf(t, one(target)).class("lane")
}

func TestEqualAddressesShareAPicture(t *testing.T) {
	lanes := pictures(t, sampleBroken("analytics", "us-east-1", 11))
	var captions []string
	for _, l := range lanes {
		captions = append(captions, l.tag("figcaption")[0].words())
	}
	want := []string{
		"52.23.137.21: blocked by acl-007041b2c3d4e5f67 rule 100",
		"52.204.223.208, 52.204.228.32 and 52.204.230.227: reachable",
	}
	if diff := cmp.Diff(want, captions); diff != "" {
		t.Error(diff)
	}
	many := readyTarget()
	many.Paths = paths("north-america", "reachable", append(northAmerica, europe...))
	lane := pictures(t, many)[0]
	if got := lane.tag("figcaption")[0].words(); got != "8 addresses: reachable" {
		t.Errorf("caption %q", got)
	}
	if got := lane.class("loader")[0].words(); got != "Stitchnorth-america52.23.137.2152.204.223.20852.204.228.32and 5 more" {
		t.Errorf("loader %q", got)
	}
}

// Every stage is a stop of its own, marked by its verdict, with the rule that
// decided it.
func TestPictureShowsWhatDecidedEveryStage(t *testing.T) {
	var stops []string
	for _, e := range pictures(t, sampleBroken("analytics", "us-east-1", 11))[0].class("stop") {
		stops = append(stops, strings.Join(append([]string{e.tag("use")[0].attrs["href"]}, wordsOf(e.tag("text"))...), "|"))
	}
	want := []string{
		"#good|Public access|publicly accessible",
		"#good|Cluster's endpoint|eni-007041b2c3d4e5f67",
		"#good|Public address|eni-007041b2c3d4e5f67",
		"#good|Block Public Access|off",
		"#good|Internet gateway|igw-007041b2c3d4e5f67",
		"#good|Edge route table|none",
		"#bad|Network ACL, in|acl-007041b2c3d4e5f67|rule 100 denies tcp|5439 from 52.23.0.0/16",
		"#good|Security groups|sg-007041b2c3d4e5f67|sgr-00001d001c3d4e5f",
		"#good|Network ACL, out|acl-007041b2c3d4e5f67|rule 100",
		"#good|Return route|rtb-007041b2c3d4e5f67|route 0.0.0.0/0",
	}
	if diff := cmp.Diff(want, stops); diff != "" {
		t.Error(diff)
	}
}

func TestLineIsOpenAsFarAsTheTrafficGets(t *testing.T) {
	for name, tc := range map[string]struct {
		others []Hop
		want   string
	}{
		"open":                     {nil, "open open open open open open open open open"},
		"source denied":            {[]Hop{{Stage: "source", Verdict: "deny"}}, "cut cut cut cut cut cut cut cut cut"},
		"gateway denied":           {[]Hop{{Stage: "internet_gateway", Verdict: "deny"}}, "open open cut cut cut cut cut cut cut"},
		"target private":           {[]Hop{{Stage: "public_access", Verdict: "deny"}}, "open open open open open open cut cut cut"},
		"replies denied":           {[]Hop{{Stage: "nacl_outbound", Verdict: "deny"}}, "open open open open open open open cut cut"},
		"unknown":                  {[]Hop{{Stage: "nacl_inbound", Verdict: "unknown"}}, "open open open open doubt doubt doubt doubt doubt"},
		"denied behind an unknown": {[]Hop{{Stage: "nacl_inbound", Verdict: "unknown"}, {Stage: "return_route", Verdict: "deny"}}, "open open open open doubt doubt doubt doubt cut"},
		"unknown behind a denial":  {[]Hop{{Stage: "nacl_inbound", Verdict: "deny"}, {Stage: "return_route", Verdict: "unknown"}}, "open open open open cut cut cut cut cut"},
		"does not apply":           {[]Hop{{Stage: "gateway_route_table", Verdict: "not_applicable"}}, "open open open open open open open open open"},
	} {
		target := readyTarget()
		target.Paths = []Path{path("192.0.2.1/32", "north-america", "blocked", tc.others...)}
		needed, _, _ := lanes(target, "t", "Stitch")
		var states []string
		for _, w := range needed[0].Ways {
			states = append(states, w.State)
		}
		if got := strings.Join(states, " "); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// Who cannot see the picture is told of all of it.
func TestPictureIsToldInWords(t *testing.T) {
	lane := pictures(t, sampleBroken("analytics", "us-east-1", 11))[0]
	way := lane.class("way")[0]
	title, desc := way.tag("title")[0], way.tag("desc")[0]
	if way.attrs["role"] != "img" || way.attrs["aria-labelledby"] != title.attrs["id"]+" "+desc.attrs["id"] {
		t.Errorf("attributes %v", way.attrs)
	}
	if got := title.words(); got != "Network path from 52.23.137.21 to analytics: blocked" {
		t.Errorf("title %q", got)
	}
	want := "network ACL, in denies: acl-007041b2c3d4e5f67 rule 100 denies tcp 5439 from 52.23.0.0/16. open at source address, public access, " +
		"cluster's endpoint, public address, Block Public Access, internet gateway, edge route table, return route, security groups and network ACL, out."
	if diff := cmp.Diff(want, desc.words()); diff != "" {
		t.Error(diff)
	}
	if rows := lane.class("hops")[0].tag("tbody")[0].tag("tr"); len(rows) != 11 {
		t.Errorf("%d hops", len(rows))
	}
}

// With any region of the loader enough, the blocked one is no finding.
func TestRegionsThatNeedNotGetThroughAreFolded(t *testing.T) {
	root := pageOf(t, sampleAny())
	if got := root.class("reach")[0].words(); got != "Reachable from north-america (4 addresses), blocked from europe (4 addresses). One region is enough." {
		t.Errorf("reach %q", got)
	}
	network := root.class("network")[0]
	if n := len(network.class("lane")); n != 2 {
		t.Fatalf("%d pictures", n)
	}
	spare := network.all(func(e *element) bool { return e.name == "details" && len(e.class("lane")) > 0 })
	if len(spare) != 1 || !strings.Contains(spare[0].class("lane")[0].words(), "3.126.102.29") {
		t.Errorf("folded: %q", wordsOf(spare))
	}
}

// A region that is not meant is folded though none gets through.
func TestRegionsLeftAsideAreFolded(t *testing.T) {
	root := pageOf(t, blockedRegionMeant())
	if got := root.class("reach")[0].words(); got != "Blocked from north-america (4 addresses) and europe (4 addresses). One region is enough." {
		t.Errorf("reach %q", got)
	}
	network := root.class("network")[0]
	folded := network.all(func(e *element) bool { return e.name == "details" && len(e.class("lane")) > 0 })
	if len(network.class("lane")) != 3 || len(folded) != 1 || !strings.Contains(folded[0].class("lane")[0].words(), "3.126.102.29") {
		t.Errorf("folded %q of %d pictures", wordsOf(folded), len(network.class("lane")))
	}
}

func TestNetworkThatWasNotAskedIsNotDrawn(t *testing.T) {
	network := pageOf(t, databaseOnly()).class("network")[0]
	if got := network.words(); got != "Network path The network was not looked at." {
		t.Error(got)
	}
}

func TestUnknownStopNamesWhatIsMissing(t *testing.T) {
	missing := []facts.Unknown{{Path: "network.acls", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeNetworkAcls"}}
	h := Hop{Stage: "nacl_inbound", Verdict: "unknown", Detail: "the network ACL is not known", Missing: missing}
	s := stopOf(h, telling{paths: []Path{{Hops: []Hop{h}}}})
	if diff := cmp.Diff([]string{"allow ec2:", "DescribeNetworkAcls"}, s.Lines); diff != "" {
		t.Error(diff)
	}
	if got := found(h); got != "the network ACL is not known; allow ec2:DescribeNetworkAcls" {
		t.Error(got)
	}
}

func TestRuleOfPathsToldTogether(t *testing.T) {
	for name, tc := range map[string]struct {
		by   []By
		want []string
	}{
		"one rule":          {[]By{{"security-group-rule", "sg-1/sgr-1"}, {"security-group-rule", "sg-1/sgr-1"}}, []string{"sg-1", "sgr-1"}},
		"rules of a group":  {[]By{{"security-group-rule", "sg-1/sgr-1"}, {"security-group-rule", "sg-1/sgr-2"}}, []string{"sg-1", "2 rules"}},
		"rules of two":      {[]By{{"security-group-rule", "sg-1/sgr-1"}, {"security-group-rule", "sg-2/sgr-2"}}, []string{"2 objects", "2 rules"}},
		"an object":         {[]By{{"internet-gateway", "igw-1"}}, []string{"igw-1"}},
		"a network ACL":     {[]By{{"network-acl-rule", "acl-1/*"}}, []string{"acl-1", "rule *"}},
		"a route":           {[]By{{"route", "rtb-1/192.0.2.0/24"}}, []string{"rtb-1", "route 192.0.2.0/24"}},
		"nothing of a kind": {[]By{{"address", "192.0.2.1/32"}}, nil},
	} {
		var told telling
		for _, by := range tc.by {
			told.paths = append(told.paths, Path{Hops: []Hop{{Stage: "x", Verdict: "allow", By: by}}})
		}
		if diff := cmp.Diff(tc.want, rule("x", told)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLabelsAreWrapped(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string
		cut  bool
	}{
		"empty":           {"", nil, false},
		"fits":            {"off", []string{"off"}, false},
		"between words":   {"no rule admits tcp 5439", []string{"no rule", "admits tcp", "5439"}, false},
		"behind a colon":  {"allow ec2:DescribeX", []string{"allow ec2:", "DescribeX"}, false},
		"nowhere":         {"abcdefghijklmnop", []string{"abcdefghij", "klmnop"}, false},
		"wide characters": {"表表表表表表", []string{"表表表表表", "表"}, false},
		"too long":        {"a aaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd", []string{"a", "aaaaaaaaa", "bbbbbbbbb…"}, true},
		"with escapes":    {"a\x1b[2J", []string{`a\x1b[2J`}, false},
	} {
		got, cut := wrap(tc.text, 10, 3)
		if diff := cmp.Diff(tc.want, got); diff != "" || cut != tc.cut {
			t.Errorf("%s: cut %t %s", name, cut, diff)
		}
		for _, line := range got {
			if columns(line) > 10 {
				t.Errorf("%s: %q has %d columns", name, line, columns(line))
			}
		}
	}
}

// What does not fit on a stop is told when the pointer rests on it.
func TestCutLabelsAreToldInFull(t *testing.T) {
	detail := "no rule of sg-0a1b2c3d4e5f67890, sg-1a1b2c3d4e5f67890, sg-2a1b2c3d4e5f67890, sg-3a1b2c3d4e5f67890 admits tcp 5439"
	target := readyTarget()
	target.Paths = []Path{path("192.0.2.1/32", "north-america", "blocked", Hop{Stage: "security_groups", Verdict: "deny", Detail: detail})}
	for _, e := range pictures(t, target)[0].class("stop") {
		title := wordsOf(e.tag("title"))
		if denied := strings.Contains(e.words(), "Security groups"); denied != (len(title) == 1) || denied && title[0] != detail {
			t.Errorf("%s: %q", fmt.Sprint(wordsOf(e.tag("text"))), title)
		}
	}
}
