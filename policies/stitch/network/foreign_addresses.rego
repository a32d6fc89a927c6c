# METADATA
# scope: package
# title: Allow-list is of the loader's region in use, not of another one
# description: >-
#   Stitch dials from the addresses of the region its account is in, four of them. Those of the other region, or
#   those it reads some sources from, let nobody in who should be; beside the right ones they are left over.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/security/stitch-ip-addresses
#   - ref: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
# custom:
#   id: NET007
#   severity: medium
#   remediation: Let in the addresses of the loader's own region, and revoke the rules for the others.
package rscheck.stitch.network.foreign_addresses

import data.rscheck.lib.cause
import data.rscheck.lib.permission
import data.rscheck.lib.remedy

deny contains {
	"subject": foreign.id,
	"severity": severity,
	"message": sprintf("lets in %s, %s%s", [
		concat(", ", {rule.cidr | some rule in foreign.rules}),
		origin(foreign.region, foreign.id),
		besides,
	]),
	"remediation": array.concat(
		[remedy.note(caution(foreign.region, foreign.id))],
		[step | some step in revoke[foreign.id]],
	),
} if {
	some foreign in input.network.allow_list.foreign
}

not_applicable contains cause.not_direct

# Whoever told rscheck the wrong region would shut the loader out.
caution(region, id) := sprintf("First make sure in %s that your region is not %s, and that nobody else %s.", [
	input.loader.name,
	id,
	entering,
]) if {
	region
}

caution(region, _) := sprintf("First make sure that nobody else %s.", [entering]) if not region

entering := "comes in by these rules"

severity := "medium" if wrong

severity := "low" if not wrong

# The right addresses are not there, and these are: somebody took the one for the other.
wrong if input.network.allow_list.own == "deny"

besides := ", and lacks some of the loader's own" if wrong

besides := "" if not wrong

origin(region, id) := sprintf("which %s dials from in its region %s only", [input.loader.name, id]) if region

origin(region, id) := sprintf("which %s does not load from (%s)", [input.loader.name, id]) if not region

revoke[foreign.id] contains remedy.aws(
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
	some foreign in input.network.allow_list.foreign
	some rule in foreign.rules
	rule.prefix_list == ""
}

# To revoke the rule would shut out all that is on the list.
revoke[foreign.id] contains remedy.note(sprintf("Take %s off prefix list %s.", [rule.cidr, rule.prefix_list])) if {
	some foreign in input.network.allow_list.foreign
	some rule in foreign.rules
	not rule.prefix_list == ""
}
