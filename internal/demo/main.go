// Demo makes the snapshot that rscheck demo judges: it plays an estate of
// clusters with the fake AWS server, gives each a database on a throwaway
// PostgreSQL that passes for Redshift, and has rscheck itself collect what it
// sees.
//
//	go run ./internal/demo
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rscheck/rscheck/internal/fakeaws"
	"github.com/rscheck/rscheck/internal/postgres"
	"github.com/rscheck/rscheck/internal/redshiftfront"
)

const snapshot = "cmd/rscheck/demo.json"

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal("demo: ", err)
	}
}

func run(ctx context.Context) (err error) {
	if _, err := os.Stat("cmd/rscheck"); err != nil {
		return errors.New("run it from the root of the repository: go run ./internal/demo")
	}
	aws, err := fakeaws.Start(estate())
	if err != nil {
		return err
	}
	defer aws.Close()
	for _, operation := range []string{"DescribeNetworkAcls", "DescribeVpcBlockPublicAccessOptions"} {
		fault := fakeaws.Denied("not authorized")
		fault.Region = closedRegion
		aws.Inject(operation, fault)
	}

	server, err := postgres.Start(ctx, postgres.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if err := fill(ctx, server); err != nil {
		return err
	}
	front, err := redshiftfront.Open(redshiftfront.Options{Server: server, Users: map[string]redshiftfront.User{
		"stitch": {Password: password}, "auditor": {Password: password},
	}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, front.Close()) }()
	return collect(ctx, aws, front)
}

// fill makes the users and a database for each cluster that has one.
func fill(ctx context.Context, server *postgres.Server) error {
	if _, err := server.SQL(ctx, "postgres", users); err != nil {
		return err
	}
	for _, d := range databases {
		if _, err := server.SQL(ctx, "postgres", "CREATE DATABASE "+d.name); err != nil {
			return err
		}
		if err := redshiftfront.Prepare(ctx, server, d.name); err != nil {
			return err
		}
		if _, err := server.SQL(ctx, d.name, d.script); err != nil {
			return fmt.Errorf("fill database %s: %w", d.name, err)
		}
	}
	return nil
}

// collect runs rscheck collect over all clusters, as its user would.
func collect(ctx context.Context, aws *fakeaws.Server, front *redshiftfront.Front) error {
	folder, err := os.MkdirTemp("", "rscheck-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	config := filepath.Join(folder, "rscheck.yaml")
	if err := os.WriteFile(config, []byte(targets(front)), 0o600); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "run", "./cmd/rscheck", "collect", "--config", config, "-o", snapshot)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "RSCHECK_PASSWORD="+password)
	for name, value := range aws.Environment() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd.Run()
}

// targets is the configuration that tells rscheck where each cluster's database
// is: all of them behind the one front.
func targets(front *redshiftfront.Front) string {
	var b strings.Builder
	fmt.Fprintf(&b, "ca-file: %s\ntargets:\n", front.CAFile)
	for _, c := range clusters {
		fmt.Fprintf(&b, "- cluster: %s\n  region: %s\n", c.name, c.region)
		if c.database == "" {
			continue // reached by its endpoint, if at all
		}
		fmt.Fprintf(&b, "  host: localhost\n  port: %d\n  database: %s\n", front.Port, c.database)
		if c.login != "" {
			fmt.Fprintf(&b, "  login: %s\n", c.login)
		}
	}
	return b.String()
}
