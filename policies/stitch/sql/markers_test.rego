package rscheck.stitch.sql.markers_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.markers

deviating(list) := fixture.document({"database": {"markers": {"deviating": list}}})

test_deny[name] if {
	some name, tc in {
		"none deviates": [[], set()],
		"one column lost": [
			[fixture.element("unmarked", {})],
			{["hubspot.deals", "looks like a table of Stitch's and lacks _sdc_sequence"]},
		],
		"two tables, all columns lost": [
			[
				fixture.element("unmarked", {"lacking": ["_sdc_batched_at", "_sdc_sequence"]}),
				fixture.element("unmarked", {"subject": `hubspot."x"";"`}),
			],
			{
				["hubspot.deals", "looks like a table of Stitch's and lacks _sdc_batched_at, _sdc_sequence"],
				[`hubspot."x"";"`, "looks like a table of Stitch's and lacks _sdc_sequence"],
			},
		],
	}
	found := markers.deny with input as deviating(tc[0])
	{[f.subject, f.message] | some f in found} == tc[1]
	{step.kind | some f in found; some step in f.remediation} == {"note" | count(tc[1]) > 0}
}

test_not_applicable[name] if {
	some name, tc in {
		"tables there": [fixture.document({}), 0],
		"no table yet": [fixture.document({"database": {"tables": {"count": 0}}}), 1],
		"no user": [fixture.no_user, 2],
		"no database": [fixture.no_database, 2],
	}
	found := markers.not_applicable with input as tc[0]
	count(found) == tc[1]
}
