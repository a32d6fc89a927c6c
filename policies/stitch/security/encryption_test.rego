package rscheck.stitch.security.encryption_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.encryption

test_deny[name] if {
	some name, tc in {
		"encrypted": ["cluster", true, set()],
		"plain": [
			"cluster",
			false,
			{"aws redshift modify-cluster --region us-east-1 --cluster-identifier analytics --encrypted"},
		],
		"plain workgroup": [
			"workgroup",
			false,
			{"AWS encrypts every workgroup: ask AWS why this one is said not to be."},
		],
	}
	found := encryption.deny with input as fixture.document({
		"target": {"kind": tc[0]},
		"cluster": {"encrypted": tc[1]},
	})
	{f.remediation[count(f.remediation) - 1].text | some f in found} == tc[2]
	{f.subject | some f in found} == {"analytics" | not tc[1]}
}
