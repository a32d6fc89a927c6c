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
	Check string `yaml:"check"`
	// Target is matched with the name of a target and with its id.
	Target  string `yaml:"target"`
	Subject string `yaml:"subject"`
	// Reason is why the finding is accepted. It is a must.
	Reason string `yaml:"reason"`
	// Expires is the last day, as 2026-12-31 in UTC. One that is malformed has
	// expired. Without it the waiver does not expire.
	Expires string `yaml:"expires"`
	Ticket  string `yaml:"ticket"`
}

// Parse reads a YAML document with a list of waivers under the key "waivers".
// The name is the file's, for errors. An unknown key, a waiver without check or
// without reason is an error that tells its place.
func Parse(name string, text []byte) ([]Waiver, error) {
	var file struct {
		Waivers []Waiver `yaml:"waivers"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for i, w := range file.Waivers {
		switch {
		case w.Check == "":
			return nil, fmt.Errorf("%s: waivers[%d]: check is missing: want the id of a check, as NET004", name, i)
		case strings.TrimSpace(w.Reason) == "":
			return nil, fmt.Errorf("%s: waivers[%d]: reason is missing: why is %s accepted?", name, i, w.Check)
		}
	}
	return file.Waivers, nil
}

// Apply marks the findings that the waivers accept on the day of now, and notes
// the waivers that have expired or accept nothing. Call it before Report.Finish.
func Apply(r *report.Report, list []Waiver, now time.Time) {
	used := make([]bool, len(list))
	for t := range r.Targets {
		for i := range r.Targets[t].Results {
			result := &r.Targets[t].Results[i]
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
	return strings.EqualFold(w.Check, r.Check) && match(w.Subject, r.Subject) && (match(w.Target, t.Name) || match(w.Target, t.ID))
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
