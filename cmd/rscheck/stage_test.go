package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// stage is an AWS for one command at a time. A profile of the AWS configuration
// leads to it and not the environment, which all commands share that run in this
// process at once.
type stage struct {
	*fakeaws.Server
	profile   string
	catalogue func() (*checks.Catalogue, error)
}

// stages opens so many stages.
func stages(t *testing.T, n int) chan *stage {
	t.Helper()
	catalogue := sync.OnceValues(func() (*checks.Catalogue, error) { return checks.Load(policies.FS) })
	open := make(chan *stage, n)
	var profiles strings.Builder
	for i := range n {
		server, err := fakeaws.Start(fakeaws.Healthy())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Close() })
		for name := range server.Environment() {
			t.Setenv(name, "")
		}
		s := &stage{Server: server, profile: fmt.Sprintf("stage-%d", i), catalogue: catalogue}
		fmt.Fprintf(&profiles, "[profile %s]\nregion = %s\nendpoint_url = %s\naws_access_key_id = %s\naws_secret_access_key = secret\n",
			s.profile, fakeaws.RegionName, server.URL(), fakeaws.AccessKey)
		open <- s
	}
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(profiles.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	return open
}

// scan plays the cloud and returns the report of a scan of it. It fails the test
// where the scan ends without a report, with another exit code than the report
// has, or not at all.
func (s *stage) scan(t *testing.T, cloud *fakeaws.Cloud, args []string) report.Report {
	t.Helper()
	s.Play(cloud)
	defer s.HangUp()
	var stdout, stderr bytes.Buffer
	a := &app{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, catalogue: s.catalogue,
		// No wait but for a call that hangs, which --timeout ends, however busy
		// this machine is.
		aws: aws.Options{Backoff: time.Millisecond, CallTimeout: time.Hour, CredentialsTimeout: time.Hour},
	}
	code := make(chan int, 1)
	go func() {
		code <- a.run(append([]string{"scan", "--profile", s.profile, "--no-database", "--format", "json"}, args...))
	}()
	select {
	case got := <-code:
		r, err := report.Read(&stdout)
		if err != nil {
			t.Fatalf("exit %d and no report: %v; stderr: %s", got, err, &stderr)
		}
		if got != r.Verdict.ExitCode() {
			t.Errorf("exit %d, and the report says %s", got, r.Verdict)
		}
		return r
	case <-time.After(5 * time.Minute): // the longest --timeout here is two
		t.Fatal("the scan does not end")
		return report.Report{}
	}
}
