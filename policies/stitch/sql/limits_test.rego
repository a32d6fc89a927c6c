package rscheck.stitch.sql.limits_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.limits

table(changes) := fixture.document({"database": {"limits": {"deviating": [fixture.element("oversized", changes)]}}})

tables(level, total) := fixture.document({"database": {"limits": {"tables": {"level": level, "count": total}}}})

test_deny[name] if {
	some name, tc in {
		"room for everything": [fixture.document({}), set()],
		"near the most columns": [
			table({"columns": {"count": 1440, "level": "near"}}),
			{["hubspot.deals", "low", "1440 columns of at most 1600"]},
		],
		"at the most columns": [
			table({"columns": {"count": 1600, "level": "full"}}),
			{["hubspot.deals", "medium", "1600 columns of at most 1600"]},
		],
		"long name of a table": [
			table({"name": {"characters": 128, "over": true}}),
			{["hubspot.deals", "low", "its name has 128 characters, at most 127 can be"]},
		],
		"long name of a column, over two lines": [
			table({"longest": "a\nb", "column": {"characters": 116, "over": true}}),
			{["hubspot.deals", "low", `the name of column "a\nb" has 116 characters, at most 115 can be`]},
		],
		"table called like the loader's own": [
			table({"reserved_name": true}),
			{["hubspot.deals", "low", "its name begins with what Stitch keeps for its own tables"]},
		],
		"columns called like the loader's own": [
			table({"reserved": ["_sdc_mine", "age__st"], "reserved_count": 2}),
			{["hubspot.deals", "low", `columns with names that Stitch keeps for itself: "_sdc_mine", "age__st"`]},
		],
		"more of them than are named": [
			table({"reserved": ["_rjm_mine"], "reserved_count": 3}),
			{["hubspot.deals", "low", `columns with names that Stitch keeps for itself: "_rjm_mine" and 2 more`]},
		],
		"several at once": [
			table({"columns": {"count": 1600, "level": "full"}, "reserved": ["_rjm"], "reserved_count": 1}),
			{[
				"hubspot.deals",
				"medium",
				`1600 columns of at most 1600; columns with names that Stitch keeps for itself: "_rjm"`,
			]},
		],
		"near the most tables": [
			tables("near", 90000),
			{["dev", "low", "the database has 90000 tables; Stitch copes with 100000"]},
		],
		"at the most tables": [
			tables("full", 100000),
			{["dev", "medium", "the database has 100000 tables; Stitch copes with 100000"]},
		],
	}
	found := limits.deny with input as tc[0]
	{[f.subject, f.severity, f.message] | some f in found} == tc[1]
	{step.kind | some f in found; some step in f.remediation} == {"note" | count(tc[1]) > 0}
}

test_steps[name] if {
	some name, tc in {
		"too many columns": [
			{"columns": {"count": 1600, "level": "full"}},
			{"Load fewer columns: deselect some of the source's."},
		],
		"a reserved name": [
			{"reserved": ["_rjm"], "reserved_count": 1},
			{"Rename what is not Stitch's own, or keep it in a table of your own."},
		],
		"a reserved name of the table": [
			{"reserved_name": true},
			{"Rename what is not Stitch's own, or keep it in a table of your own."},
		],
	}
	found := limits.deny with input as table(tc[0])
	{step.text | some f in found; some step in f.remediation} == tc[1]
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), 0],
		"no user": [fixture.no_user, 1],
		"no database": [fixture.no_database, 1],
	}
	found := limits.not_applicable with input as tc[0]
	count(found) == tc[1]
}
