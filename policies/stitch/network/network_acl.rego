# METADATA
# scope: package
# title: Network ACL admits every loader address and its replies
# description: >-
#   A network ACL keeps no state: it must let Stitch's addresses in on the cluster's port and let the answers
#   out to them on 1024-65535, the ports a client may have dialled from. Which of them Stitch uses is not published.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/stitch-ip-addresses
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
# custom:
#   id: NET004
#   severity: critical
#   remediation: Add network ACL entries for the listed addresses ahead of the rule that denies them.
package rscheck.stitch.network.network_acl

import data.rscheck.lib.cause
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; amiss(hop.verdict, hop.object)]),
	"remediation": array.concat(region.notes, [step |
		some hop in source.hops
		amiss(hop.verdict, hop.object)
		step := mend(hop.stage, hop.object, hop.rule_number, source.address)
	]),
} if {
	input.network.network_acl.verdict == "deny"
	some source in input.network.network_acl.sources
	source.verdict == "deny"
}

# This does not read the verdict, so it speaks where that is unknown too: there are sources then only if an entry
# would settle it.
unknown contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "unknown"]),
	"remediation": array.concat([note | some note in region.notes; count(cures) > 0], cures),
	"missing": source.missing,
} if {
	some source in input.network.network_acl.sources
	source.verdict == "unknown"
	cures := [step |
		some hop in source.hops
		hop.verdict == "unknown"
		amiss(hop.verdict, hop.object)
		step := mend(hop.stage, hop.object, hop.rule_number, source.address)
	]
}

# An entry may do more than undo a denial: replies that pass to some ports only are let through to all.
amiss("deny", _)

amiss("unknown", acl) if acl != ""

not_applicable contains cause.not_direct

not_applicable contains cause.no_endpoint

mend(stage, acl, number, address) := remedy.aws(
	"ec2 create-network-acl-entry",
	input.target.region,
	[
		"--network-acl-id", acl,
		direction[stage],
		"--rule-number", sprintf("%d", [number]),
		"--protocol", "tcp",
		"--port-range", ports[stage],
		"--cidr-block", address,
		"--rule-action", "allow",
	],
) if {
	number > 0
}

mend(_, acl, 0, address) := remedy.note(sprintf(
	"No rule number is free ahead of the rule that denies: renumber the rules of network ACL %s to let %s through.",
	[acl, address],
))

direction := {"nacl_inbound": "--ingress", "nacl_outbound": "--egress"}

ports["nacl_inbound"] := sprintf("From=%d,To=%d", [input.cluster.endpoint.port, input.cluster.endpoint.port])

ports["nacl_outbound"] := "From=1024,To=65535"
