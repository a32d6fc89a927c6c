package redshift

import (
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/rscheck/rscheck/checks/facts"
)

// Whatever a server answers, there is no panic and nothing is believed.
func TestAnswersOfAnotherShape(t *testing.T) {
	for name, values := range map[string][][]byte{
		"no columns":          {},
		"one column":          {[]byte("t")},
		"more columns":        slices.Repeat([][]byte{[]byte("x")}, 9),
		"NULL in one column":  {nil},
		"no boolean, 2 of 5":  {[]byte("x"), []byte("x"), []byte("x"), []byte("maybe"), []byte("perhaps")},
		"no boolean, 2 of 4":  {[]byte("x"), []byte("x"), []byte("maybe"), []byte("perhaps")},
		"no boolean, 1 of 3":  {[]byte("x"), []byte("x"), []byte("maybe")},
		"no kind of relation": {[]byte("1"), []byte("x"), []byte("x"), []byte("X"), []byte("x"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			target := observe(t, fake(t, repeat(values)))
			db := target.Database
			if db.Login.Outcome != facts.LoggedIn {
				t.Fatalf("login: %+v", db.Login)
			}
			for path, told := range map[string]bool{
				"database.can_create": db.CanCreate, "database.user": db.User.Superuser, "database.schemas": len(db.Schemas) > 0,
				"database.relations": len(db.Relations) > 0, "database.system_relations": len(db.SystemRelations) > 0,
			} {
				if lack := target.Lacking(path); told && len(lack) == 0 {
					t.Errorf("%s is believed: %+v", path, db)
				}
			}
			if len(target.Lacking("database.can_create")) == 0 {
				t.Error("CREATE on the database is believed")
			}
		})
	}
}

// repeat lets everybody in and answers every question with the same row.
func repeat(values [][]byte) func(net.Conn) {
	return func(conn net.Conn) {
		backend := pgproto3.NewBackend(conn, conn)
		if _, err := backend.ReceiveStartupMessage(); err != nil {
			return
		}
		backend.Send(&pgproto3.AuthenticationOk{})
		status := byte('I')
		backend.Send(&pgproto3.ReadyForQuery{TxStatus: status})
		for backend.Flush() == nil {
			message, err := backend.Receive()
			if err != nil {
				return
			}
			switch message := message.(type) {
			case *pgproto3.Query:
				status = 'I'
				if strings.HasSuffix(message.String, beginText) {
					status = 'T'
				}
				backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("DONE")})
				backend.Send(&pgproto3.ReadyForQuery{TxStatus: status})
			case *pgproto3.Sync:
				backend.Send(&pgproto3.ParseComplete{})
				backend.Send(&pgproto3.BindComplete{})
				backend.Send(&pgproto3.RowDescription{Fields: make([]pgproto3.FieldDescription, len(values))})
				backend.Send(&pgproto3.DataRow{Values: values})
				backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT 1")})
				backend.Send(&pgproto3.ReadyForQuery{TxStatus: status})
			}
		}
	}
}

// The setting cannot be made on PostgreSQL.
func TestMetadataSecurityTakesBackThatListsAreWhole(t *testing.T) {
	for name, tc := range map[string]struct {
		value     string
		superuser bool
		unknown   int
	}{
		"on": {"on", false, 3}, "true": {"true", false, 3}, "off": {"off", false, 0}, "on for a superuser": {"on", true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			target := &facts.Target{}
			target.Database.Settings = []facts.Setting{{Name: "metadata_security", Value: tc.value}}
			o := observation{session: session{options: Options{Login: "auditor"}}, target: target, db: &target.Database, superuser: tc.superuser}
			o.hiddenMetadata(t.Context())
			if got := len(target.Unknown); got != tc.unknown {
				t.Errorf("%d unknown, want %d: %q", got, tc.unknown, lacking(target))
			}
		})
	}
}
