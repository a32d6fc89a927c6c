package main

import (
	"bytes"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// withoutServerless leads every host to the server at the address but that of
// Redshift Serverless, of which there is none.
type withoutServerless string

func (address withoutServerless) RoundTrip(r *http.Request) (*http.Response, error) {
	if host := r.URL.Hostname(); strings.HasPrefix(host, "redshift-serverless.") {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", string(address)
	return http.DefaultTransport.RoundTrip(r)
}

// A region that has no Redshift Serverless has no unknown for it, and it is said.
func TestARegionWithoutServerlessIsNoted(t *testing.T) {
	cloud := fakeaws.Healthy(northAmerica...)
	cloud.Accounts[0].Regions["me-south-1"] = fakeaws.Healthy(northAmerica...).Region(fakeaws.RegionName)
	server := play(t, cloud)
	t.Setenv("AWS_ENDPOINT_URL", "")
	run := func(args ...string) (stdout string) {
		var out, notices bytes.Buffer
		a := &app{
			stdin: strings.NewReader(""), stdout: &out, stderr: &notices,
			catalogue: func() (*checks.Catalogue, error) { return checks.Load(policies.FS) },
			aws:       aws.Options{HTTPClient: &http.Client{Transport: withoutServerless(strings.TrimPrefix(server.URL(), "http://"))}},
		}
		if code := a.run(args); code != report.ExitReady {
			t.Errorf("%v: exit %d: %s", args, code, &notices)
		}
		if args[0] != "judge" && notices.String() != "rscheck: note: "+note+"\n" {
			t.Errorf("%v: stderr is %q", args, &notices)
		}
		return out.String()
	}
	file := filepath.Join(t.TempDir(), "facts.json")
	run("collect", "--all", "--region", "me-south-1", "--no-database", "-o", file)
	for name, text := range map[string]string{
		"text":             run("scan", "--all", "--region", "me-south-1", "--loader-region", "north-america", "--no-database"),
		"JSON":             run("scan", "--all", "--region", "me-south-1", "--loader-region", "north-america", "--no-database", "--format", "json"),
		"from a snapshot":  run("judge", file, "--loader-region", "north-america"),
		"from two of them": run("judge", file, file, "--loader-region", "north-america"),
	} {
		if strings.Count(strings.Join(strings.Fields(text), " "), note) != 1 {
			t.Errorf("%s: want once %q in\n%s", name, note, text)
		}
	}
}

const note = "Redshift Serverless is not offered in me-south-1: no workgroups were looked for there"
