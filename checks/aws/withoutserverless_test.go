package aws

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/internal/fakeaws"
)

// internet leads every host to the server but those of which the resolver tells
// something else.
type internet struct {
	server   string
	resolver map[string]net.DNSError
}

func (i internet) RoundTrip(r *http.Request) (*http.Response, error) {
	if failure, ok := i.resolver[r.URL.Hostname()]; ok {
		if failure.Name == "" {
			failure.Name = r.URL.Hostname()
		}
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &failure}
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", i.server
	return http.DefaultTransport.RoundTrip(r)
}

// TestRedshiftServerlessIsNotOffered wants every target of a region with one cluster.
func TestRedshiftServerlessIsNotOffered(t *testing.T) {
	noHost := net.DNSError{Err: "no such host", IsNotFound: true}
	for name, tc := range map[string]struct {
		region      string
		resolver    map[string]net.DNSError
		environment map[string]string
		options     Options
		fault       fakeaws.Fault // of DescribeClusters
		targets     int
		want        string // the detail of what is unknown, empty for nothing
	}{
		"no host, and none in AWS's list": {
			region: "me-south-1", targets: 1,
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": noHost},
		},
		"in a partition of its own": {
			region: "eusc-de-east-1", targets: 1,
			resolver: map[string]net.DNSError{"redshift-serverless.eusc-de-east-1.amazonaws.eu": noHost},
		},
		"no host where AWS has one": {
			region: "us-east-1", targets: 1,
			resolver: map[string]net.DNSError{"redshift-serverless.us-east-1.amazonaws.com": noHost},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"the resolver does not answer": {
			region: "me-south-1", targets: 1,
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": {Err: "server misbehaving", IsTemporary: true}},
			want:     "no connection for redshift-serverless:ListWorkgroups",
		},
		"the resolver is slow": {
			region: "me-south-1", targets: 1,
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": {Err: "i/o timeout", IsTimeout: true}},
			want:     "redshift-serverless:ListWorkgroups gave no answer in time",
		},
		"the proxy has no host": {
			region: "me-south-1", targets: 1,
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": {Err: "no such host", IsNotFound: true, Name: "proxy.example.com"}},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"clusters could not be listed": {
			region:   "me-south-1",
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": noHost}, fault: fakeaws.Denied(""),
			want: "allow redshift:DescribeClusters; no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"endpoint of FIPS": {
			region: "me-south-1", targets: 1, environment: map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"},
			resolver: map[string]net.DNSError{"redshift-serverless-fips.me-south-1.amazonaws.com": noHost},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"endpoint of dual stack": {
			region: "me-south-1", targets: 1, environment: map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"},
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.api.aws": noHost},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"endpoint of the user's": {
			region: "me-south-1", targets: 1, environment: map[string]string{"AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS": "http://vpce-0a.example.com"},
			resolver: map[string]net.DNSError{"vpce-0a.example.com": noHost},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"endpoint of the user's, for clusters": {
			region: "me-south-1", targets: 1, environment: map[string]string{"AWS_ENDPOINT_URL_REDSHIFT": "http://vpce-0b.example.com"},
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": noHost},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
		"a workgroup is asked for by name": {
			region: "me-south-1", options: Options{Workgroups: []string{"loading"}},
			resolver: map[string]net.DNSError{"redshift-serverless.me-south-1.amazonaws.com": noHost},
			want:     "no connection for redshift-serverless:ListWorkgroups: the name of its host does not resolve: check the region's name and the network",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cloud.Accounts[0].Regions[tc.region] = fakeaws.Healthy(loader).Region(fakeaws.RegionName)
			server := play(t, cloud)
			if tc.fault != (fakeaws.Fault{}) {
				server.Inject(describeClusters, tc.fault)
			}
			t.Setenv("AWS_ENDPOINT_URL", "")
			for name, value := range tc.environment {
				t.Setenv(name, value)
			}
			tc.options.Regions = []string{tc.region}
			tc.options.HTTPClient = &http.Client{Transport: internet{strings.TrimPrefix(server.URL(), "http://"), tc.resolver}}
			account := open(t, tc.options)
			targets, unknown := observe(t, account)
			var got []string
			for _, u := range unknown {
				got = append(got, u.Detail)
			}
			if detail := strings.Join(got, "; "); detail != tc.want || len(targets) != tc.targets {
				t.Errorf("%d targets and %q, want %d and %q", len(targets), detail, tc.targets, tc.want)
			}
			var without []string
			if tc.want == "" {
				without = []string{tc.region}
			}
			if diff := cmp.Diff(without, account.WithoutServerless()); diff != "" {
				t.Errorf("without Redshift Serverless (-want +got):\n%s", diff)
			}
		})
	}
}

// The list is what the SDK's endpoints say, and changes with them.
func TestRegionsWithoutServerlessAreThoseOfTheSDK(t *testing.T) {
	serverless := endpointsOfTheSDK(t, "redshiftserverless")
	regions := endpointsOfTheSDK(t, "redshift")
	if !slices.Contains(serverless, fakeaws.RegionName) || len(regions) < len(serverless)/2 {
		t.Fatalf("Redshift is in %v, Redshift Serverless in %v", regions, serverless)
	}
	for _, region := range slices.Concat(regions, serverless) {
		if want := !slices.Contains(serverless, region); noServerless(region) != want {
			t.Errorf("%s: got %t, want %t", region, noServerless(region), want)
		}
	}
}

// endpointsOfTheSDK are the regions in which the service has an endpoint.
func endpointsOfTheSDK(t *testing.T, service string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/"+service).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "internal", "endpoints", "endpoints.go"))
	if err != nil {
		t.Fatal(err)
	}
	var regions []string
	for _, m := range regexp.MustCompile(`Region: +"([a-z0-9-]+)"`).FindAllStringSubmatch(string(text), -1) {
		if !strings.HasPrefix(m[1], "fips-") {
			regions = append(regions, m[1])
		}
	}
	return regions
}
