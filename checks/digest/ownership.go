package digest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// ownership finds the schemas and tables that the loader loads into and is not
// master of. A superuser is refused nothing. What is certainly wrong is told even
// where the list may be incomplete.
//
// Only the user itself counts as owner. On PostgreSQL a member of a role that owns
// a table may do as its owner may; on Redshift, which is what the loader wants to
// find, neither groups nor roles own anything.
func (d *digester) ownership() {
	places := d.places()
	_, notSuper := d.superuser()
	unsure := slices.Concat(d.missing("database.relations", "database.columns"), d.superuserUnknown())

	schemas, tables := &d.doc.Database.Schemas, &d.doc.Database.Tables
	if d.known("database.schemas") {
		for _, s := range d.target.Database.Schemas {
			if places.schemas[s.Name] {
				schemas.Count++
				if problem := d.schemaProblem(s); problem != "" && notSuper {
					schemas.Deviating = append(schemas.Deviating, DeviatingSchema{
						Subject: quoteName(s.Name), Name: s.Name, Owner: s.Owner, Problem: problem,
					})
				}
			}
		}
	}
	if len(schemas.Deviating) == 0 {
		d.lack("database.schemas", slices.Concat(d.missing("database.schemas"), unsure))
	}

	for _, r := range places.tables {
		tables.Count++
		if r.Owner != d.settings.User && notSuper {
			tables.Deviating = append(tables.Deviating, DeviatingTable{Subject: quoteRelation(r), Schema: r.Schema, Name: r.Name, Owner: r.Owner})
		}
	}
	if len(tables.Deviating) == 0 {
		d.lack("database.tables", unsure)
	}
	d.comments(places)
	d.markers(places)
	d.bindings(places)
	d.limits(places)
}

func (d *digester) superuserUnknown() []facts.Unknown {
	return d.missing("database.user.superuser")
}

// schemaProblem names what keeps the user from working in the schema as its
// owner, if anything.
func (d *digester) schemaProblem(s facts.Schema) string {
	switch {
	case s.Owner != d.settings.User:
		return "owner"
	case !s.CanUse:
		return "usage"
	case !s.CanCreate:
		return "create"
	}
	return ""
}

// places is where the loader loads.
type places struct {
	schemas map[string]bool
	tables  []facts.Relation // loader tables
	marked  []facts.Relation // those of them that bear the marker columns
}

// places finds the loader's schemas and tables: every table of a schema that was
// named, and in any other schema those that bear the loader's markers.
func (d *digester) places() places {
	p := places{schemas: map[string]bool{}}
	for _, name := range d.settings.Schemas {
		p.schemas[name] = true
	}
	if !d.known("database.relations") {
		return p
	}
	markers := d.settings.Profile.Markers
	columns := d.known("database.columns")
	for _, r := range d.target.Database.Relations {
		if r.Kind != facts.Table {
			continue
		}
		named := slices.Contains(d.settings.Schemas, r.Schema)
		marked := columns && len(markers.Columns) > 0 && containsAll(r.Markers, markers.Columns)
		if !named && !marked && !slices.Contains(markers.Tables, r.Name) {
			continue
		}
		p.schemas[r.Schema] = true
		p.tables = append(p.tables, r)
		if marked {
			p.marked = append(p.marked, r)
		}
	}
	return p
}

func containsAll(list, wanted []string) bool {
	for _, w := range wanted {
		if !slices.Contains(list, w) {
			return false
		}
	}
	return true
}

// systemSchemas finds what the loader reads of the system's schemas and may not.
func (d *digester) systemSchemas() {
	d.doc.Database.InformationSchema = d.systemSchema("information_schema")
	d.doc.Database.PGCatalog = d.systemSchema("pg_catalog")
}

// systemSchema tells of one system schema. Logged in as the loader's user itself,
// what was tried and refused is certain even where the catalogs that would list
// all rights are refused too.
func (d *digester) systemSchema(name string) SystemSchema {
	if super, _ := d.superuser(); super {
		return SystemSchema{CanUse: true}
	}
	db := &d.target.Database
	s := SystemSchema{CanUse: true}
	missing := d.superuserUnknown()
	if i := slices.IndexFunc(db.Schemas, func(s facts.Schema) bool { return s.Name == name }); i >= 0 && d.believed("database.schemas") {
		s.CanUse = db.Schemas[i].CanUse
	} else {
		missing = append(missing, d.unlisted("database.schemas", "schema "+name)...)
	}
	missing = append(missing, d.systemRelations(name, &s)...)
	certain := d.known("database.user.superuser") && (!s.CanUse || len(s.Denied) > 0)
	if !certain {
		d.lack("database."+name, missing)
	}
	return s
}

// believed reports whether what the list at path does hold is certain.
func (d *digester) believed(path string) bool {
	return d.known(path) || d.target.Database.Login.Outcome == facts.LoggedIn && d.target.Database.Login.User == d.settings.User
}

// unlisted says why something that should be in the list at path is not.
func (d *digester) unlisted(path, what string) []facts.Unknown {
	if missing := d.missing(path); len(missing) > 0 {
		return missing
	}
	return contradiction(path, "the server does not list %s", what)
}

// systemRelations sorts the relations of a system schema into those the loader
// reads and may not, and others that are denied. One that it reads and the
// server does not list cannot be told.
func (d *digester) systemRelations(schema string, s *SystemSchema) []facts.Unknown {
	const path = "database.system_relations"
	reads := d.settings.Profile.Reads(schema)
	seen := map[string]bool{}
	if d.believed(path) {
		for _, r := range d.target.Database.SystemRelations {
			if r.Schema != schema {
				continue
			}
			seen[r.Name] = true
			switch {
			case r.CanSelect:
			case slices.Contains(reads, r.Name):
				s.Denied = append(s.Denied, r.Name)
			default:
				s.Others++
			}
		}
	}
	var missing []facts.Unknown
	for _, name := range reads {
		if !seen[name] {
			s.Absent = append(s.Absent, name)
			missing = append(missing, d.unlisted(path, schema+"."+name)...)
		}
	}
	slices.Sort(s.Denied)
	return missing
}

// plainName matches an identifier that a subject shows without quotes.
var plainName = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// quoteName spells an identifier as SQL does.
func quoteName(name string) string {
	if plainName.MatchString(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func quoteRelation(r facts.Relation) string { return quoteName(r.Schema) + "." + quoteName(r.Name) }
