package main

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// awsOptions say which targets are observed over the AWS API, and as whom.
type awsOptions struct {
	clusters   []string
	workgroups []string
	all        bool
	regions    []string
	profile    string
	roleARNs   []string
	accounts   string
	roleName   string
	externalID string
	bastion    string
	// bastionSubnet and bastionGroup stand in the place of bastion.
	bastionSubnet, bastionGroup string
	logging                     bool
	none                        bool
	timeout                     time.Duration
}

func (o *awsOptions) bind(f *pflag.FlagSet) {
	f.StringSliceVar(&o.clusters, "cluster", nil, "the cluster's `ID` (repeatable)")
	f.StringSliceVar(&o.workgroups, "workgroup", nil, "the serverless workgroup's `name` (repeatable)")
	f.BoolVar(&o.all, "all", false, "every cluster and workgroup there is")
	f.StringSliceVar(&o.regions, "region", nil, "the AWS `region` (repeatable; all for every enabled one; default from the AWS configuration)")
	f.StringVar(&o.profile, "profile", "", "the `profile` of the AWS configuration")
	f.StringSliceVar(&o.roleARNs, "role-arn", nil, "assume this role (`ARN`; several for an account each; with --accounts, first)")
	f.StringVar(&o.accounts, "accounts", "", "look into the accounts in this `file`, one id a line (needs --role-name)")
	f.StringVar(&o.roleName, "role-name", "", "the `name` of the role to assume in each of them")
	f.StringVar(&o.externalID, "external-id", "", "the external `ID` the role asks for")
	f.StringVar(&o.bastion, "bastion", "", "the `ID` of the instance that connection ssh goes through")
	f.StringVar(&o.bastionSubnet, "bastion-subnet", "", "the `ID` of the subnet such an instance is, or is to be, in (needs --bastion-group)")
	f.StringVar(&o.bastionGroup, "bastion-group", "", "the `ID` of its security group")
	f.BoolVar(&o.logging, "audit-logging", false, "ask AWS about each cluster's audit logging (SEC005; one call a cluster)")
	f.BoolVar(&o.none, "no-aws", false, "leave AWS out: judge the database alone (needs --host)")
	f.DurationVar(&o.timeout, "timeout", 2*time.Minute, "how long the observation may take in all (of each target in the configuration file)")
}

// check refuses command lines that name no target, or several ways to one.
func (o *awsOptions) check(db *databaseOptions) error {
	named := len(o.clusters) + len(o.workgroups)
	switch {
	case o.timeout <= 0:
		return usagef("--timeout %s: want a time longer than nothing, as 2m", o.timeout)
	case o.none && db.none:
		return usagef("--no-aws and --no-database together leave nothing to look at")
	case o.bastion != "" && !instanceID.MatchString(o.bastion):
		return usagef("--bastion %q: want the id of an EC2 instance, as i-0123456789abcdef0", o.bastion)
	case (o.bastionSubnet == "") != (o.bastionGroup == ""):
		return usagef("--bastion-subnet and --bastion-group go together")
	case o.bastion != "" && o.bastionSubnet != "":
		return usagef("--bastion says where the instance is: leave out --bastion-subnet and --bastion-group")
	case o.bastionSubnet != "" && !strings.HasPrefix(o.bastionSubnet, "subnet-"):
		return usagef("--bastion-subnet %q: want the id of a subnet, as subnet-0123456789abcdef0", o.bastionSubnet)
	case o.bastionGroup != "" && !strings.HasPrefix(o.bastionGroup, "sg-"):
		return usagef("--bastion-group %q: want the id of a security group, as sg-0123456789abcdef0", o.bastionGroup)
	case o.none && o.bastion+o.bastionSubnet != "":
		return usagef("--bastion goes with AWS: --no-aws leaves it out")
	case o.none && (named > 0 || o.all):
		return usagef("--no-aws goes with --host, not with --cluster, --workgroup or --all")
	case o.none && db.host == "":
		return usagef("--no-aws needs --host: the address the loader connects to")
	case o.none:
		return nil
	case o.all && len(o.clusters) > 0:
		return usagef("--all and --cluster exclude each other")
	case o.all && len(o.workgroups) > 0:
		return usagef("--all and --workgroup exclude each other")
	case !o.all && named == 0:
		return usagef("name a cluster with --cluster ID or a workgroup with --workgroup NAME, or say --all")
	case (o.all || named > 1) && db.host != "":
		return usagef("--host goes with one --cluster: each cluster has an endpoint of its own")
	}
	return o.checkAccounts()
}

// instanceID has 8 digits where the instance was made before 2016, and 17 since.
var instanceID = regexp.MustCompile(`^i-[0-9a-f]{8,17}$`)

// checkAccounts refuses ways into accounts that contradict each other.
func (o *awsOptions) checkAccounts() error {
	switch {
	case (o.accounts == "") != (o.roleName == ""):
		return usagef("--accounts and --role-name go together")
	case o.accounts != "" && len(o.roleARNs) > 1:
		return usagef("--accounts goes with one --role-arn at most: the role to assume first")
	case o.externalID != "" && o.accounts == "" && len(o.roleARNs) == 0:
		return usagef("--external-id goes with --role-arn or --accounts")
	}
	return nil
}

// databaseOptions say how rscheck logs in to the database.
type databaseOptions struct {
	host         string
	port         int
	database     string
	login        string
	passwordFile string
	sslmode      string
	caFile       string
	way          wayOptions
	none         bool
}

func (o *databaseOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.host, "host", "", "connect to this `host` (default the cluster's endpoint)")
	f.IntVar(&o.port, "port", 0, "and to this `port` (default the endpoint's, or 5439)")
	f.StringVar(&o.database, "database", "", "the `database` to look at (default the loader's, or the one made with the cluster)")
	f.StringVar(&o.login, "login", "", "log in as this `user` (default the loader's own)")
	f.StringVar(&o.passwordFile, "password-file", "", "`file` with the password, - for stdin (default $RSCHECK_PASSWORD, $PGPASSWORD, ~/.pgpass)")
	f.StringVar(&o.sslmode, "sslmode", "verify-full", "verify-full, verify-ca, require, or disable")
	f.StringVar(&o.caFile, "ca-file", "", "`file` of certificate authorities (default the system's)")
	o.way.bind(f)
	f.BoolVar(&o.none, "no-database", false, "leave the database out: judge the network and the cluster alone")
}

func (o *databaseOptions) check() error {
	if err := o.way.check(); err != nil {
		return err
	}
	if o.port < 0 || o.port > 65535 {
		return usagef("--port %d: want a port from 1 to 65535", o.port)
	}
	if modes := []string{"verify-full", "verify-ca", "require", "disable"}; !slices.Contains(modes, o.sslmode) {
		return usagef("--sslmode %q: want one of %s", o.sslmode, strings.Join(modes, ", "))
	}
	return nil
}

// loaderOptions say how the loader was set up.
type loaderOptions struct {
	loader     string
	region     string
	connection string
	// bastionPort is 0 for the connection's own.
	bastionPort int
	user        string
	schemas     []string
	except      []string
	form        loader.Form
}

func (o *loaderOptions) bind(f *pflag.FlagSet) {
	f.StringVar(&o.loader, "loader", "stitch", "the `loader`")
	f.StringVar(&o.region, "loader-region", loader.Any, "the loader's `region`: north-america, europe or any")
	f.StringVar(&o.connection, "connection", "direct", "how the loader connects: direct, ssh, …")
	f.IntVar(&o.bastionPort, "bastion-port", 0, "the `port` on which the bastion takes SSH (default the connection's, 22)")
	f.StringVar(&o.user, "user", "stitch", "the loader's database `user`")
	f.StringSliceVar(&o.schemas, "schema", nil, "a `schema` it loads into (repeatable; others are found by the loader's marks)")
	f.StringSliceVar(&o.except, "except-schema", nil, "a `schema` it does not load into, for all the loader's marks there, as copies (repeatable)")
	f.StringVar(&o.form.Host, "loader-host", "", "the `host` typed into the loader's form")
	f.StringVar(&o.form.Port, "loader-port", "", "the `port` typed into the loader's form")
	f.StringVar(&o.form.Database, "loader-database", "", "the `database` typed into the loader's form")
}

// settings checks the options against the loader's profile.
func (o *loaderOptions) settings() (loader.Settings, error) {
	text, err := policies.FS.ReadFile("profiles/" + o.loader + ".yaml")
	if err != nil {
		return loader.Settings{}, usagef("--loader %q: want one of %s", o.loader, strings.Join(policies.Profiles(), ", "))
	}
	profile, err := loader.Parse(text)
	if err != nil {
		return loader.Settings{}, err
	}
	if regions := append(profile.RegionIDs(), loader.Any); !slices.Contains(regions, o.region) {
		return loader.Settings{}, usagef("--loader-region %q: want one of %s", o.region, strings.Join(regions, ", "))
	}
	if connections := profile.ConnectionIDs(); !slices.Contains(connections, o.connection) {
		return loader.Settings{}, usagef("--connection %q: want one of %s", o.connection, strings.Join(connections, ", "))
	}
	if o.bastionPort < 0 || o.bastionPort > 65535 {
		return loader.Settings{}, usagef("--bastion-port %d: want a port from 1 to 65535", o.bastionPort)
	}
	if o.user == "" {
		return loader.Settings{}, usagef("--user: want the name of the loader's database user")
	}
	if err := o.checkSchemas(); err != nil {
		return loader.Settings{}, err
	}
	return loader.Settings{
		Profile: profile, Region: o.region, Connection: o.connection, User: o.user, Schemas: o.schemas, ExceptSchemas: o.except, Form: o.form,
		BastionPort: o.bastionPort,
	}, nil
}

// checkSchemas refuses names that no schema of a loader's has: a wrong one would be
// taken for a schema that is not made yet.
// https://docs.aws.amazon.com/redshift/latest/dg/r_names.html
func (o *loaderOptions) checkSchemas() error {
	for _, name := range o.schemas {
		switch {
		case strings.TrimSpace(name) != name:
			return usagef("--schema %q: want the name of a schema, without blanks around it", name)
		case len(name) > 127:
			return usagef("--schema %q: want a name of at most 127 bytes", name)
		case strings.HasPrefix(strings.ToLower(name), "pg_") || strings.EqualFold(name, "information_schema"):
			return usagef("--schema %s: that is a schema of the server's own", name)
		case slices.Contains(o.except, name):
			return usagef("--schema %s and --except-schema %s contradict each other", name, name)
		}
	}
	return nil
}

// judgeOptions say which checks are asked, and when they decide.
type judgeOptions struct {
	only, skip []string
	failOn     string
}

func (o *judgeOptions) bind(f *pflag.FlagSet) {
	o.bindChoice(f)
	f.StringVar(&o.failOn, "fail-on", string(report.High), "the least `severity` that decides: critical, high, medium, low or info")
}

// bindChoice binds the flags that choose checks.
func (o *judgeOptions) bindChoice(f *pflag.FlagSet) {
	f.StringSliceVar(&o.only, "only", nil, "only these `checks` (ids or areas, as NET004 or SQL)")
	f.StringSliceVar(&o.skip, "skip", nil, "all `checks` but these")
}

func (o *judgeOptions) check() error {
	if !slices.Contains(report.Severities, report.Severity(o.failOn)) {
		return usagef("--fail-on %q: want one of critical, high, medium, low, info", o.failOn)
	}
	return nil
}
