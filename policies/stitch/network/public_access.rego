# METADATA
# scope: package
# title: Cluster is publicly accessible
# description: >-
#   Over a direct connection Stitch dials the cluster's endpoint from the internet, which only a publicly
#   accessible cluster answers. New clusters have been private by default since January 2025. Compliance
#   catalogues ask for the opposite: keeping the port open to Stitch alone (SEC001) is what makes up for it.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/connecting-redshift-data-warehouse-to-stitch
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html
# custom:
#   id: NET001
#   severity: critical
#   remediation: Make the cluster publicly accessible, or connect Stitch through an SSH tunnel.
#   conflicts:
#     - Security Hub Redshift.1
#     - AWS Config redshift-cluster-public-access-check
#     - Checkov CKV_AWS_87
#     - Prowler redshift_cluster_public_access
package rscheck.stitch.network.public_access

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf(
		"%s %s is not publicly accessible; %s needs a public address for connection direct",
		[input.target.kind, input.target.name, input.loader.name],
	),
	"remediation": [
		remedy.note(concat("", [
			"This opens the port to all that the security groups let in: look at SEC001 first. ",
			"AWS refuses it while VPC Block Public Access shuts the subnet (NET005).",
		])),
		make_public,
		remedy.note(sprintf("Or keep it private and connect %s through an SSH tunnel.", [input.loader.name])),
		remedy.note(concat("", [
			"Security Hub Redshift.1, AWS Config redshift-cluster-public-access-check, CKV_AWS_87 and Prowler ",
			"redshift_cluster_public_access will then report the cluster; SEC001 is the control that makes up for it.",
		])),
	],
} if {
	input.network.public_access.verdict == "deny"
	not input.cluster.publicly_accessible
}

# The flag is set, and yet there is no way in by it.
deny contains {
	"subject": input.target.name,
	"message": concat("; ", {hop.detail |
		some source in input.network.public_access.sources
		some hop in source.hops
		hop.verdict == "deny"
	}),
	"remediation": [remedy.note("Look at the cluster's elastic IP and at what its endpoint's name resolves to.")],
} if {
	input.network.public_access.verdict == "deny"
	input.cluster.publicly_accessible
}

not_applicable contains cause.not_direct

make_public := remedy.aws(
	"redshift modify-cluster",
	input.target.region,
	["--cluster-identifier", input.target.name, "--publicly-accessible"],
) if {
	input.target.kind == "cluster"
}

make_public := remedy.aws(
	"redshift-serverless update-workgroup",
	input.target.region,
	["--workgroup-name", input.target.name, "--publicly-accessible"],
) if {
	not input.target.kind == "cluster"
}
