package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// paths tells the way of every loader address: in a line where a whole region of
// the loader gets through, in a table of hops otherwise, of those that count. Verbose,
// or where the table is too wide, it lists the hops with what was found at each.
func (t *text) paths(paths []Path) {
	if len(paths) == 0 || notAsked(paths) {
		return
	}
	regions := regionsOf(paths)
	if !t.Verbose && len(reachableFrom(regions)) > 0 {
		t.p.prose([]span{{text: "  network path: "}}, 4, reach(regions), plain)
		return
	}
	count, aside := partAside(paths)
	switch table := newTable(count); {
	case t.Verbose:
		t.hops(paths)
		return
	case table.width() > t.p.width:
		t.hops(count)
	default:
		t.table(table)
	}
	if len(aside) > 0 {
		var names []string
		for _, r := range regionsOf(aside) {
			names = append(names, r.words())
		}
		t.p.prose([]span{{text: "  left aside: "}}, 4, and(names)+"; one region is enough", plain)
	}
}

// partAside parts the paths that count from those that are left aside.
func partAside(paths []Path) (count, aside []Path) {
	for _, p := range paths {
		if p.Aside {
			aside = append(aside, p)
		} else {
			count = append(count, p)
		}
	}
	return count, aside
}

// notAsked reports whether the paths are unknown only because the command line
// left AWS out.
func notAsked(paths []Path) bool {
	asked := func(u facts.Unknown) bool { return u.Reason != facts.NotRequested }
	missing := 0
	for _, p := range paths {
		for _, h := range p.Hops {
			if h.Verdict == "deny" || slices.ContainsFunc(h.Missing, asked) {
				return false
			}
			missing += len(h.Missing)
		}
	}
	return missing > 0
}

// hops lists the stages of each path, one telling for paths of which the same is
// to be said.
func (t *text) hops(paths []Path) {
	for i, told := range tellings(paths) {
		if i > 0 {
			t.p.blank()
		}
		end := endOf(told.path())
		if told.path().Aside {
			end += " (left aside: of " + told.path().LoaderRegion + ")"
		}
		t.p.prose([]span{{text: "  "}}, 4, "from "+and(told.sources())+": "+end, plain)
		for _, h := range told.path().Hops {
			lead := []span{{text: "    "}, markOf(h.Verdict), {text: " " + pad(stageOf(h.Stage).words, 20) + "  "}}
			t.p.prose(lead, 28, h.Detail, plain)
		}
	}
}

// telling is paths of which the same is to be said, hop by hop, but for their
// addresses.
type telling struct {
	pattern string
	paths   []Path
}

// path is the one to tell of.
func (t telling) path() Path { return t.paths[0] }

func (t telling) sources() []string {
	var sources []string
	for _, p := range t.paths {
		sources = append(sources, p.Source)
	}
	return sources
}

// tellings folds paths, in order.
func tellings(paths []Path) []telling {
	var tellings []telling
	for _, p := range paths {
		pattern := fmt.Sprint(endOf(p), p.Aside)
		for _, h := range p.Hops {
			pattern += fmt.Sprintf("\x00%s\x00%s\x00%s", h.Stage, h.Verdict, strings.ReplaceAll(h.Detail, address(p.Source), "\x00"))
		}
		i := slices.IndexFunc(tellings, func(t telling) bool { return t.pattern == pattern })
		if i < 0 {
			i = len(tellings)
			tellings = append(tellings, telling{pattern: pattern})
		}
		tellings[i].paths = append(tellings[i].paths, p)
	}
	return tellings
}

// region is a region of the loader and the worst verdict among its addresses.
type region struct {
	name      string
	verdict   string
	addresses int
}

func regionsOf(paths []Path) []region {
	var regions []region
	for _, p := range paths {
		i := slices.IndexFunc(regions, func(r region) bool { return r.name == p.LoaderRegion })
		if i < 0 {
			i = len(regions)
			regions = append(regions, region{name: p.LoaderRegion, verdict: p.Verdict})
		}
		regions[i].addresses++
		if pathRank(p.Verdict) < pathRank(regions[i].verdict) {
			regions[i].verdict = p.Verdict
		}
	}
	return regions
}

// words are the region and how many addresses it has.
func (r region) words() string {
	return fmt.Sprintf("%s (%s)", r.name, plural(r.addresses, "address", "addresses"))
}

// reachableFrom names the regions whose every address gets through.
func reachableFrom(regions []region) []string {
	var names []string
	for _, r := range regions {
		if r.verdict == "reachable" {
			names = append(names, r.name)
		}
	}
	return names
}

// reach tells how each region fares, in a sentence.
func reach(regions []region) string {
	var parts []string
	for _, verdict := range []string{"reachable", "blocked", "unknown"} {
		var names []string
		for _, r := range regions {
			if pathRank(r.verdict) == pathRank(verdict) {
				names = append(names, r.words())
			}
		}
		if len(names) > 0 {
			parts = append(parts, verdict+" from "+and(names))
		}
	}
	return strings.Join(parts, ", ")
}

// endOf says how a path ends, naming what breaks it or what it would take to
// know.
func endOf(p Path) string {
	var denying, lacking []string
	for _, h := range p.Hops {
		switch h.Verdict {
		case "allow", "not_applicable":
		case "deny":
			denying = append(denying, decider(h))
		default:
			lacking = append(lacking, cure(h))
		}
	}
	switch p.Verdict {
	case "reachable":
		return "reachable"
	case "blocked":
		return strings.TrimSpace("blocked " + and(once(denying)))
	default:
		return cannotTell(strings.Join(once(lacking), "; "))
	}
}

// decider names what decided a hop: by an object of AWS, or at a stage.
func decider(h Hop) string {
	switch h.By.Kind {
	case "network-acl-rule":
		if acl, rule, found := strings.Cut(h.By.ID, "/"); found {
			return "by " + acl + " rule " + rule
		}
	case "route":
		if table, to, found := strings.Cut(h.By.ID, "/"); found {
			return "by " + table + " route " + to
		}
	case "security-group", "network-acl", "route-table":
		if h.By.ID != "" {
			return "by " + strings.ReplaceAll(h.By.ID, ",", ", ")
		}
	}
	return "at " + stageOf(h.Stage).words
}

// cure says what an unknown hop lacks.
func cure(h Hop) string {
	if len(h.Missing) == 0 {
		return h.Detail
	}
	return strings.Join(distinct(h.Missing, func(u facts.Unknown) string { return u.Detail }), "; ")
}

func pathRank(verdict string) int {
	switch verdict {
	case "blocked":
		return 0
	case "reachable":
		return 2
	default:
		return 1
	}
}

// address leaves out the length of the prefix of a single address.
func address(cidr string) string { return strings.TrimSuffix(cidr, "/32") }

func markOf(verdict string) span {
	switch verdict {
	case "allow":
		return span{"✓", good}
	case "deny":
		return span{"✗", bad}
	case "not_applicable":
		return span{"-", faint}
	default:
		return span{"?", doubt}
	}
}
