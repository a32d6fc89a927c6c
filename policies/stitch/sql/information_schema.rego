# METADATA
# scope: package
# title: User may SELECT what the loader reads in information_schema
# description: >-
#   Before each load Stitch looks up in information_schema what its schemas and tables look like.
#   A schema or table that Stitch cannot see there it takes for missing and tries to create.
#   Everybody may read it unless an admin restricted it.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
# custom:
#   id: SQL006
#   severity: critical
#   remediation: Grant the user USAGE on information_schema and SELECT on the listed relations.
package rscheck.stitch.sql.information_schema

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

# One finding for the schema: its grants go together.
deny contains {
	"subject": "information_schema",
	"message": sprintf("user %s lacks %s", [input.loader.user, concat(" and ", lacks)]),
	"remediation": array.concat(grants, [remedy.note(blanket)]),
} if {
	count(lacks) > 0
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

lacks contains "USAGE on information_schema" if not input.database.information_schema.can_use

lacks contains sprintf("SELECT on %s", [concat(", ", relations)]) if {
	relations := [concat(".", ["information_schema", name]) | some name in input.database.information_schema.denied]
	count(input.database.information_schema.denied) > 0
}

grants := [step | some step in array.concat(usage, selects)]

usage := [remedy.sql(sprintf("GRANT USAGE ON SCHEMA %s TO %s;", [sql.name("information_schema"), user])) |
	not input.database.information_schema.can_use
]

selects := [remedy.sql(sprintf("GRANT SELECT ON %s TO %s;", [sql.relation("information_schema", name), user])) |
	some name in input.database.information_schema.denied
]

blanket := concat("", [
	"Stitch's own guide grants SELECT on all tables in schema information_schema; ",
	"that is broader than what it reads.",
])

user := sql.name(input.loader.user)
