package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// right is one thing the loader's user must be allowed, and whether it is.
type right struct {
	Check  string
	Object string
	// Span is how many rows the object has, in the first of them, and 0 in the
	// others.
	Span   int
	Right  string
	Mark   mark
	Found  string
	Anchor string
}

// schemaTable is the schemas that are not as the loader needs them, against the
// checks that say so.
type schemaTable struct {
	Columns []string
	Rows    []schemaRow
	// Whole says that schemas without a row are in order.
	Whole bool
}

type schemaRow struct {
	Schema string
	Cells  []schemaCell
}

type schemaCell struct {
	Column string
	Mark   mark
	Found  []string
}

// rightChecks are the checks of privileges in the order in which a database's
// administrator would go through them. What an object of "" is called is up to the
// report.
var rightChecks = []struct {
	check, object, right string
	column               string // of the table of schemas, empty for none
}{
	{"SQL001", "user", "to log in", ""},
	{"SQL013", "user", "to log in with a standard driver", ""},
	{"SQL012", "user", "sessions and time enough", ""},
	{"SQL002", "database", "to be there, and not a datashare", ""},
	{"SQL003", "database", "CREATE", ""},
	{"SQL004", "schemas", "ownership", "Owner"},
	{"SQL005", "tables", "ownership", "Tables' owners"},
	{"SQL008", "tables", "primary keys in comments", "Keys in comments"},
	{"SQL009", "tables", "no bound view", "Bound views"},
	{"SQL010", "tables", "the loader's own columns", "Loader's columns"},
	{"SQL011", "tables", "names and counts within limits", "Limits"},
	{"SQL006", "information_schema", "USAGE, and SELECT on what the loader reads", ""},
	{"SQL007", "pg_catalog", "USAGE, and SELECT on what the loader reads", ""},
}

// rights draws the user's privileges from the results of their checks. Where not
// one of them is known, it says why instead.
func (t *text) rights(target Target) (rights []right, table schemaTable, instead []string) {
	user := t.r.loader(target).User
	if target.Login != nil {
		user = target.Login.About
	}
	table.Whole = true
	var columns [][]Result
	known := false
	for _, c := range rightChecks {
		results := ofCheck(target.Results, c.check)
		if len(results) == 0 {
			continue
		}
		r := right{Check: c.check, Object: c.object, Right: c.right}
		if c.object == "user" {
			r.Object = strings.TrimSpace("user " + user)
		}
		r.Mark, r.Found = state(results)
		rights = append(rights, r)
		known = known || judged(results)
		instead = append(instead, cmp.Or(r.Found, unknownMessage(results[0])))
		if c.column != "" {
			table.Columns = append(table.Columns, c.column)
			columns = append(columns, results)
			table.Whole = table.Whole && toldOfAll(results)
		}
	}
	if !known {
		return nil, schemaTable{}, once(instead)
	}
	for _, schema := range schemasIn(columns) {
		row := schemaRow{Schema: schema}
		for i, results := range columns {
			c := cell(results, schema)
			c.Column = table.Columns[i]
			row.Cells = append(row.Cells, c)
		}
		table.Rows = append(table.Rows, row)
	}
	spans(rights)
	return rights, table, nil
}

// judged is true where a result is neither unknown nor not applicable.
func judged(results []Result) bool {
	return slices.ContainsFunc(results, func(r Result) bool { return r.Outcome == Pass || r.Outcome == Fail || r.Outcome == Waived })
}

// toldOfAll is true where a check has told of every subject there is.
func toldOfAll(results []Result) bool {
	return !slices.ContainsFunc(results, func(r Result) bool { return r.Subject == "" && r.Outcome != Pass })
}

// spans counts the rows of each object.
func spans(rights []right) {
	first := 0
	for i := range rights {
		if rights[i].Object != rights[first].Object {
			first = i
		}
		rights[first].Span++
	}
}

func ofCheck(results []Result, check string) []Result {
	var own []Result
	for _, r := range results {
		if r.Check == check {
			own = append(own, r)
		}
	}
	return own
}

// state is the worst of the results of a check, and why.
func state(results []Result) (mark, string) {
	worst := slices.MinFunc(results, compareResults)
	switch worst.Outcome {
	case Fail:
		return mark{"bad", "no"}, strings.Join(phrasesOf(results, Fail), "; ")
	case Pass:
		return mark{"good", "yes"}, ""
	case Waived:
		return mark{"waived", "waived"}, strings.Join(phrasesOf(results, Waived), "; ")
	case NotApplicable:
		return mark{"none", "does not apply"}, worst.Message
	default:
		return mark{"doubt", "unknown"}, ""
	}
}

// phrasesOf says what was found of a few subjects, and of how many where it is the
// same for several.
func phrasesOf(results []Result, outcome Outcome) []string {
	var phrases []string
	for _, check := range byCheck(results, outcome) {
		for _, g := range fold(check) {
			said := brief(g.message)
			switch n := len(g.subjects); {
			case n == 0:
			case n == 1 && !g.named:
				said = strings.TrimSuffix(g.subjects[0]+": "+said, ": ")
			case n == 1 && said == "":
				said = g.subjects[0]
			case n > 1 && g.named || n > 1 && said == "":
				said = plural(n, "finding", "findings")
			case n > 1:
				said = fmt.Sprintf("%d × %s", n, said)
			}
			phrases = append(phrases, cmp.Or(said, "1 finding"))
		}
	}
	if len(phrases) > 3 {
		phrases = append(phrases[:3:3], fmt.Sprintf("%d more", len(phrases)-3))
	}
	return phrases
}

// brief is the head of a sentence, what is said before the consequences. It is
// empty where the sentence quotes somebody's text, which is not to be cut.
func brief(message string) string {
	end := len(message)
	for _, separator := range []string{": ", "; ", ", not by "} {
		if i := strings.Index(message, separator); i > 0 && i < end {
			end = i
		}
	}
	if strings.ContainsAny(message[:end], "\"'`") {
		return ""
	}
	return message[:end]
}

// schemasIn lists the schemas that results are about, by name.
func schemasIn(columns [][]Result) []string {
	var schemas []string
	for _, results := range columns {
		for _, r := range results {
			if r.Outcome.rank() <= Waived.rank() && r.Subject != "" {
				schemas = append(schemas, schemaOf(r.Subject))
			}
		}
	}
	schemas = once(schemas)
	slices.Sort(schemas)
	return schemas
}

// schemaOf is the schema of a subject: of schema.relation, or the subject itself.
// Both parts may be quoted as SQL does it.
func schemaOf(subject string) string {
	quoted := false
	for i := range len(subject) {
		switch c := subject[i]; {
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			return subject[:i]
		}
	}
	return subject
}

// cell is what a check says of a schema. A check that names no schema means all.
func cell(results []Result, schema string) schemaCell {
	var own []Result
	for _, r := range results {
		if r.Subject == "" && r.Outcome != Pass || r.Subject != "" && schemaOf(r.Subject) == schema {
			r.Subject = strings.TrimPrefix(r.Subject, schema+".")
			own = append(own, r)
		}
	}
	if len(own) == 0 {
		return schemaCell{Mark: mark{"good", "in order"}}
	}
	worst := slices.MinFunc(own, compareResults)
	var c schemaCell
	c.Mark, _ = state(own)
	switch worst.Outcome {
	case Fail, Waived:
		c.Found = phrasesOf(own, worst.Outcome)
		if worst.Subject == schema {
			c.Found = []string{brief(worst.Message)}
		}
	case Pass, NotApplicable:
	default:
		c.Found = []string{"cannot tell"}
	}
	return c
}
