# METADATA
# scope: package
# title: TLS is required and in force
# description: >-
#   Stitch tries TLS by itself, but only the parameter require_ssl makes the cluster refuse a client that does
#   not. It is a static parameter: after a change it is in force only once the cluster was rebooted.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/destinations/amazon-redshift/reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/connecting-ssl-support.html
# custom:
#   id: SEC003
#   severity: medium
#   remediation: Set require_ssl to true in a parameter group of your own, attach it and reboot the cluster.
package rscheck.stitch.security.tls

import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"message": sprintf("require_ssl is false%s: clients may connect without TLS", [where]),
	"remediation": steps,
} if {
	not input.cluster.tls.required
}

deny contains {
	"subject": input.target.name,
	"message": sprintf("require_ssl is true%s but not in force: it is %q", [where, input.cluster.tls.apply_status]),
	"remediation": into_force,
} if {
	input.cluster.tls.required
	not input.cluster.tls.in_force
}

where := sprintf(" in parameter group %s", [input.cluster.tls.group]) if input.cluster.tls.group != ""

where := "" if input.cluster.tls.group == ""

steps := [
	refused,
	remedy.aws(
		"redshift-serverless update-workgroup",
		input.target.region,
		["--workgroup-name", input.target.name, "--config-parameters", "parameterKey=require_ssl,parameterValue=true"],
	),
] if {
	not input.target.kind == "cluster"
}

steps := array.concat(
	[
		refused,
		remedy.note("Every other cluster with this parameter group refuses them too, from its next reboot on."),
		require(input.cluster.tls.group),
	],
	reboot,
) if {
	input.target.kind == "cluster"
	not input.cluster.tls.default_group
}

# AWS's own parameter groups cannot be edited.
steps := array.concat(
	[
		refused,
		remedy.note(sprintf("%s is AWS's own and cannot be edited, so the cluster needs a group of its own:", [
			input.cluster.tls.group,
		])),
		remedy.aws("redshift create-cluster-parameter-group", input.target.region, [
			"--parameter-group-name", own_group,
			"--parameter-group-family", trim_prefix(input.cluster.tls.group, "default."),
			"--description", "Requires TLS",
		]),
		require(own_group),
		remedy.aws("redshift modify-cluster", input.target.region, [
			"--cluster-identifier", input.target.name,
			"--cluster-parameter-group-name", own_group,
		]),
	],
	reboot,
) if {
	input.target.kind == "cluster"
	input.cluster.tls.default_group
}

own_group := sprintf("%s-require-ssl", [input.target.name])

require(group) := remedy.aws("redshift modify-cluster-parameter-group", input.target.region, [
	"--parameter-group-name", group,
	"--parameters", "ParameterName=require_ssl,ParameterValue=true",
])

refused := remedy.note("From then on clients that do not speak TLS are refused: make sure that nobody depends on one.")

reboot := [
	remedy.note("A reboot ends every session and takes some minutes: choose a quiet time."),
	remedy.aws("redshift wait cluster-available", input.target.region, ["--cluster-identifier", input.target.name]),
	remedy.aws("redshift reboot-cluster", input.target.region, ["--cluster-identifier", input.target.name]),
]

# A workgroup takes a change up by itself.
into_force := [remedy.note("The change is under way: run rscheck again in some minutes.")] if settles

into_force := reboot if not settles

settles if input.cluster.tls.apply_status == "applying"

settles if input.target.kind == "workgroup"
