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
			"Attach a security group that admits the connection.",
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
		"stopped": [
			fixture.denied("instance", {"object": "i-0b"}),
			"Start the instance, or name another one with --bastion.",
		],
	}
	source := fixture.source("192.0.2.10/32", tc[0])
	found := bastion.deny with input as over("deny", ["deny", [source]], fixture.allowed("security_groups"))
	[step.text | some f in found; some step in f.remediation] == [tc[1]]
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
		"route": [
			"sg-b", fixture.denied("local_route", {"object": "rtb-1"}),
			"Take the route away that leads what the bastion and the cluster send each other elsewhere.",
		],
	}
	document := object.union(over("deny", ["allow", []], tc[1]), {"network": {"bastion": {"group": tc[0]}}})
	found := bastion.deny with input as document
	[step.text | some f in found; some step in f.remediation] == [tc[2]]
}

entry(stage) := fixture.denied(stage, {"object": "acl-1", "rule_number": 90, "cidr": "10.0.0.0/24"})

acl(side, from_port, to_port) := concat(" ", [
	"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-1", side,
	sprintf("--rule-number 90 --protocol tcp --port-range From=%s,To=%s", [from_port, to_port]),
	"--cidr-block 10.0.0.0/24 --rule-action allow",
])
