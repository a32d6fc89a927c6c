package rscheck.stitch.sql.tables_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.tables

deviating(list) := fixture.document({"database": {"tables": {"deviating": list}}})

test_deny[name] if {
	some name, tc in {
		"none deviates": [[], set()],
		"two of somebody else's": [
			[
				fixture.element("table", {}),
				fixture.element("table", {"subject": "hubspot.contacts", "name": "contacts"}),
			],
			{
				["hubspot.deals", `ALTER TABLE "hubspot"."deals" OWNER TO "stitch";`],
				["hubspot.contacts", `ALTER TABLE "hubspot"."contacts" OWNER TO "stitch";`],
			},
		],
	}
	found := tables.deny with input as deviating(tc[0])
	{[f.subject, step.text] | some f in found; some step in f.remediation} == tc[1]
	{f.message | some f in found} == {message |
		count(tc[1]) > 0
		message := "owned by etl_admin, not by stitch: ALTER TABLE and COMMENT will be refused to Stitch"
	}
}

test_perhaps_a_copy if {
	found := tables.deny with input as deviating([fixture.element("table", {"copy": true})])
	[[step.kind | some step in f.remediation] | some f in found] == [["note", "sql"]]
}

test_revoked[name] if {
	some name, tc in {
		"one right": [["DELETE"], "owned by stitch, which lacks DELETE on it: its rights were revoked"],
		"several": [
			["SELECT", "INSERT"],
			"owned by stitch, which lacks SELECT, INSERT on it: its rights were revoked",
		],
	}
	table := fixture.element("table", {"owner": "stitch", "problem": "rights", "lacks": tc[0]})
	found := tables.deny with input as deviating([table])
	[[f.subject, f.message, step.text] | some f in found; some step in f.remediation] == [[
		"hubspot.deals",
		tc[1],
		`GRANT ALL ON TABLE "hubspot"."deals" TO "stitch";`,
	]]
}

test_not_applicable[name] if {
	some name, tc in {
		"tables there": [fixture.document({}), 0],
		"no table yet": [fixture.document({"database": {"tables": {"count": 0}}}), 1],
		"no user": [fixture.no_user, 2],
		"no database": [fixture.no_database, 2],
	}
	found := tables.not_applicable with input as tc[0]
	count(found) == tc[1]
}
