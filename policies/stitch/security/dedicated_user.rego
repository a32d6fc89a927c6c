# METADATA
# scope: package
# title: "Loader's user is its own: neither the admin nor a superuser"
# description: >-
#   A superuser passes every check of privileges, so nothing keeps a loader that uses one, or whoever gets hold of
#   its password, from reading and dropping all there is.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_superusers.html
# custom:
#   id: SEC006
#   severity: medium
#   remediation: Create a user for Stitch alone and give it CREATE on the database and its own schemas and tables.
package rscheck.stitch.security.dedicated_user

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": input.loader.user,
	"message": sprintf("user %s is the admin that was made with the cluster", [input.loader.user]),
	"remediation": [
		remedy.sql(sprintf("CREATE USER %s PASSWORD %s;", [sql.name(own_name), sql.literal("<password>")])),
		remedy.note(sprintf("Put a password of your own for <password>, then run rscheck with --user %s: %s", [
			own_name,
			"it prints what that user lacks.",
		])),
	],
} if {
	input.database.admin
}

deny contains {
	"subject": input.loader.user,
	"message": sprintf("user %s is a superuser", [input.loader.user]),
	"remediation": [
		remedy.note("Until the user has the privileges of SQL003 to SQL007 itself, loads will fail after this:"),
		remedy.sql(sprintf("ALTER USER %s NOCREATEUSER;", [sql.name(input.loader.user)])),
		remedy.note("Then run rscheck again: it prints what the user lacks."),
	],
} if {
	input.database.superuser
	not input.database.admin
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user

own_name := input.loader.id if input.loader.user != input.loader.id

own_name := sprintf("%s_loader", [input.loader.id]) if input.loader.user == input.loader.id
