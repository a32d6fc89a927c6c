package report

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// sarifNotes are notifications of what could not be read.
type sarifNotes struct {
	list  []sarifNotification
	kinds []sarifRule
	index map[string]int
}

func newSARIFNotes(r Report, rules sarifRules, left int) sarifNotes {
	notes := sarifNotes{index: map[string]int{}}
	at := r.ScannedAt.UTC().Format(time.RFC3339)
	if left > 0 {
		notes.add("left_out", "Results were left out", sarifNotification{TimeUTC: at, Message: sarifText{
			Text: fmt.Sprintf("%s not in this file, which holds the worst only: the JSON report has all.", plural(left, "result is", "results are")),
		}})
	}
	// GitHub reads none of them, and a fleet that may not be read lacks much.
	const limit = 1000
	lacks := lackOf(r)
	for n, l := range lacks {
		if n == limit {
			notes.add("left_out", "Results were left out", sarifNotification{TimeUTC: at, Message: sarifText{
				Text: fmt.Sprintf("%d more could not be read.", len(lacks)-limit),
			}})
			break
		}
		note := sarifNotification{TimeUTC: at, Message: sarifText{Text: l.sentence()}}
		if i, ok := rules.index[visible(l.checks[0])]; ok {
			note.Rule = &sarifReference{ID: visible(l.checks[0]), Index: i}
		}
		reason := visible(cmp.Or(string(l.Reason), string(facts.Failed)))
		notes.add(reason, "Facts could not be read: "+strings.ReplaceAll(reason, "_", " "), note)
	}
	return notes
}

func (n *sarifNotes) add(kind, title string, note sarifNotification) {
	if _, ok := n.index[kind]; !ok {
		n.index[kind] = len(n.kinds)
		text := sarifText{Text: sentence(title)}
		n.kinds = append(n.kinds, sarifRule{
			ID: kind, Name: pascal(title), Short: text, Full: text,
			Help: sarifHelp{Text: text.Text, Markdown: prose(text.Text)}, Default: sarifConfiguration{Level: "warning"},
		})
	}
	note.Level, note.Descriptor = "warning", sarifReference{ID: kind, Index: n.index[kind]}
	n.list = append(n.list, note)
}

// lack is a fact that a target lacks, and the checks that wait for it.
type lack struct {
	facts.Unknown
	target *Target
	checks []string
}

func lackOf(r Report) []*lack {
	var lacks []*lack
	for _, target := range withScan(r) {
		known := map[facts.Unknown]*lack{}
		for _, result := range target.Results {
			for _, u := range result.Missing {
				if known[u] == nil {
					known[u] = &lack{Unknown: u, target: target}
					lacks = append(lacks, known[u])
				}
				known[u].checks = append(known[u].checks, result.Check)
			}
		}
	}
	return lacks
}

func (l *lack) sentence() string {
	about := l.target.ID + ": "
	waiting := " It leaves unknown: " + strings.Join(once(l.checks), ", ")
	if l.target.isScan() {
		about, waiting = "", ""
	}
	text := sentence(shown(about+l.Path+" could not be read ("+strings.ReplaceAll(string(l.Reason), "_", " ")+"): "+l.Detail, 4000))
	if waiting != "" {
		text += sentence(shown(waiting, 4000))
	}
	return sarifPlain.Replace(text)
}
