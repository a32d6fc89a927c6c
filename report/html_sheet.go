package report

import (
	"fmt"
	"strings"
)

// sheet is a report as the page's template takes it. Its fields and those of the
// types below it are exported for the template alone.
type sheet struct {
	Policy string

	Title   string
	Verdict mark
	Scope   string
	Lede    string
	Reason  string
	Gaps    []gap
	// Changes is how the report stands to its baseline; Fixed, what is no more.
	Changes string
	Fixed   []fixed
	Notes   []string
	Tally   []count // of targets by verdict, where there are several
	Todo    []todo  // what to mend, where there is one target
	Asked   []pair
	Rows    []overviewRow
	// Accounts, Regions and Kinds say whether targets are of several.
	Accounts, Regions, Kinds bool
	Unseen                   unseen
	Targets                  []targetSheet
	Tool, Version            string
	Schema                   string
	When, Moment             string
	ExitCode                 int
}

// mark is a sign and the word that stands for it. Its class chooses both the
// sign's shape and its colour.
type mark struct{ Class, Word string }

type pair struct{ Name, Value string }

type count struct {
	Mark mark
	N    int
}

// gap is what kept the scan from being whole.
type gap struct{ What, Why string }

// fixed is a finding or an unknown of the baseline that is no more.
type fixed struct{ Check, Target, Subject, Message string }

// todo is a check to look at, with a link to where it is told of.
type todo struct {
	Mark             mark
	Check, Title     string
	Severity, Anchor string
	N                string
}

func newSheet(r *Report, o Options) sheet {
	o.Verbose = true
	t := &text{Options: o, r: r, labels: labels(r.Targets)}
	s := sheet{
		Verdict: markOfVerdict(r.Verdict), Scope: r.Scope, Lede: t.lede(), Reason: t.why(),
		Asked: t.asked(), Unseen: unseenIn(r),
		Accounts: len(distinct(r.Targets, func(t Target) string { return t.Account })) > 1,
		Regions:  len(distinct(r.Targets, func(t Target) string { return t.Region })) > 1,
		Kinds:    len(distinct(r.Targets, func(t Target) string { return string(t.Kind) })) > 1,
		Tool:     r.Tool.Name, Version: r.Tool.Version, Schema: r.Schema, ExitCode: r.ExitCode,
		When: r.ScannedAt.UTC().Format("2 January 2006, 15:04 UTC"), Moment: r.ScannedAt.UTC().Format("2006-01-02T15:04:05Z"),
	}
	s.Title = s.Verdict.Word + ": " + t.about()
	for _, u := range r.Unknown {
		s.Gaps = append(s.Gaps, gap{gapName(u.Path), cannotTell(u.Detail)})
	}
	s.Changes, s.Fixed, s.Notes = t.sinceBaseline(), t.fixed(), r.Notes
	names := names{anchored: map[string]bool{}, rules: map[string]Rule{}}
	for _, rule := range o.Rules {
		names.rules[rule.ID] = rule
	}
	for _, target := range r.Targets {
		s.Targets = append(s.Targets, t.target(target, names))
	}
	if len(r.Targets) == 1 {
		if list := s.Targets[0].todo(); len(list) > 1 {
			s.Todo = list
		}
		return s
	}
	for _, verdict := range []Verdict{NotReady, VerdictUnknown, Ready} {
		s.Tally = append(s.Tally, count{markOfVerdict(verdict), t.number(verdict)})
	}
	for i, target := range r.Targets {
		s.Rows = append(s.Rows, t.overviewRow(target, s.Targets[i].Anchor))
	}
	return s
}

// sinceBaseline tells how the report stands to its baseline, empty without one.
func (t *text) sinceBaseline() string {
	changes := sinceBaseline(*t.r)
	if changes == "" {
		return ""
	}
	if t.r.NewOnly {
		changes += "; only new findings decide"
	}
	return capital(changes) + "."
}

func (t *text) fixed() []fixed {
	var list []fixed
	for _, f := range t.r.Fixed {
		row := fixed{Check: f.Check, Subject: f.Subject, Message: f.Message}
		if len(t.r.Targets) > 1 {
			row.Target = t.labels[f.Target]
		}
		list = append(list, row)
	}
	return list
}

// markOfVerdict is word in the case of a sentence.
func markOfVerdict(v Verdict) mark {
	w := word(v)
	return mark{w.ink.class(), capital(strings.ToLower(w.text))}
}

// class is the ink's name in the style sheet.
func (i ink) class() string {
	switch i {
	case bad:
		return "bad"
	case doubt:
		return "doubt"
	case good:
		return "good"
	default:
		return "none"
	}
}

// about names what the report is about.
func (t *text) about() string {
	switch targets := t.r.Targets; len(targets) {
	case 0:
		return "no target"
	case 1:
		return targets[0].Name
	default:
		return fmt.Sprintf("%d targets", len(targets))
	}
}

// lede is the verdict in words.
func (t *text) lede() string {
	loader := capital(t.r.Loader.ID)
	switch targets := t.r.Targets; len(targets) {
	case 0:
		return "No target was found, so nothing can be said."
	case 1:
		switch targets[0].Verdict {
		case Ready:
			return targets[0].Name + " is ready for " + loader + "."
		case NotReady:
			return targets[0].Name + " is not ready for " + loader + "."
		default:
			return "Whether " + targets[0].Name + " is ready for " + loader + " cannot be told."
		}
	default:
		switch n := t.number(NotReady); {
		case n > 0:
			return fmt.Sprintf("%d of %d targets %s not ready for %s.", n, len(targets), is(n), loader)
		case t.number(VerdictUnknown) > 0:
			return fmt.Sprintf("Of %d of %d targets it cannot be told whether they are ready for %s.", t.number(VerdictUnknown), len(targets), loader)
		default:
			return fmt.Sprintf("All %d targets are ready for %s.", len(targets), loader)
		}
	}
}

func is(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// number counts the targets of a verdict.
func (t *text) number(v Verdict) int {
	n := 0
	for _, target := range t.r.Targets {
		if target.Verdict.rank() == v.rank() {
			n++
		}
	}
	return n
}

// why is what the verdict rests on, for one target.
func (t *text) why() string {
	if len(t.r.Targets) != 1 {
		return ""
	}
	return t.whyOf(t.r.Targets[0])
}

func (t *text) whyOf(target Target) string {
	why := t.reasonOf(target)
	if c := Count(target.Results); target.Verdict != Ready && tally(c) != "" && why != "nothing was judged" {
		why += ", " + tally(c)
	}
	return why
}

// asked tells what was asked, of what, when and as whom.
func (t *text) asked() []pair {
	r := t.r
	pairs := []pair{{"Loader", capital(r.Loader.ID)}}
	add := func(name, value string) {
		if value != "" {
			pairs = append(pairs, pair{name, value})
		}
	}
	region := r.Loader.Region
	if region == "any" {
		region = "any one of its regions"
	}
	add("Loader region", region)
	add("Connection", r.Loader.Connection)
	add("Database user", r.Loader.User)
	add("Seen as", t.eyes())
	add("AWS account", list(distinct(r.Targets, func(t Target) string { return t.Account }), "accounts"))
	add("AWS region", list(distinct(r.Targets, func(t Target) string { return t.Region }), "regions"))
	when := "Scanned"
	if t.Saved {
		when = "Facts of"
	}
	add(when, r.ScannedAt.UTC().Format("2 January 2006, 15:04 UTC"))
	add("Counts for the verdict", "severity "+string(r.FailOn)+" and graver")
	add("Covers", r.Scope)
	return pairs
}

// list names a few values, and counts many.
func list(values []string, many string) string {
	if len(values) > 3 {
		return fmt.Sprintf("%d %s", len(values), many)
	}
	return strings.Join(values, ", ")
}

// eyes tells who saw the databases.
func (t *text) eyes() string {
	seen := distinct(t.r.Targets, eyesOf)
	if len(seen) > 3 {
		return fmt.Sprintf("%d different users", len(seen))
	}
	return strings.Join(seen, "; ")
}

func eyesOf(t Target) string {
	if t.Login == nil {
		return "nobody: no login to the database"
	}
	eyes := t.Login.User
	if !t.Login.Succeeded() {
		eyes = "nobody: the login failed, as " + eyes
	}
	if t.Login.User != t.Login.About {
		eyes += ", asked about " + t.Login.About
	}
	if t.Login.Via != "" {
		eyes += " (" + t.Login.Via + ")"
	}
	return eyes
}

// gapName names a region or a target that could not be looked at.
func gapName(path string) string {
	if kind, name, found := strings.Cut(path, "."); found && (kind == "regions" || kind == "targets") {
		return strings.TrimSuffix(kind, "s") + " " + name
	}
	return path
}
