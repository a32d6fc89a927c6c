package main

import "context"

// within returns what read returns, or, as soon as ctx ends, the error of ctx. The
// system does not break off a read from a terminal, or from a pipe that nobody
// writes to; it is left behind.
func within[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := read()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
