package report

import (
	"fmt"
	"slices"
	"strings"
)

// targets tells of every target that is not ready, and of a ready one where it
// is the only one. Targets of which the same is to be said share one telling.
func (t *text) targets() {
	type telling struct {
		targets []Target
		body    string
	}
	var tellings []*telling
	byBody := map[string]*telling{}
	for _, target := range t.r.Targets {
		if len(t.r.Targets) > 1 && target.Verdict == Ready && !t.Verbose {
			continue
		}
		body := t.body(target)
		if body == "" {
			continue
		}
		if byBody[body] == nil {
			byBody[body] = &telling{body: body}
			tellings = append(tellings, byBody[body])
		}
		byBody[body].targets = append(byBody[body].targets, target)
	}
	for _, telling := range tellings {
		t.section(func() {
			t.titles(telling.targets)
			t.p.WriteString(telling.body)
		})
	}
}

// titles names the targets that are told of together.
func (t *text) titles(targets []Target) {
	if len(targets) == 1 {
		t.title(targets[0])
		return
	}
	var names []string
	for _, target := range targets {
		names = append(names, t.labels[target.ID])
	}
	t.p.list(nil, 2, strong, t.cut(names, 50))
}

// title names a target and tells what the header does not.
func (t *text) title(target Target) {
	items := []string{string(target.Kind)}
	if len(t.accounts) > 1 && target.Account != "" {
		items = append(items, "account "+target.Account)
	}
	if len(t.regions) > 1 && target.Region != "" {
		items = append(items, target.Region)
	}
	items = append(items, target.reached()...)
	t.p.items([]span{{target.Name, strong}, {text: " · "}}, items)
}

// reached is the target's endpoint, where its name does not say it, its database,
// and how the loader is set up for it.
func (t Target) reached() []string {
	var items []string
	if host := t.Endpoint.Host; host == "" {
		items = append(items, "no endpoint")
	} else if endpoint := fmt.Sprintf("%s:%d", host, t.Endpoint.Port); endpoint != t.Name {
		items = append(items, endpoint)
	}
	return slices.Concat(items, t.database(), t.setUp())
}

// database names the one that was looked into, in a list that is empty for none.
func (t Target) database() []string {
	if t.Login == nil || t.Login.Database == "" {
		return nil
	}
	return []string{"database " + t.Login.Database}
}

// setUp says how the loader is set up for the target, in a list that is empty where
// that is as in the report.
func (t Target) setUp() []string {
	if t.Loader == nil {
		return nil
	}
	return []string{"for " + strings.Join(t.Loader.words(), " ")}
}

// labels names each target, by its id, by the shortest of these that no other
// target has.
func labels(targets []Target) map[string]string {
	names := []func(Target) string{
		func(t Target) string { return t.Name },
		func(t Target) string { return t.Name + " in " + t.Region },
		func(t Target) string { return t.Name + " in account " + t.Account },
		func(t Target) string { return t.Name + " in account " + t.Account + ", " + t.Region },
		func(t Target) string { return t.ID },
	}
	chosen := map[string]string{}
	for i, name := range names {
		bearers := map[string]map[string]bool{}
		for _, t := range targets {
			if bearers[name(t)] == nil {
				bearers[name(t)] = map[string]bool{}
			}
			bearers[name(t)][t.ID] = true
		}
		for _, t := range targets {
			if _, done := chosen[t.ID]; !done && (len(bearers[name(t)]) == 1 || i == len(names)-1) {
				chosen[t.ID] = name(t)
			}
		}
	}
	return chosen
}

// seenAs tells whose eyes saw the database, where they are not those of the user
// it was asked about, and how, where that was not over a connection.
func (t Target) seenAs() string {
	if t.Login == nil {
		return ""
	}
	seen := "seen"
	if !t.Login.Succeeded() {
		seen = "not seen"
	}
	before := seen
	if t.Login.User != t.Login.About {
		seen += " as " + t.Login.User + " about " + t.Login.About
	}
	if t.Login.Via == "data-api" {
		seen += " over the Data API, not the network"
	}
	if seen == before {
		return ""
	}
	return seen
}

// seenAs is what all the targets have in common of that, empty for nothing.
func seenAs(targets []Target) string {
	if len(targets) == 0 {
		return ""
	}
	seen := targets[0].seenAs()
	for _, t := range targets {
		if t.seenAs() != seen {
			return ""
		}
	}
	return seen
}

// body is all that is said of a target below its title, empty where there is
// nothing.
func (t *text) body(target Target) string {
	c := Count(target.Results)
	if c.Fail == 0 && c.Unknown == 0 && target.Verdict == Ready && !t.Verbose {
		return ""
	}
	return string(t.capture(func() {
		t.section(func() { t.paths(target.Paths) })
		if t.Verbose {
			t.section(func() { t.exposure(target.Exposure) })
		}
		t.failures(target.Results)
		t.unknowns(target.Results)
		if t.Verbose {
			t.others(target.Results)
		}
		if len(t.r.Targets) > 1 {
			t.section(func() { t.foot(target) })
		}
	}))
}

// foot tells what remains to be said of one target of several.
func (t *text) foot(target Target) {
	items := once([]string{tally(Count(target.Results))})
	if seen := target.seenAs(); seen != "" && t.seenAs == "" {
		items = append(items, seen)
	}
	if len(items) > 0 {
		t.p.items([]span{{text: "  "}}, items)
	}
}

// tally counts what is neither wrong nor unknown.
func tally(c Counts) string {
	var parts []string
	if c.Pass > 0 {
		parts = append(parts, plural(c.Pass, "check passed", "checks passed"))
	}
	if c.NotApplicable > 0 {
		parts = append(parts, plural(c.NotApplicable, "does not apply", "do not apply"))
	}
	if c.Waived > 0 {
		parts = append(parts, plural(c.Waived, "finding waived", "findings waived"))
	}
	return strings.Join(parts, ", ")
}
