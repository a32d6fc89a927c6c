package rscheck.stitch.security.needless_public_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.needless_public

over(connection, need, kind, is_public) := fixture.document({
	"target": {"kind": kind},
	"loader": {"connection": connection, "public": need},
	"cluster": {"publicly_accessible": is_public},
})

test_deny[name] if {
	some name, tc in {
		"direct and public": [over("direct", "required", "cluster", true), set()],
		"tunnel and private": [over("ssh", "not_needed", "cluster", false), set()],
		"tunnel and public": [
			over("ssh", "not_needed", "cluster", true),
			{[
				"cluster analytics is publicly accessible, which connection ssh does not need",
				concat(" ", [
					"aws redshift modify-cluster --region us-east-1",
					"--cluster-identifier analytics --no-publicly-accessible",
				]),
			]},
		],
		"private line and public workgroup": [
			over("vpn", "not_needed", "workgroup", true),
			{[
				"workgroup analytics is publicly accessible, which connection vpn does not need",
				concat(" ", [
					"aws redshift-serverless update-workgroup --region us-east-1",
					"--workgroup-name analytics --no-publicly-accessible",
				]),
			]},
		],
	}
	found := needless_public.deny with input as tc[0]
	{[f.message, f.remediation[1].text] | some f in found} == tc[1]
	{f.subject | some f in found} == {"analytics" | count(tc[1]) > 0}
}

test_not_applicable[name] if {
	some name, tc in {
		"direct": [
			over("direct", "required", "cluster", true),
			{"connection direct needs public access: see NET001 and SEC001"},
		],
		"tunnel": [over("ssh", "not_needed", "cluster", true), set()],
	}
	found := needless_public.not_applicable with input as tc[0]
	{f.message | some f in found} == tc[1]
}
