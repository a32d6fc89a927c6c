# METADATA
# scope: package
# title: Subnet has a way out to the internet gateway for every loader address
# description: >-
#   An answer to Stitch leaves by the route table of the endpoint's subnet. Unless that leads to the VPC's
#   internet gateway, for each of Stitch's addresses, the connection times out although it may be let in.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
# custom:
#   id: NET002
#   severity: critical
#   remediation: Attach an internet gateway to the VPC and route the loader's addresses to it.
package rscheck.stitch.network.route

import data.rscheck.lib.cause
import data.rscheck.lib.gateway
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "deny"]),
	"remediation": array.concat(region.notes, [step |
		some hop in source.hops
		hop.verdict == "deny"
		some step in mend(hop.stage, hop.object, hop.route, hop.target, hop.obstacle, source.address)
	]),
} if {
	input.network.way_out.verdict == "deny"
	some source in input.network.way_out.sources
	source.verdict == "deny"
}

unknown contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "unknown"]),
	"missing": source.missing,
} if {
	input.network.way_out.verdict == "deny"
	some source in input.network.way_out.sources
	source.verdict == "unknown"
}

not_applicable contains cause.not_direct

not_applicable contains cause.no_endpoint

mend(stage, object, route, target, obstacle, address) := gateway.steps(stage, object, route, target, obstacle, address)

mend("endpoint", _, _, _, _, _) := [remedy.note(concat(" ", [
	"Every subnet that may carry the endpoint is blocked, each in its own way:",
	"look at each.",
]))]
