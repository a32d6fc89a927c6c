package report

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// visible makes s fit for one line of a terminal or a log. What is not printed
// as a sign of its own (controls, line breaks, marks that turn the direction of
// writing, invisible characters, bytes that are no UTF-8) becomes an escape that
// can be seen, as Go writes it.
func visible(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString(`\x` + strconv.FormatUint(uint64(s[0])|0x100, 16)[1:])
		case hidden(r):
			q := strconv.QuoteRune(r)
			b.WriteString(q[1 : len(q)-1])
		default:
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	return b.String()
}

// hidden is true for U+FFFD too, which a byte that is no UTF-8 reads as.
func hidden(r rune) bool { return r == utf8.RuneError || !strconv.IsPrint(r) }
