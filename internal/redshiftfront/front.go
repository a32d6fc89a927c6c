//go:build unix

package redshiftfront

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
)

// Front is a running front.
type Front struct {
	Host string
	Port int
	// CAFile is the authority that signed the front's certificate, which is for
	// localhost and 127.0.0.1; empty without TLS.
	CAFile string

	options  Options
	tls      *tls.Config
	listener net.Listener
	// over ends with the front, and so do waits.
	over  context.Context
	stop  context.CancelFunc
	conns sync.WaitGroup

	mu   sync.Mutex
	open map[net.Conn]bool
	log  []Statement
}

// Statement is a text of SQL that a client sent.
type Statement struct {
	User, Database, Text string
	// SQLState is of the front's own refusal, empty where the server was asked.
	SQLState string
}

// Open starts a front. It must be closed.
func Open(options Options) (*Front, error) {
	f := &Front{Host: "127.0.0.1", options: options, open: map[net.Conn]bool{}}
	var err error
	if options.TLS != TLSRefused {
		if err = f.certify(); err != nil {
			return nil, fmt.Errorf("make a certificate: %w", err)
		}
	}
	if f.listener, err = net.Listen("tcp", f.Host+":0"); err != nil {
		return nil, errors.Join(err, f.forget())
	}
	f.Port = f.listener.Addr().(*net.TCPAddr).Port
	f.over, f.stop = context.WithCancel(context.Background())
	f.conns.Go(f.accept)
	return f, nil
}

// Close ends the front and every connection to it.
func (f *Front) Close() error {
	f.stop()
	f.listener.Close()
	f.closeAll()
	f.conns.Wait()
	return f.forget()
}

// certify makes the front's certificate, and writes its authority to a file.
func (f *Front) certify() error {
	certificate, ca, err := certificates()
	if err != nil {
		return err
	}
	f.tls = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	file, err := os.CreateTemp("", "redshiftfront-*.pem")
	if err != nil {
		return err
	}
	f.CAFile = file.Name()
	_, err = file.Write(ca)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, f.forget())
	}
	return nil
}

// forget removes the file of the authority.
func (f *Front) forget() error {
	if f.CAFile == "" {
		return nil
	}
	return os.Remove(f.CAFile)
}

// Addr is host:port.
func (f *Front) Addr() string { return net.JoinHostPort(f.Host, strconv.Itoa(f.Port)) }

// Statements returns what all clients have sent so far, in order.
func (f *Front) Statements() []Statement {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.log)
}

func (f *Front) note(s Statement) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, s)
}

func (f *Front) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		if !f.keep(conn) {
			return
		}
		f.conns.Go(func() {
			defer f.drop(conn)
			f.serve(conn)
		})
	}
}

// keep notes a connection to be closed with the front. It is false when the front
// is over, and the connection is then closed.
func (f *Front) keep(conn net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over.Err() != nil {
		conn.Close()
		return false
	}
	f.open[conn] = true
	return true
}

func (f *Front) drop(conn net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	conn.Close()
	delete(f.open, conn)
}

func (f *Front) closeAll() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for conn := range f.open {
		conn.Close()
	}
}

// dial connects to the server behind.
func (f *Front) dial() (net.Conn, error) {
	socket := filepath.Join(f.options.Server.Socket, ".s.PGSQL."+strconv.Itoa(f.options.Server.Port))
	return new(net.Dialer).DialContext(f.over, "unix", socket)
}
