package aws

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// loader is where a loader of these tests dials from.
const loader = "192.0.2.10/32"

// play starts a server for the cloud and points the SDK at it.
func play(tb testing.TB, cloud *fakeaws.Cloud) *fakeaws.Server {
	tb.Helper()
	server, err := fakeaws.Start(cloud)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { server.Close() })
	for name, value := range server.Environment() {
		tb.Setenv(name, value)
	}
	return server
}

func open(tb testing.TB, o Options) *Account {
	tb.Helper()
	o.Backoff = time.Millisecond
	account, err := Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	return account
}

// observe observes in an order that does not change. That audit logging or a
// bastion was not asked for is not told.
func observe(tb testing.TB, a *Account) ([]facts.Target, []facts.Unknown) {
	tb.Helper()
	var targets []facts.Target
	var unasked []facts.Unknown
	if !a.options.Logging {
		unasked = append(unasked, notAsked.unknown("cluster.logging"))
	}
	if a.options.Bastion == "" {
		unasked = append(unasked, notAsked.unknown("network.bastion"))
	}
	unknown, err := a.Observe(context.Background(), func(t facts.Target) error {
		t.Unknown = slices.DeleteFunc(t.Unknown, func(u facts.Unknown) bool { return slices.Contains(unasked, u) })
		if len(t.Unknown) == 0 {
			t.Unknown = nil
		}
		targets = append(targets, t)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	slices.SortFunc(targets, func(a, b facts.Target) int {
		return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Name, b.Name))
	})
	return targets, unknown
}

// one observes the cluster of a healthy cloud, and nothing else.
func one(tb testing.TB, a *Account) facts.Target {
	tb.Helper()
	targets, unknown := observe(tb, a)
	if len(targets) != 1 || len(unknown) > 0 {
		tb.Fatalf("got %d targets and %v, want one target", len(targets), unknown)
	}
	return targets[0]
}

func TestHealthyClusterIsWhollyKnown(t *testing.T) {
	play(t, fakeaws.Healthy(loader))
	target := one(t, open(t, Options{Clusters: []string{fakeaws.ClusterName}}))
	if len(target.Unknown) > 0 {
		t.Errorf("unknown: %v", target.Unknown)
	}
	got, err := json.MarshalIndent(target, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "healthy.json")
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), string(got)+"\n"); diff != "" {
		t.Errorf("facts differ (-want +got); -update rewrites them:\n%s", diff)
	}
}
