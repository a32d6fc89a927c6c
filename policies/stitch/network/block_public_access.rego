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
import data.rscheck.lib.exclusion

# It is the same for every address, so the subject is the subnet or the VPC.
deny contains {
	"subject": subject(hop.object),
	"message": hop.detail,
	"remediation": exclusion.steps(hop.object, hop.exclusion, hop.obstacle),
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
