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

test_not_applicable[name] if {
	some name, tc in {
		"direct": [{}, set()],
		"ssh": [{"loader": {"connection": "ssh"}}, {"asked only of connection direct; this one is ssh"}],
		"no endpoint": [{"cluster": {"endpoint": {"host": ""}}}, {"analytics has no endpoint: see CLU001"}],
	}
	found := other_subnets.not_applicable with input as fixture.document(tc[0])
	{f.message | some f in found} == tc[1]
}
