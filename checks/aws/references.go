package aws

import (
	"context"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// fetchInterfacesAt asks which interfaces have the addresses, each given with its
// VPC: the same private address may be in use in several.
func (r *region) fetchInterfacesAt(ctx context.Context, places []string) {
	lookUp(ctx, r, "DescribeNetworkInterfaces", r.interfacesAt, places, func(ctx context.Context, places []string) (map[string]facts.Interface, error) {
		var vpcs, addresses []string
		for _, place := range places {
			vpc, address, _ := strings.Cut(place, " ")
			vpcs, addresses = append(vpcs, vpc), append(addresses, address)
		}
		told := map[string]facts.Interface{}
		return told, r.describeInterfaces(ctx, func(i facts.Interface) {
			for _, address := range i.PrivateIPs {
				if place := at(i.VPCID, address); slices.Contains(places, place) {
					told[place] = i
				}
			}
		}, filter("vpc-id", distinct(vpcs)), filter("addresses.private-ip-address", distinct(addresses)))
	}, none[facts.Interface])
}

func (r *region) fetchInterfaces(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribeNetworkInterfaces", r.interfaces, ids, func(ctx context.Context, ids []string) (map[string]facts.Interface, error) {
		told := map[string]facts.Interface{}
		return told, r.describeInterfaces(ctx, func(i facts.Interface) { told[i.ID] = i }, filter("network-interface-id", ids))
	}, never[facts.Interface]("DescribeNetworkInterfaces"))
}

func (r *region) describeInterfaces(ctx context.Context, add func(facts.Interface), filters ...types.Filter) error {
	return pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
		out, err := r.ec2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{Filters: filters, MaxResults: mostResults, NextToken: token})
		if err != nil {
			return 0, nil, err
		}
		for i := range out.NetworkInterfaces {
			converted, err := networkInterface(&out.NetworkInterfaces[i])
			if err != nil {
				return 0, nil, err
			}
			add(converted)
		}
		return len(out.NetworkInterfaces), out.NextToken, nil
	})
}

func networkInterface(in *types.NetworkInterface) (facts.Interface, error) {
	var f fields
	i := facts.Interface{
		ID: f.text("NetworkInterfaceId", in.NetworkInterfaceId), SubnetID: f.text("SubnetId", in.SubnetId), VPCID: f.text("VpcId", in.VpcId),
		Description: sdk.ToString(in.Description),
	}
	if in.Association != nil {
		i.PublicIP = sdk.ToString(in.Association.PublicIp)
	}
	for _, a := range in.PrivateIpAddresses {
		i.PrivateIPs = append(i.PrivateIPs, f.text("PrivateIpAddress", a.PrivateIpAddress))
		if a.Association != nil && i.PublicIP == "" {
			i.PublicIP = sdk.ToString(a.Association.PublicIp)
		}
	}
	if len(i.PrivateIPs) == 0 && in.PrivateIpAddress != nil {
		i.PrivateIPs = []string{*in.PrivateIpAddress}
	}
	for _, g := range in.Groups {
		i.GroupIDs = append(i.GroupIDs, f.text("GroupId", g.GroupId))
	}
	return i, f.err()
}

func (r *region) fetchEndpoints(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribeVpcEndpoints", r.endpoints, ids, func(ctx context.Context, ids []string) (map[string]facts.VPCEndpoint, error) {
		told := map[string]facts.VPCEndpoint{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{
				Filters: []types.Filter{filter("vpc-endpoint-id", ids)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for _, e := range out.VpcEndpoints {
				var f fields
				id := f.text("VpcEndpointId", e.VpcEndpointId)
				told[id] = facts.VPCEndpoint{ID: id, Type: f.enum("VpcEndpointType", string(e.VpcEndpointType)), State: string(e.State)}
				if err := f.err(); err != nil {
					return 0, nil, err
				}
			}
			return len(out.VpcEndpoints), out.NextToken, nil
		})
	}, never[facts.VPCEndpoint]("DescribeVpcEndpoints"))
}

// fetchServiceLists asks for AWS's own lists, which come with their entries.
func (r *region) fetchServiceLists(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribePrefixLists", r.serviceLists, ids, func(ctx context.Context, ids []string) (map[string]facts.PrefixList, error) {
		told := map[string]facts.PrefixList{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribePrefixLists(ctx, &ec2.DescribePrefixListsInput{
				Filters: []types.Filter{filter("prefix-list-id", ids)}, MaxResults: sdk.Int32(200), NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for _, p := range out.PrefixLists {
				var f fields
				id := f.text("PrefixListId", p.PrefixListId)
				told[id] = facts.PrefixList{ID: id, Name: sdk.ToString(p.PrefixListName), OwnerID: "AWS", CIDRs: p.Cidrs}
				if err := f.err(); err != nil {
					return 0, nil, err
				}
			}
			return len(out.PrefixLists), out.NextToken, nil
		})
	}, none[facts.PrefixList]) // one that is not AWS's
}

// fetchManagedLists asks for lists without their entries.
func (r *region) fetchManagedLists(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribeManagedPrefixLists", r.managedLists, ids, func(ctx context.Context, ids []string) (map[string]facts.PrefixList, error) {
		told := map[string]facts.PrefixList{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeManagedPrefixLists(ctx, &ec2.DescribeManagedPrefixListsInput{
				Filters: []types.Filter{filter("prefix-list-id", ids)}, MaxResults: sdk.Int32(100), NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for _, p := range out.PrefixLists {
				var f fields
				id := f.text("PrefixListId", p.PrefixListId)
				told[id] = facts.PrefixList{
					ID: id, Name: sdk.ToString(p.PrefixListName), OwnerID: sdk.ToString(p.OwnerId), State: f.enum("State", string(p.State)),
				}
				if err := f.err(); err != nil {
					return 0, nil, err
				}
			}
			return len(out.PrefixLists), out.NextToken, nil
		})
	}, never[facts.PrefixList]("DescribeManagedPrefixLists"))
}

// fetchEntries asks for the entries of each list, which AWS tells one list at a
// time.
func (r *region) fetchEntries(ctx context.Context, ids []string) {
	var mu sync.Mutex
	var tasks []func(context.Context)
	for _, id := range distinct(ids) {
		if _, known := r.entries[id]; known {
			continue
		}
		tasks = append(tasks, func(ctx context.Context) {
			told := map[string]answer[[]string]{}
			lookUp(ctx, r, "GetManagedPrefixListEntries", told, []string{id}, r.describeEntries, never[[]string]("GetManagedPrefixListEntries"))
			mu.Lock()
			defer mu.Unlock()
			r.entries[id] = told[id]
		})
	}
	together(ctx, sideBySide, tasks...)
}

func (r *region) describeEntries(ctx context.Context, ids []string) (map[string][]string, error) {
	cidrs := []string{}
	err := pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
		out, err := r.ec2.GetManagedPrefixListEntries(ctx, &ec2.GetManagedPrefixListEntriesInput{
			PrefixListId: &ids[0], MaxResults: sdk.Int32(100), NextToken: token,
		})
		if err != nil {
			return 0, nil, err
		}
		for _, e := range out.Entries {
			if e.Cidr == nil {
				return 0, nil, &malformedError{"Cidr"}
			}
			cidrs = append(cidrs, *e.Cidr)
		}
		return len(out.Entries), out.NextToken, nil
	})
	return map[string][]string{ids[0]: cidrs}, err
}

// prefixList puts a list together from the calls that tell of it, and says what
// is unknown of it.
func (r *region) prefixList(id string) (facts.PrefixList, []facts.Unknown) {
	path := "network.prefix_lists." + id
	service := r.serviceLists[id]
	if len(service.value.CIDRs) > 0 {
		return service.value, nil
	}
	entries := r.entries[id]
	if service.value.ID == id {
		switch {
		case entries.lack != nil:
			return facts.PrefixList{}, []facts.Unknown{entries.lack.unknown(path)}
		case len(entries.value) == 0:
			return facts.PrefixList{}, []facts.Unknown{never[string]("GetManagedPrefixListEntries")(id).lack.unknown(path)}
		}
		return facts.PrefixList{ID: id, Name: service.value.Name, OwnerID: "AWS", CIDRs: entries.value}, nil
	}
	list, state := r.managedLists[id].value, r.managedLists[id].lack
	switch {
	case service.lack != nil && (entries.lack != nil || state != nil): // either way would do; the first is the one to cure
		return facts.PrefixList{}, []facts.Unknown{service.lack.unknown(path)}
	case entries.lack != nil:
		return facts.PrefixList{}, []facts.Unknown{entries.lack.unknown(path)}
	case len(entries.value) == 0 && state != nil:
		// Whether it is empty or not there at all, the state would tell.
		return facts.PrefixList{}, []facts.Unknown{state.unknown(path)}
	case state != nil:
		return facts.PrefixList{ID: id, CIDRs: entries.value}, []facts.Unknown{state.unknown(path + ".state")}
	}
	list.CIDRs = entries.value
	return list, nil
}
