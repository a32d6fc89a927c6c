package rscheck.stitch.sql.create_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.create

privilege(changes) := fixture.document({"database": {"create": changes}})

no_substitute := "is no substitute: CREATE SCHEMA IF NOT EXISTS asks for it on the database"

test_deny[name] if {
	some name, tc in {
		"allowed": [{"allowed": true}, set()],
		"allowed, schemas or not": [{"allowed": true, "schemas": ["a"], "schema_count": 1}, set()],
		"refused": [{"allowed": false}, {"user stitch lacks CREATE on database dev"}],
		"refused, with CREATE on one schema": [
			{"allowed": false, "schemas": ["hubspot"], "schema_count": 1},
			{sprintf("user stitch lacks CREATE on database dev; CREATE on schema hubspot %s", [no_substitute])},
		],
		"refused, with CREATE on many": [
			{"allowed": false, "schemas": ["a", "b", "c"], "schema_count": 5},
			{sprintf("user stitch lacks CREATE on database dev; CREATE on schemas a, b, c (+ 2 more) %s", [no_substitute])},
		],
	}
	found := create.deny with input as privilege(tc[0])
	{f.message | some f in found} == tc[1]
	{f.remediation | some f in found} == {[{
		"kind": "sql",
		"text": `GRANT CREATE ON DATABASE "dev" TO "stitch";`,
	}] |
		count(tc[1]) > 0
	}
}

test_read_only[name] if {
	some name, tc in {
		"sessions that may write": [{"read_only": false}, set()],
		"read-only sessions": [
			{"read_only": true},
			{"sessions of user stitch are read-only: default_transaction_read_only is on"},
		],
		"read-only, and refused anyway": [
			{"read_only": true, "allowed": false},
			{"user stitch lacks CREATE on database dev"},
		],
	}
	found := create.deny with input as privilege(tc[0])
	{f.message | some f in found} == tc[1]
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), set()],
		"no user": [fixture.no_user, {"there is no user stitch: see SQL001"}],
		"no database": [fixture.no_database, {"the database does not exist: see SQL002"}],
	}
	found := create.not_applicable with input as tc[0]
	{f.message | some f in found} == tc[1]
}
