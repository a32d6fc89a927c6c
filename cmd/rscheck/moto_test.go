package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/moto"
	"github.com/rscheck/rscheck/internal/postgres"
	"github.com/rscheck/rscheck/report"
)

// TestScanAgainstMoto runs the whole command against somebody else's idea of AWS
// and a PostgreSQL. What moto lacks must come out as unknown, and named.
func TestScanAgainstMoto(t *testing.T) {
	cloud := moto.Start(t)
	cloud.Furnish(t, func() error {
		subnets, err := motoCall(cloud.URL, "ec2", "Action=DescribeSubnets&Version=2016-11-15")
		if err != nil {
			return err
		}
		_, subnet, _ := strings.Cut(subnets, "<subnetId>")
		subnet, _, _ = strings.Cut(subnet, "<")
		for _, creation := range []string{
			"Action=CreateClusterSubnetGroup&Version=2012-12-01&ClusterSubnetGroupName=warehouse&Description=d&SubnetIds.SubnetIdentifier.1=" + subnet,
			"Action=CreateCluster&Version=2012-12-01&ClusterIdentifier=analytics&NodeType=ra3.xlplus&MasterUsername=awsuser" +
				"&MasterUserPassword=Secret99xyz&DBName=dev&ClusterSubnetGroupName=warehouse&PubliclyAccessible=true",
		} {
			if _, err := motoCall(cloud.URL, "redshift", creation); err != nil {
				return err
			}
		}
		return nil
	})

	server := postgres.Test(t, postgres.Options{TCP: true, TLS: true})
	if _, err := server.SQL(t.Context(), "postgres", "CREATE USER stitch PASSWORD 'canary-moto'; CREATE DATABASE dev; GRANT CREATE ON DATABASE dev TO stitch;"); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": cloud.URL, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
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

// motoCall sends one call of the query protocol; moto knows the service by the
// scope of the signature, which it does not check.
func motoCall(endpoint, service, query string) (string, error) {
	form, err := url.ParseQuery(query)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequest(http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", query, answer.Status, text)
	}
	return string(text), err
}
