//go:build unix

package truth

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/internal/postgres"
)

// client is a connection of the test's own.
type client struct{ conn *pgconn.PgConn }

// connect logs in as a user. What the server refuses is an error with SQLSTATE.
func connect(ctx context.Context, server *postgres.Server, database, user, password string) (*client, error) {
	config, err := pgconn.ParseConfig("sslmode=disable")
	if err != nil {
		return nil, err
	}
	config.Host, config.Port = server.Socket, uint16(server.Port)
	if user != superuser {
		config.Host = server.Host // the socket asks for no password
	}
	config.Database, config.User, config.Password = database, user, password
	// A trial that waits for another would wait for ever.
	config.RuntimeParams = map[string]string{"application_name": "truth", "lock_timeout": "20000"}
	config.Fallbacks = nil
	if user == superuser {
		config.RuntimeParams["log_statement"] = "none"
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	return &client{conn}, nil
}

func (c *client) close(ctx context.Context) { _ = c.conn.Close(ctx) } // nothing depends on it

// run runs statements, all in one transaction unless they say otherwise.
func (c *client) run(ctx context.Context, script string) error {
	_, err := c.conn.Exec(ctx, script).ReadAll()
	return err
}

// ask returns the rows that a query tells, its parameters being text.
func (c *client) ask(ctx context.Context, query string, args ...string) ([][]string, error) {
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	result := c.conn.ExecParams(ctx, query, values, nil, nil, nil).Read()
	if result.Err != nil {
		return nil, fmt.Errorf("ask %s: %w", query, result.Err)
	}
	var rows [][]string
	for _, values := range result.Rows {
		var row []string
		for _, v := range values {
			row = append(row, string(v))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// become is the script with which a superuser grants what is to be granted and
// goes on as somebody else.
func become(user, grants string) string {
	return grants + "SET LOCAL SESSION AUTHORIZATION " + name(user) + "; "
}

// try runs statements in a transaction that begins with a script, and undoes it
// all. It returns "" where they work, and the SQLSTATE where not.
func (c *client) try(ctx context.Context, begin, statements string) (string, error) {
	code, err := state(c.run(ctx, "BEGIN; "+begin+statements+"; ROLLBACK"))
	if code != "" {
		err = c.run(ctx, "ROLLBACK")
	}
	return code, err
}

// state is the SQLSTATE of an error of the server's.
func state(err error) (string, error) {
	var server *pgconn.PgError
	if errors.As(err, &server) {
		return server.Code, nil
	}
	return "", err
}
