# METADATA
# scope: package
# title: User owns every schema it loads into
# description: >-
#   Redshift shows a schema to Stitch, and lets it change what is in it, only if Stitch's user owns it. An owner
#   whose rights on its own schema were revoked is locked out too.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_SCHEMA.html
# custom:
#   id: SQL004
#   severity: critical
#   remediation: Make the loader's user the owner of each listed schema.
package rscheck.stitch.sql.schemas

import data.rscheck.lib.cause
import data.rscheck.lib.copies
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": schema.subject,
	"message": sprintf("owned by %s, not by %s, and so not shown to %s in information_schema", [
		schema.owner,
		input.loader.user,
		input.loader.name,
	]),
	"remediation": array.concat(
		[remedy.note(copies.schema(schema.name)) | schema.copies],
		[remedy.sql(sprintf("ALTER SCHEMA %s OWNER TO %s;", [sql.name(schema.name), user]))],
	),
} if {
	some schema in input.database.schemas.deviating
	schema.problem == "owner"
}

# Both rights are given back: where one was revoked, the other may have been too.
deny contains {
	"subject": schema.subject,
	"message": sprintf("owned by %s, which lacks %s in it: the right was revoked", [
		input.loader.user,
		upper(schema.problem),
	]),
	"remediation": [remedy.sql(sprintf("GRANT USAGE, CREATE ON SCHEMA %s TO %s;", [sql.name(schema.name), user]))],
} if {
	some schema in input.database.schemas.deviating
	schema.problem in {"usage", "create"}
}

deny contains {
	"subject": schema.subject,
	"message": sprintf("an external schema: its tables are kept outside the database, and %s can make none in it", [
		input.loader.name,
	]),
	"remediation": [remedy.note(sprintf("Name another schema in %s's integration.", [input.loader.name]))],
} if {
	some schema in input.database.schemas.deviating
	schema.problem == "external"
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

not_applicable contains {"message": sprintf("there is no schema %sto load into yet: %s creates it, given SQL003", [
	named,
	input.loader.name,
])} if {
	input.database.schemas.count == 0
}

default named := ""

named := concat("", [concat(", ", input.database.schemas.absent), " "]) if {
	count(input.database.schemas.absent) > 0
}

user := sql.name(input.loader.user)
