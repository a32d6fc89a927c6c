# METADATA
# scope: package
# title: Database exists and is a local one
# description: >-
#   Stitch creates schemas and tables but never the database. A database that comes from a datashare exists and
#   can be read, but nothing can be created in it.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_DATABASE.html
# custom:
#   id: SQL002
#   severity: critical
#   remediation: Create the database, or name one of the cluster's own in Stitch.
package rscheck.stitch.sql.database

import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": input.database.name,
	"message": sprintf("there is no database %s", [input.database.name]),
	"remediation": [
		remedy.note("Correct the name if it is misspelt. To create the database:"),
		remedy.sql(sprintf("CREATE DATABASE %s;", [sql.name(input.database.name)])),
	],
} if {
	input.database.presence == "missing"
}

deny contains {
	"subject": input.database.name,
	"message": sprintf("database %s is a datashare: nothing can be created in it", [input.database.name]),
	"remediation": [remedy.note(sprintf("Name a database of the cluster's own in %s.", [input.loader.name]))],
} if {
	input.database.presence == "shared"
}

# What was seen is then of another database than the loader's.
unknown contains {
	"subject": input.loader.form.database,
	"message": sprintf("%s was told to load into %s, and rscheck looked into %s", [
		input.loader.name,
		input.loader.form.database,
		input.database.name,
	]),
	"missing": [{
		"path": "database.name",
		"reason": "inconsistent",
		"detail": sprintf("give --database %s", [input.loader.form.database]),
	}],
} if {
	input.loader.form.database != ""
	input.loader.form.database != input.database.name
}
