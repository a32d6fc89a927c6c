# METADATA
# scope: package
# title: The bastion is reachable by the loader and reaches the cluster
# description: >-
#   Over connection ssh Stitch dials an EC2 instance in the cluster's VPC, from each of its addresses, and the
#   instance dials the cluster from its private address. Both ways must be open. Name the instance with --bastion.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/data-encryption/setting-up-ssh-tunnel-for-amazon-web-services
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: NET009
#   severity: critical
#   remediation: >-
#     Let the loader's addresses in to the bastion's SSH port, and the bastion's private address in to the cluster's
#     port.
package rscheck.stitch.network.bastion

import data.rscheck.lib.cause
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "deny"]),
	"remediation": array.concat(region.notes, [step |
		some hop in source.hops
		hop.verdict == "deny"
		step := mend_way_in(hop.stage, hop.object, hop.rule_number, source.address)
	]),
} if {
	input.network.bastion.way_in.verdict == "deny"
	some source in input.network.bastion.way_in.sources
	source.verdict == "deny"
}

deny contains {
	"subject": input.network.bastion.id,
	"message": concat("; ", [hop.detail | some hop in input.network.bastion.onward.hops; hop.verdict == "deny"]),
	"remediation": [step |
		some hop in input.network.bastion.onward.hops
		hop.verdict == "deny"
		step := mend_onward(hop.stage, hop.object, hop.rule_number, hop.cidr)
	],
} if {
	input.network.bastion.onward.verdict == "deny"
}

unknown contains {
	"subject": source.address,
	"message": concat("; ", [hop.detail | some hop in source.hops; hop.verdict == "unknown"]),
	"missing": source.missing,
} if {
	input.network.bastion.verdict == "deny"
	some source in input.network.bastion.way_in.sources
	source.verdict == "unknown"
}

unknown contains {
	"subject": input.network.bastion.id,
	"message": concat("; ", [hop.detail | some hop in input.network.bastion.onward.hops; hop.verdict == "unknown"]),
	"missing": input.network.bastion.onward.missing,
} if {
	input.network.bastion.verdict == "deny"
	input.network.bastion.onward.verdict == "unknown"
}

not_applicable contains {"message": sprintf("asked only of connection ssh; this one is %s", [
	input.loader.connection,
])} if {
	input.network.bastion.verdict == "not_applicable"
}

not_applicable contains cause.no_endpoint

mend_way_in("security_groups", group, _, address) := admit(
	group,
	input.network.bastion.port,
	["--cidr", address],
) if {
	group != ""
}

mend_way_in(stage, acl, number, address) := entry(acl, number, sides[stage], way_in_ports[stage], address)

mend_way_in(stage, object, _, _) := remedy.note(advice[stage]) if not commanded(stage, object)

mend_onward("security_groups", group, _, _) := admit(group, input.cluster.endpoint.port, origin) if group != ""

mend_onward(stage, acl, number, cidr) := entry(acl, number, sides[stage], onward_ports[stage], cidr)

mend_onward(stage, object, _, _) := remedy.note(advice[stage]) if not commanded(stage, object)

commanded("security_groups", group) if group != ""

commanded(stage, _) if sides[stage]

admit(group, port, source) := remedy.aws(
	"ec2 authorize-security-group-ingress",
	input.target.region,
	array.concat(["--group-id", group, "--protocol", "tcp", "--port", sprintf("%d", [port])], source),
)

# A rule for the group holds when the instance is replaced by another with it.
origin := ["--source-group", input.network.bastion.group] if input.network.bastion.group != ""

origin := ["--cidr", input.network.bastion.onward.address] if input.network.bastion.group == ""

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
	"instance": "Start the instance, or name another one with --bastion.",
	"source": "The internet does not carry this address.",
	"public_address": "Give the instance an elastic IP address.",
	"block_public_access": "Exclude the bastion's subnet from VPC Block Public Access, with allow-bidirectional.",
	"internet_gateway": "Attach an internet gateway to the VPC.",
	"gateway_route_table": concat("", [
		"The route table associated with the internet gateway sends the traffic elsewhere: ",
		"take that route away, or let the answers go back the same way.",
	]),
	"return_route": "Move the bastion to a public subnet, or give its route table a route to the VPC's internet gateway.",
	"endpoint": "Every subnet that may carry the endpoint is blocked, each in its own way: look at each.",
	"local_route": "Take the route away that leads what the bastion and the cluster send each other elsewhere.",
	"security_groups": "Attach a security group that admits the connection.",
}
