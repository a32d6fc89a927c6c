package report

import (
	"fmt"
	"slices"
	"strings"
)

// word is a verdict as it is read.
func word(v Verdict) span {
	switch v {
	case Ready:
		return span{"READY", good}
	case NotReady:
		return span{"NOT READY", bad}
	default:
		return span{"UNKNOWN", doubt}
	}
}

// cannotTell begins the sentence for something unknown, once.
func cannotTell(detail string) string {
	if strings.HasPrefix(strings.ToLower(detail), "cannot tell") {
		return detail
	}
	if detail == "" {
		detail = "no reason was recorded"
	}
	return "cannot tell: " + detail
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// and joins words as a sentence does.
func and(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

// cut shortens a list to limit entries, the last of them being how many more
// there are. With Verbose it stays whole.
func (t *text) cut(list []string, limit int) []string {
	if t.Verbose || len(list) <= limit {
		return list
	}
	return append(slices.Clone(list[:limit-1]), fmt.Sprintf("%d more", len(list)-limit+1))
}

// capital is how a loader's id begins a line.
func capital(id string) string {
	if id == "" {
		return "Loader"
	}
	if id[0] >= 'a' && id[0] <= 'z' {
		return string(id[0]-'a'+'A') + id[1:]
	}
	return id
}

// once returns the words in order, each once.
func once(words []string) []string {
	return distinct(words, func(s string) string { return s })
}

// distinct returns the values that are not empty, in order, each once.
func distinct[T any](items []T, value func(T) string) []string {
	seen := map[string]bool{"": true}
	var values []string
	for _, item := range items {
		if v := value(item); !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	return values
}
