package aws

import (
	"context"
	"fmt"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// instance is the bastion and how many network interfaces it has.
type instance struct {
	facts.Bastion
	interfaces int
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
	b := instance{interfaces: len(in.NetworkInterfaces)}
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
	return b, f.err()
}

// bastionOf is the bastion as far as it can be the target's.
func (r *region) bastionOf(t *facts.Target) (facts.Bastion, *lack) {
	id := r.account.options.Bastion
	if id == "" {
		return facts.Bastion{}, notAsked
	}
	a := r.bastions[id]
	switch b := a.value; {
	case a.lack != nil:
		return facts.Bastion{}, a.lack
	case b.VPCID != "" && t.Cluster.VPCID != "" && b.VPCID != t.Cluster.VPCID:
		return facts.Bastion{}, &lack{
			reason: facts.Unsupported,
			detail: fmt.Sprintf("%s is in %s and the cluster in %s: what joins the two is not followed", id, b.VPCID, t.Cluster.VPCID),
		}
	case b.interfaces > 1:
		return facts.Bastion{}, &lack{
			reason: facts.Unsupported,
			detail: fmt.Sprintf("%s has %d network interfaces, and which of them connections take is not modelled", id, b.interfaces),
		}
	}
	return a.value.Bastion, nil
}

func (r *region) completeBastion(t *facts.Target) {
	b, lack := r.bastionOf(t)
	t.Network.Bastion = take(t, "network.bastion", answer[facts.Bastion]{value: b, lack: lack})
}
