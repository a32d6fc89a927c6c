# METADATA
# scope: package
# title: Standard PostgreSQL driver can log in as the user
# description: >-
#   Stitch's error messages are those of the PostgreSQL JDBC driver, which knows neither Redshift's SHA-256
#   passwords nor its identity provider logins. A password that Redshift keeps as MD5, its default, works.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-connection-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
# custom:
#   id: SQL013
#   severity: high
#   remediation: Set the user's password anew, in plain text or as an MD5 hash, so that Redshift keeps it as MD5.
package rscheck.stitch.sql.driver

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": input.loader.user,
	"message": sprintf("the password of user %s is kept as SHA-256, which standard PostgreSQL drivers refuse", [
		input.loader.user,
	]),
	"remediation": [
		remedy.sql(sprintf("ALTER USER %s PASSWORD %s;", [sql.name(input.loader.user), sql.literal("<password>")])),
		remedy.note(concat("", [
			"Put a password of your own for <password>, and type the same into Stitch. Redshift keeps a plain one as ",
			"MD5; to keep it out of the statement, give 'md5' and the MD5 hash, in hexadecimal, of the password ",
			"followed by the user's name.",
		])),
	],
} if {
	input.database.driver.method == "digest"
}

deny contains {
	"subject": input.loader.user,
	"message": sprintf("user %s logs in through an identity provider, which standard PostgreSQL drivers cannot do", [
		input.loader.user,
	]),
	"remediation": [remedy.note("Create a user with a password for the loader.")],
} if {
	input.database.driver.method == "identity"
}

deny contains {
	"subject": input.loader.user,
	"message": sprintf("user %s may have 0 connections at a time: no driver can log in as it", [input.loader.user]),
	"remediation": [remedy.sql(sprintf("ALTER USER %s CONNECTION LIMIT UNLIMITED;", [sql.name(input.loader.user)]))],
} if {
	input.database.driver.method == "barred"
}

not_applicable contains cause.no_database

not_applicable contains cause.no_user
