package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// malformedError is an answer without something that AWS always tells. The whole
// answer is then not to be relied on.
type malformedError struct{ field string }

func (e *malformedError) Error() string { return "no " + e.field }

// fields reads an answer's fields and remembers the first that was not there.
type fields struct{ lacking string }

func (f *fields) text(name string, v *string) string {
	if v == nil {
		f.miss(name)
	}
	return sdk.ToString(v)
}

func (f *fields) number(name string, v *int32) int {
	if v == nil {
		f.miss(name)
	}
	return int(sdk.ToInt32(v))
}

func (f *fields) flag(name string, v *bool) bool {
	if v == nil {
		f.miss(name)
	}
	return sdk.ToBool(v)
}

// enum reads a field whose zero is AWS's saying nothing.
func (f *fields) enum(name, v string) string {
	if v == "" {
		f.miss(name)
	}
	return v
}

func (f *fields) miss(name string) {
	if f.lacking == "" {
		f.lacking = name
	}
}

func (f *fields) err() error {
	if f.lacking == "" {
		return nil
	}
	return &malformedError{f.lacking}
}

func filter(name string, values []string) types.Filter {
	return types.Filter{Name: &name, Values: values}
}

func byVPC(vpcs []string) []types.Filter { return []types.Filter{filter("vpc-id", vpcs)} }

// mostResults is what EC2 sends in one page at most, of most things.
var mostResults = sdk.Int32(1000)

// gather adds the items of a page to what is known by key, and tells what pages
// wants to know of the page.
func gather[In, Out any](into map[string][]Out, items []In, token *string, convert func(*In) (key string, out Out, err error)) (int, *string, error) {
	for i := range items {
		key, out, err := convert(&items[i])
		if err != nil {
			return 0, nil, err
		}
		into[key] = append(into[key], out)
	}
	return len(items), token, nil
}

func (r *region) fetchVPCs(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribeVpcs", r.vpcs, ids, func(ctx context.Context, ids []string) (map[string]facts.VPC, error) {
		told := map[string]facts.VPC{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{Filters: byVPC(ids), MaxResults: mostResults, NextToken: token})
			if err != nil {
				return 0, nil, err
			}
			for i := range out.Vpcs {
				v, err := vpc(&out.Vpcs[i])
				if err != nil {
					return 0, nil, err
				}
				told[v.ID] = v
				r.dns.optionsOf[v.ID] = sdk.ToString(out.Vpcs[i].DhcpOptionsId)
			}
			return len(out.Vpcs), out.NextToken, nil
		})
	}, never[facts.VPC]("DescribeVpcs"))
}

func vpc(in *types.Vpc) (facts.VPC, error) {
	var f fields
	v := facts.VPC{ID: f.text("VpcId", in.VpcId), OwnerID: f.text("OwnerId", in.OwnerId)}
	for _, a := range in.CidrBlockAssociationSet {
		if a.CidrBlockState == nil || a.CidrBlockState.State == types.VpcCidrBlockStateCodeAssociated {
			v.CIDRs = append(v.CIDRs, f.text("CidrBlock", a.CidrBlock))
		}
	}
	for _, a := range in.Ipv6CidrBlockAssociationSet {
		if a.Ipv6CidrBlockState == nil || a.Ipv6CidrBlockState.State == types.VpcCidrBlockStateCodeAssociated {
			v.CIDRs = append(v.CIDRs, f.text("Ipv6CidrBlock", a.Ipv6CidrBlock))
		}
	}
	if b := in.BlockPublicAccessStates; b != nil {
		v.BlockPublicAccess = string(b.InternetGatewayBlockMode)
	}
	return v, f.err()
}

func (r *region) fetchSubnets(ctx context.Context, vpcs []string) {
	lookUp(ctx, r, "DescribeSubnets", r.subnets, vpcs, func(ctx context.Context, vpcs []string) (map[string][]facts.Subnet, error) {
		told := map[string][]facts.Subnet{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: byVPC(vpcs), MaxResults: mostResults, NextToken: token})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.Subnets, out.NextToken, subnet)
		})
	}, never[[]facts.Subnet]("DescribeSubnets"))
}

func subnet(in *types.Subnet) (string, facts.Subnet, error) {
	var f fields
	s := facts.Subnet{
		ID: f.text("SubnetId", in.SubnetId), VPCID: f.text("VpcId", in.VpcId), OwnerID: sdk.ToString(in.OwnerId),
		AvailabilityZone: f.text("AvailabilityZone", in.AvailabilityZone), CIDR: sdk.ToString(in.CidrBlock),
	}
	if s.CIDR == "" && !sdk.ToBool(in.Ipv6Native) {
		f.miss("CidrBlock")
	}
	if b := in.BlockPublicAccessStates; b != nil {
		s.BlockPublicAccess = string(b.InternetGatewayBlockMode)
	}
	return s.VPCID, s, f.err()
}

// fetchRouteTables leaves an empty answer unknown: a VPC always has a main route
// table (https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html).
func (r *region) fetchRouteTables(ctx context.Context, vpcs []string) {
	lookUp(ctx, r, "DescribeRouteTables", r.routeTables, vpcs, func(ctx context.Context, vpcs []string) (map[string][]facts.RouteTable, error) {
		told := map[string][]facts.RouteTable{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{
				Filters: byVPC(vpcs), MaxResults: sdk.Int32(100), NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.RouteTables, out.NextToken, routeTable)
		})
	}, never[[]facts.RouteTable]("DescribeRouteTables"))
}

func routeTable(in *types.RouteTable) (string, facts.RouteTable, error) {
	var f fields
	table := facts.RouteTable{ID: f.text("RouteTableId", in.RouteTableId)}
	for _, a := range in.Associations {
		association := facts.RouteTableAssociation{
			Main: f.flag("Main", a.Main), SubnetID: sdk.ToString(a.SubnetId), GatewayID: sdk.ToString(a.GatewayId),
		}
		if a.AssociationState != nil {
			association.State = string(a.AssociationState.State)
		}
		table.Associations = append(table.Associations, association)
	}
	for i := range in.Routes {
		route := route(&in.Routes[i])
		if route.DestinationCIDR == "" && route.DestinationIPv6CIDR == "" && route.DestinationPrefixListID == "" {
			f.miss("the destination of a route")
		}
		table.Routes = append(table.Routes, route)
	}
	return f.text("VpcId", in.VpcId), table, f.err()
}

func route(in *types.Route) facts.Route {
	out := facts.Route{
		DestinationCIDR: sdk.ToString(in.DestinationCidrBlock), DestinationIPv6CIDR: sdk.ToString(in.DestinationIpv6CidrBlock),
		DestinationPrefixListID: sdk.ToString(in.DestinationPrefixListId),
		State:                   string(in.State), Origin: string(in.Origin),
	}
	// A route through an instance names its interface too, which says more.
	for _, target := range []*string{
		in.GatewayId, in.NatGatewayId, in.EgressOnlyInternetGatewayId, in.TransitGatewayId, in.VpcPeeringConnectionId,
		in.CarrierGatewayId, in.LocalGatewayId, in.NetworkInterfaceId, in.InstanceId, in.CoreNetworkArn, in.OdbNetworkArn,
	} {
		if out.Target == "" {
			out.Target = sdk.ToString(target)
		}
	}
	return out
}

func (r *region) fetchGateways(ctx context.Context, vpcs []string) {
	lookUp(ctx, r, "DescribeInternetGateways", r.gateways, vpcs, func(ctx context.Context, vpcs []string) (map[string][]facts.InternetGateway, error) {
		told := map[string][]facts.InternetGateway{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{
				Filters: []types.Filter{filter("attachment.vpc-id", vpcs)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			return gather(told, out.InternetGateways, out.NextToken, internetGateway)
		})
	}, none[[]facts.InternetGateway])
}

// internetGateway files a gateway under the VPC it is attached to; it can be
// attached to one only.
func internetGateway(in *types.InternetGateway) (string, facts.InternetGateway, error) {
	var f fields
	gateway := facts.InternetGateway{ID: f.text("InternetGatewayId", in.InternetGatewayId)}
	for _, a := range in.Attachments {
		gateway.Attachments = append(gateway.Attachments, facts.GatewayAttachment{VPCID: f.text("VpcId", a.VpcId), State: string(a.State)})
	}
	if len(gateway.Attachments) == 0 {
		return "", gateway, &malformedError{"the attachment it was asked by"}
	}
	return gateway.Attachments[0].VPCID, gateway, f.err()
}
