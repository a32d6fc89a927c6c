package rscheck.stitch.sql.comments_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.sql.comments

deviating(list) := fixture.document({"database": {"comments": {"deviating": list}}})

stray(keys, comment) := [fixture.element("comment", {"problem": "no_column", "keys": keys, "comment": comment})]

wrong(problem, comment) := [fixture.element("comment", {"problem": problem, "comment": comment})]

test_deny[name] if {
	some name, tc in {
		"all as they should be": [[], set()],
		"missing": [wrong("missing", ""), {[
			"medium",
			"there is no comment with the primary key: Stitch appends to this table and updates nothing",
		]}],
		"no JSON, over two lines": [wrong("malformed", "id\nname"), {[
			"high",
			`the comment "id\nname" is not of the form {"primary_keys":["id"]}: it is not a JSON object`,
		]}],
		"another object": [wrong("keyless", "{}"), {["high", concat("", [
			`the comment "{}" is not of the form {"primary_keys":["id"]}: `,
			"primary_keys is absent or not a list of names",
		])]}],
		"a key that is no column": [stray(["gone"], `{"primary_keys":["gone"]}`), {["high", concat("", [
			`the comment "{\"primary_keys\":[\"gone\"]}" names as primary key what is no column of the table: "gone"`,
		])]}],
		"keys with signs of SQL and over two lines": [stray(["a\nb", `x"; --`], "{}"), {["high", concat("", [
			`the comment "{}" names as primary key what is no column of the table: "a\nb", "x\"; --"`,
		])]}],
		"empty list": [wrong("empty", `{"primary_keys":[]}`), {["high", concat("", [
			`the comment "{\"primary_keys\":[]}" is not of the form {"primary_keys":["id"]}: `,
			"primary_keys names no column",
		])]}],
	}
	found := comments.deny with input as deviating(tc[0])
	{[object.get(f, "severity", "high"), f.message] | some f in found} == tc[1]
	{f.subject | some f in found} == {"hubspot.deals" | count(tc[1]) > 0}
	{step.kind | some f in found; some step in f.remediation} == {"note" | count(tc[1]) > 0}
}

test_not_applicable[name] if {
	some name, tc in {
		"tables there": [fixture.document({}), 0],
		"no table yet": [fixture.document({"database": {"comments": {"count": 0}}}), 1],
		"no user": [fixture.no_user, 2],
		"no database": [fixture.no_database, 2],
	}
	found := comments.not_applicable with input as tc[0]
	count(found) == tc[1]
}
