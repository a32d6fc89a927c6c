package rscheck.stitch.network.network_acl_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.network_acl

test_outcome[name] if {
	some name, tc in fixture.cases_network("network_acl", "nacl_inbound")
	denied := network_acl.deny with input as tc[0]
	open := network_acl.unknown with input as tc[0]
	idle := network_acl.not_applicable with input as tc[0]
	{f.subject | some f in denied} == tc[1]
	{f.subject | some f in open} == tc[2]
	count(idle) == 0 == tc[3]
}

both_ways := fixture.element("source", {
	"verdict": "deny",
	"hops": [
		fixture.denied("nacl_inbound", {"detail": "rule 100 denies in", "object": "acl-1", "rule_number": 90}),
		fixture.denied("nacl_outbound", {"detail": "rule 100 denies out", "object": "acl-1", "rule_number": 80}),
	],
})

test_message[name] if {
	some name, tc in {
		"denied both ways": [both_ways, {"rule 100 denies in; rule 100 denies out"}, set()],
		"not readable": [
			fixture.source("192.0.2.10/32", fixture.undecided("nacl_inbound")),
			set(),
			{["rules not readable", [fixture.element("unknown", {})]]},
		],
	}
	document := fixture.passage("network_acl", "deny", [tc[0]])
	denied := network_acl.deny with input as document
	open := network_acl.unknown with input as document
	{f.message | some f in denied} == tc[1]
	{[f.message, f.missing] | some f in open} == tc[2]
}

test_remediation[name] if {
	some name, tc in {
		"denied both ways": [both_ways, [
			concat(" ", [
				"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-1 --ingress --rule-number 90",
				"--protocol tcp --port-range From=5439,To=5439 --cidr-block 192.0.2.10/32 --rule-action allow",
			]),
			concat(" ", [
				"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-1 --egress --rule-number 80",
				"--protocol tcp --port-range From=1024,To=65535 --cidr-block 192.0.2.10/32 --rule-action allow",
			]),
		]],
		"no free number": [
			fixture.source("192.0.2.10/32", fixture.denied("nacl_inbound", {"object": "acl-1"})),
			[concat("", [
				"No rule number is free ahead of the rule that denies: ",
				"renumber the rules of network ACL acl-1 to let 192.0.2.10/32 through.",
			])],
		],
	}
	found := network_acl.deny with input as fixture.passage("network_acl", "deny", [tc[0]])
	[step.text | some f in found; some step in f.remediation] == tc[1]
}

# partly lets replies through to some ports only.
partly := object.union(
	fixture.undecided("nacl_outbound"),
	{"object": "acl-1", "rule_number": 90, "detail": "acl-1 lets replies out to tcp 32768-65535 only"},
)

open_replies := concat(" ", [
	"aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-1 --egress --rule-number 90",
	"--protocol tcp --port-range From=1024,To=65535 --cidr-block 192.0.2.10/32 --rule-action allow",
])

test_partial_replies[name] if {
	some name, tc in {
		"nothing else": ["unknown", partly, [open_replies]],
		"no free number": ["unknown", object.union(partly, {"rule_number": 0}), [concat("", [
			"No rule number is free ahead of the rule that denies: ",
			"renumber the rules of network ACL acl-1 to let 192.0.2.10/32 through.",
		])]],
		"another address is denied": ["deny", partly, [open_replies]],
		"rules not readable": ["deny", fixture.undecided("nacl_outbound"), []],
	}
	document := fixture.passage("network_acl", tc[0], [fixture.source("192.0.2.10/32", tc[1])])
	denied := network_acl.deny with input as document
	open := network_acl.unknown with input as document
	denied == set()
	{[f.subject, f.message, [step.text | some step in f.remediation]] | some f in open} == {[
		"192.0.2.10/32",
		tc[1].detail,
		tc[2],
	]}
}

test_partial_replies_of_no_known_region if {
	open := network_acl.unknown with input as object.union(
		fixture.passage("network_acl", "unknown", [fixture.source("192.0.2.10/32", partly)]),
		{"loader": {"region": "any"}},
	)
	{contains(f.remediation[0].text, "--loader-region") | some f in open} == {true}
}

test_denied_in_and_partial_replies if {
	source := fixture.element("source", {
		"verdict": "deny",
		"hops": [fixture.denied("nacl_inbound", {"detail": "denied in", "object": "acl-1", "rule_number": 80}), partly],
	})
	found := network_acl.deny with input as fixture.passage("network_acl", "deny", [source])
	{f.message | some f in found} == {"denied in; acl-1 lets replies out to tcp 32768-65535 only"}
	[step.text | some f in found; some step in f.remediation][1] == open_replies
}
