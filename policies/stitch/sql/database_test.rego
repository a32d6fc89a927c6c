package rscheck.stitch.sql.database_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.database

test_deny[name] if {
	some name, tc in {
		"local": ["local", set(), set()],
		"missing": ["missing", {"there is no database dev"}, {`CREATE DATABASE "dev";`}],
		"shared": ["shared", {"database dev is a datashare: nothing can be created in it"}, set()],
	}
	found := database.deny with input as fixture.document({"database": {"presence": tc[0]}})
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"dev" | count(tc[1]) > 0}
	{step.text | some f in found; some step in f.remediation; step.kind == "sql"} == tc[2]
}

test_unknown[name] if {
	some name, tc in {
		"not told what was typed": ["", set()],
		"the same was typed": ["dev", set()],
		"another was typed": ["prod", {[
			"prod",
			"Stitch was told to load into prod, and rscheck looked into dev",
			"give --database prod",
		]}],
	}
	found := database.unknown with input as fixture.document({"loader": {"form": {"database": tc[0]}}})
	{[f.subject, f.message, missing.detail] | some f in found; some missing in f.missing} == tc[1]
}
