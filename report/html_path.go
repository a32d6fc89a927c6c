package report

import (
	"fmt"
	"slices"
	"strings"
)

// lane is the picture of a network path: of one address of the loader, or of
// several whose paths are equal. Requests go from the loader to the target, and
// replies go back.
type lane struct {
	Anchor    string
	Verdict   mark
	Caption   string
	Title     string
	Summary   string
	Loader    string
	Region    string
	Addresses []string
	More      string
	Source    mark
	Stops     []stop
	// Inside are the stops at the target itself.
	Inside []stop
	Target string
	// Ways are the pieces of the line between the stops, in order of travel.
	// Arrives and Returns are the states of those that end at the target and at
	// the loader.
	Ways             []way
	Arrives, Returns string
	// Lines is the most that stand below the name of a stop, Within that of one
	// inside the target, at least 1.
	Lines, Within int
	Hops          []hopSheet
	Note          string
}

// stop is a stage of the path in the picture. Its place is a name in the style
// sheet.
type stop struct {
	Place string
	Mark  mark
	Name  string
	Lines []string
	// Words says that the lines are a sentence, not a name.
	Words bool
	// Full is what the lines say, where they were cut.
	Full string
}

// way is a piece of the line: open as far as every stop lets the traffic through,
// cut behind one that does not.
type way struct{ Place, State string }

type hopSheet struct {
	Mark         mark
	Stage, Found string
}

// places are the stages in the order in which requests and then their replies
// meet them. Those at the target share a place.
var places = []struct{ stage, place string }{
	{"block_public_access", "bpa"},
	{"internet_gateway", "igw"},
	{"gateway_route_table", "edge"},
	{"nacl_inbound", "in"},
	{"security_groups", "sg"},
	{"public_access", ""},
	{"endpoint", ""},
	{"public_address", ""},
	{"nacl_outbound", "out"},
	{"return_route", "back"},
}

// lanes draws the paths of a target, blocked ones first, those that need not be
// open apart, and says how the regions of the loader fare where there are several.
func lanes(target Target, anchor, loader string) (needed, spare []lane, reached string) {
	if len(target.Paths) == 0 {
		return nil, nil, ""
	}
	if notAsked(target.Paths) {
		return nil, nil, "The network was not looked at."
	}
	regions := regionsOf(target.Paths)
	open := reachableFrom(regions)
	if len(regions) > 1 {
		reached = capital(reach(regions)) + "."
		if _, aside := partAside(target.Paths); len(aside) > 0 || len(open) > 0 && len(open) < len(regions) {
			reached += " One region is enough."
		}
	}
	told := tellings(target.Paths)
	slices.SortStableFunc(told, func(a, b telling) int { return pathRank(a.path().Verdict) - pathRank(b.path().Verdict) })
	for i, t := range told {
		l := drawn(t, target, loader)
		l.Anchor = fmt.Sprintf("%s-path-%d", anchor, i+1)
		if t.path().Aside || len(open) > 0 && !slices.Contains(open, t.path().LoaderRegion) {
			spare = append(spare, l)
		} else {
			needed = append(needed, l)
		}
	}
	return needed, spare, reached
}

func drawn(t telling, target Target, loader string) lane {
	const few = 4
	p := t.path()
	var addresses []string
	for _, source := range t.sources() {
		addresses = append(addresses, address(source))
	}
	l := lane{
		Verdict: markOfPath(p.Verdict), Loader: fit(loader, 9), Target: fit(target.Name, 17),
		Region:  fit(strings.Join(distinct(t.paths, func(p Path) string { return p.LoaderRegion }), ", "), 15),
		Summary: summaryOf(p), Lines: 1, Within: 1,
	}
	from := fmt.Sprintf("%d addresses", len(addresses))
	if len(addresses) <= few {
		from = and(addresses)
	}
	l.Caption = from + ": " + endOf(p)
	l.Title = "Network path from " + from + " to " + target.Name + ": " + l.Verdict.Word
	if len(addresses) > few {
		l.More = fmt.Sprintf("and %d more", len(addresses)-few+1)
		addresses = addresses[:few-1]
	}
	for _, a := range addresses {
		l.Addresses = append(l.Addresses, fit(a, 16))
	}
	if len(t.paths) > 1 {
		l.Note = "As found for " + p.Source + "; the same holds for the others."
	}
	for _, h := range p.Hops {
		l.Hops = append(l.Hops, hopSheet{markOfHop(h), capital(stageOf(h.Stage).words), found(h)})
	}
	l.travel(t)
	return l
}

// travel fills the stops and the line between them.
func (l *lane) travel(t telling) {
	state := "open"
	meet := func(h Hop) {
		switch {
		case h.Verdict == "deny":
			state = "cut"
		case h.Verdict != "allow" && h.Verdict != "not_applicable" && state == "open":
			state = "doubt"
		}
	}
	if h, ok := t.path().hop("source"); ok {
		l.Source = markOfHop(h)
		meet(h)
	}
	for _, p := range places {
		if p.place != "" {
			l.Ways = append(l.Ways, way{"to-" + p.place, state})
		} else if p.stage == "public_access" {
			l.Ways = append(l.Ways, way{"to-target", state})
			l.Arrives = state
		}
		h, ok := t.path().hop(p.stage)
		if !ok {
			continue
		}
		meet(h)
		s := stopOf(h, t)
		s.Place = p.place
		if p.place == "" {
			l.Inside = append(l.Inside, s)
			l.Within = max(l.Within, len(s.Lines))
		} else {
			l.Stops = append(l.Stops, s)
			l.Lines = max(l.Lines, len(s.Lines))
		}
	}
	l.Ways = append(l.Ways, way{"to-loader", state})
	l.Returns = state
}

// hop finds the hop of a stage.
func (p Path) hop(stage string) (Hop, bool) {
	i := slices.IndexFunc(p.Hops, func(h Hop) bool { return h.Stage == stage })
	if i < 0 {
		return Hop{}, false
	}
	return p.Hops[i], true
}

// stopOf writes on a stop the rule that lets everything through, or what is in
// the way, or what is missing.
func stopOf(h Hop, t telling) stop {
	const width, most = 22, 4
	s := stop{Mark: markOfHop(h), Name: capital(stageOf(h.Stage).words)}
	var cut bool
	switch h.Verdict {
	case "allow":
		for _, name := range rule(h.Stage, t) {
			line := fit(name, width-1)
			cut = cut || line != visible(name)
			s.Lines = append(s.Lines, line)
		}
	case "not_applicable":
		s.Lines, s.Words = []string{"does not apply"}, true
	case "deny":
		s.Lines, cut = wrap(h.Detail, width, most)
		s.Words = true
	default:
		s.Lines, cut = wrap(cure(h), width, most)
		s.Words = true
	}
	if cut {
		s.Full = found(h)
	}
	return s
}

// rule names what lets the paths through at a stage, in at most two lines. Paths
// told together may owe it to different rules of one object.
func rule(stage string, t telling) []string {
	var objects, rules []string
	for _, p := range t.paths {
		h, _ := p.hop(stage)
		object, rule := h.By.ID, ""
		switch h.By.Kind {
		case "address":
			object = ""
		case "cluster-flag": // its id is only the name of the flag
			_, object, _ = strings.Cut(h.Detail, "the cluster is ")
		case "vpc": // no object of its own decides
			object = "none"
		case "network-acl-rule":
			object, rule, _ = strings.Cut(h.By.ID, "/")
			rule = "rule " + rule
		case "route":
			object, rule, _ = strings.Cut(h.By.ID, "/")
			rule = "route " + rule
		case "security-group-rule":
			object, rule, _ = strings.Cut(h.By.ID, "/")
		}
		objects, rules = append(objects, object), append(rules, rule)
	}
	if objects = once(objects); len(objects) > 1 {
		objects = []string{fmt.Sprintf("%d objects", len(objects))}
	}
	if rules = once(rules); len(rules) > 1 {
		rules = []string{fmt.Sprintf("%d rules", len(rules))}
	}
	return append(objects, rules...)
}

// summaryOf tells a path in words, for who cannot see the picture.
func summaryOf(p Path) string {
	var open []string
	var parts []string
	for _, h := range p.Hops {
		stage := stageOf(h.Stage).words
		switch h.Verdict {
		case "allow":
			open = append(open, stage)
		case "not_applicable":
		case "deny":
			parts = append(parts, stage+" denies: "+h.Detail)
		default:
			parts = append(parts, stage+" "+cannotTell(cure(h)))
		}
	}
	if len(open) > 0 {
		parts = append(parts, "open at "+and(open))
	}
	return strings.Join(parts, ". ") + "."
}

// found says what was found at a hop, and what is missing behind it.
func found(h Hop) string {
	missing := cure(h)
	switch {
	case len(h.Missing) == 0 || strings.Contains(h.Detail, missing):
		return h.Detail
	case h.Detail == "":
		return cannotTell(missing)
	default:
		return h.Detail + "; " + missing
	}
}

func markOfHop(h Hop) mark {
	m := mark{markOf(h.Verdict).ink.class(), "unknown"}
	switch h.Verdict {
	case "allow":
		m.Word = "open"
	case "deny":
		m.Word = "denies"
	case "not_applicable":
		m.Word = "does not apply"
	}
	return m
}

// wrap breaks visible text into lines of at most width columns: between words
// where it can, else behind a colon or a slash. It says whether something had to
// be left out.
func wrap(text string, width, most int) ([]string, bool) {
	var lines []string
	line, space := "", ""
	add := func(piece string) {
		if line != "" && columns(line+space+piece) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += space
		}
		line += piece
	}
	for _, word := range strings.Fields(visible(text)) {
		space = " "
		for _, piece := range pieces(word, width) {
			add(piece)
			space = ""
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	if len(lines) <= most {
		return lines, false
	}
	lines = lines[:most]
	lines[most-1] = head(lines[most-1], width-1) + "…"
	return lines, true
}

// pieces cuts a word that is too wide for a line.
func pieces(word string, width int) []string {
	var cut []string
	for columns(word) > width {
		end := len(head(word, width))
		if i := strings.LastIndexAny(word[:end], ":/"); i > 0 {
			end = i + 1
		}
		cut = append(cut, word[:end])
		word = word[end:]
	}
	return append(cut, word)
}

// fit shortens text to n columns, with an ellipsis at its end.
func fit(text string, n int) string {
	if text = visible(text); columns(text) <= n {
		return text
	}
	return head(text, n-1) + "…"
}

// head is as much of visible text as fits into n columns.
func head(text string, n int) string {
	end := 0
	for i, r := range text {
		if columns(text[:i+len(string(r))]) > n && i > 0 {
			break
		}
		end = i + len(string(r))
	}
	return text[:end]
}
