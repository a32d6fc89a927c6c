# METADATA
# scope: package
# title: Connection privatelink stays within the loader's AWS region
# description: >-
#   Stitch connects over PrivateLink only within the AWS region of the Stitch account, which was chosen with the
#   account for good. It does not cross regions.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/data-encryption
#   - ref: https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html
# custom:
#   id: NET010
#   severity: critical
#   remediation: Choose another connection, or a cluster in the loader's own AWS region.
package rscheck.stitch.network.private_link

import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf("%s %s is in %s, and %s connects over %s within %s only", [
		input.target.kind,
		input.target.name,
		input.target.region,
		input.loader.name,
		input.loader.connection,
		concat(" or ", input.network.link.regions),
	]),
	"remediation": array.concat(region.notes, [remedy.note(concat("", [
		"Connect through an SSH tunnel or VPC peering, which may cross regions, ",
		"or load into a cluster in that region.",
	]))]),
} if {
	input.network.link.same_region
	not input.network.link.joined
}

not_applicable contains {"message": sprintf("asked only of connection privatelink; this one is %s", [
	input.loader.connection,
])} if {
	not input.network.link.same_region
}
