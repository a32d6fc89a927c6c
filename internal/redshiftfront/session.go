//go:build unix

package redshiftfront

import (
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// session is one client and the connection to the server that it has.
type session struct {
	front   *Front
	raw     net.Conn // without TLS
	conn    net.Conn
	secured bool
	client  *pgproto3.Backend

	server     *pgproto3.Frontend
	serverConn net.Conn

	user, database string
	fault          Fault
	// asked counts statements.
	asked int

	// Both directions send to the client and know of refusals.
	mu       sync.Mutex
	refusals map[string]refusal
}

// send sends to the client at once.
func (s *session) send(messages ...pgproto3.BackendMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, message := range messages {
		s.client.Send(message)
	}
	return s.client.Flush()
}

// fatal tells the error that ends a connection.
func (s *session) fatal(state, message string) {
	s.send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: state, Message: message})
}

// meet lets happen what is to go wrong at this point. It reports whether to go on.
func (s *session) meet(at int) bool {
	if s.fault.Does == Slow && at >= s.fault.At {
		select {
		case <-time.After(s.fault.Delay):
		case <-s.front.over.Done():
		}
		return true
	}
	if at != s.fault.At {
		return true
	}
	switch s.fault.Does {
	case Hang:
		io.Copy(io.Discard, s.raw) // until the client goes
	case Reset:
		s.raw.(*net.TCPConn).SetLinger(0)
		s.raw.Close()
	case Refuse:
		s.fatal(s.fault.SQLState, s.fault.Message)
	default:
		return true
	}
	return false
}

// connect connects to the server as the client's user and tells the client how
// that ended.
func (s *session) connect(parameters map[string]string) bool {
	var err error
	if s.serverConn, err = s.front.dial(); err != nil || !s.front.keep(s.serverConn) {
		s.fatal("57P01", "the server behind the front is gone")
		return false
	}
	s.server = pgproto3.NewFrontend(s.serverConn, s.serverConn)
	startup := &pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{}}
	maps.Copy(startup.Parameters, parameters)
	startup.Parameters["database"] = s.database
	if s.fault.Database != "" {
		startup.Parameters["database"] = s.fault.Database
	}
	s.server.Send(startup)
	if !s.loggedIn(parameters) {
		s.front.drop(s.serverConn)
		return false
	}
	return true
}

// loggedIn hands on the server's answer to the start-up message.
func (s *session) loggedIn(parameters map[string]string) bool {
	if s.server.Flush() != nil {
		return false
	}
	answer, server := []pgproto3.BackendMessage{&pgproto3.AuthenticationOk{}}, map[string]string{}
	for {
		message, err := s.server.Receive()
		if err != nil {
			return false
		}
		switch m := message.(type) {
		case *pgproto3.AuthenticationOk:
		case pgproto3.AuthenticationResponseMessage:
			s.fatal("28000", "the server behind the front asks for a password")
			return false
		case *pgproto3.ErrorResponse:
			reword(m)
			s.send(m)
			return false
		case *pgproto3.ParameterStatus:
			server[m.Name] = m.Value
		case *pgproto3.BackendKeyData:
			key := *m
			answer = append(answer, &key)
		case *pgproto3.ReadyForQuery:
			answer = slices.Concat(answer[:1], statuses(parameters, server), answer[1:], []pgproto3.BackendMessage{m})
			return s.send(answer...) == nil
		}
	}
}

// relay hands messages on, both ways, until either side ends it.
func (s *session) relay() {
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		s.answers()
		s.conn.Close()
	}()
	s.requests()
	s.front.drop(s.serverConn)
	<-answered
}

// requests hands the client's messages to the server.
func (s *session) requests() {
	for {
		message, err := s.client.Receive()
		if err != nil {
			return
		}
		goOn := true
		switch m := message.(type) {
		case *pgproto3.Query:
			m.String, goOn = s.statement(m.String)
		case *pgproto3.Parse:
			m.Query, goOn = s.statement(m.Query)
		}
		if !goOn {
			return
		}
		s.server.Send(message)
		if s.server.Flush() != nil {
			return
		}
	}
}

// statement returns the text that the server is asked in place of the client's,
// and whether it is asked anything.
func (s *session) statement(text string) (string, bool) {
	s.asked++
	text = s.translate(text)
	return text, s.meet(s.asked)
}

// answers hands the server's messages to the client.
func (s *session) answers() {
	for {
		message, err := s.server.Receive()
		if err != nil {
			return
		}
		messages := []pgproto3.BackendMessage{message}
		switch m := message.(type) {
		case *pgproto3.ErrorResponse:
			messages = s.failure(m)
		case *pgproto3.NoticeResponse:
			m.SeverityUnlocalized = ""
		case *pgproto3.ParameterStatus:
			if !reported(m) {
				continue
			}
		}
		if s.pass(messages) != nil {
			return
		}
	}
}

// pass sends what the server answered, as soon as there is nothing more to send
// with it.
func (s *session) pass(messages []pgproto3.BackendMessage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, message := range messages {
		s.client.Send(message)
	}
	if s.server.ReadBufferLen() > 0 {
		return nil
	}
	return s.client.Flush()
}

// reword makes an error of the server's one of Redshift's, as far as its words are
// known: those of PostgreSQL 8.0.
func reword(e *pgproto3.ErrorResponse) {
	e.SeverityUnlocalized = "" // came with 9.6
	e.File, e.Line, e.Routine = "", 0, ""
	switch e.Code {
	case "42501":
		for _, kind := range []string{"table", "view", "materialized view", "foreign table"} {
			e.Message = strings.Replace(e.Message, "permission denied for "+kind+" ", "permission denied for relation ", 1)
		}
	case "25006":
		e.Message = "transaction is read-only"
	case "28P01":
		e.Code = "28000"
	case "57014":
		e.Message = "canceling query due to user request"
	}
}
