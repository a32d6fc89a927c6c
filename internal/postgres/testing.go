//go:build unix

package postgres

import (
	"testing"
)

// Test starts a server that lives as long as the test.
func Test(tb testing.TB, options Options) *Server {
	tb.Helper()
	server, err := Start(tb.Context(), options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := server.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return server
}
