package aws

import (
	"context"
	"fmt"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// instance is the bastion, and what else is to be known of it.
type instance struct {
	facts.Bastion
	// odd is why connections through it cannot be followed, empty for nothing.
	odd string
	// ipv6 is whether it has an IPv6 address.
	ipv6 bool
}

// fetchBastion filters by id: an instance that is named outright and does not exist
// is an error, and a filter finds nothing.
func (r *region) fetchBastion(ctx context.Context, id string) {
	lookUp(ctx, r, describeInstances, r.bastions, []string{id}, func(ctx context.Context, ids []string) (map[string]instance, error) {
		told := map[string]instance{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{
				Filters: []types.Filter{filter("instance-id", ids)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for _, reservation := range out.Reservations {
				for i := range reservation.Instances {
					b, err := bastion(&reservation.Instances[i])
					if err != nil {
						return 0, nil, err
					}
					told[b.InstanceID] = b
				}
			}
			return len(out.Reservations), out.NextToken, nil
		})
	}, func(id string) answer[instance] {
		return lacking[instance](&lack{reason: facts.Inconsistent, detail: fmt.Sprintf("there is no instance %s in %s", id, r.name)})
	})
}

// bastion reads an instance. AWS leaves out where it was once it is terminated.
func bastion(in *types.Instance) (instance, error) {
	var f fields
	b := instance{odd: oddity(in)}
	b.InstanceID = f.text("InstanceId", in.InstanceId)
	if in.State == nil {
		f.miss("State")
	} else {
		b.State = f.enum("State", string(in.State.Name))
	}
	b.PublicIP = sdk.ToString(in.PublicIpAddress)
	if b.State == string(types.InstanceStateNameTerminated) || b.State == string(types.InstanceStateNameShuttingDown) {
		b.SubnetID, b.VPCID, b.PrivateIP = sdk.ToString(in.SubnetId), sdk.ToString(in.VpcId), sdk.ToString(in.PrivateIpAddress)
	} else {
		b.SubnetID, b.VPCID = f.text("SubnetId", in.SubnetId), f.text("VpcId", in.VpcId)
		b.PrivateIP = f.text("PrivateIpAddress", in.PrivateIpAddress)
	}
	for _, g := range in.SecurityGroups {
		b.GroupIDs = append(b.GroupIDs, f.text("GroupId", g.GroupId))
	}
	for _, i := range in.NetworkInterfaces {
		b.ipv6 = b.ipv6 || len(i.Ipv6Addresses) > 0
	}
	return b, f.err()
}

// oddity is what of an instance is not modelled.
func oddity(in *types.Instance) string {
	if n := len(in.NetworkInterfaces); n > 1 {
		return fmt.Sprintf("has %d network interfaces, and which of them connections take is not modelled", n)
	}
	for _, i := range in.NetworkInterfaces {
		for _, a := range i.PrivateIpAddresses {
			if a.Association != nil && !sdk.ToBool(a.Primary) && in.PublicIpAddress == nil {
				return "has its public address on a secondary private one, which is not modelled"
			}
		}
	}
	return ""
}

// bastionOf is the bastion as far as it can be the target's.
func (r *region) bastionOf(t *facts.Target) (facts.Bastion, *lack) {
	id, a := r.account.options.Bastion, answer[instance]{}
	switch subnet := r.account.options.BastionSubnet; {
	case subnet != "":
		id, a = "a bastion in "+subnet, r.plannedBastion(t)
	case id == "":
		return facts.Bastion{}, notAsked
	default:
		a = r.bastions[id]
	}
	switch b := a.value; {
	case a.lack != nil:
		return facts.Bastion{}, a.lack
	case b.VPCID != "" && t.Cluster.VPCID != "" && b.VPCID != t.Cluster.VPCID:
		return facts.Bastion{}, &lack{
			reason: facts.Unsupported,
			detail: fmt.Sprintf("%s is in %s and the cluster in %s: what joins the two is not followed", id, b.VPCID, t.Cluster.VPCID),
		}
	case b.odd != "":
		return facts.Bastion{}, &lack{reason: facts.Unsupported, detail: id + " " + b.odd}
	case b.ipv6 && (t.Cluster.IPAddressType == "dualstack" || t.Lacking("cluster.ip_address_type") != nil):
		return facts.Bastion{}, &lack{
			reason: facts.Unsupported,
			detail: fmt.Sprintf("%s may reach the cluster over IPv6, and only IPv4 can be followed", id),
		}
	}
	return a.value.Bastion, nil
}

// plannedBastion is one that was named by where it is, or is to be.
func (r *region) plannedBastion(t *facts.Target) answer[instance] {
	o := &r.account.options
	vpc := t.Cluster.VPCID
	if vpc == "" {
		return lacking[instance](&lack{reason: facts.Unsupported, detail: "the cluster's VPC is not known, nor whether " + o.BastionSubnet + " is in it"})
	}
	told, asked := r.subnets[vpc]
	there := slices.ContainsFunc(told.value, func(s facts.Subnet) bool { return s.ID == o.BastionSubnet })
	if asked && told.lack == nil && !there {
		return lacking[instance](&lack{reason: facts.Inconsistent, detail: fmt.Sprintf("there is no subnet %s in %s, the cluster's VPC", o.BastionSubnet, vpc)})
	}
	planned := facts.Bastion{State: facts.PlannedBastion, SubnetID: o.BastionSubnet, VPCID: vpc, GroupIDs: []string{o.BastionGroup}}
	return answer[instance]{value: instance{Bastion: planned, ipv6: true}}
}

func (r *region) completeBastion(t *facts.Target) {
	b, lack := r.bastionOf(t)
	t.Network.Bastion = take(t, "network.bastion", answer[facts.Bastion]{value: b, lack: lack})
}

// withOutbound is the group as the target is to have it: what it lets out is kept
// of the bastion's groups only.
func (r *region) withOutbound(t *facts.Target, group facts.SecurityGroup) facts.SecurityGroup {
	if b, lack := r.bastionOf(t); lack != nil || !slices.Contains(b.GroupIDs, group.ID) {
		group.Outbound = nil
	}
	return group
}

// permissions are all that is kept of a group.
func permissions(g *facts.SecurityGroup) []facts.Permission {
	if g.Outbound == nil {
		return g.Inbound
	}
	return slices.Concat(g.Inbound, g.Outbound.Permissions)
}
