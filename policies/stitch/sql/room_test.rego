package rscheck.stitch.sql.room_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.room

with_room(changes) := fixture.document({"database": {"room": changes}})

few(n) := sprintf("the connection limit of user stitch is %d; Stitch should be allowed 5", [n])

more_connections := `ALTER USER "stitch" CONNECTION LIMIT UNLIMITED;`

no_timeout := `ALTER USER "stitch" SET statement_timeout TO 0;`

test_deny[name] if {
	some name, tc in {
		"no limit": [fixture.document({}), set(), set()],
		"just enough connections": [with_room({"connection_limit": 5}), set(), set()],
		"one too few": [with_room({"connection_limit": 4}), {["low", few(4)]}, {more_connections}],
		"two": [with_room({"connection_limit": 2}), {["low", few(2)]}, {more_connections}],
		"one": [with_room({"connection_limit": 1}), {["medium", few(1)]}, {more_connections}],
		"none": [with_room({"connection_limit": 0}), {["medium", few(0)]}, {more_connections}],
		"just long enough": [with_room({"statement_timeout": 600000}), set(), set()],
		"too short": [
			with_room({"statement_timeout": 599500}),
			{["medium", "a statement of user stitch is broken off after 599.5 s; Stitch should be allowed 600 s"]},
			{no_timeout},
		],
		"both": [
			with_room({"connection_limit": 4, "statement_timeout": 1000}),
			{["medium", concat("; ", [
				few(4),
				"a statement of user stitch is broken off after 1 s; Stitch should be allowed 600 s",
			])]},
			{more_connections, no_timeout},
		],
	}
	found := room.deny with input as tc[0]
	{[f.severity, f.message] | some f in found} == tc[1]
	{step.text | some f in found; some step in f.remediation} == tc[2]
	{f.subject | some f in found} == {"stitch" | count(tc[1]) > 0}
}

test_names_are_quoted if {
	found := room.deny with input as fixture.document({
		"loader": {"user": `x"; DROP`},
		"database": {"room": {"connection_limit": 0}},
	})
	{step.text | some f in found; some step in f.remediation} == {`ALTER USER "x""; DROP" CONNECTION LIMIT UNLIMITED;`}
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), 0],
		"no user": [fixture.no_user, 1],
		"no database": [fixture.no_database, 1],
	}
	found := room.not_applicable with input as tc[0]
	count(found) == tc[1]
}
