package rscheck.stitch.network.block_public_access_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.block_public_access

blocked(changes) := fixture.passage("block_public_access", "deny", [
	fixture.source("192.0.2.10/32", fixture.denied("block_public_access", changes)),
	fixture.source("192.0.2.11/32", fixture.denied("block_public_access", changes)),
])

test_deny[name] if {
	some name, tc in {
		"let in": [fixture.passage("block_public_access", "allow", []), set()],
		"subnet blocked, once for all addresses": [blocked({"object": "subnet-1"}), {["subnet-1", "found"]}],
		"nothing to exclude named": [blocked({}), {["analytics", "found"]}],
		"exclusions of the subnet and of the VPC in the way": [
			fixture.passage("block_public_access", "deny", [fixture.element("source", {
				"verdict": "deny",
				"hops": [
					fixture.denied("block_public_access", {"object": "subnet-1", "exclusion": "vpcbpa-exclude-1"}),
					fixture.denied("block_public_access", {"object": "vpc-1", "exclusion": "vpcbpa-exclude-2"}),
				],
			})]),
			{["subnet-1", "found"], ["vpc-1", "found"]},
		],
		"another region's addresses blocked": [
			fixture.passage("block_public_access", "allow", [fixture.source(
				"192.0.2.10/32",
				fixture.denied("block_public_access", {}),
			)]),
			set(),
		],
	}
	found := block_public_access.deny with input as tc[0]
	{[f.subject, f.message] | some f in found} == tc[1]
}

test_remediation[name] if {
	mode := "--internet-gateway-exclusion-mode allow-bidirectional"
	some name, tc in {
		"no exclusion": [{"object": "subnet-1"}, "create", "--subnet-id subnet-1"],
		"one for what goes out": [
			{"object": "vpc-1", "exclusion": "vpcbpa-exclude-1"},
			"modify",
			"--exclusion-id vpcbpa-exclude-1",
		],
	}
	found := block_public_access.deny with input as blocked(tc[0])
	[f.remediation[1].text | some f in found] == [sprintf(
		"aws ec2 %s-vpc-block-public-access-exclusion --region us-east-1 %s %s",
		[tc[1], tc[2], mode],
	)]
}

test_obstacle if {
	found := block_public_access.deny with input as blocked({"object": "subnet-1", "obstacle": "exclusions_barred"})
	[step.kind | some f in found; some step in f.remediation] == ["note"]
}

test_not_applicable[name] if {
	some name, tc in {
		"direct": [fixture.document({}), 0],
		"ssh": [fixture.document({"loader": {"connection": "ssh"}}), 1],
		"no endpoint": [fixture.document({"cluster": {"endpoint": {"host": ""}}}), 1],
	}
	found := block_public_access.not_applicable with input as tc[0]
	count(found) == tc[1]
}
