package aws

import (
	"context"
	"maps"
	"sync"
)

// Stats tells what an observation cost.
type Stats struct {
	Calls   map[string]int // by operation; the pages of a list count one each
	Retries map[string]int // by operation: how often a call was sent again
	// Rounds is the longest chain of calls in a region of which each had to
	// wait for the one before.
	Rounds int
}

// meter counts calls. It is safe for concurrent use.
type meter struct {
	mu    sync.Mutex
	stats Stats
}

func newMeter() *meter {
	return &meter{stats: Stats{Calls: map[string]int{}, Retries: map[string]int{}}}
}

func (m *meter) begin(ctx context.Context, operation string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Calls[operation]++
	if c, ok := ctx.Value(chainKey{}).(*chain); ok {
		c.length++
		m.stats.Rounds = max(m.stats.Rounds, c.length)
	}
}

func (m *meter) retried(operation string, times int) {
	if times < 1 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Retries[operation] += times
}

func (m *meter) snapshot() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Stats{Calls: maps.Clone(m.stats.Calls), Retries: maps.Clone(m.stats.Retries), Rounds: m.stats.Rounds}
}

// chain is the calls made one after the other; it travels in the context.
type chain struct{ length int }

type chainKey struct{}

func withChain(ctx context.Context, length int) (context.Context, *chain) {
	c := &chain{length: length}
	return context.WithValue(ctx, chainKey{}, c), c
}

// together runs the tasks side by side, at most limit at a time. Each begins a
// chain of its own from where ctx stands, and the longest goes on.
func together(ctx context.Context, limit int, tasks ...func(context.Context)) {
	parent, _ := ctx.Value(chainKey{}).(*chain)
	if parent == nil {
		parent = &chain{}
	}
	var wg sync.WaitGroup
	slots := make(chan struct{}, limit)
	chains := make([]*chain, len(tasks))
	for i, task := range tasks {
		taskCtx, c := withChain(ctx, parent.length)
		chains[i] = c
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			task(taskCtx)
		})
	}
	wg.Wait()
	for _, c := range chains {
		parent.length = max(parent.length, c.length)
	}
}
