// Package waivers lets findings be accepted for a time, in writing.
//
// A waiver names a check, whom and what it is about, why, and until when. A
// waived finding stays in the report and decides nothing. A waiver never hides
// an unknown: what nobody saw, nobody can accept.
package waivers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/rscheck/rscheck/report"
)

// Waiver accepts the findings of one check. An empty Target or Subject stands
// for all; an asterisk in one stands for any run of characters.
type Waiver struct {
	Check string
	// Target is matched with the name of a target and with its id.
	Target  string
	Subject string
	// Reason is why the finding is accepted. It is a must.
	Reason string
	// Expires is the last day, as 2026-12-31 in UTC. One that is malformed has
	// expired. Without it the waiver does not expire.
	Expires string
	Ticket  string
}

// Parse reads a YAML document with a list of waivers under the key "waivers".
// The name is the file's, for errors. An unknown key, a waiver without check or
// without reason is an error that tells its place.
func Parse(name string, text []byte) ([]Waiver, error) {
	root, err := Document(name, text)
	if err != nil || root == nil {
		return nil, err
	}
	if root.Kind != yaml.MappingNode || len(root.Content) != 2 || root.Content[0].Value != "waivers" {
		return nil, fmt.Errorf("%s:%d: want one key, waivers, and a list of them", name, root.Line)
	}
	return List(name, root.Content[1])
}

// Document reads a text that holds one YAML document, nil where it is empty. A
// second one is an error: its settings would be passed over.
func Document(name string, text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	err := decoder.Decode(&first)
	if err == nil {
		err = decoder.Decode(&second)
	}
	switch {
	case err == nil:
		return nil, fmt.Errorf("%s:%d: want one YAML document, found a second one", name, second.Line)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(first.Content) == 0:
		return nil, nil
	}
	return first.Content[0], nil
}

// List reads a list of waivers in the file of that name.
func List(name string, list *yaml.Node) ([]Waiver, error) {
	if list.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("%s:%d: waivers: want a list", name, list.Line)
	}
	var waivers []Waiver
	for _, item := range list.Content {
		w, err := parse(item)
		if err != nil {
			return nil, fmt.Errorf("%s:%w", name, err)
		}
		waivers = append(waivers, w)
	}
	return waivers, nil
}

// parse reads one waiver. Its error begins with the line.
func parse(node *yaml.Node) (w Waiver, err error) {
	if node.Kind != yaml.MappingNode {
		return w, fmt.Errorf("%d: want a waiver, as {check: NET004, reason: agreed}", node.Line)
	}
	fields := map[string]*string{
		"check": &w.Check, "target": &w.Target, "subject": &w.Subject,
		"reason": &w.Reason, "expires": &w.Expires, "ticket": &w.Ticket,
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		field, ok := fields[key.Value]
		switch {
		case !ok:
			return w, fmt.Errorf("%d: unknown key %q: want check, target, subject, reason, expires or ticket", key.Line, key.Value)
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
			// An empty target would stand for all of them.
			return w, fmt.Errorf("%d: %s: want a value", value.Line, key.Value)
		case *field != "":
			return w, fmt.Errorf("%d: %s is given twice", key.Line, key.Value)
		}
		*field = value.Value
	}
	switch {
	case w.Check == "":
		return w, fmt.Errorf("%d: check is missing: want the id of a check, as NET004", node.Line)
	case strings.TrimSpace(w.Reason) == "":
		return w, fmt.Errorf("%d: reason is missing: why is %s accepted?", node.Line, w.Check)
	}
	return w, nil
}

// Apply marks the findings that the waivers accept on the day of now, and notes
// the waivers that have expired or accept nothing. Call it before Report.Finish.
func Apply(r *report.Report, list []Waiver, now time.Time) {
	used := make([]bool, len(list))
	for t := range r.Targets {
		for i := range r.Targets[t].Results {
			result := &r.Targets[t].Results[i]
			if result.Outcome == report.Unknown || result.Outcome == report.NotApplicable {
				// What was not answered may need its waiver next time.
				for n, w := range list {
					used[n] = used[n] || w.asksOf(&r.Targets[t], result)
				}
			}
			if result.Outcome != report.Fail {
				continue
			}
			for n, w := range list {
				if !w.covers(&r.Targets[t], result) {
					continue
				}
				used[n] = true
				if why := w.expired(now); why != "" {
					result.Message += " (its waiver " + why + ")"
					continue
				}
				result.Outcome = report.Waived
				result.Waiver = &report.Waiver{Reason: w.Reason, Expires: w.Expires, Ticket: w.Ticket}
				break
			}
		}
	}
	for n, w := range list {
		if why := w.expired(now); why != "" {
			r.Notes = append(r.Notes, fmt.Sprintf("the waiver of %s %s: %s", w.name(), why, w.Reason))
		} else if !used[n] {
			r.Notes = append(r.Notes, fmt.Sprintf("the waiver of %s accepts nothing: take it away (%s)", w.name(), w.Reason))
		}
	}
	slices.Sort(r.Notes)
}

func (w Waiver) covers(t *report.Target, r *report.Result) bool {
	return w.asksOf(t, r) && match(w.Subject, r.Subject)
}

// asksOf reports whether the result is of the waiver's check and target.
func (w Waiver) asksOf(t *report.Target, r *report.Result) bool {
	return strings.EqualFold(w.Check, r.Check) && (match(w.Target, t.Name) || match(w.Target, t.ID))
}

// expired says how the waiver has come to its end, if it has.
func (w Waiver) expired(now time.Time) string {
	if w.Expires == "" {
		return ""
	}
	last, err := time.Parse(time.DateOnly, w.Expires)
	if err != nil {
		return fmt.Sprintf("counts as expired: %q is not a day like 2026-12-31", w.Expires)
	}
	if !now.UTC().Before(last.AddDate(0, 0, 1)) {
		return "expired on " + w.Expires
	}
	return ""
}

// name tells the waiver from others.
func (w Waiver) name() string {
	name := w.Check
	for _, part := range []string{w.Target, w.Subject} {
		if part != "" {
			name += " " + part
		}
	}
	return name
}

// match reports whether text fits the pattern: all of it, with * for any run of
// characters. An empty pattern fits everything.
func match(pattern, text string) bool {
	if pattern == "" {
		return true
	}
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) || !strings.HasSuffix(text[len(first):], last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}
