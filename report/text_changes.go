package report

import (
	"fmt"
	"strings"
)

// changes tells how the report stands to its baseline.
func (t *text) changes() {
	var fresh, fixed []string
	unchanged := 0
	for _, target := range t.r.Targets {
		for _, r := range target.Results {
			switch r.Change {
			case New:
				fresh = append(fresh, t.reference(r.Check, target.ID, r.Subject))
			case Unchanged:
				unchanged++
			}
		}
	}
	for _, f := range t.r.Fixed {
		fixed = append(fixed, t.reference(f.Check, f.Target, f.Subject))
	}
	if len(fresh)+len(fixed)+unchanged == 0 {
		return
	}
	deciding := ""
	if t.r.NewOnly {
		deciding = "; only new findings decide"
	}
	t.p.prose([]span{{text: "  "}}, 2, fmt.Sprintf("since the baseline: %d new, %d fixed, %d unchanged%s", len(fresh), len(fixed), unchanged, deciding), plain)
	for _, change := range []struct {
		word string
		list []string
	}{{"new", fresh}, {"fixed", fixed}} {
		if len(change.list) > 0 {
			t.p.list([]span{{text: fmt.Sprintf("  %-7s", change.word)}}, 9, plain, t.cut(change.list, 12))
		}
	}
}

// reference names a result in few words.
func (t *text) reference(check, target, subject string) string {
	words := []string{check}
	if name := t.labels[target]; len(t.r.Targets) > 1 && name != "" {
		words = append(words, name)
	}
	if subject != "" {
		words = append(words, subject)
	}
	return strings.Join(words, " ")
}

// notes tells what decides nothing and should be known.
func (t *text) notes() {
	for _, note := range t.r.Notes {
		t.p.prose([]span{{text: "  note: "}}, 8, note, faint)
	}
}
