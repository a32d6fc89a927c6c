# METADATA
# scope: package
# title: Every subnet of the subnet group carries the endpoint equally well
# description: >-
#   When a cluster is resized, resumed, relocated or fails over, AWS may move it to another subnet of its subnet
#   group, and asks that all of them have the same routes and the same network ACL rules. One that lets Stitch in
#   less is an outage that waits for its day.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-cluster-subnet-groups.html
# custom:
#   id: NET006
#   severity: medium
#   remediation: Give all subnets of the group the same routes and network ACL rules, or take the odd one out.
package rscheck.stitch.network.other_subnets

import data.rscheck.lib.cause
import data.rscheck.lib.exclusion
import data.rscheck.lib.remedy

deny contains {
	"subject": subnet.id,
	"message": sprintf("moved to it%s, the endpoint would be out of reach: %s", [
		failover(subnet.secondary),
		concat("; ", {replace(said, mark, concat(", ", addresses)) |
			some said, addresses in reasons(subnet.sources)
		}),
	]),
	"remediation": array.concat(
		[step |
			some stage in ["block_public_access", "gateway_route_table", "return_route", "nacl_inbound", "nacl_outbound"]
			some kept_out in {[hop.object, hop.exclusion, hop.obstacle] |
				some source in subnet.sources
				some hop in source.hops
				hop.verdict == "deny"
				hop.stage == stage
			}
			some step in mend(stage, kept_out[0], kept_out[1], kept_out[2])
		],
		[out],
	),
} if {
	some subnet in input.network.elsewhere
	subnet.verdict == "deny"
}

unknown contains {
	"subject": subnet.id,
	"message": "whether it would carry the endpoint as well is not known",
	"missing": subnet.missing,
} if {
	some subnet in input.network.elsewhere
	subnet.verdict == "unknown"
}

not_applicable contains cause.not_direct

not_applicable contains cause.no_endpoint

# Nothing but an exclusion helps where Block Public Access shuts the subnet.
mend("block_public_access", object, id, obstacle) := exclusion.steps(object, id, obstacle)

mend(stage, _, _, "") := [remedy.note(sprintf("%s Whatever else is in it is affected.", [advice[stage]]))]

mend(_, _, _, "own_range") := [remedy.note(concat("", [
	"A range of the VPC's own holds addresses of the loader, so no route table helps: see NET002.",
]))]

advice := {
	"gateway_route_table": "Have the internet gateway's route table treat it as a subnet that lets the loader in.",
	"return_route": concat(" ", [
		"If NET002 names the same route table, its commands mend this too.",
		"Else give the subnet the route table of one that lets the loader in.",
	]),
	"nacl_inbound": acl,
	"nacl_outbound": acl,
}

acl := concat(" ", [
	"If NET004 names the same network ACL, its commands mend this too.",
	"Else give the subnet the network ACL of one that lets the loader in.",
])

out := remedy.note(concat("", [
	"Or take it out of the cluster's subnet group, with aws redshift modify-cluster-subnet-group ",
	"and the ids of all others; AWS refuses while the cluster is in it.",
])) if {
	input.target.kind == "cluster"
}

out := remedy.note(concat("", [
	"Or take it out of the workgroup's subnets, with aws redshift-serverless update-workgroup ",
	"and the ids of all that it is to have.",
])) if {
	not input.target.kind == "cluster"
}

# reasons are why the addresses are kept out. Where the reason names the address, the mark stands for it: what is the
# same for several is said once.
reasons(sources) := {said: addresses |
	some first in sources
	some hop in first.hops
	hop.verdict == "deny"
	said := replace(hop.detail, first.address, mark)
	addresses := [source.address |
		some source in sources
		some other in source.hops
		other.verdict == "deny"
		replace(other.detail, source.address, mark) == said
	]
}

mark := "<address>"

failover(secondary) := " by a failover of Multi-AZ" if secondary

failover(secondary) := "" if not secondary
