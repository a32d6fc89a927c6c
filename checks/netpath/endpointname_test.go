package netpath_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// madePublic makes the cluster of bastion public again, at 192.0.2.11. Its group admits
// the bastion by its private address only.
func madePublic(t *facts.Target) {
	t.Cluster.PubliclyAccessible = true
	t.Network.Interfaces[0].PublicIP = "192.0.2.11"
}

func dnsOf(support, hostnames bool, servers ...string) change {
	return func(t *facts.Target) {
		t.Network.VPC.DNS = &facts.DNS{Support: support, Hostnames: hostnames, Servers: servers}
	}
}

const amazon = "AmazonProvidedDNS"

// TestWhereTheEndpointsNameLeads tells the verdict onward and the stages that do not
// allow, where the private way is open and the public one is not, or as changed.
func TestWhereTheEndpointsNameLeads(t *testing.T) {
	hostnamesOff := dnsOf(true, false, amazon)
	admitsOutside := permit(tcp(5439, 5439, "192.0.2.9/32"))
	admitsBoth := permit(tcp(5439, 5439, "192.0.2.9/32", "10.20.3.9/32"))
	nodes := func(kind string) change { return func(t *facts.Target) { t.Cluster.NodeType = kind } }
	bastionRoutes := func(rs ...facts.Route) change {
		return func(t *facts.Target) {
			associate("subnet-c", "")(t)
			t.Network.RouteTables = append(t.Network.RouteTables, facts.RouteTable{
				ID: "rtb-c", Associations: []facts.RouteTableAssociation{{SubnetID: "subnet-c"}}, Routes: append(rs, local("10.20.0.0/16")),
			})
		}
	}
	const blockedByName, nameUnknown = "blocked endpoint_name:deny", "unknown endpoint_name:unknown"
	for name, tc := range map[string]struct {
		changes []change
		want    string
	}{
		"private":                                    {nil, "reachable"},
		"private, own servers":                       {[]change{dnsOf(false, false, "10.20.0.53")}, "reachable"},
		"private, hostnames off":                     {[]change{hostnamesOff}, "reachable"},
		"private, no server answers":                 {[]change{dnsOf(false, true, amazon)}, nameUnknown},
		"private, no server is told":                 {[]change{dnsOf(true, true)}, nameUnknown},
		"private, not told":                          {[]change{func(t *facts.Target) { t.Network.VPC.DNS = nil }}, nameUnknown},
		"private, support not readable":              {[]change{denied("network.vpc.dns.support", "it")}, nameUnknown},
		"private, hostnames not readable":            {[]change{denied("network.vpc.dns.hostnames", "it")}, "reachable"},
		"private, no server answers, and shut":       {[]change{dnsOf(false, true, amazon), permit()}, "blocked endpoint_name:unknown security_groups:deny"},
		"public, both on":                            {[]change{madePublic}, "reachable"},
		"public, both on, shut":                      {[]change{madePublic, permit()}, "blocked security_groups:deny"},
		"public, both on, Amazon's by address":       {[]change{madePublic, dnsOf(true, true, "10.20.0.2", "169.254.169.253")}, "reachable"},
		"public, both on, in a VPC of two ranges":    {[]change{madePublic, dnsOf(true, true, "10.20.0.2"), func(t *facts.Target) { t.Network.VPC.CIDRs = append(t.Network.VPC.CIDRs, "10.30.0.0/16") }}, nameUnknown},
		"public, both on, own servers":               {[]change{madePublic, dnsOf(true, true, "10.20.0.53")}, nameUnknown},
		"public, both on, own servers beside":        {[]change{madePublic, dnsOf(true, true, amazon, "10.20.0.53")}, nameUnknown},
		"public, own servers, both ways open":        {[]change{madePublic, dnsOf(true, true, "10.20.0.53"), admitsBoth}, "reachable"},
		"public, own servers, only outside open":     {[]change{madePublic, dnsOf(true, true, "10.20.0.53"), admitsOutside}, "unknown endpoint_name:unknown security_groups:unknown"},
		"public, own servers, nothing open":          {[]change{madePublic, dnsOf(true, true, "10.20.0.53"), permit()}, "blocked endpoint_name:unknown security_groups:deny"},
		"public, no server answers, both ways open":  {[]change{madePublic, dnsOf(false, true, amazon), admitsBoth}, nameUnknown},
		"public, old nodes":                          {[]change{madePublic, nodes("ds2.xlarge")}, nameUnknown},
		"public, nodes not told":                     {[]change{madePublic, nodes("")}, nameUnknown},
		"public, nodes not readable":                 {[]change{madePublic, denied("cluster.node_type", "it")}, nameUnknown},
		"public workgroup":                           {[]change{madePublic, func(t *facts.Target) { t.Kind = facts.Workgroup }}, nameUnknown},
		"flag not readable":                          {[]change{denied("cluster.publicly_accessible", "it")}, "reachable"},
		"flag not readable, hostnames off":           {[]change{hostnamesOff, denied("cluster.publicly_accessible", "it")}, nameUnknown},
		"hostnames off":                              {[]change{madePublic, hostnamesOff}, blockedByName},
		"hostnames off, private way shut too":        {[]change{madePublic, hostnamesOff, lettingOut()}, "blocked endpoint_name:deny bastion_groups_outbound:deny"},
		"hostnames not readable":                     {[]change{madePublic, denied("network.vpc.dns.hostnames", "it")}, nameUnknown},
		"hostnames off, old nodes":                   {[]change{madePublic, hostnamesOff, nodes("ds2.xlarge")}, blockedByName},
		"hostnames off, a rule for the bastion":      {[]change{madePublic, hostnamesOff, permit(from("sg-c"))}, blockedByName}, // it matches private addresses
		"hostnames off, outside open":                {[]change{madePublic, hostnamesOff, admitsOutside}, "reachable"},
		"hostnames off, no public address":           {[]change{madePublic, hostnamesOff, admitsOutside, bastionIs(func(b *facts.Bastion) { b.PublicIP = "" })}, "unknown endpoint_name:unknown security_groups:unknown"},
		"hostnames off, address not told":            {[]change{madePublic, hostnamesOff, admitsBoth, notDescribed}, nameUnknown},
		"hostnames off, elastic IP":                  {[]change{madePublic, hostnamesOff, admitsBoth, notDescribed, func(t *facts.Target) { t.Cluster.ElasticIP = facts.ElasticIP{IP: "192.0.2.11", Status: "active"} }}, "reachable"},
		"hostnames off, out by a NAT gateway":        {[]change{madePublic, hostnamesOff, admitsBoth, bastionRoutes(to("0.0.0.0/0", "nat-1"))}, nameUnknown},
		"hostnames off, no way out":                  {[]change{madePublic, hostnamesOff, admitsBoth, bastionRoutes()}, blockedByName},
		"hostnames off, a list's way out not read":   {[]change{madePublic, hostnamesOff, admitsBoth, bastionRoutes(toList("pl-gone", "igw-1"))}, "unknown endpoint_name:unknown local_route:unknown"},
		"hostnames off, way out gone":                {[]change{madePublic, hostnamesOff, admitsBoth, bastionRoutes(to("0.0.0.0/0", "igw-1"), blackhole("192.0.2.11/32", "eni-9"))}, blockedByName},
		"hostnames off, blocked on the way out":      {[]change{madePublic, hostnamesOff, admitsBoth, rules("acl-c", entry(1, "allow", "-1", "0.0.0.0/0", nil), reply(1, "deny", "-1", "192.0.2.11/32", nil), reply(2, "allow", "-1", "0.0.0.0/0", nil))}, blockedByName},
		"hostnames off, answers blocked":             {[]change{madePublic, hostnamesOff, admitsBoth, rules("acl-c", entry(1, "deny", "-1", "192.0.2.11/32", nil), entry(2, "allow", "-1", "0.0.0.0/0", nil), reply(1, "allow", "-1", "0.0.0.0/0", nil))}, blockedByName},
		"hostnames off, not let out there":           {[]change{madePublic, hostnamesOff, admitsBoth, lettingOut(tcp(5439, 5439, "10.20.0.0/16"))}, blockedByName},
		"hostnames off, let out to the group only":   {[]change{madePublic, hostnamesOff, admitsBoth, lettingOut(from("sg-1"))}, blockedByName},
		"hostnames off, a middlebox before bastion":  {[]change{madePublic, hostnamesOff, admitsBoth, edgeTable(to("10.20.3.0/24", "vpce-fw"))}, nameUnknown},
		"hostnames off, public access blocked":       {[]change{madePublic, hostnamesOff, admitsBoth, blockPublicAccess("block-ingress", excluding("subnet/subnet-a", "allow-bidirectional", "create-complete"))}, nameUnknown},
		"hostnames off, an address that is none":     {[]change{madePublic, hostnamesOff, admitsBoth, func(t *facts.Target) { t.Network.Interfaces[0].PublicIP = "x" }}, nameUnknown},
		"hostnames off, the cluster's way back gone": {[]change{madePublic, hostnamesOff, admitsBoth, routes(local("10.20.0.0/16"))}, "blocked endpoint_name:deny"},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(append([]change{bastion, func(t *facts.Target) { associate("subnet-c", "rtb-public")(t) }}, tc.changes...)...)
			_, path := netpath.ThroughBastion(target, 22, "", prefixes(t, stitch))
			if got := outcome(path); got != tc.want {
				t.Errorf("%s, want %s\n%s", got, tc.want, hopOf(path, netpath.EndpointName).Detail)
			}
			checkMissing(t, path)
		})
	}
}

// TestAnAddressInThePlaceOfTheName: no name is resolved, whatever the DNS.
func TestAnAddressInThePlaceOfTheName(t *testing.T) {
	const blockedByName, unsure = "blocked endpoint_name:deny", "unknown endpoint_name:unknown"
	noDNS := dnsOf(false, false)
	for name, tc := range map[string]struct {
		typed   string
		changes []change
		want    string
	}{
		"the public address":                   {"192.0.2.11", []change{madePublic}, blockedByName},
		"the public address, open outside":     {"192.0.2.11", []change{madePublic, noDNS, permit(tcp(5439, 5439, "192.0.2.9/32"))}, "reachable"},
		"the elastic IP":                       {"192.0.2.12", []change{madePublic, func(t *facts.Target) { t.Cluster.ElasticIP = facts.ElasticIP{IP: "192.0.2.12", Status: "active"} }}, blockedByName},
		"the private address":                  {"10.20.1.10", []change{madePublic, noDNS}, "reachable"},
		"the private address of a private one": {"10.20.1.10", []change{noDNS}, "reachable"},
		"another address":                      {"192.0.2.99", []change{madePublic}, unsure},
		"addresses not readable":               {"192.0.2.11", []change{madePublic, denied("network.interfaces", "it"), func(t *facts.Target) { t.Network.Interfaces = nil }}, unsure},
		"another address, and nothing open":    {"192.0.2.99", []change{madePublic, permit()}, "blocked endpoint_name:unknown security_groups:deny"},
		"IPv6":                                 {"2001:db8::1", nil, unsure},
		"a name":                               {"warehouse.example.com", nil, "reachable"},
	} {
		t.Run(name, func(t *testing.T) {
			_, path := netpath.ThroughBastion(with(append([]change{bastion}, tc.changes...)...), 22, tc.typed, nil)
			if got := outcome(path); got != tc.want {
				t.Errorf("%s, want %s\n%s", got, tc.want, hopOf(path, netpath.EndpointName).Detail)
			}
			checkMissing(t, path)
		})
	}
}

func TestWordsOfAnEndpointsName(t *testing.T) {
	hostnamesOff := dnsOf(true, false, amazon)
	for name, tc := range map[string]struct {
		changes         []change
		detail, missing string
	}{
		"hostnames off": {
			[]change{madePublic, hostnamesOff},
			"DNS hostnames are off in vpc-1, so the endpoint's name leads the bastion to the public address: no rule of sg-1 admits tcp 5439 from 192.0.2.9/32", "",
		},
		"hostnames off, not decided": {
			[]change{madePublic, hostnamesOff, permit(tcp(5439, 5439, "192.0.2.9/32")), bastionIs(func(b *facts.Bastion) { b.PublicIP = "" })},
			"DNS hostnames are off in vpc-1, so the endpoint's name leads the bastion to the public address: the bastion has no public address of its own",
			"enable DNS hostnames of vpc-1: then the name leads to the private address",
		},
		"support off": {
			[]change{dnsOf(false, true, amazon)},
			"whether a DNS server answers the bastion is not known",
			"enable DNS support of vpc-1: Amazon's DNS server does not answer in it",
		},
		"not collected": {
			[]change{func(t *facts.Target) { t.Network.VPC.DNS = nil }},
			"whether a DNS server answers the bastion is not known",
			"the snapshot does not hold how instances in vpc-1 resolve names: collect it again, with --bastion",
		},
		"own servers": {
			[]change{madePublic, dnsOf(true, true, "10.20.0.53")},
			"the endpoint's name may lead the bastion to the public address: no rule of sg-1 admits tcp 5439 from 192.0.2.9/32",
			"what the DNS servers of vpc-1 answer (10.20.0.53) is not known",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, path := netpath.ThroughBastion(with(append([]change{bastion}, tc.changes...)...), 22, "", nil)
			hop := hopOf(path, netpath.EndpointName)
			if hop.Detail != tc.detail {
				t.Errorf("detail %q, want %q", hop.Detail, tc.detail)
			}
			var missing []string
			for _, u := range hop.Missing {
				missing = append(missing, u.Detail)
			}
			if !strings.Contains(strings.Join(missing, "|"), tc.missing) {
				t.Errorf("missing %q, want %q", missing, tc.missing)
			}
		})
	}
}

// TestWhatTheBastionsGroupsLetOut: the bastion is 10.20.3.9 in sg-c, the cluster
// 10.20.1.10 in sg-1.
func TestWhatTheBastionsGroupsLetOut(t *testing.T) {
	const shut, unsure = "blocked bastion_groups_outbound:deny", "unknown bastion_groups_outbound:unknown"
	second := func(out *facts.Outbound) change {
		return func(t *facts.Target) {
			g := groupOf("sg-d")
			g.Outbound = out
			t.Network.SecurityGroups = append(t.Network.SecurityGroups, g)
			t.Network.Bastion.GroupIDs = append(t.Network.Bastion.GroupIDs, "sg-d")
		}
	}
	all := &facts.Outbound{Permissions: []facts.Permission{protocol("-1", nil, "0.0.0.0/0")}}
	for name, tc := range map[string]struct {
		changes []change
		want    string
	}{
		"everything":                     {nil, "reachable"},
		"nothing":                        {[]change{lettingOut()}, shut},
		"the address":                    {[]change{lettingOut(tcp(5439, 5439, "10.20.1.10/32"))}, "reachable"},
		"the subnet":                     {[]change{lettingOut(tcp(5430, 5440, "10.20.1.0/24"))}, "reachable"},
		"another subnet":                 {[]change{lettingOut(tcp(5439, 5439, "10.20.2.0/24"))}, shut},
		"another port":                   {[]change{lettingOut(tcp(443, 443, "0.0.0.0/0"))}, shut},
		"another protocol":               {[]change{lettingOut(protocol("udp", ports(5439, 5439), "0.0.0.0/0"))}, shut},
		"IPv6 only":                      {[]change{lettingOut(facts.Permission{Protocol: "-1", IPv6CIDRs: []string{"::/0"}})}, shut},
		"a list with it":                 {[]change{lettingOut(lists("pl-1")), prefixLists(listOf("pl-1", "10.20.1.0/24"))}, "reachable"},
		"a list without it":              {[]change{lettingOut(lists("pl-1")), prefixLists(listOf("pl-1", "10.20.2.0/24"))}, shut},
		"a list that is not readable":    {[]change{lettingOut(lists("pl-gone"))}, unsure},
		"a list beside the address":      {[]change{lettingOut(lists("pl-gone"), tcp(5439, 5439, "10.20.1.10/32"))}, "reachable"},
		"the cluster's group":            {[]change{lettingOut(from("sg-1"))}, "reachable"},
		"another group":                  {[]change{lettingOut(from("sg-x"))}, shut},
		"the bastion's own group":        {[]change{lettingOut(from("sg-c"))}, shut},
		"the cluster's, on another port": {[]change{lettingOut(facts.Permission{Protocol: "tcp", Ports: ports(22, 22), GroupIDs: []string{"sg-1"}})}, shut},
		"the cluster's, without ports":   {[]change{lettingOut(facts.Permission{Protocol: "tcp", GroupIDs: []string{"sg-1"}})}, unsure},
		"the cluster's, not settled": {[]change{lettingOut(from("sg-1")), notDescribed, permit(tcp(5439, 5439, "10.20.3.9/32")), func(t *facts.Target) {
			t.Cluster.SecurityGroups = []facts.GroupMember{{ID: "sg-1", Status: "removing"}}
		}}, "unknown bastion_groups_outbound:unknown security_groups:unknown"},
		"the cluster's are not known":    {[]change{lettingOut(from("sg-1")), denied("cluster.security_groups", "it"), denied("network.interfaces", "it"), func(t *facts.Target) { t.Network.Interfaces = nil }}, "unknown bastion_groups_outbound:unknown security_groups:unknown"},
		"a second group lets it":         {[]change{lettingOut(), second(all)}, "reachable"},
		"a second group is not readable": {[]change{lettingOut(), second(all), denied("network.security_groups.sg-d", "it")}, unsure},
		"the same, the first lets it":    {[]change{second(nil), denied("network.security_groups.sg-d", "it")}, "reachable"},
		"not collected":                  {[]change{func(t *facts.Target) { t.Network.SecurityGroups[1].Outbound = nil }}, unsure},
		"of another VPC":                 {[]change{func(t *facts.Target) { t.Network.SecurityGroups[1].VPCID = "vpc-2" }}, "unknown bastion_groups_outbound:unknown"},
		"no group at all":                {[]change{bastionIs(func(b *facts.Bastion) { b.GroupIDs = nil })}, shut},
		"a rule for what is no prefix":   {[]change{lettingOut(tcp(5439, 5439, "x"))}, unsure},
		"one address of a subnet":        {[]change{lettingOut(tcp(5439, 5439, "10.20.1.10/32")), permit(tcp(5439, 5439, "10.20.3.9/32")), paused, notDescribed}, unsure},
		"all of a subnet":                {[]change{lettingOut(tcp(5439, 5439, "10.20.1.0/25", "10.20.1.128/25")), paused, notDescribed}, "reachable"},
		"in the same subnet": {[]change{lettingOut(), func(t *facts.Target) {
			t.Network.Bastion.SubnetID, t.Network.Bastion.PrivateIP = "subnet-a", "10.20.1.9"
			t.Network.SecurityGroups[0].Inbound = []facts.Permission{from("sg-c")}
		}}, shut},
	} {
		t.Run(name, func(t *testing.T) {
			_, path := netpath.ThroughBastion(with(append([]change{bastion}, tc.changes...)...), 22, "", nil)
			if got := outcome(path); got != tc.want {
				t.Errorf("%s, want %s\n%s", got, tc.want, hopOf(path, netpath.BastionGroupsOutbound).Detail)
			}
			checkMissing(t, path)
		})
	}
}

func TestRemediesOnTheWayOverABastion(t *testing.T) {
	for name, tc := range map[string]struct {
		changes []change
		stage   netpath.Stage
		want    netpath.Remedy
	}{
		"let out to the cluster's group": {
			[]change{lettingOut()},
			netpath.BastionGroupsOutbound,
			netpath.Remedy{Object: "sg-c", Group: "sg-1", CIDR: "10.20.1.10/32"},
		},
		"DNS hostnames": {[]change{madePublic, dnsOf(true, false, amazon)}, netpath.EndpointName, netpath.Remedy{Object: "vpc-1"}},
		"a middlebox that is gone": {
			[]change{mainRoutes(local("10.20.0.0/16"), blackhole("10.20.1.0/24", "eni-9")), associate("subnet-c", "rtb-main")},
			netpath.LocalRoute,
			netpath.Remedy{Object: "rtb-main", Route: "10.20.1.0/24"},
		},
		"the VPC's own route, its middlebox gone": {
			[]change{func(t *facts.Target) {
				t.Network.RouteTables[0].Routes = []facts.Route{{DestinationCIDR: "10.20.0.0/16", Target: "eni-9", State: "blackhole", Origin: "CreateRouteTable"}}
			}, associate("subnet-c", "rtb-main")},
			netpath.LocalRoute,
			netpath.Remedy{Object: "rtb-main"},
		},
		"the bastion's ACL": {
			[]change{rules("acl-c", reply(50, "deny", "-1", "10.20.1.10/32", nil), entry(1, "allow", "-1", "0.0.0.0/0", nil), reply(90, "allow", "-1", "0.0.0.0/0", nil))},
			netpath.BastionNACLOutbound,
			netpath.Remedy{Object: "acl-c", RuleNumber: 40, CIDR: "10.20.1.10/32"},
		},
		"ahead of each rule that denies a part of the subnet": {
			[]change{paused, notDescribed, rules("acl-c", reply(50, "deny", "-1", "10.20.1.0/25", nil), reply(30, "deny", "-1", "10.20.1.128/25", nil), entry(1, "allow", "-1", "0.0.0.0/0", nil))},
			netpath.BastionNACLOutbound,
			netpath.Remedy{Object: "acl-c", RuleNumber: 20, CIDR: "10.20.1.0/24"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, path := netpath.ThroughBastion(with(append([]change{bastion}, tc.changes...)...), 22, "", nil)
			causes := hopOf(path, tc.stage).Causes
			if len(causes) != 1 {
				t.Fatalf("causes %v, want one", causes)
			}
			if diff := cmp.Diff(tc.want, causes[0].Remedy); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	for state, want := range map[string]string{"stopped": "i-0c", "stopping": "", "terminated": ""} {
		in, _ := netpath.ThroughBastion(with(bastion, bastionIs(func(b *facts.Bastion) { b.State = state })), 22, "", prefixes(t, stitch))
		if got := hopOf(in[0], netpath.Instance).Causes[0].Remedy.Object; got != want {
			t.Errorf("%s: to be started is %q, want %q", state, got, want)
		}
	}
}
