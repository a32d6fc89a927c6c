//go:build unix

package truth

import (
	"os"
	"strconv"
	"sync"
	"testing"
)

// setting is a number from the environment.
func setting(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// workers is how many scenarios are looked at at once, each on a server of its
// own, so that their users may have the same names.
const workers = 2

// RSCHECK_TRUTH_SCENARIOS is how many scenarios, RSCHECK_TRUTH_SEED which ones,
// RSCHECK_TRUTH_FROM the number of the first.
func TestVerdictsAreWhatHoldsWhenTried(t *testing.T) {
	seed, from := setting(t, "RSCHECK_TRUTH_SEED", 1), setting(t, "RSCHECK_TRUTH_FROM", 0)
	to := from + setting(t, "RSCHECK_TRUTH_SCENARIOS", 500)
	r := &run{seen: map[disagreement]int{}, total: newTally()}
	var worlds []*world
	var done sync.WaitGroup
	for first := from; first < from+workers; first++ {
		w := newWorld(t)
		worlds = append(worlds, w)
		done.Go(func() {
			tally := newTally()
			for number := first; number < to; number += workers {
				r.check(t, w, generate(seed, number, w.reads), tally)
			}
			r.add(tally)
		})
	}
	done.Wait()
	for kind, times := range r.seen {
		t.Errorf("%s as %s: %d disagreements", kind.check, kind.login, times)
	}
	statements := 0
	for _, w := range worlds {
		statements += w.readOnly(t)
	}
	if statements < int(to-from) {
		t.Errorf("the servers saw %d statements of rscheck's", statements)
	}
	t.Logf("%d scenarios of seed %d, %d statements of rscheck's\n%s", to-from, seed, statements, r.total)
	if to-from >= 500 {
		r.total.various(t, int(to-from)/100)
	}
}

// run is what all workers share.
type run struct {
	mutex sync.Mutex
	seen  map[disagreement]int // by check and login
	total *tally
}

func (r *run) add(tally *tally) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.total.add(tally)
}

// first tells whether d is the first of its kind.
func (r *run) first(d disagreement) bool {
	if d.login != auditor && d.login != "both" {
		d.login = "the loader"
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	kind := disagreement{check: d.check, login: d.login}
	r.seen[kind]++
	return r.seen[kind] == 1
}

// check holds rscheck against the truth in one scenario, and explains the first
// disagreement of each kind.
func (r *run) check(t *testing.T, w *world, s *scenario, tally *tally) {
	found, err := w.disagreements(t.Context(), s, s.number%3 == 0, tally)
	if err != nil {
		t.Errorf("%v\n%s", err, s.replay())
		return
	}
	for _, d := range found {
		if r.first(d) {
			smallest, d := w.shrink(t.Context(), s, d)
			t.Errorf("%v\n%s", d, smallest.replay())
		}
	}
}
