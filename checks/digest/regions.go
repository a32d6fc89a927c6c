package digest

import (
	"maps"
	"slices"

	"github.com/rscheck/rscheck/checks/netpath"
)

// Which region of the loader is meant, where that was not told, shows in what lets
// its addresses through. The questions are asked in turn, and after each the regions
// that lack the fewest addresses are left: whoever lets three of four in is in no
// doubt about the region. A question is answered yes if nothing is lacking then. All
// are answered yes exactly if one region is let through whole by all of them.

// bundle is a set of regions of the loader, the bit i standing for the i-th.
type bundle uint64

func (b bundle) has(region int) bool { return b&(1<<region) != 0 }

// sieve holds the bundles of regions that may be left: one, unless what is not known
// would decide.
type sieve []bundle

// shortfall is how many addresses of a region a question refuses: at least Least, at
// most Most, the others not being known.
type shortfall struct{ least, most int }

// add counts an address on which the verdict is v.
func (s *shortfall) add(v netpath.Verdict) {
	switch v {
	case netpath.Deny:
		s.least, s.most = s.least+1, s.most+1
	case netpath.Unknown:
		s.most++
	}
}

// newSieve has all of so many regions left.
func newSieve(regions int) sieve { return sieve{1<<regions - 1} }

// ask puts a question of which the shortfall of each region is given. It returns the
// answer, unknown unless it is the same whatever is not known turns out to be, and
// what is left then.
func (s sieve) ask(shortfalls []shortfall) (netpath.Verdict, sieve) {
	yes, no := false, false
	left := map[bundle]bool{}
	for _, before := range s {
		each(shortfalls, before, func(lacking []int) {
			fewest, after := fewestOf(lacking, before)
			left[after] = true
			yes, no = yes || fewest == 0, no || fewest > 0
		})
	}
	answer := netpath.Unknown
	if yes != no {
		answer = netpath.Allow
		if no {
			answer = netpath.Deny
		}
	}
	return answer, slices.Sorted(maps.Keys(left))
}

// left are the regions that may be left.
func (s sieve) left() bundle {
	var all bundle
	for _, b := range s {
		all |= b
	}
	return all
}

// each calls try with every way in which the shortfalls of the regions of b may turn
// out.
func each(shortfalls []shortfall, b bundle, try func(lacking []int)) {
	lacking := make([]int, len(shortfalls))
	var fill func(region int)
	fill = func(region int) {
		if region == len(shortfalls) {
			try(lacking)
			return
		}
		if !b.has(region) {
			fill(region + 1)
			return
		}
		for n := shortfalls[region].least; n <= shortfalls[region].most; n++ {
			lacking[region] = n
			fill(region + 1)
		}
	}
	fill(0)
}

// fewestOf is the least that a region of b lacks, and the regions that lack no more.
func fewestOf(lacking []int, b bundle) (fewest int, left bundle) {
	for region, n := range lacking {
		switch {
		case !b.has(region):
		case left == 0 || n < fewest:
			fewest, left = n, 1<<region
		case n == fewest:
			left |= 1 << region
		}
	}
	return fewest, left
}
