package rscheck.stitch.sql.bindings_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.bindings

pinned(views, total) := fixture.document({"database": {"bindings": {"pinned": [fixture.element("pinned", {
	"views": views,
	"view_count": total,
})]}}})

view := fixture.element("bound_view", {})

stored := fixture.element("bound_view", {"subject": "finance.kept", "name": "kept", "materialized": true})

hostile := fixture.element("bound_view", {"subject": `finance."x"";"`, "name": `x";`})

test_deny[name] if {
	some name, tc in {
		"no view": [fixture.document({}), set(), set()],
		"one view": [
			pinned([view], 1),
			{"bound to it: finance.budget; Stitch cannot widen a column that one of them reads"},
			{concat("", [
				`SHOW VIEW "finance"."budget" prints its definition. `,
				"With the tables in it named with their schemas, create it anew: ",
				`CREATE OR REPLACE VIEW "finance"."budget" AS ... WITH NO SCHEMA BINDING.`,
			])},
		],
		"as many as are named, one materialized": [
			pinned([stored], 1),
			{"bound to it: finance.kept; Stitch cannot widen a column that one of them reads"},
			{concat("", [
				`Materialized view "finance"."kept" cannot be late-binding: put a late-binding view in its place, `,
				"or drop it when a load fails.",
			])},
		],
		"more than are named, with a name like SQL": [
			pinned([hostile], 2),
			{`bound to it: finance."x"";" and 1 more; Stitch cannot widen a column that one of them reads`},
			{concat("", [
				`SHOW VIEW "finance"."x"";" prints its definition. `,
				"With the tables in it named with their schemas, create it anew: ",
				`CREATE OR REPLACE VIEW "finance"."x"";" AS ... WITH NO SCHEMA BINDING.`,
			])},
		],
	}
	found := bindings.deny with input as tc[0]
	{f.message | some f in found} == tc[1]
	{step.text | some f in found; some step in f.remediation} == tc[2]
	{f.subject | some f in found} == {"hubspot.deals" | count(tc[1]) > 0}
	{step.kind | some f in found; some step in f.remediation} == {"note" | count(tc[1]) > 0}
}

test_not_applicable[name] if {
	some name, tc in {
		"tables there": [fixture.document({}), 0],
		"no table yet": [fixture.document({"database": {"tables": {"count": 0}}}), 1],
		"no user": [fixture.no_user, 2],
		"no database": [fixture.no_database, 2],
	}
	found := bindings.not_applicable with input as tc[0]
	count(found) == tc[1]
}
