package report

import (
	"fmt"
	"strings"
)

// prose makes s one line of Markdown, or of HTML, that reads as s and does
// nothing: what means something to Markdown becomes a character reference, which
// builds no structure (CommonMark 0.31, 2.5). GitHub and GitLab look for mentions
// and for numbers of issues in what is shown, so an invisible space follows their
// signs.
func prose(s string) string { return reference(s, "&#8203;") }

// inCode shows a name as code, where mentions are not looked for. It is HTML, for
// a code span would need care in a table.
func inCode(s string) string { return "<code>" + reference(s, "") + "</code>" }

func reference(s, apart string) string {
	s = visible(s)
	var b strings.Builder
	for i, r := range s {
		rest := s[i+1:] // of an ASCII character
		switch {
		case strings.ContainsRune("@#", r):
			fmt.Fprintf(&b, "&#%d;%s", r, apart)
		case strings.ContainsRune("\\`*_{}[]<>&|~$^", r),
			r == ':' && strings.HasPrefix(rest, "/"),
			r == '.' && strings.HasSuffix(strings.ToLower(s[:i]), "www"):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// fenced shows lines as a block of code. Its fence is longer than any run of the
// same sign within, so nothing ends it early.
func fenced(language string, lines []string) string {
	text := ""
	for _, line := range lines {
		text += visible(line) + "\n"
	}
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", max(3, longest+1))
	return fence + language + "\n" + text + fence
}
