package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for given, want := range map[string]string{
		"plain text, é 日本 😀 ✓": "plain text, é 日本 😀 ✓",
		"\x1b[31m":             `\x1b[31m`,
		"a\nb\r\tc":            `a\nb\r\tc`,
		"\x00\x07\x7f":         `\x00\a\x7f`,
		"\u009b31m\u0085":      `\u009b31m\u0085`,
		"\u202eabc\u2066":      `\u202eabc\u2066`,
		"\u200b\ufeff\u00ad":   `\u200b\ufeff\u00ad`,
		"\u2028\u2029\u00a0":   `\u2028\u2029\u00a0`,
		"\U000e0041":           `\U000e0041`,
		"\xff\xc3(":            `\xff\xc3(`,
		"\x05\x80":             `\x05\x80`,
		"\ufffd\ufffe":         "\ufffd" + `\ufffe`,
		`it's "a\b"`:           `it's "a\b"`,
		"":                     "",
	} {
		if got := visible(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}

func FuzzVisible(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := visible(s)
		if strings.ContainsFunc(got, func(r rune) bool { return r == '\n' || terminalActsOn(r) }) || !utf8.ValidString(got) {
			t.Errorf("%q became %q", s, got)
		}
		if again := visible(got); again != got {
			t.Errorf("%q became %q, then %q", s, got, again)
		}
	})
}

func TestColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "✓✗?·": 4, "日本": 4, "e\u0301": 1, "😀": 2, "ﾊﾝｶｸ": 4, "Ａ": 2} {
		if got := columns(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}
