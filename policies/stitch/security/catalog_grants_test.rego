package rscheck.stitch.security.catalog_grants_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.catalog_grants

grants(changes) := fixture.document({"database": {"grants": changes}})

test_deny[name] if {
	some name, tc in {
		"no grant": [{}, set()],
		"what the loader reads": [{"granted": 6}, set()],
		"not quite half": [{"granted": 69}, set()],
		"half": [{"granted": 70}, {"user stitch was itself granted SELECT on 70 of 140 relations of pg_catalog"}],
		"all": [{"granted": 140, "private_count": 9, "private": ["pg_authid", "pg_shadow", "pg_statistic"]}, {concat("", [
			"user stitch was itself granted SELECT on 140 of 140 relations of pg_catalog, ",
			"9 of them not for everybody (pg_authid, pg_shadow, pg_statistic)",
		])}],
	}
	found := catalog_grants.deny with input as grants(tc[0])
	{f.message | some f in found} == tc[1]
	{step.text | some f in found; some step in f.remediation} == {text |
		count(tc[1]) > 0
		some text in [
			`REVOKE SELECT ON ALL TABLES IN SCHEMA "pg_catalog" FROM "stitch";`,
			`GRANT SELECT ON "pg_catalog"."pg_class", "pg_catalog"."pg_type" TO "stitch";`,
		]
	}
}

test_names_are_quoted if {
	found := catalog_grants.deny with input as fixture.document({
		"loader": {"user": `x"; DROP`},
		"database": {"grants": {"granted": 140}},
	})
	some f in found
	f.remediation[0].text == `REVOKE SELECT ON ALL TABLES IN SCHEMA "pg_catalog" FROM "x""; DROP";`
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), 0],
		"no user": [fixture.no_user, 1],
		"no database": [fixture.no_database, 1],
	}
	found := catalog_grants.not_applicable with input as tc[0]
	count(found) == tc[1]
}
