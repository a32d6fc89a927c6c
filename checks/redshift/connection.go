package redshift

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// connection is a connection of rscheck's own, the Querier of Via "sql".
type connection struct{ conn *pgconn.PgConn }

// brokenError is the end of the connection.
type brokenError struct{ error }

func (e *brokenError) Unwrap() error { return e.error }

// Query runs one statement in a read-only transaction of its own.
func (c *connection) Query(ctx context.Context, text string, args []string, each func([][]byte)) error {
	err := c.query(ctx, text, args, each)
	if c.conn.IsClosed() {
		return &brokenError{err}
	}
	return err
}

func (c *connection) query(ctx context.Context, text string, args []string, each func([][]byte)) error {
	begin := againText
	if c.conn.TxStatus() == 'I' {
		begin = beginText
	}
	if _, err := c.conn.Exec(ctx, begin).ReadAll(); err != nil && (c.conn.IsClosed() || !bare(text)) {
		return fmt.Errorf("begin a read-only transaction: %w", err)
	}
	// Parse, Bind and Execute without a named statement and in text format, which
	// is what pgx calls QueryExecModeExec. pgx cannot speak the simple protocol
	// with Redshift, and on Redshift it would not be safe to quote values.
	values := make([][]byte, len(args))
	for i, arg := range args {
		values[i] = []byte(arg)
	}
	result := c.conn.ExecParams(ctx, text, values, nil, nil, nil)
	for result.NextRow() {
		each(result.Values())
	}
	_, err := result.Close()
	return err
}

// bare reports whether a statement is asked even where the server begins no
// read-only transaction: what tells that the database comes from a datashare, where
// that is so (by a comment in bytebase's driver for Redshift; unverified).
func bare(text string) bool {
	return text == serverStatement.text || text == databaseTypeStatement.text
}

// prepare sets what rscheck wants of its session.
func (c *connection) prepare(ctx context.Context) error {
	_, err := c.conn.Exec(ctx, sessionText).ReadAll()
	if c.conn.IsClosed() {
		return &brokenError{err}
	}
	return nil // a server that refuses it is asked all the same
}

// close says goodbye, which rolls back whatever transaction is open.
func (c *connection) close() {
	// The scan may have been interrupted; goodbye is said all the same.
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.conn.Close(ctx) // there is nothing to do about it
}
