package report

import (
	"slices"
	"strings"
)

// breakCommand breaks a shell command into lines of at most width columns, each
// but the last ending in a backslash, so that what is copied still runs. Breaks
// stand between arguments only, and not behind an option. A command that
// cannot be cut safely stays one line.
func breakCommand(command string, width int) []string {
	arguments, ok := shellWords(command)
	if !ok || columns(command) <= width {
		return []string{command}
	}
	const hang, end = "    ", ` \`
	var lines []string
	line := ""
	for _, piece := range withValues(arguments) {
		switch {
		case line == "":
			line = piece
		case columns(line+" "+piece+end) <= width:
			line += " " + piece
		default:
			lines = append(lines, line+end)
			line = hang + piece
		}
	}
	return append(lines, line)
}

// withValues joins each option with the value behind it.
func withValues(arguments []string) []string {
	var pieces []string
	option := false
	for _, a := range arguments {
		if option && !strings.HasPrefix(a, "-") {
			pieces[len(pieces)-1] += " " + a
			option = false
			continue
		}
		pieces = append(pieces, a)
		option = strings.HasPrefix(a, "-")
	}
	return pieces
}

// shellWords cuts a command at the spaces outside of quotes. It gives up on what
// a backslash and a line break could change: an open quote, a comment, a
// substitution, a doubled space.
func shellWords(command string) ([]string, bool) {
	var words []string
	var quote byte
	start := 0
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == '\\' && quote != '\'':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ' ':
			words = append(words, command[start:i])
			start = i + 1
		case c == '#' || c == '`' || c == '$':
			return nil, false
		}
	}
	words = append(words, command[start:])
	if slices.Contains(words, "") {
		return nil, false
	}
	return words, quote == 0
}
