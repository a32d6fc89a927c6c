package aws

import (
	"context"
	"sync"
)

// slots bound how many do something at once.
type slots chan struct{}

func newSlots(n int) slots { return make(slots, n) }

// enter waits for a slot. Its error is that of ctx, whose end it does not outlast.
func (s slots) enter(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	default:
	}
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slots) leave() { <-s }

// How many calls are under way at once: in all, in a region of an account, and of
// those to Redshift. EC2 gives each operation a bucket of its own in each region
// of an account
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html);
// Redshift's rates are not published, so it is asked gently.
const (
	sideBySideInAll    = 32
	sideBySide         = 16
	sideBySideRedshift = 4
)

// lane holds the calls of one region to their limits. It travels in the context.
type lane struct{ all, region, redshift slots }

type laneKey struct{}

func (s *session) withLane(ctx context.Context) context.Context {
	return context.WithValue(ctx, laneKey{}, &lane{s.calls, newSlots(sideBySide), newSlots(sideBySideRedshift)})
}

// takeLane waits until the call may be sent, and returns what to do after it. It
// does not hold back the calls that get credentials: they are made in the middle
// of another, and would wait for it.
func takeLane(ctx context.Context, service, operation string) (leave func(), err error) {
	l, ok := ctx.Value(laneKey{}).(*lane)
	if !ok || operation == assumeRole {
		return func() {}, nil
	}
	wanted := []slots{l.region, l.all}
	if service == "Redshift" || service == "Redshift Serverless" {
		wanted = []slots{l.redshift, l.region, l.all}
	}
	for i, s := range wanted {
		if err := s.enter(ctx); err != nil {
			for _, held := range wanted[:i] {
				held.leave()
			}
			return nil, err
		}
	}
	return func() {
		for _, held := range wanted {
			held.leave()
		}
	}, nil
}

// together runs the tasks side by side, at most limit at a time.
func together(ctx context.Context, limit int, tasks ...func(context.Context)) {
	var wg sync.WaitGroup
	slots := newSlots(limit)
	for _, task := range tasks {
		slots <- struct{}{}
		wg.Go(func() {
			defer slots.leave()
			task(ctx)
		})
	}
	wg.Wait()
}
