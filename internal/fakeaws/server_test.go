package fakeaws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

func start(t *testing.T, cloud *Cloud) (*Server, sdk.Config) {
	t.Helper()
	s, err := Start(cloud)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, sdk.Config{
		Region: RegionName, BaseEndpoint: sdk.String(s.URL()), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(AccessKey, "secret", ""),
	}
}

func filter(name string, values ...string) []types.Filter {
	return []types.Filter{{Name: &name, Values: values}}
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// TestStrictness asks what AWS refuses.
func TestStrictness(t *testing.T) {
	s, cfg := start(t, Healthy())
	ctx := context.Background()
	many := make([]string, 201)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	abroad, stranger := cfg.Copy(), cfg.Copy()
	abroad.Region = "eu-west-1"
	stranger.Credentials = credentials.NewStaticCredentialsProvider("AKIASOMEBODY", "secret", "")
	client, warehouse := ec2.NewFromConfig(cfg), redshift.NewFromConfig(cfg)
	for name, tc := range map[string]struct {
		ask  func() error
		want string
	}{
		"filter that there is not": {func() error {
			_, err := client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: filter("colour", "red")})
			return err
		}, "InvalidParameterValue"},
		"too many values": {func() error {
			_, err := client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: filter("vpc-id", many...)})
			return err
		}, "FilterLimitExceeded"},
		"page too large": {func() error {
			_, err := client.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{MaxResults: sdk.Int32(101)})
			return err
		}, "InvalidParameterValue"},
		"page too small": {func() error {
			_, err := warehouse.DescribeClusters(ctx, &redshift.DescribeClustersInput{MaxRecords: sdk.Int32(19)})
			return err
		}, "InvalidParameterValue"},
		"token of another list": {func() error {
			token := sdk.String("RGVzY3JpYmVWcGNzIDE=") // DescribeVpcs 1
			_, err := client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{NextToken: token})
			return err
		}, "InvalidParameterValue"},
		"name and marker": {func() error {
			_, err := warehouse.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: sdk.String("analytics"), Marker: sdk.String("x")})
			return err
		}, "InvalidParameterCombination"},
		"cluster that there is not": {func() error {
			_, err := warehouse.DescribeClusters(ctx, &redshift.DescribeClustersInput{ClusterIdentifier: sdk.String("nope")})
			return err
		}, "ClusterNotFound"},
		"parameter it does not know": {func() error {
			_, err := client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{"subnet-0a"}})
			return err
		}, "UnknownParameter"},
		"operation it does not know": {func() error {
			_, err := client.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{})
			return err
		}, "InvalidAction"},
		"region that is not enabled, EC2": {func() error {
			_, err := ec2.NewFromConfig(abroad).DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
			return err
		}, "AuthFailure"},
		"stranger, Redshift": {func() error {
			_, err := redshift.NewFromConfig(stranger).DescribeClusters(ctx, &redshift.DescribeClustersInput{})
			return err
		}, "InvalidClientTokenId"},
		"write": {func() error {
			_, err := warehouse.DeleteCluster(ctx, &redshift.DeleteClusterInput{ClusterIdentifier: sdk.String("analytics")})
			return err
		}, "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := code(tc.ask()); got != tc.want {
				t.Errorf("got %q, want %s", got, tc.want)
			}
		})
	}
	var refused []string
	for _, r := range s.Requests() {
		if r.Refused {
			refused = append(refused, r.Operation)
		}
	}
	if diff := cmp.Diff([]string{"DeleteCluster"}, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
}

func TestFiltersAndPages(t *testing.T) {
	cloud := Healthy()
	r := cloud.Region(RegionName)
	r.VPCs = append(r.VPCs, &VPC{VPC: facts.VPC{ID: "vpc-0b"}, Subnets: []facts.Subnet{{ID: "subnet-0z", VPCID: "vpc-0b", CIDR: "10.1.0.0/24"}}})
	s, cfg := start(t, cloud)
	client := ec2.NewFromConfig(cfg)
	for name, tc := range map[string]struct {
		filters []types.Filter
		size    int
		want    [][]string // pages
	}{
		"all":         {nil, 0, [][]string{{"subnet-0a", "subnet-0b", "subnet-0z"}}},
		"filtered":    {filter("vpc-id", "vpc-0b", "vpc-0x"), 0, [][]string{{"subnet-0z"}}},
		"none":        {filter("vpc-id", "vpc-0x"), 0, [][]string{nil}},
		"in pages":    {nil, 2, [][]string{{"subnet-0a", "subnet-0b"}, {"subnet-0z"}}},
		"both":        {filter("vpc-id", "vpc-0a"), 1, [][]string{{"subnet-0a"}, {"subnet-0b"}}},
		"whole pages": {filter("vpc-id", "vpc-0a"), 2, [][]string{{"subnet-0a", "subnet-0b"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s.PageSize(tc.size)
			var got [][]string
			pages := ec2.NewDescribeSubnetsPaginator(client, &ec2.DescribeSubnetsInput{Filters: tc.filters})
			for pages.HasMorePages() {
				out, err := pages.NextPage(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				var page []string
				for _, subnet := range out.Subnets {
					page = append(page, *subnet.SubnetId)
				}
				got = append(got, page)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("pages (-want +got):\n%s", diff)
			}
		})
	}
}

// TestTheFormOfAnswers looks at the bytes: the SDK is lenient, others are not.
func TestTheFormOfAnswers(t *testing.T) {
	s, _ := start(t, Healthy("192.0.2.10/32"))
	for operation, tc := range map[string]struct {
		service string
		want    []string
	}{
		"DescribeClusters": {"redshift", []string{
			`<DescribeClustersResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><DescribeClustersResult>`,
			"<Clusters><Cluster><ClusterIdentifier>analytics</ClusterIdentifier>",
			"<ClusterVersion>1.0</ClusterVersion><ClusterRevisionNumber>52943</ClusterRevisionNumber>",
			"<member><NodeRole>LEADER</NodeRole>",
		}},
		"DescribeNetworkAcls": {"ec2", []string{
			`<DescribeNetworkAclsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>`,
			"<item><ruleNumber>32767</ruleNumber><protocol>-1</protocol><ruleAction>deny</ruleAction><egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock></item>",
		}},
		"DescribeRouteTables": {"ec2", []string{
			"<main>true</main><associationState><state>associated</state></associationState>",
			"<destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state>",
		}},
		"DescribePrefixLists":        {"ec2", []string{"<cidrSet><item>54.231.0.0/16</item>", "<prefixListName>com.amazonaws.us-east-1.s3</prefixListName>"}},
		"DescribeManagedPrefixLists": {"ec2", []string{"<ownerId>AWS</ownerId><state>create-complete</state>"}},
		"GetCallerIdentity":          {"sts", []string{"<Account>111122223333</Account>"}},
	} {
		t.Run(operation, func(t *testing.T) {
			got := post(t, s.URL(), tc.service, operation)
			for _, want := range tc.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %s in\n%s", want, got)
				}
			}
		})
	}
}

func post(t *testing.T, address, service, operation string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(url.Values{"Action": {operation}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+AccessKey+"/20261123/"+RegionName+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	_, body := send(t, r)
	return body
}

func send(t *testing.T, r *http.Request) (status int, body string) {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestRoundsCountWhatWaitsForAnother(t *testing.T) {
	s, _ := start(t, Healthy())
	s.Settle(100 * time.Millisecond)
	done := make(chan string, 3)
	for range 3 {
		go func() { done <- post(t, s.URL(), "ec2", "DescribeSubnets") }()
	}
	for range 3 {
		<-done
	}
	post(t, s.URL(), "ec2", "DescribeVpcs")
	var rounds []int
	for _, r := range s.Requests() {
		rounds = append(rounds, r.Round)
	}
	if diff := cmp.Diff([]int{1, 1, 1, 2}, rounds); diff != "" || s.Rounds() != 2 {
		t.Errorf("%d rounds (-want +got):\n%s", s.Rounds(), diff)
	}
}

func TestFaultsComeAndGo(t *testing.T) {
	s, cfg := start(t, Healthy())
	client := ec2.NewFromConfig(cfg)
	f := Throttled()
	f.After, f.Times = 1, 2
	s.Inject("DescribeVpcs", f)
	var got []string
	for range 4 {
		_, err := client.DescribeVpcs(context.Background(), &ec2.DescribeVpcsInput{})
		got = append(got, code(err))
	}
	if diff := cmp.Diff([]string{"", "Throttling", "Throttling", ""}, got); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	if _, err := client.DescribeSubnets(context.Background(), &ec2.DescribeSubnetsInput{}); err != nil {
		t.Errorf("another operation: %v", err)
	}
}

// TestTheFormOfAnswersInJSON looks at what the SDK would forgive.
func TestTheFormOfAnswersInJSON(t *testing.T) {
	cloud := Healthy()
	cloud.Region(RegionName).HealthyWorkgroup()
	s, _ := start(t, cloud)
	for name, tc := range map[string]struct {
		operation, body string
		status          int
		want            []string
	}{
		"workgroups": {"ListWorkgroups", `{"maxResults":100}`, 200, []string{
			`"workgroupName":"loading"`, `"status":"AVAILABLE"`, `"networkInterfaceId":"eni-0sa"`, `"parameterKey":"require_ssl"`,
			`"workgroupArn":"arn:aws:redshift-serverless:us-east-1:111122223333:workgroup/` + WorkgroupID + `"`,
		}},
		"namespaces":                 {"ListNamespaces", `{}`, 200, []string{`"kmsKeyId":"AWS_OWNED_KMS_KEY"`, `"logExports":["userlog","connectionlog"]`}},
		"page too large":             {"ListWorkgroups", `{"maxResults":101}`, 400, []string{`"__type":"ValidationException"`}},
		"parameter it does not know": {"ListWorkgroups", `{"colour":"red"}`, 400, []string{`"__type":"ValidationException"`}},
		"operation it does not know": {"ListSnapshots", `{}`, 400, []string{`"__type":"UnknownOperationException"`}},
		"write":                      {"DeleteWorkgroup", `{"workgroupName":"loading"}`, 403, []string{`"__type":"AccessDeniedException"`}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequest(http.MethodPost, s.URL(), strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", contentJSON)
			r.Header.Set("X-Amz-Target", "RedshiftServerless."+tc.operation)
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+AccessKey+"/20261123/"+RegionName+"/redshift-serverless/aws4_request, SignedHeaders=host, Signature=0")
			status, body := send(t, r)
			if status != tc.status {
				t.Errorf("status %d, want %d", status, tc.status)
			}
			for _, want := range tc.want {
				if !strings.Contains(body, want) {
					t.Errorf("no %s in\n%s", want, body)
				}
			}
		})
	}
}
