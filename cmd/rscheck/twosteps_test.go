package main

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/report"
)

// What rscheck judge says of what rscheck collect saved is what rscheck scan says,
// and so is the exit code. A scan adds whose credentials the commands need.
func TestTwoStepsSayWhatOneSays(t *testing.T) {
	s := <-stages(t, 1)
	denied := fakeaws.Denied("not authorized")
	away := denied
	away.Region = "us-west-2"
	second := denied
	second.After = 1
	for name, estate := range situations(t) {
		for trouble, inject := range map[string]func(){
			"nothing fails":              func() {},
			"a region is denied":         func() { s.Inject("DescribeClusters", away) },
			"the clusters are denied":    func() { s.Inject("DescribeClusters", denied) },
			"workgroups are denied":      func() { s.Inject("ListWorkgroups", denied) },
			"network ACLs are denied":    func() { s.Inject("DescribeNetworkAcls", denied) },
			"the second role is refused": func() { s.Inject("AssumeRole", second) },
		} {
			t.Run(name+"/"+trouble, func(t *testing.T) {
				observe := append(slices.Clone(estate.args), "--profile", s.profile, "--no-database")
				file := filepath.Join(t.TempDir(), "facts.json")
				run := func(args ...string) (report.Report, int) {
					s.Play(estate.cloud)
					s.Reset()
					inject()
					return s.run(t, args)
				}
				want, code := run(append([]string{"scan", "--format", "json"}, observe...)...)
				run(append([]string{"collect", "-o", file}, observe...)...)
				got, again := run(append([]string{"judge", file, "--format", "json"}, loaderFlags(estate.args)...)...)
				if diff := cmp.Diff(withoutPlace(want), withoutPlace(got)); diff != "" || code != again {
					t.Errorf("exit %d and %d (-scan +collect and judge):\n%s", code, again, diff)
				}
			})
		}
	}
}

// run runs a command, and reads its report if it prints one.
func (s *stage) run(t *testing.T, args []string) (r report.Report, code int) {
	t.Helper()
	defer s.HangUp()
	var stdout, stderr bytes.Buffer
	a := &app{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, catalogue: s.catalogue,
		aws: aws.Options{Backoff: time.Millisecond, CallTimeout: time.Hour, CredentialsTimeout: time.Hour},
	}
	code = a.run(args)
	if stdout.Len() > 0 {
		var err error
		if r, err = report.Read(&stdout); err != nil {
			t.Fatalf("%v: %v", args, err)
		}
	}
	if code == report.ExitUsage {
		t.Fatalf("%v: %s", args, &stderr)
	}
	return r, code
}

// loaderFlags are those of the arguments that say how the loader was set up.
func loaderFlags(args []string) []string {
	var list []string
	for i, arg := range args {
		if arg == "--loader-region" || arg == "--connection" {
			list = append(list, arg, args[i+1])
		}
	}
	return list
}

// withoutPlace is the report without when it was made, and without whose credentials
// its commands need.
func withoutPlace(r report.Report) report.Report {
	r.ScannedAt = time.Time{}
	for _, t := range r.Targets {
		for i := range t.Results {
			t.Results[i].Remediation = slices.DeleteFunc(t.Results[i].Remediation, func(step report.Remediation) bool {
				return strings.HasPrefix(step.Text, "With credentials for account ")
			})
			for n := range t.Results[i].Remediation {
				step := &t.Results[i].Remediation[n]
				step.Text = strings.Replace(step.Text, "aws --profile stage-0 ", "aws ", 1)
			}
		}
	}
	return r
}
