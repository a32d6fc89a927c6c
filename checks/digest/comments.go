package digest

import (
	"encoding/json"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// comments finds the tables whose comment does not tell their primary key.
func (d *digester) comments(places places) {
	comments := &d.doc.Database.Comments
	layouts := d.layouts()
	if d.known("database.comments") {
		for _, r := range places.marked {
			comments.Count++
			keys, problem := primaryKeys(r.Comment, d.settings.Profile.Comment.Key)
			var strays []string
			if layout, ok := layouts[nameOf(r)]; ok && problem == "" {
				strays = slices.DeleteFunc(keys, func(key string) bool { return slices.Contains(layout.Keys, key) })
			}
			if len(strays) > 0 {
				problem = "no_column"
			}
			if problem != "" {
				comments.Deviating = append(comments.Deviating, DeviatingComment{
					Subject: quoteRelation(r), Problem: problem, Comment: cut(r.Comment, 120), Keys: firstThree(strays),
				})
			}
		}
	}
	if len(comments.Deviating) == 0 {
		d.lack("database.comments", slices.Concat(
			d.missing("database.comments", "database.relations", "database.columns"), d.layoutsMissing(places.marked, layouts),
		))
	}
}

// primaryKeys reads a comment of the form {"primary_keys":["id"]}, and names what
// is wrong with one of another.
func primaryKeys(comment, key string) (keys []string, problem string) {
	if comment == "" {
		return nil, "missing"
	}
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(comment), &object) != nil || object == nil {
		return nil, "malformed"
	}
	if json.Unmarshal(object[key], &keys) != nil || keys == nil {
		return nil, "keyless"
	}
	if len(keys) == 0 || slices.Contains(keys, "") {
		return nil, "empty"
	}
	return keys, ""
}

// cut shortens text to at most n characters, the last being an ellipsis.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return text
}

// firstThree are the first of the names.
func firstThree(names []string) []string { return names[:min(len(names), 3)] }

// name is that of a relation in its schema.
type name struct{ schema, relation string }

func nameOf(r facts.Relation) name { return name{r.Schema, r.Name} }

// layouts are those that were told, by the names of their tables.
func (d *digester) layouts() map[name]facts.Layout {
	all := map[name]facts.Layout{}
	if d.known("database.layouts") {
		for _, l := range d.target.Database.Layouts {
			all[name{l.Schema, l.Name}] = l
		}
	}
	return all
}

// layoutsMissing says why the layout of one of the tables is not known.
func (d *digester) layoutsMissing(tables []facts.Relation, layouts map[name]facts.Layout) []facts.Unknown {
	if missing := d.missing("database.layouts"); len(missing) > 0 {
		return missing
	}
	for _, r := range tables {
		if _, ok := layouts[nameOf(r)]; !ok {
			return contradiction("database.layouts", "table %s has the loader's columns, and yet its columns were not told", quoteRelation(r))
		}
	}
	return nil
}
