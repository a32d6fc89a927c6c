package rscheck.stitch.sql.user_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.user

account(changes) := fixture.document({"database": {"account": changes}})

test_deny[name] if {
	some name, tc in {
		"usable": [{"status": "usable"}, set(), set()],
		"missing": [
			{"status": "missing"},
			{"there is no user stitch"},
			{`CREATE USER "stitch" PASSWORD '<password>';`},
		],
		"expired": [
			{"status": "expired", "valid_until": "2026-11-01T00:00:00Z"},
			{"the password of user stitch has expired (valid until 2026-11-01T00:00:00Z)"},
			{`ALTER USER "stitch" PASSWORD '<password>' VALID UNTIL 'infinity';`},
		],
		"expired, since when not told": [
			{"status": "expired"},
			{"the password of user stitch has expired"},
			{`ALTER USER "stitch" PASSWORD '<password>' VALID UNTIL 'infinity';`},
		],
		"refused": [
			{"status": "refused"},
			{"the password was refused for user stitch, or there is no such user"},
			{`ALTER USER "stitch" PASSWORD '<password>';`},
		],
	}
	found := user.deny with input as account(tc[0])
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"stitch" | count(tc[1]) > 0}
	{step.text | some f in found; some step in f.remediation; step.kind == "sql"} == tc[2]
}

test_not_applicable[name] if {
	some name, tc in {
		"database there": [fixture.document({}), 0],
		"no database": [fixture.no_database, 1],
	}
	found := user.not_applicable with input as tc[0]
	count(found) == tc[1]
}
