package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rscheck/rscheck/checks/aws"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/redshift"
)

// What AWS gives a cluster that was made without a port or the name of a database.
const (
	defaultPort     = 5439
	defaultDatabase = "dev"
)

// observeAll makes the observations one after the other and gives each target to
// emit. What the user got wrong about one is told before the first begins, lest what
// was seen until then be lost. The snapshot it returns has all but the targets.
func (a *app) observeAll(ctx context.Context, runs []*observeOptions, emit func(*observer, facts.Target) error) (facts.Snapshot, error) {
	progress := a.progress()
	defer progress.clear()
	seen := facts.Snapshot{Schema: facts.SnapshotSchema, Tool: tool()}
	// Several targets may have the password that stdin gives once.
	fromStdin := sync.OnceValues(func() ([]byte, error) { return io.ReadAll(io.LimitReader(a.stdin, 4096)) })
	var observers []*observer
	for _, run := range runs {
		o := &observer{app: a, options: run, progress: progress, fromStdin: fromStdin}
		if err := o.prepare(ctx); err != nil {
			return seen, cmp.Or(ctx.Err(), err)
		}
		observers = append(observers, o)
	}
	for _, o := range observers {
		unknown, err := o.observe(ctx, func(t facts.Target) error { return emit(o, t) })
		seen.Unknown = append(seen.Unknown, unknown...)
		seen.Notes = addNew(seen.Notes, o.notes()...)
		o.account = nil // what it holds is not to add up over the targets
		if seen.ScannedAt.IsZero() {
			seen.ScannedAt = o.started
		}
		if err = cmp.Or(ctx.Err(), err); err != nil {
			return seen, err
		}
	}
	progress.clear()
	for _, note := range seen.Notes {
		fmt.Fprintln(a.stderr, "rscheck: note:", note)
	}
	return seen, nil
}

// observer runs the two observers for one set of options.
type observer struct {
	*app
	options  *observeOptions
	progress *progress
	started  time.Time
	password redshift.Password
	account  *aws.Account // nil where AWS is left out
	// fromStdin reads the beginning of stdin, the same each time.
	fromStdin func() ([]byte, error)
}

// prepare finds the password and the AWS credentials.
func (o *observer) prepare(ctx context.Context) (err error) {
	if o.password, err = within(ctx, o.readPassword); err != nil || o.options.aws.none {
		return err
	}
	options, err := o.options.aws.options(o.aws)
	if err != nil {
		return err
	}
	options.Ways, options.Progress = o.options.database.way.ways(), o.progress.aws
	ctx, cancel := context.WithTimeout(ctx, o.options.aws.timeout)
	defer cancel()
	o.account, err = aws.Open(ctx, options)
	return err
}

// observe emits each target with all that could be observed of it, and returns
// what kept targets from being found. Its error is the user's mistake or a
// target that could not be emitted.
func (o *observer) observe(ctx context.Context, emit func(facts.Target) error) ([]facts.Unknown, error) {
	o.started = time.Now().UTC().Truncate(time.Second)
	ctx, cancel := context.WithTimeout(ctx, o.options.aws.timeout)
	defer cancel()
	complete := func(t facts.Target) error {
		if err := o.database(ctx, &t); err != nil {
			return err
		}
		return emit(t)
	}
	if o.options.aws.none {
		return nil, complete(o.hostOnly())
	}
	return o.account.Observe(ctx, complete)
}

// notes are remarks on where was looked.
func (o *observer) notes() []string {
	if o.account == nil {
		return nil
	}
	regions := o.account.WithoutServerless()
	if len(regions) == 0 {
		return nil
	}
	return []string{"Redshift Serverless is not offered in " + strings.Join(regions, ", ") + ": no workgroups were looked for there"}
}

// hostOnly is the target where AWS is left out.
func (o *observer) hostOnly() facts.Target {
	db := o.options.database
	address := net.JoinHostPort(db.host, strconv.Itoa(cmp.Or(db.port, defaultPort)))
	t := facts.Target{ID: address, Name: db.host, Kind: facts.HostOnly}
	t.Lack("cluster", facts.NotRequested, "--no-aws")
	t.Lack("network", facts.NotRequested, "--no-aws")
	return t
}

// database observes the database of t.
func (o *observer) database(ctx context.Context, t *facts.Target) error {
	db := o.options.database
	if db.none {
		t.Lack("database", facts.NotRequested, "--no-database")
		return nil
	}
	setup := o.options.settings
	options := redshift.Options{
		Host:     cmp.Or(db.host, t.Cluster.Endpoint.Host),
		Port:     cmp.Or(db.port, t.Cluster.Endpoint.Port, defaultPort),
		Database: cmp.Or(db.database, setup.Form.Database, t.Cluster.DatabaseName, defaultDatabase),
		Login:    cmp.Or(db.login, setup.User),
		Password: o.password,
		SSLMode:  redshift.SSLMode(db.sslmode), CAFile: db.caFile,
		User: setup.User, Markers: setup.Profile.Markers.Columns, CommentKey: setup.Profile.Comment.Key,
		Prefixes: setup.Profile.Reserved.Prefixes, Suffixes: setup.Profile.Reserved.ColumnSuffixes,
		Progress: func(step string) { o.progress.say(t.Name + ": database: " + step) },
	}
	options.Guessed = cmp.Or(db.database, setup.Form.Database, t.Cluster.DatabaseName) == ""
	why := o.noDoor(t, options.Host)
	if throughAWS := db.way.throughAWS(); throughAWS && (why == "" || db.way.secret != "") {
		if lack := o.goWay(ctx, t, &options); lack != nil {
			redshift.NotTried(t, lack.Reason, lack.Detail)
			return nil
		}
		why = o.noDoor(t, options.Host) // a secret may tell the host
	}
	if why != "" {
		redshift.NotTried(t, facts.Unreachable, why)
		return nil
	}
	if options.Password == "" && !db.way.throughAWS() {
		var err error
		options.Password, err = redshift.FindPassword(os.Getenv, options.Host, options.Port, options.Database, options.Login)
		if err != nil {
			return usageError{err}
		}
	}
	return redshift.Observe(ctx, options, t)
}

// noDoor says why there is nothing to log in to, if so.
func (o *observer) noDoor(t *facts.Target, host string) string {
	remote := o.options.database.way.via == viaDataAPI
	switch {
	case remote && !strings.EqualFold(t.Cluster.Status, "paused"):
		return "" // AWS itself finds it
	case host == "" && len(t.Lacking("cluster.endpoint.host")) > 0:
		return "the cluster's endpoint is not known: give --host"
	case host == "":
		return "the cluster has no endpoint yet"
	case o.options.database.host == "" && strings.EqualFold(t.Cluster.Status, "paused"):
		return "the cluster is paused"
	}
	return ""
}

// readPassword reads the password for the login from the place the user named, or
// from RSCHECK_PASSWORD. It is empty where neither is there; the observer then
// asks PGPASSWORD and the password file.
func (o *observer) readPassword() (redshift.Password, error) {
	if o.options.database.way.throughAWS() {
		return "", nil
	}
	name := o.options.database.passwordFile
	read := o.fromStdin
	switch name {
	case "":
		return redshift.Password(os.Getenv("RSCHECK_PASSWORD")), nil
	case "-":
	default:
		file, err := os.Open(name)
		if err != nil {
			return "", usagef("--password-file: %w", err)
		}
		defer file.Close()
		read = func() ([]byte, error) { return io.ReadAll(io.LimitReader(file, 4096)) }
	}
	text, err := read()
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	password, _, _ := strings.Cut(string(text), "\n")
	if password = strings.TrimSuffix(password, "\r"); password == "" {
		return "", usagef("--password-file %s: the first line is empty: want the password", name)
	}
	return redshift.Password(password), nil
}
