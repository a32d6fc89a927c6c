package rscheck.stitch.network.foreign_addresses_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.foreign_addresses

listed(own, sets) := fixture.document({"network": {"allow_list": {"own": own, "foreign": sets}}})

europe := fixture.element("foreign_set", {"rules": [
	fixture.element("exposed_rule", {"cidr": "198.51.100.7/32", "wide": false}),
	fixture.element("exposed_rule", {"cidr": "198.51.100.8/32", "wide": false, "prefix_list": "pl-1"}),
]})

singer := fixture.element("foreign_set", {
	"id": "singer",
	"region": false,
	"rules": [fixture.element("exposed_rule", {"cidr": "203.0.113.9/32", "wide": false})],
})

test_deny[name] if {
	some name, tc in {
		"the loader's own only": [listed("allow", []), set()],
		"neither": [listed("deny", []), set()],
		"left over": [listed("allow", [europe]), {[
			"europe",
			"low",
			"lets in 198.51.100.7/32, 198.51.100.8/32, which Stitch dials from in its region europe only",
		]}],
		"instead": [listed("deny", [europe]), {[
			"europe",
			"medium",
			concat("", [
				"lets in 198.51.100.7/32, 198.51.100.8/32, which Stitch dials from in its region europe only, ",
				"and lacks some of the loader's own",
			]),
		]}],
		"whether instead is not known": [listed("unknown", [singer]), {[
			"singer",
			"low",
			"lets in 203.0.113.9/32, which Stitch does not load from (singer)",
		]}],
	}
	found := foreign_addresses.deny with input as tc[0]
	{[f.subject, f.severity, f.message] | some f in found} == tc[1]
}

test_caution if {
	found := foreign_addresses.deny with input as listed("deny", [europe, singer])
	{f.remediation[0].text | some f in found} == {
		"First make sure in Stitch that your region is not europe, and that nobody else comes in by these rules.",
		"First make sure that nobody else comes in by these rules.",
	}
}

test_remedy if {
	found := foreign_addresses.deny with input as listed("deny", [europe])
	{step.text | some f in found; some step in array.slice(f.remediation, 1, 9)} == {
		concat("", [
			"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions ",
			"'IpProtocol=tcp,FromPort=5439,ToPort=5439,IpRanges=[{CidrIp=198.51.100.7/32}]'",
		]),
		"Take 198.51.100.8/32 off prefix list pl-1.",
	}
}

test_not_applicable[name] if {
	some name, tc in {
		"direct": ["direct", set()],
		"ssh": ["ssh", {"asked only of connection direct; this one is ssh"}],
	}
	found := foreign_addresses.not_applicable with input as fixture.document({"loader": {"connection": tc[0]}})
	{f.message | some f in found} == tc[1]
}
