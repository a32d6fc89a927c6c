package redshift

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/rscheck/rscheck/checks/facts"
)

// fake listens and lets behave play the server for each connection. It returns
// the options that lead there, in plain text.
func fake(t *testing.T, behave func(net.Conn)) Options {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(20 * time.Second))
			behave(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() {
		listener.Close()
		<-done
	})
	return Options{
		Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, Database: "dw",
		Login: "stitch", Password: canary, User: "stitch", SSLMode: Disable,
	}
}

// greet reads the client's first message and answers with others.
func greet(answers ...pgproto3.BackendMessage) func(net.Conn) {
	return func(conn net.Conn) {
		backend := pgproto3.NewBackend(conn, conn)
		if _, err := backend.ReceiveStartupMessage(); err != nil {
			return
		}
		for _, answer := range answers {
			backend.Send(answer)
		}
		backend.Flush()
		io.Copy(io.Discard, conn) // until the client goes
	}
}

func refuse(code, message string) func(net.Conn) {
	return greet(&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: message})
}

// authentication is a request of a type that pgproto3 does not know.
type authentication uint32

func (authentication) Backend() {}

func (authentication) Decode([]byte) error { return nil }

func (a authentication) Encode(out []byte) ([]byte, error) {
	return append(out, 'R', 0, 0, 0, 12, byte(a>>24), byte(a>>16), byte(a>>8), byte(a), 'd', 'a', 't', 'a'), nil
}

func TestLoginsThatRedshiftRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		behave  func(net.Conn)
		outcome facts.LoginOutcome
		reason  facts.Reason
		message string
	}{
		"SHA-256 password": {
			greet(authentication(13)), facts.LoginDigestRequired, facts.Failed,
			"authentication type 13: the password of stitch is kept as a SHA-256 digest, which standard PostgreSQL drivers cannot use",
		},
		"identity provider": {
			greet(authentication(14)), facts.LoginIdentityRequired, facts.Failed,
			"authentication type 14: stitch logs in through an identity provider, which standard PostgreSQL drivers cannot do",
		},
		"Kerberos": {
			greet(authentication(7)), facts.LoginMethodUnknown, facts.Failed,
			"authentication type 7, which standard PostgreSQL drivers do not know",
		},
		"a method yet to come": {
			greet(authentication(99)), facts.LoginMethodUnknown, facts.Failed,
			"authentication type 99, which standard PostgreSQL drivers do not know",
		},
		"wrong password in the words of Redshift": {
			refuse("28000", `password authentication failed for user "stitch"`), facts.LoginWrongPassword, facts.AccessDenied,
			"the password was refused for user stitch",
		},
		"TLS required in the words of Redshift": {
			refuse("28000", `no pg_hba.conf entry for host "::ffff:10.0.0.7", user "stitch", database "dw", SSL off`), facts.LoginTLSRequired, facts.Failed,
			"the server requires TLS: use sslmode verify-full",
		},
		"not admitted, over TLS": {
			refuse("28000", `no pg_hba.conf entry for host "::ffff:10.0.0.7", user "stitch", database "dw", SSL on`), facts.LoginFailed, facts.AccessDenied,
			`the server refused user stitch: no pg_hba.conf entry for host "::ffff:10.0.0.7", user "stitch", database "dw", SSL on`,
		},
		"password expired": {
			refuse("28000", `the password of user "stitch" has expired`), facts.LoginPasswordExpired, facts.AccessDenied,
			"the password of user stitch has expired",
		},
		"starting": {
			refuse("57P03", "the database system is starting up"), facts.LoginStartingUp, facts.Failed,
			"the server is not ready yet: the database system is starting up",
		},
		"any other refusal": {
			refuse("XX000", "something\nwent   wrong"), facts.LoginFailed, facts.Failed,
			"the server refused the login: something went wrong (SQLSTATE XX000)",
		},
		"server that tells the password it was given": {
			func(conn net.Conn) {
				backend := pgproto3.NewBackend(conn, conn)
				backend.ReceiveStartupMessage()
				backend.Send(&pgproto3.AuthenticationCleartextPassword{})
				backend.SetAuthType(pgproto3.AuthTypeCleartextPassword)
				backend.Flush()
				message, _ := backend.Receive()
				password, ok := message.(*pgproto3.PasswordMessage)
				if !ok {
					return
				}
				backend.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: "XX000", Message: "no such password: " + password.Password})
				backend.Flush()
			},
			facts.LoginFailed, facts.Failed, "the server refused the login: no such password: (hidden) (SQLSTATE XX000)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			failed(t, fake(t, tc.behave), tc.outcome, tc.reason, tc.message)
		})
	}
}

func TestAnswersOfNoServer(t *testing.T) {
	hangUp := func(conn net.Conn) {
		conn.Read(make([]byte, 1))
		conn.(*net.TCPConn).SetLinger(0) // a reset, not a goodbye
	}
	silence := func(conn net.Conn) { io.Copy(io.Discard, conn) }
	say := func(words string) func(net.Conn) {
		return func(conn net.Conn) {
			conn.Read(make([]byte, 1))
			io.WriteString(conn, words)
			silence(conn)
		}
	}
	for name, tc := range map[string]struct {
		behave  func(net.Conn)
		mode    SSLMode
		outcome facts.LoginOutcome
		reason  facts.Reason
		message string // %s is the address
	}{
		"reset":                  {hangUp, Disable, facts.LoginFailed, facts.Unreachable, "%s closed the connection during the login"},
		"reset, asked for TLS":   {hangUp, VerifyFull, facts.LoginFailed, facts.Unreachable, "%s closed the connection during the login"},
		"closed":                 {func(net.Conn) {}, VerifyFull, facts.LoginFailed, facts.Unreachable, "%s closed the connection during the login"},
		"silence":                {silence, Disable, facts.LoginTimedOut, facts.TimedOut, "%s took the connection and did not let the login end within 0.4 s"},
		"silence, asked for TLS": {silence, VerifyFull, facts.LoginTimedOut, facts.TimedOut, "%s took the connection and did not let the login end within 0.4 s"},
		"silence after TLS":      {say("S"), VerifyFull, facts.LoginTimedOut, facts.TimedOut, "%s took the connection and did not let the login end within 0.4 s"},
		"web server":             {say("HTTP/1.1 400 Bad Request\r\n\r\n"), Disable, facts.LoginFailed, facts.Failed, "what answers at %s is no PostgreSQL or Redshift server"},
		"web server, for TLS":    {say("HTTP/1.1 400 Bad Request\r\n\r\n"), VerifyFull, facts.LoginFailed, facts.Failed, "what answers at %s is no PostgreSQL or Redshift server"},
		"no TLS":                 {say("N"), Require, facts.LoginTLSRefused, facts.Failed, "the server offers no TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			options := fake(t, tc.behave)
			options.SSLMode, options.LoginTimeout = tc.mode, 400*time.Millisecond
			if tc.outcome != facts.LoginTimedOut {
				options.LoginTimeout = 20 * time.Second
			}
			message := tc.message
			if strings.Contains(message, "%s") {
				message = fmt.Sprintf(message, options.address())
			}
			failed(t, options, tc.outcome, tc.reason, message)
		})
	}
}

func TestNobodyListens(t *testing.T) {
	options := fake(t, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	options.Port = listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	failed(t, options, facts.LoginRefused, facts.Unreachable, options.address()+" refused the connection")
}

// What a network does that a test cannot: the errors are those of net.Dialer.
func TestAddressesThatDoNotAnswer(t *testing.T) {
	at := func(address string, err error) error {
		remote, _ := net.ResolveTCPAddr("tcp", address)
		return &net.OpError{Op: "dial", Net: "tcp", Addr: remote, Err: err}
	}
	ended, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for name, tc := range map[string]struct {
		ctx  context.Context
		host string
		err  error
		want failure
	}{
		"private address": {
			t.Context(), "10.0.3.4", at("10.0.3.4:5439", context.DeadlineExceeded),
			failure{facts.LoginTimedOut, facts.TimedOut, "no route to 10.0.3.4:5439 from here within 10 s: run inside the VPC"},
		},
		"name of a private address": {
			t.Context(), "dw.example.com", at("10.0.3.4:5439", context.DeadlineExceeded),
			failure{facts.LoginTimedOut, facts.TimedOut, "no route to dw.example.com:5439 (10.0.3.4) from here within 10 s: run inside the VPC"},
		},
		"public address": {
			t.Context(), "dw.example.com", at("203.0.113.7:5439", context.DeadlineExceeded),
			failure{facts.LoginTimedOut, facts.TimedOut, "no answer from dw.example.com:5439 within 10 s: something between here and there drops the connection"},
		},
		"the scan's own time ended": {
			ended, "203.0.113.7", at("203.0.113.7:5439", context.DeadlineExceeded),
			failure{facts.LoginTimedOut, facts.TimedOut, "no answer from 203.0.113.7:5439 in the time that was left: something between here and there drops the connection"},
		},
		"no route": {
			t.Context(), "203.0.113.7", at("203.0.113.7:5439", syscall.EHOSTUNREACH),
			failure{facts.LoginFailed, facts.Unreachable, "no route to 203.0.113.7:5439 from here"},
		},
		"refused, on Windows": {
			t.Context(), "203.0.113.7", at("203.0.113.7:5439", windowsRefused),
			failure{facts.LoginRefused, facts.Unreachable, "203.0.113.7:5439 refused the connection"},
		},
		"no such name": {
			t.Context(), "no-such-host.invalid", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "no-such-host.invalid", IsNotFound: true}},
			failure{facts.LoginNoSuchHost, facts.Unreachable, "no-such-host.invalid does not resolve"},
		},
		"name server out of order": {
			t.Context(), "dw.example.com", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", Name: "dw.example.com"}},
			failure{facts.LoginFailed, facts.Unreachable, "dw.example.com could not be resolved: server misbehaving"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Host: tc.host, Port: 5439, Login: "stitch", LoginTimeout: 10 * time.Second}
			if got := (&wire{dialError: tc.err}).explain(tc.ctx, options, tc.err); *got != tc.want {
				t.Errorf("%+v\nwant %+v", *got, tc.want)
			}
		})
	}
}

func TestScanThatIsInterrupted(t *testing.T) {
	options := fake(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	target := &facts.Target{}
	if err := Observe(ctx, options, target); err != nil {
		t.Fatal(err)
	}
	if login := target.Database.Login; login.Outcome != facts.LoginFailed || login.Message != "the scan was interrupted during the login" {
		t.Errorf("login %+v", login)
	}
	if len(target.Unknown) != len(sections) {
		t.Errorf("unknown: %q", lacking(target))
	}
}

// A certificate is for a name, for a time, and signed by somebody.
func TestCertificatesThatAreNotAccepted(t *testing.T) {
	for name, tc := range map[string]struct {
		names []string
		until time.Duration
		mode  SSLMode
		want  string
	}{
		"for another host":           {[]string{"other.example.com"}, time.Hour, VerifyFull, "the server's certificate is not for 127.0.0.1: connect by the endpoint's own name, or use sslmode verify-ca"},
		"expired":                    {[]string{"127.0.0.1"}, -time.Minute, VerifyFull, "the server's certificate is expired or not valid yet"},
		"expired, whatever the host": {[]string{"other.example.com"}, -time.Minute, VerifyCA, "the server's certificate is expired or not valid yet"},
	} {
		t.Run(name, func(t *testing.T) {
			certificate, caFile := selfSigned(t, tc.names, tc.until)
			options := fake(t, func(conn net.Conn) {
				if _, err := io.ReadFull(conn, make([]byte, 8)); err != nil {
					return
				}
				io.WriteString(conn, "S")
				tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}}).Handshake()
			})
			options.SSLMode, options.CAFile = tc.mode, caFile
			failed(t, options, facts.LoginTLSUntrusted, facts.Failed, tc.want)
		})
	}
}

// selfSigned makes a certificate that is its own authority, and its file.
func selfSigned(t *testing.T, names []string, valid time.Duration) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rscheck test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(valid),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	write(t, file, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), 0o600)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// A wrong password must not be tried twice, and a refusal is no reason to knock
// again.
func TestAFailedLoginIsOneConnection(t *testing.T) {
	for name, behave := range map[string]func(net.Conn){
		"refused":              refuse("28000", "password authentication failed"),
		"broken off":           func(conn net.Conn) { conn.Read(make([]byte, 1)) },
		"answered in nonsense": func(conn net.Conn) { io.WriteString(conn, strings.Repeat("nonsense", 10)) },
	} {
		t.Run(name, func(t *testing.T) {
			connections := make(chan struct{}, 10)
			options := fake(t, func(conn net.Conn) {
				connections <- struct{}{}
				behave(conn)
			})
			observe(t, options)
			time.Sleep(50 * time.Millisecond) // for a connection made in the background
			if got := len(connections); got != 1 {
				t.Errorf("%d connections", got)
			}
		})
	}
}
