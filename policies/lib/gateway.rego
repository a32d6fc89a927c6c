# METADATA
# description: The steps that give a subnet a way to and from the internet gateway.
package rscheck.lib.gateway

import data.rscheck.lib.remedy

# steps mend one of the stages internet_gateway, gateway_route_table and return_route, for answers to an address.
steps("internet_gateway", vpc, _, _, _, _) := [
	remedy.note(concat("", [
		"An internet gateway makes nothing public before a route leads to it. ",
		"If you have one that is attached to no VPC, attach that one.",
	])),
	remedy.aws("ec2 create-internet-gateway", input.target.region, []),
	remedy.note("Put the id that it prints for <internet-gateway-id>; then run rscheck again, for the routes:"),
	remedy.aws(
		"ec2 attach-internet-gateway",
		input.target.region,
		["--internet-gateway-id", "<internet-gateway-id>", "--vpc-id", vpc],
	),
]

steps(stage, _, _, _, "own_range", address) := [remedy.note(sprintf(
	concat("", [
		"%s is in a range of the VPC's own: what is sent to it stays in the VPC, and AWS refuses a route out. ",
		"No route cures this. Take that range off the VPC, with aws ec2 disassociate-vpc-cidr-block, which takes that no ",
		"subnet is in it and that it is not the first; or load into a cluster in another VPC.",
	]),
	[address],
))] if {
	routed[stage]
}

# A route to the one address wins over every wider route, so that whatever else
# the subnet sends keeps its way.
steps(stage, table, route, target, "", address) := [
	remedy.note(concat("", [why(target), caution[verb(route, address)]])),
	remedy.aws(
		concat(" ", ["ec2", verb(route, address)]),
		input.target.region,
		["--route-table-id", table, "--destination-cidr-block", address, flag(target), target],
	),
] if {
	to_target(stage, table, target)
}

steps(stage, table, _, target, "", _) := [remedy.note(advice[stage])] if {
	not to_target(stage, table, target)
}

routed := {"return_route", "gateway_route_table"}

to_target(stage, table, target) if {
	routed[stage]
	table != ""
	target != ""
}

flag(target) := "--vpc-endpoint-id" if startswith(target, "vpce-")

flag(target) := "--network-interface-id" if startswith(target, "eni-")

flag(target) := "--gateway-id" if internet(target)

internet(target) if {
	not startswith(target, "vpce-")
	not startswith(target, "eni-")
}

why(target) := "" if internet(target)

why(target) := sprintf(
	"The gateway's route table leads what comes in through %s, so answers must leave through it too. ",
	[target],
) if {
	not internet(target)
}

verb(route, address) := "replace-route" if route == address

verb(route, address) := "create-route" if route != address

caution := {
	"replace-route": "This takes the place of a route to the very address, for every subnet of the route table.",
	"create-route": concat("", [
		"A route for each address leaves all others as they are, for every subnet of the route table. ",
		"A subnet that is meant to be public has a table of its own instead, with a route for 0.0.0.0/0, ",
		"which changes the way out of all in it.",
	]),
}

advice := {
	"gateway_route_table": concat("", [
		"The route table associated with the internet gateway drops the traffic: give that route a target that is there, ",
		"or take it away, so that nothing is between the gateway and the subnet.",
	]),
	"return_route": concat("", [
		"No command can be named for the route yet: it must lead to an internet gateway of the VPC. ",
		"Attach one if there is none, then run rscheck again.",
	]),
}
