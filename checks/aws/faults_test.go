package aws

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// loss is what is lost of a target when an operation fails.
type loss struct {
	operation string
	paths     []string // which become unknown
	// erase takes from a wholly known target what then cannot be known, and
	// what only that would have led to.
	erase func(*facts.Target)
	// list tells whether the answer is a list of more than one thing.
	list bool
}

func losses() []loss {
	return []loss{
		{"DescribeClusterSubnetGroups", []string{"network.subnet_group"}, func(t *facts.Target) { t.Network.SubnetGroup = facts.SubnetGroup{} }, false},
		{"DescribeClusterParameters", []string{"cluster.parameters"}, func(t *facts.Target) { t.Cluster.Parameters = nil }, true},
		{describeScheduled, []string{"cluster.scheduled_actions"}, func(t *facts.Target) { t.Cluster.ScheduledActions = nil }, true},
		{"DescribeVpcs", []string{"network.vpc"}, func(t *facts.Target) { t.Network.VPC = facts.VPC{} }, false},
		{"DescribeSubnets", []string{"network.subnets"}, func(t *facts.Target) { t.Network.Subnets = nil }, true},
		{"DescribeRouteTables", []string{"network.route_tables"}, func(t *facts.Target) {
			t.Network.RouteTables, t.Network.VPCEndpoints = nil, nil
			t.Network.PrefixLists = t.Network.PrefixLists[:1] // what no route leads to is not referred to
		}, true},
		{"DescribeNetworkAcls", []string{"network.network_acls"}, func(t *facts.Target) { t.Network.NetworkACLs = nil }, false},
		{"DescribeInternetGateways", []string{"network.internet_gateways"}, func(t *facts.Target) { t.Network.InternetGateways = nil }, true},
		{"DescribeSecurityGroups", []string{"network.security_groups"}, func(t *facts.Target) {
			t.Network.SecurityGroups, t.Network.GroupAssociations = nil, nil
			t.Network.PrefixLists = t.Network.PrefixLists[1:]
		}, true},
		{"DescribeNetworkInterfaces", []string{"network.interfaces"}, func(t *facts.Target) { t.Network.Interfaces = nil }, false},
		{"DescribeVpcBlockPublicAccessOptions", []string{
			"network.block_public_access.mode", "network.block_public_access.state", "network.block_public_access.exclusions_allowed",
		}, func(t *facts.Target) {
			t.Network.BlockPublicAccess = facts.BlockPublicAccess{Exclusions: t.Network.BlockPublicAccess.Exclusions}
		}, false},
		{"DescribeVpcBlockPublicAccessExclusions", []string{"network.block_public_access.exclusions"}, func(t *facts.Target) {
			t.Network.BlockPublicAccess.Exclusions = nil
		}, true},
		{"DescribeManagedPrefixLists", []string{"network.prefix_lists.pl-0customer.state"}, func(t *facts.Target) {
			t.Network.PrefixLists[0].Name, t.Network.PrefixLists[0].OwnerID, t.Network.PrefixLists[0].State = "", "", ""
		}, false},
		{"GetManagedPrefixListEntries", []string{"network.prefix_lists.pl-0customer"}, func(t *facts.Target) {
			t.Network.PrefixLists = t.Network.PrefixLists[1:]
		}, true},
		{"DescribeVpcEndpoints", []string{"network.vpc_endpoints.vpce-0a"}, func(t *facts.Target) { t.Network.VPCEndpoints = nil }, false},
		{"DescribeSecurityGroupVpcAssociations", []string{"network.group_associations"}, func(t *facts.Target) { t.Network.GroupAssociations = nil }, true},
		{"GetCallerIdentity", []string{"account", "network.caller_account"}, func(t *facts.Target) {
			t.Account, t.Network.CallerAccount = "", ""
			t.ID = strings.Replace(t.ID, fakeaws.AccountID, "", 1)
		}, false},
	}
}

// world is a cloud with one target, and how that is observed.
type world struct {
	cloud   func() *fakeaws.Cloud
	options Options
	losses  []loss
}

// worlds are a cluster and a workgroup. Of what both ask, the cluster's is broken.
func worlds() map[string]world {
	logging := loss{describeLogging, []string{"cluster.logging"}, func(t *facts.Target) { t.Cluster.Logging = facts.Logging{} }, false}
	return map[string]world{
		"cluster": {
			cloud: func() *fakeaws.Cloud {
				cloud := busy()
				cloud.Region(fakeaws.RegionName).Clusters[0].Logging = facts.Logging{Enabled: true, Destination: "s3"}
				return cloud
			},
			options: Options{Logging: true}, losses: append(losses(), logging),
		},
		"workgroup": {
			cloud: func() *fakeaws.Cloud {
				cloud, _ := serverless()
				r := cloud.Region(fakeaws.RegionName)
				r.Namespaces = append(r.Namespaces, fakeaws.Namespace{Name: "another"})
				return cloud
			},
			losses: []loss{{"ListNamespaces", namespaceFacts(), func(t *facts.Target) {
				t.Cluster.AdminUser, t.Cluster.DatabaseName, t.Cluster.Encrypted, t.Cluster.Logging = "", "", false, facts.Logging{}
			}, true}},
		},
		"bastion": {
			cloud:   func() *fakeaws.Cloud { return withBastion(inVPC()) },
			options: Options{Bastion: "i-0b"}, losses: bastionLosses(),
		},
	}
}

// bastionLosses are those of what is asked only where there is a bastion. Without it
// nobody knows in which VPC it is and which groups it has.
func bastionLosses() []loss {
	return []loss{
		{describeInstances, []string{"network.bastion"}, func(t *facts.Target) {
			n := &t.Network
			n.Bastion, n.VPC.DNS = facts.Bastion{}, nil
			n.SecurityGroups = []facts.SecurityGroup{n.SecurityGroups[1]}
			n.SecurityGroups[0].Outbound = nil
			n.PrefixLists = n.PrefixLists[1:]
		}, false},
		{describeVPCAttribute, []string{"network.vpc.dns.support", "network.vpc.dns.hostnames"}, func(t *facts.Target) {
			t.Network.VPC.DNS = &facts.DNS{Servers: t.Network.VPC.DNS.Servers}
		}, false},
		{describeDHCPOptions, []string{"network.vpc.dns.servers"}, func(t *facts.Target) {
			t.Network.VPC.DNS = &facts.DNS{Support: true, Hostnames: true}
		}, false},
	}
}

// TestAFailingCallLosesItsOwnFactsOnly breaks each call in each way.
func TestAFailingCallLosesItsOwnFactsOnly(t *testing.T) {
	for name, tc := range map[string]struct {
		fault    fakeaws.Fault
		reason   facts.Reason
		detail   string // CALL stands for the permission
		attempts int    // 0 for any
	}{
		"denied":             {fakeaws.Denied("You are not authorized to perform this operation."), facts.AccessDenied, "allow CALL", 1},
		"denied from above":  {fakeaws.Denied("... with an explicit deny in a service control policy"), facts.AccessDenied, "allow CALL: a service control policy denies it explicitly", 1},
		"throttled":          {fakeaws.Throttled(), facts.Throttled, "CALL is throttled: try again later", maxAttempts},
		"error inside AWS":   {fakeaws.Error(500, "InternalFailure", "oops"), facts.Failed, "CALL answered InternalFailure: try again later", maxAttempts},
		"page of an error":   {fakeaws.HTML(500), facts.Unsupported, "CALL answered HTTP 500 and no error of AWS's", 1},
		"page of a proxy":    {fakeaws.HTML(407), facts.Unsupported, "CALL answered HTTP 407 and no error of AWS's", 1},
		"gateway in between": {fakeaws.HTML(503), facts.Failed, "CALL answered HTTP 503 and no error of AWS's", maxAttempts},
		"page of a portal":   {fakeaws.HTML(200), facts.Unsupported, "CALL was answered by something that is not AWS", 1},
		"garbage":            {fakeaws.Garbage(), facts.Unsupported, "CALL was answered by something that is not AWS", 1},
		"no body":            {fakeaws.Empty(), facts.Unsupported, "CALL was answered by something that is not AWS", 1},
		"broken off":         {fakeaws.Truncated(), facts.Failed, "the answer to CALL broke off: try again", maxAttempts},
		"reset":              {fakeaws.Reset(), facts.Unreachable, "no connection for CALL: reset", maxAttempts},
		"not known":          {fakeaws.Error(400, "InvalidAction", ""), facts.Unsupported, "CALL is not supported here (InvalidAction)", 1},
		"expired meanwhile":  {fakeaws.Error(400, "ExpiredToken", ""), facts.Failed, "the AWS credentials have expired (ExpiredToken): sign in again", 1},
		"gone meanwhile":     {fakeaws.Error(400, "InvalidThing.NotFound", ""), facts.Inconsistent, "CALL does not find what another answer named (InvalidThing.NotFound)", 1},
		"code of no AWS":     {fakeaws.Error(400, "<b>hello", ""), facts.Failed, "CALL answered an error without a name: try again later", 1},
	} {
		t.Run(name, func(t *testing.T) { breakEach(t, false, tc.fault, tc.reason, tc.detail, tc.attempts) })
	}
}

func TestAListThatCannotBeReadToItsEndIsUnknown(t *testing.T) {
	secondPage := fakeaws.Denied("")
	secondPage.After = 1
	for name, tc := range map[string]struct {
		fault  fakeaws.Fault
		reason facts.Reason
		detail string
	}{
		"second page denied":     {secondPage, facts.AccessDenied, "allow CALL"},
		"empty pages for ever":   {fakeaws.EmptyPages(), facts.Inconsistent, "CALL gives page after page without an end"},
		"same page for ever":     {fakeaws.RepeatedToken(), facts.Inconsistent, "CALL gives page after page without an end"},
		"second page broken off": {fakeaws.Truncated(), facts.Failed, "the answer to CALL broke off: try again"},
	} {
		t.Run(name, func(t *testing.T) { breakEach(t, true, tc.fault, tc.reason, tc.detail, 0) })
	}
}

func breakEach(t *testing.T, listsOnly bool, fault fakeaws.Fault, reason facts.Reason, detail string, attempts int) {
	for name, w := range worlds() {
		t.Run(name, func(t *testing.T) { w.breakEach(t, listsOnly, fault, reason, detail, attempts) })
	}
}

func (w *world) breakEach(t *testing.T, listsOnly bool, fault fakeaws.Fault, reason facts.Reason, detail string, attempts int) {
	server := play(t, w.cloud())
	whole := one(t, open(t, w.options))
	if len(whole.Unknown) > 0 {
		t.Fatalf("unknown without a fault: %v", whole.Unknown)
	}
	for _, l := range w.losses {
		if listsOnly && !l.list {
			continue
		}
		t.Run(l.operation, func(t *testing.T) {
			server.Reset()
			server.Inject(l.operation, fault)
			if fault.After > 0 {
				server.PageSize(1)
			}
			got := one(t, open(t, w.options))
			want := clone(t, whole)
			l.erase(&want)
			for _, path := range l.paths {
				want.Lack(path, reason, strings.ReplaceAll(detail, "CALL", callOf(l.operation).Action))
			}
			inOrder := cmpopts.SortSlices(func(a, b facts.Unknown) bool { return a.Path < b.Path })
			if diff := cmp.Diff(want, got, inOrder); diff != "" {
				t.Errorf("target (-want +got):\n%s", diff)
			}
			calls := 1
			if l.operation == describeVPCAttribute {
				calls = 2 // one for each
			}
			if again := retries(server.Requests())[l.operation]; attempts > 0 && again != calls*(attempts-1) {
				t.Errorf("%d retries, want %d", again, calls*(attempts-1))
			}
		})
	}
}

// clone copies as far as a test erases.
func clone(t *testing.T, target facts.Target) facts.Target {
	t.Helper()
	target.Network.PrefixLists = append([]facts.PrefixList(nil), target.Network.PrefixLists...)
	return target
}

func TestACallThatHangsIsGivenUp(t *testing.T) {
	for name, w := range worlds() {
		t.Run(name, w.hang)
	}
}

func (w *world) hang(t *testing.T) {
	server := play(t, w.cloud())
	whole := one(t, open(t, w.options))
	for _, l := range w.losses {
		server.Inject(l.operation, fakeaws.Hang())
	}
	options := w.options
	options.CallTimeout = 300 * time.Millisecond
	got := one(t, open(t, options))
	if diff := cmp.Diff(whole.Cluster.Endpoint, got.Cluster.Endpoint); diff != "" {
		t.Errorf("endpoint (-want +got):\n%s", diff)
	}
	for _, l := range w.losses {
		for _, path := range l.paths {
			lack := got.Lacking(path)
			switch {
			case strings.HasPrefix(path, "network.prefix_lists.") || strings.HasPrefix(path, "network.vpc.dns.") || strings.HasPrefix(path, "network.vpc_endpoints.") || path == "network.group_associations":
				if len(lack) > 0 {
					t.Errorf("%s is unknown, but nothing known refers to it: %v", path, lack)
				}
			case len(lack) != 1 || lack[0].Reason != facts.TimedOut:
				t.Errorf("%s: got %v, want it timed out", path, lack)
			}
		}
	}
}

func TestPassingTroubleLosesNothing(t *testing.T) {
	for name, w := range worlds() {
		t.Run(name, w.passingTrouble)
	}
}

func (w *world) passingTrouble(t *testing.T) {
	server := play(t, w.cloud())
	whole := one(t, open(t, w.options))
	for name, fault := range map[string]fakeaws.Fault{
		"throttled twice": fakeaws.Throttled(), "reset twice": fakeaws.Reset(), "broken off twice": fakeaws.Truncated(),
	} {
		t.Run(name, func(t *testing.T) {
			server.Reset()
			fault.Times = 2
			for _, c := range Calls() {
				server.Inject(c.Operation, fault)
			}
			if diff := cmp.Diff(whole, one(t, open(t, w.options))); diff != "" {
				t.Errorf("target (-without +with trouble):\n%s", diff)
			}
			for _, operation := range []string{describeClusters, listWorkgroups} {
				if again := retries(server.Requests())[operation]; again != 2 {
					t.Errorf("%s: %d retries, want 2", operation, again)
				}
			}
		})
	}
}

// DescribePrefixLists has a second source, so that it is lost only with both.
func TestServiceListsHaveTwoSources(t *testing.T) {
	denied := fakeaws.Denied("")
	for name, tc := range map[string]struct {
		break1, break2 bool // DescribePrefixLists, GetManagedPrefixListEntries
		want           []facts.Unknown
	}{
		"both answer":    {},
		"entries denied": {break2: true},
		"list denied":    {break1: true},
		"both denied": {break1: true, break2: true, want: []facts.Unknown{
			{Path: "network.prefix_lists.pl-63a5400a", Reason: facts.AccessDenied, Detail: "allow ec2:DescribePrefixLists"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, fakeaws.Healthy(loader))
			if tc.break1 {
				server.Inject("DescribePrefixLists", denied)
			}
			if tc.break2 {
				server.Inject("GetManagedPrefixListEntries", denied)
			}
			target := one(t, open(t, Options{}))
			if diff := cmp.Diff(tc.want, target.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
			if tc.want == nil && len(target.Network.PrefixLists[0].CIDRs) != 3 {
				t.Errorf("got %v, want the three prefixes of S3", target.Network.PrefixLists)
			}
		})
	}
}
