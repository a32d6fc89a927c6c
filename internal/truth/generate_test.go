//go:build unix

package truth

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// generate makes the scenario of that number; the same seed gives the same one.
func generate(seed, number uint64, reads map[string][]string) *scenario {
	g := &generator{
		Rand:  rand.New(rand.NewPCG(seed, number)),
		s:     &scenario{seed: seed, number: number, password: password, admin: superuser},
		reads: reads,
	}
	// From nothing amiss to hardly anything right.
	g.amiss = []float64{0, 0.03, 0.08, 0.15, 0.4}[g.IntN(5)]
	g.users()
	g.database()
	for _, schema := range g.some(schemaNames(), 1+g.IntN(3)) {
		g.schema(schema)
	}
	if g.chance(0.1) {
		g.s.schemas = append(g.s.schemas, "not made yet")
	}
	g.catalogs()
	return g.s
}

// Names that are spelled, cut or compared in ways of their own.
func schemaNames() []string {
	return append(slices.Repeat([]string{"hubspot", "recurly_stitch", "github", "salesforce"}, 3),
		"Recurly Stitch", "order", `q"uote`, "a.b", `back\slash`, "1st", "100%s", "Größe", "it's", "tab\there",
		"two\nlines", "public", strings.Repeat("n", 63), "$dollar$", "{brace}", "--", ";", "public;", "PG_CATALOG",
	)
}

func tableNames() []string {
	return append(slices.Repeat([]string{"contacts", "deals", "invoices"}, 3),
		"Order Items", "select", `odd "T.able`, `back\slash`, "2nd", "été", "it's", "two\nlines", "%d", "pg_class", strings.Repeat("t", 63),
	)
}

func loaderNames() []string {
	return append(slices.Repeat([]string{"stitch"}, 12),
		"Stitch Loader", `st"itch`, "order", "o'neil", `dom\user`, "user@host", "löader", "100%s", strings.Repeat("u", 63),
	)
}

type generator struct {
	*rand.Rand
	s *scenario
	// amiss is how likely each thing is not as it should be.
	amiss float64
	// reads are the relations that the loader reads, by schema.
	reads map[string][]string

	missing bool // there is no such user
	other   string
	group   string // the loader is in it
	nested  string // and it in this one
	views   int
}

func (g *generator) chance(p float64) bool { return g.Float64() < p }

// wrong is whether the next thing is not as it should be.
func (g *generator) wrong() bool { return g.chance(g.amiss) }

func (g *generator) do(format string, args ...any) {
	g.s.steps = append(g.s.steps, fmt.Sprintf(format, args...))
}

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

// some returns n different ones of the list, or all there are.
func (g *generator) some(list []string, n int) []string {
	g.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var chosen []string
	for _, item := range list {
		if len(chosen) < n && !slices.Contains(chosen, item) {
			chosen = append(chosen, item)
		}
	}
	return chosen
}

// grantee is anybody that the loader's rights may come from, or somebody else.
func (g *generator) grantee() string {
	if g.chance(0.15) {
		return name(pick(g, g.other, auditor))
	}
	return g.way()
}

// way is one of the ways in which rights reach the loader.
func (g *generator) way() string {
	ways := []string{name(g.group), name(g.nested), "PUBLIC"}
	if !g.missing {
		ways = append(ways, name(g.s.loader))
	}
	return pick(g, ways...)
}

// owner is the loader, if all is well.
func (g *generator) owner() string {
	if g.missing || g.wrong() {
		return name(g.other)
	}
	return name(g.s.loader)
}

func (g *generator) users() {
	g.s.loader = pick(g, loaderNames()...)
	g.other, g.group, g.nested = pick(g, "etl_admin", "Etl.Admin"), pick(g, "loaders", "All Loaders"), "everybody who loads"
	g.do("CREATE USER %s", name(g.other))
	g.do("CREATE ROLE %s NOLOGIN", name(g.group)) // a group, in Redshift's words
	g.do("CREATE ROLE %s NOLOGIN", name(g.nested))
	if g.missing = g.chance(g.amiss / 4); g.missing {
		return
	}
	loader := name(g.s.loader)
	g.do("CREATE USER %s PASSWORD %s", loader, literal(password))
	if !g.wrong() {
		g.do("GRANT %s TO %s", name(g.group), loader)
	}
	if !g.wrong() {
		g.do("GRANT %s TO %s", name(g.nested), name(g.group))
	}
	if g.chance(0.2) {
		g.do("ALTER USER %s VALID UNTIL %s", loader, pick(g, "'infinity'", "'2100-01-01 00:00:00+02'", "'2099-12-31'"))
	}
	if g.chance(g.amiss / 2) {
		g.do("ALTER USER %s SUPERUSER", loader)
	}
	if g.chance(g.amiss / 4) {
		g.s.admin = g.s.loader
	}
	if g.chance(g.amiss / 4) {
		g.do("ALTER USER %s SET default_transaction_read_only TO %s", loader, pick(g, "on", "true", "off"))
	}
	if !g.chance(g.amiss / 2) {
		return
	}
	switch g.IntN(6) {
	case 0:
		g.s.password = "changed since"
	case 1:
		g.do("ALTER USER %s PASSWORD NULL", loader) // PASSWORD DISABLE, in Redshift's words
	case 2:
		g.do("ALTER USER %s CONNECTION LIMIT 0", loader)
	default:
		g.do("ALTER USER %s VALID UNTIL %s", loader, pick(g, "'2001-01-01'", "'-infinity'", "'2020-02-29 12:00:00-08'"))
	}
}

func (g *generator) database() {
	g.s.database = pick(g, "dw", "dw", "dw", "Data.Warehouse", `d"w`, "it's", "100%s", `dom\db`)
	database := name(g.s.database)
	if g.s.absent = g.chance(g.amiss / 4); g.s.absent {
		return
	}
	if g.chance(0.1) {
		g.do("ALTER DATABASE %s OWNER TO %s", database, g.owner())
	}
	if !g.wrong() {
		g.do("GRANT CREATE ON DATABASE %s TO %s", database, g.way())
	}
	for range g.IntN(3) {
		switch {
		case g.wrong():
			g.do("REVOKE CREATE ON DATABASE %s FROM %s", database, g.way())
		case g.wrong():
			g.do("GRANT CREATE ON DATABASE %s TO %s", database, name(g.other))
		case g.chance(0.2):
			g.do("GRANT CREATE ON DATABASE %s TO %s", database, g.grantee())
		}
	}
}

func (g *generator) schema(schema string) {
	if g.s.absent {
		return
	}
	owner := g.owner()
	switch {
	case schema == "public":
		g.do("ALTER SCHEMA public OWNER TO %s", owner)
	case g.chance(0.2):
		g.do("CREATE SCHEMA %s AUTHORIZATION %s", name(schema), name(g.other))
		g.do("ALTER SCHEMA %s OWNER TO %s", name(schema), owner)
	default:
		g.do("CREATE SCHEMA %s AUTHORIZATION %s", name(schema), owner)
	}
	if g.wrong() {
		g.do("REVOKE %s ON SCHEMA %s FROM %s", pick(g, "USAGE", "CREATE", "ALL"), name(schema), owner)
	}
	for range g.IntN(3) {
		if g.chance(0.4) {
			g.do("GRANT %s ON SCHEMA %s TO %s", pick(g, "USAGE", "CREATE", "ALL"), name(schema), g.grantee())
		}
	}
	if g.chance(0.4) {
		g.s.schemas = append(g.s.schemas, schema)
	}
	for _, table := range g.some(tableNames(), g.IntN(4)) {
		g.table(schema, table)
	}
}

const (
	markers = "_sdc_batched_at timestamp, _sdc_sequence bigint, _sdc_table_version bigint"
	columns = `id int, v varchar(10), "Größe" int, "it's" int, "A ""B\" int`
)

func (g *generator) table(schema, table string) {
	columns, owner := columns+", "+markers, g.owner()
	switch g.IntN(8) {
	case 0:
		table, columns = "_sdc_rejected", "id int, reason varchar(10)"
		if g.chance(0.3) {
			table, columns = "_sdc_rejected", "id int, "+markers
		}
	case 1: // of somebody else: evidence only, unless the schema was named
		columns, owner = "id int, _sdc_batched_at timestamp", pick(g, name(g.other), g.owner())
	}
	qualified := relation(schema, table)
	if slices.ContainsFunc(g.s.steps, func(step string) bool { return strings.HasPrefix(step, "CREATE TABLE "+qualified+" ") }) {
		return
	}
	g.do("CREATE TABLE %s (%s)", qualified, columns)
	g.do("ALTER TABLE %s OWNER TO %s", qualified, owner)
	if g.chance(0.05) && strings.Contains(columns, markers) {
		g.do("ALTER TABLE %s DROP COLUMN _sdc_sequence", qualified)
	}
	if g.wrong() {
		rights := pick(g, "SELECT, INSERT, UPDATE, DELETE", "SELECT", "INSERT", "UPDATE", "DELETE", "INSERT, DELETE", "REFERENCES")
		g.do("REVOKE %s ON TABLE %s FROM %s", rights, qualified, owner)
	}
	if g.chance(0.3) {
		g.do("GRANT %s ON TABLE %s TO %s", pick(g, "ALL", "SELECT, INSERT, UPDATE, DELETE", "TRUNCATE"), qualified, g.grantee())
	}
	g.comment(qualified)
	if g.wrong() && strings.Contains(columns, " v ") {
		g.do("ALTER TABLE %s DROP COLUMN v", qualified)
	}
	if g.chance(0.15) {
		g.view(schema, qualified)
	}
}

// view makes a view that is bound to a table, and at times one that is bound to
// the view.
func (g *generator) view(schema, table string) {
	for ok := true; ok; ok = g.chance(0.2) {
		if g.views++; g.chance(0.5) {
			schema = "public"
		}
		kind, view, data := "VIEW", relation(schema, fmt.Sprint("view ", g.views)), ""
		if g.chance(0.3) {
			kind, data = "MATERIALIZED VIEW", " WITH NO DATA" // its owner may not be let read the table
		}
		g.do("CREATE %s %s AS SELECT %s FROM %s%s", kind, view, pick(g, "*", "id"), table, data)
		g.do("ALTER %s %s OWNER TO %s", kind, view, pick(g, name(g.other), g.owner()))
		if g.chance(0.3) {
			g.do("COMMENT ON %s %s IS 'no keys here'", kind, view)
		}
		table = view
	}
}

func (g *generator) comment(table string) {
	if g.chance(0.2) {
		g.do("COMMENT ON COLUMN %s.id IS %s", table, literal(pick(g, `{"primary_keys":[]}`, "the key")))
	}
	if g.wrong() {
		if g.chance(0.7) {
			g.do("COMMENT ON TABLE %s IS %s", table, literal(pick(g, brokenComments()...)))
		}
		return
	}
	g.do("COMMENT ON TABLE %s IS %s", table, literal(pick(g,
		`{"primary_keys":["id"]}`, `{"primary_keys":["id"]}`, `{"primary_keys":["id","_sdc_sequence"]}`, `{"primary_keys":["id","id"]}`,
		"{ \"primary_keys\" :\n\t[ \"id\" ] }\r\n", `{"other":{"a":[1,2]},"primary_keys":["Größe","it's"]}`,
		`{"primary_keys":["A \"B\\"],"x":1e400}`, `{"primary_keys":[],"primary_keys":["id"]}`, `{"x":"\ud83d\ude00","primary_keys":["\u0069d"]}`,
		`{"primary_keys":["v"]}`, `{"primary_keys":["_sdc_batched_at"]}`,
	)))
}

func brokenComments() []string {
	return []string{
		"id", "  ", "null", "true", "7", `"primary_keys"`, `["id"]`, `{}`, "Owned by sales: ask Bob",
		`{"primary_keys":["id"]`, `{"primary_keys":["id"],}`, `{"primary_keys":["id"]}{}`, `{"primary_keys":["id"]} x`,
		`{'primary_keys':['id']}`, `{primary_keys:["id"]}`, `{"primary_keys":[id]}`, `{"primary_keys":["\x"]}`, "{\"primary_keys\":[\"a\nb\"]}",
		`{"primary_keys":[]}`, `{"primary_keys":[""]}`, `{"primary_keys":["id",""]}`, `{"primary_keys":null}`, `{"primary_keys":[null]}`,
		`{"primary_keys":"id"}`, `{"primary_keys":[1]}`, `{"primary_keys":["id",2]}`, `{"primary_keys":[["id"]]}`, `{"primary_keys":{"id":1}}`,
		`{"Primary_Keys":["id"]}`, `{"primary_key":["id"]}`, `{"primary_keys":["id"],"primary_keys":[]}`, "\ufeff" + `{"primary_keys":["id"]}`,
		`{"primary_keys":["id"],"x":01}`, `{"primary_keys":["id"],"x":NaN}`, `{"a":{"primary_keys":["id"]}}`, `{"stitch.pks":["id"]}`,
	}
}

// catalogs takes from everybody what everybody may read, and gives some of it
// back.
func (g *generator) catalogs() {
	if g.s.absent {
		return
	}
	if g.wrong() {
		schema := pick(g, "pg_catalog", "information_schema")
		g.do("REVOKE USAGE ON SCHEMA %s FROM PUBLIC", schema)
		if g.chance(0.4) {
			g.do("GRANT USAGE ON SCHEMA %s TO %s", schema, g.grantee())
		}
	}
	// What rscheck itself asks, and the loader does not, is revoked at times even
	// where all is well for the loader.
	if g.wrong() || g.chance(0.05) {
		g.deny("pg_catalog", pick(g, "pg_user", "pg_group", "pg_database", "pg_settings", "pg_depend"))
	}
	for _, schema := range []string{"pg_catalog", "information_schema"} {
		switch {
		case g.chance(g.amiss / 8):
			g.do("REVOKE SELECT ON ALL TABLES IN SCHEMA %s FROM PUBLIC", schema)
			if g.chance(0.5) {
				g.do("GRANT SELECT ON ALL TABLES IN SCHEMA %s TO %s", schema, g.grantee())
			}
		case g.wrong():
			for _, r := range g.some(slices.Clone(g.reads[schema]), 1+g.IntN(2)) {
				g.deny(schema, r)
			}
		}
	}
}

func (g *generator) deny(schema, r string) {
	g.do("REVOKE SELECT ON %s.%s FROM PUBLIC", schema, r)
	switch {
	case g.chance(0.4):
		g.do("GRANT SELECT ON %s.%s TO %s", schema, r, g.grantee())
	case g.chance(0.1) && r == "pg_class":
		g.do("GRANT SELECT (oid, relname, relkind) ON %s.%s TO %s", schema, r, g.way())
	}
}
