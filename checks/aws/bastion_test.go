package aws

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// withBastion is a healthy cloud with an instance in the cluster's VPC.
func withBastion(i fakeaws.Instance) *fakeaws.Cloud {
	cloud := fakeaws.Healthy(loader)
	r := cloud.Region(fakeaws.RegionName)
	r.Instances = []fakeaws.Instance{i}
	r.PrefixLists = append(r.PrefixLists, facts.PrefixList{
		ID: "pl-0office", Name: "office", OwnerID: fakeaws.AccountID, State: "create-complete", CIDRs: []string{"192.0.2.0/24"},
	})
	r.VPCs[0].SecurityGroups = append(r.VPCs[0].SecurityGroups, facts.SecurityGroup{
		ID: "sg-0bastion", Name: "bastion", VPCID: "vpc-0a", OwnerID: fakeaws.AccountID,
		Inbound: []facts.Permission{{Protocol: "tcp", Ports: &facts.Ports{From: 22, To: 22}, PrefixListIDs: []string{"pl-0office"}}},
	})
	return cloud
}

func TestBastion(t *testing.T) {
	running := facts.Bastion{
		InstanceID: "i-0b", State: "running", SubnetID: "subnet-0b", VPCID: "vpc-0a",
		PrivateIP: "10.0.16.9", PublicIP: "203.0.113.9", GroupIDs: []string{"sg-0bastion"},
	}
	elsewhere := running
	elsewhere.VPCID = "vpc-0other"
	private := running
	private.PublicIP = ""
	terminated := facts.Bastion{InstanceID: "i-0b", State: "terminated"}
	unstated := running
	unstated.State = ""
	options := Options{Clusters: []string{fakeaws.ClusterName}, Bastion: "i-0b"}
	lack := func(reason facts.Reason, detail string) []facts.Unknown {
		return []facts.Unknown{{Path: "network.bastion", Reason: reason, Detail: detail}}
	}
	denied, throttled, garbage := fakeaws.Denied(""), fakeaws.Throttled(), fakeaws.Garbage()
	for name, tc := range map[string]struct {
		there   fakeaws.Instance
		options Options
		fault   *fakeaws.Fault
		omit    string
		// addresses is the cluster's IPAddressType, empty for ipv4.
		addresses string
		want      facts.Bastion
		unknown   []facts.Unknown
		calls     bool
	}{
		"running":     {there: fakeaws.Instance{Bastion: running}, options: options, want: running, calls: true},
		"no address":  {there: fakeaws.Instance{Bastion: private}, options: options, want: private, calls: true},
		"terminated":  {there: fakeaws.Instance{Bastion: terminated}, options: options, want: terminated, calls: true},
		"not named":   {there: fakeaws.Instance{Bastion: running}, options: Options{Clusters: options.Clusters}, unknown: lack(facts.NotRequested, "not asked for")},
		"not wanted":  {there: fakeaws.Instance{Bastion: running}, options: Options{Clusters: options.Clusters, Bastion: "i-0b", Facts: []string{"cluster"}}, unknown: lack(facts.NotRequested, "not asked for")},
		"not there":   {there: fakeaws.Instance{Bastion: facts.Bastion{InstanceID: "i-0c"}}, options: options, unknown: lack(facts.Inconsistent, "there is no instance i-0b in us-east-1"), calls: true},
		"another VPC": {there: fakeaws.Instance{Bastion: elsewhere}, options: options, unknown: lack(facts.Unsupported, "i-0b is in vpc-0other and the cluster in vpc-0a: what joins the two is not followed"), calls: true},
		"two interfaces": {
			there: fakeaws.Instance{Bastion: running, Interfaces: 2}, options: options, calls: true,
			unknown: lack(facts.Unsupported, "i-0b has 2 network interfaces, and which of them connections take is not modelled"),
		},
		"public by a second address": {
			there: fakeaws.Instance{Bastion: private, SecondaryPublic: "203.0.113.8"}, options: options, calls: true,
			unknown: lack(facts.Unsupported, "i-0b has its public address on a secondary private one, which is not modelled"),
		},
		"public by two addresses": {there: fakeaws.Instance{Bastion: running, SecondaryPublic: "203.0.113.8"}, options: options, want: running, calls: true},
		"IPv6, and the cluster too": {
			there: fakeaws.Instance{Bastion: running, IPv6: []string{"2001:db8::9"}}, options: options, calls: true, addresses: "dualstack",
			unknown: lack(facts.Unsupported, "i-0b may reach the cluster over IPv6, and only IPv4 can be followed"),
		},
		"IPv6, the cluster not known to have none": {
			there: fakeaws.Instance{Bastion: running, IPv6: []string{"2001:db8::9"}}, options: options, calls: true, addresses: "none told",
			unknown: lack(facts.Unsupported, "i-0b may reach the cluster over IPv6, and only IPv4 can be followed"),
		},
		"IPv6, the cluster not": {there: fakeaws.Instance{Bastion: running, IPv6: []string{"2001:db8::9"}}, options: options, want: running, calls: true},
		"denied":                {there: fakeaws.Instance{Bastion: running}, options: options, fault: &denied, unknown: lack(facts.AccessDenied, "allow ec2:DescribeInstances"), calls: true},
		"throttled":             {there: fakeaws.Instance{Bastion: running}, options: options, fault: &throttled, unknown: lack(facts.Throttled, "ec2:DescribeInstances is throttled: try again later"), calls: true},
		"garbage":               {there: fakeaws.Instance{Bastion: running}, options: options, fault: &garbage, unknown: lack(facts.Unsupported, "ec2:DescribeInstances was answered by something that is not AWS"), calls: true},
		"no state":              {there: fakeaws.Instance{Bastion: unstated}, options: options, unknown: lack(facts.Inconsistent, "ec2:DescribeInstances left out State"), calls: true},
		"no subnet":             {there: fakeaws.Instance{Bastion: running}, options: options, omit: "subnetId", unknown: lack(facts.Inconsistent, "ec2:DescribeInstances left out SubnetId"), calls: true},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := withBastion(tc.there)
			switch c := cloud.Region(fakeaws.RegionName).Clusters[0]; tc.addresses {
			case "":
			case "none told":
				c.IPAddressType = ""
			default:
				c.IPAddressType = tc.addresses
			}
			server := play(t, cloud)
			if tc.fault != nil {
				server.Inject("DescribeInstances", *tc.fault)
			}
			server.Omit("DescribeInstances", tc.omit)
			var got facts.Target
			if _, err := open(t, tc.options).Observe(t.Context(), func(t facts.Target) error { got = t; return nil }); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got.Network.Bastion); diff != "" {
				t.Errorf("bastion (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.unknown, got.Lacking("network.bastion")); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if called := count(server.Requests())["DescribeInstances"] > 0; called != tc.calls {
				t.Errorf("asked: %t, want %t", called, tc.calls)
			}
		})
	}
}

// inVPC is the instance of withBastion with a group of its own and one of the
// cluster's.
func inVPC() fakeaws.Instance {
	return fakeaws.Instance{Bastion: facts.Bastion{
		InstanceID: "i-0b", State: "running", SubnetID: "subnet-0b", VPCID: "vpc-0a", PrivateIP: "10.0.16.9", GroupIDs: []string{"sg-0bastion", "sg-0loader"},
	}}
}

func TestTheBastionsGroupsAreObservedWithTheirLists(t *testing.T) {
	cloud := withBastion(inVPC())
	r := cloud.Region(fakeaws.RegionName)
	r.PrefixLists = append(r.PrefixLists, facts.PrefixList{
		ID: "pl-0out", Name: "out", OwnerID: fakeaws.AccountID, State: "create-complete", CIDRs: []string{"10.0.0.0/16"},
	})
	groups := r.VPCs[0].SecurityGroups
	groups[len(groups)-1].Outbound = &facts.Outbound{Permissions: []facts.Permission{
		{Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, PrefixListIDs: []string{"pl-0out"}, GroupIDs: []string{"sg-0loader"}},
	}}
	r.VPCs[0].SecurityGroups[1].Outbound = &facts.Outbound{} // nothing
	server := play(t, cloud)
	n := one(t, open(t, Options{Clusters: []string{fakeaws.ClusterName}, Bastion: "i-0b"})).Network
	if len(n.SecurityGroups) != 2 || n.SecurityGroups[0].ID != "sg-0bastion" {
		t.Fatalf("groups %v, want the bastion's too", n.SecurityGroups)
	}
	for i, want := range [][]facts.Permission{groups[len(groups)-1].Outbound.Permissions, nil} {
		if got := n.SecurityGroups[i].Outbound; got == nil {
			t.Errorf("what %s lets out is not told", n.SecurityGroups[i].ID)
		} else if diff := cmp.Diff(want, got.Permissions); diff != "" {
			t.Errorf("what %s lets out (-want +got):\n%s", n.SecurityGroups[i].ID, diff)
		}
	}
	var lists []string
	for _, l := range n.PrefixLists {
		lists = append(lists, l.ID)
	}
	if diff := cmp.Diff([]string{"pl-0office", "pl-0out", "pl-63a5400a"}, lists); diff != "" {
		t.Errorf("lists (-want +got):\n%s", diff)
	}
	server.Omit("DescribeSecurityGroups", "ipPermissionsEgress")
	target := one(t, open(t, Options{Clusters: []string{fakeaws.ClusterName}, Bastion: "i-0b"}))
	want := []facts.Unknown{{Path: "network.security_groups", Reason: facts.Inconsistent, Detail: "ec2:DescribeSecurityGroups left out IpPermissionsEgress"}}
	if diff := cmp.Diff(want, target.Lacking("network.security_groups")); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
}

// TestWhatOthersLetOutIsNotKept: of a group that is no bastion's.
func TestWhatOthersLetOutIsNotKept(t *testing.T) {
	alone := inVPC()
	alone.GroupIDs = []string{"sg-0bastion"}
	elsewhere := inVPC()
	elsewhere.VPCID = "vpc-0other"
	for name, tc := range map[string]struct {
		there   fakeaws.Instance
		bastion string
	}{
		"no bastion":                {alone, ""},
		"a group of the cluster's":  {alone, "i-0b"},
		"a bastion of another VPC":  {elsewhere, "i-0b"},
		"a bastion that is nowhere": {alone, "i-0c"},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, withBastion(tc.there))
			target := one(t, open(t, Options{Clusters: []string{fakeaws.ClusterName}, Bastion: tc.bastion}))
			for _, g := range target.Network.SecurityGroups {
				if g.ID == "sg-0loader" && g.Outbound != nil {
					t.Errorf("%s lets out %v: want it not kept", g.ID, g.Outbound)
				}
			}
		})
	}
}

func TestDNSOfTheBastionsVPC(t *testing.T) {
	on := facts.DNS{Support: true, Hostnames: true, Servers: []string{"AmazonProvidedDNS"}}
	own := facts.DNS{Support: true, Servers: []string{"10.0.0.53", "10.0.16.53"}}
	denied := fakeaws.Denied("")
	lack := func(field, detail string) []facts.Unknown {
		return []facts.Unknown{{Path: "network.vpc.dns." + field, Reason: facts.AccessDenied, Detail: detail}}
	}
	for name, tc := range map[string]struct {
		there   *facts.DNS
		bastion string
		faulty  string // operation that is denied
		want    *facts.DNS
		unknown []facts.Unknown
		calls   int
	}{
		"as usual":     {nil, "i-0b", "", &on, nil, 3},
		"own servers":  {&own, "i-0b", "", &own, nil, 3},
		"off":          {&facts.DNS{Servers: on.Servers}, "i-0b", "", &facts.DNS{Servers: on.Servers}, nil, 3},
		"no options":   {&facts.DNS{Support: true}, "i-0b", "", &facts.DNS{Support: true}, nil, 2},
		"no bastion":   {nil, "", "", nil, nil, 0},
		"another one":  {nil, "i-0c", "", nil, nil, 0},
		"DHCP denied":  {nil, "i-0b", describeDHCPOptions, &facts.DNS{Support: true, Hostnames: true}, lack("servers", "allow ec2:DescribeDhcpOptions"), 3},
		"both denied":  {nil, "i-0b", describeVPCAttribute, &facts.DNS{Servers: on.Servers}, append(lack("support", "allow ec2:DescribeVpcAttribute"), lack("hostnames", "allow ec2:DescribeVpcAttribute")...), 3},
		"no VPCs told": {nil, "i-0b", "DescribeVpcs", &facts.DNS{Support: true, Hostnames: true}, []facts.Unknown{{Path: "network.vpc", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeVpcs"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := withBastion(inVPC())
			cloud.Region(fakeaws.RegionName).VPCs[0].DNS = tc.there
			server := play(t, cloud)
			if tc.faulty != "" {
				server.Inject(tc.faulty, denied)
			}
			target := one(t, open(t, Options{Clusters: []string{fakeaws.ClusterName}, Bastion: tc.bastion}))
			if diff := cmp.Diff(tc.want, target.Network.VPC.DNS); diff != "" {
				t.Errorf("DNS (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.unknown, target.LackingWithin("network.vpc")); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			sent := count(server.Requests())
			if got := sent[describeVPCAttribute] + sent[describeDHCPOptions]; got != tc.calls {
				t.Errorf("%d calls, want %d", got, tc.calls)
			}
		})
	}
}
