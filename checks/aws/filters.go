package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// fetchNetworkACLs leaves an empty answer unknown: a VPC always has a default
// network ACL (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html).
func (r *region) fetchNetworkACLs(ctx context.Context, vpcs []string) {
	lookUp(ctx, r, "DescribeNetworkAcls", r.networkACLs, vpcs, func(ctx context.Context, vpcs []string) (map[string][]facts.NetworkACL, error) {
		told := map[string][]facts.NetworkACL{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{Filters: byVPC(vpcs), MaxResults: mostResults, NextToken: token})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.NetworkAcls, out.NextToken, networkACL)
		})
	}, never[[]facts.NetworkACL]("DescribeNetworkAcls"))
}

func networkACL(in *types.NetworkAcl) (string, facts.NetworkACL, error) {
	var f fields
	acl := facts.NetworkACL{ID: f.text("NetworkAclId", in.NetworkAclId), Default: f.flag("IsDefault", in.IsDefault)}
	for _, a := range in.Associations {
		acl.SubnetIDs = append(acl.SubnetIDs, f.text("SubnetId", a.SubnetId))
	}
	for _, e := range in.Entries {
		entry := facts.NetworkACLEntry{
			Number: f.number("RuleNumber", e.RuleNumber), Egress: f.flag("Egress", e.Egress),
			Action: f.enum("RuleAction", string(e.RuleAction)), Protocol: f.text("Protocol", e.Protocol),
			CIDR: sdk.ToString(e.CidrBlock), IPv6CIDR: sdk.ToString(e.Ipv6CidrBlock),
		}
		if e.PortRange != nil {
			entry.Ports = ports(e.PortRange.From, e.PortRange.To)
		}
		if entry.CIDR == "" && entry.IPv6CIDR == "" {
			f.miss("the CIDR block of an entry")
		}
		acl.Entries = append(acl.Entries, entry)
	}
	return f.text("VpcId", in.VpcId), acl, f.err()
}

func ports(from, to *int32) *facts.Ports {
	if from == nil || to == nil {
		return nil
	}
	return &facts.Ports{From: int(*from), To: int(*to)}
}

// fetchSecurityGroups filters by id, because a group that is named outright and
// does not exist would fail the call for all.
func (r *region) fetchSecurityGroups(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribeSecurityGroups", r.securityGroups, ids, func(ctx context.Context, ids []string) (map[string]facts.SecurityGroup, error) {
		told := map[string]facts.SecurityGroup{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{
				Filters: []types.Filter{filter("group-id", ids)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for i := range out.SecurityGroups {
				group, err := securityGroup(&out.SecurityGroups[i], r.account.options.Bastion+r.account.options.BastionSubnet != "")
				if err != nil {
					return 0, nil, err
				}
				told[group.ID] = group
			}
			return len(out.SecurityGroups), out.NextToken, nil
		})
	}, never[facts.SecurityGroup]("DescribeSecurityGroups"))
}

// securityGroup reads a group, and what it lets out where it may be the bastion's.
func securityGroup(in *types.SecurityGroup, outbound bool) (facts.SecurityGroup, error) {
	var f fields
	group := facts.SecurityGroup{
		ID: f.text("GroupId", in.GroupId), Name: sdk.ToString(in.GroupName), VPCID: f.text("VpcId", in.VpcId), OwnerID: sdk.ToString(in.OwnerId),
		Inbound: f.permissions(in.IpPermissions),
	}
	if outbound {
		if in.IpPermissionsEgress == nil { // a group that lets nothing out has an empty list
			f.miss("IpPermissionsEgress")
		}
		group.Outbound = &facts.Outbound{Permissions: f.permissions(in.IpPermissionsEgress)}
	}
	return group, f.err()
}

func (f *fields) permissions(in []types.IpPermission) []facts.Permission {
	var list []facts.Permission
	for _, p := range in {
		permission := facts.Permission{Protocol: f.text("IpProtocol", p.IpProtocol), Ports: ports(p.FromPort, p.ToPort)}
		for _, source := range p.IpRanges {
			permission.CIDRs = append(permission.CIDRs, f.text("CidrIp", source.CidrIp))
		}
		for _, source := range p.Ipv6Ranges {
			permission.IPv6CIDRs = append(permission.IPv6CIDRs, f.text("CidrIpv6", source.CidrIpv6))
		}
		for _, source := range p.PrefixListIds {
			permission.PrefixListIDs = append(permission.PrefixListIDs, f.text("PrefixListId", source.PrefixListId))
		}
		for _, source := range p.UserIdGroupPairs {
			permission.GroupIDs = append(permission.GroupIDs, sdk.ToString(source.GroupId))
		}
		list = append(list, permission)
	}
	return list
}

// fetchAssociations asks in which other VPCs the groups may be used.
func (r *region) fetchAssociations(ctx context.Context, groups []string) {
	const operation = "DescribeSecurityGroupVpcAssociations"
	lookUp(ctx, r, operation, r.associations, groups, func(ctx context.Context, groups []string) (map[string][]facts.GroupAssociation, error) {
		told := map[string][]facts.GroupAssociation{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeSecurityGroupVpcAssociations(ctx, &ec2.DescribeSecurityGroupVpcAssociationsInput{
				Filters: []types.Filter{filter("group-id", groups)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.SecurityGroupVpcAssociations, out.NextToken, groupAssociation)
		})
	}, none[[]facts.GroupAssociation])
}

func groupAssociation(in *types.SecurityGroupVpcAssociation) (string, facts.GroupAssociation, error) {
	var f fields
	a := facts.GroupAssociation{GroupID: f.text("GroupId", in.GroupId), VPCID: f.text("VpcId", in.VpcId), State: f.enum("State", string(in.State))}
	return a.GroupID, a, f.err()
}

// fetchPublicAccess asks for VPC Block Public Access, of which there is one for the
// account in a region.
func (r *region) fetchPublicAccess(ctx context.Context) {
	const operation = "DescribeVpcBlockPublicAccessOptions"
	lookUp(ctx, r, operation, r.publicAccess, []string{r.name}, func(ctx context.Context, _ []string) (map[string]facts.BlockPublicAccess, error) {
		out, err := r.ec2.DescribeVpcBlockPublicAccessOptions(ctx, &ec2.DescribeVpcBlockPublicAccessOptionsInput{})
		if err != nil {
			return nil, err
		}
		in := out.VpcBlockPublicAccessOptions
		if in == nil {
			return nil, &malformedError{"VpcBlockPublicAccessOptions"}
		}
		var f fields
		b := facts.BlockPublicAccess{
			Mode: f.enum("InternetGatewayBlockMode", string(in.InternetGatewayBlockMode)), State: f.enum("State", string(in.State)),
			ExclusionsAllowed: string(in.ExclusionsAllowed),
		}
		return map[string]facts.BlockPublicAccess{r.name: b}, f.err()
	}, never[facts.BlockPublicAccess](operation))
}

// fetchExclusions asks for the exclusions from Block Public Access where there may
// be something to be excluded from.
func (r *region) fetchExclusions(ctx context.Context) {
	const operation = "DescribeVpcBlockPublicAccessExclusions"
	if options := r.publicAccess[r.name].value; options.Disabled() {
		return
	}
	lookUp(ctx, r, operation, r.exclusions, []string{r.name}, func(ctx context.Context, _ []string) (map[string][]facts.Exclusion, error) {
		told := map[string][]facts.Exclusion{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeVpcBlockPublicAccessExclusions(ctx, &ec2.DescribeVpcBlockPublicAccessExclusionsInput{
				MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.VpcBlockPublicAccessExclusions, out.NextToken, r.exclusion)
		})
	}, none[[]facts.Exclusion])
}

func (r *region) exclusion(in *types.VpcBlockPublicAccessExclusion) (string, facts.Exclusion, error) {
	var f fields
	return r.name, facts.Exclusion{
		ID: f.text("ExclusionId", in.ExclusionId), ResourceARN: f.text("ResourceArn", in.ResourceArn),
		Mode: f.enum("InternetGatewayExclusionMode", string(in.InternetGatewayExclusionMode)), State: f.enum("State", string(in.State)),
	}, f.err()
}
