package aws

import (
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// Each of the clusters has a security group and an interface of its own, and all
// share a group of another VPC.
func TestALargeRegionIsNotHeldInMemory(t *testing.T) {
	const clusters, mostHeld = 3000, 1400
	cloud := fakeaws.Healthy(loader)
	region := cloud.Region(fakeaws.RegionName)
	region.Multiply(clusters, 10)
	for _, c := range region.Clusters {
		c.SecurityGroups = append(c.SecurityGroups, facts.GroupMember{ID: "sg-0shared", Status: "active"})
	}
	region.VPCs = append(region.VPCs, &fakeaws.VPC{
		VPC:            facts.VPC{ID: "vpc-0b", OwnerID: fakeaws.AccountID, CIDRs: []string{"10.1.0.0/16"}},
		SecurityGroups: []facts.SecurityGroup{{ID: "sg-0shared", Name: "shared", VPCID: "vpc-0b", OwnerID: fakeaws.AccountID}},
	})
	region.GroupAssociations = []facts.GroupAssociation{{GroupID: "sg-0shared", VPCID: "vpc-0a", State: "associated"}}
	server := play(t, cloud)
	account := open(t, Options{})
	r := account.session(account.config).region(fakeaws.RegionName)
	emitted, held := 0, 0
	_, err := r.observe(t.Context(), func(target facts.Target) error {
		emitted++
		held = max(held, len(r.securityGroups), len(r.associations), len(r.interfacesAt))
		for _, u := range target.Unknown {
			if u.Reason != facts.NotRequested {
				t.Fatalf("%s: unknown: %v", target.Name, u)
			}
		}
		if n := target.Network; len(n.SecurityGroups) != 2 || len(n.GroupAssociations) != 1 || len(n.Interfaces) != 1 {
			t.Fatalf("%s has %d groups, %d associations and %d interfaces, want 2, 1 and 1",
				target.Name, len(n.SecurityGroups), len(n.GroupAssociations), len(n.Interfaces))
		}
		return nil
	})
	if err != nil || emitted != clusters {
		t.Fatalf("%d targets and %v, want %d", emitted, err, clusters)
	}
	if held > mostHeld {
		t.Errorf("%d of a kind are held at once, want at most %d", held, mostHeld)
	}
	// What all share is asked for again no more than twice.
	got := count(server.Requests())
	if got["DescribeSecurityGroups"] > clusters/batch+3 || got["DescribeSecurityGroupVpcAssociations"] > 3 {
		t.Errorf("%d calls for groups and %d for where they may be used, want at most %d and 3",
			got["DescribeSecurityGroups"], got["DescribeSecurityGroupVpcAssociations"], clusters/batch+3)
	}
}
