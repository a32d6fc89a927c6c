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
		want    facts.Bastion
		unknown []facts.Unknown
		calls   bool
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
		"denied":    {there: fakeaws.Instance{Bastion: running}, options: options, fault: &denied, unknown: lack(facts.AccessDenied, "allow ec2:DescribeInstances"), calls: true},
		"throttled": {there: fakeaws.Instance{Bastion: running}, options: options, fault: &throttled, unknown: lack(facts.Throttled, "ec2:DescribeInstances is throttled: try again later"), calls: true},
		"garbage":   {there: fakeaws.Instance{Bastion: running}, options: options, fault: &garbage, unknown: lack(facts.Unsupported, "ec2:DescribeInstances was answered by something that is not AWS"), calls: true},
		"no state":  {there: fakeaws.Instance{Bastion: unstated}, options: options, unknown: lack(facts.Inconsistent, "ec2:DescribeInstances left out State"), calls: true},
		"no subnet": {there: fakeaws.Instance{Bastion: running}, options: options, omit: "subnetId", unknown: lack(facts.Inconsistent, "ec2:DescribeInstances left out SubnetId"), calls: true},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, withBastion(tc.there))
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

func TestTheBastionsGroupsAreObservedWithTheirLists(t *testing.T) {
	play(t, withBastion(fakeaws.Instance{Bastion: facts.Bastion{
		InstanceID: "i-0b", State: "running", SubnetID: "subnet-0b", VPCID: "vpc-0a", PrivateIP: "10.0.16.9", GroupIDs: []string{"sg-0bastion"},
	}}))
	n := one(t, open(t, Options{Clusters: []string{fakeaws.ClusterName}, Bastion: "i-0b"})).Network
	if len(n.SecurityGroups) != 2 || n.SecurityGroups[0].ID != "sg-0bastion" {
		t.Errorf("groups %v, want the bastion's too", n.SecurityGroups)
	}
	if len(n.PrefixLists) != 2 || n.PrefixLists[0].ID != "pl-0office" {
		t.Errorf("lists %v, want the one of the bastion's group too", n.PrefixLists)
	}
}
