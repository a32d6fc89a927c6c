package aws

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

const secretARN = "arn:aws:secretsmanager:us-east-1:111122223333:secret:stitch-AbCdEf"

// warehouse is the target of these tests.
func warehouse(kind facts.Kind) *facts.Target {
	t := &facts.Target{Kind: kind, Name: fakeaws.ClusterName, Region: fakeaws.RegionName}
	if kind == facts.Workgroup {
		t.Name = "loading"
	}
	return t
}

func everyWay() []Way { return []Way{TemporaryPassword, Identity, Secret, DataAPI} }

// playLogins plays a cloud with logins, and opens it for every way.
func playLogins(t *testing.T, logins *fakeaws.Logins) (*Account, *fakeaws.Server) {
	t.Helper()
	cloud := fakeaws.Healthy(loader)
	cloud.Region(fakeaws.RegionName).Logins = logins
	server := play(t, cloud)
	return open(t, Options{Ways: everyWay()}), server
}

func TestLoginsThatAWSTells(t *testing.T) {
	account, server := playLogins(t, &fakeaws.Logins{
		Temporary: map[string]string{"stitch": canary}, IdentityUser: "IAMR:auditor", IdentityPassword: canary,
		Secrets: map[string]string{secretARN: `{"username": "etl", "password": "` + canary + `", "host": "dw.example.com", "port": "5440", "dbname": "dw"}`},
	})
	ctx := context.Background()
	for name, tc := range map[string]struct {
		ask  func() (DatabaseLogin, *facts.Unknown)
		want DatabaseLogin
	}{
		"temporary, without the prefix that it logs in with": {
			func() (DatabaseLogin, *facts.Unknown) {
				return account.TemporaryLogin(ctx, warehouse(facts.ProvisionedCluster), "stitch", "dw")
			},
			DatabaseLogin{User: "stitch", Name: "IAM:stitch", Password: canary},
		},
		"identity on a cluster": {
			func() (DatabaseLogin, *facts.Unknown) {
				return account.IdentityLogin(ctx, warehouse(facts.ProvisionedCluster), "dw")
			},
			DatabaseLogin{User: "IAMR:auditor", Name: "IAMR:auditor", Password: canary},
		},
		"identity on a workgroup": {
			func() (DatabaseLogin, *facts.Unknown) {
				return account.IdentityLogin(ctx, warehouse(facts.Workgroup), "dw")
			},
			DatabaseLogin{User: "IAMR:auditor", Name: "IAMR:auditor", Password: canary},
		},
		"secret": {
			func() (DatabaseLogin, *facts.Unknown) {
				return account.SecretLogin(ctx, warehouse(facts.ProvisionedCluster), secretARN)
			},
			DatabaseLogin{User: "etl", Name: "etl", Password: canary, Host: "dw.example.com", Port: 5440, Database: "dw"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, lack := tc.ask()
			if lack != nil || got != tc.want {
				t.Errorf("got %+v, %v", got, lack)
			}
			text, err := json.Marshal(got)
			if told := fmt.Sprintf("%v %+v %#v %s %q %s", got, got, got, got.Password, got.Password, text); err != nil || strings.Contains(told, canary) {
				t.Errorf("the password came out, or %v: %s", err, told)
			}
		})
	}
	for _, r := range server.Requests() {
		if create := r.Params.Get("AutoCreate"); create != "" && create != "false" || r.Params.Has("DbGroups.DbGroup.1") {
			t.Errorf("%s asked for %s", r.Operation, r.Params.Encode())
		}
	}
}

func TestLoginsThatAreNotToBeHad(t *testing.T) {
	cluster, workgroup := warehouse(facts.ProvisionedCluster), warehouse(facts.Workgroup)
	temporary := func(t *facts.Target) func(*Account) (DatabaseLogin, *facts.Unknown) {
		return func(a *Account) (DatabaseLogin, *facts.Unknown) {
			return a.TemporaryLogin(context.Background(), t, "stitch", "dw")
		}
	}
	identity := func(t *facts.Target) func(*Account) (DatabaseLogin, *facts.Unknown) {
		return func(a *Account) (DatabaseLogin, *facts.Unknown) {
			return a.IdentityLogin(context.Background(), t, "dw")
		}
	}
	secret := func(a *Account) (DatabaseLogin, *facts.Unknown) {
		return a.SecretLogin(context.Background(), cluster, secretARN)
	}
	for name, tc := range map[string]struct {
		ask       func(*Account) (DatabaseLogin, *facts.Unknown)
		operation string
		fault     fakeaws.Fault
		omit      string
		secret    string
		reason    facts.Reason
		detail    string
	}{
		"temporary, denied": {
			ask: temporary(cluster), operation: "GetClusterCredentials", fault: fakeaws.Denied(canary),
			reason: facts.AccessDenied, detail: "allow redshift:GetClusterCredentials for database user stitch and database dw",
		},
		"temporary, on a workgroup": {
			ask: temporary(workgroup), reason: facts.Unsupported, detail: "a workgroup gives a password to the IAM identity only: use --iam-identity or --secret",
		},
		"temporary, without a password": {
			ask: temporary(cluster), operation: "GetClusterCredentials", omit: "DbPassword",
			reason: facts.Inconsistent, detail: "redshift:GetClusterCredentials left out the user or the password",
		},
		"temporary, without a user": {
			ask: temporary(cluster), operation: "GetClusterCredentials", omit: "DbUser",
			reason: facts.Inconsistent, detail: "redshift:GetClusterCredentials gave a password for another user than the one asked for",
		},
		"temporary, answered by a portal": {
			ask: temporary(cluster), operation: "GetClusterCredentials", fault: fakeaws.HTML(200),
			reason: facts.Unsupported, detail: "redshift:GetClusterCredentials was answered by something that is not AWS",
		},
		"identity, denied": {
			ask: identity(cluster), operation: "GetClusterCredentialsWithIAM", fault: fakeaws.Denied(canary),
			reason: facts.AccessDenied, detail: "allow redshift:GetClusterCredentialsWithIAM for database dw",
		},
		"identity on a workgroup, denied": {
			ask: identity(workgroup), operation: "GetCredentials", fault: fakeaws.Denied(canary),
			reason: facts.AccessDenied, detail: "allow redshift-serverless:GetCredentials for database dw",
		},
		"identity on a workgroup, answered by a portal": {
			ask: identity(workgroup), operation: "GetCredentials", fault: fakeaws.HTML(200),
			reason: facts.Unsupported, detail: "redshift-serverless:GetCredentials was answered by something that is not AWS",
		},
		"secret, denied": {
			ask: secret, operation: "GetSecretValue", fault: fakeaws.Denied(canary),
			reason: facts.AccessDenied, detail: "allow secretsmanager:GetSecretValue on " + secretARN + ", and kms:Decrypt where a key of your own encrypts it",
		},
		"secret of another shape":  {ask: secret, secret: `{"api_key": "` + canary + `"}`, reason: facts.Unsupported, detail: "the secret is none of Redshift's: it holds no JSON with username and password"},
		"secret that is no JSON":   {ask: secret, secret: canary, reason: facts.Unsupported, detail: "the secret is none of Redshift's: it holds no JSON with username and password"},
		"secret without its text":  {ask: secret, operation: "GetSecretValue", omit: "SecretString", secret: "{}", reason: facts.Unsupported, detail: "the secret is none of Redshift's: it holds no JSON with username and password"},
		"secret that is not there": {ask: secret, reason: facts.Failed, detail: "secretsmanager:GetSecretValue does not find " + secretARN},
	} {
		t.Run(name, func(t *testing.T) {
			logins := &fakeaws.Logins{
				Temporary: map[string]string{"stitch": canary}, IdentityUser: "IAMR:auditor", IdentityPassword: canary, Secrets: map[string]string{},
			}
			if tc.secret != "" {
				logins.Secrets[secretARN] = tc.secret
			}
			account, server := playLogins(t, logins)
			switch {
			case tc.omit != "":
				server.Omit(tc.operation, tc.omit)
			case tc.operation != "":
				server.Inject(tc.operation, tc.fault)
			}
			login, lack := tc.ask(account)
			if lack == nil {
				t.Fatalf("got a login: %+v", login)
			}
			if lack.Reason != tc.reason || lack.Detail != tc.detail {
				t.Errorf("got  %s: %s\nwant %s: %s", lack.Reason, lack.Detail, tc.reason, tc.detail)
			}
			if login != (DatabaseLogin{}) {
				t.Errorf("part of a login came with it: %+v", login)
			}
		})
	}
}

func TestSecretsOfManyShapes(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want DatabaseLogin
	}{
		"all of it":             {`{"engine":"redshift","host":"dw.example.com","username":"u","password":"p","dbname":"dw","dbClusterIdentifier":"analytics","port":5439}`, DatabaseLogin{User: "u", Name: "u", Password: "p", Host: "dw.example.com", Port: 5439, Database: "dw"}},
		"managed by Redshift":   {`{"username":"u","password":"p"}`, DatabaseLogin{User: "u", Name: "u", Password: "p"}},
		"port as a string":      {`{"username":"u","password":"p","port":"5439"}`, DatabaseLogin{User: "u", Name: "u", Password: "p", Port: 5439}},
		"port that is none":     {`{"username":"u","password":"p","port":"soon"}`, DatabaseLogin{User: "u", Name: "u", Password: "p"}},
		"port and name of null": {`{"username":"u","password":"p","port":null,"dbname":null}`, DatabaseLogin{User: "u", Name: "u", Password: "p"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, ok := parseSecret(tc.text); !ok || got != tc.want {
				t.Errorf("got %+v, %v", got, ok)
			}
		})
	}
}

// A cluster that was found in another account is logged in to by that account's
// leave, even where this one has a cluster of the same name.
func TestALoginIsOfTheAccountOfItsCluster(t *testing.T) {
	const other, role = "444455556666", "arn:aws:iam::444455556666:role/auditor"
	cloud := fakeaws.Healthy(loader)
	theirs := *cloud.Accounts[0]
	theirs.ID, theirs.AccessKey, theirs.Roles = other, "AKIAI44QH8DHBEXAMPLE", []fakeaws.Role{{ARN: role}}
	cloud.Accounts = append(cloud.Accounts, &theirs)
	server := play(t, cloud)
	account := open(t, Options{Ways: everyWay(), Roles: []string{role}})
	target := one(t, account)
	if target.Account != other {
		t.Fatalf("found a cluster of account %s", target.Account)
	}
	if _, lack := account.TemporaryLogin(context.Background(), &target, "stitch", "dw"); lack != nil {
		t.Fatal(lack)
	}
	requests := server.Requests()
	if last := requests[len(requests)-1]; last.Operation != "GetClusterCredentials" || last.Account != other {
		t.Errorf("%s was asked of account %s", last.Operation, last.Account)
	}
}
