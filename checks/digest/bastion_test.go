package digest_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

func TestBastionOfEachRegion(t *testing.T) {
	everybody := []string{"0.0.0.0/0"}
	for name, tc := range map[string]struct {
		region   string
		port     int // 0 for the profile's
		admitted []string
		change   func(*facts.Target)
		verdict  string
		wayIn    string
		denied   int
		missing  string // detail of what is lacking
	}{
		"the region":              {region: "europe", admitted: europe, verdict: "allow", wayIn: "allow"},
		"another region":          {region: "europe", admitted: northAmerica, verdict: "deny", wayIn: "deny", denied: 4},
		"three of four":           {region: "europe", admitted: europe[:3], verdict: "deny", wayIn: "deny", denied: 1},
		"one region, any asked":   {region: "any", admitted: europe, verdict: "allow", wayIn: "allow"},
		"half of each region":     {region: "any", admitted: slices.Concat(europe[:2], northAmerica[:3]), verdict: "deny", wayIn: "deny", denied: 1},
		"another port":            {region: "europe", port: 2222, admitted: europe, verdict: "deny", wayIn: "deny", denied: 4},
		"not named":               {region: "europe", admitted: europe, change: bastionLacks(facts.NotRequested, "not asked for"), verdict: "unknown", missing: "give --bastion with the id of the instance, or --bastion-subnet and --bastion-group with its subnet and security group"},
		"not readable":            {region: "europe", admitted: europe, change: bastionLacks(facts.AccessDenied, "allow it"), verdict: "unknown", wayIn: "unknown", missing: "allow it"},
		"cluster admits it not":   {region: "europe", admitted: europe, change: func(t *facts.Target) { t.Network.SecurityGroups[0].Inbound = nil }, verdict: "deny", wayIn: "allow"},
		"not let out":             {region: "europe", admitted: europe, change: func(t *facts.Target) { t.Network.SecurityGroups[1].Outbound.Permissions = nil }, verdict: "deny", wayIn: "allow"},
		"no DNS":                  {region: "europe", admitted: europe, change: func(t *facts.Target) { t.Network.VPC.DNS.Support = false }, verdict: "unknown", wayIn: "allow", missing: "enable DNS support of vpc-1: Amazon's DNS server does not answer in it"},
		"way in open, onward not": {region: "europe", admitted: europe, change: func(t *facts.Target) { t.Lack("network.security_groups.sg-1", facts.AccessDenied, "allow it") }, verdict: "unknown", wayIn: "allow", missing: "allow it"},
	} {
		t.Run(name, func(t *testing.T) {
			target := estate([]string{"10.20.1.9/32"}, everybody)
			target.Network.Bastion = facts.Bastion{
				InstanceID: "i-0b", State: "running", SubnetID: "subnet-1", VPCID: "vpc-1", PrivateIP: "10.20.1.9", PublicIP: "192.0.2.9", GroupIDs: []string{"sg-b"},
			}
			target.Network.SecurityGroups = append(target.Network.SecurityGroups, facts.SecurityGroup{
				ID: "sg-b", VPCID: "vpc-1", OwnerID: "111122223333",
				Inbound:  []facts.Permission{{Protocol: "tcp", Ports: &facts.Ports{From: 22, To: 22}, CIDRs: tc.admitted}},
				Outbound: &facts.Outbound{Permissions: []facts.Permission{{Protocol: "-1", CIDRs: everybody}}},
			})
			target.Cluster.NodeType = "ra3.xlplus"
			target.Network.VPC.DNS = &facts.DNS{Support: true, Hostnames: true, Servers: []string{"AmazonProvidedDNS"}}
			if tc.change != nil {
				tc.change(target)
			}
			s := settings(t, tc.region)
			s.Connection, s.BastionPort = "ssh", tc.port
			d := digest.Of(target, s, time.Unix(0, 0))
			got := d.Document.Network.Bastion
			denied := 0
			for _, source := range got.WayIn.Sources {
				if source.Verdict == "deny" {
					denied++
				}
			}
			if got.Verdict != tc.verdict || got.WayIn.Verdict != tc.wayIn || denied != tc.denied {
				t.Errorf("%s, way in %s with %d denied: want %s, %s, %d", got.Verdict, got.WayIn.Verdict, denied, tc.verdict, tc.wayIn, tc.denied)
			}
			i := slices.IndexFunc(d.Lacks, func(l digest.Lack) bool { return facts.Covers("network.bastion", l.Path) })
			switch {
			case i < 0 && tc.missing != "":
				t.Error("nothing is lacking")
			case i >= 0 && !slices.ContainsFunc(d.Lacks[i].Missing, func(u facts.Unknown) bool { return u.Detail == tc.missing && u.Reason != facts.NotRequested }):
				t.Errorf("lacking %v, want %q", d.Lacks[i].Missing, tc.missing)
			}
		})
	}
}

func bastionLacks(reason facts.Reason, detail string) func(*facts.Target) {
	return func(t *facts.Target) {
		t.Network.Bastion = facts.Bastion{}
		t.Lack("network.bastion", reason, detail)
	}
}

func TestWithoutATunnelThereIsNoBastion(t *testing.T) {
	for _, connection := range []string{"direct", "vpn", "reverse-ssh"} {
		s := settings(t, "any")
		s.Connection = connection
		d := digest.Of(estate(nil, nil), s, time.Unix(0, 0))
		if got := d.Document.Network.Bastion.Verdict; got != "not_applicable" || lacking(d, "network.bastion") {
			t.Errorf("%s: %s", connection, got)
		}
	}
}
