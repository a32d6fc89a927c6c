# METADATA
# scope: package
# title: Cluster's port is open to no wide range of addresses
# description: >-
#   Stitch dials from four addresses. A rule that lets in a large part of the internet besides is not needed for
#   it, and leaves the password as the only guard of a public cluster. A few networks of one's own are no fault;
#   where there are more than a handful they are listed (info), to be read through.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/stitch-ip-addresses
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/managing-clusters-vpc.html
#   - ref: https://docs.aws.amazon.com/cli/latest/reference/ec2/revoke-security-group-ingress.html
# custom:
#   id: SEC001
#   severity: high
#   remediation: Give each address that needs the cluster a rule of its own, then revoke the wide rules.
package rscheck.stitch.security.exposure

import data.rscheck.lib.permission
import data.rscheck.lib.region
import data.rscheck.lib.remedy

deny contains {
	"subject": group,
	"severity": severity,
	"message": sprintf("lets in %s; all rules together let in %s%s", [concat(", ", sources), everybody, private]),
	"remediation": array.concat(admit(group), array.concat(
		[remedy.note(caution)],
		[command | some command in revoke[group]],
	)),
} if {
	exposed
	some group, sources in wide_by_group
}

# Many rules, none of them wide by itself: which to revoke cannot be told.
deny contains {
	"subject": input.target.name,
	"severity": severity,
	"message": sprintf("its security groups let in, by many rules, %s%s", [everybody, private]),
	"remediation": [remedy.note("Go through the inbound rules and revoke those that nobody needs.")],
} if {
	exposed
	count(wide_by_group) == 0
}

# Not wide, and yet more than an office or two.
deny contains {
	"subject": input.target.name,
	"severity": "info",
	"message": sprintf("its security groups let in %s%s", [everybody, private]),
	"remediation": [remedy.note("Nothing needs to be done if all of these are meant to get in.")],
} if {
	input.network.exposure.width == "narrow"
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

everybody := concat("; ", array.concat(array.concat(ipv4, ipv6), within))

ipv4 := ["every public address"] if input.network.exposure.width == "world"

ipv4 := [sprintf("besides %s's own: %s, in all %s%s public %s", [
	input.loader.name,
	told(input.network.exposure.public.first, input.network.exposure.public.more),
	at_least,
	input.network.exposure.addresses,
	plural,
])] if {
	not input.network.exposure.width == "world"
	count(input.network.exposure.public.first) > 0
}

ipv4 := [] if {
	not input.network.exposure.width == "world"
	count(input.network.exposure.public.first) == 0
}

plural := "address" if input.network.exposure.addresses == "1"

plural := "addresses" if not input.network.exposure.addresses == "1"

at_least := "at least " if input.network.exposure.at_least

at_least := "" if not input.network.exposure.at_least

ipv6 := [sprintf("IPv6: %s", [told(input.network.exposure.ipv6.first, input.network.exposure.ipv6.more)]) |
	count(input.network.exposure.ipv6.first) > 0
]

within := [sprintf("private: %s", [told(input.network.exposure.private.first, input.network.exposure.private.more)]) |
	count(input.network.exposure.private.first) > 0
	not input.network.exposure.width == "world"
]

told(first, 0) := concat(", ", first)

told(first, more) := sprintf("%s (+ %d more)", [concat(", ", first), more]) if more > 0

wide_by_group[rule.group] contains name(rule.prefix_list, rule.cidr, rule.entries.first, rule.entries.more) if {
	some rule in input.network.exposure.rules
	rule.wide
}

name(list, _, first, more) := sprintf("prefix list %s (%s)", [list, told(first, more)]) if list != ""

name("", cidr, _, _) := cidr

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

# The loader must not be shut out with everybody else. One command for all addresses.
admit(group) := array.concat(region.notes, [remedy.aws(
	"ec2 authorize-security-group-ingress",
	input.target.region,
	["--group-id", group, "--ip-permissions", permission.admit(input.cluster.endpoint.port, needing[group])],
)]) if {
	needing[group]
}

admit(group) := [] if not needing[group]

needing[group] := [needy.address |
	some needy in input.network.exposure.needing
	needy.group == group
] if {
	some group in {needy.group | some needy in input.network.exposure.needing}
}

caution := concat("", [
	"What follows cuts off everybody who comes in by these rules and no other. First give whoever else must get ",
	"in a rule of their own.",
])
