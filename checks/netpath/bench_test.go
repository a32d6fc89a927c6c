package netpath_test

import (
	"fmt"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// typical is an estate of the usual size: six subnets, four route tables with an S3
// endpoint, three network ACLs, three security groups with 45 sources.
func typical() *facts.Target {
	t := with(routes(to("0.0.0.0/0", "igw-1"), toList("pl-s3", "vpce-s3"), to("10.0.0.0/8", "tgw-1")), prefixLists(awsList("pl-s3")))
	for i := range 12 {
		t.Network.PrefixLists[0].CIDRs = append(t.Network.PrefixLists[0].CIDRs, fmt.Sprintf("54.231.%d.0/22", 4*i))
	}
	for i := range 5 {
		id := fmt.Sprintf("subnet-%d", i)
		t.Network.Subnets = append(t.Network.Subnets, subnetOf(id, "us-east-1b", fmt.Sprintf("10.20.%d.0/24", 10+i)))
		t.Network.RouteTables[i%2].Associations = append(t.Network.RouteTables[i%2].Associations, facts.RouteTableAssociation{SubnetID: id, State: "associated"})
	}
	for i := range 2 {
		t.Network.RouteTables = append(t.Network.RouteTables, facts.RouteTable{ID: fmt.Sprintf("rtb-%d", i), Routes: []facts.Route{local("10.20.0.0/16")}})
		t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: fmt.Sprintf("acl-%d", 8+i)})
	}
	var es []facts.NetworkACLEntry
	for i := range 10 {
		es = append(es, entry(10+i, "deny", "6", fmt.Sprintf("203.0.113.%d/32", i), ports(5439, 5439)))
		es = append(es, reply(10+i, "allow", "6", fmt.Sprintf("203.0.113.%d/32", i), ports(443, 443)))
	}
	t.Network.NetworkACLs[0].Entries = append(t.Network.NetworkACLs[0].Entries, es...)
	for g := range 3 {
		group := groupOf(fmt.Sprintf("sg-%d", 2+g))
		for i := range 15 {
			group.Inbound = append(group.Inbound, tcp(5439, 5439, fmt.Sprintf("198.51.100.%d/32", 15*g+i)))
		}
		attach(group)(t)
	}
	permit(tcp(5439, 5439, loaders...))(t)
	return t
}

// loaders are eight addresses, as many as Stitch has in all.
var loaders = append([]string{"3.126.102.29/32", "18.158.16.164/32", "18.158.251.55/32", "52.57.235.168/32"}, northAmerica...)

func BenchmarkDecide(b *testing.B) {
	target, all := typical(), prefixes(b, loaders...)
	if got := summary(netpath.Decide(target, all)[0]); got != "reachable" {
		b.Fatal(got)
	}
	for _, n := range []int{4, 8} {
		b.Run(fmt.Sprintf("%d sources", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				netpath.Decide(target, all[:n])
			}
		})
	}
}

// BenchmarkDecideWideSource has a source that every rule cuts.
func BenchmarkDecideWideSource(b *testing.B) {
	target, all := typical(), prefixes(b, "0.0.0.0/0")
	b.ReportAllocs()
	for b.Loop() {
		netpath.Decide(target, all)
	}
}

func BenchmarkExposed(b *testing.B) {
	target, all := typical(), prefixes(b, loaders...)
	b.ReportAllocs()
	for b.Loop() {
		netpath.Exposed(target, all)
	}
}
