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

// expectation is what the truth makes of a check: failures by subject, or none,
// or no object to ask about.
type expectation struct {
	void  bool
	fails map[string]report.Severity
}

func (e expectation) outcome() report.Outcome {
	switch {
	case e.void:
		return report.NotApplicable
	case len(e.fails) > 0:
		return report.Fail
	}
	return report.Pass
}

func (e expectation) fail(subject string, severity report.Severity) { e.fails[subject] = severity }

// expect tells what each check comes to.
func (t *truth) expect(s *scenario) map[string]expectation {
	expected := map[string]expectation{}
	for _, check := range judged {
		expected[check] = expectation{fails: map[string]report.Severity{}, void: !t.present && check != "SQL002" || t.present && !t.exists && check != "SQL001" && check != "SQL002"}
	}
	failIf := func(wrong bool, check, subject string, severity report.Severity) {
		if wrong {
			expected[check].fail(subject, severity)
		}
	}
	failIf(t.present && (!t.exists || t.expired), "SQL001", s.loader, report.Critical)
	failIf(!t.present, "SQL002", s.database, report.Critical)
	if !t.present || !t.exists {
		return expected
	}
	failIf(!t.create, "SQL003", s.database, report.Critical)
	for schema, tried := range t.schemas {
		failIf(!tried.owned || !tried.works, "SQL004", subject(schema), report.Critical)
	}
	marked := 0
	for _, table := range t.tables {
		failIf(!table.works, "SQL005", subject(table.schema, table.table), report.Critical)
		failIf(table.bound, "SQL009", subject(table.schema, table.table), report.Medium)
		if table.marked {
			marked++
			failIf(table.comment == "missing", "SQL008", subject(table.schema, table.table), report.Medium)
			failIf(table.comment == "broken", "SQL008", subject(table.schema, table.table), report.High)
		}
	}
	void := func(check string, nothing bool) { expected[check] = expectation{nothing, expected[check].fails} }
	void("SQL004", len(t.schemas) == 0)
	void("SQL005", len(t.tables) == 0)
	void("SQL008", marked == 0)
	void("SQL009", len(t.tables) == 0)
	for check, schema := range systemSchemas {
		failIf(!t.reads[schema].usable || len(t.reads[schema].denied) > 0, check, schema, report.Critical)
	}
	failIf(t.superuser || s.admin == s.loader, "SEC006", s.loader, report.Medium)
	return expected
}

var systemSchemas = map[string]string{"SQL006": "information_schema", "SQL007": "pg_catalog"}

// restsOn are the relations that a check cannot be told without, for the auditor
// and for the loader's user, of whom its own login and what it is refused tell
// something.
var restsOn = map[string]struct{ auditor, loader []string }{
	"SQL001": {auditor: []string{"pg_user"}},
	"SQL002": {},
	"SQL003": {[]string{"pg_user", "pg_database"}, []string{"pg_user", "pg_database"}},
	"SQL004": {[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute"}, []string{"pg_user", "pg_namespace", "pg_class", "pg_attribute"}},
	"SQL005": {[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute"}, []string{"pg_namespace", "pg_class", "pg_attribute"}},
	"SQL006": {auditor: []string{"pg_user", "pg_namespace", "pg_class"}},
	"SQL007": {auditor: []string{"pg_user", "pg_namespace", "pg_class"}},
	"SQL008": {
		[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute", "pg_description"},
		[]string{"pg_namespace", "pg_class", "pg_attribute", "pg_description"},
	},
	"SQL009": {
		[]string{"pg_user", "pg_namespace", "pg_class", "pg_attribute", "pg_depend"},
		[]string{"pg_namespace", "pg_class", "pg_attribute", "pg_depend"},
	},
	"SEC006": {auditor: []string{"pg_user"}},
	"SQL013": {},
}

// excuse is why a check may be unknown to a login, empty where nothing excuses it.
func (t *truth) excuse(s *scenario, check, login string) string {
	switch code := t.logins[login]; {
	case code == noDatabase:
		return ""
	case code == badPassword && check == "SQL001":
		return "" // the refusal is the answer
	case code != "":
		return "the login ends with " + code
	case check == "SQL013" && login == auditor:
		return "only a login as the loader tells"
	case check == "SQL001" && t.never:
		return "rscheck does not know -infinity as the end of a password"
	}
	rests := restsOn[check].auditor
	if login == s.loader {
		rests = restsOn[check].loader
	}
	for _, r := range rests {
		if t.hidden[login][r] {
			return r + " is hidden"
		}
	}
	return ""
}

// agree holds the verdicts of one login against the truth.
func (t *truth) agree(s *scenario, login string, v verdicts, tally *tally) []disagreement {
	var found []disagreement
	expected := t.expect(s)
	for _, check := range judged {
		want, got, excuse := expected[check], v.outcome(check), t.excuse(s, check, login)
		say := func(format string, args ...any) {
			text := fmt.Sprintf(format, args...) + "\n" + explain(v[check])
			found = append(found, disagreement{check, login, text})
		}
		outcome := want.outcome()
		switch {
		case check == "SQL001" && login == s.loader && t.logins[login] == badPassword:
			outcome, want = report.Fail, expectation{fails: map[string]report.Severity{s.loader: report.Critical}}
		case check == "SEC006" && s.admin == s.loader && got == report.Fail && excuse != "":
			// AWS told so; the database need not be there.
			outcome, want = got, expectation{fails: map[string]report.Severity{s.loader: report.Medium}}
		case check == "SQL013" && login == auditor && t.present:
			outcome = report.Unknown
		}
		tally.count(check, login, got, excuse)
		switch {
		case got == report.Unknown && excuse == "":
			say("unknown, and nothing was hidden: it is %s", outcome)
		case got == report.Unknown:
			for _, r := range v[check] {
				if len(r.Missing) == 0 {
					say("unknown, and nothing is said to be missing")
				}
			}
		case got != outcome:
			say("%s, and when tried %s: %v", got, outcome, slices.Sorted(maps.Keys(want.fails)))
		case got == report.Fail:
			fails := failures(v[check])
			if excuse != "" && within(fails, want.fails) {
				break // what is not hidden is told
			}
			if diff := cmp.Diff(want.fails, fails); diff != "" {
				say("the subjects are others (-tried +rscheck):\n%s", diff)
			}
		}
		if schema := systemSchemas[check]; schema != "" && got == report.Fail && outcome == got {
			if want := t.complaints(schema, login); !slices.ContainsFunc(want, func(c string) bool { return strings.HasSuffix(v[check][0].Message, " lacks "+c) }) {
				say("when tried, the loader lacks %s", want[0])
			}
		}
	}
	return found
}

// complaints are what the loader lacks, in words: all of it, or, where the
// catalogs that list it are hidden, what hides the rest.
func (t *truth) complaints(schema, login string) []string {
	usage := "USAGE on " + schema
	switch r := t.reads[schema]; {
	case len(r.denied) == 0:
		return []string{usage}
	case r.usable:
		return []string{"SELECT on " + strings.Join(r.denied, ", ")}
	case t.hidden[login]["pg_class"] || t.hidden[login]["pg_namespace"] || t.hidden[login]["pg_user"]:
		return []string{"SELECT on " + strings.Join(r.denied, ", ") + " and " + usage, usage}
	default:
		return []string{"SELECT on " + strings.Join(r.denied, ", ") + " and " + usage}
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
	works := t.present && t.exists && !t.expired && len(t.refusals) == 0
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
		if mend && t.logins[s.loader] != noRoom && !t.never {
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
