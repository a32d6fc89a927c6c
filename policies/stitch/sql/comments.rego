# METADATA
# scope: package
# title: Table comments that hold primary keys are intact
# description: >-
#   Stitch keeps the primary key of a table in the table's comment, as {"primary_keys":["id"]}. Where it is gone
#   or cannot be read, or names a column that is not there any more, Stitch appends rows instead of updating
#   them, and duplicates pile up without an error.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_COMMENT.html
# custom:
#   id: SQL008
#   severity: high
#   remediation: Reset the table in Stitch, or put the comment back from a copy. Never write one with guessed keys.
package rscheck.stitch.sql.comments

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

deny contains {
	"subject": table.subject,
	"message": sprintf("the comment %q is not of the form {\"primary_keys\":[\"id\"]}: %s", [
		table.comment,
		fault(table.problem),
	]),
	"remediation": [remedy.note(restore)],
} if {
	some table in input.database.comments.deviating
	not table.problem in {"missing", "no_column"}
}

deny contains {
	"subject": table.subject,
	"message": sprintf("the comment %q names as primary key what is no column of the table: %s", [
		table.comment,
		concat(", ", [sprintf("%q", [key]) | some key in table.keys]),
	]),
	"remediation": [remedy.note(restore)],
} if {
	some table in input.database.comments.deviating
	table.problem == "no_column"
}

# A source without a primary key leaves none, so it may be as it should.
deny contains {
	"subject": table.subject,
	"severity": "medium",
	"message": sprintf("there is no comment with the primary key: %s appends to this table and updates nothing", [
		input.loader.name,
	]),
	"remediation": [
		remedy.note("This is as it should be if the source has no primary key."),
		remedy.note(restore),
	],
} if {
	some table in input.database.comments.deviating
	table.problem == "missing"
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

not_applicable contains {"message": "there is no table to load into yet"} if {
	input.database.comments.count == 0
}

default fault(_) := "it is not a JSON object"

fault("keyless") := "primary_keys is absent or not a list of names"

fault("empty") := "primary_keys names no column"

restore := sprintf(
	"Put back the comment from a copy: never guess the keys. Or reset the table in %s: it loads all rows again.",
	[input.loader.name],
)
