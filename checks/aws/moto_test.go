package aws

import (
	"context"
	"slices"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/moto"
)

// TestAgainstMoto makes a cluster with the SDK's own calls and observes it. moto
// leaves out much; all of it must be unknown, and nothing else.
func TestAgainstMoto(t *testing.T) {
	play(t, fakeaws.Healthy()) // for the environment
	server := moto.Start(t)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRetryer(func() sdk.Retryer { return sdk.NopRetryer{} }))
	if err != nil {
		t.Fatal(err)
	}
	var made motoEstate
	server.Furnish(t, func() error {
		made, err = makeEstate(t.Context(), ec2.NewFromConfig(cfg), redshift.NewFromConfig(cfg))
		return err
	})

	targets, unknown := observe(t, open(t, Options{Clusters: []string{"analytics", "nope"}, Bastion: made.bastion}))
	if len(unknown) != 1 || unknown[0].Path != "targets.nope" || unknown[0].Reason != facts.Failed || len(targets) != 1 {
		t.Fatalf("%d targets and %v, want one target and one name not found", len(targets), unknown)
	}
	target := targets[0]
	var lacking []string
	for _, u := range target.Unknown {
		lacking = append(lacking, u.Path+" "+string(u.Reason))
	}
	slices.Sort(lacking)
	want := []string{
		"cluster.availability_status unsupported", "cluster.ip_address_type unsupported", "cluster.multi_az unsupported",
		"cluster.nodes unsupported", "cluster.relocation unsupported", "cluster.scheduled_actions unsupported", "cluster.version unsupported",
		"network.block_public_access.exclusions unsupported", "network.block_public_access.exclusions_allowed unsupported",
		"network.block_public_access.mode unsupported", "network.block_public_access.state unsupported", "network.interfaces unsupported",
		"network.vpc_endpoints." + made.endpoint + " unsupported", // for want of a filter
	}
	if diff := cmp.Diff(want, lacking); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	c, n := target.Cluster, target.Network
	if c.Endpoint.Port != 5440 || c.Endpoint.Host == "" || !c.PubliclyAccessible || c.Status != "available" || c.VPCID != made.vpc {
		t.Errorf("cluster %+v", c)
	}
	if len(n.SubnetGroup.Subnets) != 1 || len(n.Subnets) != 1 || n.Subnets[0].ID != made.subnet || len(n.NetworkACLs) != 1 {
		t.Errorf("subnet group %+v, subnets %+v, ACLs %+v", n.SubnetGroup, n.Subnets, n.NetworkACLs)
	}
	if len(n.InternetGateways) != 1 || n.InternetGateways[0].Attachments[0].State != "available" {
		t.Errorf("internet gateways %+v", n.InternetGateways)
	}
	routes := map[string]string{}
	for _, table := range n.RouteTables {
		for _, r := range table.Routes {
			routes[r.DestinationCIDR+r.DestinationPrefixListID] = r.Target
		}
	}
	wantRoutes := map[string]string{"10.0.0.0/16": "local", "0.0.0.0/0": made.gateway, n.PrefixLists[0].ID: made.endpoint}
	if n.PrefixLists[0].OwnerID != "AWS" {
		wantRoutes[n.PrefixLists[1].ID] = made.endpoint
		delete(wantRoutes, n.PrefixLists[0].ID)
	}
	if diff := cmp.Diff(wantRoutes, routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	wantInbound := []facts.Permission{{
		Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5440}, CIDRs: []string{"192.0.2.10/32"}, PrefixListIDs: []string{made.list},
	}}
	if len(n.SecurityGroups) != 1 || cmp.Diff(wantInbound, n.SecurityGroups[0].Inbound) != "" {
		t.Errorf("security groups %+v, want %+v", n.SecurityGroups, wantInbound)
	}
	if n.Bastion.InstanceID != made.bastion || n.Bastion.SubnetID != made.subnet || n.Bastion.State != "running" {
		t.Errorf("bastion %+v", n.Bastion)
	}
	wantOut := &facts.Outbound{Permissions: []facts.Permission{{Protocol: "-1", CIDRs: []string{"0.0.0.0/0"}}}}
	if diff := cmp.Diff(wantOut, n.SecurityGroups[0].Outbound); diff != "" {
		t.Errorf("let out (-want +got):\n%s", diff)
	}
	// Its VPCs have no DHCP options.
	if diff := cmp.Diff(&facts.DNS{Support: true}, n.VPC.DNS); diff != "" {
		t.Errorf("DNS (-want +got):\n%s", diff)
	}
	for _, list := range n.PrefixLists {
		if len(list.CIDRs) == 0 {
			t.Errorf("prefix list %+v has no entries", list)
		}
	}
	if !slices.ContainsFunc(c.Parameters, func(p facts.Parameter) bool { return p.Name == "require_ssl" && p.Value == "false" }) {
		t.Errorf("parameters %+v", c.Parameters)
	}
}

// motoEstate is what was made, by id.
type motoEstate struct{ vpc, subnet, gateway, group, list, endpoint, bastion string }

func makeEstate(ctx context.Context, network *ec2.Client, warehouse *redshift.Client) (motoEstate, error) {
	var made motoEstate
	vpc, err := network.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: sdk.String("10.0.0.0/16")})
	if err != nil {
		return made, err
	}
	made.vpc = *vpc.Vpc.VpcId
	subnet, err := network.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: &made.vpc, CidrBlock: sdk.String("10.0.0.0/24")})
	if err != nil {
		return made, err
	}
	made.subnet = *subnet.Subnet.SubnetId
	if err := makeRoutes(ctx, network, &made); err != nil {
		return made, err
	}
	if err := makeGroup(ctx, network, &made); err != nil {
		return made, err
	}
	if _, err := warehouse.CreateClusterSubnetGroup(ctx, &redshift.CreateClusterSubnetGroupInput{
		ClusterSubnetGroupName: sdk.String("warehouse"), Description: sdk.String("test"), SubnetIds: []string{made.subnet},
	}); err != nil {
		return made, err
	}
	if _, err := warehouse.CreateCluster(ctx, &redshift.CreateClusterInput{
		ClusterIdentifier: sdk.String("analytics"), NodeType: sdk.String("ra3.xlplus"), MasterUsername: sdk.String("awsuser"),
		MasterUserPassword: sdk.String("Secret-" + canary), DBName: sdk.String("dev"), Port: sdk.Int32(5440),
		ClusterSubnetGroupName: sdk.String("warehouse"), VpcSecurityGroupIds: []string{made.group}, PubliclyAccessible: sdk.Bool(true),
	}); err != nil {
		return made, err
	}
	bastion, err := network.RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: sdk.String("ami-12c6146b"), MinCount: sdk.Int32(1), MaxCount: sdk.Int32(1),
		SubnetId: &made.subnet, SecurityGroupIds: []string{made.group},
	})
	if err != nil {
		return made, err
	}
	made.bastion = *bastion.Instances[0].InstanceId
	return made, nil
}

// makeRoutes leads the VPC's main route table to an internet gateway and to an
// endpoint of S3.
func makeRoutes(ctx context.Context, network *ec2.Client, made *motoEstate) error {
	gateway, err := network.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{})
	if err != nil {
		return err
	}
	made.gateway = *gateway.InternetGateway.InternetGatewayId
	if _, err := network.AttachInternetGateway(ctx, &ec2.AttachInternetGatewayInput{
		VpcId: &made.vpc, InternetGatewayId: &made.gateway,
	}); err != nil {
		return err
	}
	tables, err := network.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{
		Filters: []ec2types.Filter{filter("vpc-id", []string{made.vpc})},
	})
	if err != nil {
		return err
	}
	table := tables.RouteTables[0].RouteTableId
	if _, err := network.CreateRoute(ctx, &ec2.CreateRouteInput{
		RouteTableId: table, DestinationCidrBlock: sdk.String("0.0.0.0/0"), GatewayId: &made.gateway,
	}); err != nil {
		return err
	}
	endpoint, err := network.CreateVpcEndpoint(ctx, &ec2.CreateVpcEndpointInput{
		VpcId: &made.vpc, ServiceName: sdk.String("com.amazonaws.us-east-1.s3"), RouteTableIds: []string{*table},
	})
	if err != nil {
		return err
	}
	made.endpoint = *endpoint.VpcEndpoint.VpcEndpointId
	return nil
}

// makeGroup makes a security group that names an address and a prefix list.
func makeGroup(ctx context.Context, network *ec2.Client, made *motoEstate) error {
	list, err := network.CreateManagedPrefixList(ctx, &ec2.CreateManagedPrefixListInput{
		PrefixListName: sdk.String("loaders"), AddressFamily: sdk.String("IPv4"), MaxEntries: sdk.Int32(5),
		Entries: []ec2types.AddPrefixListEntry{{Cidr: sdk.String("198.51.100.7/32")}},
	})
	if err != nil {
		return err
	}
	made.list = *list.PrefixList.PrefixListId
	group, err := network.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: sdk.String("loader"), Description: sdk.String("test"), VpcId: &made.vpc,
	})
	if err != nil {
		return err
	}
	made.group = *group.GroupId
	_, err = network.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: &made.group, IpPermissions: []ec2types.IpPermission{{
			IpProtocol: sdk.String("tcp"), FromPort: sdk.Int32(5439), ToPort: sdk.Int32(5440),
			IpRanges:      []ec2types.IpRange{{CidrIp: sdk.String("192.0.2.10/32")}},
			PrefixListIds: []ec2types.PrefixListId{{PrefixListId: &made.list}},
		}},
	})
	return err
}
