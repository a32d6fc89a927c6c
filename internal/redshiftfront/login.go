//go:build unix

package redshiftfront

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net"

	"github.com/jackc/pgx/v5/pgproto3"
)

// serve speaks with one client until either side ends it.
func (f *Front) serve(conn net.Conn) {
	s := &session{front: f, raw: conn, conn: conn, client: pgproto3.NewBackend(conn, conn), refusals: map[string]refusal{}}
	parameters, ok := s.greet()
	if !ok {
		return
	}
	s.user, s.database = parameters["user"], parameters["database"]
	if s.database == "" {
		s.database = s.user
	}
	s.fault = f.options.Faults[s.database]
	if !s.meet(0) || !s.admit() || !s.authenticate() {
		return
	}
	if name := unknownParameter(parameters); name != "" {
		s.fatal("42704", fmt.Sprintf("unrecognized configuration parameter %q", name))
		return
	}
	if s.connect(parameters) {
		s.relay()
	}
}

// greet answers what comes before the start-up message, and returns its
// parameters.
func (s *session) greet() (parameters map[string]string, ok bool) {
	for {
		message, err := s.client.ReceiveStartupMessage()
		if err != nil {
			return nil, false
		}
		switch m := message.(type) {
		case *pgproto3.StartupMessage:
			return maps.Clone(m.Parameters), true
		case *pgproto3.CancelRequest:
			s.front.cancel(m)
			return nil, false
		case *pgproto3.SSLRequest:
			if s.front.tls == nil {
				io.WriteString(s.conn, "N")
				continue
			}
			io.WriteString(s.conn, "S")
			secured := tls.Server(s.raw, s.front.tls)
			if secured.HandshakeContext(s.front.over) != nil {
				return nil, false
			}
			s.conn, s.secured = secured, true
			s.client = pgproto3.NewBackend(secured, secured)
		default: // encryption by GSSAPI
			io.WriteString(s.conn, "N")
		}
	}
}

// cancel hands a request to cancel on to the server. The client knows the
// server's own key.
func (f *Front) cancel(request *pgproto3.CancelRequest) {
	server, err := f.dial()
	if err != nil {
		return
	}
	defer server.Close()
	bytes, err := request.Encode(nil)
	if err != nil {
		return
	}
	server.Write(bytes)
	io.Copy(io.Discard, server) // it hangs up when that is done
}

// admit refuses clients without TLS where it is required, in the words of
// mtxr/vscode-sqltools#1206.
func (s *session) admit() bool {
	if s.secured || s.front.options.TLS != TLSRequired {
		return true
	}
	s.fatal("28000", fmt.Sprintf("no pg_hba.conf entry for host %q, user %q, database %q, SSL off", "::ffff:10.0.0.9", s.user, s.database))
	return false
}

// authenticate makes the client prove who it is. Nobody is told that there is no
// such user.
func (s *session) authenticate() bool {
	user, exists := s.front.options.Users[s.user]
	var want string
	switch user.Method {
	case Digest:
		s.ask(redshiftAuthentication(13), 0)
		return false
	case IdentityProvider:
		s.ask(redshiftAuthentication(14), 0)
		return false
	case ClearText:
		want = user.Password
		exists = s.ask(&pgproto3.AuthenticationCleartextPassword{}, pgproto3.AuthTypeCleartextPassword) == want && exists
	default:
		var salt [4]byte
		rand.Read(salt[:])
		want = "md5" + md5Hex(md5Hex(user.Password+s.user)+string(salt[:]))
		exists = s.ask(&pgproto3.AuthenticationMD5Password{Salt: salt}, pgproto3.AuthTypeMD5Password) == want && exists
	}
	switch {
	case !exists:
		// 28000, as PostgreSQL 8.0 and not as 15.
		s.fatal("28000", fmt.Sprintf("password authentication failed for user %q", s.user))
		return false
	case user.Expired:
		// Redshift's own words are not known.
		s.fatal("28000", fmt.Sprintf("the password of user %q has expired", s.user))
		return false
	}
	return true
}

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

// ask sends a request for a proof and returns the password that comes back, empty
// for anything else.
func (s *session) ask(request pgproto3.BackendMessage, kind uint32) string {
	s.client.SetAuthType(kind)
	s.send(request)
	message, err := s.client.Receive()
	if answer, ok := message.(*pgproto3.PasswordMessage); ok && err == nil {
		return answer.Password
	}
	return ""
}

// redshiftAuthentication is a request that is Redshift's own: 13 is for a digest,
// 14 for the token of an identity provider.
// https://github.com/aws/amazon-redshift-jdbc-driver ConnectionFactoryImpl.java
type redshiftAuthentication byte

// Backend makes it a message of the server.
func (redshiftAuthentication) Backend() {}

// Decode is not needed.
func (redshiftAuthentication) Decode([]byte) error { return nil }

// Encode appends the request. For a digest: SHA-256, then the lengths of salt and
// nonce, each before it.
func (a redshiftAuthentication) Encode(out []byte) ([]byte, error) {
	var rest []byte
	if a == 13 {
		rest = make([]byte, 4+4+8+4+8)
		rest[7], rest[19] = 8, 8
	}
	out = append(out, 'R', 0, 0, 0, byte(8+len(rest)), 0, 0, 0, byte(a))
	return append(out, rest...), nil
}
