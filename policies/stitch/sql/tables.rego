# METADATA
# scope: package
# title: User owns every table it loads into
# description: >-
#   Stitch alters its tables, comments on them, truncates and vacuums them. Redshift leaves all of that to the
#   owner, whatever else was granted. An owner whose rights on its own table were revoked cannot load into it.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
# custom:
#   id: SQL005
#   severity: critical
#   remediation: Make the loader's user the owner of each listed table, with all rights on it.
package rscheck.stitch.sql.tables

import data.rscheck.lib.cause
import data.rscheck.lib.copies
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": table.subject,
	"message": sprintf("owned by %s, not by %s: ALTER TABLE and COMMENT will be refused to %s", [
		table.owner,
		input.loader.user,
		input.loader.name,
	]),
	"remediation": array.concat(
		[remedy.note(copies.schema(table.schema)) | table.copy],
		[remedy.sql(sprintf("ALTER TABLE %s OWNER TO %s;", [sql.relation(table.schema, table.name), user]))],
	),
} if {
	some table in input.database.tables.deviating
	table.problem == "owner"
}

# All rights are given back: TRUNCATE may have been revoked with the others.
deny contains {
	"subject": table.subject,
	"message": sprintf("owned by %s, which lacks %s on it: its rights were revoked", [
		input.loader.user,
		concat(", ", table.lacks),
	]),
	"remediation": [remedy.sql(sprintf("GRANT ALL ON TABLE %s TO %s;", [sql.relation(table.schema, table.name), user]))],
} if {
	some table in input.database.tables.deviating
	table.problem == "rights"
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

not_applicable contains {"message": "there is no table to load into yet"} if {
	input.database.tables.count == 0
}

user := sql.name(input.loader.user)
