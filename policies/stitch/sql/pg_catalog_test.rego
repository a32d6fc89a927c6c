package rscheck.stitch.sql.pg_catalog_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.pg_catalog

seen(changes) := fixture.document({"database": {"pg_catalog": changes}})

test_deny[name] if {
	some name, tc in {
		"all readable": [{}, set(), []],
		"two denied": [
			{"denied": ["pg_description", "pg_type"]},
			{"user stitch lacks SELECT on pg_catalog.pg_description, pg_catalog.pg_type"},
			[
				`GRANT SELECT ON "pg_catalog"."pg_description" TO "stitch";`,
				`GRANT SELECT ON "pg_catalog"."pg_type" TO "stitch";`,
			],
		],
		"schema closed": [
			{"can_use": false},
			{"user stitch lacks USAGE on pg_catalog"},
			[`GRANT USAGE ON SCHEMA "pg_catalog" TO "stitch";`],
		],
		"schema closed and one denied": [
			{"can_use": false, "denied": ["pg_description"]},
			{"user stitch lacks SELECT on pg_catalog.pg_description and USAGE on pg_catalog"},
			[
				`GRANT USAGE ON SCHEMA "pg_catalog" TO "stitch";`,
				`GRANT SELECT ON "pg_catalog"."pg_description" TO "stitch";`,
			],
		],
	}
	found := pg_catalog.deny with input as seen(tc[0])
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"pg_catalog" | count(tc[1]) > 0}
	[step.text | some f in found; some step in f.remediation; step.kind == "sql"] == tc[2]
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), 0],
		"no user": [fixture.no_user, 1],
		"no database": [fixture.no_database, 1],
	}
	found := pg_catalog.not_applicable with input as tc[0]
	count(found) == tc[1]
}
