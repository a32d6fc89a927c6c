//go:build unix

package truth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/report"
)

// mendable are the checks whose remedies are SQL that an admin runs as it is.
var mendable = []string{"SQL001", "SQL002", "SQL003", "SQL004", "SQL005", "SQL006", "SQL007"}

// mend does what rscheck says, until it says nothing more, and tries the loader's
// work again. It changes the place for good.
func (p *place) mend(ctx context.Context, tally *tally) ([]disagreement, error) {
	changed := *p.scenario
	changed.password = password // as rscheck says: type the same into the loader
	p.scenario = &changed
	say := func(format string, args ...any) ([]disagreement, error) {
		return []disagreement{{"remedy", "both", fmt.Sprintf(format, args...)}}, nil
	}
	for round := 0; ; round++ {
		auditing, err := p.judge(ctx, auditor)
		if err != nil {
			return nil, err
		}
		loader, err := p.judge(ctx, p.loader)
		if err != nil {
			return nil, err
		}
		steps := remedies(auditing, auditor)
		// The loader's own login does not tell why it is refused; the auditor's
		// answer comes first.
		if len(steps) == 0 {
			steps = remedies(loader, p.loader)
		}
		if len(steps) == 0 {
			tally.reasons[fmt.Sprintf("all well after %d rounds of remedies", round)]++
			return p.mended(ctx, loader, auditing)
		}
		if round == 6 {
			return say("after %d rounds of remedies rscheck still says %q", round, steps)
		}
		for _, step := range steps {
			if err := p.do(ctx, step); err != nil {
				return say("%s: %v", step, err)
			}
		}
	}
}

// mended holds what rscheck says when it says nothing more against the truth.
func (p *place) mended(ctx context.Context, loader, auditing verdicts) ([]disagreement, error) {
	t, err := p.try(ctx)
	if err != nil {
		return nil, err
	}
	var left []report.Result
	for _, check := range mendable {
		for _, r := range slices.Concat(loader[check], auditing[check]) {
			if r.Outcome == report.Fail || r.Outcome == report.Unknown {
				left = append(left, r)
			}
		}
	}
	if len(left) == 0 && t.logins[p.loader] == "" && len(t.refusals) == 0 {
		return nil, nil
	}
	return []disagreement{{"remedy", "both", fmt.Sprintf(
		"all that rscheck says is done, and the login ends with %q, refused is %q, and left is\n%s", t.logins[p.loader], t.refusals, explain(left))}}, nil
}

// remedies are the statements that a login is told to run: those that mend what
// failed, and those that show what is unknown.
func remedies(v verdicts, login string) []string {
	var steps []string
	for _, check := range mendable {
		for _, r := range v[check] {
			for _, remedy := range r.Remediation {
				if remedy.Kind == "sql" {
					steps = append(steps, strings.ReplaceAll(remedy.Text, "'<password>'", literal(password)))
				}
			}
			for _, missing := range r.Missing {
				if grant, _, ok := strings.Cut(missing.Detail, " to "); ok && strings.HasPrefix(grant, "grant ") {
					steps = append(steps, grant+" TO "+name(login))
				}
			}
		}
	}
	slices.Sort(steps)
	return slices.Compact(steps)
}

// do runs a statement as the admin.
func (p *place) do(ctx context.Context, statement string) error {
	if !strings.HasPrefix(statement, "CREATE DATABASE ") {
		return p.admin.run(ctx, statement)
	}
	if err := p.create(ctx); err != nil {
		return err
	}
	changed := *p.scenario
	changed.absent = false
	p.scenario = &changed
	return nil
}
