# METADATA
# scope: package
# title: No pending modification will break the loader
# description: >-
#   A change of the cluster may wait for its maintenance window. Stitch works until then and stops in the night:
#   when the cluster becomes private under a direct connection, or gets a new name and with it a new endpoint.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-connection-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/APIReference/API_PendingModifiedValues.html
# custom:
#   id: CLU004
#   severity: high
#   remediation: Take the change back, or set the loader up for what comes after it.
package rscheck.stitch.cluster.pending

import data.rscheck.lib.remedy

deny contains {
	"subject": "publicly_accessible",
	"message": sprintf("%s %s will become private, and connection %s needs public access", [
		input.target.kind,
		input.target.name,
		input.loader.connection,
	]),
	"remediation": [keep_public],
} if {
	input.cluster.pending.becomes_private
	input.loader.public == "required"
}

deny contains {
	"subject": "identifier",
	"message": sprintf("%s %s will be called %s, and its endpoint by another name", [
		input.target.kind,
		input.target.name,
		input.cluster.pending.identifier,
	]),
	"remediation": [remedy.note(sprintf(
		"Type the new host into %s once it is there: that of now, its first part being %s.",
		[input.loader.name, input.cluster.pending.identifier],
	))],
} if {
	input.cluster.pending.identifier != ""
}

keep_public := remedy.aws(
	"redshift modify-cluster",
	input.target.region,
	["--cluster-identifier", input.target.name, "--publicly-accessible"],
) if {
	input.target.kind == "cluster"
}

keep_public := remedy.note("Make it publicly accessible again.") if not input.target.kind == "cluster"
