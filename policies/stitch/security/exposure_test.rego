package rscheck.stitch.security.exposure_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.exposure

exposed(width, rules) := fixture.document({"network": {"exposure": {
	"width": width,
	"addresses": "70,000",
	"public": {"first": ["203.0.112.0/20"], "more": 2},
	"rules": rules,
}}})

rest := "besides Stitch's own: 203.0.112.0/20 (+ 2 more), in all 70,000 public addresses"

everybody := "all rules together let in every public address"

narrow := fixture.element("exposed_rule", {"group": "sg-9", "cidr": "203.0.113.0/24", "wide": false})

world := fixture.element("exposed_rule", {})

test_deny[name] if {
	some name, tc in {
		"nobody else": [exposed("none", []), set()],
		"an office": [exposed("few", [narrow]), set()],
		"many offices": [
			exposed("narrow", [narrow]),
			{["analytics", "info", sprintf("its security groups let in %s", [rest])]},
		],
		"the world": [
			exposed("world", [world, narrow]),
			{["sg-1", "high", sprintf("lets in 0.0.0.0/0; %s", [everybody])]},
		],
		"a large network": [
			exposed("wide", [fixture.element("exposed_rule", {"cidr": "198.0.0.0/8"})]),
			{["sg-1", "high", sprintf("lets in 198.0.0.0/8; all rules together let in %s", [rest])]},
		],
		"a middling network": [
			exposed("broad", [fixture.element("exposed_rule", {"cidr": "198.51.0.0/16"})]),
			{["sg-1", "medium", sprintf("lets in 198.51.0.0/16; all rules together let in %s", [rest])]},
		],
		"two rules of one group": [
			exposed("world", [world, fixture.element("exposed_rule", {"cidr": "0.0.0.0/1"})]),
			{["sg-1", "high", sprintf("lets in 0.0.0.0/0, 0.0.0.0/1; %s", [everybody])]},
		],
		"a prefix list": [
			exposed("world", [fixture.element("exposed_rule", {
				"prefix_list": "pl-1",
				"cidr": "0.0.0.0/1",
				"entries": {"first": ["0.0.0.0/1", "128.0.0.0/1"], "more": 3},
			})]),
			{["sg-1", "high", sprintf("lets in prefix list pl-1 (0.0.0.0/1, 128.0.0.0/1 (+ 3 more)); %s", [everybody])]},
		],
		"two groups": [
			exposed("world", [world, fixture.element("exposed_rule", {"group": "sg-2"})]),
			{
				["sg-1", "high", sprintf("lets in 0.0.0.0/0; %s", [everybody])],
				["sg-2", "high", sprintf("lets in 0.0.0.0/0; %s", [everybody])],
			},
		],
		"many small rules": [
			exposed("broad", [narrow]),
			{["analytics", "medium", sprintf("its security groups let in, by many rules, %s", [rest])]},
		],
	}
	found := exposure.deny with input as tc[0]
	{[f.subject, f.severity, f.message] | some f in found} == tc[1]
}

test_everybody[name] if {
	some name, tc in {
		"one address": [
			{"addresses": "1", "public": {"first": ["192.0.2.9/32"], "more": 0}},
			"besides Stitch's own: 192.0.2.9/32, in all 1 public address",
		],
		"not all is known": [
			{"at_least": true},
			"besides Stitch's own: 203.0.112.0/20 (+ 2 more), in all at least 70,000 public addresses",
		],
		"private networks too": [
			{"private": {"first": ["10.0.0.0/8", "192.168.1.0/24"], "more": 0}},
			sprintf("%s; private: 10.0.0.0/8, 192.168.1.0/24", [rest]),
		],
		"IPv6 too": [{"ipv6": {"first": ["::/0"], "more": 0}}, sprintf("%s; IPv6: ::/0", [rest])],
		"IPv6 alone": [
			{"public": {"first": [], "more": 0}, "ipv6": {"first": ["2001:db8::/32"], "more": 1}},
			"IPv6: 2001:db8::/32 (+ 1 more)",
		],
		"the world and private networks": [
			{"width": "world", "private": {"first": ["10.0.0.0/8"], "more": 0}},
			"every public address",
		],
		"the world in both families": [
			{"width": "world", "ipv6": {"first": ["::/0"], "more": 0}},
			"every public address; IPv6: ::/0",
		],
	}
	found := exposure.everybody with input as object.union(
		exposed("wide", [world]),
		fixture.document({"network": {"exposure": object.union(exposed("wide", [world]).network.exposure, tc[0])}}),
	)
	found == tc[1]
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
	{[f.severity, f.message] | some f in found} == {[tc[2], sprintf("lets in 0.0.0.0/0; %s%s", [everybody, tc[3]])]}
}

commands(document) := [step.text | some f in found; some step in f.remediation; step.kind == "aws-cli"] if {
	found := exposure.deny with input as document
}

test_revoke[name] if {
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
		"IPv6": [{"cidr": "::/0"}, "IpProtocol=tcp,FromPort=5439,ToPort=5439,Ipv6Ranges=[{CidrIpv6=::/0}]"],
	}
	commands(exposed("world", [fixture.element("exposed_rule", tc[0]), narrow])) == [sprintf(
		"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions '%s'",
		[tc[1]],
	)]
}

# needy is exposed to the world by sg-1 and sg-2, sg-1 letting in two addresses that have no other rule.
needy := object.union(
	exposed("world", [world, fixture.element("exposed_rule", {"group": "sg-2"})]),
	{
		"cluster": {"endpoint": {"port": 5440}},
		"network": {"exposure": {"needing": [
			fixture.element("needing", {}),
			fixture.element("needing", {"address": "192.0.2.11/32"}),
		]}},
	},
)

test_loader_is_let_in_first if {
	found := exposure.deny with input as needy
	steps := {f.subject: [step.text | some step in f.remediation; step.kind == "aws-cli"] | some f in found}
	steps["sg-1"] == [
		concat(" ", [
			"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions",
			"'IpProtocol=tcp,FromPort=5440,ToPort=5440,IpRanges=[{CidrIp=192.0.2.10/32},{CidrIp=192.0.2.11/32}]'",
		]),
		concat(" ", [
			"aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --ip-permissions",
			"'IpProtocol=tcp,FromPort=5439,ToPort=5439,IpRanges=[{CidrIp=0.0.0.0/0}]'",
		]),
	]
	count(steps["sg-2"]) == 1
}

test_loader_of_no_known_region if {
	found := exposure.deny with input as object.union(needy, {"loader": {"region": "any"}})
	{f.subject | some f in found; contains(f.remediation[0].text, "--loader-region")} == {"sg-1"}
}

test_every_finding_has_a_note[name] if {
	some name, tc in {
		"wide": exposed("world", [world]),
		"many small rules": exposed("broad", [narrow]),
		"many offices": exposed("narrow", [narrow]),
	}
	found := exposure.deny with input as tc
	{step.kind | some f in found; some step in f.remediation; step.kind == "note"} == {"note"}
}
