# METADATA
# scope: package
# title: Columns of Stitch's own are in place
# description: >-
#   Stitch adds columns of its own to every table it makes, and tells by them which rows are new, in which order
#   and of which version of the table. Without them it cannot load correctly.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/data-structure/system-tables-and-columns
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html
# custom:
#   id: SQL010
#   severity: medium
#   remediation: Reset the table in Stitch, which makes it anew and loads all its rows again.
package rscheck.stitch.sql.markers

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

deny contains {
	"subject": table.subject,
	"message": sprintf("looks like a table of %s's and lacks %s", [input.loader.name, concat(", ", table.lacking)]),
	"remediation": [
		remedy.note(sprintf("Reset the table in %s, which makes it anew and loads all its rows again.", [
			input.loader.name,
		])),
		remedy.note(sprintf("If it is a copy that somebody made, keep it in a schema that %s does not load into.", [
			input.loader.name,
		])),
	],
} if {
	some table in input.database.markers.deviating
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

not_applicable contains {"message": "there is no table to load into yet"} if {
	input.database.tables.count == 0
}
