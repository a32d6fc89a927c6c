package aws

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// moto starts moto_server (https://docs.getmoto.org), somebody else's idea of
// AWS, and points the SDK at it.
func moto(t *testing.T) sdk.Config {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH: pip install 'moto[server]' gives a second opinion on the fake")
	}
	play(t, fakeaws.Healthy()) // for the environment
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	server := exec.Command(program, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	// Its own SDK trips over a profile or a configuration file that is not there.
	server.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	t.Setenv("AWS_ENDPOINT_URL", url)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if answer, err := http.Get(url + "/moto-api/"); err == nil {
			answer.Body.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("moto_server does not answer")
		}
	}
	cfg, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestAgainstMoto makes a cluster with the SDK's own calls and observes it. moto
// leaves out much; all of it must be unknown, and nothing else.
func TestAgainstMoto(t *testing.T) {
	cfg := moto(t)
	network := motoNetwork(t, ec2.NewFromConfig(cfg))
	client, ctx := redshift.NewFromConfig(cfg), context.Background()
	must[*redshift.CreateClusterSubnetGroupOutput](t)(client.CreateClusterSubnetGroup(ctx, &redshift.CreateClusterSubnetGroupInput{
		ClusterSubnetGroupName: sdk.String("warehouse"), Description: sdk.String("test"), SubnetIds: []string{network.subnet},
	}))
	must[*redshift.CreateClusterOutput](t)(client.CreateCluster(ctx, &redshift.CreateClusterInput{
		ClusterIdentifier: sdk.String("analytics"), NodeType: sdk.String("ra3.xlplus"), MasterUsername: sdk.String("awsuser"),
		MasterUserPassword: sdk.String("Secret-" + canary), DBName: sdk.String("dev"), Port: sdk.Int32(5440),
		ClusterSubnetGroupName: sdk.String("warehouse"), VpcSecurityGroupIds: []string{network.group}, PubliclyAccessible: sdk.Bool(true),
	}))

	bastion := *must[*ec2.RunInstancesOutput](t)(ec2.NewFromConfig(cfg).RunInstances(ctx, &ec2.RunInstancesInput{
		ImageId: sdk.String("ami-12c6146b"), MinCount: sdk.Int32(1), MaxCount: sdk.Int32(1), SubnetId: &network.subnet, SecurityGroupIds: []string{network.group},
	})).Instances[0].InstanceId

	targets, unknown := observe(t, open(t, Options{Clusters: []string{"analytics", "nope"}, Bastion: bastion}))
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
		"network.vpc_endpoints." + network.endpoint + " unsupported", // for want of a filter
	}
	if diff := cmp.Diff(want, lacking); diff != "" {
		t.Errorf("unknown (-want +got):\n%s", diff)
	}
	c, n := target.Cluster, target.Network
	if c.Endpoint.Port != 5440 || c.Endpoint.Host == "" || !c.PubliclyAccessible || c.Status != "available" || c.VPCID != network.vpc {
		t.Errorf("cluster %+v", c)
	}
	if len(n.SubnetGroup.Subnets) != 1 || len(n.Subnets) != 1 || n.Subnets[0].ID != network.subnet || len(n.NetworkACLs) != 1 {
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
	wantRoutes := map[string]string{"10.0.0.0/16": "local", "0.0.0.0/0": network.gateway, n.PrefixLists[0].ID: network.endpoint}
	if n.PrefixLists[0].OwnerID != "AWS" {
		wantRoutes[n.PrefixLists[1].ID] = network.endpoint
		delete(wantRoutes, n.PrefixLists[0].ID)
	}
	if diff := cmp.Diff(wantRoutes, routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	wantInbound := []facts.Permission{{
		Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5440}, CIDRs: []string{"192.0.2.10/32"}, PrefixListIDs: []string{network.list},
	}}
	if len(n.SecurityGroups) != 1 || cmp.Diff(wantInbound, n.SecurityGroups[0].Inbound) != "" {
		t.Errorf("security groups %+v, want %+v", n.SecurityGroups, wantInbound)
	}
	if n.Bastion.InstanceID != bastion || n.Bastion.SubnetID != network.subnet || n.Bastion.State != "running" {
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

type motoIDs struct{ vpc, subnet, gateway, group, list, endpoint string }

func motoNetwork(t *testing.T, client *ec2.Client) motoIDs {
	t.Helper()
	ctx := context.Background()
	var ids motoIDs
	ids.vpc = *must[*ec2.CreateVpcOutput](t)(client.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: sdk.String("10.0.0.0/16")})).Vpc.VpcId
	ids.subnet = *must[*ec2.CreateSubnetOutput](t)(client.CreateSubnet(ctx, &ec2.CreateSubnetInput{
		VpcId: &ids.vpc, CidrBlock: sdk.String("10.0.0.0/24"),
	})).Subnet.SubnetId
	ids.gateway = *must[*ec2.CreateInternetGatewayOutput](t)(client.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{})).InternetGateway.InternetGatewayId
	must[*ec2.AttachInternetGatewayOutput](t)(client.AttachInternetGateway(ctx, &ec2.AttachInternetGatewayInput{VpcId: &ids.vpc, InternetGatewayId: &ids.gateway}))
	table := *must[*ec2.DescribeRouteTablesOutput](t)(client.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{
		Filters: []ec2types.Filter{filter("vpc-id", []string{ids.vpc})},
	})).RouteTables[0].RouteTableId
	must[*ec2.CreateRouteOutput](t)(client.CreateRoute(ctx, &ec2.CreateRouteInput{
		RouteTableId: &table, DestinationCidrBlock: sdk.String("0.0.0.0/0"), GatewayId: &ids.gateway,
	}))
	ids.endpoint = *must[*ec2.CreateVpcEndpointOutput](t)(client.CreateVpcEndpoint(ctx, &ec2.CreateVpcEndpointInput{
		VpcId: &ids.vpc, ServiceName: sdk.String("com.amazonaws.us-east-1.s3"), RouteTableIds: []string{table},
	})).VpcEndpoint.VpcEndpointId
	ids.list = *must[*ec2.CreateManagedPrefixListOutput](t)(client.CreateManagedPrefixList(ctx, &ec2.CreateManagedPrefixListInput{
		PrefixListName: sdk.String("loaders"), AddressFamily: sdk.String("IPv4"), MaxEntries: sdk.Int32(5),
		Entries: []ec2types.AddPrefixListEntry{{Cidr: sdk.String("198.51.100.7/32")}},
	})).PrefixList.PrefixListId
	ids.group = *must[*ec2.CreateSecurityGroupOutput](t)(client.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: sdk.String("loader"), Description: sdk.String("test"), VpcId: &ids.vpc,
	})).GroupId
	must[*ec2.AuthorizeSecurityGroupIngressOutput](t)(client.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: &ids.group, IpPermissions: []ec2types.IpPermission{{
			IpProtocol: sdk.String("tcp"), FromPort: sdk.Int32(5439), ToPort: sdk.Int32(5440),
			IpRanges:      []ec2types.IpRange{{CidrIp: sdk.String("192.0.2.10/32")}},
			PrefixListIds: []ec2types.PrefixListId{{PrefixListId: &ids.list}},
		}},
	}))
	return ids
}
