package redshift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// noAmbience gives a value to every setting that pgconn would otherwise take from
// PG variables and from files in the home folder. Host, user and the rest are set
// on the Config afterwards, so that no name or password is ever parsed. A host
// that is a path keeps pgconn from making a TLS configuration.
const noAmbience = `host=/ port=5432 user=rscheck password=rscheck database=rscheck passfile='' connect_timeout=0
	sslmode=disable sslkey='' sslcert='' sslcertmode=disable sslsni=1 sslrootcert='' sslpassword='' sslnegotiation=postgres
	target_session_attrs=any timezone='' options='' min_protocol_version=3.0 max_protocol_version=3.0
	channel_binding=prefer require_auth=''`

// config returns how to connect. It depends on the options only.
func (o Options) config() (*pgconn.Config, error) {
	// The one variable that a connection string cannot overrule.
	if os.Getenv("PGSERVICE") != "" {
		return nil, errors.New("connect to the database: PGSERVICE is set, and rscheck does not read service files: unset it")
	}
	config, err := pgconn.ParseConfig(noAmbience)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if config.TLSConfig, err = o.tls(); err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	config.Host, config.Port = o.Host, uint16(o.Port)
	config.Database, config.User, config.Password = o.Database, o.LoginName, string(o.Password)
	config.ConnectTimeout = o.LoginTimeout
	// Nothing else: Redshift and poolers end the connection over a parameter
	// they do not know.
	config.RuntimeParams = map[string]string{"application_name": "rscheck"}
	// The dialer resolves the name, so that several addresses are one login:
	// pgconn would log in at each until one takes the password.
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	return config, nil
}

// logIn connects and logs in, once.
func logIn(ctx context.Context, o Options, config *pgconn.Config) (*pgconn.PgConn, *failure) {
	w := &wire{}
	config.DialFunc = w.dial
	config.BuildFrontend = w.frontend
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, w.explain(ctx, o, err)
	}
	w.loggedIn.Store(true)
	return conn, nil
}

var errSecondConnection = errors.New("a login is one connection")

// wire keeps what the errors of a failed login do not tell.
type wire struct {
	dialed, loggedIn atomic.Bool

	dialError error
	connected bool
	// first is the server's first byte, -1 before.
	first atomic.Int32
	front *pgproto3.Frontend
}

// dial makes the one connection. When a connection breaks, pgconn makes another
// behind the caller's back, to cancel what the server may still be doing; before
// the login there is nothing to cancel.
func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if w.dialed.Swap(true) {
		if !w.loggedIn.Load() {
			return nil, errSecondConnection
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	w.first.Store(-1)
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		w.dialError = err
		return nil, err
	}
	w.connected = true
	return &firstByte{Conn: conn, wire: w}, nil
}

func (w *wire) frontend(r io.Reader, out io.Writer) *pgproto3.Frontend {
	w.front = pgproto3.NewFrontend(r, out)
	return w.front
}

// authentication is the method that the server asked for last, 0 for none.
func (w *wire) authentication() uint32 {
	if w.front == nil {
		return 0
	}
	return w.front.GetAuthType()
}

// firstByte is a connection that notes the first byte read.
type firstByte struct {
	net.Conn
	wire *wire
}

func (c *firstByte) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.wire.first.CompareAndSwap(-1, int32(p[0]))
	}
	return n, err
}
