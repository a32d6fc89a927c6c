# METADATA
# scope: package
# title: VPC Block Public Access lets the loader in
# description: >-
#   VPC Block Public Access stops traffic from the internet for a whole account and region, whatever routes,
#   network ACLs and security groups say. A cluster that was public before keeps its flag and just stops answering.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
# custom:
#   id: NET005
#   severity: critical
#   remediation: Exclude the endpoint's subnet from VPC Block Public Access, in both directions.
package rscheck.stitch.network.block_public_access

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

# It is the same for every address, so the subject is the subnet or the VPC.
deny contains {
	"subject": subject(hop.object),
	"message": hop.detail,
	"remediation": [
		mend(hop.id, hop.object),
		remedy.note(concat("", [
			"This opens the subnet or VPC to the internet for all that is in it, and only its owner's account can do it. ",
			"Routes, network ACLs and security groups still decide who gets through.",
		])),
	],
} if {
	input.network.block_public_access.verdict == "deny"
	some source in input.network.block_public_access.sources
	some hop in source.hops
	hop.verdict == "deny"
}

not_applicable contains cause.not_direct

not_applicable contains cause.no_endpoint

subject(object) := object if object != ""

subject("") := input.target.name

mode := ["--internet-gateway-exclusion-mode", "allow-bidirectional"]

# An exclusion for outgoing traffic alone is there already: a second one is refused.
mend(id, _) := remedy.aws(
	"ec2 modify-vpc-block-public-access-exclusion",
	input.target.region,
	array.concat(["--exclusion-id", id], mode),
) if {
	startswith(id, "vpcbpa-exclude-")
}

mend(id, object) := remedy.aws(
	"ec2 create-vpc-block-public-access-exclusion",
	input.target.region,
	array.concat([flag, object], mode),
) if {
	not startswith(id, "vpcbpa-exclude-")
	some prefix, flag in {"subnet-": "--subnet-id", "vpc-": "--vpc-id"}
	startswith(object, prefix)
}

mend(id, object) := remedy.note("Exclude the endpoint's subnet, with mode allow-bidirectional.") if {
	not startswith(id, "vpcbpa-exclude-")
	not startswith(object, "subnet-")
	not startswith(object, "vpc-")
}
