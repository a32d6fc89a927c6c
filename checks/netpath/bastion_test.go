package netpath_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// bastion is an instance in a public subnet of its own, subnet-c, that admits stitch
// on port 22 and lets everything out; the private cluster admits its address.
func bastion(t *facts.Target) {
	private(t)
	n := &t.Network
	n.VPC.DNS = &facts.DNS{Support: true, Hostnames: true, Servers: []string{"AmazonProvidedDNS"}}
	n.Subnets = append(n.Subnets, subnetOf("subnet-c", "us-east-1a", "10.20.3.0/24"))
	associate("subnet-c", "rtb-public")(t)
	n.NetworkACLs = append(n.NetworkACLs, facts.NetworkACL{ID: "acl-c", SubnetIDs: []string{"subnet-c"}, Entries: slices.Clone(n.NetworkACLs[0].Entries)})
	n.SecurityGroups = []facts.SecurityGroup{
		groupOf("sg-1", tcp(5439, 5439, "10.20.3.9/32")), groupOf("sg-c", tcp(22, 22, stitch)),
	}
	lettingOut(protocol("-1", nil, "0.0.0.0/0"))(t)
	n.Bastion = facts.Bastion{
		InstanceID: "i-0c", State: "running", SubnetID: "subnet-c", VPCID: "vpc-1",
		PrivateIP: "10.20.3.9", PublicIP: "192.0.2.9", GroupIDs: []string{"sg-c"},
	}
}

func bastionIs(do func(*facts.Bastion)) change {
	return func(t *facts.Target) { do(&t.Network.Bastion) }
}

// rules replaces the rules of the network ACL with that id.
func rules(id string, es ...facts.NetworkACLEntry) change {
	return func(t *facts.Target) {
		for i := range t.Network.NetworkACLs {
			if a := &t.Network.NetworkACLs[i]; a.ID == id {
				a.Entries = es
			}
		}
	}
}

// lettingOut replaces what every group lets out.
func lettingOut(ps ...facts.Permission) change {
	return func(t *facts.Target) {
		for i := range t.Network.SecurityGroups {
			t.Network.SecurityGroups[i].Outbound = &facts.Outbound{Permissions: ps}
		}
	}
}

// from admits the groups' members.
func from(groups ...string) facts.Permission {
	return facts.Permission{Protocol: "tcp", Ports: ports(5439, 5439), GroupIDs: groups}
}

func TestThroughBastion(t *testing.T) {
	all := entry(100, "allow", "-1", "0.0.0.0/0", nil)
	allBack := reply(100, "allow", "-1", "0.0.0.0/0", nil)
	sameSubnet := func(t *facts.Target) {
		t.Network.Bastion.SubnetID = "subnet-a"
		t.Network.Bastion.PrivateIP = "10.20.1.9"
		t.Network.SecurityGroups[0] = groupOf("sg-1", tcp(5439, 5439, "10.20.1.9/32"))
	}
	for name, tc := range map[string]struct {
		changes []change
		// in and onward are the verdicts and the stages that do not allow, with
		// theirs.
		in, onward string
	}{
		"in order":                       {nil, "reachable", "reachable"},
		"stopped":                        {[]change{bastionIs(func(b *facts.Bastion) { b.State, b.PublicIP = "stopped", "" })}, "blocked instance:deny public_address:unknown", "reachable"},
		"starting":                       {[]change{bastionIs(func(b *facts.Bastion) { b.State = "pending" })}, "unknown instance:unknown", "reachable"},
		"terminated":                     {[]change{bastionIs(func(b *facts.Bastion) { *b = facts.Bastion{InstanceID: "i-0c", State: "terminated"} })}, "blocked instance:deny", "reachable"},
		"no public address":              {[]change{bastionIs(func(b *facts.Bastion) { b.PublicIP = "" })}, "blocked public_address:deny", "reachable"},
		"SSH not admitted":               {[]change{bastionIs(func(b *facts.Bastion) { b.GroupIDs = []string{"sg-1"} })}, "blocked security_groups:deny", "reachable"},
		"bastion in a private subnet":    {[]change{associate("subnet-c", "rtb-main")}, "blocked return_route:deny", "reachable"},
		"SSH not let in by ACL":          {[]change{rules("acl-c", entry(10, "deny", "6", "0.0.0.0/0", ports(22, 22)), all, allBack)}, "blocked nacl_inbound:deny", "reachable"},
		"public access blocked":          {[]change{blockPublicAccess("block-ingress")}, "blocked block_public_access:deny", "reachable"},
		"another VPC":                    {[]change{bastionIs(func(b *facts.Bastion) { b.VPCID = "vpc-2" })}, "unknown", "unknown"},
		"bastion not readable":           {[]change{denied("network.bastion", "ec2:DescribeInstances")}, "unknown", "unknown"},
		"address that is none":           {[]change{bastionIs(func(b *facts.Bastion) { b.PrivateIP = "x" })}, "unknown", "unknown"},
		"cluster admits nobody":          {[]change{permit()}, "reachable", "blocked security_groups:deny"},
		"cluster admits the VPC":         {[]change{permit(tcp(5439, 5439, "10.20.0.0/16"))}, "reachable", "reachable"},
		"cluster admits another port":    {[]change{permit(tcp(5440, 5440, "10.20.3.9/32"))}, "reachable", "blocked security_groups:deny"},
		"cluster admits a prefix list":   {[]change{permit(lists("pl-1")), prefixLists(listOf("pl-1", "10.20.3.0/24"))}, "reachable", "reachable"},
		"cluster admits its group":       {[]change{permit(from("sg-c"))}, "reachable", "reachable"},
		"cluster admits another group":   {[]change{permit(from("sg-x"))}, "reachable", "blocked security_groups:deny"},
		"its group, on another port":     {[]change{permit(facts.Permission{Protocol: "tcp", Ports: ports(1, 2), GroupIDs: []string{"sg-c"}})}, "reachable", "blocked security_groups:deny"},
		"its group, without ports":       {[]change{permit(facts.Permission{Protocol: "tcp", GroupIDs: []string{"sg-c"}})}, "reachable", "unknown security_groups:unknown"},
		"its group, beside a list":       {[]change{permit(from("sg-c"), lists("pl-gone"))}, "reachable", "reachable"},
		"a list that is not readable":    {[]change{permit(lists("pl-gone"))}, "reachable", "unknown security_groups:unknown"},
		"cluster's group not readable":   {[]change{denied("network.security_groups.sg-1", "it")}, "reachable", "unknown security_groups:unknown"},
		"ACLs not readable":              {[]change{denied("network.network_acls", "it")}, "unknown nacl_inbound:unknown nacl_outbound:unknown", "unknown bastion_nacl_outbound:unknown nacl_inbound:unknown nacl_outbound:unknown bastion_nacl_inbound:unknown"},
		"cluster's ACL lets nothing in":  {[]change{rules("acl-1", allBack)}, "reachable", "blocked nacl_inbound:deny"},
		"cluster's ACL lets nothing out": {[]change{rules("acl-1", all)}, "reachable", "blocked nacl_outbound:deny"},
		"bastion's ACL keeps the port in": {
			[]change{rules("acl-c", all, reply(10, "deny", "6", "10.20.1.0/24", ports(5439, 5439)), allBack)},
			"reachable", "blocked bastion_nacl_outbound:deny",
		},
		"bastion's ACL keeps replies out": {
			[]change{rules("acl-c", entry(10, "deny", "6", "10.20.1.0/24", nil), entry(11, "deny", "-1", "10.20.1.0/24", nil), all, allBack)},
			"reachable", "blocked bastion_nacl_inbound:deny",
		},
		"bastion's ACL lets some replies in": {
			[]change{rules("acl-c", entry(10, "allow", "6", "0.0.0.0/0", ports(22, 22)), entry(20, "allow", "6", "10.20.0.0/16", ports(32768, 60999)), allBack)},
			"reachable", "unknown bastion_nacl_inbound:unknown",
		},
		"same subnet": {[]change{sameSubnet}, "reachable", "reachable"},
		"same subnet, whose ACL lets nothing out": {[]change{sameSubnet, rules("acl-1", all)}, "blocked nacl_outbound:deny", "reachable"},
		"a middlebox between":                     {[]change{mainRoutes(local("10.20.0.0/16"), to("10.20.1.0/24", "eni-9")), associate("subnet-c", "rtb-main")}, "blocked return_route:deny", "unknown local_route:unknown"},
		"a middlebox that is gone":                {[]change{mainRoutes(local("10.20.0.0/16"), blackhole("10.20.1.0/24", "eni-9")), associate("subnet-c", "rtb-main")}, "blocked return_route:deny", "blocked local_route:deny"},
		"a middlebox on the way back":             {[]change{routes(local("10.20.0.0/16"), to("0.0.0.0/0", "igw-1"), to("10.20.3.0/24", "eni-9"))}, "reachable", "unknown local_route:unknown"},
		"route tables not readable":               {[]change{denied("network.route_tables", "it")}, "unknown gateway_route_table:unknown return_route:unknown", "unknown local_route:unknown"},
		"leader's subnet not known":               {[]change{denied("cluster.nodes", "it"), denied("network.subnet_group", "it")}, "reachable", "unknown"},
		"no endpoint":                             {[]change{func(t *facts.Target) { t.Cluster.Endpoint = facts.Endpoint{} }}, "reachable", "unknown endpoint:unknown security_groups:unknown"},
		"one of two subnets, alike":               {[]change{paused, subnetB("us-east-1a"), notDescribed}, "reachable", "reachable"},
		"one of two subnets, one shut": {
			[]change{paused, subnetB("us-east-1a"), notDescribed, func(t *facts.Target) {
				t.Network.NetworkACLs = append(t.Network.NetworkACLs, facts.NetworkACL{ID: "acl-b", SubnetIDs: []string{"subnet-b"}})
			}},
			"reachable", "unknown nacl_inbound:unknown nacl_outbound:unknown",
		},
		"two proxies": {[]change{subnetB("us-east-1a"), proxies("subnet-a", "subnet-b")}, "reachable", "reachable"},
	} {
		t.Run(name, func(t *testing.T) {
			target := with(append([]change{bastion}, tc.changes...)...)
			in, onward := netpath.ThroughBastion(target, 22, "", prefixes(t, stitch))
			for _, c := range []struct {
				name, want string
				path       netpath.Path
			}{{"in", tc.in, in[0]}, {"onward", tc.onward, onward}} {
				got := outcome(c.path)
				if got != c.want && !(c.want == "unknown" && strings.HasPrefix(got, "unknown ")) {
					t.Errorf("%s: %s, want %s\n%s", c.name, got, c.want, summary(c.path))
				}
				checkMissing(t, c.path)
			}
		})
	}
}

// outcome is the verdict of a path and each of its hops that does not allow.
func outcome(p netpath.Path) string {
	words := []string{string(p.Verdict)}
	for _, h := range p.Hops {
		if h.Verdict == netpath.Deny || h.Verdict == netpath.Unknown {
			words = append(words, string(h.Stage)+":"+string(h.Verdict))
		}
	}
	return strings.Join(words, " ")
}

func TestEntriesOnBothWaysHaveNumbersOfTheirOwn(t *testing.T) {
	shut := func(t *facts.Target) {
		t.Network.NetworkACLs = t.Network.NetworkACLs[:1]
		t.Network.NetworkACLs[0].Entries = nil
	}
	in, onward := netpath.ThroughBastion(with(bastion, shut), 22, "", prefixes(t, northAmerica...))
	taken := map[netpath.Stage][]int{}
	for _, p := range append(in, onward) {
		for _, h := range p.Hops {
			side := h.Stage
			switch side {
			case netpath.BastionNACLInbound:
				side = netpath.NACLInbound
			case netpath.BastionNACLOutbound:
				side = netpath.NACLOutbound
			}
			for _, cause := range h.Causes {
				n := cause.Remedy.RuleNumber
				if n == 0 {
					continue
				}
				if slices.Contains(taken[side], n) {
					t.Errorf("%s: number %d is given twice", h.Stage, n)
				}
				taken[side] = append(taken[side], n)
			}
		}
	}
	if len(taken[netpath.NACLInbound]) != 6 || len(taken[netpath.NACLOutbound]) != 6 {
		t.Errorf("numbers %v: want six each way", taken)
	}
	if remedy := remedyOf(hopOf(onward, netpath.BastionNACLOutbound)); remedy.CIDR != "10.20.1.10/32" {
		t.Errorf("the entry is for %q, want the endpoint's address", remedy.CIDR)
	}
}
