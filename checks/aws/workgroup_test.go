package aws

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

const workgroupARN = "arn:aws:redshift-serverless:us-east-1:111122223333:workgroup/" + fakeaws.WorkgroupID

// serverless is a cloud with a workgroup, and no cluster.
func serverless() (*fakeaws.Cloud, *fakeaws.Workgroup) {
	cloud := fakeaws.Healthy(loader)
	r := cloud.Region(fakeaws.RegionName)
	r.Clusters = nil
	return cloud, r.HealthyWorkgroup()
}

func TestAWorkgroupIsToldInTheTermsOfACluster(t *testing.T) {
	cloud, w := serverless()
	play(t, cloud)
	got := one(t, open(t, Options{Workgroups: []string{fakeaws.WorkgroupName}}))
	if len(got.Unknown) > 0 {
		t.Errorf("unknown: %v", got.Unknown)
	}
	want := facts.Target{
		ID: workgroupARN, Kind: facts.Workgroup, Name: "loading", Account: "111122223333", Region: "us-east-1", Partition: "aws",
		Cluster: facts.Cluster{
			Status: "available", AvailabilityStatus: "Available", Endpoint: w.Endpoint, PubliclyAccessible: true, VPCID: "vpc-0a",
			SecurityGroups: []facts.GroupMember{{ID: "sg-0loader", Status: "active"}}, IPAddressType: "ipv4", Encrypted: true,
			AdminUser: "admin", DatabaseName: "dev", Version: "1.0.52943", Parameters: w.Parameters,
			Logging: facts.Logging{Enabled: true, Destination: "cloudwatch", Exports: []string{"connectionlog", "userlog"}},
		},
	}
	network := got.Network
	got.Network = facts.Network{}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("target (-want +got):\n%s", diff)
	}
	wantGroup := facts.SubnetGroup{VPCID: "vpc-0a", Subnets: []facts.GroupSubnet{
		{ID: "subnet-0a", AvailabilityZone: "us-east-1a"}, {ID: "subnet-0b", AvailabilityZone: "us-east-1b"}, {ID: "subnet-0c", AvailabilityZone: "us-east-1c"},
	}}
	if diff := cmp.Diff(wantGroup, network.SubnetGroup); diff != "" {
		t.Errorf("subnets (-want +got):\n%s", diff)
	}
	var interfaces []string
	for _, i := range network.Interfaces {
		interfaces = append(interfaces, i.ID+" "+i.PublicIP)
	}
	if diff := cmp.Diff([]string{"eni-0sa 203.0.113.30", "eni-0sb 203.0.113.31", "eni-0sc 203.0.113.32"}, interfaces); diff != "" {
		t.Errorf("interfaces (-want +got):\n%s", diff)
	}
	if len(network.SecurityGroups) != 1 || len(network.RouteTables) != 2 || network.CallerAccount != "111122223333" {
		t.Errorf("network %+v", network)
	}
}

func workgroupUntold(path, what string) facts.Unknown {
	return facts.Unknown{Path: path, Reason: facts.Unsupported, Detail: "redshift-serverless:ListWorkgroups did not tell " + what}
}

func TestWorkgroupStates(t *testing.T) {
	for name, tc := range map[string]struct {
		change       func(*fakeaws.Workgroup)
		status       string
		availability string
		unknown      []facts.Unknown
	}{
		"available": {func(*fakeaws.Workgroup) {}, "available", "Available", nil},
		"modifying": {func(w *fakeaws.Workgroup) { w.Status = "MODIFYING" }, "modifying", "Modifying", nil},
		"creating": {func(w *fakeaws.Workgroup) {
			w.Status, w.Endpoint = "CREATING", facts.Endpoint{}
		}, "creating", "Unavailable", nil},
		"deleting": {func(w *fakeaws.Workgroup) { w.Status = "DELETING" }, "deleting", "Unavailable", nil},
		"in a state AWS may add": {func(w *fakeaws.Workgroup) { w.Status = "HIBERNATING" }, "hibernating", "", []facts.Unknown{{
			Path: "cluster.availability_status", Reason: facts.Unsupported,
			Detail: "rscheck does not know what the status means that redshift-serverless:ListWorkgroups told",
		}}},
		"available without an endpoint": {
			func(w *fakeaws.Workgroup) { w.Endpoint = facts.Endpoint{} }, "available", "Available", []facts.Unknown{
				workgroupUntold("cluster.endpoint.interfaces", "the network interfaces of the endpoint"),
				workgroupUntold("cluster.endpoint.host", "the endpoint of an available workgroup"),
				workgroupUntold("cluster.endpoint.port", "the port of the endpoint"),
				workgroupUntold("network.interfaces", "the network interfaces of the endpoint"),
			},
		},
		"available without interfaces": {
			func(w *fakeaws.Workgroup) { w.Endpoint.Interfaces = nil }, "available", "Available", []facts.Unknown{
				workgroupUntold("cluster.endpoint.interfaces", "the network interfaces of the endpoint"),
				workgroupUntold("network.interfaces", "the network interfaces of the endpoint"),
			},
		},
		"without security groups": {
			func(w *fakeaws.Workgroup) { w.SecurityGroupIDs = nil }, "available", "Available", []facts.Unknown{
				workgroupUntold("cluster.security_groups", "the workgroup's security groups"),
				workgroupUntold("network.security_groups", "the workgroup's security groups"),
			},
		},
		"without subnets": {
			func(w *fakeaws.Workgroup) { w.SubnetIDs = nil }, "available", "Available", []facts.Unknown{
				workgroupUntold("network.subnet_group", "the workgroup's subnets"),
			},
		},
		"in a subnet that EC2 does not know": {
			func(w *fakeaws.Workgroup) { w.SubnetIDs = append(w.SubnetIDs, "subnet-0z") }, "available", "Available", []facts.Unknown{{
				Path: "network.subnet_group.subnets", Reason: facts.Inconsistent, Detail: "ec2:DescribeSubnets tells nothing of subnet-0z in vpc-0a",
			}},
		},
		"without parameters": {
			func(w *fakeaws.Workgroup) { w.Parameters = nil }, "available", "Available", []facts.Unknown{
				workgroupUntold("cluster.parameters", "the workgroup's parameters"),
			},
		},
		"without a namespace": {
			func(w *fakeaws.Workgroup) { w.Namespace = "" }, "available", "Available", []facts.Unknown{
				workgroupUntold("cluster.admin_user", "the workgroup's namespace"), workgroupUntold("cluster.database_name", "the workgroup's namespace"),
				workgroupUntold("cluster.encrypted", "the workgroup's namespace"), workgroupUntold("cluster.logging", "the workgroup's namespace"),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, w := serverless()
			tc.change(w)
			play(t, cloud)
			got := one(t, open(t, Options{Workgroups: []string{fakeaws.WorkgroupName}}))
			if diff := cmp.Diff(tc.unknown, got.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if got.Cluster.Status != tc.status || got.Cluster.AvailabilityStatus != tc.availability {
				t.Errorf("status %q, availability %q, want %q and %q", got.Cluster.Status, got.Cluster.AvailabilityStatus, tc.status, tc.availability)
			}
			if got.Cluster.VPCID != "vpc-0a" && name != "without subnets" {
				t.Errorf("VPC %q, want that of the subnets", got.Cluster.VPCID)
			}
		})
	}
}

func TestWhatListWorkgroupsMayLeaveOut(t *testing.T) {
	for member, paths := range map[string][]string{
		"status":             {"cluster.availability_status", "cluster.status"},
		"publiclyAccessible": {"cluster.publicly_accessible"},
		"ipAddressType":      {"cluster.ip_address_type"},
		"enhancedVpcRouting": {"cluster.enhanced_vpc_routing"},
		"workgroupVersion":   {"cluster.version"},
		"configParameters":   {"cluster.parameters"},
		"parameterValue":     {"cluster.parameters"},
		"namespaceName":      {"cluster.admin_user", "cluster.database_name", "cluster.encrypted", "cluster.logging"},
		"subnetIds":          {"network.subnet_group"},
		"securityGroupIds":   {"cluster.security_groups", "network.security_groups"},
		"networkInterfaceId": {"cluster.endpoint.interfaces", "network.interfaces"},
		"vpcId":              nil, // a subnet tells it
		"customDomainName":   nil, // most have none
		"creationDate":       nil,
	} {
		t.Run(member, func(t *testing.T) {
			cloud, _ := serverless()
			server := play(t, cloud)
			server.Omit("ListWorkgroups", member)
			got := one(t, open(t, Options{}))
			var lacking []string
			for _, u := range got.Unknown {
				lacking = append(lacking, u.Path)
			}
			slices.Sort(lacking)
			if diff := cmp.Diff(paths, lacking); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

// A list without its one member is no list of none.
func TestAWorkgroupThatIsNotFound(t *testing.T) {
	secondPage := fakeaws.Denied("")
	secondPage.After = 1
	denied, garbage, html := fakeaws.Denied(""), fakeaws.Garbage(), fakeaws.HTML(200)
	for name, tc := range map[string]struct {
		fault    *fakeaws.Fault
		omit     string
		options  Options
		targets  int
		path     string
		reason   facts.Reason
		detail   string
		pageSize int
	}{
		"there":           {options: Options{Workgroups: []string{"loading"}}, targets: 1},
		"in another case": {options: Options{Workgroups: []string{"Loading"}}, targets: 1},
		"no such name": {
			options: Options{Workgroups: []string{"nope"}}, path: "targets.nope", reason: facts.Failed, detail: "no workgroup nope in us-east-1" + whereElse,
		},
		"a cluster of the name": {
			options: Options{Clusters: []string{"loading"}}, path: "targets.loading", reason: facts.Failed, detail: "no cluster loading in us-east-1" + whereElse,
		},
		"denied": {
			fault: &denied, options: Options{Workgroups: []string{"loading"}}, path: "targets.loading", reason: facts.AccessDenied,
			detail: "allow redshift-serverless:ListWorkgroups",
		},
		"all denied": {
			fault: &denied, path: "regions.us-east-1", reason: facts.AccessDenied, detail: "allow redshift-serverless:ListWorkgroups",
		},
		"page of a portal": {
			fault: &html, path: "regions.us-east-1", reason: facts.Unsupported,
			detail: "redshift-serverless:ListWorkgroups was answered by something that is not AWS",
		},
		"garbage": {
			fault: &garbage, path: "regions.us-east-1", reason: facts.Unsupported,
			detail: "redshift-serverless:ListWorkgroups was answered by something that is not AWS",
		},
		"an object of nothing": {
			omit: "workgroups", path: "regions.us-east-1", reason: facts.Inconsistent, detail: "redshift-serverless:ListWorkgroups left out workgroups",
		},
		"without a name": {
			omit: "workgroupName", path: "regions.us-east-1", reason: facts.Inconsistent, detail: "redshift-serverless:ListWorkgroups left out workgroupName",
			options: Options{},
		},
		"second page denied": {
			fault: &secondPage, pageSize: 1, targets: 1, path: "regions.us-east-1", reason: facts.AccessDenied,
			detail: "allow redshift-serverless:ListWorkgroups",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud, w := serverless()
			if tc.pageSize > 0 {
				second := *w
				second.Name, second.ID = "second", "2f2e3d4c-0000-4000-8000-000000000000"
				r := cloud.Region(fakeaws.RegionName)
				r.Workgroups = append(r.Workgroups, &second)
			}
			server := play(t, cloud)
			server.PageSize(tc.pageSize)
			if tc.fault != nil {
				server.Inject("ListWorkgroups", *tc.fault)
			}
			if tc.omit != "" {
				server.Omit("ListWorkgroups", tc.omit)
			}
			targets, unknown := observe(t, open(t, tc.options))
			var want []facts.Unknown
			if tc.path != "" {
				want = []facts.Unknown{{Path: tc.path, Reason: tc.reason, Detail: tc.detail}}
			}
			if diff := cmp.Diff(want, unknown); diff != "" || len(targets) != tc.targets {
				t.Errorf("%d targets, want %d; unknown (-want +got):\n%s", len(targets), tc.targets, diff)
			}
		})
	}
}

// What is asked for by name is all that is asked for.
func TestClustersAndWorkgroupsAreAskedForApart(t *testing.T) {
	for name, tc := range map[string]struct {
		options Options
		names   []string
		never   []string
	}{
		"a cluster":   {Options{Clusters: []string{"analytics"}}, []string{"analytics"}, []string{"ListWorkgroups", "ListNamespaces"}},
		"a workgroup": {Options{Workgroups: []string{"loading"}}, []string{"loading"}, []string{"DescribeClusters", "DescribeClusterParameters"}},
		"both":        {Options{Clusters: []string{"analytics"}, Workgroups: []string{"loading"}}, []string{"loading", "analytics"}, nil},
		"all":         {Options{}, []string{"loading", "analytics"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cloud.Region(fakeaws.RegionName).HealthyWorkgroup()
			server := play(t, cloud)
			targets, unknown := observe(t, open(t, tc.options))
			var names []string
			for _, target := range targets {
				names = append(names, target.Name)
				if len(target.Unknown) > 0 {
					t.Errorf("%s: unknown: %v", target.Name, target.Unknown)
				}
			}
			slices.SortFunc(names, func(a, b string) int { return strings.Compare(b, a) })
			if diff := cmp.Diff(tc.names, names); diff != "" || len(unknown) > 0 {
				t.Errorf("unknown %v, targets (-want +got):\n%s", unknown, diff)
			}
			for _, operation := range tc.never {
				if n := count(server.Requests())[operation]; n > 0 {
					t.Errorf("%s was asked %d times", operation, n)
				}
			}
			// EC2 is asked once for all of them, but for interfaces, which are
			// found by address and by id.
			for operation, n := range count(server.Requests()) {
				if n > 1 && operation != "DescribeNetworkInterfaces" {
					t.Errorf("%s was asked %d times", operation, n)
				}
			}
		})
	}
}

func TestSecretsOfAWorkgroupAreNotKept(t *testing.T) {
	cloud, w := serverless()
	w.Parameters = append(w.Parameters, facts.Parameter{Name: "wlm_json_configuration", Value: canary})
	play(t, cloud)
	text, err := json.Marshal(one(t, open(t, Options{})))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), canary) {
		t.Error("a document that no check reads is in the facts")
	}
}
