# METADATA
# scope: package
# title: The bastion is reachable by the loader and reaches the cluster
# description: >-
#   Over connection ssh Stitch dials an EC2 instance in the cluster's VPC, from each of its addresses, and the
#   instance dials the cluster by the endpoint's name. Both ways must be open, the name must lead to an address that
#   the instance reaches, and its own security groups must let it out. Name the instance with --bastion.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/data-encryption/setting-up-ssh-tunnel-for-amazon-web-services
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html
# custom:
#   id: NET009
#   severity: critical
#   remediation: >-
#     Let the loader's addresses in to the bastion's SSH port, and the bastion out to and in to the cluster's port.
#     For a publicly accessible cluster, enable DNS hostnames of the VPC.
package rscheck.stitch.network.bastion

import data.rscheck.lib.cause
import data.rscheck.lib.exclusion
import data.rscheck.lib.gateway
import data.rscheck.lib.permission
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; amiss(hop.verdict, hop.object)]),
	"remediation": array.concat(region.notes, [step |
		some hop in source.hops
		amiss(hop.verdict, hop.object)
		some step in mend_way_in(
			hop.stage, hop.object, hop.rule_number,
			hop.route, hop.target, hop.exclusion, hop.obstacle, source.address,
		)
	]),
} if {
	input.network.bastion.verdict == "deny"
	input.network.bastion.way_in.verdict == "deny"
	some source in input.network.bastion.way_in.sources
	source.verdict == "deny"
}

deny contains {
	"subject": input.network.bastion.id,
	"message": concat("; ", [hop.detail |
		some hop in input.network.bastion.onward.hops
		amiss(hop.verdict, hop.object)
	]),
	"remediation": [step |
		some hop in input.network.bastion.onward.hops
		amiss(hop.verdict, hop.object)
		some step in mend_onward(hop.stage, hop.id, hop.object, hop.rule_number, hop.route, hop.cidr, hop.group)
	],
} if {
	input.network.bastion.verdict == "deny"
	input.network.bastion.onward.verdict == "deny"
}

unknown contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "unknown"]),
	"remediation": array.concat([note | some note in region.notes; count(cures) > 0], cures),
	"missing": source.missing,
} if {
	telling
	some source in input.network.bastion.way_in.sources
	source.verdict == "unknown"
	cures := [step |
		some hop in source.hops
		curable(hop.verdict, hop.object)
		some step in mend_way_in(
			hop.stage, hop.object, hop.rule_number,
			hop.route, hop.target, hop.exclusion, hop.obstacle, source.address,
		)
	]
}

unknown contains {
	"subject": input.network.bastion.id,
	"message": concat("; ", [hop.detail | some hop in input.network.bastion.onward.hops; hop.verdict == "unknown"]),
	"remediation": [step |
		some hop in input.network.bastion.onward.hops
		curable(hop.verdict, hop.object)
		some step in mend_onward(hop.stage, hop.id, hop.object, hop.rule_number, hop.route, hop.cidr, hop.group)
	],
	"missing": input.network.bastion.onward.missing,
} if {
	telling
	input.network.bastion.onward.verdict == "unknown"
}

not_applicable contains {"message": sprintf("asked only of connection ssh; this one is %s", [
	input.loader.connection,
])} if {
	input.network.bastion.port == 0
}

not_applicable contains cause.no_endpoint

# What is not known is told part by part where something is denied, or a change would settle it. Otherwise the
# check as a whole is unknown.
telling if input.network.bastion.way_in.verdict == "deny"

telling if input.network.bastion.onward.verdict == "deny"

telling if {
	some source in input.network.bastion.way_in.sources
	some hop in source.hops
	curable(hop.verdict, hop.object)
}

telling if {
	some hop in input.network.bastion.onward.hops
	curable(hop.verdict, hop.object)
}

amiss("deny", _)

amiss(verdict, object) if curable(verdict, object)

curable("unknown", object) if object != ""

mend_way_in("instance", id, _, _, _, _, _, _) := [
	remedy.note(sprintf(
		"Unless its public address is an elastic one, it has another after that: tell %s.",
		[input.loader.name],
	)),
	remedy.aws("ec2 start-instances", input.target.region, ["--instance-ids", id]),
] if {
	id != ""
}

mend_way_in("instance", "", _, _, _, _, _, _) := [remedy.note(advice.instance)]

mend_way_in("source", _, _, _, _, _, _, _) := [remedy.note(advice.source)]

mend_way_in("public_address", id, _, _, _, _, _, _) := [
	remedy.aws("ec2 allocate-address", input.target.region, ["--domain", "vpc"]),
	remedy.note(sprintf(
		"Put the AllocationId that it prints for <allocation-id>, and tell %s the address:",
		[input.loader.name],
	)),
	remedy.aws(
		"ec2 associate-address",
		input.target.region,
		["--instance-id", id, "--allocation-id", "<allocation-id>"],
	),
]

mend_way_in("block_public_access", object, _, _, _, id, obstacle, _) := exclusion.steps(object, id, obstacle)

mend_way_in(stage, object, _, route, target, _, obstacle, address) := gateway.steps(
	stage,
	object,
	route,
	target,
	obstacle,
	address,
)

mend_way_in("security_groups", group, _, _, _, _, _, address) := [admit(
	group,
	input.network.bastion.port,
	["--cidr", address],
)]

mend_way_in(stage, acl, number, _, _, _, _, address) := [entry(
	acl,
	number,
	sides[stage],
	way_in_ports[stage],
	address,
)]

mend_onward("endpoint", _, _, _, _, _, _) := [remedy.note(advice.endpoint)]

mend_onward("endpoint_name", id, vpc, _, _, _, _) := [
	remedy.note(concat("", [
		"This changes how names are resolved in the whole VPC: instances then reach publicly accessible clusters ",
		"in it by their private addresses, and security groups must admit them by those.",
	])),
	remedy.aws(
		"ec2 modify-vpc-attribute",
		input.target.region,
		["--vpc-id", vpc, flag, `{"Value":true}`],
	),
] if {
	some attribute, flag in {
		"enableDnsSupport": "--enable-dns-support",
		"enableDnsHostnames": "--enable-dns-hostnames",
	}
	endswith(id, attribute)
}

mend_onward("endpoint_name", _, "", _, _, _, _) := [remedy.note(sprintf(
	"Type the endpoint's name, %s, as host into %s.",
	[input.cluster.endpoint.host, input.loader.name],
))]

mend_onward("bastion_groups_outbound", _, group, _, _, cidr, peer) := [remedy.aws(
	"ec2 authorize-security-group-egress",
	input.target.region,
	["--group-id", group, "--ip-permissions", destination(peer, cidr)],
)] if {
	group != ""
}

mend_onward("bastion_groups_outbound", _, "", _, _, _, _) := [remedy.note(advice.outbound)]

mend_onward("local_route", _, table, _, route, _, _) := [
	remedy.note("Or put the middlebox back that it led to."),
	remedy.aws(
		"ec2 delete-route",
		input.target.region,
		["--route-table-id", table, destination_flag(route), route],
	),
] if {
	route != ""
}

mend_onward("local_route", _, table, _, "", _, _) := [remedy.note(sprintf(
	"Let the route of %s lead to local again, or to a middlebox that is there.",
	[table],
))]

mend_onward("security_groups", _, group, _, _, _, _) := [admit(group, input.cluster.endpoint.port, origin)]

mend_onward(stage, _, acl, number, _, cidr, _) := [entry(acl, number, sides[stage], onward_ports[stage], cidr)]

admit(group, port, source) := remedy.aws(
	"ec2 authorize-security-group-ingress",
	input.target.region,
	array.concat(["--group-id", group, "--protocol", "tcp", "--port", sprintf("%d", [port])], source),
) if {
	group != ""
}

admit("", port, _) := remedy.note(sprintf(
	"No attached group can be changed to good effect: attach one that admits the connection on tcp %d.",
	[port],
))

# A rule for a group holds when what is in it is replaced by another.
origin := ["--source-group", input.network.bastion.group] if input.network.bastion.group != ""

origin := ["--cidr", input.network.bastion.onward.address] if input.network.bastion.group == ""

destination(peer, _) := permission.reach(input.cluster.endpoint.port, peer) if peer != ""

destination("", cidr) := permission.admit(input.cluster.endpoint.port, [cidr])

destination_flag(route) := "--destination-prefix-list-id" if startswith(route, "pl-")

destination_flag(route) := "--destination-cidr-block" if not startswith(route, "pl-")

entry(acl, number, side, ports, cidr) := remedy.aws(
	"ec2 create-network-acl-entry",
	input.target.region,
	[
		"--network-acl-id", acl,
		side,
		"--rule-number", sprintf("%d", [number]),
		"--protocol", "tcp",
		"--port-range", ports,
		"--cidr-block", cidr,
		"--rule-action", "allow",
	],
) if {
	number > 0
}

entry(acl, 0, _, _, cidr) := remedy.note(sprintf(
	"No rule number is free ahead of the rule that denies: renumber the rules of network ACL %s to let %s through.",
	[acl, cidr],
))

sides := {
	"nacl_inbound": "--ingress",
	"nacl_outbound": "--egress",
	"bastion_nacl_outbound": "--egress",
	"bastion_nacl_inbound": "--ingress",
}

way_in_ports["nacl_inbound"] := span(input.network.bastion.port)

way_in_ports["nacl_outbound"] := replies

onward_ports["bastion_nacl_outbound"] := span(input.cluster.endpoint.port)

onward_ports["nacl_inbound"] := span(input.cluster.endpoint.port)

onward_ports["nacl_outbound"] := replies

onward_ports["bastion_nacl_inbound"] := replies

span(port) := sprintf("From=%d,To=%d", [port, port])

replies := "From=1024,To=65535"

advice := {
	"instance": "Start the instance once it is stopped, or name another one with --bastion.",
	"source": "The internet does not carry this address.",
	"endpoint": "Every subnet that may carry the endpoint is blocked, each in its own way: look at each.",
	"outbound": "Attach a security group to the instance that lets the connection out.",
}
