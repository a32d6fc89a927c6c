package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/postgres"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"rscheck": func() { os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// The addresses of Stitch north-america.
var northAmerica = []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"}

// play starts a server that plays the cloud, and points the environment at it.
func play(t *testing.T, cloud *fakeaws.Cloud) *fakeaws.Server {
	t.Helper()
	server, err := fakeaws.Start(cloud)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	for name, value := range server.Environment() {
		t.Setenv(name, value)
	}
	return server
}

// TestScripts runs the command lines of testdata/script as a shell would. Besides
// testscript's own, a script has these commands:
//
//	aws [FILE] [WORD...]   play a healthy cluster "analytics" in us-east-1; the file has the
//	                       temporary passwords, the identity and the secrets it knows,
//	                       and the words are for enlarge
//	fault OPERATION KIND [REGION]
//	                       from now on the call is denied, throttled, garbage, or hangs
//	arrived OPERATION      wait until the call has come in
//	calls                  write the calls so far to the file calls, sorted
//	parameters OPERATION   write the parameters of its calls so far to the file parameters
//	sql DATABASE FILE      run the file on the PostgreSQL server as its admin
func TestScripts(t *testing.T) {
	server := postgres.Test(t, postgres.Options{TCP: true, TLS: true})
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PG_PORT", strconv.Itoa(server.Port))
			env.Setenv("PG_CA", server.CAFile)
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			// A name of its own for each script's database and users.
			env.Values[playing{}] = &playing{}
			env.Setenv("DB", "db_"+strings.ReplaceAll(filepath.Base(env.WorkDir), "-", "_"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws": func(ts *testscript.TestScript, _ bool, args []string) {
				logins := &fakeaws.Logins{}
				if len(args) > 0 && strings.HasSuffix(args[0], ".json") {
					ts.Check(json.Unmarshal([]byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), logins))
					args = args[1:]
				}
				logins.Data = dataAPIOf(t.Context(), server, logins)
				cloud := fakeaws.Healthy(northAmerica...)
				cloud.Region(fakeaws.RegionName).Logins = logins
				enlarge(cloud, args)
				aws, err := fakeaws.Start(cloud)
				ts.Check(err)
				ts.Defer(func() { aws.Close() })
				for name, value := range aws.Environment() {
					ts.Setenv(name, value)
				}
				ts.Value(playing{}).(*playing).aws = aws
			},
			"fault": fault,
			"arrived": func(ts *testscript.TestScript, _ bool, args []string) {
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
					requests := ts.Value(playing{}).(*playing).aws.Requests()
					if slices.ContainsFunc(requests, func(r fakeaws.Request) bool { return r.Operation == args[0] }) {
						return
					}
					if time.Now().After(deadline) {
						ts.Fatalf("%s did not come in", args[0])
					}
				}
			},
			"calls": func(ts *testscript.TestScript, _ bool, _ []string) {
				var lines []string
				for _, r := range ts.Value(playing{}).(*playing).aws.Requests() {
					lines = append(lines, fmt.Sprintf("%s %s attempt %d\n", r.Service, r.Operation, r.Attempt))
				}
				slices.Sort(lines)
				ts.Check(os.WriteFile(ts.MkAbs("calls"), []byte(strings.Join(lines, "")), 0o600))
			},
			"parameters": func(ts *testscript.TestScript, _ bool, args []string) {
				var lines []string
				for _, r := range ts.Value(playing{}).(*playing).aws.Requests() {
					if r.Operation == args[0] {
						lines = append(lines, strings.ReplaceAll(r.Params.Encode(), "&", "\n")+"\n")
					}
				}
				ts.Check(os.WriteFile(ts.MkAbs("parameters"), []byte(strings.Join(lines, "\n")), 0o600))
			},
			"sql": func(ts *testscript.TestScript, _ bool, args []string) {
				script := os.Expand(ts.ReadFile(args[1]), ts.Getenv)
				_, err := server.SQL(t.Context(), args[0], script)
				ts.Check(err)
			},
		},
	})
}

// playing is the AWS of one script.
type playing struct{ aws *fakeaws.Server }

func fault(ts *testscript.TestScript, _ bool, args []string) {
	kinds := map[string]fakeaws.Fault{
		"denied":    fakeaws.Denied("not authorized"),
		"throttled": fakeaws.Throttled(),
		"garbage":   fakeaws.Garbage(),
		"hangs":     fakeaws.Hang(),
		// Of a call that AWS makes on the caller's behalf.
		"denied-behind": fakeaws.Denied("User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: redshift:GetClusterCredentials on resource: *"),
	}
	kind, ok := kinds[args[1]]
	if !ok {
		ts.Fatalf("no fault is called %s", args[1])
	}
	if len(args) > 2 {
		kind.Region = args[2]
	}
	ts.Value(playing{}).(*playing).aws.Inject(args[0], kind)
}

// enlarge adds to a healthy cloud a workgroup ("serverless"), a second account that
// lets the auditor in ("accounts"), an instance that the loader and the cluster let
// in ("bastion"), one that may not reach out to it ("bastion-shut") or that is led to
// the public address of a public cluster ("bastion-without-hostnames"), a pause of the cluster every night ("pauses"), a network ACL that
// denies one of the loader's addresses ("denial"), rules for others ("guests",
// "everybody"), or a region with nothing in it (its name).
func enlarge(cloud *fakeaws.Cloud, words []string) {
	for _, word := range words {
		switch word {
		case "serverless":
			cloud.Region(fakeaws.RegionName).HealthyWorkgroup()
		case "accounts":
			second := fakeaws.Healthy(northAmerica...).Accounts[0]
			second.Become("444455556666", "ASIAIOSFODNN7EXAMPLE")
			second.Roles = []fakeaws.Role{{ARN: "arn:aws:iam::444455556666:role/auditor", ExternalID: "rscheck-7"}}
			cloud.Accounts = append(cloud.Accounts, second)
		case "bastion":
			addBastion(cloud.Region(fakeaws.RegionName))
		case "bastion-shut":
			r := cloud.Region(fakeaws.RegionName)
			addBastion(r)
			groups := r.VPCs[0].SecurityGroups
			groups[len(groups)-1].Outbound = &facts.Outbound{}
		case "bastion-without-hostnames":
			r := cloud.Region(fakeaws.RegionName)
			addBastion(r)
			r.Clusters[0].PubliclyAccessible, r.VPCs[0].Interfaces[0].PublicIP = true, "203.0.113.10"
			r.VPCs[0].DNS = &facts.DNS{Support: true, Servers: []string{"AmazonProvidedDNS"}}
		case "pauses":
			addPauses(cloud.Region(fakeaws.RegionName))
		case "denial":
			acl := &cloud.Region(fakeaws.RegionName).VPCs[0].NetworkACLs[0]
			acl.Entries = append(acl.Entries, facts.NetworkACLEntry{
				Number: 90, Action: "deny", Protocol: "6", CIDR: northAmerica[0], Ports: &facts.Ports{From: 5439, To: 5439},
			})
		case "guests":
			rule := &cloud.Region(fakeaws.RegionName).VPCs[0].SecurityGroups[1].Inbound[0]
			rule.CIDRs = append(rule.CIDRs, "198.51.100.0/24", "10.0.0.0/8")
		case "everybody":
			cloud.Region(fakeaws.RegionName).VPCs[0].SecurityGroups[1].Inbound[0].CIDRs = []string{"0.0.0.0/0"}
		default:
			cloud.Accounts[0].Regions[word] = &fakeaws.Region{}
		}
	}
}

// addPauses has the cluster paused every night and resumed in the morning, and has
// actions that are not to come: one that is disabled and one of another cluster.
func addPauses(r *fakeaws.Region) {
	add := func(cluster, name, action, schedule, state, next string) {
		r.ScheduledActions = append(r.ScheduledActions, fakeaws.ScheduledAction{
			Cluster: cluster, ScheduledAction: facts.ScheduledAction{Name: name, Action: action, Schedule: schedule, State: state, Next: next},
		})
	}
	add("analytics", "evening", "pause", "cron(0 22 * * ? *)", "ACTIVE", "2099-01-01T22:00:00Z")
	add("analytics", "morning", "resume", "cron(0 5 * * ? *)", "ACTIVE", "2099-01-02T05:00:00Z")
	add("analytics", "growth", "resize", "cron(0 0 1 * ? *)", "DISABLED", "")
	add("staging", "staging-evening", "pause", "cron(0 22 * * ? *)", "ACTIVE", "2099-01-01T22:00:00Z")
}

// addBastion makes the cluster private and adds an instance in front of it, in a
// subnet of its own.
func addBastion(r *fakeaws.Region) {
	r.Clusters[0].PubliclyAccessible = false
	v := r.VPCs[0]
	v.Interfaces[0].PublicIP = ""
	ssh := facts.Permission{Protocol: "tcp", Ports: &facts.Ports{From: 22, To: 22}, CIDRs: northAmerica}
	v.SecurityGroups[1].Inbound = []facts.Permission{
		{Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, GroupIDs: []string{"sg-0bastion"}},
	}
	v.SecurityGroups = append(v.SecurityGroups, facts.SecurityGroup{
		ID: "sg-0bastion", Name: "bastion", VPCID: v.ID, OwnerID: v.OwnerID, Inbound: []facts.Permission{ssh},
	})
	r.Instances = append(r.Instances, fakeaws.Instance{Bastion: facts.Bastion{
		InstanceID: "i-0123456789abcdef0", State: "running", SubnetID: "subnet-0b", VPCID: v.ID,
		PrivateIP: "10.0.16.9", PublicIP: "203.0.113.9", GroupIDs: []string{"sg-0bastion"},
	}})
}
