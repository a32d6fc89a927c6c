# METADATA
# scope: package
# title: Loader's user exists and its password has not expired
# description: >-
#   Stitch logs in with a database user and a password. A user that is missing, or whose password was changed or
#   has run out, stops every load at the login.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
# custom:
#   id: SQL001
#   severity: critical
#   remediation: Create the user, or give it a password that is in force and type the same into Stitch.
package rscheck.stitch.sql.user

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": input.loader.user,
	"message": sprintf("there is no user %s", [input.loader.user]),
	"remediation": [
		remedy.note(sprintf("If it was renamed, give it its name back by ALTER USER ... RENAME TO %s, %s", [
			user,
			"and then a password: a new user would own none of its tables. To create the user:",
		])),
		remedy.sql(sprintf("CREATE USER %s PASSWORD %s;", [user, placeholder])),
		remedy.note(choose),
	],
} if {
	input.database.account.status == "missing"
}

deny contains {
	"subject": input.loader.user,
	"message": sprintf("the password of user %s has expired%s", [input.loader.user, since]),
	"remediation": [
		remedy.sql(sprintf("ALTER USER %s PASSWORD %s VALID UNTIL 'infinity';", [user, placeholder])),
		remedy.note(choose),
	],
} if {
	input.database.account.status == "expired"
}

# The server answers a wrong password and an unknown user alike.
deny contains {
	"subject": input.loader.user,
	"message": sprintf("the password was refused for user %s, or there is no such user", [input.loader.user]),
	"remediation": [
		remedy.note(concat(" ", [
			"See that rscheck was given the password that the loader uses.",
			"With --login, another user sees whether there is such a user. If so, set the password anew:",
		])),
		remedy.sql(sprintf("ALTER USER %s PASSWORD %s;", [user, placeholder])),
		remedy.note(choose),
	],
} if {
	input.database.account.status == "refused"
}

not_applicable contains cause.no_database

user := sql.name(input.loader.user)

placeholder := sql.literal("<password>")

choose := sprintf(
	"Put a password of your own for <password>, and type the same into %s.",
	[input.loader.name],
)

since := sprintf(" (valid until %s)", [input.database.account.valid_until]) if {
	input.database.account.valid_until != ""
}

since := "" if input.database.account.valid_until == ""
