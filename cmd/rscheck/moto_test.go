package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/postgres"
	"github.com/rscheck/rscheck/report"
)

// TestScanAgainstMoto runs the whole command against somebody else's idea of AWS
// and a PostgreSQL. What moto lacks must come out as unknown, and named.
func TestScanAgainstMoto(t *testing.T) {
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH: it is a second opinion, pip install 'moto[server]' brings it")
	}
	endpoint := startMoto(t, program)
	subnets := motoCall(t, endpoint, "ec2", "Action=DescribeSubnets&Version=2016-11-15")
	_, subnet, _ := strings.Cut(subnets, "<subnetId>")
	subnet, _, _ = strings.Cut(subnet, "<")
	motoCall(t, endpoint, "redshift", "Action=CreateClusterSubnetGroup&Version=2012-12-01&ClusterSubnetGroupName=warehouse&Description=d&SubnetIds.SubnetIdentifier.1="+subnet)
	motoCall(t, endpoint, "redshift", "Action=CreateCluster&Version=2012-12-01&ClusterIdentifier=analytics&NodeType=ra3.xlplus&MasterUsername=awsuser"+
		"&MasterUserPassword=Secret99xyz&DBName=dev&ClusterSubnetGroupName=warehouse&PubliclyAccessible=true")

	server := postgres.Test(t, postgres.Options{TCP: true, TLS: true})
	if _, err := server.SQL(t.Context(), "postgres", "CREATE USER stitch PASSWORD 'canary-moto'; CREATE DATABASE dev; GRANT CREATE ON DATABASE dev TO stitch;"); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": endpoint, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "RSCHECK_PASSWORD": "canary-moto",
	} {
		t.Setenv(name, value)
	}
	var stdout, stderr bytes.Buffer
	code := Main([]string{
		"scan", "--cluster", "analytics", "--host", "localhost", "--port", fmt.Sprint(server.Port), "--ca-file", server.CAFile,
		"--loader-region", "north-america", "--format", "json",
	}, strings.NewReader(""), &stdout, &stderr)
	r, err := report.Read(&stdout)
	if err != nil {
		t.Fatalf("%v; stderr: %s", err, &stderr)
	}
	if code != report.ExitFindings || len(r.Targets) != 1 {
		t.Fatalf("exit %d with %d targets, want a finding (moto's security group admits nobody)", code, len(r.Targets))
	}
	outcomes := map[string]report.Outcome{}
	for _, result := range r.Targets[0].Results {
		outcomes[result.Check] = result.Outcome
		if result.Outcome == report.Unknown && (len(result.Missing) == 0 || result.Missing[0].Detail == "") {
			t.Errorf("%s is unknown and does not say for want of what", result.Check)
		}
	}
	for check, want := range map[string]report.Outcome{
		"NET001": report.Pass, "NET005": report.Unknown, "CLU001": report.Unknown,
		"SQL001": report.Pass, "SQL003": report.Pass, "SQL006": report.Pass, "SQL013": report.Pass, "CLU003": report.Fail, "SEC003": report.Fail, "SEC006": report.Pass,
	} {
		if outcomes[check] != want {
			t.Errorf("%s: %s, want %s", check, outcomes[check], want)
		}
	}
	for _, p := range r.Targets[0].Paths {
		if i := slices.IndexFunc(p.Hops, func(h report.Hop) bool { return h.Stage == "block_public_access" }); p.Hops[i].Verdict != "unknown" ||
			p.Hops[i].Missing[0].Reason != facts.Unsupported {
			t.Errorf("%s: block public access is %+v, which moto does not serve", p.Source, p.Hops[i])
		}
	}
}

// startMoto starts moto_server on a free port and returns its URL.
func startMoto(t *testing.T, program string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	server := exec.Command(program, "-H", "127.0.0.1", "-p", fmt.Sprint(port))
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	endpoint := fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if answer, err := http.Get(endpoint + "/moto-api/"); err == nil {
			answer.Body.Close()
			return endpoint
		}
		if time.Now().After(deadline) {
			t.Fatal("moto_server does not answer")
		}
	}
}

// motoCall sends one call of the query protocol; moto knows the service by the
// scope of the signature, which it does not check.
func motoCall(t *testing.T, endpoint, service, query string) string {
	t.Helper()
	form, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %v: %s", query, answer.Status, err, text)
	}
	return string(text)
}
