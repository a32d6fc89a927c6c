//go:build unix

package redshiftfront

import "testing"

// Start starts a front that lives as long as the test.
func Start(tb testing.TB, options Options) *Front {
	tb.Helper()
	f, err := Open(options)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := f.Close(); err != nil {
			tb.Error(err)
		}
	})
	return f
}
