package aws

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// settle is how long the server waits for further calls of a round.
const settle = 200 * time.Millisecond

func count(requests []fakeaws.Request) map[string]int {
	byOperation := map[string]int{}
	for _, r := range requests {
		byOperation[r.Operation]++
	}
	return byOperation
}

func retries(requests []fakeaws.Request) map[string]int {
	return count(slices.DeleteFunc(requests, func(r fakeaws.Request) bool { return r.Attempt == 1 }))
}

// The limits are what the project holds itself to.
func TestWhatAnObservationCosts(t *testing.T) {
	fleet := fakeaws.Healthy(loader)
	fleet.Region(fakeaws.RegionName).Multiply(100, 10)
	withList := fakeaws.Healthy(loader)
	group := &withList.Region(fakeaws.RegionName).VPCs[0].SecurityGroups[1]
	group.Inbound[0].PrefixListIDs = []string{"pl-63a5400a"}
	empty := fakeaws.Healthy()
	empty.Region(fakeaws.RegionName).Clusters = nil
	alone, _ := serverless()
	both := fakeaws.Healthy(loader)
	both.Region(fakeaws.RegionName).HealthyWorkgroup()
	blocked := fakeaws.Healthy(loader)
	blocked.Region(fakeaws.RegionName).BlockPublicAccess.Mode = "block-ingress"
	placeless, w := serverless()
	w.Endpoint, w.Status = facts.Endpoint{}, "CREATING"
	for name, tc := range map[string]struct {
		cloud         *fakeaws.Cloud
		clusters      []string
		targets       int
		calls, rounds int // at most
	}{
		"one named cluster":            {fakeaws.Healthy(loader), []string{fakeaws.ClusterName}, 1, 14, 3},
		"named, list in a group":       {withList, []string{fakeaws.ClusterName}, 1, 14, 3},
		"named, public access blocked": {blocked, []string{fakeaws.ClusterName}, 1, 15, 3},
		"the only target":              {fakeaws.Healthy(loader), nil, 1, 15, 3},
		// Parameter groups of a fleet go a few at a time, not all at once.
		"hundred clusters, ten groups":   {fleet, nil, 100, 26, 5},
		"everything there is to ask for": {busy(), nil, 1, 20, 3},
		"the only target, a workgroup":   {alone, nil, 1, 13, 3},
		"a cluster and a workgroup":      {both, nil, 2, 17, 3},
		"a workgroup without a VPC yet":  {placeless, nil, 1, 13, 4},
		"empty region":                   {empty, nil, 0, 2, 1},
		"cluster that is not there":      {empty, []string{fakeaws.ClusterName}, 0, 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			server := play(t, tc.cloud)
			server.Settle(settle)
			targets, _ := observe(t, open(t, Options{Clusters: tc.clusters}))
			requests, rounds := server.Requests(), server.Rounds()
			t.Logf("%d calls in %d rounds", len(requests), rounds)
			if len(targets) != tc.targets {
				t.Errorf("%d targets, want %d", len(targets), tc.targets)
			}
			if len(requests) > tc.calls || rounds > tc.rounds {
				t.Errorf("%d calls in %d rounds, want at most %d in %d: %v", len(requests), rounds, tc.calls, tc.rounds, count(requests))
			}
			if again := retries(requests); len(again) > 0 {
				t.Errorf("calls were sent again: %v", again)
			}
			for _, target := range targets {
				if len(target.Unknown) > 0 {
					t.Errorf("%s: unknown: %v", target.Name, target.Unknown)
				}
			}
		})
	}
}

func TestALargeRegionIsTakenInBatches(t *testing.T) {
	cloud := fakeaws.Healthy(loader)
	cloud.Region(fakeaws.RegionName).Multiply(1000, 10)
	server := play(t, cloud)
	targets, unknown := observe(t, open(t, Options{}))
	if len(targets) != 1000 || len(unknown) > 0 {
		t.Fatalf("%d targets and %v, want 1000", len(targets), unknown)
	}
	for i, target := range targets {
		if len(target.Unknown) > 0 {
			t.Fatalf("%s: unknown: %v", target.Name, target.Unknown)
		}
		if len(target.Network.Interfaces) != 1 || target.Network.Interfaces[0].PrivateIPs[0] != target.Cluster.Nodes[0].PrivateIP {
			t.Fatalf("%s: interface %v, want that of node %v", target.Name, target.Network.Interfaces, target.Cluster.Nodes[0])
		}
		if g := target.Network.SecurityGroups; len(g) != 1 || g[0].ID != target.Cluster.SecurityGroups[0].ID {
			t.Fatalf("target %d has groups %v", i, g)
		}
	}
	// Ten pages of clusters; what is shared, once; groups and interfaces, once
	// for each batch of 200.
	want := map[string]int{
		"DescribeClusters": 10, "DescribeClusterSubnetGroups": 1, "DescribeClusterParameters": 10,
		"DescribeVpcs": 1, "DescribeSubnets": 1, "DescribeRouteTables": 1, "DescribeNetworkAcls": 1, "DescribeInternetGateways": 1,
		"DescribeSecurityGroups": 5, "DescribeNetworkInterfaces": 5,
		"DescribeVpcBlockPublicAccessOptions": 1, "DescribeScheduledActions": 1,
		"DescribePrefixLists": 1, "DescribeVpcEndpoints": 1, "ListWorkgroups": 1,
	}
	if diff := cmp.Diff(want, count(server.Requests())); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestTargetsOfOneVPCShareItsFacts(t *testing.T) {
	cloud := fakeaws.Healthy(loader)
	cloud.Region(fakeaws.RegionName).Multiply(2, 1)
	play(t, cloud)
	targets, _ := observe(t, open(t, Options{}))
	if &targets[0].Network.RouteTables[0] != &targets[1].Network.RouteTables[0] {
		t.Error("each target has route tables of its own, want them shared")
	}
}

func TestPagesOfOneTellTheSame(t *testing.T) {
	cloud := busy()
	cloud.Region(fakeaws.RegionName).Clusters[0].SecurityGroups[0].ID = "sg-0loader"
	for range 4 {
		copied := *cloud.Region(fakeaws.RegionName).Clusters[0]
		copied.Name += "x"
		r := cloud.Region(fakeaws.RegionName)
		r.Clusters = append(r.Clusters, &copied)
		r.SubnetGroups = append(r.SubnetGroups, facts.SubnetGroup{
			Name: "other" + copied.Name, VPCID: "vpc-0a", Status: "Complete",
			Subnets: []facts.GroupSubnet{{ID: "subnet-0b", AvailabilityZone: "us-east-1b", Status: "Active"}},
		})
		copied.SubnetGroup = "other" + copied.Name
	}
	server := play(t, cloud)
	whole, _ := observe(t, open(t, Options{}))
	server.PageSize(1)
	paged, unknown := observe(t, open(t, Options{}))
	if len(unknown) > 0 || len(whole) != 5 {
		t.Errorf("%d targets and %v, want 5", len(whole), unknown)
	}
	if diff := cmp.Diff(whole, paged); diff != "" {
		t.Errorf("targets (-whole +paged):\n%s", diff)
	}
}

func TestProgressEndsWithEveryCallDone(t *testing.T) {
	play(t, fakeaws.Healthy(loader))
	var told []int
	last := [2]int{}
	one(t, open(t, Options{Progress: func(done, known int) {
		if done > known {
			t.Errorf("told %d of %d", done, known)
		}
		told = append(told, done)
		last = [2]int{done, known}
	}}))
	if last[0] != last[1] || last[0] != 15 {
		t.Errorf("ends with %d of %d, want 15 of 15", last[0], last[1])
	}
	if !slices.IsSorted(told) {
		t.Errorf("progress goes back: %v", told)
	}
}

func BenchmarkOneCluster(b *testing.B) { benchmark(b, 1, 1, 15) }

func BenchmarkHundredClusters(b *testing.B) { benchmark(b, 100, 10, 26) }

func benchmark(b *testing.B, clusters, groups, calls int) {
	cloud := fakeaws.Healthy(loader)
	cloud.Region(fakeaws.RegionName).Multiply(clusters, groups)
	server := play(b, cloud)
	b.ReportAllocs()
	for b.Loop() {
		server.Reset()
		account := open(b, Options{})
		if _, err := account.Observe(b.Context(), func(facts.Target) error { return nil }); err != nil {
			b.Fatal(err)
		}
		if got := len(server.Requests()); got > calls {
			b.Fatalf("%d calls, want at most %d", got, calls)
		}
	}
	b.ReportMetric(float64(len(server.Requests())), "calls/op")
}
