# METADATA
# scope: package
# title: It is Redshift that answers
# description: >-
#   Stitch asks the server for its version and refuses one that is not of the type chosen as destination. A host
#   that leads to some other PostgreSQL, an old one after a migration say, fails there, if its password is right.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-connection-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/dg/c_redshift-and-postgres-sql.html
# custom:
#   id: CLU003
#   severity: critical
#   remediation: Type the host of the Redshift endpoint, or choose the destination that is really there.
package rscheck.stitch.cluster.engine

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf("it is not Redshift that answers but %s", [input.database.engine.version]),
	"remediation": [remedy.note(sprintf(
		"Look at which host and port rscheck and %s were given: they lead to something else.",
		[input.loader.name],
	))],
} if {
	not input.database.engine.redshift
}

not_applicable contains cause.no_database
