//go:build unix

package truth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/checks/redshift"
	"github.com/rscheck/rscheck/internal/postgres"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// judged are the checks that are held against the truth. SQL013 is among them for
// what only a login as the loader shows.
var judged = []string{"SQL001", "SQL002", "SQL003", "SQL004", "SQL005", "SQL006", "SQL007", "SQL008", "SQL009", "SQL013", "SEC006"}

// world is a server to make scenarios on, one at a time, and rscheck.
type world struct {
	server    *postgres.Server
	base      *client // in the database postgres
	catalogue *checks.Catalogue
	profile   loader.Profile
	reads     map[string][]string
	// distort changes what was observed, to see that it is noticed.
	distort func(*facts.Target)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{reads: map[string][]string{}}
	w.server = postgres.Test(t, postgres.Options{
		TCP:       true,
		HostLines: []string{"host all all 127.0.0.1/32 md5"},
		Settings: map[string]string{
			"password_encryption": "md5", // SCRAM takes a hundred times as long
			"log_statement":       "all",
			"log_line_prefix":     "%a~",
			"autovacuum":          "off", // it would change the catalogs between two looks
		},
	})
	var err error
	if w.base, err = connect(t.Context(), w.server, "postgres", superuser, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.base.close(context.Background()) })
	all, err := checks.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	if w.catalogue, err = all.Select(judged, nil); err != nil {
		t.Fatal(err)
	}
	text, err := policies.FS.ReadFile("profiles/stitch.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if w.profile, err = loader.Parse(text); err != nil {
		t.Fatal(err)
	}
	for _, r := range w.profile.SystemReads {
		w.reads[r.Schema] = r.Relations
	}
	return w
}

// errSetUp is a scenario that cannot be made: a smaller one may lack what it needs.
var errSetUp = errors.New("the scenario cannot be made")

// with makes the scenario, does something there and takes it away again.
func (w *world) with(ctx context.Context, s *scenario, do func(*place) error) (err error) {
	// A test that ended early may have left something.
	if err := w.clear(ctx, s); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.clear(context.WithoutCancel(ctx), s)) }()
	p := &place{world: w, scenario: s, admin: w.base}
	if !s.absent {
		if err := p.create(ctx); err != nil {
			return fmt.Errorf("%w: %w", errSetUp, err)
		}
		defer func() { p.admin.close(ctx) }()
	}
	if err := p.admin.run(ctx, s.setUp()); err != nil {
		return fmt.Errorf("%w: %w", errSetUp, err)
	}
	return do(p)
}

// place is where a scenario is made.
type place struct {
	*world
	*scenario
	// admin is in the scenario's database, or in another where that is absent.
	admin *client
}

// create makes the database and goes there.
func (p *place) create(ctx context.Context) error {
	if err := p.base.run(ctx, "CREATE DATABASE "+name(p.database)); err != nil {
		return err
	}
	admin, err := connect(ctx, p.server, p.database, superuser, "")
	if err != nil {
		return err
	}
	p.admin = admin
	return nil
}

// clear removes the database and every user of a scenario.
func (w *world) clear(ctx context.Context, s *scenario) error {
	if err := w.base.run(ctx, "DROP DATABASE IF EXISTS "+name(s.database)+" WITH (FORCE)"); err != nil {
		return err
	}
	users, err := w.base.ask(ctx, `SELECT rolname FROM pg_roles WHERE rolname <> $1 AND rolname NOT LIKE 'pg|_%' ESCAPE '|'`, superuser)
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := w.base.run(ctx, "DROP ROLE "+name(user[0])); err != nil {
			return fmt.Errorf("clear away user %s: %w", user[0], err)
		}
	}
	return nil
}

// verdicts are what rscheck says, by check.
type verdicts map[string][]report.Result

// outcome is that of a check as a whole: a failure outweighs what is unknown.
func (v verdicts) outcome(check string) report.Outcome {
	for _, r := range v[check] {
		if r.Outcome == report.Fail {
			return report.Fail
		}
	}
	return v[check][0].Outcome
}

func (v verdicts) all() []report.Result {
	var all []report.Result
	for _, check := range judged {
		all = append(all, v[check]...)
	}
	return all
}

// judge lets rscheck log in as a user, observe and judge.
func (p *place) judge(ctx context.Context, login string) (verdicts, error) {
	w, s, secret := p.world, p.scenario, password
	if login == s.loader {
		secret = s.password
	}
	target := &facts.Target{ID: "127.0.0.1:5439", Name: "127.0.0.1", Kind: facts.HostOnly}
	target.Cluster.AdminUser = s.admin
	at := time.Now().UTC().Truncate(time.Second)
	err := redshift.Observe(ctx, redshift.Options{
		Host: w.server.Host, Port: w.server.Port, Database: s.database, SSLMode: redshift.Disable,
		Login: login, Password: redshift.Password(secret),
		User: s.loader, Markers: w.profile.Markers.Columns, CommentKey: w.profile.Comment.Key,
		Prefixes: w.profile.Reserved.Prefixes, Suffixes: w.profile.Reserved.ColumnSuffixes,
		LoginTimeout: time.Minute, AnswerTimeout: time.Minute,
	}, target)
	if err != nil {
		return nil, err
	}
	if w.distort != nil {
		w.distort(target)
	}
	answer, err := w.catalogue.Answer(ctx, target, loader.Settings{
		Profile: w.profile, Region: loader.Any, Connection: "direct", User: s.loader, Schemas: s.schemas,
		Form: loader.Form{Database: s.database},
	}, at)
	if err != nil {
		return nil, err
	}
	v := verdicts{}
	for _, r := range answer.Results {
		if slices.Contains(judged, r.Check) {
			v[r.Check] = append(v[r.Check], r)
		}
	}
	return v, nil
}
