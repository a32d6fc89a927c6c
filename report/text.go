package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// Text writes the report for a person in a hurry: what was asked of what, what is
// wrong and what to type, what could not be told, and the verdict as the last
// line.
//
// Everything that came from outside is shown with its control characters as
// escapes, so no name can move the cursor or fake a line. With Options.Color the
// bytes are the same plus the escapes that paint.
func Text(w io.Writer, r Report, o Options) error {
	t := &text{
		Options: o, r: &r, p: newPage(cmp.Or(o.Width, 80), o.Color), labels: labels(r.Targets),
		accounts: distinct(r.Targets, func(t Target) string { return t.Account }),
		regions:  distinct(r.Targets, func(t Target) string { return t.Region }),
		seenAs:   seenAs(r.Targets),
	}
	if o.Quiet {
		t.quiet()
	} else {
		t.whole()
	}
	t.verdict()
	if _, err := w.Write(t.p.Bytes()); err != nil {
		return fmt.Errorf("write text report: %w", err)
	}
	return nil
}

// text is a report on its way to the page.
type text struct {
	Options
	r *Report
	p *page
	// labels name the targets by id, as shortly as each can be told from the others.
	labels            map[string]string
	accounts, regions []string
	// seenAs is what Target.seenAs says of every target; empty where they differ.
	seenAs string
}

func (t *text) whole() {
	t.header()
	before := t.p.Len()
	t.targets()
	t.section(t.gaps)
	t.section(t.permissions)
	t.section(t.changes)
	t.section(t.notes)
	t.section(t.hint)
	if len(t.r.Targets) > 1 {
		t.section(t.summary)
	}
	if t.p.Len() > before {
		t.p.blank()
	}
}

// section writes a part of the report with an empty line ahead of it, or nothing
// where the part has nothing to say.
func (t *text) section(write func()) {
	if part := t.capture(write); len(part) > 0 {
		t.p.blank()
		t.p.Write(part)
	}
}

// capture returns what write puts on the page.
func (t *text) capture(write func()) []byte {
	whole := t.p
	t.p = whole.empty()
	write()
	part := t.p.Bytes()
	t.p = whole
	return part
}

// quiet names the targets that are not ready, where there are several.
func (t *text) quiet() {
	if len(t.r.Targets) == 1 {
		return
	}
	for _, target := range t.r.Targets {
		if target.Verdict != Ready {
			t.p.line(word(target.Verdict), span{text: "  " + t.labels[target.ID]})
		}
	}
}

// header tells what was asked of what.
func (t *text) header() {
	r := t.r
	items := r.Loader.words()
	if t.seenAs != "" {
		items = append(items[:1], t.seenAs)
	}
	if n := len(r.Targets); n > 1 {
		items = append(items, fmt.Sprintf("%d targets%s", n, setApart(r.Targets)))
	}
	items = append(items, shared(t.accounts, "account ", "accounts")...)
	items = append(items, shared(t.regions, "", "regions")...)
	if t.Saved {
		items = append(items, "facts of "+r.ScannedAt.UTC().Format("2006-01-02 15:04 UTC"))
	}
	t.p.items(nil, items)
}

// setApart tells how many targets the loader is set up for in another way.
func setApart(targets []Target) string {
	n := 0
	for _, t := range targets {
		if t.Loader != nil {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %d of them set up otherwise", n)
}

// shared tells the one value of all targets, or how many there are.
func shared(values []string, one, many string) []string {
	switch len(values) {
	case 0:
		return nil
	case 1:
		return []string{one + values[0]}
	default:
		return []string{fmt.Sprintf("%d %s", len(values), many)}
	}
}

// gaps tells what kept the scan from being whole.
func (t *text) gaps() {
	for _, u := range t.r.Unknown {
		what := u.Path
		if kind, name, found := strings.Cut(u.Path, "."); found && (kind == "regions" || kind == "targets") {
			what = strings.TrimSuffix(kind, "s") + " " + name
		}
		t.p.prose([]span{{text: "  "}, {"?", doubt}, {text: " "}, {what, strong}, {text: "  "}}, 6, cannotTell(u.Detail), plain)
	}
}

// permissions collects what to allow, where that is said in several places.
func (t *text) permissions() {
	seen := map[string]bool{}
	var names []string
	collect := func(unknown []facts.Unknown) {
		for _, u := range unknown {
			if name, ok := permission(u); ok && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	collect(t.r.Unknown)
	for _, target := range t.r.Targets {
		for _, result := range target.Results {
			collect(result.Missing)
		}
	}
	if len(names) < 3 {
		return
	}
	slices.Sort(names)
	t.p.line(span{text: "  To tell what is unknown, allow (rscheck iam-policy prints the policy):"})
	t.p.list([]span{{text: "    "}}, 4, plain, names)
}

// permission is what to allow where that is what u lacks, and its detail
// otherwise.
func permission(u facts.Unknown) (string, bool) {
	name, found := strings.CutPrefix(u.Detail, "allow ")
	if u.Reason != facts.AccessDenied || !found {
		return u.Detail, false
	}
	return name, true
}

// hint says how much passed and where to read on.
func (t *text) hint() {
	example := t.worst()
	if example == "" {
		return
	}
	var parts []string
	if one := t.r.Targets; len(one) == 1 && one[0].Verdict != Ready {
		parts = once([]string{tally(Count(one[0].Results))})
	}
	if !t.Verbose {
		parts = append(parts, "--verbose lists all")
	}
	parts = append(parts, "rscheck checks "+example+" explains one")
	t.p.items([]span{{text: "  "}}, parts)
}

// worst is the id of the gravest check that failed or could not be told, empty
// for none.
func (t *text) worst() string {
	for _, target := range t.r.Targets {
		for _, result := range target.Results {
			if result.Outcome.rank() <= Unknown.rank() {
				return result.Check
			}
		}
	}
	return ""
}
