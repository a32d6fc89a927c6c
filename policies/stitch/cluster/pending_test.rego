package rscheck.stitch.cluster.pending_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.cluster.pending

changing(need, private, identifier) := fixture.document({
	"loader": {"public": need},
	"cluster": {"pending": {"becomes_private": private, "identifier": identifier}},
})

test_deny[name] if {
	some name, tc in {
		"nothing": [changing("required", false, ""), set()],
		"private under a direct connection": [
			changing("required", true, ""),
			{[
				"publicly_accessible",
				"cluster analytics will become private, and connection direct needs public access",
			]},
		],
		"private under another": [changing("not_needed", true, ""), set()],
		"another name": [
			changing("not_needed", false, "warehouse"),
			{[
				"identifier",
				"cluster analytics will be called warehouse, and its endpoint by another name",
			]},
		],
	}
	found := pending.deny with input as tc[0]
	{[f.subject, f.message] | some f in found} == tc[1]
}

test_remedy[name] if {
	some name, tc in {
		"cluster": "aws redshift modify-cluster --region us-east-1 --cluster-identifier analytics --publicly-accessible",
		"endpoint": "Make it publicly accessible again.",
	}
	document := object.union(changing("required", true, ""), {"target": {"kind": name}})
	found := pending.deny with input as document
	{step.text | some f in found; some step in f.remediation} == {tc}
}
