package rscheck.stitch.network.other_subnets_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.other_subnets

elsewhere(subnets) := fixture.document({"network": {"elsewhere": subnets}})

blocked(secondary) := fixture.element("other_subnet", {
	"secondary": secondary,
	"verdict": "deny",
	"sources": [
		fixture.source("192.0.2.10/32", fixture.denied("return_route", {"detail": "no route"})),
		fixture.source("192.0.2.11/32", fixture.denied("return_route", {"detail": "no route"})),
		fixture.source("192.0.2.12/32", fixture.allowed("return_route")),
	],
})

open := fixture.element("other_subnet", {
	"id": "subnet-3",
	"verdict": "unknown",
	"missing": [fixture.element("unknown", {})],
})

test_outcome[name] if {
	some name, tc in {
		"no other subnet": [[], set(), set()],
		"one as good": [[fixture.element("other_subnet", {})], set(), set()],
		"one that is not": [
			[blocked(false)],
			{["subnet-2", "moved to it, the endpoint would be out of reach: no route"]},
			set(),
		],
		"that of the second zone": [
			[blocked(true)],
			{[
				"subnet-2",
				"moved to it by a failover of Multi-AZ, the endpoint would be out of reach: no route",
			]},
			set(),
		],
		"for each address alike": [
			[fixture.element("other_subnet", {"verdict": "deny", "sources": [
				fixture.source("192.0.2.10/32", fixture.denied("return_route", {"detail": "no route to 192.0.2.10/32"})),
				fixture.source("192.0.2.11/32", fixture.denied("return_route", {"detail": "no route to 192.0.2.11/32"})),
				fixture.source("192.0.2.12/32", fixture.denied("return_route", {"detail": "a blackhole"})),
			]})],
			{["subnet-2", concat("", [
				"moved to it, the endpoint would be out of reach: a blackhole; ",
				"no route to 192.0.2.10/32, 192.0.2.11/32",
			])]},
			set(),
		],
		"one bad, one not known": [
			[blocked(false), open],
			{["subnet-2", "moved to it, the endpoint would be out of reach: no route"]},
			{["subnet-3", [fixture.element("unknown", {})]]},
		],
	}
	found := other_subnets.deny with input as elsewhere(tc[0])
	undecided := other_subnets.unknown with input as elsewhere(tc[0])
	{[f.subject, f.message] | some f in found} == tc[1]
	{[f.subject, f.missing] | some f in undecided} == tc[2]
}

# steps are those for a subnet that the hops deny, by their first words.
steps(kind, hops) := [array.slice(split(step.text, " "), 0, 5) | some f in found; some step in f.remediation] if {
	found := other_subnets.deny with input as object.union(
		elsewhere([fixture.element("other_subnet", {"verdict": "deny", "sources": [
			fixture.element("source", {"verdict": "deny", "hops": hops}),
			fixture.element("source", {"address": "192.0.2.11/32", "verdict": "deny", "hops": hops}),
		]})]),
		{"target": {"kind": kind}},
	)
}

test_remediation[name] if {
	out := ["Or", "take", "it", "out", "of"]
	some name, tc in {
		"route": [[fixture.denied("return_route", {})], [["If", "NET002", "names", "the", "same"], out]],
		"replies, and the gateway's table": [
			[fixture.denied("gateway_route_table", {}), fixture.denied("nacl_outbound", {})],
			[["Have", "the", "internet", "gateway's", "route"], ["If", "NET004", "names", "the", "same"], out],
		],
		"a range of the VPC's own": [
			[fixture.denied("return_route", {"obstacle": "own_range"})],
			[["A", "range", "of", "the", "VPC's"], out],
		],
		"Block Public Access": [[fixture.denied("block_public_access", {"object": "subnet-2"})], [
			["This", "opens", "subnet-2", "to", "the"],
			["aws", "ec2", "create-vpc-block-public-access-exclusion", "--region", "us-east-1"],
			out,
		]],
		"Block Public Access with an exclusion, and an ACL": [
			[
				fixture.denied("block_public_access", {"object": "vpc-1", "exclusion": "vpcbpa-exclude-1"}),
				fixture.denied("nacl_inbound", {}),
			],
			[
				["This", "opens", "vpc-1", "to", "the"],
				["aws", "ec2", "modify-vpc-block-public-access-exclusion", "--region", "us-east-1"],
				["If", "NET004", "names", "the", "same"],
				out,
			],
		],
	}
	steps("cluster", tc[0]) == tc[1]
}

test_subnet_is_taken_out_by if {
	denied := other_subnets.deny with input as elsewhere([blocked(false)])
	of_workgroup := other_subnets.deny with input as object.union(
		elsewhere([blocked(false)]),
		{"target": {"kind": "workgroup"}},
	)
	some a in denied
	contains(a.remediation[1].text, "modify-cluster-subnet-group")
	some b in of_workgroup
	contains(b.remediation[1].text, "update-workgroup")
}

test_not_applicable[name] if {
	some name, tc in {
		"direct": [{}, set()],
		"ssh": [{"loader": {"connection": "ssh"}}, {"asked only of connection direct; this one is ssh"}],
		"no endpoint": [{"cluster": {"endpoint": {"host": ""}}}, {"analytics has no endpoint: see CLU001"}],
	}
	found := other_subnets.not_applicable with input as fixture.document(tc[0])
	{f.message | some f in found} == tc[1]
}
