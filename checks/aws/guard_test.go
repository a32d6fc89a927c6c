package aws

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

func TestNothingIsSentThatIsNotOnTheAllowList(t *testing.T) {
	server := play(t, fakeaws.Healthy(loader))
	cfg := open(t, Options{}).config
	ctx := context.Background()
	allRefused(t, server, map[string]func() error{
		"delete a cluster": func() error {
			_, err := redshift.NewFromConfig(cfg).DeleteCluster(ctx, &redshift.DeleteClusterInput{ClusterIdentifier: sdk.String("analytics")})
			return err
		},
		"open a security group": func() error {
			_, err := ec2.NewFromConfig(cfg).AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{GroupId: sdk.String("sg-0loader")})
			return err
		},
		"fetch database credentials": func() error {
			_, err := redshift.NewFromConfig(cfg).GetClusterCredentials(ctx, &redshift.GetClusterCredentialsInput{
				ClusterIdentifier: sdk.String("analytics"), DbUser: sdk.String("awsuser"),
			})
			return err
		},
		"read what is not needed": func() error {
			_, err := ec2.NewFromConfig(cfg).DescribeImages(ctx, &ec2.DescribeImagesInput{})
			return err
		},
		"fetch a token": func() error {
			_, err := sts.NewFromConfig(cfg).GetSessionToken(ctx, &sts.GetSessionTokenInput{})
			return err
		},
	})
}

func allRefused(t *testing.T, server *fakeaws.Server, calls map[string]func() error) {
	t.Helper()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			var refused *refusedError
			if err := call(); !errors.As(err, &refused) {
				t.Errorf("got %v, want it refused", err)
			}
		})
	}
	if sent := server.Requests(); len(sent) > 0 {
		t.Errorf("were sent: %v", sent)
	}
}

func TestTheAllowListReads(t *testing.T) {
	for _, c := range Calls() {
		reads := strings.HasPrefix(c.Operation, "Describe") || strings.HasPrefix(c.Operation, "Get") || strings.HasPrefix(c.Operation, "List")
		if !reads && c.Operation != "AssumeRole" && c.Way == "" {
			t.Errorf("%s does not read", c.Operation)
		}
		prefix := strings.ReplaceAll(strings.ToLower(c.Service), " ", "-")
		if c.Service == "Secrets Manager" {
			prefix = "secretsmanager"
		}
		if service, operation, _ := strings.Cut(c.Action, ":"); service != prefix || operation != c.Operation {
			t.Errorf("%s %s has the action %s", c.Service, c.Operation, c.Action)
		}
	}
}

func TestTheAllowListHoldsNothingThatIsNotSent(t *testing.T) {
	cloud := busy()
	cloud.Region(fakeaws.RegionName).HealthyWorkgroup()
	cloud.Region(fakeaws.RegionName).Instances = []fakeaws.Instance{{Bastion: facts.Bastion{
		InstanceID: "i-0b", State: "running", SubnetID: "subnet-0b", VPCID: "vpc-0a", PrivateIP: "10.0.16.9",
	}}}
	cloud.Accounts[0].Roles = []fakeaws.Role{{ARN: "arn:aws:iam::111122223333:role/auditor"}}
	server := play(t, cloud)
	observe(t, open(t, Options{
		Roles: []string{"arn:aws:iam::111122223333:role/auditor"}, Regions: []string{AllRegions}, Logging: true, Bastion: "i-0b",
	}))
	sent := count(server.Requests())
	for _, c := range Calls() {
		if sent[c.Operation] == 0 && c.Way == "" {
			t.Errorf("%s was not sent", c.Operation)
		}
	}
}

// jsonPaths are the paths of all fields of a target.
func jsonPaths(v reflect.Type, prefix string, into map[string]bool) {
	for field := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		into[prefix+name] = true
		if field.Type.Kind() == reflect.Struct {
			jsonPaths(field.Type, prefix+name+".", into)
		}
	}
}

func TestCallsFillFactsThatThereAre(t *testing.T) {
	known := map[string]bool{}
	jsonPaths(reflect.TypeFor[facts.Target](), "", known)
	for _, c := range Calls() {
		for _, path := range c.Facts {
			if !known[path] {
				t.Errorf("%s fills %s, which no target has", c.Operation, path)
			}
		}
	}
}

func TestPermissionsForFacts(t *testing.T) {
	always := []string{
		"redshift:DescribeClusters", "redshift-serverless:ListWorkgroups", "ec2:DescribeRegions", "sts:GetCallerIdentity", "sts:AssumeRole",
	}
	for name, tc := range map[string]struct {
		paths []string
		want  []string
	}{
		"a whole":       {[]string{"network.subnets"}, []string{"ec2:DescribeSubnets"}},
		"a part":        {[]string{"network.block_public_access.exclusions"}, []string{"ec2:DescribeVpcBlockPublicAccessExclusions"}},
		"several parts": {[]string{"network.block_public_access"}, []string{"ec2:DescribeVpcBlockPublicAccessOptions", "ec2:DescribeVpcBlockPublicAccessExclusions"}},
		"an element":    {[]string{"network.vpc_endpoints.vpce-0a"}, []string{"ec2:DescribeVpcEndpoints"}},
		"the cluster":   {[]string{"cluster.status"}, nil},
		"its admin":     {[]string{"cluster.admin_user"}, []string{"redshift-serverless:ListNamespaces"}},
		"its schedule":  {[]string{"cluster.scheduled_actions"}, []string{"redshift:DescribeScheduledActions"}},
		"its logging":   {[]string{"cluster.logging"}, []string{"redshift-serverless:ListNamespaces", "redshift:DescribeLoggingStatus"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := Permissions(tc.paths...)
			want := slices.Sorted(slices.Values(slices.Concat(always, tc.want)))
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("actions (-want +got):\n%s", diff)
			}
		})
	}
	observing := slices.DeleteFunc(Calls(), func(c Call) bool { return c.Way != "" })
	if all := Permissions(); len(all) != len(observing) {
		t.Errorf("%d permissions for all facts, want %d", len(all), len(observing))
	}
}

// What the policy grants for some facts must be what observing them asks.
func TestOnlyWantedFactsAreAskedFor(t *testing.T) {
	for name, want := range map[string][]string{
		"cluster alone":   {"cluster.status"},
		"security groups": {"network.security_groups", "network.prefix_lists"},
		"path":            {"network"},
		"parameters":      {"cluster.parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, busy())
			target := one(t, open(t, Options{Facts: want}))
			allowed := Permissions(want...)
			for _, r := range server.Requests() {
				if action := callOf(r.Operation).Action; !slices.Contains(allowed, action) {
					t.Errorf("%s was asked for and not needed", action)
				}
			}
			for _, path := range want {
				if lack := target.Lacking(path); len(lack) > 0 {
					t.Errorf("%s is unknown: %v", path, lack)
				}
			}
			for _, u := range target.Unknown {
				if u.Reason != facts.NotRequested {
					t.Errorf("%s: %s, want it not requested", u.Path, u.Reason)
				}
			}
			if name == "cluster alone" && len(target.Lacking("network.subnets")) != 1 {
				t.Error("the subnets are not said to be left out")
			}
		})
	}
}
