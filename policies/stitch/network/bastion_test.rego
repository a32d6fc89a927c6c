package rscheck.stitch.network.bastion_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.bastion

over(verdict, way_in, onward) := object.union(
	fixture.document({
		"loader": {"connection": "ssh"},
		"cluster": {"endpoint": {"port": 5440}},
		"network": {"bastion": {
			"verdict": verdict,
			"id": "i-0b",
			"port": 2222,
			"group": "sg-b",
		}},
	}),
	{"network": {"bastion": {
		"way_in": {"verdict": way_in[0], "sources": way_in[1]},
		"onward": fixture.source("10.0.0.9/32", onward),
	}}},
)

stopped := fixture.source(
	"192.0.2.11/32",
	fixture.denied("security_groups", {"object": "sg-b", "detail": "not admitted"}),
)

open := fixture.source("192.0.2.12/32", fixture.undecided("security_groups"))

inside := fixture.denied("security_groups", {"object": "sg-1", "detail": "bastion not admitted"})

test_outcome[name] if {
	some name, tc in {
		"both ways open": [
			over("allow", ["allow", []], fixture.allowed("security_groups")),
			set(),
			set(),
		],
		"one address kept out": [
			over("deny", ["deny", [stopped, open]], fixture.allowed("security_groups")),
			{["192.0.2.11/32", "not admitted"]},
			{["192.0.2.12/32", "rules not readable"]},
		],
		"the bastion kept out": [
			over("deny", ["allow", []], inside),
			{["i-0b", "bastion not admitted"]},
			set(),
		],
		"the bastion kept out, the way in not known": [
			over("deny", ["unknown", [open]], inside),
			{["i-0b", "bastion not admitted"]},
			{["192.0.2.12/32", "rules not readable"]},
		],
		"one address kept out, the way onward not known": [
			over("deny", ["deny", [stopped]], fixture.undecided("security_groups")),
			{["192.0.2.11/32", "not admitted"]},
			{["i-0b", "rules not readable"]},
		],
	}
	denied := bastion.deny with input as tc[0]
	unsure := bastion.unknown with input as tc[0]
	idle := bastion.not_applicable with input as tc[0]
	{[f.subject, f.message] | some f in denied} == tc[1]
	{[f.subject, f.message] | some f in unsure} == tc[2]
	idle == set()
}

test_not_applicable[name] if {
	some name, tc in {
		"direct": [fixture.document({}), {"asked only of connection ssh; this one is direct"}],
		"no endpoint": [
			object.union(
				over("allow", ["allow", []], fixture.allowed("security_groups")),
				{"cluster": {"endpoint": {"host": "", "port": 0}}},
			),
			{"analytics has no endpoint: see CLU001"},
		],
	}
	idle := bastion.not_applicable with input as tc[0]
	{f.message | some f in idle} == tc[1]
}

test_mend_way_in[name] if {
	some name, tc in {
		"security group": [fixture.denied("security_groups", {"object": "sg-b"}), concat(" ", [
			"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-b",
			"--protocol tcp --port 2222 --cidr 192.0.2.10/32",
		])],
		"no security group": [
			fixture.denied("security_groups", {}),
			"No attached group can be changed to good effect: attach one that admits the connection on tcp 2222.",
		],
		"network ACL in": [fixture.denied("nacl_inbound", {"object": "acl-b", "rule_number": 90}), concat(" ", [
			"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-b --ingress --rule-number 90",
			"--protocol tcp --port-range From=2222,To=2222 --cidr-block 192.0.2.10/32 --rule-action allow",
		])],
		"network ACL out": [fixture.denied("nacl_outbound", {"object": "acl-b", "rule_number": 90}), concat(" ", [
			"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-b --egress --rule-number 90",
			"--protocol tcp --port-range From=1024,To=65535 --cidr-block 192.0.2.10/32 --rule-action allow",
		])],
		"network ACL full": [fixture.denied("nacl_inbound", {"object": "acl-b"}), concat(" ", [
			"No rule number is free ahead of the rule that denies:",
			"renumber the rules of network ACL acl-b to let 192.0.2.10/32 through.",
		])],
		"terminated": [
			fixture.denied("instance", {}),
			"Start the instance once it is stopped, or name another one with --bastion.",
		],
		"private source": [fixture.denied("source", {}), "The internet does not carry this address."],
	}
	way_in_steps(tc[0]) == [tc[1]]
}

way_in_steps(hop) := [step.text | some f in found; some step in f.remediation] if {
	source := fixture.source("192.0.2.10/32", hop)
	found := bastion.deny with input as over("deny", ["deny", [source]], fixture.allowed("security_groups"))
}

test_mend_way_in_by_several_steps[name] if {
	some name, tc in {
		"stopped": [fixture.denied("instance", {"object": "i-0b"}), [
			"Unless its public address is an elastic one, it has another after that: tell Stitch.",
			"aws ec2 start-instances --region us-east-1 --instance-ids i-0b",
		]],
		"no public address": [fixture.denied("public_address", {"object": "i-0b"}), [
			"aws ec2 allocate-address --region us-east-1 --domain vpc",
			"Put the AllocationId that it prints for <allocation-id>, and tell Stitch the address:",
			"aws ec2 associate-address --region us-east-1 --instance-id i-0b --allocation-id '<allocation-id>'",
		]],
	}
	way_in_steps(tc[0]) == tc[1]
}

test_mend_way_in_as_on_the_direct_way[name] if {
	some name, tc in {
		"Block Public Access": [
			fixture.denied("block_public_access", {"object": "subnet-1"}),
			"aws ec2 create-vpc-block-public-access-exclusion",
		],
		"no internet gateway": [
			fixture.denied("internet_gateway", {"object": "vpc-1"}),
			"aws ec2 attach-internet-gateway",
		],
		"no way back": [
			fixture.denied("return_route", {"object": "rtb-1", "target": "igw-1"}),
			"aws ec2 create-route --region us-east-1 --route-table-id rtb-1 --destination-cidr-block 192.0.2.10/32",
		],
	}
	steps := way_in_steps(tc[0])
	startswith(steps[count(steps) - 1], tc[1])
}

test_mend_onward[name] if {
	some name, tc in {
		"security group": ["sg-b", inside, concat(" ", [
			"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1",
			"--protocol tcp --port 5440 --source-group sg-b",
		])],
		"security group, the bastion has none": ["", inside, concat(" ", [
			"aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-1",
			"--protocol tcp --port 5440 --cidr 10.0.0.9/32",
		])],
		"network ACL of the bastion": ["sg-b", entry("bastion_nacl_outbound"), acl("--egress", "5440", "5440")],
		"network ACL of the cluster": ["sg-b", entry("nacl_inbound"), acl("--ingress", "5440", "5440")],
		"replies of the cluster": ["sg-b", entry("nacl_outbound"), acl("--egress", "1024", "65535")],
		"replies to the bastion": ["sg-b", entry("bastion_nacl_inbound"), acl("--ingress", "1024", "65535")],
		"security group, none can be changed": [
			"sg-b", fixture.denied("security_groups", {}),
			"No attached group can be changed to good effect: attach one that admits the connection on tcp 5440.",
		],
		"out to the cluster's group": [
			"sg-b",
			fixture.denied("bastion_groups_outbound", {"object": "sg-b", "group": "sg-1", "cidr": "10.0.0.9/32"}),
			outbound("UserIdGroupPairs=[{GroupId=sg-1}]"),
		],
		"out to the cluster's address": [
			"sg-b", fixture.denied("bastion_groups_outbound", {"object": "sg-b", "cidr": "10.0.0.9/32"}),
			outbound("IpRanges=[{CidrIp=10.0.0.9/32}]"),
		],
		"out, without a group": [
			"", fixture.denied("bastion_groups_outbound", {}),
			"Attach a security group to the instance that lets the connection out.",
		],
		"the public address typed": [
			"sg-b", fixture.denied("endpoint_name", {}),
			"Type the endpoint's name, analytics.abc123.us-east-1.redshift.amazonaws.com, as host into Stitch.",
		],
		"the VPC's own route": [
			"sg-b", fixture.denied("local_route", {"object": "rtb-1"}),
			"Let the route of rtb-1 lead to local again, or to a middlebox that is there.",
		],
		"the endpoint anywhere": [
			"sg-b", fixture.denied("endpoint", {}),
			"Every subnet that may carry the endpoint is blocked, each in its own way: look at each.",
		],
	}
	onward_steps(tc[0], tc[1]) == [tc[2]]
}

onward_steps(group, hop) := [step.text | some f in found; some step in f.remediation] if {
	document := object.union(over("deny", ["allow", []], hop), {"network": {"bastion": {"group": group}}})
	found := bastion.deny with input as document
}

outbound(destination) := concat("", [
	"aws ec2 authorize-security-group-egress --region us-east-1 --group-id sg-b --ip-permissions ",
	sprintf("'IpProtocol=tcp,FromPort=5440,ToPort=5440,%s'", [destination]),
])

test_mend_onward_by_several_steps[name] if {
	some name, tc in {
		"DNS hostnames": [
			"endpoint_name",
			{"object": "vpc-1", "id": "vpc-1/enableDnsHostnames"},
			`aws ec2 modify-vpc-attribute --region us-east-1 --vpc-id vpc-1 --enable-dns-hostnames '{"Value":true}'`,
		],
		"DNS support": [
			"endpoint_name",
			{"object": "vpc-1", "id": "vpc-1/enableDnsSupport"},
			`aws ec2 modify-vpc-attribute --region us-east-1 --vpc-id vpc-1 --enable-dns-support '{"Value":true}'`,
		],
		"a blackhole": [
			"local_route",
			{"object": "rtb-1", "route": "10.0.0.0/24"},
			"aws ec2 delete-route --region us-east-1 --route-table-id rtb-1 --destination-cidr-block 10.0.0.0/24",
		],
		"a list's blackhole": [
			"local_route",
			{"object": "rtb-1", "route": "pl-1"},
			"aws ec2 delete-route --region us-east-1 --route-table-id rtb-1 --destination-prefix-list-id pl-1",
		],
	}
	onward_steps("sg-b", fixture.denied(tc[0], tc[1]))[1] == tc[2]
}

# A change that would settle what is not known is named beside what is denied.
test_denied_in_and_partial_replies if {
	source := fixture.element("source", {"address": "192.0.2.10/32", "verdict": "deny", "hops": [
		fixture.denied("security_groups", {"object": "sg-b", "detail": "not admitted"}),
		object.union(fixture.undecided("nacl_outbound"), {"object": "acl-b", "rule_number": 90, "detail": "only some"}),
	]})
	found := bastion.deny with input as over("deny", ["deny", [source]], fixture.allowed("security_groups"))
	[f.message | some f in found] == ["not admitted; only some"]
	count([step | some f in found; some step in f.remediation]) == 2
}

# Where a change would settle what is not known it is named, and the rest is told beside it.
test_cures_of_what_is_not_known[name] if {
	name_unknown := object.union(
		fixture.undecided("endpoint_name"),
		{"object": "vpc-1", "id": "vpc-1/enableDnsHostnames"},
	)
	replies_unknown := object.union(fixture.undecided("nacl_outbound"), {"object": "acl-b", "rule_number": 90})
	some name, tc in {
		"nothing settles it": [[open], fixture.undecided("security_groups"), {}],
		"the name": [[], name_unknown, {"i-0b": 2}],
		"the name, and the way in not readable": [[open], name_unknown, {"i-0b": 2, "192.0.2.12/32": 0}],
		"replies to the loader": [
			[fixture.source("192.0.2.12/32", replies_unknown)],
			fixture.allowed("security_groups"),
			{"192.0.2.12/32": 1},
		],
		"replies, and the way onward not readable": [
			[fixture.source("192.0.2.12/32", replies_unknown)],
			fixture.undecided("security_groups"),
			{"192.0.2.12/32": 1, "i-0b": 0},
		],
	}
	document := over("unknown", ["unknown", tc[0]], tc[1])
	denied := bastion.deny with input as document
	unsure := bastion.unknown with input as document
	denied == set()
	{f.subject: count(f.remediation) | some f in unsure} == tc[2]
}

entry(stage) := fixture.denied(stage, {"object": "acl-1", "rule_number": 90, "cidr": "10.0.0.0/24"})

acl(side, from_port, to_port) := concat(" ", [
	"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-1", side,
	sprintf("--rule-number 90 --protocol tcp --port-range From=%s,To=%s", [from_port, to_port]),
	"--cidr-block 10.0.0.0/24 --rule-action allow",
])
