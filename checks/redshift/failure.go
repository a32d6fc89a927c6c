package redshift

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/rscheck/rscheck/checks/facts"
)

// failure is a login that failed: as a fact, and as the reason why everything
// else is unknown.
type failure struct {
	outcome facts.LoginOutcome
	reason  facts.Reason
	message string
}

// Windows has numbers of its own for these; nothing else uses them.
const (
	windowsNetUnreachable  = syscall.Errno(10051)
	windowsReset           = syscall.Errno(10054)
	windowsRefused         = syscall.Errno(10061)
	windowsHostUnreachable = syscall.Errno(10065)
)

// explain tells why a login failed.
func (w *wire) explain(ctx context.Context, o Options, err error) *failure {
	if server, told := said(err); told {
		return o.refused(server)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return &failure{facts.LoginFailed, facts.Failed, "the scan was interrupted during the login"}
	}
	within := "within " + seconds(o.LoginTimeout)
	if ctx.Err() != nil {
		within = "in the time that was left"
	}
	for _, explanation := range []*failure{
		w.method(o), w.noTLS(o), w.unreached(o), w.timedOut(o, err, within), untrusted(o, err), lost(o, err),
	} {
		if explanation != nil {
			return explanation
		}
	}
	return &failure{facts.LoginFailed, facts.Failed, fmt.Sprintf("the login at %s failed: %s", o.address(), o.quote(innermost(err).Error()))}
}

// refused explains an error that the server sent. SQLSTATE 28000 alone says
// little: PostgreSQL 8.0 and Redshift use it for a wrong password too, so there
// the words decide.
func (o Options) refused(server *ServerError) *failure {
	words := o.quote(server.Message)
	code := server.Code
	if told := Told(server.Message).Code; code == "28000" && (told == "28P01" || told == noSuchUser) {
		code = told
	}
	switch code {
	case "28P01":
		return o.passwordRefused()
	case noSuchUser:
		return o.userMissing(words)
	case "28000":
		switch {
		case strings.Contains(words, "no pg_hba.conf entry") && (strings.Contains(words, "SSL off") || strings.Contains(words, "no encryption")):
			return &failure{facts.LoginTLSRequired, facts.Failed, "the server requires TLS: use sslmode verify-full"}
		case strings.Contains(words, "password authentication failed"):
			return o.passwordRefused()
		case strings.Contains(words, "password") && strings.Contains(words, "expired"):
			return o.passwordExpired(words)
		}
		return &failure{facts.LoginFailed, facts.AccessDenied, fmt.Sprintf("the server refused user %s: %s", o.Login, words)}
	case "3D000":
		return &failure{facts.LoginNoSuchDatabase, facts.Failed, fmt.Sprintf("database %q does not exist", o.Database)}
	case "42501":
		return &failure{facts.LoginFailed, facts.AccessDenied, fmt.Sprintf("user %s may not connect to database %q: grant CONNECT on it", o.Login, o.Database)}
	case "53300":
		return &failure{facts.LoginConnectionLimit, facts.Failed, "the server takes no more connections (an admin sees them in stv_sessions): " + words}
	case "57P03":
		return &failure{facts.LoginStartingUp, facts.Failed, "the server is not ready yet: " + words}
	}
	return &failure{facts.LoginFailed, facts.Failed, "the server refused the login: " + words + server.state()}
}

// passwordRefused tells a wrong password from none at all, and from one that is
// not the user's own, neither of which says anything about the user.
func (o Options) passwordRefused() *failure {
	switch {
	case o.foreignPassword():
		return &failure{facts.LoginFailed, facts.AccessDenied, "the database refused the login from AWS" + o.forUser()}
	case o.Password == "":
		return &failure{facts.LoginFailed, facts.AccessDenied, fmt.Sprintf("the server asks for the password of user %s: give it by --password-file or RSCHECK_PASSWORD, or use --iam", o.Login)}
	}
	return &failure{facts.LoginWrongPassword, facts.AccessDenied, fmt.Sprintf("the password was refused for user %s", o.Login)}
}

func (o Options) passwordExpired(words string) *failure {
	if o.foreignPassword() {
		return &failure{facts.LoginFailed, facts.AccessDenied, "the database refused the login from AWS" + o.forUser() + ": " + words}
	}
	return &failure{facts.LoginPasswordExpired, facts.AccessDenied, fmt.Sprintf("the password of user %s has expired", o.Login)}
}

// foreignPassword reports whether the login is not with the password of the user
// that options tell.
func (o Options) foreignPassword() bool { return o.Temporary || o.Remote != nil }

func (o Options) forUser() string {
	if o.Login == "" {
		return ""
	}
	return " for user " + o.Login
}

// userMissing explains the refusal of a user that is not there, which only a
// login without a password of its own is told. Redshift names it as the login
// did.
func (o Options) userMissing(words string) *failure {
	for _, name := range []string{o.Login, temporaryPrefix + o.Login} {
		if o.Login != "" && strings.Contains(words, `"`+name+`"`) {
			return &failure{facts.LoginNoSuchUser, facts.Failed, "there is no user " + o.Login + " in the database"}
		}
	}
	return &failure{facts.LoginFailed, facts.AccessDenied, "the server refused the login: " + words}
}

// method explains a way of authentication that standard PostgreSQL drivers do not
// have. 13 and 14 are Redshift's own.
// https://github.com/aws/amazon-redshift-jdbc-driver ConnectionFactoryImpl, AUTH_REQ_DIGEST and AUTH_REQ_IDP
func (w *wire) method(o Options) *failure {
	switch kind := w.authentication(); kind {
	case 0, 3, 5, 10, 11, 12: // none yet, clear text, MD5, SCRAM
		return nil
	case 13:
		return &failure{facts.LoginDigestRequired, facts.Failed, fmt.Sprintf("authentication type 13: the password of %s is kept as a SHA-256 digest, which standard PostgreSQL drivers cannot use", o.Login)}
	case 14:
		return &failure{facts.LoginIdentityRequired, facts.Failed, fmt.Sprintf("authentication type 14: %s logs in through an identity provider, which standard PostgreSQL drivers cannot do", o.Login)}
	default:
		return &failure{facts.LoginMethodUnknown, facts.Failed, fmt.Sprintf("authentication type %d, which standard PostgreSQL drivers do not know", kind)}
	}
}

// noTLS explains a first byte that no PostgreSQL server with TLS sends.
func (w *wire) noTLS(o Options) *failure {
	first := w.first.Load()
	if !w.connected || first < 0 {
		return nil
	}
	expected := "RENv" // authentication, error, notice, negotiation of the protocol
	if o.SSLMode != Disable {
		expected = "S"
		if first == 'N' {
			return &failure{facts.LoginTLSRefused, facts.Failed, "the server offers no TLS"}
		}
	}
	if strings.ContainsRune(expected, first) {
		return nil
	}
	return &failure{facts.LoginFailed, facts.Failed, fmt.Sprintf("what answers at %s is no PostgreSQL or Redshift server", o.address())}
}

// unreached explains why there was no connection at all.
func (w *wire) unreached(o Options) *failure {
	if w.connected || w.dialError == nil {
		return nil
	}
	var dns *net.DNSError
	switch err := w.dialError; {
	case errors.As(err, &dns) && dns.IsNotFound:
		return &failure{facts.LoginNoSuchHost, facts.Unreachable, o.Host + " does not resolve"}
	case errors.As(err, &dns):
		return &failure{facts.LoginFailed, facts.Unreachable, fmt.Sprintf("%s could not be resolved: %s", o.Host, dns.Err)}
	case isAny(err, syscall.ECONNREFUSED, windowsRefused):
		return &failure{facts.LoginRefused, facts.Unreachable, o.address() + " refused the connection"}
	case isAny(err, syscall.EHOSTUNREACH, syscall.ENETUNREACH, windowsHostUnreachable, windowsNetUnreachable):
		return &failure{facts.LoginFailed, facts.Unreachable, fmt.Sprintf("no route to %s from here", o.address())}
	}
	return nil
}

// timedOut explains a login that did not end in time: either nothing answered at
// all, or a server took the connection and then said nothing.
func (w *wire) timedOut(o Options, err error, within string) *failure {
	if !timedOut(err) {
		return nil
	}
	message := fmt.Sprintf("%s took the connection and did not let the login end %s", o.address(), within)
	if !w.connected {
		message = fmt.Sprintf("no answer from %s %s: something between here and there drops the connection", o.address(), within)
		if ip := w.unanswered(); ip.IsPrivate() {
			message = fmt.Sprintf("no route to %s from here %s: run inside the VPC", o.addressWith(ip), within)
		}
	}
	return &failure{facts.LoginTimedOut, facts.TimedOut, message}
}

// unanswered is the address that could not be reached; the zero Addr if that is
// not known.
func (w *wire) unanswered() netip.Addr {
	var op *net.OpError
	if !errors.As(w.dialError, &op) || op.Addr == nil {
		return netip.Addr{}
	}
	address, _ := netip.ParseAddrPort(op.Addr.String()) // the zero value will do
	return address.Addr().Unmap()
}

// untrusted explains a certificate that was not accepted.
func untrusted(o Options, err error) *failure {
	var (
		host      x509.HostnameError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		other     *tls.CertificateVerificationError
		why       string
	)
	switch {
	case errors.As(err, &host):
		why = fmt.Sprintf("the server's certificate is not for %s: connect by the endpoint's own name, or use sslmode verify-ca", o.Host)
	case errors.As(err, &authority):
		why = "the server's certificate is signed by an authority that is not trusted here: name it with a CA file"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		why = "the server's certificate is expired or not valid yet"
	case errors.As(err, &invalid), errors.As(err, &other):
		why = "the server's certificate was not accepted: " + o.quote(innermost(err).Error())
	default:
		return nil
	}
	return &failure{facts.LoginTLSUntrusted, facts.Failed, why}
}

// lost explains a connection that broke off.
func lost(o Options, err error) *failure {
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) && !isAny(err, syscall.ECONNRESET, syscall.EPIPE, windowsReset) {
		return nil
	}
	return &failure{facts.LoginFailed, facts.Unreachable, o.address() + " closed the connection during the login"}
}

func isAny(err error, targets ...syscall.Errno) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func timedOut(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err) || errors.As(err, &network) && network.Timeout()
}

// innermost returns the cause at the end of a chain; pgconn's outer errors repeat
// the user and the address.
func innermost(err error) error {
	for {
		switch wrapper := err.(type) {
		case interface{ Unwrap() []error }:
			inner := wrapper.Unwrap()
			if len(inner) == 0 {
				return err
			}
			err = inner[len(inner)-1]
		case interface{ Unwrap() error }:
			inner := wrapper.Unwrap()
			if inner == nil {
				return err
			}
			err = inner
		default:
			return err
		}
	}
}

// address is host:port, as one would type it.
func (o Options) address() string { return net.JoinHostPort(o.Host, strconv.Itoa(o.Port)) }

// where is who answers, for the beginning of a sentence.
func (o Options) where() string {
	if o.Remote != nil {
		return "the Data API"
	}
	return o.address()
}

// addressWith is address, and the IP address where that is a name's.
func (o Options) addressWith(ip netip.Addr) string {
	if ip.String() == o.Host {
		return o.address()
	}
	return fmt.Sprintf("%s (%s)", o.address(), ip)
}

// quote makes somebody else's words fit for a sentence: on one line, not long,
// and never with the password in it.
func (o Options) quote(words string) string {
	if o.Password != "" {
		words = strings.ReplaceAll(words, string(o.Password), hidden)
	}
	words = strings.Join(strings.Fields(words), " ")
	if short := []rune(words); len(short) > 200 {
		words = string(short[:200]) + "…"
	}
	return words
}

func seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) + " s"
}
