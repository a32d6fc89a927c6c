package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/redshift"
)

const (
	viaSQL     = "sql"
	viaDataAPI = "data-api"
)

// wayOptions say which way into the database leads through AWS, if one does.
type wayOptions struct {
	iam      bool
	identity bool
	secret   string
	via      string
}

func (o *wayOptions) bind(f *pflag.FlagSet) {
	f.BoolVar(&o.iam, "iam", false, "log in with a temporary password that AWS gives for the user")
	f.BoolVar(&o.identity, "iam-identity", false, "log in as your IAM identity; its first login makes a database user for it")
	f.StringVar(&o.secret, "secret", "", "log in with what this secret of AWS Secrets Manager holds (`ARN`)")
	f.StringVar(&o.via, "via", viaSQL, "how to ask the database: sql, or data-api, which needs no network path to it")
}

// throughAWS reports whether the database is not logged in to with a password of
// the user's own.
func (o *wayOptions) throughAWS() bool {
	return o.iam || o.identity || o.secret != "" || o.via == viaDataAPI
}

// check refuses ways that exclude each other.
func (o *wayOptions) check() error {
	if !slices.Contains([]string{viaSQL, viaDataAPI}, o.via) {
		return usagef("--via %q: want one of sql, data-api", o.via)
	}
	chosen := 0
	for _, is := range []bool{o.iam, o.identity, o.secret != ""} {
		if is {
			chosen++
		}
	}
	if chosen > 1 {
		return usagef("--iam, --iam-identity and --secret exclude each other")
	}
	return nil
}

// ways returns the ways whose calls rscheck itself sends. The Data API fetches
// its login from AWS by itself.
func (o *wayOptions) ways() []aws.Way {
	switch {
	case o.via == viaDataAPI:
		return []aws.Way{aws.DataAPI}
	case o.iam:
		return []aws.Way{aws.TemporaryPassword}
	case o.identity:
		return []aws.Way{aws.Identity}
	case o.secret != "":
		return []aws.Way{aws.Secret}
	}
	return nil
}

// permitted returns the ways that the caller must be permitted to go, those that
// AWS goes on the caller's behalf among them.
func (o *wayOptions) permitted() []aws.Way {
	if o.via != viaDataAPI {
		return o.ways()
	}
	switch {
	case o.identity:
		return []aws.Way{aws.DataAPI, aws.Identity}
	case o.secret != "":
		return []aws.Way{aws.DataAPI, aws.Secret}
	}
	return []aws.Way{aws.DataAPI, aws.TemporaryPassword}
}

// checkWay refuses command lines on which the way into the database contradicts
// the rest.
func (o *observeOptions) checkWay() error {
	db, way := &o.database, &o.database.way
	switch {
	case !way.throughAWS():
		return nil
	case o.aws.none:
		return usagef("--no-aws leaves no way through AWS: leave out --iam, --iam-identity, --secret and --via data-api")
	case db.passwordFile != "":
		return usagef("--password-file goes with no way through AWS: leave out --iam, --iam-identity, --secret and --via data-api")
	case db.login != "" && (way.secret != "" || way.identity):
		return usagef("--login goes with neither --secret nor --iam-identity: they tell who logs in")
	case way.secret != "" && (o.aws.all || len(o.aws.clusters)+len(o.aws.workgroups) > 1):
		return usagef("--secret goes with one --cluster or --workgroup: it holds one login")
	case way.via == viaDataAPI && (db.host != "" || db.port != 0 || db.caFile != ""):
		return usagef("--via data-api makes no connection from here: leave out --host, --port and --ca-file")
	}
	return nil
}

// goWay completes options for the way through AWS. It returns why the way cannot
// be gone, if so.
func (o *observer) goWay(ctx context.Context, t *facts.Target, options *redshift.Options) *facts.Unknown {
	way := &o.options.database.way
	if way.via == viaDataAPI {
		return o.goDataAPI(t, options)
	}
	var (
		login aws.DatabaseLogin
		lack  *facts.Unknown
	)
	o.progress.say(t.Name + ": database: asking AWS for a login")
	switch {
	case way.iam:
		login, lack = o.account.TemporaryLogin(ctx, t, options.Login, options.Database)
		options.Temporary = true
	case way.identity:
		login, lack = o.account.IdentityLogin(ctx, t, options.Database)
		options.Temporary = true
	default:
		login, lack = o.account.SecretLogin(ctx, t, way.secret)
		db := &o.options.database
		options.Host = cmp.Or(options.Host, login.Host)
		options.Port = cmp.Or(db.port, t.Cluster.Endpoint.Port, login.Port, defaultPort)
		options.Database = cmp.Or(db.database, o.options.settings.Form.Database, login.Database, t.Cluster.DatabaseName, defaultDatabase)
		options.Guessed = options.Guessed && login.Database == ""
	}
	if lack != nil {
		return lack
	}
	options.Login, options.LoginName, options.Password = login.User, login.Name, redshift.Password(login.Password)
	return nil
}

func (o *observer) goDataAPI(t *facts.Target, options *redshift.Options) *facts.Unknown {
	way := &o.options.database.way
	as := aws.DataLogin{User: options.Login}
	switch {
	case way.secret != "":
		as = aws.DataLogin{Secret: way.secret}
	case way.identity:
		as = aws.DataLogin{}
	case t.Kind == facts.Workgroup:
		return &facts.Unknown{
			Reason: facts.Unsupported,
			Detail: "the Data API logs in to a workgroup as the IAM identity or with a secret only: use --iam-identity or --secret",
		}
	}
	options.Login = as.User
	options.Remote = dataAPI{o.account.DataSession(t, options.Database, as)}
	return nil
}

// dataAPI is the Data API as the observer of the database knows it.
type dataAPI struct{ session *aws.DataSession }

func (d dataAPI) Query(ctx context.Context, text string, args []string, each func([][]byte)) error {
	err := d.session.Query(ctx, text, args, each)
	var (
		refusal *aws.StatementError
		none    *aws.UnansweredError
	)
	switch {
	case errors.As(err, &refusal):
		return redshift.Told(refusal.Message)
	case errors.As(err, &none):
		return &redshift.LostError{Reason: none.Reason, Detail: none.Detail}
	}
	return err
}

// least returns the statement of an IAM policy that permits the ways for a
// database user, held to what can be held.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonredshift.html
func (o *wayOptions) least(login string) []policyStatement {
	var statements []policyStatement
	for _, action := range aws.WayPermissions(o.permitted()...) {
		resources := []string{"*"}
		switch {
		case action == "redshift:GetClusterCredentials":
			// Of every partition: an asterisk may stand for any segment but the service.
			// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
			resources = []string{"arn:*:redshift:*:*:dbuser:*/" + login, "arn:*:redshift:*:*:dbname:*/*"}
		case strings.HasPrefix(action, "secretsmanager:") && strings.HasPrefix(o.secret, "arn:"):
			resources = []string{o.secret}
		}
		if i := slices.IndexFunc(statements, func(s policyStatement) bool { return slices.Equal(s.Resource, resources) }); i >= 0 {
			statements[i].Action = append(statements[i].Action, action)
			continue
		}
		statements = append(statements, policyStatement{Effect: "Allow", Action: []string{action}, Resource: resources})
	}
	for i := range statements {
		statements[i].Sid = "RscheckDatabase"
		if len(statements) > 1 {
			statements[i].Sid += string(rune('A' + i))
		}
	}
	return statements
}
