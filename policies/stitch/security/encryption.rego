# METADATA
# scope: package
# title: Data is encrypted at rest
# description: >-
#   Stitch loads copies of what other systems hold, so what is personal or secret there is so here. Encryption at
#   rest costs the loader nothing. Clusters made since January 2025 have it, unless restored from an older one.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/data-encryption
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html
# custom:
#   id: SEC004
#   severity: medium
#   remediation: Turn encryption on; the cluster migrates by itself.
package rscheck.stitch.security.encryption

import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf("the data of %s %s is not encrypted at rest", [input.target.kind, input.target.name]),
	"remediation": steps,
} if {
	not input.cluster.encrypted
}

steps := [
	remedy.note("The migration can take hours; the cluster may be read-only for part of it, and a load then fails."),
	remedy.aws("redshift modify-cluster", input.target.region, [
		"--cluster-identifier", input.target.name,
		"--encrypted",
	]),
] if {
	input.target.kind == "cluster"
}

steps := [remedy.note("AWS encrypts every workgroup: ask AWS why this one is said not to be.")] if {
	not input.target.kind == "cluster"
}
