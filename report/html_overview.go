package report

import (
	"fmt"
	"strings"
)

// overviewRow is a target in the table of all.
type overviewRow struct {
	Mark                    mark
	Rank                    int
	Name, Anchor            string
	Kind, Account, Region   string
	Path                    mark
	PathRank                int
	Fail, Unknown, Severity int
	Checks                  string
}

func (t *text) overviewRow(target Target, anchor string) overviewRow {
	c := Count(target.Results)
	row := overviewRow{
		Mark: markOfVerdict(target.Verdict), Rank: target.Verdict.rank(), Name: target.Name, Anchor: anchor,
		Kind: string(target.Kind), Account: target.Account, Region: target.Region, Fail: c.Fail, Unknown: c.Unknown,
		Severity: len(Severities),
	}
	row.Path, row.PathRank = pathOf(target.Paths)
	var checks []string
	for _, result := range target.Results {
		if result.Outcome.rank() > Unknown.rank() {
			continue
		}
		row.Severity = min(row.Severity, result.Severity.Rank())
		checks = append(checks, result.Check)
	}
	checks = once(checks)
	const few = 3
	row.Checks = strings.Join(checks[:min(few, len(checks))], ", ")
	if n := len(checks) - few; n > 0 {
		row.Checks += fmt.Sprintf(" +%d", n)
	}
	return row
}

// pathOf is the verdict of the network as a whole: one region of the loader that
// gets through is enough.
func pathOf(paths []Path) (mark, int) {
	if len(paths) == 0 || notAsked(paths) {
		return mark{"none", "not asked"}, 3
	}
	count, _ := partAside(paths)
	regions := regionsOf(count)
	verdict := "reachable"
	if len(reachableFrom(regions)) == 0 {
		verdict = "blocked"
		for _, r := range regions {
			if pathRank(r.verdict) > pathRank(verdict) {
				verdict = r.verdict
			}
		}
	}
	return markOfPath(verdict), pathRank(verdict)
}

func markOfPath(verdict string) mark {
	switch verdict {
	case "reachable":
		return mark{"good", "reachable"}
	case "blocked":
		return mark{"bad", "blocked"}
	default:
		return mark{"doubt", "unknown"}
	}
}
