package rscheck.stitch.sql.schemas_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.schemas

deviating(list) := fixture.document({"database": {"schemas": {"deviating": list}}})

test_deny[name] if {
	some name, tc in {
		"none deviates": [[], set()],
		"somebody else's": [[fixture.element("schema", {})], {[
			"hubspot",
			"owned by etl_admin, not by stitch, and so not shown to Stitch in information_schema",
			`ALTER SCHEMA "hubspot" OWNER TO "stitch";`,
		]}],
		"own, USAGE revoked": [[fixture.element("schema", {"owner": "stitch", "problem": "usage"})], {[
			"hubspot",
			"owned by stitch, which lacks USAGE in it: the right was revoked",
			`GRANT USAGE, CREATE ON SCHEMA "hubspot" TO "stitch";`,
		]}],
		"own, CREATE revoked": [[fixture.element("schema", {"owner": "stitch", "problem": "create"})], {[
			"hubspot",
			"owned by stitch, which lacks CREATE in it: the right was revoked",
			`GRANT USAGE, CREATE ON SCHEMA "hubspot" TO "stitch";`,
		]}],
		"external": [[fixture.element("schema", {"owner": "stitch", "problem": "external"})], {[
			"hubspot",
			"an external schema: its tables are kept outside the database, and Stitch can make none in it",
			"Name another schema in Stitch's integration.",
		]}],
		"perhaps copies": [[fixture.element("schema", {"name": "my dbt", "copies": true})], {
			[
				"hubspot",
				"owned by etl_admin, not by stitch, and so not shown to Stitch in information_schema",
				concat(" ", [
					"Only their columns say that tables there are Stitch's:",
					"if they are copies, leave the schema out with --except-schema 'my dbt'.",
				]),
			],
			[
				"hubspot",
				"owned by etl_admin, not by stitch, and so not shown to Stitch in information_schema",
				`ALTER SCHEMA "my dbt" OWNER TO "stitch";`,
			],
		}],
		"odd name": [[fixture.element("schema", {"subject": `"a""b"`, "name": `a"b`})], {[
			`"a""b"`,
			"owned by etl_admin, not by stitch, and so not shown to Stitch in information_schema",
			`ALTER SCHEMA "a""b" OWNER TO "stitch";`,
		]}],
	}
	found := schemas.deny with input as deviating(tc[0])
	{[f.subject, f.message, step.text] | some f in found; some step in f.remediation} == tc[1]
}

test_named_and_not_there if {
	document := fixture.document({"database": {"schemas": {"count": 0, "absent": ["hubspot", "github"]}}})
	found := schemas.not_applicable with input as document
	{f.message | some f in found} == {
		"there is no schema hubspot, github to load into yet: Stitch creates it, given SQL003",
	}
}

test_not_applicable[name] if {
	some name, tc in {
		"schemas there": [fixture.document({}), 0],
		"no schema yet": [fixture.document({"database": {"schemas": {"count": 0}}}), 1],
		"no user": [fixture.no_user, 2],
		"no database": [fixture.no_database, 2],
	}
	found := schemas.not_applicable with input as tc[0]
	count(found) == tc[1]
}
