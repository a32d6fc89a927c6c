package report

import (
	"fmt"
	"io"

	"github.com/rscheck/rscheck/checks/facts"
)

// gitlabIssue is one entry of a code quality report. GitLab stops reading at the
// first that lacks one of these.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// GitLab writes findings and what could not be told as a GitLab code quality
// report. A finding stands at a path made of the resource's names, see
// Options.SARIFLocation for another.
func GitLab(w io.Writer, r Report, o Options) error {
	issues := []gitlabIssue{}
	seen := repeats{}
	for _, i := range items(r, Fail, Unknown) {
		fingerprint := i.hash()
		// Of equal ones GitLab keeps the last only.
		if n := seen.number(fingerprint); n > 1 {
			fingerprint += fmt.Sprintf("-%d", n)
		}
		path, line := i.location(o)
		issues = append(issues, gitlabIssue{
			Description: visible(i.Check) + " " + i.headline(), CheckName: visible(i.Check), Fingerprint: fingerprint,
			Severity: i.gitlabSeverity(), Location: gitlabLocation{Path: path, Lines: gitlabLines{Begin: line}},
		})
	}
	if err := facts.Encode(w, issues); err != nil {
		return fmt.Errorf("write GitLab report: %w", err)
	}
	return nil
}

func (i item) gitlabSeverity() string {
	if i.Outcome == Unknown {
		return "info"
	}
	return map[Severity]string{Critical: "blocker", High: "critical", Medium: "major", Low: "minor", Info: "info"}[i.Severity]
}
