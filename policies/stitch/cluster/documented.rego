# METADATA
# scope: package
# title: Loader documents this kind of target
# description: >-
#   Stitch's documentation speaks of Redshift clusters and nowhere of Redshift Serverless. A workgroup may well
#   work, as it answers like a cluster, but nobody has promised it.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-known-issues.html
# custom:
#   id: CLU005
#   severity: info
#   remediation: Ask the loader's support before relying on it.
package rscheck.stitch.cluster.documented

import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf("%s is a %s, of which the documentation of %s does not speak", [
		input.target.name,
		input.target.kind,
		input.loader.name,
	]),
	"remediation": [remedy.note(sprintf("Ask the support of %s before relying on it.", [input.loader.name]))],
} if {
	not input.cluster.documented
}
