# METADATA
# scope: package
# title: Cluster's port is open to no wide range of addresses
# description: >-
#   Stitch dials from four addresses. A rule that lets in a large part of the internet besides is not needed for
#   it, and leaves the password as the only guard of a public cluster.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/stitch-ip-addresses
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html
# custom:
#   id: SEC001
#   severity: high
#   remediation: Give each address that needs the cluster a rule of its own, then revoke the wide rules.
package rscheck.stitch.security.exposure

import data.rscheck.lib.permission
import data.rscheck.lib.remedy

deny contains {
	"subject": group,
	"severity": severity,
	"message": sprintf("lets in %s%s", [concat(", ", sources), private]),
	"remediation": array.concat([remedy.note(caution)], [command | some command in revoke[group]]),
} if {
	exposed
	some group, sources in wide_by_group
}

# Many rules, none of them wide by itself: which to revoke cannot be told.
deny contains {
	"subject": input.target.name,
	"severity": severity,
	"message": sprintf("its security groups let in %s addresses besides the loader's, by many rules%s", [
		input.network.exposure.addresses,
		private,
	]),
	"remediation": [remedy.note("Go through the inbound rules and revoke those that nobody needs.")],
} if {
	exposed
	count(wide_by_group) == 0
}

exposed if input.network.exposure.width in {"world", "wide", "broad"}

# A private cluster is not open to the internet, whatever its rules say. Over a
# direct connection it is about to become public (NET001), and must not be then.
shut if {
	not input.cluster.publicly_accessible
	not input.loader.connection == "direct"
}

severity := "high" if {
	not shut
	input.network.exposure.width in {"world", "wide"}
}

severity := "medium" if {
	not shut
	input.network.exposure.width == "broad"
}

severity := "low" if shut

private := "" if input.cluster.publicly_accessible

private := "; it counts as soon as the cluster is public" if not input.cluster.publicly_accessible

wide_by_group[rule.group] contains name(rule.prefix_list, rule.cidr) if {
	some rule in input.network.exposure.rules
	rule.wide
}

name(list, _) := sprintf("prefix list %s", [list]) if list != ""

name("", cidr) := cidr

revoke[rule.group] contains remedy.aws(
	"ec2 revoke-security-group-ingress",
	input.target.region,
	["--group-id", rule.group, "--ip-permissions", permission.spell(
		rule.protocol,
		rule.from_port,
		rule.to_port,
		rule.prefix_list,
		rule.cidr,
	)],
) if {
	some rule in input.network.exposure.rules
	rule.wide
}

caution := concat("", [
	"This cuts off everybody who comes in by the rule and no other. First give the loader's addresses, and ",
	"whoever else must get in, rules of their own; NET003 says whether the loader's are there.",
])
