//go:build unix

package redshiftfront

import (
	"time"

	"github.com/rscheck/rscheck/internal/postgres"
)

// Version is what version() tells.
const Version = "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 (Red Hat 3.4.2-6.fc3), Redshift 1.0.52943"

// Options say what stands behind a front and how it behaves.
type Options struct {
	// Server is the PostgreSQL behind it. It must let everybody in without a
	// password on its unix socket, as it does by default.
	Server *postgres.Server
	TLS    TLS
	// Users are those who can log in; each must be a role of the server's too.
	Users map[string]User
	// Faults are what goes wrong, by the name of the database that a client asks
	// for.
	Faults map[string]Fault
	// MetadataSecurity shows a user only those schemas, tables and views that it
	// may use, as ALTER SYSTEM SET metadata_security does. It puts filtering views
	// in the place of pg_class, pg_namespace, pg_attribute, pg_tables and
	// pg_views where a statement names them without quotes; comments, and what is in the
	// system's schemas, are shown as ever. Whether Redshift draws the line there
	// is not known. What pg_settings and SHOW tell of it is a row of
	// pg_redshift.settings, off at first, that this does not change.
	// https://docs.aws.amazon.com/redshift/latest/dg/t_metadata_security.html
	MetadataSecurity bool
}

// TLS says what a front makes of TLS.
type TLS string

const (
	// TLSOffered leaves it to the client.
	TLSOffered TLS = ""
	// TLSRefused offers none.
	TLSRefused TLS = "refused"
	// TLSRequired refuses logins without, as require_ssl does.
	TLSRequired TLS = "required"
)

// User is somebody who can log in.
type User struct {
	Password string
	Method   Method
	// Expired is whether the password's time has run out.
	Expired bool
}

// Method is how a user proves to be it.
type Method string

const (
	// MD5 is the default of Redshift.
	MD5 Method = ""
	// ClearText is for passwords that are kept elsewhere.
	ClearText Method = "clear text"
	// Digest is for passwords kept as SHA-256. The front asks for it and takes no
	// answer.
	Digest Method = "digest"
	// IdentityProvider is for tokens. The front asks for one and takes none.
	IdentityProvider Method = "identity provider"
)

// Fault is what goes wrong. Its zero value is nothing.
type Fault struct {
	Does Deed
	// At is when: 0 is after the start-up message of the client, 1 is the first
	// statement after the login. Each text of a simple query and each Parse
	// counts, those that begin a transaction too. Slow goes on from there.
	At int
	// SQLState and Message are the words of Refuse.
	SQLState, Message string
	// Delay is for Slow.
	Delay time.Duration
	// Database is the one of the server's that stands behind, if that is not
	// the one that the client names.
	Database string
}

// Deed is what a fault does.
type Deed string

const (
	// Nothing goes wrong.
	Nothing Deed = ""
	// Hang keeps the connection and answers nothing more.
	Hang Deed = "hang"
	// Reset breaks the connection off.
	Reset Deed = "reset"
	// Refuse tells a fatal error and ends the connection.
	Refuse Deed = "refuse"
	// Slow waits before it goes on.
	Slow Deed = "slow"
	// NoReadOnly refuses, whenever it comes, to begin a read-only transaction, as a
	// database from a datashare is said to do. Words and SQLSTATE are made up.
	NoReadOnly Deed = "no read-only"
)

// StartingUp is a cluster that is not ready yet.
func StartingUp() Fault {
	return Fault{Does: Refuse, SQLState: "57P03", Message: "the database system is starting up"}
}

// TooManyConnections is a cluster that is full. The words are remembered, not
// sourced.
func TooManyConnections() Fault {
	return Fault{Does: Refuse, SQLState: "53300", Message: "connection limit \"500\" exceeded for non-bootstrap users"}
}
