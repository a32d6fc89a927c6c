# METADATA
# scope: package
# title: User has CREATE on the database
# description: >-
#   Before it loads, Stitch runs CREATE SCHEMA IF NOT EXISTS. Redshift asks for CREATE on the database even where
#   the schema exists, so CREATE on a schema is no substitute.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_GRANT.html
# custom:
#   id: SQL003
#   severity: critical
#   remediation: Grant the user CREATE on the database.
package rscheck.stitch.sql.create

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": input.database.name,
	"message": sprintf("user %s lacks CREATE on database %s%s", [
		input.loader.user,
		input.database.name,
		concat("", substitutes),
	]),
	"remediation": [remedy.sql(sprintf("GRANT CREATE ON DATABASE %s TO %s;", [
		sql.name(input.database.name),
		sql.name(input.loader.user),
	]))],
} if {
	not input.database.create.allowed
}

deny contains {
	"subject": input.database.name,
	"message": sprintf("sessions of user %s are read-only: default_transaction_read_only is on", [input.loader.user]),
	"remediation": [remedy.sql(sprintf("ALTER USER %s SET default_transaction_read_only TO off;", [
		sql.name(input.loader.user),
	]))],
} if {
	input.database.create.allowed
	input.database.create.read_only
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

substitutes contains sprintf(
	"; CREATE on %s %s%s is no substitute: CREATE SCHEMA IF NOT EXISTS asks for it on the database",
	[noun, concat(", ", input.database.create.schemas), more],
) if {
	input.database.create.schema_count > 0
}

noun := "schema" if input.database.create.schema_count == 1

noun := "schemas" if input.database.create.schema_count > 1

more := "" if input.database.create.schema_count <= count(input.database.create.schemas)

more := sprintf(" (+ %d more)", [hidden]) if {
	hidden := input.database.create.schema_count - count(input.database.create.schemas)
	hidden > 0
}
