package redshift

import "strings"

// accessList is who was granted what, as the server writes it:
// "etl=arwd/boss,group loaders=r/boss,=r/boss". The empty name is PUBLIC.
type accessList string

// grantsSelect reports whether the user, by name, was granted SELECT.
func (a accessList) grantsSelect(user string) bool {
	for list := string(a); list != ""; {
		// Redshift marks who is no user: "group" and a name, as it is in quotes
		// where it needs them.
		rest, group := strings.CutPrefix(list, "group ")
		name, rest := cutName(rest)
		rights, rest, _ := strings.Cut(rest, "/")
		_, rest = cutName(rest) // who granted it
		list = strings.TrimPrefix(rest, ",")
		if name == user && !group && strings.HasPrefix(rights, "=") && strings.Contains(rights, "r") {
			return true
		}
	}
	return false
}

// cutName takes a name off the beginning of text. One that is not made of letters,
// digits and underscores alone is in quotes, which are doubled within it.
func cutName(text string) (name, rest string) {
	if !strings.HasPrefix(text, `"`) {
		i := strings.IndexAny(text, "=/,")
		if i < 0 {
			return text, ""
		}
		return text[:i], text[i:]
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '"':
			b.WriteByte(text[i])
		case strings.HasPrefix(text[i+1:], `"`):
			b.WriteByte('"')
			i++
		default:
			return b.String(), text[i+1:]
		}
	}
	return b.String(), ""
}
