package digest_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/policies"
)

var (
	northAmerica = []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"}
	europe       = []string{"3.126.102.29/32", "18.158.16.164/32", "18.158.251.55/32", "52.57.235.168/32"}
)

// settings are those of Stitch in the region.
func settings(t *testing.T, region string) loader.Settings {
	t.Helper()
	text, err := policies.FS.ReadFile("profiles/stitch.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := loader.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return loader.Settings{Profile: profile, Region: region, Connection: "direct", User: "stitch"}
}

// estate is a public cluster whose security group admits some addresses and
// whose network ACL admits some.
func estate(admitted, let []string) *facts.Target {
	t := &facts.Target{ID: "arn:aws:redshift:us-east-1:111122223333:cluster:analytics", Kind: facts.ProvisionedCluster, Name: "analytics"}
	t.Cluster.Status, t.Cluster.AvailabilityStatus = "available", "Available"
	t.Cluster.Endpoint = facts.Endpoint{Host: "analytics.example.com", Port: 5439}
	t.Cluster.PubliclyAccessible = true
	t.Cluster.VPCID = "vpc-1"
	t.Cluster.Nodes = []facts.Node{{Role: "SHARED", PrivateIP: "10.20.1.10"}}
	t.Cluster.SecurityGroups = []facts.GroupMember{{ID: "sg-1", Status: "active"}}
	n := &t.Network
	n.CallerAccount = "111122223333"
	n.VPC = facts.VPC{ID: "vpc-1", OwnerID: "111122223333", CIDRs: []string{"10.20.0.0/16"}}
	n.Subnets = []facts.Subnet{{ID: "subnet-1", VPCID: "vpc-1", OwnerID: "111122223333", CIDR: "10.20.1.0/24", AvailabilityZone: "us-east-1a"}}
	n.SubnetGroup = facts.SubnetGroup{Name: "public", VPCID: "vpc-1", Subnets: []facts.GroupSubnet{{ID: "subnet-1", AvailabilityZone: "us-east-1a"}}}
	n.RouteTables = []facts.RouteTable{{
		ID: "rtb-1", Associations: []facts.RouteTableAssociation{{Main: true}},
		Routes: []facts.Route{
			{DestinationCIDR: "10.20.0.0/16", Target: "local", State: "active"},
			{DestinationCIDR: "0.0.0.0/0", Target: "igw-1", State: "active"},
		},
	}}
	n.InternetGateways = []facts.InternetGateway{{ID: "igw-1", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-1", State: "available"}}}}
	acl := facts.NetworkACL{ID: "acl-1", Default: true, Entries: []facts.NetworkACLEntry{{Number: 100, Egress: true, Action: "allow", Protocol: "-1", CIDR: "0.0.0.0/0"}}}
	for i, cidr := range let {
		acl.Entries = append(acl.Entries, facts.NetworkACLEntry{Number: 10 + i, Action: "allow", Protocol: "-1", CIDR: cidr})
	}
	n.NetworkACLs = []facts.NetworkACL{acl}
	n.SecurityGroups = []facts.SecurityGroup{{ID: "sg-1", VPCID: "vpc-1", Inbound: []facts.Permission{
		{Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, CIDRs: admitted},
	}}}
	n.BlockPublicAccess = facts.BlockPublicAccess{Mode: "off", State: "default-state"}
	return t
}

// deniedBy are the addresses that a passage tells as denied, in order.
func deniedBy(p digest.Passage) []string {
	var denied []string
	for _, s := range p.Sources {
		if s.Verdict == "deny" {
			denied = append(denied, s.Address)
		}
	}
	return denied
}

// regionsOf are the regions of the paths that count.
func regionsOf(paths []digest.Path) string {
	var regions []string
	for _, p := range paths {
		if !p.Aside && !slices.Contains(regions, p.Region) {
			regions = append(regions, p.Region)
		}
	}
	return strings.Join(regions, ", ")
}

func TestWithRegionAnyTheAllowListSaysWhichIsMeant(t *testing.T) {
	everybody := []string{"0.0.0.0/0"}
	both := slices.Concat(northAmerica, europe)
	unread := func(path string) func(*facts.Target) {
		return func(target *facts.Target) { target.Lack(path, facts.AccessDenied, "allow "+path) }
	}
	toNAT := func(target *facts.Target) { target.Network.RouteTables[0].Routes[1].Target = "nat-1" }
	for name, tc := range map[string]struct {
		region        string
		admitted, let []string // by the security group and by the network ACL
		change        func(*facts.Target)
		groups, acl   string // verdicts
		out           string
		shut, stopped []string // addresses told as denied by them
		counts        string   // regions
	}{
		"one region admitted":                           {"any", northAmerica, everybody, nil, "allow", "allow", "allow", nil, nil, "north-america"},
		"both regions admitted":                         {"any", both, everybody, nil, "allow", "allow", "allow", nil, nil, "north-america, europe"},
		"three of four, and none":                       {"any", northAmerica[1:], everybody, nil, "deny", "allow", "allow", northAmerica[:1], nil, "north-america"},
		"nobody":                                        {"any", nil, everybody, nil, "deny", "allow", "allow", both, nil, "north-america, europe"},
		"one admitted, the ACL lets three in":           {"any", northAmerica, both[1:], nil, "allow", "deny", "allow", nil, northAmerica[:1], "north-america"},
		"one admitted, the ACL lets nobody in":          {"any", northAmerica, nil, nil, "allow", "deny", "allow", nil, northAmerica, "north-america"},
		"one admitted, the other by the ACL":            {"any", northAmerica, europe, nil, "allow", "deny", "allow", nil, northAmerica, "north-america"},
		"three of four, the other by the ACL":           {"any", northAmerica[1:], europe, nil, "deny", "deny", "allow", northAmerica[:1], northAmerica, "north-america"},
		"nobody, one region by the ACL":                 {"any", nil, europe, nil, "deny", "allow", "allow", europe, nil, "europe"},
		"both admitted, one by the ACL":                 {"any", both, europe, nil, "allow", "allow", "allow", nil, nil, "europe"},
		"one admitted, replies leave by a NAT gateway":  {"any", northAmerica, everybody, toNAT, "allow", "allow", "deny", nil, nil, "north-america"},
		"both admitted, replies leave by a NAT gateway": {"any", both, everybody, toNAT, "allow", "allow", "deny", nil, nil, "north-america, europe"},
		"the ACL not read, one region admitted":         {"any", northAmerica, everybody, unread("network.network_acls"), "allow", "unknown", "allow", nil, nil, "north-america"},
		"the ACL not read, both admitted":               {"any", everybody, everybody, unread("network.network_acls"), "allow", "unknown", "allow", nil, nil, "north-america, europe"},
		"the ACL not read, nobody admitted":             {"any", nil, everybody, unread("network.network_acls"), "deny", "unknown", "allow", both, nil, "north-america, europe"},
		"the groups not read, one by the ACL":           {"any", nil, europe, unread("network.security_groups"), "unknown", "unknown", "allow", nil, nil, "north-america, europe"},
		"the groups not read, all by the ACL":           {"any", nil, everybody, unread("network.security_groups"), "unknown", "allow", "allow", nil, nil, "north-america, europe"},
		"the groups not read, none by the ACL":          {"any", nil, nil, unread("network.security_groups"), "unknown", "deny", "allow", nil, both, "north-america, europe"},
		"what is the same for all not read":             {"any", northAmerica, everybody, unread("network.block_public_access"), "allow", "allow", "allow", nil, nil, "north-america"},
		"the region named, the other admitted":          {"europe", northAmerica, everybody, nil, "deny", "allow", "allow", europe, nil, "europe"},
		"the region named, the ACL not read":            {"north-america", northAmerica, everybody, unread("network.network_acls"), "allow", "unknown", "allow", nil, nil, "north-america"},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(tc.admitted, tc.let)
			if tc.change != nil {
				tc.change(target)
			}
			d := digest.Of(target, settings(t, tc.region), time.Unix(0, 0))
			n := d.Document.Network
			if n.SecurityGroups.Verdict != tc.groups || n.NetworkACL.Verdict != tc.acl || n.WayOut.Verdict != tc.out || n.PublicAccess.Verdict != "allow" {
				t.Errorf("security groups %s, network ACL %s, way out %s, public access %s; want %s, %s, %s, allow",
					n.SecurityGroups.Verdict, n.NetworkACL.Verdict, n.WayOut.Verdict, n.PublicAccess.Verdict, tc.groups, tc.acl, tc.out)
			}
			if shut, stopped := deniedBy(n.SecurityGroups), deniedBy(n.NetworkACL); !slices.Equal(shut, tc.shut) || !slices.Equal(stopped, tc.stopped) {
				t.Errorf("denied %v by the groups and %v by the ACL, want %v and %v", shut, stopped, tc.shut, tc.stopped)
			}
			if got := regionsOf(d.Paths); got != tc.counts {
				t.Errorf("the paths from %s count, want %s", got, tc.counts)
			}
			for path, verdict := range map[string]string{"network.security_groups": tc.groups, "network.network_acl": tc.acl, "network.way_out": tc.out} {
				if lacking(d, path) != (verdict == "unknown") {
					t.Errorf("%s lacking: %v, with verdict %s", path, lacking(d, path), verdict)
				}
			}
		})
	}
}

// Where the network ACL is in order for one region only, and it is not known which
// is meant, it is the security groups that are lacking.
func TestWhatSaysWhichRegionIsMeantIsLacking(t *testing.T) {
	target := estate(nil, europe)
	target.Lack("network.security_groups", facts.AccessDenied, "allow ec2:DescribeSecurityGroups")
	d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
	i := slices.IndexFunc(d.Lacks, func(l digest.Lack) bool { return l.Path == "network.network_acl.verdict" })
	if i < 0 || len(d.Lacks[i].Missing) != 1 || d.Lacks[i].Missing[0].Path != "network.security_groups" {
		t.Errorf("lacking %v, want the security groups", d.Lacks)
	}
}

// All that a document says of a region it says of one that counts.
func TestPassagesSpeakOfTheRegionsThatCount(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 1000 {
		d := digest.Of(randomEstate(random), settings(t, "any"), time.Unix(0, 0))
		counts := regionsOf(d.Paths)
		n := d.Document.Network
		for _, p := range []digest.Passage{n.SecurityGroups, n.NetworkACL, n.WayOut, n.PublicAccess, n.BlockPublicAccess} {
			for _, s := range p.Sources {
				if !strings.Contains(counts, s.Region) {
					t.Fatalf("%s of %s is told, and only %s counts", s.Address, s.Region, counts)
				}
			}
			if p.Verdict == "deny" && len(deniedBy(p)) == 0 {
				t.Fatalf("denied, and nobody is: %+v", p)
			}
		}
	}
}

// randomEstate lets in, by its security group and by its network ACL, a region of the
// loader, both, or some of the addresses.
func randomEstate(random *rand.Rand) *facts.Target {
	all := slices.Concat(northAmerica, europe)
	some := func() []string {
		switch random.IntN(4) {
		case 0:
			return northAmerica
		case 1:
			return europe
		case 2:
			return all
		}
		return slices.DeleteFunc(slices.Clone(all), func(string) bool { return random.IntN(6) == 0 })
	}
	target := estate(some(), some())
	if random.IntN(10) == 0 {
		target.Network.RouteTables[0].Routes[1].Target = "nat-1"
	}
	return target
}

// The checks say together what the paths say: ready exactly if one region's paths
// are all reachable. No two checks may pass for different regions. What is blocked
// for each region in another place may be left unknown while it is not known which
// region is meant.
func TestPassagesAgreeWithThePaths(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	unread := []string{"network.network_acls", "network.security_groups", "network.route_tables", "network.block_public_access"}
	anyRegion := settings(t, "any")
	seen := map[string]int{}
	for i := range 3000 {
		target := randomEstate(random)
		read := random.IntN(3) > 0
		if !read {
			target.Lack(unread[random.IntN(len(unread))], facts.AccessDenied, "allow it")
		}
		d := digest.Of(target, anyRegion, time.Unix(0, 0))
		want := "blocked"
		for _, region := range []string{"north-america", "europe"} {
			whole := "reachable"
			for _, p := range d.Paths {
				if p.Region == region && p.Verdict != "reachable" && whole != "blocked" {
					whole = string(p.Verdict)
				}
			}
			if whole == "reachable" || whole == "unknown" && want == "blocked" {
				want = whole
			}
		}
		n := d.Document.Network
		got := "reachable"
		for _, p := range []digest.Passage{n.PublicAccess, n.WayOut, n.SecurityGroups, n.NetworkACL, n.BlockPublicAccess} {
			if p.Verdict == "deny" || p.Verdict == "unknown" && got == "reachable" {
				got = map[string]string{"deny": "blocked", "unknown": "unknown"}[p.Verdict]
			}
		}
		if seen[want]++; got != want && (read || got != "unknown" || want != "blocked") {
			t.Fatalf("estate %d: the passages say %s, the paths %s: %+v", i, got, want, n)
		}
	}
	for _, verdict := range []string{"reachable", "blocked", "unknown"} {
		if seen[verdict] < 100 {
			t.Errorf("only %d estates were %s", seen[verdict], verdict)
		}
	}
}

// lacking reports whether the digest lacks the field or a part of it, and says why.
func lacking(d digest.Digest, path string) bool {
	return slices.ContainsFunc(d.Lacks, func(l digest.Lack) bool {
		return (facts.Covers(l.Path, path) || facts.Covers(path, l.Path)) && len(l.Missing) > 0
	})
}

// Replies that pass to some ports only leave the verdict open, and yet there is
// something to type: the addresses are told, with the ACL to change.
func TestPartialRepliesLackTheVerdictAlone(t *testing.T) {
	partly := func(target *facts.Target) {
		target.Network.NetworkACLs[0].Entries[0].Protocol = "6"
		target.Network.NetworkACLs[0].Entries[0].Ports = &facts.Ports{From: 32768, To: 65535}
	}
	for name, tc := range map[string]struct {
		change func(*facts.Target)
		told   []string
	}{
		"to some ports":  {partly, northAmerica},
		"ACLs not read":  {func(target *facts.Target) { target.Lack("network.network_acls", facts.AccessDenied, "allow it") }, nil},
		"a rule garbled": {func(target *facts.Target) { target.Network.NetworkACLs[0].Entries[0].Protocol = "quic" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(northAmerica, []string{"0.0.0.0/0"})
			tc.change(target)
			d := digest.Of(target, settings(t, "any"), time.Unix(0, 0))
			p := d.Document.Network.NetworkACL
			var told []string
			for _, s := range p.Sources {
				told = append(told, s.Address)
				if last := s.Hops[len(s.Hops)-1]; last.Object != "acl-1" || last.RuleNumber == 0 || last.Verdict != "unknown" {
					t.Errorf("%s: %+v", s.Address, last)
				}
			}
			if p.Verdict != "unknown" || !slices.Equal(told, tc.told) {
				t.Errorf("%s, telling of %v, want %v", p.Verdict, told, tc.told)
			}
			for _, l := range d.Lacks {
				if strings.HasPrefix(l.Path, "network.network_acl") && l.Path != "network.network_acl.verdict" {
					t.Errorf("lacking %s", l.Path)
				}
			}
			if !lacking(d, "network.network_acl.verdict") {
				t.Error("the verdict is not lacking")
			}
		})
	}
}
