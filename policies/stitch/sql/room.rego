# METADATA
# scope: package
# title: Connection limit and statement timeout leave Stitch room
# description: >-
#   Stitch loads several integrations at a time, each over connections of its own, and a load that replaces many
#   rows takes minutes. What is too much for the user's connection limit is refused, and what is too long for its
#   statement_timeout is broken off. How much Stitch needs is documented nowhere: the limits here are inferred.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-connection-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_USER.html
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/r_statement_timeout.html
# custom:
#   id: SQL012
#   severity: medium
#   remediation: Raise the user's connection limit and its statement_timeout, or lift them.
package rscheck.stitch.sql.room

import data.rscheck.lib.cause
import data.rscheck.lib.remedy
import data.rscheck.lib.sql

deny contains {
	"subject": input.loader.user,
	"severity": severity,
	"message": concat("; ", [fault | some fault in [connections, timeout]; not fault == ""]),
	"remediation": array.concat(
		[remedy.sql(sprintf("ALTER USER %s CONNECTION LIMIT UNLIMITED;", [user])) | not connections == ""],
		[remedy.sql(sprintf("ALTER USER %s SET statement_timeout TO 0;", [user])) | not timeout == ""],
	),
} if {
	not connections == timeout
}

default connections := ""

connections := sprintf("the connection limit of user %s is %d; %s should be allowed %d", [
	input.loader.user,
	input.database.room.connection_limit,
	input.loader.name,
	input.database.room.connections,
]) if {
	input.database.room.connection_limit >= 0
	input.database.room.connection_limit < input.database.room.connections
}

default timeout := ""

timeout := sprintf("a statement of user %s is broken off after %v s; %s should be allowed %v s", [
	input.loader.user,
	input.database.room.statement_timeout / 1000,
	input.loader.name,
	input.database.room.statement / 1000,
]) if {
	input.database.room.statement_timeout > 0
	input.database.room.statement_timeout < input.database.room.statement
}

default severity := "medium"

# Fewer than inferred, and yet more than one: loads wait for each other, at worst.
severity := "low" if {
	timeout == ""
	input.database.room.connection_limit > 1
}

user := sql.name(input.loader.user)

not_applicable contains cause.no_database

not_applicable contains cause.no_user
