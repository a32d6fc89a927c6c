package netpath_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// three has interfaces in three subnets, the first of which is in order. The others
// are associated with the tables named, and with network ACL acl-1.
func three(tableB, tableC string, changes ...change) *facts.Target {
	t := with(proxies("subnet-a", "subnet-b", "subnet-c"))
	n := &t.Network
	n.Subnets = append(n.Subnets, subnetOf("subnet-b", "us-east-1b", "10.20.2.0/24"), subnetOf("subnet-c", "us-east-1c", "10.20.3.0/24"))
	n.RouteTables = append(n.RouteTables,
		facts.RouteTable{ID: "rtb-nat", Routes: []facts.Route{local("10.20.0.0/16"), to("0.0.0.0/0", "nat-1")}},
		facts.RouteTable{ID: "rtb-eni", Routes: []facts.Route{local("10.20.0.0/16"), to("0.0.0.0/0", "eni-8")}},
		facts.RouteTable{ID: "rtb-eni-too", Routes: []facts.Route{local("10.20.0.0/16"), to("0.0.0.0/0", "eni-9")}},
	)
	associate("subnet-b", tableB)(t)
	associate("subnet-c", tableC)(t)
	for _, c := range changes {
		c(t)
	}
	return t
}

// acls gives each subnet that is named a network ACL of its own without rules.
func acls(subnets ...string) change {
	return func(t *facts.Target) {
		for _, s := range subnets {
			t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-of-" + s, SubnetIDs: []string{s}})
		}
	}
}

// Each cause is told with the places where it is found and with its own remedy.
func TestCausesAtSeveralPlaces(t *testing.T) {
	const main, nat = "rtb-main has no route for replies to 52.23.137.21/32", "rtb-nat sends replies to nat-1 by 0.0.0.0/0, not to the internet gateway"
	const b, c, both = " (at eni-p2 in subnet-b, of 3 that clients may be led to)", " (at eni-p3 in subnet-c, of 3 that clients may be led to)",
		" (at eni-p2 in subnet-b, eni-p3 in subnet-c, of 3 that clients may be led to)"
	type cause struct {
		by, detail string
		remedy     netpath.Remedy
	}
	for name, tc := range map[string]struct {
		target  *facts.Target
		stage   netpath.Stage
		verdict netpath.Verdict
		want    []cause
	}{
		"all in order": {three("rtb-public", "rtb-public"), netpath.ReturnRoute, netpath.Allow, nil},
		"one cause at two places": {three("rtb-main", "rtb-main"), netpath.ReturnRoute, netpath.Deny, []cause{
			{"rtb-main", main + both, netpath.Remedy{Object: "rtb-main", Target: "igw-1"}},
		}},
		"two causes, each at one place": {three("rtb-nat", "rtb-main"), netpath.ReturnRoute, netpath.Deny, []cause{
			{"rtb-nat/0.0.0.0/0", nat + b, netpath.Remedy{Object: "rtb-nat", Target: "igw-1", Route: "0.0.0.0/0"}},
			{"rtb-main", main + c, netpath.Remedy{Object: "rtb-main", Target: "igw-1"}},
		}},
		"one cause at every place": {three("rtb-nat", "rtb-nat", associate("subnet-a", "rtb-nat")), netpath.ReturnRoute, netpath.Deny, []cause{
			{"rtb-nat/0.0.0.0/0", nat, netpath.Remedy{Object: "rtb-nat", Target: "igw-1", Route: "0.0.0.0/0"}},
		}},
		"a cause beside what is not known": {three("rtb-nat", "rtb-eni"), netpath.ReturnRoute, netpath.Deny, []cause{
			{"rtb-nat/0.0.0.0/0", nat + b, netpath.Remedy{Object: "rtb-nat", Target: "igw-1", Route: "0.0.0.0/0"}},
		}},
		"two that are not known": {three("rtb-eni", "rtb-eni-too"), netpath.ReturnRoute, netpath.Unknown, []cause{
			{"rtb-eni/0.0.0.0/0", "rtb-eni sends replies to eni-8 by 0.0.0.0/0" + b, netpath.Remedy{}},
			{"rtb-eni-too/0.0.0.0/0", "rtb-eni-too sends replies to eni-9 by 0.0.0.0/0" + c, netpath.Remedy{}},
		}},
		"two network ACLs": {three("rtb-public", "rtb-public", acls("subnet-b", "subnet-c")), netpath.NACLInbound, netpath.Deny, []cause{
			{"acl-of-subnet-b/*", "no rule of acl-of-subnet-b allows tcp 5439 from 52.23.137.21/32" + b, netpath.Remedy{Object: "acl-of-subnet-b", RuleNumber: 100}},
			{"acl-of-subnet-c/*", "no rule of acl-of-subnet-c allows tcp 5439 from 52.23.137.21/32" + c, netpath.Remedy{Object: "acl-of-subnet-c", RuleNumber: 100}},
		}},
		"exclusions of one subnet and of the VPC in the way": {
			three("rtb-public", "rtb-public", blockPublicAccess("block-ingress",
				facts.Exclusion{ID: "x-vpc", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1", Mode: "allow-egress", State: "create-complete"},
				facts.Exclusion{ID: "x-b", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:subnet/subnet-b", Mode: "allow-egress", State: "create-complete"},
			)), netpath.BlockPublicAccess, netpath.Deny, []cause{
				{"block-ingress", "Block Public Access is block-ingress, and the exclusion x-vpc lets connections out only", netpath.Remedy{Object: "vpc-1", Exclusion: "x-vpc"}},
				{"block-ingress", "Block Public Access is block-ingress, and the exclusion x-b lets connections out only" + b, netpath.Remedy{Object: "subnet-b", Exclusion: "x-b"}},
			},
		},
		"one of two subnets, nobody knows which": {
			with(paused, subnetB("us-east-1a"), routes(to("0.0.0.0/0", "nat-1"))), netpath.ReturnRoute, netpath.Deny, []cause{
				{
					"rtb-public/0.0.0.0/0", "rtb-public sends replies to nat-1 by 0.0.0.0/0, not to the internet gateway (if it is in subnet-a, of 2 where it may be)",
					netpath.Remedy{Object: "rtb-public", Target: "igw-1", Route: "0.0.0.0/0"},
				},
				{"rtb-main", main + " (if it is in subnet-b, of 2 where it may be)", netpath.Remedy{Object: "rtb-main", Target: "igw-1"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := netpath.Decide(tc.target, prefixes(t, stitch))[0]
			checkMissing(t, path)
			h := hopOf(path, tc.stage)
			var got []cause
			details := ""
			for i, c := range h.Causes {
				got = append(got, cause{c.By.ID, c.Detail, c.Remedy})
				if i > 0 {
					details += "; "
				}
				details += c.Detail
			}
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(cause{})); diff != "" || h.Verdict != tc.verdict {
				t.Errorf("%s (-want +got):\n%s", h.Verdict, diff)
			}
			if len(got) > 0 && (h.By.ID != got[0].by || h.Detail != details) {
				t.Errorf("decided by %s, %q: want the first cause, and the words of all", h.By.ID, h.Detail)
			}
		})
	}
}

// A hop that denies or is not known has causes, and no other has any.
func TestWhichHopsHaveCauses(t *testing.T) {
	for _, tc := range cases() {
		for _, path := range netpath.Decide(tc.target(), prefixes(t, "52.23.137.20/30", stitch)) {
			for _, h := range path.Hops {
				if wants := h.Verdict == netpath.Deny || h.Verdict == netpath.Unknown; wants != (len(h.Causes) > 0) {
					t.Errorf("case %s: %s is %s and has causes %v", tc.number, h.Stage, h.Verdict, h.Causes)
				}
			}
		}
	}
}
