package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/rscheck/rscheck/checks/facts"
)

const (
	describeVPCAttribute = "DescribeVpcAttribute"
	describeDHCPOptions  = "DescribeDhcpOptions"
)

// dnsAnswers are what AWS told of DNS in VPCs. It is asked of the bastion's only.
type dnsAnswers struct {
	optionsOf          map[string]string // the DHCP options of each VPC
	support, hostnames map[string]answer[bool]
	servers            map[string]answer[[]string] // by DHCP options
}

func newDNSAnswers() dnsAnswers {
	return dnsAnswers{
		optionsOf: map[string]string{}, support: map[string]answer[bool]{}, hostnames: map[string]answer[bool]{},
		servers: map[string]answer[[]string]{},
	}
}

// noOptions is how a VPC without DHCP options names them
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html).
const noOptions = "default"

// fetchDNS asks how instances in the bastion's VPC resolve names.
func (r *region) fetchDNS(ctx context.Context, targets []*facts.Target) {
	var vpcs, options []string
	for _, t := range targets {
		if b, lack := r.bastionOf(t); lack == nil && b.VPCID != "" {
			vpcs = append(vpcs, b.VPCID)
			if id := r.dns.optionsOf[b.VPCID]; id != noOptions {
				options = append(options, id)
			}
		}
	}
	together(ctx, sideBySide,
		func(ctx context.Context) {
			r.fetchVPCAttribute(ctx, vpcs, types.VpcAttributeNameEnableDnsSupport, r.dns.support, func(out *ec2.DescribeVpcAttributeOutput) *types.AttributeBooleanValue {
				return out.EnableDnsSupport
			})
		},
		func(ctx context.Context) {
			r.fetchVPCAttribute(ctx, vpcs, types.VpcAttributeNameEnableDnsHostnames, r.dns.hostnames, func(out *ec2.DescribeVpcAttributeOutput) *types.AttributeBooleanValue {
				return out.EnableDnsHostnames
			})
		},
		func(ctx context.Context) { r.fetchDHCPOptions(ctx, options) },
	)
}

// fetchVPCAttribute asks for one attribute; AWS tells one of one VPC at a time.
func (r *region) fetchVPCAttribute(
	ctx context.Context, vpcs []string, name types.VpcAttributeName, into map[string]answer[bool],
	value func(*ec2.DescribeVpcAttributeOutput) *types.AttributeBooleanValue,
) {
	lookUp(ctx, r, describeVPCAttribute, into, vpcs, func(ctx context.Context, vpcs []string) (map[string]bool, error) {
		told := map[string]bool{}
		for _, vpc := range vpcs {
			out, err := r.ec2.DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: &vpc, Attribute: name})
			if err != nil {
				return nil, err
			}
			v := value(out)
			if v == nil || v.Value == nil {
				return nil, &malformedError{string(name)}
			}
			told[vpc] = *v.Value
		}
		return told, nil
	}, never[bool](describeVPCAttribute))
}

func (r *region) fetchDHCPOptions(ctx context.Context, ids []string) {
	lookUp(ctx, r, describeDHCPOptions, r.dns.servers, ids, func(ctx context.Context, ids []string) (map[string][]string, error) {
		told := map[string][]string{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeDhcpOptions(ctx, &ec2.DescribeDhcpOptionsInput{
				Filters: []types.Filter{filter("dhcp-options-id", ids)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for i := range out.DhcpOptions {
				id, servers, err := dhcpOptions(&out.DhcpOptions[i])
				if err != nil {
					return 0, nil, err
				}
				told[id] = servers
			}
			return len(out.DhcpOptions), out.NextToken, nil
		})
	}, never[[]string](describeDHCPOptions))
}

// dhcpOptions reads which DNS servers a set of options names.
func dhcpOptions(in *types.DhcpOptions) (id string, servers []string, err error) {
	var f fields
	id = f.text("DhcpOptionsId", in.DhcpOptionsId)
	for _, c := range in.DhcpConfigurations {
		if f.text("Key", c.Key) != "domain-name-servers" {
			continue
		}
		for _, v := range c.Values {
			servers = append(servers, f.text("Value", v.Value))
		}
	}
	return id, servers, f.err()
}

// completeDNS tells of DNS in the VPC of a target that has the bastion in its VPC.
func (r *region) completeDNS(t *facts.Target) {
	b, lack := r.bastionOf(t)
	if lack != nil || b.VPCID == "" {
		return
	}
	const path = "network.vpc.dns"
	dns := &facts.DNS{
		Support: take(t, path+".support", r.dns.support[b.VPCID]), Hostnames: take(t, path+".hostnames", r.dns.hostnames[b.VPCID]),
	}
	switch id := r.dns.optionsOf[b.VPCID]; {
	case id != "" && id != noOptions:
		dns.Servers = take(t, path+".servers", r.dns.servers[id])
	case id == "" && r.vpcs[b.VPCID].lack == nil:
		t.Lack(path+".servers", facts.Inconsistent, "ec2:DescribeVpcs left out DhcpOptionsId")
	}
	t.Network.VPC.DNS = dns
}
