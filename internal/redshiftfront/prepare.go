//go:build unix

package redshiftfront

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/rscheck/rscheck/internal/postgres"
)

//go:embed catalog.sql
var catalogSQL string

// visibleSuffix ends the names of the views that leave out what metadata security
// hides.
const visibleSuffix = "_visible"

func filteredRelations() []string {
	return []string{"pg_attribute", "pg_class", "pg_namespace", "pg_tables", "pg_views"}
}

// Prepare gives a database what Redshift has and PostgreSQL has not; every database
// behind a front needs it, once. A database made from it as a template has it too.
//
// version(), SHOW and pg_settings tell what Redshift tells, and these views are in
// pg_catalog: svv_user_grants, svv_role_grants, svv_system_privileges,
// svv_database_privileges, svv_schema_privileges, svv_relation_privileges,
// svv_user_info, svv_redshift_databases, svv_external_schemas, svv_tables and
// stv_sessions. They show a user what Redshift would show it. A test fills them
// through the tables in schema pg_redshift, which are named as the views are
// without svv_, and settings:
//
//	INSERT INTO pg_redshift.user_grants (user_name, role_name) VALUES ('stitch', 'loading');
//	UPDATE pg_redshift.settings SET setting = 'on' WHERE name = 'metadata_security';
//	INSERT INTO pg_redshift.redshift_databases (database_name, database_type) VALUES ('dw', 'shared');
//
// Everybody may create in schema public, as on Redshift.
func Prepare(ctx context.Context, server *postgres.Server, database string) error {
	script := strings.ReplaceAll(catalogSQL, ":version", "'"+Version+"'")
	if _, err := server.SQL(ctx, database, script); err != nil {
		return fmt.Errorf("prepare database %s: %w", database, err)
	}
	return nil
}
