# METADATA
# scope: package
# title: Attached security groups are active and usable in the cluster's VPC
# description: >-
#   A rule that admits Stitch counts for nothing while its security group is being attached, is being taken off,
#   or belongs to another VPC than the cluster.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/APIReference/API_VpcSecurityGroupMembership.html
# custom:
#   id: NET008
#   severity: high
#   remediation: Attach security groups of the cluster's own VPC and wait until they are active.
package rscheck.stitch.network.attached_groups

import data.rscheck.lib.remedy

deny contains {
	"subject": group.id,
	"message": sprintf("belongs to %s, not to the cluster's %s, and is not associated with it", [
		group.vpc_id,
		input.cluster.vpc_id,
	]),
	"remediation": [
		remedy.aws(
			"ec2 associate-security-group-vpc",
			input.target.region,
			["--group-id", group.id, "--vpc-id", input.cluster.vpc_id],
		),
		remedy.note(concat("", [
			"AWS refuses this for a default security group, and for one of a default VPC or another account: ",
			"then attach a security group of the cluster's own VPC in its place.",
		])),
	],
} if {
	some group in input.cluster.security_groups
	group.usable == "no"
}

# It passes by itself, so it matters less; NET003 does not count such a group.
deny contains {
	"subject": group.id,
	"severity": "medium",
	"message": sprintf("is not active: AWS reports its attachment as %q", [group.status]),
	"remediation": [remedy.note("Wait until the change is through, then run rscheck again.")],
} if {
	some group in input.cluster.security_groups
	not group.usable == "no"
	not group.status == "active"
}

deny contains {
	"subject": input.target.name,
	"message": sprintf("%s %s has no security group that is active and usable in its VPC: nothing can connect", [
		input.target.kind,
		input.target.name,
	]),
	"remediation": [remedy.note(concat("", [
		"Attach a security group of its VPC that admits the loader. ",
		"The list that a change gives takes the place of the one there is: name all groups in it.",
	]))],
} if {
	not working
}

unknown contains {
	"subject": group.id,
	"message": sprintf("whether it can be used in the cluster's %s is not known", [input.cluster.vpc_id]),
	"missing": group.missing,
} if {
	some group in input.cluster.security_groups
	group.usable == "unknown"
}

not_applicable contains {"message": sprintf("%s is in no VPC, so it has no VPC security groups", [
	input.target.name,
])} if {
	input.cluster.vpc_id == ""
	count(input.cluster.security_groups) == 0
}

working if {
	some group in input.cluster.security_groups
	group.status == "active"
	group.usable in {"yes", "unknown"}
}
