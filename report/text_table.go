package report

import (
	"fmt"
	"slices"
	"strings"
)

// stage is a stage of a path as the text format shows it.
type stage struct {
	name  string
	words string
	head  [2]string // of its column
	// core stages have a column even where they let everything through.
	core bool
}

var stages = []stage{
	{"source", "source address", [2]string{"source", "address"}, false},
	{"public_access", "public access", [2]string{"public", "access"}, true},
	{"endpoint", "cluster's endpoint", [2]string{"cluster", "endpoint"}, false},
	{"public_address", "public address", [2]string{"public", "address"}, false},
	{"block_public_access", "Block Public Access", [2]string{"block", "public"}, true},
	{"internet_gateway", "internet gateway", [2]string{"gateway", ""}, true},
	{"gateway_route_table", "edge route table", [2]string{"edge", "route"}, false},
	{"return_route", "return route", [2]string{"return", "route"}, true},
	{"nacl_inbound", "network ACL, in", [2]string{"ACL", "in"}, true},
	{"security_groups", "security groups", [2]string{"sec.", "groups"}, true},
	{"nacl_outbound", "network ACL, out", [2]string{"ACL", "out"}, true},
}

// stageOf is the stage of that name; one that is not known goes by its name.
func stageOf(name string) stage {
	if i := slices.IndexFunc(stages, func(s stage) bool { return s.name == name }); i >= 0 {
		return stages[i]
	}
	words := strings.ReplaceAll(visible(name), "_", " ")
	first, rest, _ := strings.Cut(words, " ")
	return stage{name, words, [2]string{first, rest}, true}
}

func (s stage) width() int { return max(1, columns(s.head[0]), columns(s.head[1])) }

// table is the ways of the loader's addresses, a row for each, a column for each
// stage that has something to say.
type table struct {
	stages []stage
	rows   []row
}

// row is the way of one address, or of several whose ways are equal.
type row struct {
	label   string
	sources []string
	verdict string
	marks   []span
	end     string
}

func newTable(paths []Path) table {
	t := table{stages: tellingStages(paths)}
	t.rows = labelRows(foldRows(paths, t.stages), paths)
	return t
}

// tellingStages chooses the columns, in order of travel.
func tellingStages(paths []Path) []stage {
	var order []string
	telling := map[string]bool{}
	for _, p := range paths {
		for _, h := range p.Hops {
			if !slices.Contains(order, h.Stage) {
				order = append(order, h.Stage)
			}
			if h.Verdict != "not_applicable" && (h.Verdict != "allow" || stageOf(h.Stage).core) {
				telling[h.Stage] = true
			}
		}
	}
	var chosen []stage
	for _, name := range order {
		if telling[name] {
			chosen = append(chosen, stageOf(name))
		}
	}
	return chosen
}

// foldRows makes one row of paths that look alike: blocked ones first, then
// unknown, then reachable.
func foldRows(paths []Path, stages []stage) []row {
	var rows []row
	for _, p := range paths {
		r := rowOf(p, stages)
		i := slices.IndexFunc(rows, func(other row) bool { return r.end == other.end && slices.Equal(r.marks, other.marks) })
		if i < 0 {
			rows = append(rows, r)
		} else {
			rows[i].sources = append(rows[i].sources, p.Source)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return pathRank(a.verdict) - pathRank(b.verdict) })
	return rows
}

func rowOf(p Path, stages []stage) row {
	r := row{sources: []string{p.Source}, verdict: p.Verdict, end: endOf(p)}
	for _, s := range stages {
		mark := span{text: " "}
		if i := slices.IndexFunc(p.Hops, func(h Hop) bool { return h.Stage == s.name }); i >= 0 {
			mark = markOf(p.Hops[i].Verdict)
		}
		r.marks = append(r.marks, mark)
	}
	return r
}

// labelRows says which addresses each row is of. A row that no short label can tell
// from the others becomes several again.
func labelRows(folded []row, paths []Path) []row {
	var rows []row
	for i, r := range folded {
		n, region := len(r.sources), wholeRegion(paths, r.sources)
		switch {
		case n == 1:
			r.label = address(r.sources[0])
		case len(folded) == 1:
			r.label = fmt.Sprintf("all %d", n)
		case region != "":
			r.label = fmt.Sprintf("%s (%d)", region, n)
		case i == len(folded)-1:
			r.label = fmt.Sprintf("%d others", n)
		default:
			for _, source := range r.sources {
				r.label = address(source)
				rows = append(rows, r)
				r.end = "the same"
			}
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

// wholeRegion names the region that has these sources and no others, where the
// paths are of several regions.
func wholeRegion(paths []Path, sources []string) string {
	regions := map[string]int{}
	of := map[string]bool{}
	for _, p := range paths {
		regions[p.LoaderRegion]++
		if slices.Contains(sources, p.Source) {
			of[p.LoaderRegion] = true
		}
	}
	for region := range of {
		if len(of) == 1 && len(regions) > 1 && regions[region] == len(sources) {
			return region
		}
	}
	return ""
}

// first is the width of the first column.
func (t table) first() int {
	n := len("from")
	for _, r := range t.rows {
		n = max(n, columns(visible(r.label)))
	}
	return n
}

// width is how wide the table is without the ends of its rows.
func (t table) width() int {
	n := 2 + t.first()
	for _, s := range t.stages {
		n += 2 + s.width()
	}
	return n
}

// table writes a table. What ends a row stands behind it, or below where there
// is no room.
func (t *text) table(table table) {
	first := table.first()
	for i, from := range []string{"from", ""} {
		line := "  " + pad(from, first)
		for _, s := range table.stages {
			line += "  " + pad(s.head[i], s.width())
		}
		t.p.line(span{line, faint})
	}
	for _, r := range table.rows {
		spans := []span{{text: "  " + pad(visible(r.label), first)}}
		for i, s := range table.stages {
			left := (s.width() - 1) / 2
			spans = append(spans,
				span{text: strings.Repeat(" ", 2+left)}, r.marks[i], span{text: strings.Repeat(" ", s.width()-1-left)})
		}
		if table.width()+2+columns(visible(r.end)) <= t.p.width {
			t.p.line(append(spans, span{text: "  " + r.end})...)
			continue
		}
		t.p.line(spans...)
		t.p.prose([]span{{text: "      "}}, 6, r.end, plain)
	}
}
