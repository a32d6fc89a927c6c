package aws

import (
	"context"
	"slices"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshift/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// fetchSubnetGroups asks for one group by name, or for all groups in one go where
// several are needed.
func (r *region) fetchSubnetGroups(ctx context.Context, names []string) {
	lookUp(ctx, r, "DescribeClusterSubnetGroups", r.subnetGroups, names, func(ctx context.Context, names []string) (map[string]facts.SubnetGroup, error) {
		in := redshift.DescribeClusterSubnetGroupsInput{MaxRecords: sdk.Int32(100)}
		if len(names) == 1 {
			in = redshift.DescribeClusterSubnetGroupsInput{ClusterSubnetGroupName: &names[0]}
		}
		byName := map[string]facts.SubnetGroup{}
		return byName, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			in.Marker = token
			out, err := r.redshift.DescribeClusterSubnetGroups(ctx, &in)
			if err != nil {
				return 0, nil, err
			}
			for i := range out.ClusterSubnetGroups {
				group, err := subnetGroup(&out.ClusterSubnetGroups[i])
				if err != nil {
					return 0, nil, err
				}
				byName[group.Name] = group
			}
			return len(out.ClusterSubnetGroups), out.Marker, nil
		})
	}, never[facts.SubnetGroup]("DescribeClusterSubnetGroups"))
}

func subnetGroup(in *types.ClusterSubnetGroup) (facts.SubnetGroup, error) {
	var f fields
	group := facts.SubnetGroup{
		Name: f.text("ClusterSubnetGroupName", in.ClusterSubnetGroupName), Status: sdk.ToString(in.SubnetGroupStatus),
		VPCID: f.text("VpcId", in.VpcId),
	}
	for _, s := range in.Subnets {
		var zone *string
		if s.SubnetAvailabilityZone != nil {
			zone = s.SubnetAvailabilityZone.Name
		}
		group.Subnets = append(group.Subnets, facts.GroupSubnet{
			ID: f.text("SubnetIdentifier", s.SubnetIdentifier), AvailabilityZone: f.text("SubnetAvailabilityZone", zone),
			Status: sdk.ToString(s.SubnetStatus),
		})
	}
	if len(group.Subnets) == 0 {
		return group, &malformedError{"Subnets"}
	}
	return group, f.err()
}

// keptParameters are asked about by name, whatever their source.
var keptParameters = []string{
	"require_ssl", "use_fips_ssl", "statement_timeout", "enable_case_sensitive_identifier", "enable_user_activity_logging", "search_path",
}

// fetchParameters asks for each parameter group, which AWS tells one at a time.
func (r *region) fetchParameters(ctx context.Context, groups []string) {
	var mu sync.Mutex
	var tasks []func(context.Context)
	for _, group := range distinct(groups) {
		if _, known := r.parameters[group]; known {
			continue
		}
		tasks = append(tasks, func(ctx context.Context) {
			told := map[string]answer[[]facts.Parameter]{}
			lookUp(ctx, r, "DescribeClusterParameters", told, []string{group}, r.describeParameters, never[[]facts.Parameter]("DescribeClusterParameters"))
			mu.Lock()
			defer mu.Unlock()
			r.parameters[group] = told[group]
		})
	}
	together(ctx, sideBySideRedshift, tasks...)
}

func (r *region) describeParameters(ctx context.Context, groups []string) (map[string][]facts.Parameter, error) {
	group, count := groups[0], 0
	var list []facts.Parameter
	err := pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
		out, err := r.redshift.DescribeClusterParameters(ctx, &redshift.DescribeClusterParametersInput{
			ParameterGroupName: &group, Marker: token, MaxRecords: sdk.Int32(100),
		})
		if err != nil {
			return 0, nil, err
		}
		for _, p := range out.Parameters {
			var f fields
			name := f.text("ParameterName", p.ParameterName)
			if err := f.err(); err != nil {
				return 0, nil, err
			}
			if keepParameter(name, sdk.ToString(p.Source)) {
				list = append(list, facts.Parameter{
					Group: group, Name: name, Value: sdk.ToString(p.ParameterValue), Source: sdk.ToString(p.Source),
				})
			}
		}
		count += len(out.Parameters)
		return len(out.Parameters), out.Marker, nil
	})
	if err != nil || count == 0 { // no group is empty
		return nil, err
	}
	return map[string][]facts.Parameter{group: list}, nil
}

// keepParameter leaves out what no check reads. The queues of workload management
// are a document of their own.
func keepParameter(name, source string) bool {
	return name != "wlm_json_configuration" && (source == "user" || slices.Contains(keptParameters, name))
}
