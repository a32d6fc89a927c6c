//go:build unix

package truth

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// superuser sets up every scenario; it is the throwaway server's own.
	superuser = "postgres"
	auditor   = "auditor"
	// password is that of every user.
	password = `p'a\ss "7f3d`
)

// scenario is one database and its users.
type scenario struct {
	seed, number uint64

	database string
	// absent is whether the database is not there.
	absent bool
	loader string
	// password is what the loader, and so rscheck as the loader, logs in with.
	password string
	// admin is the user that was made with the cluster.
	admin string
	// schemas are those named with --schema.
	schemas []string
	// steps make it so, in order. Each is one statement.
	steps []string
}

// preamble makes PostgreSQL what Redshift is before anybody changes anything:
// everybody may use the schema public, and information_schema.columns asks nothing
// of pg_database in the name of whoever reads it, which that of PostgreSQL 8.0 does
// not either. And there is a user without rights of its own.
func (s *scenario) preamble() []string {
	return []string{
		"ALTER SCHEMA public OWNER TO " + name(superuser),
		"GRANT USAGE, CREATE ON SCHEMA public TO PUBLIC",
		"ALTER FUNCTION information_schema._pg_char_octet_length(oid, integer) SECURITY DEFINER",
		"CREATE USER " + name(auditor) + " PASSWORD " + literal(password),
	}
}

// setUp is the script that makes the scenario in its database.
func (s *scenario) setUp() string {
	return strings.Join(append(s.preamble(), s.steps...), ";\n") + ";\n"
}

// replay tells how to make the scenario by hand, and what to ask rscheck.
func (s *scenario) replay() string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- scenario %d of seed %d, as a superuser in an empty PostgreSQL cluster\n", s.number, s.seed)
	if !s.absent {
		fmt.Fprintf(&b, "CREATE DATABASE %s;\n\\connect %s\n", name(s.database), name(s.database))
	}
	b.WriteString(s.setUp())
	args := []string{"rscheck scan --no-aws", "--database", shell(s.database), "--user", shell(s.loader)}
	for _, schema := range s.schemas {
		args = append(args, "--schema", shell(schema))
	}
	fmt.Fprintf(&b, "-- %s --login %s (password %s)\n", strings.Join(args, " "), shell(s.loader), s.password)
	fmt.Fprintf(&b, "-- %s --login %s (password %s)\n", strings.Join(args, " "), auditor, password)
	if s.admin == s.loader {
		fmt.Fprintf(&b, "-- %s is the admin of the cluster\n", s.loader)
	}
	return b.String()
}

// without is s without the steps from one to before another.
func (s *scenario) without(from, to int) *scenario {
	c := *s
	c.steps = slices.Delete(slices.Clone(s.steps), from, to)
	return &c
}

// unnamed is s where schema i is not named.
func (s *scenario) unnamed(i int) *scenario {
	c := *s
	c.schemas = slices.Delete(slices.Clone(s.schemas), i, i+1)
	return &c
}

// name spells an identifier.
func name(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}

// relation spells the name of a relation in its schema.
func relation(schema, table string) string { return name(schema) + "." + name(table) }

// literal spells a string, with standard_conforming_strings on.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func shell(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }
