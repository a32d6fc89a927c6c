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
	create := "aws ec2 create-vpc-block-public-access-exclusion --region us-east-1"
	some name, tc in {
		"subnet": [
			{"object": "subnet-1"},
			concat(" ", [create, "--subnet-id subnet-1 --internet-gateway-exclusion-mode allow-bidirectional"]),
		],
		"VPC": [
			{"object": "vpc-1"},
			concat(" ", [create, "--vpc-id vpc-1 --internet-gateway-exclusion-mode allow-bidirectional"]),
		],
		"an exclusion for egress only": [
			{"object": "subnet-1", "id": "vpcbpa-exclude-1"},
			concat(" ", [
				"aws ec2 modify-vpc-block-public-access-exclusion --region us-east-1",
				"--exclusion-id vpcbpa-exclude-1 --internet-gateway-exclusion-mode allow-bidirectional",
			]),
		],
		"nothing named": [{}, "Exclude the endpoint's subnet, with mode allow-bidirectional."],
	}
	found := block_public_access.deny with input as blocked(tc[0])
	[f.remediation[0].text | some f in found] == [tc[1]]
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
