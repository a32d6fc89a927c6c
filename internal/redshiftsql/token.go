package redshiftsql

import "strings"

type kind uint8

const (
	word kind = iota
	quotedName
	literal
	number
	parameter
	sign
)

// token is a piece of SQL; space and comments are none.
type token struct {
	kind kind
	// text is as written.
	text string
	// folded is a word in lower case.
	folded     string
	start, end int
}

// is reports whether the token is a sign or, in lower case, a word.
func (t token) is(text string) bool {
	return t.kind == word && t.folded == text || t.kind == sign && t.text == text
}

// tokenizer reads SQL as Redshift does: a backslash in a literal takes its meaning
// from the character after it.
type tokenizer struct {
	text   string
	at     int
	tokens []token
}

// tokenize returns the tokens of a text; the problem is a literal, name or comment
// without end, and the tokens are those before it.
func tokenize(text string) ([]token, *Problem) {
	z := &tokenizer{text: text}
	for z.at < len(text) {
		start := z.at
		if problem := z.next(); problem != "" {
			return z.tokens, &Problem{
				Word: text[start:min(start+20, len(text))], Start: start, Why: "is " + problem, On: All,
				Refusal: Refusal{SQLState: "42601", Message: problem},
			}
		}
	}
	return z.tokens, nil
}

// next takes one token, comment or stretch of space. It returns what is wrong with
// it, empty for nothing.
func (z *tokenizer) next() string {
	rest, c := z.text[z.at:], z.text[z.at]
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
		z.at++
	case strings.HasPrefix(rest, "--"):
		z.at += untilLine(rest)
	case strings.HasPrefix(rest, "/*"):
		return z.comment()
	case c == '\'':
		return z.literal(0)
	case c == '"':
		return z.quotedName(0)
	case c == '$':
		return z.dollar()
	case digit(c) || c == '.' && len(rest) > 1 && digit(rest[1]):
		z.add(number, span(rest, func(b byte) bool { return digit(b) || b == '.' }))
	case nameStart(c):
		return z.word()
	case strings.HasPrefix(rest, "::") || strings.HasPrefix(rest, ":="):
		z.add(sign, 2)
	default:
		z.add(sign, 1)
	}
	return ""
}

// add takes the next n bytes as a token.
func (z *tokenizer) add(k kind, n int) {
	t := token{kind: k, text: z.text[z.at : z.at+n], start: z.at, end: z.at + n}
	if k == word {
		t.folded = fold(t.text)
	}
	z.tokens = append(z.tokens, t)
	z.at += n
}

// word takes a word, or what a prefix makes of the literal or name after it.
func (z *tokenizer) word() string {
	rest := z.text[z.at:]
	for _, prefix := range []string{"e", "b", "x", "n", "u&"} {
		if len(rest) <= len(prefix) || fold(rest[:len(prefix)]) != prefix {
			continue
		}
		switch rest[len(prefix)] {
		case '\'':
			return z.literal(len(prefix))
		case '"':
			if prefix == "u&" {
				return z.quotedName(len(prefix))
			}
		}
	}
	z.add(word, span(rest, nameByte))
	return ""
}

// literal takes a literal whose quote is skip bytes ahead.
func (z *tokenizer) literal(skip int) string {
	rest := z.text[z.at:]
	for i := skip + 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\':
			i++
		case rest[i] == '\'' && strings.HasPrefix(rest[i+1:], "'"):
			i++
		case rest[i] == '\'':
			z.add(literal, i+1)
			return ""
		}
	}
	z.at = len(z.text)
	return "unterminated quoted string"
}

func (z *tokenizer) quotedName(skip int) string {
	rest := z.text[z.at:]
	for i := skip + 1; i < len(rest); i++ {
		switch {
		case rest[i] == '"' && strings.HasPrefix(rest[i+1:], `"`):
			i++
		case rest[i] == '"':
			z.add(quotedName, i+1)
			return ""
		}
	}
	z.at = len(z.text)
	return "unterminated quoted identifier"
}

// dollar takes a parameter or a literal between dollars.
func (z *tokenizer) dollar() string {
	rest := z.text[z.at:]
	if n := span(rest[1:], digit); n > 0 {
		z.add(parameter, 1+n)
		return ""
	}
	tag := 1 + span(rest[1:], func(b byte) bool { return b != '$' && nameByte(b) })
	if tag >= len(rest) || rest[tag] != '$' {
		z.add(sign, 1)
		return ""
	}
	opening := rest[:tag+1]
	end := strings.Index(rest[len(opening):], opening)
	if end < 0 {
		z.at = len(z.text)
		return "unterminated dollar-quoted string"
	}
	z.add(literal, end+2*len(opening))
	return ""
}

// comment skips a comment, which may hold others.
func (z *tokenizer) comment() string {
	depth := 0
	for z.at < len(z.text) {
		rest := z.text[z.at:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			depth++
			z.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			z.at += 2
		default:
			z.at++
		}
		if depth == 0 {
			return ""
		}
	}
	return "unterminated /* comment"
}

func untilLine(text string) int {
	if i := strings.IndexAny(text, "\n\r"); i >= 0 {
		return i
	}
	return len(text)
}

// span is how many bytes at the beginning belong.
func span(text string, belongs func(byte) bool) int {
	for i := range len(text) {
		if !belongs(text[i]) {
			return i
		}
	}
	return len(text)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func nameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func nameByte(c byte) bool { return nameStart(c) || digit(c) || c == '$' }

// fold lowers ASCII letters only, for what the server does with others depends on
// its locale.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
}
