package report

import (
	"net/url"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestResourcePath(t *testing.T) {
	on := func(t Target, subject string) item { return item{Result{Subject: subject}, &t} }
	named := func(name string) Target {
		return Target{ID: "arn:x", Kind: facts.ProvisionedCluster, Account: "111122223333", Region: "us-east-1", Name: name}
	}
	for name, tc := range map[string]struct {
		item item
		want string
	}{
		"cluster":        {on(named("analytics"), ""), "aws/111122223333/us-east-1/redshift/analytics"},
		"workgroup":      {on(workgroup(), ""), "aws/444455556666/eu-central-1/redshift-serverless/crm"},
		"host":           {on(endpointOnly(), "stitch"), "host/203.0.113.10%3A5439/stitch"},
		"scan":           {on(Target{ID: scanID}, "regions.eu-west-1"), "scan/regions.eu-west-1"},
		"whole scan":     {on(Target{ID: scanID}, ""), "scan"},
		"source address": {on(named("a"), "52.23.137.21/32"), "aws/111122223333/us-east-1/redshift/a/52.23.137.21/32"},
		"quoted name":    {on(named("a"), `s."T x"`), "aws/111122223333/us-east-1/redshift/a/s.%22T%20x%22"},
		"other script":   {on(named("a"), "表"), "aws/111122223333/us-east-1/redshift/a/%E8%A1%A8"},
		"climbing":       {on(named("a"), "../../../etc//./x"), "aws/111122223333/us-east-1/redshift/a/__/__/__/etc/_/_/x"},
		"backslashes":    {on(named("a"), `..\..\x`), "aws/111122223333/us-east-1/redshift/a/.._.._x"},
		"no UTF-8":       {on(named("a"), "\xff\x00"), "aws/111122223333/us-east-1/redshift/a/_xff_x00"},
		"nothing known":  {on(Target{}, "arn:aws:x"), "aws/_/_/redshift/_/arn%3Aaws%3Ax"},
	} {
		t.Run(name, func(t *testing.T) {
			got := tc.item.resourcePath()
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			checkRelative(t, got)
		})
	}
}

// checkRelative fails unless GitHub takes the URI for a file of the repository,
// raw or decoded.
func checkRelative(t *testing.T, uri string) {
	t.Helper()
	decoded, err := url.PathUnescape(uri)
	if err != nil {
		t.Errorf("%q: %v", uri, err)
	}
	if parsed, err := url.Parse(uri); err != nil || parsed.Scheme != "" || parsed.Host != "" || parsed.RawQuery != "" || parsed.Fragment != "" {
		t.Errorf("%q is no relative path: %v", uri, err)
	}
	for _, path := range []string{uri, decoded} {
		first, _, _ := strings.Cut(path, "/")
		if first == "" || strings.Contains(first, ":") || strings.Contains(path, "://") || strings.Contains(path, `\`) {
			t.Errorf("%q is absolute, or begins with a scheme", path)
		}
		for part := range strings.SplitSeq(path, "/") {
			if strings.Trim(part, ".") == "" {
				t.Errorf("%q has the part %q", path, part)
			}
		}
		if visible(path) != path {
			t.Errorf("%q has hidden characters", path)
		}
	}
}

func FuzzResourcePath(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, s)
	}
	f.Add("..", "../..")
	f.Add("%2e%2e", "/")
	f.Fuzz(func(t *testing.T, name, subject string) {
		for _, kind := range append(facts.Kinds, "") {
			target := Target{ID: name, Name: name, Kind: kind, Account: subject, Region: name}
			checkRelative(t, item{Result{Subject: subject}, &target}.resourcePath())
		}
	})
}

func TestDeclaredLocation(t *testing.T) {
	for file, want := range map[string]string{
		"rscheck.yaml": "rscheck.yaml", "./deploy/rs check.yaml": "deploy/rs%20check.yaml", `deploy\rscheck.yaml`: "deploy/rscheck.yaml",
		"a/../b.yaml": "b.yaml",
		// What is outside of the repository is no place in it.
		"/etc/rscheck.yaml": "", "../rscheck.yaml": "", `C:\rscheck.yaml`: "", "https://x.example/a": "", "": "", ".": "", "a\nb": "",
	} {
		if got := (Location{File: file}).uri(); got != want {
			t.Errorf("%q: got %q, want %q", file, got, want)
		}
	}
}
