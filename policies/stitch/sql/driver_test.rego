package rscheck.stitch.sql.driver_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.driver

test_deny[name] if {
	some name, tc in {
		"standard": ["standard", set(), set()],
		"SHA-256": [
			"digest",
			{"the password of user stitch is kept as SHA-256, which standard PostgreSQL drivers refuse"},
			{`ALTER USER "stitch" PASSWORD '<password>';`},
		],
		"no connections": [
			"barred",
			{"user stitch may have 0 connections at a time: no driver can log in as it"},
			{`ALTER USER "stitch" CONNECTION LIMIT UNLIMITED;`},
		],
		"identity provider": [
			"identity",
			{"user stitch logs in through an identity provider, which standard PostgreSQL drivers cannot do"},
			set(),
		],
	}
	found := driver.deny with input as fixture.document({"database": {"driver": {"method": tc[0]}}})
	{f.message | some f in found} == tc[1]
	{step.text | some f in found; some step in f.remediation; step.kind == "sql"} == tc[2]
}

test_not_applicable[name] if {
	some name, tc in {
		"database there": [fixture.document({}), 0],
		"no database": [fixture.no_database, 1],
		"no user": [fixture.no_user, 1],
	}
	found := driver.not_applicable with input as tc[0]
	count(found) == tc[1]
}
