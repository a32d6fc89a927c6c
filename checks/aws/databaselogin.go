package aws

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/redshift"
	"github.com/aws/aws-sdk-go-v2/service/redshiftserverless"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/rscheck/rscheck/checks/facts"
)

// DatabaseLogin is a login that AWS told. fmt and encoding/json do not tell its
// password.
type DatabaseLogin struct {
	// User is who it is in the database, and Name what to log in with, which for
	// a temporary password is User with a prefix.
	User, Name string
	Password   Hidden
	// Host, Port and Database are where to, as far as a secret tells; else zero.
	Host     string
	Port     int
	Database string
}

// Hidden is a secret that fmt, encoding/json and log/slog do not tell.
type Hidden string

const hidden = "(hidden)"

// Format writes "(hidden)" for every verb.
func (Hidden) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// MarshalText returns "(hidden)".
func (Hidden) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// seconds is how long a temporary password is good for, the least there is.
const seconds = 900

// temporaryPrefix stands before the user's name in a login with a temporary
// password. "IAMA:" would say that AWS makes the user.
// https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html
const temporaryPrefix = "IAM:"

// TemporaryLogin asks for a password that lets the database user of that name
// into the cluster t for a quarter of an hour. AWS gives one for a user that does
// not exist too; the database then refuses it. Where there is none to be had, the
// Unknown of t's database says why.
func (a *Account) TemporaryLogin(ctx context.Context, t *facts.Target, user, database string) (DatabaseLogin, *facts.Unknown) {
	const operation = "GetClusterCredentials"
	if t.Kind != facts.ProvisionedCluster {
		return DatabaseLogin{}, noLogin(facts.Unsupported, "a workgroup gives a password to the IAM identity only: use --iam-identity or --secret")
	}
	out, err := redshift.NewFromConfig(a.configOf(t)).GetClusterCredentials(ctx, &redshift.GetClusterCredentialsInput{
		ClusterIdentifier: &t.Name, DbUser: &user, DbName: &database,
		AutoCreate: sdk.Bool(false), DurationSeconds: sdk.Int32(seconds),
	})
	if err != nil {
		return DatabaseLogin{}, a.noAnswer(operation, t.Region, err, " for database user "+user+" and database "+database)
	}
	login := DatabaseLogin{User: user, Name: sdk.ToString(out.DbUser), Password: Hidden(sdk.ToString(out.DbPassword))}
	if login.Name != temporaryPrefix+user && login.Name != user {
		return DatabaseLogin{}, noLogin(facts.Inconsistent, "redshift:"+operation+" gave a password for another user than the one asked for")
	}
	return login.complete(operation)
}

// IdentityLogin asks for a password that lets the caller's own IAM identity into
// t, a cluster or a workgroup.
func (a *Account) IdentityLogin(ctx context.Context, t *facts.Target, database string) (DatabaseLogin, *facts.Unknown) {
	if t.Kind == facts.Workgroup {
		const operation = "GetCredentials"
		out, err := redshiftserverless.NewFromConfig(a.configOf(t)).GetCredentials(ctx, &redshiftserverless.GetCredentialsInput{
			WorkgroupName: &t.Name, DbName: &database, DurationSeconds: sdk.Int32(seconds),
		})
		if err != nil {
			return DatabaseLogin{}, a.noAnswer(operation, t.Region, err, " for database "+database)
		}
		name := sdk.ToString(out.DbUser)
		return DatabaseLogin{User: name, Name: name, Password: Hidden(sdk.ToString(out.DbPassword))}.complete(operation)
	}
	const operation = "GetClusterCredentialsWithIAM"
	out, err := redshift.NewFromConfig(a.configOf(t)).GetClusterCredentialsWithIAM(ctx, &redshift.GetClusterCredentialsWithIAMInput{
		ClusterIdentifier: &t.Name, DbName: &database, DurationSeconds: sdk.Int32(seconds),
	})
	if err != nil {
		return DatabaseLogin{}, a.noAnswer(operation, t.Region, err, " for database "+database)
	}
	name := sdk.ToString(out.DbUser)
	return DatabaseLogin{User: name, Name: name, Password: Hidden(sdk.ToString(out.DbPassword))}.complete(operation)
}

// SecretLogin reads a login from a secret of Redshift's shape. A secret that
// Redshift manages holds a name and a password only.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
func (a *Account) SecretLogin(ctx context.Context, t *facts.Target, id string) (DatabaseLogin, *facts.Unknown) {
	const operation = "GetSecretValue"
	cfg := a.configOf(t)
	if parsed, err := arn.Parse(id); err == nil && parsed.Region != "" {
		cfg.Region = parsed.Region
	}
	out, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &id})
	var absent *types.ResourceNotFoundException
	switch {
	case errors.As(err, &absent):
		return DatabaseLogin{}, noLogin(facts.Failed, "secretsmanager:"+operation+" does not find "+id)
	case err != nil:
		return DatabaseLogin{}, a.noAnswer(operation, cfg.Region, err, " on "+id+", and kms:Decrypt where a key of your own encrypts it")
	}
	login, ok := parseSecret(sdk.ToString(out.SecretString))
	if !ok {
		return DatabaseLogin{}, noLogin(facts.Unsupported, "the secret is none of Redshift's: it holds no JSON with username and password")
	}
	return login, nil
}

// parseSecret reads the text of a secret. It is false where that has no username
// and password.
func parseSecret(text string) (DatabaseLogin, bool) {
	var secret struct {
		Username, Password, Host, DBName string
		Port                             json.RawMessage // a number or a string
	}
	if err := json.Unmarshal([]byte(text), &secret); err != nil || secret.Username == "" || secret.Password == "" {
		return DatabaseLogin{}, false
	}
	// Zero, which is unknown, for what is no number.
	port, _ := strconv.Atoi(strings.Trim(string(secret.Port), `"`))
	return DatabaseLogin{
		User: secret.Username, Name: secret.Username, Password: Hidden(secret.Password),
		Host: secret.Host, Port: port, Database: secret.DBName,
	}, true
}

// complete refuses a login of which a part is missing.
func (l DatabaseLogin) complete(operation string) (DatabaseLogin, *facts.Unknown) {
	if l.Name == "" || l.Password == "" {
		return DatabaseLogin{}, noLogin(facts.Inconsistent, callOf(operation).Action+" left out the user or the password")
	}
	return l, nil
}

// noAnswer says why a call gave nothing, and where it was denied, for what it is
// to be allowed.
func (a *Account) noAnswer(operation, region string, err error, scope string) *facts.Unknown {
	l := callOf(operation).why(region, err)
	if l.reason == facts.AccessDenied {
		l.detail += scope
	}
	return noLogin(l.reason, l.detail)
}

func noLogin(reason facts.Reason, detail string) *facts.Unknown {
	return &facts.Unknown{Path: "database", Reason: reason, Detail: detail}
}
