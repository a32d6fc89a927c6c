package digest

import (
	"regexp"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
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
	unsure := d.missing("database.relations", "database.columns", "database.user.superuser")
	d.schemas(places, unsure)
	d.tables(places, unsure)
	d.comments(places)
	d.markers(places)
	d.bindings(places)
	d.limits(places)
}

func (d *digester) schemas(places places, unsure []facts.Unknown) {
	const external = "database.external_schemas"
	schemas := &d.doc.Database.Schemas
	schemas.Absent = AbsentSchemas(d.target, d.settings)
	_, notSuper := d.superuser()
	roles := d.rolesMayGrant()
	if d.known("database.schemas") {
		for _, s := range d.target.Database.Schemas {
			if !places.schemas[s.Name] {
				continue
			}
			schemas.Count++
			problem := d.schemaProblem(s)
			switch {
			case d.known(external) && slices.Contains(d.target.Database.ExternalSchemas, s.Name):
				problem = "external" // to everybody
			case !notSuper, problem == "":
				continue
			case problem != "owner" && len(roles) > 0:
				unsure = slices.Concat(unsure, roles)
				continue
			}
			schemas.Deviating = append(schemas.Deviating, DeviatingSchema{
				Subject: quoteName(s.Name), Name: s.Name, Owner: s.Owner, Problem: problem, Copies: places.copies[s.Name],
			})
		}
	}
	if schemas.Count > 0 {
		unsure = slices.Concat(unsure, d.missing(external))
	}
	if len(schemas.Deviating) == 0 {
		d.lack("database.schemas", slices.Concat(d.missing("database.schemas"), unsure))
	}
}

func (d *digester) tables(places places, unsure []facts.Unknown) {
	const rights = "database.revoked_rights"
	tables := &d.doc.Database.Tables
	superuser, notSuper := d.superuser()
	roles := d.rolesMayGrant()
	revoked := d.revokedRights()
	tables.Count = len(places.tables)
	for _, r := range places.tables {
		table := DeviatingTable{Subject: quoteRelation(r), Schema: r.Schema, Name: r.Name, Owner: r.Owner, Problem: "owner", Copy: places.copies[r.Schema]}
		if r.Owner == d.settings.User {
			table.Problem, table.Lacks = "rights", revoked[nameOf(r)]
			switch {
			case superuser:
				continue
			case !d.known(rights):
				unsure = slices.Concat(unsure, d.missing(rights))
				continue
			case len(table.Lacks) == 0:
				continue
			case len(roles) > 0:
				unsure = slices.Concat(unsure, roles)
				continue
			}
		}
		if notSuper {
			tables.Deviating = append(tables.Deviating, table)
		}
	}
	if len(tables.Deviating) == 0 {
		d.lack("database.tables", unsure)
	}
}

// rolesMayGrant says why a no of has_*_privilege is none: whether that counts what
// is granted to the user's roles is documented nowhere.
func (d *digester) rolesMayGrant() []facts.Unknown {
	if missing := d.missing("database.roles"); len(missing) > 0 {
		return missing
	}
	if len(d.target.Database.Roles) == 0 {
		return nil
	}
	return []facts.Unknown{{
		Path: "database.roles", Reason: facts.Unsupported,
		Detail: "the user holds roles, whose grants rscheck cannot see: grant the right to the user itself to be sure",
	}}
}

// revokedRights are the rights that the user lacks on tables of its own.
func (d *digester) revokedRights() map[name][]string {
	lacks := map[name][]string{}
	if d.known("database.revoked_rights") {
		for _, r := range d.target.Database.RevokedRights {
			lacks[name{r.Schema, r.Name}] = r.Lacks
		}
	}
	return lacks
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
	// named are the schemas that were named, as the database has them.
	named   []string
	schemas map[string]bool
	tables  []facts.Relation // loader tables
	marked  []facts.Relation // those of them that bear the marker columns
	// copies are schemas in which nothing but columns speaks for the loader: they
	// may hold copies of its tables.
	copies map[string]bool
}

// places finds the loader's schemas and tables: every table of a schema that was
// named, and in any other schema those that bear the loader's markers.
func (d *digester) places() places {
	p := places{named: d.namedSchemas(), schemas: map[string]bool{}, copies: map[string]bool{}}
	for _, name := range p.named {
		p.schemas[name] = true
	}
	if !d.known("database.relations") {
		return p
	}
	markers := d.settings.Profile.Markers
	columns := d.known("database.columns")
	vouched := map[string]bool{}
	for _, r := range d.target.Database.Relations {
		if r.Kind != facts.Table || slices.Contains(d.settings.ExceptSchemas, r.Schema) {
			continue
		}
		named := slices.Contains(p.named, r.Schema)
		marked := columns && len(markers.Columns) > 0 && containsAll(r.Markers, markers.Columns)
		own := slices.Contains(markers.Tables, r.Name)
		if !named && !marked && !own {
			continue
		}
		p.schemas[r.Schema] = true
		p.tables = append(p.tables, r)
		if marked {
			p.marked = append(p.marked, r)
		}
		vouched[r.Schema] = vouched[r.Schema] || named || own || r.Owner == d.settings.User
	}
	if d.known("database.schemas") {
		for _, s := range d.target.Database.Schemas {
			p.copies[s.Name] = p.schemas[s.Name] && !vouched[s.Name] && s.Owner != d.settings.User && !slices.Contains(p.named, s.Name)
		}
	}
	return p
}

// AbsentSchemas returns the schemas that s names and that are known not to be in the
// database of t: the loader will create them, unless a name is mistyped.
func AbsentSchemas(t *facts.Target, s loader.Settings) []string {
	d := digester{target: t, settings: s}
	if !d.known("database.schemas") {
		return nil
	}
	var absent []string
	for _, name := range d.namedSchemas() {
		if !d.hasSchema(name) {
			absent = append(absent, name)
		}
	}
	return absent
}

// namedSchemas are those that were named, as the database has them: Redshift folds
// names to lower case, and so does the loader.
func (d *digester) namedSchemas() []string {
	var names []string
	for _, name := range d.settings.Schemas {
		folded := strings.ToLower(name)
		switch {
		case d.hasSchema(name) || !d.hasSchema(folded) && d.known("database.schemas"):
			names = append(names, name)
		case d.known("database.schemas"):
			names = append(names, folded)
		default:
			names = append(names, name, folded)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d *digester) hasSchema(name string) bool {
	return d.known("database.schemas") && slices.ContainsFunc(d.target.Database.Schemas, func(s facts.Schema) bool { return s.Name == name })
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
	missing := d.missing("database.user.superuser")
	if i := slices.IndexFunc(db.Schemas, func(s facts.Schema) bool { return s.Name == name }); i >= 0 && d.believed("database.schemas") {
		s.CanUse = db.Schemas[i].CanUse
	} else {
		missing = append(missing, d.unlisted("database.schemas", "schema "+name)...)
	}
	missing = append(missing, d.systemRelations(name, &s)...)
	if denied := !s.CanUse || len(s.Denied) > 0; denied && d.known("database.user.superuser") {
		if missing = nil; !d.asLoader() { // what that is denied was tried
			missing = d.rolesMayGrant()
		}
	}
	d.lack("database."+name, missing)
	return s
}

// believed reports whether what the list at path does hold is certain.
func (d *digester) believed(path string) bool {
	return d.known(path) || d.asLoader()
}

// asLoader reports whether the database was seen by the loader's user itself.
func (d *digester) asLoader() bool {
	login := &d.target.Database.Login
	return login.Outcome == facts.LoggedIn && login.User == d.settings.User
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
			if !r.CanSelect && slices.Contains(reads, r.Name) {
				s.Denied = append(s.Denied, r.Name)
			}
		}
	}
	var missing []facts.Unknown
	for _, name := range reads {
		if !seen[name] {
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
