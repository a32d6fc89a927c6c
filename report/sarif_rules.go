package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// sarifRules are the rules of a run and where each stands.
type sarifRules struct {
	list  []sarifRule
	index map[string]int
}

// newSARIFRules makes a rule of each Rule given, and of each other check that the
// items are of.
func newSARIFRules(given []Rule, items []item) sarifRules {
	byID := map[string]Rule{}
	for _, r := range given {
		byID[visible(r.ID)] = r
	}
	for _, i := range items { // the worst first, so a rule is as grave as its worst result
		if _, known := byID[visible(i.Check)]; !known {
			byID[visible(i.Check)] = Rule{ID: i.Check, Title: i.Title, Severity: i.Severity, URL: i.URL}
		}
	}
	rules := sarifRules{list: []sarifRule{}, index: map[string]int{}}
	for n, id := range slices.Sorted(maps.Keys(byID)) {
		rules.list = append(rules.list, byID[id].sarif())
		rules.index[id] = n
	}
	return rules
}

func (r Rule) sarif() sarifRule {
	severity := r.Severity.known()
	level := sarifLevel(severity)
	title := cmp.Or(r.Title, r.ID)
	return sarifRule{
		ID: visible(r.ID), Name: pascal(r.Title), HelpURI: httpsURL(r.URL),
		Short: sarifText{sarifSummary(title)}, Full: sarifText{sarifSummary(cmp.Or(r.Description, title))},
		Help: r.help(), Default: sarifConfiguration{Level: level},
		Properties: &sarifRuleProperties{
			Tags: r.tags(), Precision: "high",
			ProblemSeverity: map[string]string{"error": "error", "warning": "warning", "note": "recommendation"}[level],
			// In the middle of GitHub's ranges, for their ends are ambiguous.
			SecuritySeverity: map[Severity]string{Critical: "9.5", High: "8.0", Medium: "5.5", Low: "2.0"}[severity],
		},
	}
}

// sarifSummary is a sentence of at most the 1,024 characters that GitHub takes.
func sarifSummary(s string) string {
	return sentence(shown(sarifPlain.Replace(s), 1000))
}

// tags are unique. GitHub reads security-severity where there is the tag
// "security".
func (r Rule) tags() []string {
	tags := []string{"redshift"}
	if r.Severity.known() != Info {
		tags = append(tags, "security")
	}
	if area := areaOf(r.ID); !slices.Contains(tags, area) {
		tags = append(tags, area)
	}
	slices.Sort(tags)
	return tags
}

// areaOf is what a check is about, in a word.
func areaOf(check string) string {
	area := strings.TrimRight(check, "0123456789")
	if word, ok := map[string]string{
		"NET": "network", "CLU": "cluster", "SQL": "database", "SEC": "security", scanCheck: scanID,
	}[area]; ok {
		return word
	}
	return strings.ToLower(cmp.Or(ascii(area), "other"))
}

// help explains the rule in paragraphs.
func (r Rule) help() sarifHelp {
	var plain, marked []string
	say := func(words ...string) {
		text := sentence(shown(strings.Join(words, ""), 4000))
		plain, marked = append(plain, text), append(marked, prose(text))
	}
	say(cmp.Or(r.Description, r.Title, r.ID))
	if r.Remediation != "" {
		say("To mend it: ", r.Remediation)
	}
	if len(r.Conflicts) > 0 {
		say("These ask for the opposite: ", strings.Join(r.Conflicts, ", "))
	}
	for _, url := range append([]string{r.URL}, r.Related...) {
		if url = httpsURL(url); url != "" {
			plain, marked = append(plain, url), append(marked, "<"+url+">")
		}
	}
	return sarifHelp{Text: strings.Join(plain, "\n\n"), Markdown: strings.Join(marked, "\n\n")}
}

// httpsURL returns an https address that is fit to stand in any text as it is,
// or nothing.
func httpsURL(s string) string {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || rest == "" || len(s) > 1000 || ascii(rest[:1]) == "" || strings.Trim(rest, urlCharacters) != "" {
		return ""
	}
	return s
}

const urlCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/#?=&%+"

// pascal makes one name of the words of a title, as SARIF asks of rules.
func pascal(title string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(title) {
		if word = ascii(word); word != "" && b.Len() < 100 {
			b.WriteString(strings.ToUpper(word[:1]) + strings.ToLower(word[1:min(len(word), 100)]))
		}
	}
	return b.String()
}

// ascii leaves the letters and digits of s.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
