package rscheck.stitch.network.security_groups_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.security_groups

test_outcome[name] if {
	some name, tc in fixture.cases_network("security_groups", "security_groups")
	denied := security_groups.deny with input as tc[0]
	open := security_groups.unknown with input as tc[0]
	idle := security_groups.not_applicable with input as tc[0]
	{f.subject | some f in denied} == tc[1]
	{f.subject | some f in open} == tc[2]
	count(idle) == 0 == tc[3]
}

test_message if {
	document := fixture.passage("security_groups", "deny", [
		fixture.source("192.0.2.10/32", fixture.denied("security_groups", {"detail": "no rule of sg-1 admits it"})),
		fixture.source("192.0.2.11/32", fixture.undecided("security_groups")),
	])
	denied := security_groups.deny with input as document
	open := security_groups.unknown with input as document
	{f.message | some f in denied} == {"no rule of sg-1 admits it"}
	{[f.message, f.missing] | some f in open} == {["rules not readable", [fixture.element("unknown", {})]]}
}

test_remediation[name] if {
	some name, tc in {
		"a group to change": ["sg-1", concat(" ", [
			"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1",
			"--protocol tcp --port 5440 --cidr 192.0.2.10/32",
		])],
		"no group to change": ["", concat(" ", [
			"No attached group can be changed to good effect (NET008):",
			"attach one of its VPC that admits tcp 5440 from 192.0.2.10/32.",
		])],
	}
	found := security_groups.deny with input as object.union(
		fixture.passage("security_groups", "deny", [fixture.source(
			"192.0.2.10/32",
			fixture.denied("security_groups", {"object": tc[0]}),
		)]),
		{"cluster": {"endpoint": {"port": 5440}}},
	)
	[step.text | some f in found; some step in f.remediation] == [tc[1]]
}
