package digest_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
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

func TestWithRegionAnyOneRegionMustBeLetThroughWhole(t *testing.T) {
	everybody := []string{"0.0.0.0/0"}
	unreadACL := func(target *facts.Target) {
		target.Network.NetworkACLs = nil
		target.Lack("network.network_acls", facts.AccessDenied, "allow ec2:DescribeNetworkAcls")
	}
	unreadBlock := func(target *facts.Target) {
		target.Network.BlockPublicAccess = facts.BlockPublicAccess{}
		target.Lack("network.block_public_access", facts.AccessDenied, "allow ec2:DescribeVpcBlockPublicAccessOptions")
	}
	for name, tc := range map[string]struct {
		region        string
		admitted, let []string
		change        func(*facts.Target)
		groups, acl   string   // verdicts
		denied        []string // addresses that the security groups deny, of those told
	}{
		"one region admitted":                     {"any", northAmerica, everybody, nil, "allow", "allow", nil},
		"both regions admitted":                   {"any", slices.Concat(northAmerica, europe), everybody, nil, "allow", "allow", nil},
		"three of four, and none":                 {"any", northAmerica[1:], everybody, nil, "deny", "allow", northAmerica[:1]},
		"nobody":                                  {"any", nil, everybody, nil, "deny", "allow", slices.Concat(northAmerica, europe)},
		"the groups admit one, the ACL the other": {"any", northAmerica, europe, nil, "deny", "deny", europe},
		"the ACL not read, one region admitted":   {"any", northAmerica, everybody, unreadACL, "unknown", "unknown", europe},
		"the ACL not read, both admitted":         {"any", everybody, everybody, unreadACL, "allow", "unknown", nil},
		"the ACL not read, nobody admitted":       {"any", nil, everybody, unreadACL, "deny", "unknown", slices.Concat(northAmerica, europe)},
		"what is the same for all not read":       {"any", northAmerica, everybody, unreadBlock, "allow", "allow", nil},
		"the region named, the other's admitted":  {"europe", northAmerica, everybody, nil, "deny", "allow", europe},
		"the region named, the ACL not read":      {"north-america", northAmerica, everybody, unreadACL, "allow", "unknown", nil},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate(tc.admitted, tc.let)
			if tc.change != nil {
				tc.change(target)
			}
			d := digest.Of(target, settings(t, tc.region), time.Unix(0, 0))
			n := d.Document.Network
			if n.SecurityGroups.Verdict != tc.groups || n.NetworkACL.Verdict != tc.acl {
				t.Errorf("security groups %s, network ACL %s; want %s, %s", n.SecurityGroups.Verdict, n.NetworkACL.Verdict, tc.groups, tc.acl)
			}
			if n.BlockPublicAccess.Verdict == "deny" || n.WayOut.Verdict != "allow" || n.PublicAccess.Verdict != "allow" {
				t.Errorf("block public access %s, way out %s, public access %s", n.BlockPublicAccess.Verdict, n.WayOut.Verdict, n.PublicAccess.Verdict)
			}
			var denied []string
			for _, s := range n.SecurityGroups.Sources {
				if s.Verdict == "deny" {
					denied = append(denied, s.Address)
				}
			}
			if !slices.Equal(denied, tc.denied) {
				t.Errorf("denied %v, want %v", denied, tc.denied)
			}
			for path, verdict := range map[string]string{"network.security_groups": tc.groups, "network.network_acl": tc.acl} {
				if lacking(d, path) != (verdict == "unknown") {
					t.Errorf("%s lacking: %v, with verdict %s", path, lacking(d, path), verdict)
				}
			}
		})
	}
}

// lacking reports whether the digest lacks the field, and says why.
func lacking(d digest.Digest, path string) bool {
	return slices.ContainsFunc(d.Lacks, func(l digest.Lack) bool {
		return facts.Covers(l.Path, path) && len(l.Missing) > 0
	})
}

func TestExposureIsMeasuredBeyondTheLoader(t *testing.T) {
	fourQuarters := []string{"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2"}
	for name, tc := range map[string]struct {
		admitted []string
		width    string
	}{
		"the loader only":       {northAmerica, "none"},
		"an office":             {append([]string{"198.51.100.7/32"}, northAmerica...), "narrow"},
		"private ranges":        {[]string{"10.0.0.0/8", "192.168.0.0/16"}, "none"},
		"a sixteenth":           {[]string{"44.1.0.0/16"}, "broad"},
		"an eighth":             {[]string{"44.0.0.0/8"}, "wide"},
		"the world":             {[]string{"0.0.0.0/0"}, "world"},
		"the world in quarters": {fourQuarters, "world"},
	} {
		t.Run(name, func(t *testing.T) {
			d := digest.Of(estate(tc.admitted, []string{"0.0.0.0/0"}), settings(t, "any"), time.Unix(0, 0))
			if e := d.Document.Network.Exposure; e.Width != tc.width {
				t.Errorf("%s addresses are %s, want %s", e.Addresses, e.Width, tc.width)
			} else if _, err := strconv.ParseUint(e.Addresses, 10, 64); err != nil {
				t.Errorf("addresses: %v", err)
			}
		})
	}
}

// Whatever the rules are, the passages let the loader through exactly if one
// region's paths are all reachable: no two checks may pass for different regions.
func TestPassagesAgreeWithThePaths(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
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
	unread := []string{"network.network_acls", "network.security_groups", "network.route_tables", "network.block_public_access"}
	anyRegion := settings(t, "any")
	seen := map[string]int{}
	for i := range 3000 {
		target := estate(some(), some())
		if random.IntN(3) == 0 {
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
		if seen[want]++; got != want {
			t.Fatalf("estate %d: the passages say %s, the paths %s: %+v", i, got, want, n)
		}
	}
	for _, verdict := range []string{"reachable", "blocked", "unknown"} {
		if seen[verdict] < 100 {
			t.Errorf("only %d estates were %s", seen[verdict], verdict)
		}
	}
}
