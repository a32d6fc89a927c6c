# METADATA
# scope: package
# title: No view is bound to a table that Stitch loads into
# description: >-
#   Stitch widens a column by dropping it and making it anew, which Redshift refuses as long as a view or a
#   materialized view is bound to the table. Late-binding views do not stand in the way.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_VIEW.html
# custom:
#   id: SQL009
#   severity: medium
#   remediation: Create each listed view anew with its own definition and WITH NO SCHEMA BINDING at the end.
package rscheck.stitch.sql.bindings

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": table.subject,
	"message": sprintf("bound to it: %s%s; %s cannot widen a column that one of them reads", [
		concat(", ", [view.subject | some view in table.views]),
		more(table.view_count - count(table.views)),
		input.loader.name,
	]),
	"remediation": array.concat(
		[remedy.note(late(view.schema, view.name)) | some view in table.views; not view.materialized],
		[remedy.note(stored(view.schema, view.name)) | some view in table.views; view.materialized],
	),
} if {
	some table in input.database.bindings.pinned
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

not_applicable contains {"message": "there is no table to load into yet"} if {
	input.database.tables.count == 0
}

more(0) := ""

more(n) := sprintf(" and %d more", [n]) if n > 0

# The view's definition is not known, and none is made up.
late(schema, view) := sprintf(
	"SHOW VIEW %[1]s prints its definition. With the tables in it named with their schemas, create it anew: %[2]s.",
	[relation, sprintf("CREATE OR REPLACE VIEW %s AS ... WITH NO SCHEMA BINDING", [relation])],
) if {
	relation := sql.relation(schema, view)
}

stored(schema, view) := sprintf(
	"Materialized view %s cannot be late-binding: put a late-binding view in its place, or drop it when a load fails.",
	[sql.relation(schema, view)],
)
