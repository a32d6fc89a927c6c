package aws

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// TestWhatIsThereIsWhatIsObserved draws networks and finds them again, however they
// are cut into pages.
func TestWhatIsThereIsWhatIsObserved(t *testing.T) {
	server := play(t, fakeaws.Healthy(loader))
	rapid.Check(t, func(rt *rapid.T) {
		cloud := fakeaws.Healthy(loader)
		vpc := cloud.Region(fakeaws.RegionName).VPCs[0]
		vpc.RouteTables = drawSome(rt, "table", drawRouteTable)
		vpc.NetworkACLs = drawSome(rt, "acl", drawACL)
		vpc.Subnets = drawSome(rt, "subnet", drawSubnet)
		vpc.SecurityGroups[1].Inbound = drawList(rt, "inbound", drawPermission)
		blocked := &cloud.Region(fakeaws.RegionName).BlockPublicAccess
		blocked.Exclusions = drawList(rt, "exclusions", drawExclusion)
		blocked.Mode = rapid.SampledFrom([]string{"off", "block-ingress"}).Draw(rt, "mode")
		excluded := blocked.Exclusions
		if blocked.Mode == "off" {
			excluded = nil // not asked for
		}
		server.Play(cloud)
		server.PageSize(rapid.IntRange(0, 3).Draw(rt, "page size"))

		targets, _ := observe(t, open(t, Options{}))
		got := targets[0].Network
		for name, pair := range map[string][2]any{
			"route tables":    {ordered(vpc.RouteTables, func(t facts.RouteTable) string { return t.ID }), got.RouteTables},
			"network ACLs":    {ordered(vpc.NetworkACLs, func(a facts.NetworkACL) string { return a.ID }), got.NetworkACLs},
			"subnets":         {ordered(vpc.Subnets, func(s facts.Subnet) string { return s.ID }), got.Subnets},
			"security groups": {vpc.SecurityGroups[1:], got.SecurityGroups},
			"exclusions":      {ordered(excluded, func(e facts.Exclusion) string { return e.ID }), got.BlockPublicAccess.Exclusions},
		} {
			if diff := gocmp.Diff(pair[0], pair[1], cmpopts.EquateEmpty()); diff != "" {
				rt.Errorf("%s (-there +observed):\n%s", name, diff)
			}
		}
	})
}

func ordered[T any](list []T, id func(T) string) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	return list
}

func drawList[T any](t *rapid.T, name string, draw func(*rapid.T) T) []T {
	return rapid.SliceOfN(rapid.Custom(draw), 0, 5).Draw(t, name)
}

// drawSome draws at least one thing, each with an id of its own.
func drawSome[T any](t *rapid.T, name string, draw func(*rapid.T, string) T) []T {
	var list []T
	for i := range rapid.IntRange(1, 4).Draw(t, name+"s") {
		list = append(list, draw(t, fmt.Sprintf("%s-%d%d", name, rapid.IntRange(0, 9).Draw(t, "order"), i)))
	}
	return list
}

func maybe(t *rapid.T, name, value string) string {
	return rapid.SampledFrom([]string{"", value}).Draw(t, name)
}

func drawCIDR(t *rapid.T) string {
	return fmt.Sprintf("198.51.100.%d/%d", rapid.IntRange(0, 255).Draw(t, "address"), rapid.IntRange(0, 32).Draw(t, "bits"))
}

func drawPorts(t *rapid.T) *facts.Ports {
	if rapid.Bool().Draw(t, "all ports") {
		return nil
	}
	return &facts.Ports{From: rapid.IntRange(-1, 65535).Draw(t, "from"), To: rapid.IntRange(-1, 65535).Draw(t, "to")}
}

func drawRouteTable(t *rapid.T, id string) facts.RouteTable {
	return facts.RouteTable{
		ID: id,
		Associations: drawList(t, "associations", func(t *rapid.T) facts.RouteTableAssociation {
			return facts.RouteTableAssociation{
				Main: rapid.Bool().Draw(t, "main"), SubnetID: maybe(t, "subnet", "subnet-0a"), GatewayID: maybe(t, "gateway", "igw-0a"),
				State: rapid.SampledFrom([]string{"", "associated", "failed"}).Draw(t, "state"),
			}
		}),
		Routes: drawList(t, "routes", func(t *rapid.T) facts.Route {
			route := facts.Route{
				Target: rapid.SampledFrom([]string{
					"", "local", "igw-0a", "vgw-0a", "vpce-0a", "nat-0a", "eigw-0a", "tgw-0a", "pcx-0a", "cagw-0a", "lgw-0a", "eni-0a", "i-0a",
					"arn:aws:networkmanager::111122223333:core-network/core-network-0a", "arn:aws:odb:us-east-1:111122223333:odb-network/odbnet-0a",
				}).Draw(t, "target"),
				State:  rapid.SampledFrom([]string{"active", "blackhole", "filtered"}).Draw(t, "state"),
				Origin: rapid.SampledFrom([]string{"CreateRoute", "EnableVgwRoutePropagation"}).Draw(t, "origin"),
			}
			switch rapid.IntRange(0, 2).Draw(t, "destination") {
			case 0:
				route.DestinationCIDR = drawCIDR(t)
			case 1:
				route.DestinationIPv6CIDR = "::/0"
			case 2:
				route.DestinationPrefixListID = "pl-63a5400a"
			}
			return route
		}),
	}
}

func drawACL(t *rapid.T, id string) facts.NetworkACL {
	return facts.NetworkACL{
		ID: id, Default: rapid.Bool().Draw(t, "default"), SubnetIDs: rapid.SliceOfN(rapid.SampledFrom([]string{"subnet-0a", "subnet-0b"}), 0, 2).Draw(t, "subnets"),
		Entries: drawList(t, "entries", func(t *rapid.T) facts.NetworkACLEntry {
			entry := facts.NetworkACLEntry{
				Number: rapid.IntRange(1, 32767).Draw(t, "number"), Egress: rapid.Bool().Draw(t, "egress"),
				Action:   rapid.SampledFrom([]string{"allow", "deny"}).Draw(t, "action"),
				Protocol: rapid.SampledFrom([]string{"-1", "6", "17", "tcp", "50"}).Draw(t, "protocol"),
				CIDR:     drawCIDR(t), Ports: drawPorts(t),
			}
			if rapid.Bool().Draw(t, "IPv6") {
				entry.CIDR, entry.IPv6CIDR = "", "::/0"
			}
			return entry
		}),
	}
}

func drawSubnet(t *rapid.T, id string) facts.Subnet {
	return facts.Subnet{
		ID: id, VPCID: "vpc-0a", OwnerID: maybe(t, "owner", "444455556666"), AvailabilityZone: "us-east-1a", CIDR: maybe(t, "cidr", "10.0.0.0/24"),
		BlockPublicAccess: rapid.SampledFrom([]string{"", "off", "block-ingress"}).Draw(t, "block"),
	}
}

func drawPermission(t *rapid.T) facts.Permission {
	some := func(name string, values ...string) []string {
		return rapid.SliceOfN(rapid.SampledFrom(values), 0, 3).Draw(t, name)
	}
	return facts.Permission{
		Protocol: rapid.SampledFrom([]string{"tcp", "udp", "icmp", "-1", "50"}).Draw(t, "protocol"), Ports: drawPorts(t),
		CIDRs: drawList(t, "cidrs", drawCIDR), IPv6CIDRs: some("six", "::/0", "2001:db8::/32"),
		PrefixListIDs: some("lists", "pl-63a5400a"), GroupIDs: some("groups", "sg-0default", "sg-0loader"),
	}
}

func drawExclusion(t *rapid.T) facts.Exclusion {
	return facts.Exclusion{
		ID:          fmt.Sprintf("vpcbpa-exclude-%d", rapid.IntRange(0, 1<<30).Draw(t, "id")),
		ResourceARN: rapid.SampledFrom([]string{"arn:aws:ec2:us-east-1:111122223333:vpc/vpc-0a", "arn:aws:ec2:us-east-1:111122223333:subnet/subnet-0a"}).Draw(t, "arn"),
		Mode:        rapid.SampledFrom([]string{"allow-bidirectional", "allow-egress"}).Draw(t, "mode"),
		State:       rapid.SampledFrom([]string{"create-complete", "delete-in-progress", "disable-complete"}).Draw(t, "state"),
	}
}
