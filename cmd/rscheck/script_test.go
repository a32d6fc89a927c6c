package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

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

// TestScripts runs the command lines of testdata/script as a shell would. Besides
// testscript's own, a script has these commands:
//
//	aws                    play a healthy cluster "analytics" in us-east-1
//	fault OPERATION KIND   from now on the call is denied, throttled, garbage, or hangs
//	calls                  write the calls so far to the file calls, sorted
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
			"aws": func(ts *testscript.TestScript, _ bool, _ []string) {
				aws, err := fakeaws.Start(fakeaws.Healthy(northAmerica...))
				ts.Check(err)
				ts.Defer(func() { aws.Close() })
				for name, value := range aws.Environment() {
					ts.Setenv(name, value)
				}
				ts.Value(playing{}).(*playing).aws = aws
			},
			"fault": fault,
			"calls": func(ts *testscript.TestScript, _ bool, _ []string) {
				var lines []string
				for _, r := range ts.Value(playing{}).(*playing).aws.Requests() {
					lines = append(lines, fmt.Sprintf("%s %s attempt %d\n", r.Service, r.Operation, r.Attempt))
				}
				slices.Sort(lines)
				ts.Check(os.WriteFile(ts.MkAbs("calls"), []byte(strings.Join(lines, "")), 0o600))
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
	}
	kind, ok := kinds[args[1]]
	if !ok {
		ts.Fatalf("no fault is called %s", args[1])
	}
	ts.Value(playing{}).(*playing).aws.Inject(args[0], kind)
}
