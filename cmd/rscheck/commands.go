package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/report"
)

// leadHome makes the commands of an answer run where its target is: with the profile
// that it was found with, and, where a role led to its account, not before whoever
// pastes them has been told which account that is. A cluster of the same name in
// another one would take them as well.
func (o *awsOptions) leadHome(t *report.Target) {
	away := len(o.roleARNs) > 0 || o.accounts != ""
	if o.profile == "" && !away {
		return
	}
	for i := range t.Results {
		steps := t.Results[i].Remediation
		first := slices.IndexFunc(steps, func(r report.Remediation) bool { return r.Kind == report.AWSCLI })
		if first < 0 {
			continue
		}
		for j, step := range steps {
			if command, ok := strings.CutPrefix(step.Text, "aws "); ok && step.Kind == report.AWSCLI && o.profile != "" && !away {
				steps[j].Text = "aws --profile " + shellWord(o.profile) + " " + command
			}
		}
		if away && t.Account != "" {
			note := report.Remediation{Kind: report.Note, Text: "With credentials for account " + t.Account + ":"}
			t.Results[i].Remediation = slices.Insert(steps, first, note)
		}
	}
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// shellWord spells a word so that a POSIX shell takes it as one argument.
func shellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
