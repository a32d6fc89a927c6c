# METADATA
# scope: package
# title: User may SELECT what the loader reads in pg_catalog
# description: >-
#   Before each load Stitch looks up in pg_catalog what its schemas and tables look like.
#   The keys of its tables are kept in comments, which it reads there too.
#   Everybody may read it unless an admin restricted it.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/c_intro_catalog_views.html
# custom:
#   id: SQL007
#   severity: critical
#   remediation: Grant the user USAGE on pg_catalog and SELECT on the listed relations.
package rscheck.stitch.sql.pg_catalog

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

# One finding for the schema: its grants go together.
deny contains {
	"subject": "pg_catalog",
	"message": sprintf("user %s lacks %s", [input.loader.user, concat(" and ", lacks)]),
	"remediation": array.concat(grants, [remedy.note(blanket)]),
} if {
	count(lacks) > 0
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

lacks contains "USAGE on pg_catalog" if not input.database.pg_catalog.can_use

lacks contains sprintf("SELECT on %s", [concat(", ", relations)]) if {
	relations := [concat(".", ["pg_catalog", name]) | some name in input.database.pg_catalog.denied]
	count(input.database.pg_catalog.denied) > 0
}

grants := [step | some step in array.concat(usage, selects)]

usage := [remedy.sql(sprintf("GRANT USAGE ON SCHEMA %s TO %s;", [sql.name("pg_catalog"), user])) |
	not input.database.pg_catalog.can_use
]

selects := [remedy.sql(sprintf("GRANT SELECT ON %s TO %s;", [sql.relation("pg_catalog", name), user])) |
	some name in input.database.pg_catalog.denied
]

blanket := concat("", [
	"Stitch's own guide grants SELECT on all tables in schema pg_catalog; ",
	"that is broader than what it reads.",
])

user := sql.name(input.loader.user)
