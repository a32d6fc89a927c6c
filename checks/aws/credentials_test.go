package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// canary is a secret that must not come out anywhere.
const canary = "wJalrXUtnFEMIcanaryEXAMPLEKEY"

// home writes an AWS configuration file and makes it the only source.
func home(t *testing.T, config string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(name, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", name)
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
}

// detour is an HTTP client that takes every request to one server: the SDK's own
// ways to credentials do not heed AWS_ENDPOINT_URL.
type detour string

func (d detour) Do(r *http.Request) (*http.Response, error) {
	there, err := r.URL.Parse(string(d) + r.URL.Path)
	if err != nil {
		return nil, err
	}
	r.URL.Scheme, r.URL.Host = there.Scheme, there.Host
	return http.DefaultClient.Do(r)
}

func TestOpeningWithoutWhatItTakes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Fatal("the credential processes of this test are shell scripts")
	}
	const role = "arn:aws:iam::111122223333:role/auditor"
	for name, tc := range map[string]struct {
		config  string // of the AWS configuration file; none leaves the keys in the environment
		options Options
		noRegion,
		silentMetadata bool
		want string
	}{
		"no credentials": {config: "\n", want: "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give --profile"},
		"metadata service that does not answer": {
			config: "\n", silentMetadata: true, options: Options{CredentialsTimeout: 100 * time.Millisecond},
			want: "no AWS credentials within 100ms: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give --profile",
		},
		"no such profile": {config: "\n", options: Options{Profile: "nope"}, want: `no profile "nope" in the AWS configuration`},
		"broken configuration": {
			config: "[default]\nretry_mode = " + canary + "\n",
			want:   "read the AWS configuration: ~/.aws/config, ~/.aws/credentials or an AWS_ variable is not well-formed",
		},
		"credential process that hangs": {
			config: "[default]\ncredential_process = sleep 2 2>/dev/null\n", options: Options{CredentialsTimeout: 100 * time.Millisecond},
			want: "no AWS credentials within 100ms: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give --profile",
		},
		"credential process that babbles": {
			config: "[default]\ncredential_process = echo " + canary + "\n",
			want:   "no AWS credentials: set AWS_PROFILE or AWS_ACCESS_KEY_ID, or give --profile",
		},
		"role of the profile refused": {
			config: "[default]\nrole_arn = " + role + "\nsource_profile = base\n[profile base]\naws_access_key_id = " + fakeaws.AccessKey + "\naws_secret_access_key = " + canary + "\n",
			want:   "get AWS credentials: allow sts:AssumeRole",
		},
		"no region":               {noRegion: true, want: "no AWS region: give --region, or set AWS_REGION"},
		"a region without a name": {noRegion: true, options: Options{Regions: []string{""}}, want: "no AWS region: give --region, or set AWS_REGION"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			cloud.Accounts[0].Roles = []fakeaws.Role{{ARN: role, ExternalID: "rscheck-7"}}
			server := play(t, cloud)
			t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
			if tc.config != "" {
				home(t, tc.config)
			}
			if tc.noRegion {
				t.Setenv("AWS_REGION", "")
				t.Setenv("AWS_DEFAULT_REGION", "")
			}
			if tc.silentMetadata {
				server.Inject("", fakeaws.Hang())
				t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
				t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL())
			}
			tc.options.HTTPClient = detour(server.URL())
			_, err := Open(context.Background(), tc.options)
			if err == nil || err.Error() != tc.want {
				t.Errorf("got  %v\nwant %s", err, tc.want)
			}
		})
	}
}

func TestAnInterruptionWhileFindingCredentials(t *testing.T) {
	play(t, fakeaws.Healthy(loader))
	home(t, "[default]\ncredential_process = sleep 2 2>/dev/null\n")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, Options{}); err != context.Canceled {
		t.Errorf("got %v, want it cancelled", err)
	}
}

func TestARoleLeadsIntoItsAccount(t *testing.T) {
	const role = "arn:aws:iam::444455556666:role/auditor"
	cloud := fakeaws.Healthy(loader)
	other := fakeaws.Healthy(loader).Accounts[0]
	other.ID, other.AccessKey = "444455556666", "ASIAIOSFODNN7EXAMPLE"
	other.Roles = []fakeaws.Role{{ARN: role, ExternalID: "rscheck-7"}}
	cloud.Accounts = append(cloud.Accounts, other)
	server := play(t, cloud)
	target := one(t, open(t, Options{Roles: []string{role}, ExternalID: "rscheck-7"}))
	if target.Account != "444455556666" || target.Network.CallerAccount != "444455556666" {
		t.Errorf("account %s, caller %s, want the role's", target.Account, target.Network.CallerAccount)
	}
	if got := server.Requests()[0].Params.Get("RoleSessionName"); got != "rscheck" {
		t.Errorf("session %q, want rscheck", got)
	}
}

func TestARegionsPartition(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b",
		"eusc-de-east-1": "aws-eusc",
	} {
		t.Run(region, func(t *testing.T) {
			cloud := fakeaws.Healthy(loader)
			r := cloud.Region(fakeaws.RegionName)
			r.Clusters[0].Namespace = ""
			cloud.Accounts[0].Regions = map[string]*fakeaws.Region{region: r}
			play(t, cloud)
			target := one(t, open(t, Options{Regions: []string{region}}))
			if id := "arn:" + want + ":redshift:" + region + ":111122223333:cluster:analytics"; target.ID != id || target.Partition != want {
				t.Errorf("%s in %s, want %s", target.ID, target.Partition, id)
			}
		})
	}
}

func TestSecretsStayWhereTheyAre(t *testing.T) {
	cloud := busy()
	cloud.Region(fakeaws.RegionName).Clusters[0].Pending.AdminPassword = true
	server := play(t, cloud)
	t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
	t.Setenv("AWS_SESSION_TOKEN", canary+"-token")
	message := "User is not authorized, key " + canary + " Encoded authorization failure message: " + canary
	for name, fault := range map[string]fakeaws.Fault{
		"no fault": {Region: "elsewhere"}, "denied": fakeaws.Denied(message), "failing": fakeaws.Error(400, "SomethingNew", message),
		"code": fakeaws.Error(400, "Key "+canary, message), "expired": fakeaws.Error(400, "ExpiredToken", message),
	} {
		for _, failing := range []string{"DescribeClusters", "the rest"} {
			t.Run(name+" "+failing, func(t *testing.T) {
				server.Reset()
				for _, c := range Calls() {
					if (c.Operation == "DescribeClusters") == (failing == "DescribeClusters") {
						server.Inject(c.Operation, fault)
					}
				}
				targets, unknown := observe(t, open(t, Options{}))
				if len(targets) == 0 && len(unknown) == 0 {
					t.Fatal("nothing was observed")
				}
				said, err := json.Marshal(map[string]any{"targets": targets, "unknown": unknown})
				if err != nil {
					t.Fatal(err)
				}
				for _, secret := range []string{canary, fakeaws.PendingPassword, "Encoded"} {
					if strings.Contains(string(said), secret) {
						t.Errorf("%q is in %s", secret, said)
					}
				}
			})
		}
	}
	server.Reset()
	target := one(t, open(t, Options{}))
	if !target.Cluster.Pending.AdminPassword {
		t.Error("that a password is pending is not told")
	}
}

func TestUnreachable(t *testing.T) {
	tlsServer := httptest.NewTLSServer(http.NotFoundHandler())
	tlsServer.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer tlsServer.Close()
	for name, tc := range map[string]struct{ endpoint, want string }{
		"nobody listens":    {"http://127.0.0.1:1", "no connection for redshift:DescribeClusters: refused"},
		"no such host":      {"http://redshift.invalid", "no connection for redshift:DescribeClusters: the name of its host does not resolve: check the region's name and the network"},
		"unknown authority": {tlsServer.URL, "no connection for redshift:DescribeClusters: its certificate is not accepted (AWS_CA_BUNDLE names authorities to trust)"},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, fakeaws.Healthy(loader))
			t.Setenv("AWS_ENDPOINT_URL", tc.endpoint)
			_, unknown := observe(t, open(t, Options{Clusters: []string{"analytics"}}))
			want := facts.Unknown{Path: "targets.analytics", Reason: facts.Unreachable, Detail: tc.want}
			if len(unknown) != 1 || unknown[0] != want {
				t.Errorf("got  %v\nwant %v", unknown, fmt.Sprint(want))
			}
		})
	}
}
