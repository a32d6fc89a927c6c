package checks_test

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// alwaysKnown are the paths that no Unknown ever names: what identifies the
// target, and how the login went.
var alwaysKnown = []string{"id", "kind", "name", "account", "region", "partition", "unknown", "database.login"}

// within are facts told of every element of a list, and unknown for all of them
// at once: clearing one empties that field of each element.
var within = map[string]func(*facts.Target){
	"database.comments": func(t *facts.Target) {
		for i := range t.Database.Relations {
			t.Database.Relations[i].Comment = ""
		}
	},
	"database.columns": func(t *facts.Target) {
		for i := range t.Database.Relations {
			t.Database.Relations[i].Markers = nil
		}
	},
}

// forgettable returns every path of a target that can be unknown, by reflection
// over its type: each struct, each field, each list as a whole, and each element
// of the lists whose elements have an Unknown of their own.
func forgettable(t *facts.Target) []string {
	var paths []string
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		for i := range v.NumField() {
			name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			field := strings.TrimPrefix(path+"."+name, ".")
			if covered(alwaysKnown, field) {
				continue
			}
			paths = append(paths, field)
			if f := v.Field(i); f.Kind() == reflect.Struct {
				walk(f, field)
			}
		}
	}
	walk(reflect.ValueOf(*t), "")
	for path := range within {
		paths = append(paths, path)
	}
	for _, list := range t.Network.PrefixLists {
		paths = append(paths, "network.prefix_lists."+list.ID)
	}
	for _, group := range t.Network.SecurityGroups {
		paths = append(paths, "network.security_groups."+group.ID)
	}
	return paths
}

func covered(outers []string, path string) bool {
	for _, outer := range outers {
		if facts.Covers(outer, path) {
			return true
		}
	}
	return false
}

// forget returns a copy of t in which the fact at path was never observed.
func forget(t *testing.T, target *facts.Target, path string, reason facts.Reason) *facts.Target {
	t.Helper()
	c := clone(t, target)
	c.Lack(path, reason, "allow whatever tells of "+path)
	if clear := within[path]; clear != nil {
		clear(c)
		return c
	}
	names := strings.Split(path, ".")
	v := reflect.ValueOf(c).Elem()
	for i, name := range names {
		if v.Kind() == reflect.Slice {
			removeByID(t, v, strings.Join(names[i:], "."))
			return c
		}
		v = fieldByTag(t, v, name)
	}
	v.SetZero()
	return c
}

func fieldByTag(t *testing.T, v reflect.Value, name string) reflect.Value {
	t.Helper()
	for i := range v.NumField() {
		if tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ","); tag == name {
			return v.Field(i)
		}
	}
	t.Fatalf("%s has no field %q", v.Type(), name)
	return reflect.Value{}
}

func removeByID(t *testing.T, list reflect.Value, id string) {
	t.Helper()
	for i := range list.Len() {
		if list.Index(i).FieldByName("ID").String() == id {
			list.Set(reflect.AppendSlice(list.Slice(0, i), list.Slice(i+1, list.Len())))
			return
		}
	}
	t.Fatalf("%s has no element %q", list.Type(), id)
}

func clone(t *testing.T, target *facts.Target) *facts.Target {
	t.Helper()
	text, err := json.Marshal(target)
	if err != nil {
		t.Fatal(err)
	}
	c := &facts.Target{}
	if err := json.Unmarshal(text, c); err != nil {
		t.Fatal(err)
	}
	return c
}

// outcomes folds the results into one outcome for each check: fail outweighs
// unknown, which outweighs the rest.
func outcomes(t *testing.T, catalogue *checks.Catalogue, target *facts.Target, settings loader.Settings, s facts.Snapshot) map[string]report.Outcome {
	t.Helper()
	answer, err := catalogue.Answer(context.Background(), target, settings, s.ScannedAt)
	if err != nil {
		t.Fatal(err)
	}
	folded := map[string]report.Outcome{}
	for _, r := range answer.Results {
		if folded[r.Check] != report.Fail && (folded[r.Check] == "" || r.Outcome != report.Pass) {
			folded[r.Check] = r.Outcome
		}
	}
	return folded
}

func demo(t testing.TB) facts.Snapshot {
	t.Helper()
	file, err := os.Open("../cmd/rscheck/demo.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	snapshot, err := facts.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

// moved is the first target of the snapshot, with the second subnet of its VPC in
// its subnet group and a rule for an address of Stitch's that is not for
// destinations.
func moved(t *testing.T, s facts.Snapshot) facts.Target {
	t.Helper()
	target := clone(t, named(t, &s, "analytics"))
	n := &target.Network
	n.SubnetGroup.Subnets = nil
	for _, subnet := range n.Subnets[:2] {
		n.SubnetGroup.Subnets = append(n.SubnetGroup.Subnets, facts.GroupSubnet{ID: subnet.ID, AvailabilityZone: subnet.AvailabilityZone, Status: "Active"})
	}
	rule := &n.SecurityGroups[0].Inbound[0]
	rule.CIDRs = append(rule.CIDRs, "34.194.200.23/32")
	return *target
}

// tunnelled is the first target of the snapshot, with a bastion in the cluster's
// subnet that the loader reaches and that the cluster admits.
func tunnelled(t *testing.T, s facts.Snapshot) facts.Target {
	t.Helper()
	target := clone(t, named(t, &s, "analytics"))
	target.Unknown = nil
	n := &target.Network
	n.SecurityGroups = append(n.SecurityGroups, facts.SecurityGroup{
		ID: "sg-0bastion", Name: "bastion", VPCID: target.Cluster.VPCID, OwnerID: n.CallerAccount,
		Inbound:  []facts.Permission{{Protocol: "tcp", Ports: &facts.Ports{From: 22, To: 22}, CIDRs: []string{"0.0.0.0/0"}}},
		Outbound: &facts.Outbound{Permissions: []facts.Permission{{Protocol: "-1", CIDRs: []string{"0.0.0.0/0"}}}},
	})
	rule := &n.SecurityGroups[0].Inbound[0]
	rule.GroupIDs = append(rule.GroupIDs, "sg-0bastion")
	n.VPC.DNS = &facts.DNS{Support: true, Hostnames: true, Servers: []string{"AmazonProvidedDNS"}}
	n.Bastion = facts.Bastion{
		InstanceID: "i-0123456789abcdef0", State: "running", SubnetID: n.Interfaces[0].SubnetID, VPCID: target.Cluster.VPCID,
		PrivateIP: "10.0.0.99", PublicIP: "192.0.2.99", GroupIDs: []string{"sg-0bastion"},
	}
	return *target
}

// TestTunnelledTargetIsAsItIsCalled: as above, with and without what it takes.
func TestTunnelledTargetIsAsItIsCalled(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	ssh := stitch(t)
	ssh.Connection = "ssh"
	for name, tc := range map[string]struct {
		change func(*facts.Target)
		want   report.Outcome
	}{
		"in order": {func(*facts.Target) {}, report.Pass},
		"stopped":  {func(t *facts.Target) { t.Network.Bastion.State = "stopped" }, report.Fail},
		"not named": {func(t *facts.Target) {
			t.Network.Bastion = facts.Bastion{}
			t.Lack("network.bastion", facts.NotRequested, "not asked for")
		}, report.Unknown},
		"not told at all": {func(t *facts.Target) { t.Network.Bastion = facts.Bastion{} }, report.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			target := tunnelled(t, snapshot)
			tc.change(&target)
			if got := outcomes(t, catalogue, &target, ssh, snapshot)["NET009"]; got != tc.want {
				t.Errorf("NET009 is %s, want %s", got, tc.want)
			}
		})
	}
}

// paused is the first target of the snapshot, with an action that pauses it every
// night and another that resumes it.
func paused(t *testing.T, s facts.Snapshot) facts.Target {
	t.Helper()
	target := clone(t, named(t, &s, "analytics"))
	target.Unknown = nil
	for _, action := range []string{"pause", "resume"} {
		target.Cluster.ScheduledActions = append(target.Cluster.ScheduledActions, facts.ScheduledAction{
			Name: action, Action: action, Schedule: "cron(0 22 * * ? *)", State: "ACTIVE", Next: "2099-01-01T22:00:00Z",
		})
	}
	return *target
}

// TestPausedTargetIsAsItIsCalled, and changes that make it something else.
func TestPausedTargetIsAsItIsCalled(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	for name, tc := range map[string]struct {
		change func(*facts.Target)
		want   report.Outcome
	}{
		"every night":        {func(*facts.Target) {}, report.Fail},
		"not any more":       {func(t *facts.Target) { t.Cluster.ScheduledActions[0].State = "DISABLED" }, report.Pass},
		"no next time told":  {func(t *facts.Target) { t.Cluster.ScheduledActions[0].Next = "" }, report.Unknown},
		"never":              {func(t *facts.Target) { t.Cluster.ScheduledActions = nil }, report.Pass},
		"a workgroup":        {func(t *facts.Target) { t.Kind, t.Cluster.ScheduledActions = facts.Workgroup, nil }, report.NotApplicable},
		"AWS was not asked":  {func(t *facts.Target) { t.Lack("cluster", facts.NotRequested, "AWS was not asked") }, report.NotApplicable},
		"AWS would not tell": {func(t *facts.Target) { t.Lack("cluster.scheduled_actions", facts.AccessDenied, "allow it") }, report.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			target := paused(t, snapshot)
			tc.change(&target)
			if got := outcomes(t, catalogue, &target, stitch(t), snapshot)["CLU006"]; got != tc.want {
				t.Errorf("CLU006 is %s, want %s", got, tc.want)
			}
		})
	}
}

func stitch(t testing.TB) loader.Settings {
	t.Helper()
	text, err := policies.FS.ReadFile("profiles/stitch.yaml")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := loader.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return loader.Settings{Profile: profile, Region: "north-america", Connection: "direct", User: "stitch"}
}

func load(t testing.TB) *checks.Catalogue {
	t.Helper()
	catalogue, err := checks.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// crowded are targets whose databases have what those of the demo have not: one
// in which nothing is wrong, and one in which each check of the database fails.
func crowded(t *testing.T, like *facts.Target) []facts.Target {
	t.Helper()
	columns := []string{"_sdc_batched_at", "_sdc_sequence", "_sdc_table_version"}
	table := func(name string, markers []string) facts.Relation {
		return facts.Relation{Schema: "hubspot", Name: name, Kind: facts.Table, Owner: "stitch", Comment: `{"primary_keys":["id"]}`, Markers: markers}
	}
	sound := clone(t, like)
	sound.Name, sound.Unknown = "sound", nil
	db := &sound.Database
	db.User.ConnectionLimit, db.User.StatementTimeout = "unlimited", "0"
	db.Relations = []facts.Relation{
		table("_sdc_rejected", nil), table("deals", columns),
		{Schema: "finance", Name: "budget", Kind: facts.View, Owner: "analyst"},
		{Schema: "finance", Name: "kept", Kind: facts.MaterializedView, Owner: "analyst"},
	}
	db.Layouts = []facts.Layout{{Schema: "hubspot", Name: "deals", Columns: 4, Longest: "_sdc_table_version", Keys: []string{"id"}, Affixed: columns}}
	db.Bindings = []facts.Binding{{Schema: "finance", Name: "ledger", ViewSchema: "finance", View: "kept"}}

	broken := clone(t, sound)
	broken.Name = "broken"
	db = &broken.Database
	db.User.ConnectionLimit = "1"
	db.Relations = append(db.Relations, table("stripped", columns[:1]))
	db.Layouts[0].Keys, db.Layouts[0].Columns = []string{}, 1600
	db.Bindings = append(db.Bindings, facts.Binding{Schema: "hubspot", Name: "deals", ViewSchema: "finance", View: "budget"})
	for _, r := range db.SystemRelations {
		db.SystemGrants = append(db.SystemGrants, facts.SystemGrant{Schema: r.Schema, Name: r.Name})
	}
	return []facts.Target{*sound, *broken}
}

// TestCrowdedTargetsAreAsTheyAreCalled: a check that is unknown before anything
// is forgotten could not turn.
func TestCrowdedTargetsAreAsTheyAreCalled(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	targets := crowded(t, named(t, &snapshot, "analytics"))
	for i, want := range []report.Outcome{report.Pass, report.Fail} {
		found := outcomes(t, catalogue, &targets[i], stitch(t), snapshot)
		for _, id := range []string{"SQL008", "SQL009", "SQL010", "SQL011", "SQL012", "SEC007"} {
			if found[id] != want {
				t.Errorf("%s: %s is %s, want %s", targets[i].Name, id, found[id], want)
			}
		}
	}
}

// TestMovedTargetIsAsItIsCalled: as above.
func TestMovedTargetIsAsItIsCalled(t *testing.T) {
	snapshot := demo(t)
	target := moved(t, snapshot)
	found := outcomes(t, load(t), &target, stitch(t), snapshot)
	for _, id := range []string{"NET006", "NET007"} {
		if found[id] != report.Fail {
			t.Errorf("%s is %s", id, found[id])
		}
	}
}

func TestForgettingAFactNeverTurnsAVerdict(t *testing.T) {
	catalogue, snapshot := load(t), demo(t)
	snapshot.Targets = append(snapshot.Targets, crowded(t, named(t, &snapshot, "analytics"))...)
	snapshot.Targets = append(snapshot.Targets, moved(t, snapshot), tunnelled(t, snapshot), paused(t, snapshot))
	settings := []loader.Settings{stitch(t), stitch(t), stitch(t), stitch(t)}
	settings[3].Connection = "ssh"
	settings[1].Region = loader.Any
	settings[1].Schemas = []string{"hubspot"}
	settings[2].Region, settings[2].Connection = "europe", "privatelink"
	settings[1].Form = loader.Form{Host: "analytics.example.com", Port: "5439", Database: "dw"}
	for i := range snapshot.Targets {
		target := &snapshot.Targets[i]
		for _, s := range settings {
			before := outcomes(t, catalogue, target, s, snapshot)
			for _, path := range forgettable(target) {
				after := outcomes(t, catalogue, forget(t, target, path, facts.AccessDenied), s, snapshot)
				for id, outcome := range after {
					if outcome != before[id] && outcome != report.Unknown {
						t.Errorf("%s, region %s: forgetting %s turns %s from %s to %s", target.Name, s.Region, path, id, before[id], outcome)
					}
				}
			}
		}
	}
}

func TestWhatIsLackingIsInTheProvenance(t *testing.T) {
	snapshot := demo(t)
	snapshot.Targets = append(snapshot.Targets, crowded(t, named(t, &snapshot, "analytics"))...)
	snapshot.Targets = append(snapshot.Targets, moved(t, snapshot), tunnelled(t, snapshot), paused(t, snapshot))
	for i := range snapshot.Targets {
		target := &snapshot.Targets[i]
		target.Unknown = nil
		settings := stitch(t)
		if target.Network.Bastion.InstanceID != "" {
			settings.Connection = "ssh"
		}
		for _, path := range forgettable(target) {
			forgotten := forget(t, target, path, facts.AccessDenied)
			for _, lack := range digest.Of(forgotten, settings, snapshot.ScannedAt).Lacks {
				for _, missing := range lack.Missing {
					if missing.Reason == facts.AccessDenied && !covered(digest.MadeOf(lack.Path), path) && !covered([]string{path}, firstOf(digest.MadeOf(lack.Path), path)) {
						t.Errorf("%s: forgetting %s leaves %s lacking, which provenance does not say", target.Name, path, lack.Path)
					}
				}
			}
		}
	}
}

// firstOf returns the first of the paths that is part of whole, or "".
func firstOf(paths []string, whole string) string {
	for _, p := range paths {
		if facts.Covers(whole, p) {
			return p
		}
	}
	return ""
}
