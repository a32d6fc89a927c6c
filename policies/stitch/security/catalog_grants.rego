# METADATA
# scope: package
# title: No blanket grant on pg_catalog
# description: >-
#   Redshift keeps its logs and other system tables in pg_catalog, and some of them are for superusers only: what
#   other users ran is in there. A grant on all tables of the schema, as the loader's guide gives it for clusters
#   that restrict access, opens these to the loader's user too. It needs only the few relations it reads.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/c_visibility-of-data.html
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_REVOKE.html
# custom:
#   id: SEC007
#   severity: low
#   remediation: Revoke the grant, and grant SELECT on the relations that the loader reads.
package rscheck.stitch.security.catalog_grants

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

# Relations that came with a later version of Redshift are not in a grant on all
# tables, so half of them is taken for all.
deny contains {
	"subject": input.loader.user,
	"message": sprintf("user %s was itself granted SELECT on %d of %d relations of pg_catalog%s", [
		input.loader.user,
		input.database.grants.granted,
		input.database.grants.total,
		private(input.database.grants.private_count, concat(", ", input.database.grants.private)),
	]),
	"remediation": [
		remedy.sql(sprintf("REVOKE SELECT ON ALL TABLES IN SCHEMA %s FROM %s;", [catalog, user])),
		remedy.sql(sprintf("GRANT SELECT ON %s TO %s;", [
			concat(", ", [sql.relation("pg_catalog", name) | some name in input.database.grants.reads]),
			user,
		])),
	],
} if {
	input.database.grants.granted > 0
	2 * input.database.grants.granted >= input.database.grants.total
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

private(0, _) := ""

private(n, names) := sprintf(", %d of them not for everybody (%s)", [n, names]) if n > 0

catalog := sql.name("pg_catalog")

user := sql.name(input.loader.user)
