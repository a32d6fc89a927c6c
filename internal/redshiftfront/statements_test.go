//go:build unix

package redshiftfront_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/internal/redshiftsql"
)

// statements are all literals in the code of checks/redshift that are SQL. Whoever
// adds a statement there need not think of this test.
func statements(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../checks/redshift/*.go")
	if err != nil {
		t.Fatal(err)
	}
	begins := regexp.MustCompile(`^\s*(ABORT|ALTER|ANALYZE|BEGIN|CALL|CLOSE|COMMENT|COMMIT|COPY|CREATE|DEALLOCATE|DECLARE|DELETE|DISCARD|DO|DROP|END|` +
		`EXECUTE|EXPLAIN|FETCH|GRANT|INSERT|LISTEN|LOCK|MERGE|NOTIFY|PREPARE|RELEASE|RESET|REVOKE|ROLLBACK|SAVEPOINT|SELECT|SET|SHOW|START|` +
		`TRUNCATE|UNLISTEN|UNLOAD|UPDATE|VACUUM|VALUES|WITH)(;|\s+\S)`)
	var texts []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		code, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(code, func(node ast.Node) bool {
			if literal, ok := node.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				if text, err := strconv.Unquote(literal.Value); err == nil && begins.MatchString(text) {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

func TestEveryStatementOfTheObserverKeepsToTheSharedDialect(t *testing.T) {
	texts := statements(t)
	if len(texts) < 20 || !slices.Contains(texts, `BEGIN READ ONLY`) || !slices.Contains(texts, `SELECT version(), current_database()`) {
		t.Fatalf("found %d statements only: %q", len(texts), texts)
	}
	redshiftOnly := 0
	for _, text := range texts {
		verdict := redshiftsql.Check(text)
		if !verdict.ReadOnly() {
			t.Errorf("%s\nmay change something", text)
		}
		for _, p := range verdict.On(redshiftsql.Redshift) {
			t.Errorf("%s\n%s", text, p)
		}
		// What is not for PostgreSQL is so because of Redshift's own relation or
		// parameter, and for no other reason.
		for _, p := range verdict.On(redshiftsql.PostgreSQL) {
			if strings.HasPrefix(p.Word, "svv_") || p.Word == "metadata_security" {
				redshiftOnly++
				continue
			}
			t.Errorf("%s\n%s", text, p)
		}
	}
	if redshiftOnly == 0 || redshiftOnly > 12 {
		t.Errorf("%d statements are for Redshift only", redshiftOnly)
	}
}
