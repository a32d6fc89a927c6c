package rscheck.stitch.security.exposure_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.exposure

exposed(width, rules) := fixture.document({"network": {"exposure": {
	"width": width,
	"addresses": "70000",
	"rules": rules,
}}})

narrow := fixture.element("exposed_rule", {"group": "sg-9", "cidr": "203.0.113.0/24", "wide": false})

world := fixture.element("exposed_rule", {})

test_deny[name] if {
	some name, tc in {
		"nobody else": [exposed("none", []), set()],
		"few": [exposed("narrow", [narrow]), set()],
		"the world": [exposed("world", [world, narrow]), {["sg-1", "high", "lets in 0.0.0.0/0"]}],
		"a large network": [
			exposed("wide", [fixture.element("exposed_rule", {"cidr": "198.0.0.0/8"})]),
			{["sg-1", "high", "lets in 198.0.0.0/8"]},
		],
		"a middling network": [
			exposed("broad", [fixture.element("exposed_rule", {"cidr": "198.51.0.0/16"})]),
			{["sg-1", "medium", "lets in 198.51.0.0/16"]},
		],
		"two rules of one group": [
			exposed("world", [world, fixture.element("exposed_rule", {"cidr": "0.0.0.0/1"})]),
			{["sg-1", "high", "lets in 0.0.0.0/0, 0.0.0.0/1"]},
		],
		"a prefix list with two wide entries": [
			exposed("world", [
				fixture.element("exposed_rule", {"prefix_list": "pl-1", "cidr": "0.0.0.0/1"}),
				fixture.element("exposed_rule", {"prefix_list": "pl-1", "cidr": "128.0.0.0/1"}),
			]),
			{["sg-1", "high", "lets in prefix list pl-1"]},
		],
		"two groups": [
			exposed("world", [world, fixture.element("exposed_rule", {"group": "sg-2"})]),
			{["sg-1", "high", "lets in 0.0.0.0/0"], ["sg-2", "high", "lets in 0.0.0.0/0"]},
		],
		"many small rules": [
			exposed("broad", [narrow]),
			{[
				"analytics",
				"medium",
				"its security groups let in 70000 addresses besides the loader's, by many rules",
			]},
		],
	}
	found := exposure.deny with input as tc[0]
	{[f.subject, f.severity, f.message] | some f in found} == tc[1]
}

test_private_cluster[name] if {
	some name, tc in {
		"direct, so about to be public": ["direct", false, "high", "; it counts as soon as the cluster is public"],
		"tunnel": ["ssh", false, "low", "; it counts as soon as the cluster is public"],
		"tunnel, public all the same": ["ssh", true, "high", ""],
	}
	found := exposure.deny with input as object.union(exposed("world", [world]), {
		"loader": {"connection": tc[0]},
		"cluster": {"publicly_accessible": tc[1]},
	})
	{[f.severity, f.message] | some f in found} == {[tc[2], sprintf("lets in 0.0.0.0/0%s", [tc[3]])]}
}

test_command[name] if {
	some name, tc in {
		"one port": [{}, "IpProtocol=tcp,FromPort=5439,ToPort=5439,IpRanges=[{CidrIp=0.0.0.0/0}]"],
		"a range of ports": [
			{"from_port": 0, "to_port": 65535},
			"IpProtocol=tcp,FromPort=0,ToPort=65535,IpRanges=[{CidrIp=0.0.0.0/0}]",
		],
		"all traffic": [
			{"protocol": "-1", "from_port": -1, "to_port": -1},
			"IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]",
		],
		"prefix list": [
			{"prefix_list": "pl-1"},
			"IpProtocol=tcp,FromPort=5439,ToPort=5439,PrefixListIds=[{PrefixListId=pl-1}]",
		],
	}
	found := exposure.deny with input as exposed("world", [fixture.element("exposed_rule", tc[0])])
	[step.text | some f in found; some step in f.remediation; step.kind == "aws-cli"] == [sprintf(
		"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions '%s'",
		[tc[1]],
	)]
	{f.remediation[0].kind | some f in found} == {"note"}
}

test_one_command_for_a_prefix_list if {
	found := exposure.deny with input as exposed("world", [
		fixture.element("exposed_rule", {"prefix_list": "pl-1", "cidr": "0.0.0.0/1"}),
		fixture.element("exposed_rule", {"prefix_list": "pl-1", "cidr": "128.0.0.0/1"}),
	])
	count([step | some f in found; some step in f.remediation; step.kind == "aws-cli"]) == 1
}
