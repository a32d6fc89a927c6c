package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/report"
)

// situation is a cloud, and the scan of it.
type situation struct {
	cloud *fakeaws.Cloud
	args  []string
	// verdict is what the scan tells where no call fails.
	verdict report.Verdict
	// calls are the operations that are made to fail, nil for all.
	calls []string
}

// situations are estates of every kind, each as the loader needs it and broken.
// Between them they have a use for every call that observes.
func situations(t *testing.T) map[string]situation {
	accounts := filepath.Join(t.TempDir(), "accounts")
	if err := os.WriteFile(accounts, []byte(fakeaws.AccountID+"\n444455556666\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list := map[string]situation{}
	for name, kind := range map[string]struct {
		cloud func() *fakeaws.Cloud
		args  []string
		calls []string
	}{
		"cluster":   {cloud: withLogging, args: []string{"--cluster", fakeaws.ClusterName, "--audit-logging"}},
		"workgroup": {cloud: withWorkgroup, args: []string{"--workgroup", fakeaws.WorkgroupName}},
		"bastion": {
			cloud: withBastion,
			args:  []string{"--cluster", fakeaws.ClusterName, "--connection", "ssh", "--bastion", "i-0123456789abcdef0"},
		},
		"shared": {cloud: withShares, args: []string{"--cluster", fakeaws.ClusterName}},
		"organization": {
			cloud: organization,
			args:  []string{"--all", "--region", "all", "--accounts", accounts, "--role-name", "auditor"},
			// All others are of one target, as above.
			calls: []string{"GetCallerIdentity", "AssumeRole", "DescribeRegions", "DescribeClusters", "ListWorkgroups"},
		},
	} {
		args := append(kind.args, "--loader-region", "north-america")
		list[name] = situation{kind.cloud(), args, report.Ready, kind.calls}
		broken := kind.cloud()
		for _, a := range broken.Accounts {
			for _, r := range a.Regions {
				breakRegion(r)
			}
		}
		list["broken "+name] = situation{broken, args, report.NotReady, kind.calls}
	}
	return list
}

// breakRegion breaks each stage of the network that nothing else of the region
// depends on.
func breakRegion(r *fakeaws.Region) {
	for _, c := range r.Clusters {
		c.Encrypted = false
	}
	for i := range r.ParameterGroups["secure"] {
		if p := &r.ParameterGroups["secure"][i]; p.Name == "require_ssl" {
			p.Value = "false"
		}
	}
	v := r.VPCs[0]
	if mode := r.BlockPublicAccess.Mode; mode != "off" {
		r.BlockPublicAccess.Exclusions, v.BlockPublicAccess = nil, mode
		for i := range v.Subnets {
			v.Subnets[i].BlockPublicAccess = mode
		}
	}
	v.NetworkACLs[0].Entries[2].CIDR = "52.204.0.0/16" // the first address is outside
	public := &v.RouteTables[1]
	public.Routes = append(public.Routes[:1:1], public.Routes[2:]...) // no way to the internet gateway
	for i := range v.SecurityGroups {
		for n := range v.SecurityGroups[i].Inbound {
			if cidrs := &v.SecurityGroups[i].Inbound[n].CIDRs; len(*cidrs) > 0 {
				*cidrs = (*cidrs)[1:] // the first address is not let in
			}
		}
	}
}

func withLogging() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(northAmerica...)
	cloud.Region(fakeaws.RegionName).Clusters[0].Logging = facts.Logging{Enabled: true, Destination: "s3"}
	return cloud
}

func withWorkgroup() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(northAmerica...)
	r := cloud.Region(fakeaws.RegionName)
	r.HealthyWorkgroup()
	r.Clusters = nil
	return cloud
}

func withBastion() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(northAmerica...)
	addBastion(cloud.Region(fakeaws.RegionName))
	return cloud
}

// withShares is a cluster that does not tell its account, that a prefix list and a
// security group of another VPC let the loader in to, and that Block Public Access
// leaves out.
func withShares() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(northAmerica[0])
	r := cloud.Region(fakeaws.RegionName)
	r.Clusters[0].Namespace = ""
	r.Clusters[0].SecurityGroups = append(r.Clusters[0].SecurityGroups, facts.GroupMember{ID: "sg-0shared", Status: "active"})
	r.VPCs[0].Interfaces[0].GroupIDs = append(r.VPCs[0].Interfaces[0].GroupIDs, "sg-0shared")
	port := &facts.Ports{From: 5439, To: 5439}
	group := &r.VPCs[0].SecurityGroups[1]
	group.Inbound = append(group.Inbound, facts.Permission{Protocol: "tcp", Ports: port, PrefixListIDs: []string{"pl-0customer"}})
	r.PrefixLists = append(r.PrefixLists, facts.PrefixList{
		ID: "pl-0customer", Name: "loaders", OwnerID: fakeaws.AccountID, State: "create-complete", CIDRs: northAmerica[1:3],
	})
	r.VPCs = append(r.VPCs, &fakeaws.VPC{
		VPC: facts.VPC{ID: "vpc-0b", OwnerID: fakeaws.AccountID, CIDRs: []string{"10.1.0.0/16"}},
		SecurityGroups: []facts.SecurityGroup{{
			ID: "sg-0shared", Name: "shared", VPCID: "vpc-0b", OwnerID: fakeaws.AccountID,
			Inbound: []facts.Permission{{Protocol: "tcp", Ports: port, CIDRs: northAmerica[3:]}},
		}},
	})
	r.GroupAssociations = []facts.GroupAssociation{{GroupID: "sg-0shared", VPCID: "vpc-0a", State: "associated"}}
	r.BlockPublicAccess = facts.BlockPublicAccess{
		Mode: "block-ingress", State: "update-complete", ExclusionsAllowed: "allowed",
		Exclusions: []facts.Exclusion{{
			ID: "vpcbpa-exclude-0a", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-0a", Mode: "allow-bidirectional", State: "create-complete",
		}},
	}
	return cloud
}

// organization is two accounts, the second of which lets the auditor in. The first
// has a cluster, and a workgroup in another region.
func organization() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(northAmerica...)
	cloud.Accounts[0].Regions["us-west-2"] = withWorkgroup().Region(fakeaws.RegionName)
	second := fakeaws.Healthy(northAmerica...).Accounts[0]
	second.Become("444455556666", "ASIAIOSFODNN7EXAMPLE")
	second.Roles = []fakeaws.Role{{ARN: "arn:aws:iam::444455556666:role/auditor"}}
	cloud.Accounts = append(cloud.Accounts, second)
	return cloud
}
