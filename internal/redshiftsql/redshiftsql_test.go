package redshiftsql_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/internal/redshiftsql"
)

func TestTextsThatRunAlikeEverywhere(t *testing.T) {
	for _, text := range []string{
		`SELECT version(), current_database(), current_user`,
		`select 1`,
		`SELECT n.nspname, pg_catalog.has_schema_privilege(u.usename, n.nspname, 'USAGE') FROM pg_catalog.pg_namespace n LEFT JOIN pg_catalog.pg_user u ON u.usename = $1`,
		`SELECT g.groname FROM pg_catalog.pg_user u, pg_catalog.pg_group g WHERE u.usename = $1 AND u.usesysid = ANY (g.grolist) ORDER BY g.groname`,
		`SELECT n.nspname, pg_catalog.array_to_string(n.nspacl, ' | ') FROM pg_catalog.pg_namespace n`,
		`SELECT sum(CASE WHEN c.relowner = 1 THEN 0 ELSE 1 END) FROM pg_class c GROUP BY c.relnamespace HAVING count(*) > 1 LIMIT 5`,
		`SELECT * FROM information_schema.columns WHERE 1 = 0`,
		`SELECT x.relname FROM (SELECT relname FROM pg_class WHERE relkind IN ('r', 'v')) AS x`,
		`SELECT relname FROM (pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace)`,
		`SELECT CAST(oid AS varchar(20)), oid::text, extract(year FROM current_date), substring(relname FROM 2 FOR 3) FROM pg_class`,
		`SELECT relname FROM pg_class UNION SELECT nspname FROM pg_namespace`,
		`SHOW statement_timeout`,
		`SET statement_timeout TO 30000`,
		`SET SESSION datestyle = 'ISO, YMD'`,
		`SET default_transaction_read_only TO on`,
		`SELECT set_config('default_transaction_read_only', 'on', false), pg_catalog.set_config('timezone', 'UTC', true)`,
		`BEGIN READ ONLY`,
		`begin work read only`,
		`START TRANSACTION READ ONLY`,
		`ROLLBACK`,
		`ROLLBACK; BEGIN READ ONLY;`,
		// Words that would be trouble elsewhere.
		`SELECT 'string_agg(x, ''y'') FROM pg_roles'`,
		"SELECT 1 -- pg_sleep(1)\n, 2 /* lateral /* unnest(x) */ filter ( */",
		`SELECT t.filter, t.over, t."values" FROM pg_class t`,
		`SELECT 1 AS returning`,
	} {
		t.Run(text, func(t *testing.T) {
			v := redshiftsql.Check(text)
			for _, p := range v.Problems {
				t.Errorf("%s", p)
			}
			if !v.ReadOnly() {
				t.Error("said to be able to change something")
			}
		})
	}
}

func TestTextsThatDoNotRunEverywhere(t *testing.T) {
	const all, redshift, eight, postgres = redshiftsql.All, redshiftsql.Redshift, redshiftsql.PostgreSQL80, redshiftsql.PostgreSQL
	for text, want := range map[string]struct {
		word  string
		on    redshiftsql.Engines
		state string // what Redshift answers
	}{
		`SELECT string_agg(relname, ',') FROM pg_class`:                   {"string_agg", redshift | eight, "42883"},
		`SELECT pg_catalog.ARRAY_AGG(relname) FROM pg_class`:              {"ARRAY_AGG", redshift | eight, "42883"},
		`SELECT generate_series(1, 3)`:                                    {"generate_series", redshift | eight, "42883"},
		`SELECT "format"('x')`:                                            {`"format"`, redshift | eight, "42883"},
		`SELECT regexp_matches(relname, 'x') FROM pg_class`:               {"regexp_matches", redshift | eight, "42883"},
		`SELECT pg_sleep(1)`:                                              {"pg_sleep", redshift | eight, "42883"},
		`SELECT 1 FROM pg_class, unnest(relacl)`:                          {"unnest", redshift, ""},
		`SELECT relname FROM pg_class, LATERAL (SELECT 1) x`:              {"LATERAL", redshift | eight, "42601"},
		`SELECT 1 WHERE 1 IS DISTINCT FROM 2`:                             {"FROM", redshift, "0A000"},
		`SELECT count(*) FILTER (WHERE true) FROM pg_class`:               {"FILTER", redshift | eight, "42601"},
		`SELECT * FROM (VALUES (1)) v`:                                    {"VALUES", redshift | eight, "0A000"},
		`SELECT ARRAY[1, 2]`:                                              {"ARRAY", redshift, "0A000"},
		`SELECT (current_schemas(true))[1]`:                               {"[", redshift, ""},
		`SELECT ROW(1, 2)`:                                                {"ROW", redshift, "0A000"},
		`SELECT rolname FROM pg_roles`:                                    {"pg_roles", redshift | eight, "42P01"},
		`SELECT rolname FROM pg_class c JOIN pg_catalog.pg_authid a ON 1`: {"pg_authid", redshift | eight, "42P01"},
		`SELECT relname FROM pg_class c, pg_enum`:                         {"pg_enum", redshift | eight, "42P01"},
		`SELECT 1 FROM pg_something`:                                      {"pg_something", all, ""},
		`SELECT 1 FROM public.orders`:                                     {"orders", all, ""},
		`SELECT role_name FROM svv_user_grants`:                           {"svv_user_grants", postgres, ""},
		`SELECT 1 FROM pg_user_info`:                                      {"pg_user_info", postgres, ""},
		`SELECT my_function(1)`:                                           {"my_function", all, ""},
		`SELECT nvl(relname, 'x') FROM pg_class`:                          {"nvl", postgres, ""},
		`SELECT now()`:                                                    {"now", redshift, ""},
		`SELECT 'a\b'`:                                                    {`'a\b'`, all, "XX000"},
		`SELECT E'a'`:                                                     {`E'a'`, redshift | eight, ""},
		`SELECT $$a$$`:                                                    {`$$a$$`, all, ""},
		`SELECT "Mixed"`:                                                  {`"Mixed"`, redshift, ""},
		`SELECT relname::regrole FROM pg_class`:                           {"regrole", all, ""},
		`SELECT CAST(relname AS jsonb) FROM pg_class`:                     {"jsonb", all, ""},
		`SELECT relname FROM pg_class WHERE relname ~ 'x'`:                {"~", all, ""},
		`SELECT row_number() OVER (ORDER BY oid) FROM pg_class`:           {"OVER", eight, ""},
		`SELECT relname FROM pg_class ORDER BY 1 NULLS FIRST`:             {"NULLS", eight, ""},
		`WITH x AS (SELECT 1) SELECT * FROM x`:                            {"WITH", eight, ""},
		`SELECT listagg(relname, ',') FROM pg_class`:                      {"listagg", redshift, "0A000"},
		`SELECT current_catalog`:                                          {"current_catalog", redshift | eight, "42703"},
		`ROLLBACK TO SAVEPOINT x`:                                         {"TO", redshift, "0A000"},
		`ROLLBACK WORK TO x`:                                              {"TO", redshift, "0A000"},
		`DISCARD ALL`:                                                     {"DISCARD", redshift | eight, "42601"},
		`UNLISTEN *`:                                                      {"UNLISTEN", redshift, "0A000"},
		`BEGIN READ ONLY, DEFERRABLE`:                                     {"DEFERRABLE", redshift | eight, "42601"},
		`SHOW standard_conforming_strings`:                                {"standard_conforming_strings", redshift | eight, "42704"},
		`SET standard_conforming_strings TO on`:                           {"standard_conforming_strings", redshift | eight, "42704"},
		`SET lock_timeout = 1`:                                            {"lock_timeout", redshift | eight, "42704"},
		`SELECT set_config('lock_timeout', '1', false)`:                   {"'lock_timeout'", redshift | eight, "42704"},
		`SHOW enable_case_sensitive_identifier`:                           {"enable_case_sensitive_identifier", eight, ""},
		`SHOW ALL`:                                                        {"ALL", all, ""},
		`SELECT 'never ends`:                                              {"'never ends", all, "42601"},
		`SELECT "never ends`:                                              {`"never ends`, all, "42601"},
		`SELECT 1 /* never ends`:                                          {"/* never ends", all, "42601"},
		`SELECT $x$never ends$$`:                                          {"$x$never ends$$", all, "42601"},
	} {
		t.Run(text, func(t *testing.T) {
			v := redshiftsql.Check(text)
			i := slices.IndexFunc(v.Problems, func(p redshiftsql.Problem) bool {
				return p.Word == want.word && p.On == want.on && p.Refusal.SQLState == want.state
			})
			if i < 0 {
				t.Fatalf("no problem with %s on %s, state %q, among %v", want.word, want.on, want.state, v.Problems)
			}
			if p := v.Problems[i]; !strings.HasPrefix(text[p.Start:], p.Word) {
				t.Errorf("%s is not at %d", p.Word, p.Start)
			}
			refusal, refused := v.Refusal()
			if refused != (refusal.SQLState != "") || want.state != "" && refusal.SQLState != want.state {
				t.Errorf("Redshift would answer %+v (%t), want %q", refusal, refused, want.state)
			}
		})
	}
}

// Redshift tells what it does not have one message for each, and then the error.
func TestNodesThatCannotBeMixed(t *testing.T) {
	const specified = "Specified types or functions (one per INFO message) not supported on Redshift tables."
	for text, info := range map[string][]string{
		`SELECT has_schema_privilege('x', 'USAGE'), current_schema() FROM svv_user_grants`: {
			`Function "has_schema_privilege()" not supported.`, `Function "current_schema()" not supported.`,
		},
		`SELECT 1 FROM svv_tables t JOIN information_schema.tables i ON t.table_name = i.table_name`: {
			`Function "has_table_privilege(oid,text)" not supported.`,
		},
		`SELECT current_schema(), userid FROM users`:                                   {`Function "current_schema()" not supported.`},
		`SELECT 1 FROM pg_catalog.stv_sessions WHERE has_table_privilege(1, 'SELECT')`: {`Function "has_table_privilege()" not supported.`},
	} {
		refusal, _ := redshiftsql.Check(text).Refusal()
		if refusal.SQLState != "0A000" || refusal.Message != specified || !slices.Equal(refusal.Info, info) {
			t.Errorf("%s: %+v", text, refusal)
		}
	}
	if refusal, refused := redshiftsql.Check(`SELECT 1 FROM svv_user_grants g, pg_user u WHERE u.usename = g.user_name`).Refusal(); refused {
		t.Errorf("catalogs may be joined, with luck, and this is refused: %+v", refusal)
	}
}

func TestTextsThatMayChangeSomething(t *testing.T) {
	for _, text := range []string{
		``, ` ; -- nothing`,
		`SELECT 1 INTO x`, `SELECT * INTO x FROM pg_class`, `SELECT 1 FROM pg_class FOR UPDATE`, `SELECT 1 FROM pg_class FOR NO KEY UPDATE`,
		`SELECT set_config('a', 'b', false)`, `SELECT set_config('default_transaction_read_only', 'off', false)`, `SELECT set_config('timezone'`,
		`SELECT set_config('time' || 'zone', 'UTC', false)`, `SELECT set_config('timezone', version(), false)`, `SELECT set_config($1, $2, false)`, `SELECT pg_terminate_backend(1)`, `SELECT public.anything()`, `SELECT setval('s', 1)`,
		`SELECT * FROM anything()`,
		`BEGIN`, `BEGIN READ WRITE`, `BEGIN ISOLATION LEVEL SERIALIZABLE`, `START TRANSACTION`, `COMMIT`, `END`,
		`ROLLBACK PREPARED 'x'`, `ROLLBACK TO x`, `ROLLBACK; DROP TABLE x`, `SELECT 1; DELETE FROM x; SELECT 2`,
		`SET ROLE boss`, `SET SESSION AUTHORIZATION boss`, `SET default_transaction_read_only TO off`, `SET TRANSACTION READ WRITE`,
		`SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE`, `RESET ALL`,
		`WITH x AS (DELETE FROM y RETURNING 1) SELECT 1`, `EXPLAIN ANALYZE DELETE FROM x`, `COPY x FROM STDIN`, `CALL x()`, `VALUES (1)`,
		`CREATE TABLE x (n int)`, `COMMENT ON TABLE x IS 'y'`, `GRANT ALL ON x TO y`, `INSERT INTO x VALUES (1)`, `UPDATE x SET n = 1`,
		`'x'`, `(SELECT 1)`, `"select" 1`,
		// Where these end depends on who reads them.
		`SELECT 'a\'; DROP TABLE x; --'`, `SELECT U&'\'; DROP TABLE x; --'`, `SELECT 'unfinished`,
	} {
		if v := redshiftsql.Check(text); v.ReadOnly() {
			t.Errorf("%s: said to be read-only", text)
		}
	}
}

func TestATextIsTakenApart(t *testing.T) {
	v := redshiftsql.Check(" SELECT ';' ; ; DROP TABLE \"a;b\" /* ; */;\nROLLBACK")
	var got []string
	for _, s := range v.Statements {
		got = append(got, s.Text)
	}
	if want := []string{"SELECT ';'", `DROP TABLE "a;b"`, "ROLLBACK"}; !slices.Equal(got, want) {
		t.Errorf("statements %q, want %q", got, want)
	}

	got = nil
	text := `SELECT Pg_Class.oid, 'pg_class', "pg_class" FROM PG_CLASS -- pg_class`
	for _, w := range redshiftsql.Words(text) {
		if !strings.EqualFold(text[w.Start:w.End], w.Folded) {
			t.Errorf("%q is not at %d", w.Folded, w.Start)
		}
		got = append(got, w.Folded)
	}
	if want := []string{"select", "pg_class", "oid", "from", "pg_class"}; !slices.Equal(got, want) {
		t.Errorf("words %q, want %q", got, want)
	}
}

// Whatever comes, nothing is lost or made up: every place is in the text, and what
// is read-only begins with one of the few words that may begin it.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{
		``, `SELECT 'a\'' FROM pg_class c, (SELECT 1) x WHERE a[1] = $1;`, `SELECT $a$ b $a$, E'\'', U&"x", "y""z" -- w`, `/* /* */`,
		`ROLLBACK; BEGIN READ ONLY`, `SET a TO 'b'`, `SHOW`, `SET`, `)(`, "\x00\xff", `SELECT CAST(`, `a::`, `FROM`, `JOIN`, `WITH`, `a.`, `.5.`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v := redshiftsql.Check(text)
		for _, p := range v.Problems {
			if p.On == 0 || p.Why == "" || p.Start < 0 || p.Start > len(text) || !strings.HasPrefix(text[p.Start:], p.Word) {
				t.Errorf("problem %+v", p)
			}
		}
		at := 0
		for _, s := range v.Statements {
			i := strings.Index(text[at:], s.Text)
			if i < 0 || s.Text == "" {
				t.Fatalf("statement %q is not in the rest of the text", s.Text)
			}
			if at += i; s.Start != at {
				t.Errorf("%q begins at %d, not at %d", s.Text, at, s.Start)
			}
			at += len(s.Text)
			first := strings.ToLower(s.Text)
			if s.ReadOnly && !slices.ContainsFunc([]string{"select", "show", "set", "begin", "start", "rollback"}, func(verb string) bool {
				return strings.HasPrefix(first, verb)
			}) {
				t.Errorf("read-only: %q", s.Text)
			}
		}
		for _, w := range redshiftsql.Words(text) {
			if w.Start < 0 || w.End <= w.Start || w.End > len(text) {
				t.Errorf("word %+v", w)
			}
		}
	})
}
