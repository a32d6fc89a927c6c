package rscheck.stitch.cluster.documented_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.cluster.documented

test_deny[name] if {
	some name, tc in {
		"cluster": ["cluster", true, set()],
		"workgroup": [
			"workgroup",
			false,
			{["analytics", "analytics is a workgroup, of which the documentation of Stitch does not speak"]},
		],
	}
	found := documented.deny with input as fixture.document({
		"target": {"kind": tc[0]},
		"cluster": {"documented": tc[1]},
	})
	{[f.subject, f.message] | some f in found} == tc[2]
}
