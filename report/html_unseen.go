package report

import (
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// unseen is what could not be seen, and what it would take.
type unseen struct {
	Permissions []need
	Others      []need
	Many        bool // there are several targets
}

// need is one thing that is missing and what waits for it.
type need struct {
	What    string
	Checks  string
	Targets int
}

// unseenIn collects what is missing throughout the report, each thing once.
func unseenIn(r *Report) unseen {
	type waiting struct {
		need
		permission bool
		checks     []string
		last       string
	}
	var all []*waiting
	index := map[string]*waiting{}
	add := func(u facts.Unknown, check, target string) {
		if u.Reason == facts.NotRequested {
			return
		}
		name, permission := permission(u)
		w := index[name]
		if w == nil {
			w = &waiting{need: need{What: name}, permission: permission}
			index[name] = w
			all = append(all, w)
		}
		if check != "" {
			w.checks = append(w.checks, check)
		}
		if target != "" && w.last != target {
			w.Targets++
			w.last = target
		}
	}
	for _, u := range r.Unknown {
		add(u, gapName(u.Path), "")
	}
	for _, target := range r.Targets {
		for _, result := range target.Results {
			for _, u := range result.Missing {
				add(u, result.Check, target.ID)
			}
		}
	}
	found := unseen{Many: len(r.Targets) > 1}
	for _, w := range all {
		w.Checks = strings.Join(once(w.checks), ", ")
		if w.permission {
			found.Permissions = append(found.Permissions, w.need)
		} else {
			found.Others = append(found.Others, w.need)
		}
	}
	return found
}
