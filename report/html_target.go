package report

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
)

// targetSheet is what the page tells of one target.
type targetSheet struct {
	Anchor   string
	Open     bool // told in full at once
	Alone    bool // the only target
	Fine     bool // and nothing is wrong with it or unknown
	Verdict  mark
	Name     string
	Facts    []string
	Reason   string
	Reach    string
	Lanes    []lane
	Spare    []lane // of regions of the loader that need not get through
	Guests   string // who else is let in
	Rights   []right
	NoRights []string // why there are none
	Schemas  schemaTable
	Findings []checkSheet
	Unknown  []checkSheet
	Waived   []checkSheet
	Passed   []checkSheet
	Idle     []checkSheet // does not apply
}

// checkSheet is a check, or several that wait for the same, and what was found.
type checkSheet struct {
	Anchor string
	Mark   mark
	Heads  []checkHead
	Groups []groupSheet
	// Why is what is said of a check that neither failed nor is unknown, beyond
	// its title.
	Why string
}

type checkHead struct {
	ID, Severity, Title, URL string
	// Why is why the loader needs it.
	Why string
	// Anchors are those of results that the groups do not hold.
	Anchors []string
}

// groupSheet is results of which the same is to be said.
type groupSheet struct {
	New     bool   // none of it is in the baseline
	Anchor  string // of the first, where the message names it
	Message string
	// One is the only subject, where the message does not name it.
	One *subject
	// Lead stands before the subjects.
	Lead           string
	Subjects, More []subject
	// Accepted says until when and why, of waived findings.
	Accepted []string
	Steps    []stepSheet
}

// subject is what a result is about, with an anchor made of its fingerprint.
type subject struct {
	Anchor, Name string
	New          bool // it is not in the baseline
}

// names are what a page knows besides the report itself: the anchors it has used,
// and what explains the checks.
type names struct {
	anchored map[string]bool
	rules    map[string]Rule
}

// stepSheet is a note, or commands to be typed one after the other.
type stepSheet struct {
	Note  string
	Where string
	Lines []string
	// N counts the commands.
	N int
	// Escaped says that what is shown is not what is to be typed.
	Escaped bool
	// Folded hides what is long at first.
	Folded bool
}

func (t *text) target(target Target, names names) targetSheet {
	alone := len(t.r.Targets) == 1
	s := targetSheet{
		Anchor: names.unused("t-" + Fingerprint("", target.ID, "")[:12]), Alone: alone, Open: alone || target.Verdict != Ready,
		Verdict: markOfVerdict(target.Verdict), Name: t.labels[target.ID], Facts: t.factsOf(target), Reason: t.whyOf(target),
	}
	s.Lanes, s.Spare, s.Reach = lanes(target, s.Anchor, capital(t.r.Loader.ID))
	s.Guests = visible(target.Exposure.words())
	s.Rights, s.Schemas, s.NoRights = t.rights(target)
	n := 0
	tell := func(m mark, heads []Result, groups []group) checkSheet {
		n++
		c := checkSheet{Anchor: fmt.Sprintf("%s-%d", s.Anchor, n), Mark: m}
		for _, r := range heads {
			c.Heads = append(c.Heads, names.head(r))
		}
		for _, g := range groups {
			if shown := names.group(g); shown.Message != "" || len(shown.Subjects)+len(shown.Steps) > 0 {
				c.Groups = append(c.Groups, shown)
			}
			if g.message != heads[0].Title {
				c.Why = strings.TrimPrefix(c.Why+"; "+g.message, "; ")
			}
		}
		return c
	}
	for _, w := range waits(target.Results) {
		c := tell(mark{"doubt", "unknown"}, w.checks, []group{w.group})
		for i := range c.Heads[1:] {
			for _, r := range w.results[i+1] {
				c.Heads[i+1].Anchors = append(c.Heads[i+1].Anchors, names.anchor(r))
			}
		}
		s.Unknown = append(s.Unknown, c)
	}
	for _, list := range []struct {
		outcome Outcome
		mark    mark
		checks  *[]checkSheet
	}{
		{Fail, mark{"bad", "fails"}, &s.Findings},
		{Waived, mark{"waived", "waived"}, &s.Waived},
		{Pass, mark{"good", "passes"}, &s.Passed},
		{NotApplicable, mark{"none", "does not apply"}, &s.Idle},
	} {
		for _, check := range byCheck(target.Results, list.outcome) {
			*list.checks = append(*list.checks, tell(list.mark, check[:1], fold(check)))
		}
	}
	s.Fine = alone && len(s.Findings)+len(s.Unknown) == 0
	for i := range s.Rights {
		s.Rights[i].Anchor = s.anchorOf(s.Rights[i].Check)
	}
	return s
}

// anchorOf is where a check is told of that failed or could not be told.
func (s *targetSheet) anchorOf(check string) string {
	for _, list := range [][]checkSheet{s.Findings, s.Unknown} {
		for _, c := range list {
			for _, h := range c.Heads {
				if h.ID == check {
					return c.Anchor
				}
			}
		}
	}
	return ""
}

// factsOf says what the target is and where.
func (t *text) factsOf(target Target) []string {
	items := append([]string{string(target.Kind)}, target.reached()...)
	if len(t.r.Targets) > 1 {
		if target.Account != "" {
			items = append(items, "account "+target.Account)
		}
		items = append(items, once([]string{target.Region, target.seenAs()})...)
	}
	return items
}

// documentation is a link fit to follow, or nothing: a page of the repository is
// not beside the report.
func documentation(url string) string {
	if strings.HasPrefix(url, "https://") {
		return url
	}
	return ""
}

// todo lists what is wrong and what could not be told, in a line each.
func (s *targetSheet) todo() []todo {
	var list []todo
	for _, c := range s.Findings {
		n := 0
		for _, g := range c.Groups {
			n += max(1, len(g.Subjects)+len(g.More))
		}
		list = append(list, todo{c.Mark, c.Heads[0].ID, c.Heads[0].Title, c.Heads[0].Severity, c.Anchor, plural(n, "finding", "findings")})
	}
	for _, c := range s.Unknown {
		h := c.Heads[0]
		line := todo{c.Mark, h.ID, h.Title, h.Severity, c.Anchor, "cannot tell"}
		if n := len(c.Heads) - 1; n > 0 {
			line.Title += ", and " + plural(n, "more check that waits", "more checks that wait") + " for the same"
		}
		list = append(list, line)
	}
	return list
}

func (n names) head(r Result) checkHead {
	rule := n.rules[r.Check]
	h := checkHead{ID: r.Check, Severity: string(r.Severity), Title: r.Title, URL: cmp.Or(documentation(r.URL), documentation(rule.URL))}
	if r.Outcome.rank() <= Unknown.rank() {
		h.Why = rule.Description
	}
	return h
}

func (n names) group(g group) groupSheet {
	const few = 12
	shown := groupSheet{Message: g.message, Steps: stepsOf(g.steps), New: true}
	for _, r := range g.results {
		shown.New = shown.New && r.Change == New
		if why := (item{Result: r}).accepted(); why != "" {
			shown.Accepted = append(shown.Accepted, "Accepted"+why)
		}
		if r.Subject == "" {
			shown.Anchor = n.anchor(r)
			continue
		}
		shown.Subjects = append(shown.Subjects, subject{n.anchor(r), r.Subject, r.Change == New})
	}
	shown.Accepted = once(shown.Accepted)
	if shown.New { // said once
		for i := range shown.Subjects {
			shown.Subjects[i].New = false
		}
	}
	if g.named && len(shown.Subjects) > 0 {
		shown.Anchor, shown.Subjects = shown.Subjects[0].Anchor, shown.Subjects[1:]
		shown.Lead = "The same holds for"
	} else if len(shown.Subjects) == 1 {
		shown.One, shown.Subjects = &shown.Subjects[0], nil
	}
	if len(shown.Subjects) > few {
		shown.More = shown.Subjects[few:]
		shown.Subjects = shown.Subjects[:few]
	}
	return shown
}

// unused is name, or name with a number where it stands for something else.
func (n names) unused(name string) string {
	free := name
	for i := 2; n.anchored[free]; i++ {
		free = fmt.Sprintf("%sx%d", name, i)
	}
	n.anchored[free] = true
	return free
}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]+$`)

// anchor names a result within the page, each name once.
func (n names) anchor(r Result) string {
	name := "f-" + r.Fingerprint
	if !hexadecimal.MatchString(r.Fingerprint) || n.anchored[name] {
		return ""
	}
	n.anchored[name] = true
	return name
}

// stepsOf joins commands of one kind that follow one another.
func stepsOf(steps []Remediation) []stepSheet {
	const columns, long = 76, 24
	var shown []stepSheet
	var last RemediationKind
	for _, s := range steps {
		if s.Kind == Note {
			shown = append(shown, stepSheet{Note: s.Text})
			last = Note
			continue
		}
		if len(shown) == 0 || s.Kind != last {
			where, _, _ := strings.Cut(where(s.Kind), ":")
			shown = append(shown, stepSheet{Where: capital(where)})
			last = s.Kind
		}
		step := &shown[len(shown)-1]
		step.N++
		lines := []string{s.Text}
		if s.Kind == AWSCLI {
			lines = breakCommand(visible(s.Text), columns)
		}
		step.Lines = append(step.Lines, lines...)
		step.Escaped = step.Escaped || visible(s.Text) != s.Text
		step.Folded = len(step.Lines) > long
	}
	return shown
}
