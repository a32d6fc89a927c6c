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
import data.rscheck.lib.remedy

deny contains {
	"subject": subnet.id,
	"message": sprintf("moved to it%s, the endpoint would be out of reach: %s", [
		failover(subnet.secondary),
		concat("; ", {hop.detail |
			some source in subnet.sources
			some hop in source.hops
			hop.verdict == "deny"
		}),
	]),
	"remediation": [
		remedy.note(concat("", [
			"Give it the route table and the network ACL of a subnet that lets the loader in. ",
			"Whatever else is in it is affected.",
		])),
		remedy.note(concat("", [
			"Or take it out of the cluster's subnet group, with aws redshift modify-cluster-subnet-group ",
			"and the ids of all others; AWS refuses while the cluster is in it.",
		])),
	],
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

failover(secondary) := " by a failover of Multi-AZ" if secondary

failover(secondary) := "" if not secondary
