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
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "deny"]),
	"remediation": array.concat(region.notes, [step |
		some hop in source.hops
		hop.verdict == "deny"
		some step in mend(hop.stage, hop.object, hop.gateway, hop.route, source.address)
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

mend(stage, vpc, _, _, _) := [
	remedy.aws("ec2 create-internet-gateway", input.target.region, []),
	remedy.note(sprintf(
		"Attach the gateway it names: aws ec2 attach-internet-gateway, with its id and VPC %s.",
		[vpc],
	)),
] if {
	stage == "internet_gateway"
}

# A route to the one address wins over every wider route, so that whatever else
# the subnet sends keeps its way.
mend(stage, table, gateway, route, address) := [
	remedy.note(concat("", [
		"A route for each address leaves every other as it is. A subnet that is meant to be public has one ",
		"for 0.0.0.0/0 instead, which changes the way out of all in it.",
	])),
	remedy.aws(
		concat(" ", ["ec2", verb(route, address)]),
		input.target.region,
		["--route-table-id", table, "--destination-cidr-block", address, "--gateway-id", gateway],
	),
] if {
	to_gateway(stage, table, gateway)
}

mend(stage, table, gateway, _, _) := [remedy.note(advice[stage])] if {
	stage != "internet_gateway"
	not to_gateway(stage, table, gateway)
}

to_gateway(stage, table, gateway) if {
	stage == "return_route"
	table != ""
	gateway != ""
}

verb(route, address) := "replace-route" if route == address

verb(route, address) := "create-route" if route != address

advice := {
	"endpoint": "Every subnet that may carry the endpoint is blocked, each in its own way: look at each.",
	"gateway_route_table": concat("", [
		"The route table associated with the internet gateway sends the traffic elsewhere: ",
		"take that route away, or let the answers go back the same way.",
	]),
	"return_route": concat("", [
		"No command can be named: the answers need a route to an internet gateway of the VPC. ",
		"Attach one if there is none, then run rscheck again.",
	]),
}
