package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// githubLimit is how many errors and how many warnings GitHub shows of one step.
const githubLimit = 10

// GitHub writes workflow commands, which GitHub Actions shows as annotations when
// they stand in the log of a step. Findings that decide the verdict are errors,
// lighter ones and what could not be told are warnings. GitHub shows ten of each
// and drops the rest without a word: these are the worst, what is said alike of
// several subjects is one, and the last line tells the verdict and how many are
// not there.
func GitHub(w io.Writer, r Report, _ Options) error {
	var out bytes.Buffer
	room := map[string]int{"error": githubLimit, "warning": githubLimit}
	var left []item
	for _, n := range notices(r) {
		level := "warning"
		if n.head().Outcome == Fail && n.head().decides(r) {
			level = "error"
		}
		if room[level] == 0 {
			left = append(left, n...)
			continue
		}
		room[level]--
		fmt.Fprintf(&out, "::%s title=%s::%s\n", level, githubProperty.Replace(n.title()), githubData.Replace(n.text()))
	}
	last := strings.Join(append([]string{verdictLine(r)}, remarks(r)...), "\n")
	if more := leftOut(left); more != "" {
		last += "\n" + more + " not shown here: the JSON report has all."
	}
	fmt.Fprintf(&out, "::notice title=rscheck::%s\n", githubData.Replace(last))
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("write GitHub report: %w", err)
	}
	return nil
}

// What the runner reads back in data and in properties (actions/runner,
// ActionCommand.cs).
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
