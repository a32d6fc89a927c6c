# METADATA
# scope: package
# title: Audit logging is on
# description: >-
#   The connection log is what tells an attempt of Stitch's that was refused from one that never arrived, and a
#   stranger's from either. It is off by default.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-connection-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
# custom:
#   id: SEC005
#   severity: low
#   remediation: Turn audit logging on, to CloudWatch or to a bucket.
package rscheck.stitch.security.audit_log

import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": "audit logging is off: nobody can tell later who logged in, or tried to",
	"remediation": steps,
} if {
	not input.cluster.logging.enabled
}

deny contains {
	"subject": input.target.name,
	"message": sprintf("audit logging is on, but the last delivery failed: %q", [input.cluster.logging.failure]),
	"remediation": [remedy.note("Look at the policy of the bucket, and whether there still is one.")],
} if {
	input.cluster.logging.failing
}

deny contains {
	"subject": input.target.name,
	"message": sprintf("audit logging leaves out %s", [concat(", ", input.cluster.logging.absent)]),
	"remediation": steps,
} if {
	count(input.cluster.logging.absent) > 0
	not input.cluster.logging.failing
}

steps := [remedy.aws("redshift enable-logging", input.target.region, [
	"--cluster-identifier", input.target.name,
	"--log-destination-type", "cloudwatch",
	"--log-exports", "connectionlog", "userlog", "useractivitylog",
])] if {
	input.target.kind == "cluster"
}

steps := [remedy.note(concat("", [
	"Turn the exports on for the workgroup's namespace: ",
	"aws redshift-serverless update-namespace, with --log-exports connectionlog userlog useractivitylog.",
]))] if {
	not input.target.kind == "cluster"
}
