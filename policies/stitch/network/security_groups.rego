# METADATA
# scope: package
# title: Security groups admit every loader address on the cluster's own port
# description: >-
#   Stitch dials from each of its addresses in turn, on the port of the endpoint. An address that no inbound
#   rule admits makes loads fail now and then, which is harder to find than if all failed.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/stitch-ip-addresses
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: NET003
#   severity: critical
#   remediation: Add an inbound TCP rule for each listed address on the cluster's port.
package rscheck.stitch.network.security_groups

import data.rscheck.lib.cause
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "deny"]),
	"remediation": array.concat(
		region.notes,
		[mend(hop.object, source.address) | some hop in source.hops; hop.verdict == "deny"],
	),
} if {
	input.network.security_groups.verdict == "deny"
	some source in input.network.security_groups.sources
	source.verdict == "deny"
}

unknown contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "unknown"]),
	"missing": source.missing,
} if {
	input.network.security_groups.verdict == "deny"
	some source in input.network.security_groups.sources
	source.verdict == "unknown"
}

not_applicable contains cause.not_direct

not_applicable contains cause.no_endpoint

mend(group, address) := remedy.aws(
	"ec2 authorize-security-group-ingress",
	input.target.region,
	[
		"--group-id", group,
		"--protocol", "tcp",
		"--port", sprintf("%d", [input.cluster.endpoint.port]),
		"--cidr", address,
	],
) if {
	group != ""
}

mend("", address) := remedy.note(sprintf(
	"No attached group can be changed to good effect (NET008): attach one of its VPC that admits tcp %d from %s.",
	[input.cluster.endpoint.port, address],
))
