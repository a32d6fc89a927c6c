package aws

import (
	"context"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// workgroup is what ListWorkgroups told of a workgroup that leads to more and is
// no fact by itself.
type workgroup struct {
	namespace string
	subnets   []string
}

// listed returns the workgroups of the region that keep wants. Those that came
// before a page that failed are among them. AWS has no cheaper way to a workgroup
// of a known name, and this one needs no second permission.
func (r *region) listed(ctx context.Context, keep func(name string) bool) ([]*facts.Target, *lack) {
	var targets []*facts.Target
	l := r.ask(ctx, listWorkgroups, func(ctx context.Context) error {
		return pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.serverless.ListWorkgroups(ctx, &redshiftserverless.ListWorkgroupsInput{MaxResults: sdk.Int32(100), NextToken: token})
			if err != nil {
				return 0, nil, err
			}
			if out.Workgroups == nil { // AWS tells an empty list where there are none
				return 0, nil, &malformedError{"workgroups"}
			}
			for i := range out.Workgroups {
				if !keep(sdk.ToString(out.Workgroups[i].WorkgroupName)) {
					continue
				}
				t, err := r.workgroupTarget(&out.Workgroups[i])
				if err != nil {
					return 0, nil, err
				}
				targets = append(targets, t)
			}
			return len(out.Workgroups), out.NextToken, nil
		})
	})
	return targets, l
}

// offersNoWorkgroups reports whether l, for which the workgroups of the region are
// lacking, shows that it cannot have any. Three things have to agree, since a
// resolver may be made to say that a name does not exist: AWS's own list of
// endpoints has none, there is no host of the name that it would have, and clusters,
// of which the caller knows that they were listed, were asked for in the same way.
func (r *region) offersNoWorkgroups(ctx context.Context, l *lack) bool {
	if l == nil || !noServerless(r.name) || r.redshift.Options().BaseEndpoint != nil {
		return false
	}
	// The endpoint there would be without FIPS, dual stack or one of the user's own.
	endpoint, err := redshiftserverless.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, redshiftserverless.EndpointParameters{Region: &r.name})
	return err == nil && l.noHost == endpoint.URI.Hostname()
}

// noServerless reports whether the region has Redshift and not Redshift Serverless
// in AWS's list of endpoints, as of the SDK in use
// (https://docs.aws.amazon.com/general/latest/gr/redshift-service.html).
func noServerless(region string) bool {
	return slices.Contains([]string{
		"eusc-de-east-1", "me-south-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "us-isob-west-1",
	}, region)
}

// namespace is what a namespace tells of the workgroups in it.
type namespace struct {
	adminUser, databaseName, key *string
	exports                      []types.LogExport // nil where not told
}

// namespaceFacts are the paths of what a namespace tells.
func namespaceFacts() []string {
	return []string{"cluster.admin_user", "cluster.database_name", "cluster.encrypted", "cluster.logging"}
}

// fetchNamespaces asks for all namespaces in one go.
func (r *region) fetchNamespaces(ctx context.Context, names []string) {
	lookUp(ctx, r, "ListNamespaces", r.namespaces, names, func(ctx context.Context, _ []string) (map[string]namespace, error) {
		byName := map[string]namespace{}
		return byName, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.serverless.ListNamespaces(ctx, &redshiftserverless.ListNamespacesInput{MaxResults: sdk.Int32(100), NextToken: token})
			if err != nil {
				return 0, nil, err
			}
			if out.Namespaces == nil {
				return 0, nil, &malformedError{"namespaces"}
			}
			for _, n := range out.Namespaces {
				var f fields
				name := f.text("namespaceName", n.NamespaceName)
				if err := f.err(); err != nil {
					return 0, nil, err
				}
				byName[name] = namespace{adminUser: n.AdminUsername, databaseName: n.DbName, key: n.KmsKeyId, exports: n.LogExports}
			}
			return len(out.Namespaces), out.NextToken, nil
		})
	}, never[namespace]("ListNamespaces"))
}

// fetchSubnetVPCs asks which VPCs subnets are in.
func (r *region) fetchSubnetVPCs(ctx context.Context, ids []string) {
	lookUp(ctx, r, "DescribeSubnets", r.subnetVPCs, ids, func(ctx context.Context, ids []string) (map[string]string, error) {
		told := map[string]string{}
		return told, pages(ctx, func(ctx context.Context, token *string) (int, *string, error) {
			out, err := r.ec2.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{
				Filters: []ec2types.Filter{filter("subnet-id", ids)}, MaxResults: mostResults, NextToken: token,
			})
			if err != nil {
				return 0, nil, err
			}
			for i := range out.Subnets {
				_, s, err := subnet(&out.Subnets[i])
				if err != nil {
					return 0, nil, err
				}
				told[s.ID] = s.VPCID
			}
			return len(out.Subnets), out.NextToken, nil
		})
	}, never[string]("DescribeSubnets"))
}
