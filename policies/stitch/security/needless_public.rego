# METADATA
# scope: package
# title: Connection that needs no public access has none
# description: >-
#   Only a direct connection comes in from the internet. Over every other one Stitch reaches a private cluster, and
#   a public address then serves nobody but those who should stay out.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/data-encryption
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html
# custom:
#   id: SEC002
#   severity: high
#   remediation: Make the cluster private.
package rscheck.stitch.security.needless_public

import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf("%s %s is publicly accessible, which connection %s does not need", [
		input.target.kind,
		input.target.name,
		input.loader.connection,
	]),
	"remediation": [
		remedy.note("Whoever else comes in from the internet is cut off by this."),
		make_private,
	],
} if {
	input.loader.public == "not_needed"
	input.cluster.publicly_accessible
}

not_applicable contains {"message": sprintf("connection %s needs public access: see NET001 and SEC001", [
	input.loader.connection,
])} if {
	input.loader.public == "required"
}

make_private := remedy.aws(
	"redshift modify-cluster",
	input.target.region,
	["--cluster-identifier", input.target.name, "--no-publicly-accessible"],
) if {
	input.target.kind == "cluster"
}

make_private := remedy.aws(
	"redshift-serverless update-workgroup",
	input.target.region,
	["--workgroup-name", input.target.name, "--no-publicly-accessible"],
) if {
	not input.target.kind == "cluster"
}
