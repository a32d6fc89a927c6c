package aws

import (
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// busy is a healthy cloud in which every call of rscheck's has something to do: a
// customer's prefix list, a security group of another VPC, exclusions, scheduled
// actions, and a cluster that does not tell its account.
func busy() *fakeaws.Cloud {
	cloud := fakeaws.Healthy(loader)
	r := cloud.Region(fakeaws.RegionName)
	c := r.Clusters[0]
	c.Namespace = ""
	c.SecurityGroups = append(c.SecurityGroups, facts.GroupMember{ID: "sg-0shared", Status: "active"})
	group := &r.VPCs[0].SecurityGroups[1]
	group.Inbound = append(group.Inbound, facts.Permission{
		Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, PrefixListIDs: []string{"pl-0customer"},
		IPv6CIDRs: []string{"2001:db8::/32"}, GroupIDs: []string{"sg-0default"},
	})
	r.PrefixLists = append(r.PrefixLists, facts.PrefixList{
		ID: "pl-0customer", Name: "loaders", OwnerID: fakeaws.AccountID, State: "create-complete",
		CIDRs: []string{"192.0.2.10/32", "198.51.100.7/32"},
	})
	r.VPCs = append(r.VPCs, &fakeaws.VPC{
		VPC:     facts.VPC{ID: "vpc-0b", OwnerID: fakeaws.AccountID, CIDRs: []string{"10.1.0.0/16", "2001:db8:1::/56"}},
		Subnets: []facts.Subnet{{ID: "subnet-0c", VPCID: "vpc-0b", AvailabilityZone: "us-east-1a", CIDR: "10.1.0.0/24"}},
		SecurityGroups: []facts.SecurityGroup{{
			ID: "sg-0shared", Name: "shared", VPCID: "vpc-0b", OwnerID: fakeaws.AccountID,
			Inbound: []facts.Permission{{Protocol: "-1", CIDRs: []string{"203.0.113.0/24"}}},
		}},
	})
	r.GroupAssociations = []facts.GroupAssociation{
		{GroupID: "sg-0shared", VPCID: "vpc-0a", State: "associated"},
		{GroupID: "sg-0shared", VPCID: "vpc-0c", State: "association-failed"},
	}
	r.VPCs[0].InternetGateways = append(r.VPCs[0].InternetGateways, facts.InternetGateway{
		ID: "igw-0old", Attachments: []facts.GatewayAttachment{{VPCID: "vpc-0a", State: "detaching"}},
	})
	r.BlockPublicAccess = facts.BlockPublicAccess{
		Mode: "block-ingress", State: "update-complete", ExclusionsAllowed: "allowed",
		Exclusions: []facts.Exclusion{
			{ID: "vpcbpa-exclude-0a", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-0a", Mode: "allow-bidirectional", State: "create-complete"},
			{ID: "vpcbpa-exclude-0b", ResourceARN: "arn:aws:ec2:us-east-1:111122223333:subnet/subnet-0b", Mode: "allow-egress", State: "create-complete"},
		},
	}
	r.ScheduledActions = []fakeaws.ScheduledAction{
		nightly("analytics-pause", "pause", "2026-11-24T22:00:00Z"), nightly("analytics-resume", "resume", "2026-11-24T05:00:00Z"),
	}
	return cloud
}

// nightly is an action on the cluster that runs once a day, next at the time given.
func nightly(name, action, next string) fakeaws.ScheduledAction {
	return fakeaws.ScheduledAction{Cluster: fakeaws.ClusterName, ScheduledAction: facts.ScheduledAction{
		Name: name, Action: action, Schedule: "cron(0 " + strings.TrimPrefix(next[11:13], "0") + " * * ? *)", State: "ACTIVE", Next: next,
	}}
}
