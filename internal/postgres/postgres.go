// Package postgres starts a throwaway PostgreSQL server for tests and for the
// program that makes the demo's snapshot.
//
// The server is the machine's own PostgreSQL (13 or newer) in a new directory
// under /tmp. It ends, and its directory goes, with Stop or with the process
// that started it, whichever comes first. The package knows no driver: SQL goes
// through psql.
package postgres
