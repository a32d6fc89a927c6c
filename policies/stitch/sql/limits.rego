# METADATA
# scope: package
# title: Names, columns and tables are within Stitch's limits
# description: >-
#   Stitch refuses data for a table with more columns, for a longer name and for a name that it keeps for itself.
#   A table at its limit takes no column more; one near it will soon be there.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/reference
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-loading-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/amazon-redshift-limits.html
# custom:
#   id: SQL011
#   severity: medium
#   remediation: Load fewer columns of the source, and keep columns of your own out of Stitch's tables.
package rscheck.stitch.sql.limits

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

deny contains {
	"subject": subject,
	"severity": severity(subject in full),
	"message": concat("; ", messages),
	"remediation": [remedy.note(step) | some step in steps[subject]],
} if {
	some subject, messages in faults
}

deny contains {
	"subject": input.database.name,
	"severity": severity(input.database.limits.tables.level == "full"),
	"message": sprintf("the database has %d tables; %s copes with %d", [
		input.database.limits.tables.count,
		input.loader.name,
		input.database.limits.tables.limit,
	]),
	"remediation": [remedy.note("Drop tables that are not needed any more, or load into another database.")],
} if {
	input.database.limits.tables.level in {"near", "full"}
}

faults[table.subject] contains sprintf("%d columns of at most %d", [table.columns.count, table.columns.limit]) if {
	some table in input.database.limits.deviating
	table.columns.level in {"near", "full"}
}

faults[table.subject] contains sprintf("its name has %d characters, at most %d can be", [
	table.name.characters,
	table.name.limit,
]) if {
	some table in input.database.limits.deviating
	table.name.over
}

faults[table.subject] contains sprintf("the name of column %q has %d characters, at most %d can be", [
	table.longest,
	table.column.characters,
	table.column.limit,
]) if {
	some table in input.database.limits.deviating
	table.column.over
}

faults[table.subject] contains sprintf("its name begins with what %s keeps for its own tables", [
	input.loader.name,
]) if {
	some table in input.database.limits.deviating
	table.reserved_name
}

faults[table.subject] contains sprintf("columns with names that %s keeps for itself: %s%s", [
	input.loader.name,
	concat(", ", [sprintf("%q", [column]) | some column in table.reserved]),
	more(table.reserved_count - count(table.reserved)),
]) if {
	some table in input.database.limits.deviating
	table.reserved_count > 0
}

full contains table.subject if {
	some table in input.database.limits.deviating
	table.columns.level == "full"
}

steps[table.subject] contains "Load fewer columns: deselect some of the source's." if {
	some table in input.database.limits.deviating
	table.columns.level in {"near", "full"}
}

steps[table.subject] contains sprintf("Rename what is not %s's own, or keep it in a table of your own.", [
	input.loader.name,
]) if {
	some table in input.database.limits.deviating
	true in {table.name.over, table.column.over, table.reserved_name, table.reserved_count > 0}
}

severity(true) := "medium"

severity(false) := "low"

more(0) := ""

more(n) := sprintf(" and %d more", [n]) if n > 0

not_applicable contains cause.no_database

not_applicable contains cause.no_user
