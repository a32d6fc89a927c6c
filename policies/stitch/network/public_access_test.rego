package rscheck.stitch.network.public_access_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.public_access

private(kind) := fixture.document({
	"target": {"kind": kind},
	"cluster": {"publicly_accessible": false},
	"network": {"public_access": {"verdict": "deny"}},
})

test_deny[name] if {
	some name, tc in {
		"public cluster": [fixture.document({}), set()],
		"private cluster": [
			private("cluster"),
			{"cluster analytics is not publicly accessible; Stitch needs a public address for connection direct"},
		],
		"private workgroup": [
			private("workgroup"),
			{"workgroup analytics is not publicly accessible; Stitch needs a public address for connection direct"},
		],
		"public by its flag, without an address": [
			fixture.passage("public_access", "deny", [
				fixture.source("192.0.2.10/32", fixture.denied("public_address", {"detail": "no address"})),
				fixture.source("192.0.2.11/32", fixture.denied("public_address", {"detail": "no address"})),
			]),
			{"no address"},
		],
		"private cluster behind a tunnel": [
			fixture.document({
				"loader": {"connection": "ssh"},
				"cluster": {"publicly_accessible": false},
				"network": {"public_access": {"verdict": "not_applicable"}},
			}),
			set(),
		],
	}
	found := public_access.deny with input as tc[0]
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"analytics" | count(tc[1]) > 0}
}

test_command[name] if {
	some name, tc in {
		"cluster": "aws redshift modify-cluster --region us-east-1 --cluster-identifier analytics --publicly-accessible",
		"workgroup": concat(" ", [
			"aws redshift-serverless update-workgroup --region us-east-1",
			"--workgroup-name analytics --publicly-accessible",
		]),
	}
	found := public_access.deny with input as private(name)
	{step.text | some f in found; some step in f.remediation; step.kind == "aws-cli"} == {tc}
}

test_not_applicable[name] if {
	some name, tc in {
		"direct": ["direct", set()],
		"ssh": ["ssh", {"asked only of connection direct; this one is ssh"}],
	}
	found := public_access.not_applicable with input as fixture.document({"loader": {"connection": tc[0]}})
	{f.message | some f in found} == tc[1]
}
