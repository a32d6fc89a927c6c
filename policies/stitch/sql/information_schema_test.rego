package rscheck.stitch.sql.information_schema_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.information_schema

seen(changes) := fixture.document({"database": {"information_schema": changes}})

test_deny[name] if {
	some name, tc in {
		"all readable": [{}, set(), []],
		"two denied": [
			{"denied": ["columns", "tables"]},
			{"user stitch lacks SELECT on information_schema.columns, information_schema.tables"},
			[
				`GRANT SELECT ON "information_schema"."columns" TO "stitch";`,
				`GRANT SELECT ON "information_schema"."tables" TO "stitch";`,
			],
		],
		"schema closed": [
			{"can_use": false},
			{"user stitch lacks USAGE on information_schema"},
			[`GRANT USAGE ON SCHEMA "information_schema" TO "stitch";`],
		],
		"schema closed and one denied": [
			{"can_use": false, "denied": ["columns"]},
			{"user stitch lacks SELECT on information_schema.columns and USAGE on information_schema"},
			[
				`GRANT USAGE ON SCHEMA "information_schema" TO "stitch";`,
				`GRANT SELECT ON "information_schema"."columns" TO "stitch";`,
			],
		],
	}
	found := information_schema.deny with input as seen(tc[0])
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"information_schema" | count(tc[1]) > 0}
	[step.text | some f in found; some step in f.remediation; step.kind == "sql"] == tc[2]
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), 0],
		"no user": [fixture.no_user, 1],
		"no database": [fixture.no_database, 1],
	}
	found := information_schema.not_applicable with input as tc[0]
	count(found) == tc[1]
}
