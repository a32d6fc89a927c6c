package aws

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshiftdata"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// send sends one call of each way, as good as it can be.
func send(cfg sdk.Config) map[string]func() error {
	ctx := context.Background()
	return map[string]func() error{
		"GetClusterCredentials": func() error {
			_, err := redshift.NewFromConfig(cfg).GetClusterCredentials(ctx, &redshift.GetClusterCredentialsInput{ClusterIdentifier: sdk.String("analytics"), DbUser: sdk.String("stitch")})
			return err
		},
		"GetClusterCredentialsWithIAM": func() error {
			_, err := redshift.NewFromConfig(cfg).GetClusterCredentialsWithIAM(ctx, &redshift.GetClusterCredentialsWithIAMInput{ClusterIdentifier: sdk.String("analytics")})
			return err
		},
		"GetCredentials": func() error {
			_, err := redshiftserverless.NewFromConfig(cfg).GetCredentials(ctx, &redshiftserverless.GetCredentialsInput{WorkgroupName: sdk.String("loading")})
			return err
		},
		"GetSecretValue": func() error {
			_, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: sdk.String("s")})
			return err
		},
		"ExecuteStatement": func() error {
			_, err := redshiftdata.NewFromConfig(cfg).ExecuteStatement(ctx, &redshiftdata.ExecuteStatementInput{Sql: sdk.String("SELECT 1"), Database: sdk.String("dw")})
			return err
		},
		"DescribeStatement": func() error {
			_, err := redshiftdata.NewFromConfig(cfg).DescribeStatement(ctx, &redshiftdata.DescribeStatementInput{Id: sdk.String("1")})
			return err
		},
		"GetStatementResult": func() error {
			_, err := redshiftdata.NewFromConfig(cfg).GetStatementResult(ctx, &redshiftdata.GetStatementResultInput{Id: sdk.String("1")})
			return err
		},
	}
}

func TestEachWayAllowsItsOwnCallsOnly(t *testing.T) {
	for _, way := range append([]Way{""}, everyWay()...) {
		server := play(t, fakeaws.Healthy(loader))
		account := open(t, Options{Ways: []Way{way}})
		for operation, call := range send(account.configOf(warehouse(facts.ProvisionedCluster))) {
			err := call()
			var refused *refusedError
			allowed := way != "" && callOf(operation).Way == way
			if errors.As(err, &refused) == allowed {
				t.Errorf("way %q, %s: %v", way, operation, err)
			}
			if sent := count(server.Requests())[operation] > 0; sent != allowed {
				t.Errorf("way %q: was %s sent: %v", way, operation, sent)
			}
		}
	}
}

// On the allow-list as they are, these calls would write.
func TestNothingIsSentThatWouldWrite(t *testing.T) {
	server := play(t, fakeaws.Healthy(loader))
	cfg, ctx := open(t, Options{Ways: everyWay()}).configOf(warehouse(facts.ProvisionedCluster)), context.Background()
	user := func(change func(*redshift.GetClusterCredentialsInput)) func() error {
		return func() error {
			in := &redshift.GetClusterCredentialsInput{ClusterIdentifier: sdk.String("analytics"), DbUser: sdk.String("stitch")}
			change(in)
			_, err := redshift.NewFromConfig(cfg).GetClusterCredentials(ctx, in)
			return err
		}
	}
	calls := map[string]func() error{
		"make a user":  user(func(in *redshift.GetClusterCredentialsInput) { in.AutoCreate = sdk.Bool(true) }),
		"join a group": user(func(in *redshift.GetClusterCredentialsInput) { in.DbGroups = []string{"admins"} }),
		"run several statements": func() error {
			_, err := redshiftdata.NewFromConfig(cfg).BatchExecuteStatement(ctx, &redshiftdata.BatchExecuteStatementInput{Database: sdk.String("dw"), Sqls: []string{"SELECT 1"}})
			return err
		},
		"fetch several secrets": func() error {
			_, err := secretsmanager.NewFromConfig(cfg).BatchGetSecretValue(ctx, &secretsmanager.BatchGetSecretValueInput{SecretIdList: []string{"s"}})
			return err
		},
	}
	for _, sql := range []string{
		"CREATE SCHEMA s", "DROP TABLE t", "select 1", "SELECT 1; DROP TABLE t", "SELECT 1 INTO t", "SELECT 1\ninto t", "SELECT 1 FOR UPDATE",
		" SELECT 1", "SELECTED", "SHOWING", "WITH x AS (SELECT 1) SELECT 1", "SET x TO 1", "CALL p()", "",
	} {
		calls[fmt.Sprintf("run %q", sql)] = func() error {
			_, err := redshiftdata.NewFromConfig(cfg).ExecuteStatement(ctx, &redshiftdata.ExecuteStatementInput{Sql: &sql, Database: sdk.String("dw")})
			return err
		}
	}
	allRefused(t, server, calls)
}

func TestPermissionsOfTheWays(t *testing.T) {
	if len(WayPermissions()) > 0 {
		t.Errorf("without a way: %v", WayPermissions())
	}
	for _, action := range Permissions() {
		if strings.Contains(action, "Credentials") || strings.HasPrefix(action, "secretsmanager:") || strings.HasPrefix(action, "redshift-data:") {
			t.Errorf("%s is asked for without its way", action)
		}
	}
	if got := len(WayPermissions(DataAPI)); got != 3 {
		t.Errorf("%d permissions for the Data API, want 3", got)
	}
}
