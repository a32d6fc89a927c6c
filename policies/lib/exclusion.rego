# METADATA
# description: The steps that let connections in past VPC Block Public Access.
package rscheck.lib.exclusion

import data.rscheck.lib.remedy

# steps exclude an object, a subnet or a VPC, or change the exclusion that it has: a second one would not be sure to
# count.
steps(_, _, "exclusions_barred") := [remedy.note(concat("", [
	"Your organization allows no exclusions from VPC Block Public Access, so no command of this account helps: ",
	"whoever manages its declarative policies for EC2 can allow them, or turn Block Public Access off.",
]))]

steps(object, exclusion, "") := [
	remedy.note(sprintf(
		concat(" ", [
			"This opens %s to the internet for all that is in it; routes, network ACLs and security groups still decide",
			"who gets through. Only the account that owns it can do this, and it takes some minutes.",
		]),
		[object],
	)),
	command(object, exclusion),
] if {
	nameable(object)
}

steps(object, _, "") := [remedy.note("Exclude the endpoint's subnet, with mode allow-bidirectional.")] if {
	not nameable(object)
}

nameable(object) if {
	some prefix in {"subnet-", "vpc-"}
	startswith(object, prefix)
}

command(_, exclusion) := remedy.aws(
	"ec2 modify-vpc-block-public-access-exclusion",
	input.target.region,
	array.concat(["--exclusion-id", exclusion], mode),
) if {
	exclusion != ""
}

command(object, "") := remedy.aws(
	"ec2 create-vpc-block-public-access-exclusion",
	input.target.region,
	array.concat([flag, object], mode),
) if {
	some prefix, flag in {"subnet-": "--subnet-id", "vpc-": "--vpc-id"}
	startswith(object, prefix)
}

mode := ["--internet-gateway-exclusion-mode", "allow-bidirectional"]
