//go:build unix

package truth

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/report"
)

// disagreement is a place where rscheck and the truth part.
type disagreement struct {
	// check and login tell it from others of the same scenario.
	check, login string
	text         string
}

func (d disagreement) same(other disagreement) bool {
	return d.check == other.check && d.login == other.login
}

func (d disagreement) String() string { return fmt.Sprintf("%s as %s: %s", d.check, d.login, d.text) }

// agree holds the verdicts of one login against the truth.
func (t *truth) agree(s *scenario, login string, v verdicts, tally *tally) []disagreement {
	var found []disagreement
	expected := t.expect(s)
	for _, check := range judged {
		want, excuse := t.seen(s, login, check, expected[check]), t.excuse(s, check, login)
		tally.count(check, login, v.outcome(check), excuse)
		text := differs(v[check], v.outcome(check), want, excuse)
		if schema := systemSchemas[check]; schema != "" && text == "" && v.outcome(check) == report.Fail {
			if lacks := t.lacks(schema, login); !slices.ContainsFunc(lacks, func(l string) bool { return strings.HasSuffix(v[check][0].Message, " lacks "+l) }) {
				text = "when tried, the loader lacks " + lacks[0]
			}
		}
		if text != "" {
			found = append(found, disagreement{check, login, text + "\n" + explain(v[check])})
		}
	}
	return found
}

// differs tells how the results of a check differ from what is expected, if they do.
func differs(results []report.Result, got report.Outcome, want expectation, excuse string) string {
	fails := failures(results)
	switch {
	case got == report.Pass && excuse == onlyLogin:
		return "pass, and " + excuse
	case got == report.Unknown && excuse == "":
		return fmt.Sprintf("unknown, and nothing was hidden: it is %s", want.outcome())
	case got == report.Unknown:
		if slices.ContainsFunc(results, func(r report.Result) bool { return len(r.Missing) == 0 }) {
			return "unknown, and nothing is said to be missing"
		}
	case got != want.outcome():
		return fmt.Sprintf("%s, and when tried %s: %v", got, want.outcome(), slices.Sorted(maps.Keys(want.fails)))
	case excuse != "" && within(fails, want.fails):
		// What is not hidden is told.
	case got == report.Fail && !maps.Equal(fails, want.fails):
		return "the subjects are others (-tried +rscheck):\n" + cmp.Diff(want.fails, fails)
	}
	return ""
}

// lacks is what the loader lacks of a system schema, in words: all of it, or, where
// the catalogs that list it are hidden, what hides the rest.
func (t *truth) lacks(schema, login string) []string {
	usage := "USAGE on " + schema
	r := t.reads[schema]
	reading := "SELECT on " + schema + "." + strings.Join(r.denied, ", "+schema+".")
	switch {
	case len(r.denied) == 0:
		return []string{usage}
	case r.usable:
		return []string{reading}
	case t.hidden[login]["pg_class"] || t.hidden[login]["pg_namespace"] || t.hidden[login]["pg_user"] && login == auditor:
		return []string{reading + " and " + usage, usage}
	default:
		return []string{reading + " and " + usage}
	}
}

func failures(results []report.Result) map[string]report.Severity {
	fails := map[string]report.Severity{}
	for _, r := range results {
		if r.Outcome == report.Fail {
			fails[r.Subject] = r.Severity
		}
	}
	return fails
}

func within(part, whole map[string]report.Severity) bool {
	for subject, severity := range part {
		if whole[subject] != severity {
			return false
		}
	}
	return true
}

func outcomes(results []report.Result) string {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "  %s %s %q\n", r.Outcome, r.Severity, r.Subject)
	}
	return b.String()
}

func explain(results []report.Result) string {
	var b strings.Builder
	for _, r := range results {
		fmt.Fprintf(&b, "  %s %s %q: %s\n", r.Outcome, r.Severity, r.Subject, r.Message)
	}
	return b.String()
}

// ready holds the verdict as a whole against the loader's work as a whole.
func (t *truth) ready(s *scenario, login string, v verdicts, tally *tally) []disagreement {
	var found []disagreement
	say := func(format string, args ...any) {
		found = append(found, disagreement{"verdict", login, fmt.Sprintf(format, args...)})
	}
	verdict := report.Decide(v.all(), report.High)
	tally.verdict(login, verdict)
	if login == auditor {
		if verdict == report.Ready {
			say("ready, though nobody saw that the loader's password works")
		}
		// As with --skip SQL013.
		delete(v, "SQL013")
		verdict = report.Decide(v.all(), report.High)
	}
	works := t.present && t.exists && !t.expired && !t.readOnly && len(t.refusals) == 0
	if login == s.loader {
		works = works && t.logins[login] == ""
	}
	switch {
	case verdict == report.Ready && !works:
		say("ready, and the loader is refused: %s", strings.Join(t.refusals, "; "))
	case verdict == report.Ready && t.pins > 0:
		tally.reasons["ready, though a bound view keeps DROP COLUMN from working"]++
	case verdict == report.Ready && t.logins[s.loader] != "":
		tally.reasons["all well as the auditor sees it, and the loader's login ends with "+t.logins[s.loader]]++
	case verdict == report.NotReady && works && len(t.brokenComments()) == 0:
		say("not ready, and all works:\n%s", explain(v.all()))
	case verdict == report.NotReady && !slices.ContainsFunc(t.refusals, func(r string) bool { return !strings.Contains(r, ": COMMENT ON SCHEMA ") }) && len(t.refusals) > 0:
		tally.reasons["not ready, and PostgreSQL refuses only what a schema's owner may do"]++
	}
	return found
}

func (t *truth) brokenComments() []string {
	var broken []string
	for _, table := range t.tables {
		if table.marked && table.comment == "broken" {
			broken = append(broken, subject(table.schema, table.table))
		}
	}
	return broken
}

// witnesses holds what the two logins made of the same database against each
// other, where both could see all that it rests on.
func (t *truth) witnesses(s *scenario, loader, auditing verdicts) []disagreement {
	var found []disagreement
	if t.logins[s.loader] != "" || t.logins[auditor] != "" {
		return nil
	}
	said := explain
	if len(t.hidden[s.loader])+len(t.hidden[auditor]) > 0 {
		said = outcomes // what is hidden may be part of the evidence
	}
	for _, check := range judged {
		if check == "SQL013" || t.excuse(s, check, s.loader) != "" || t.excuse(s, check, auditor) != "" {
			continue
		}
		if a, b := said(loader[check]), said(auditing[check]); a != b {
			found = append(found, disagreement{check, "both", "as the loader:\n" + a + "as the auditor:\n" + b})
		}
	}
	return found
}

// disagreements makes a scenario and returns where rscheck and the truth part in
// it. To mend is to do what rscheck says and look again.
func (w *world) disagreements(ctx context.Context, s *scenario, mend bool, tally *tally) ([]disagreement, error) {
	var found []disagreement
	err := w.with(ctx, s, func(p *place) error {
		t, err := p.try(ctx)
		if err != nil {
			return err
		}
		for _, c := range t.contradictions {
			found = append(found, disagreement{"the trials", "the loader", c})
		}
		loader, err := p.judge(ctx, s.loader)
		if err != nil {
			return err
		}
		auditing, err := p.judge(ctx, auditor)
		if err != nil {
			return err
		}
		found = slices.Concat(
			found,
			t.agree(s, s.loader, loader, tally), t.agree(s, auditor, auditing, tally), t.witnesses(s, loader, auditing),
			t.ready(s, s.loader, loader, tally), t.ready(s, auditor, auditing, tally),
		)
		if mend && t.logins[s.loader] != noRoom {
			d, err := p.mend(ctx, tally)
			found = append(found, d...)
			return err
		}
		return nil
	})
	return found, err
}

// shrink drops from a scenario all that its disagreement does not need: first
// many steps at a time, then one by one.
func (w *world) shrink(ctx context.Context, s *scenario, d disagreement) (*scenario, disagreement) {
	keep := func(smaller *scenario) bool {
		found, err := w.disagreements(ctx, smaller, d.check == "remedy", newTally())
		i := slices.IndexFunc(found, d.same)
		if err != nil || i < 0 {
			return false // it cannot be made so, or there is nothing wrong with it
		}
		s, d = smaller, found[i]
		return true
	}
	for size := max(len(s.steps)/2, 1); ; size /= 2 {
		for changed := true; changed; {
			changed = false
			// The last first: nothing depends on them.
			for end := len(s.steps); end > 0; end -= size {
				changed = keep(s.without(max(end-size, 0), end)) || changed
			}
			changed = changed && size == 1
		}
		if size == 1 {
			break
		}
	}
	for i := len(s.schemas) - 1; i >= 0; i-- {
		keep(s.unnamed(i))
	}
	return s, d
}
