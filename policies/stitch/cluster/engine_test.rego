package rscheck.stitch.cluster.engine_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.cluster.engine

answered(redshift, version) := fixture.document({"database": {"engine": {"redshift": redshift, "version": version}}})

test_deny[name] if {
	some name, tc in {
		"Redshift": [answered(true, "PostgreSQL 8.0.2"), set()],
		"PostgreSQL": [
			answered(false, "PostgreSQL 15.18"),
			{["analytics", "it is not Redshift that answers but PostgreSQL 15.18"]},
		],
	}
	found := engine.deny with input as tc[0]
	{[f.subject, f.message] | some f in found} == tc[1]
}

test_not_applicable if {
	found := engine.not_applicable with input as fixture.no_database
	{f.message | some f in found} == {"the database does not exist: see SQL002"}
}

test_applies if {
	found := engine.not_applicable with input as fixture.document({})
	count(found) == 0
}
