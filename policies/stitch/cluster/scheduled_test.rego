package rscheck.stitch.cluster.scheduled_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.cluster.scheduled

coming(interruptions) := fixture.document({"cluster": {"interruptions": interruptions}})

pause := fixture.element("interruption", {})

resize := fixture.element("interruption", {
	"name": "monthly",
	"action": "resize",
	"next": "2026-12-01T00:00:00Z",
	"schedule": "at(2026-12-01T00:00:00)",
})

test_deny[name] if {
	some name, tc in {
		"none": [[], set()],
		"a pause that a resume follows": [[pause], {[
			"nightly",
			"medium",
			concat("", [
				"scheduled action nightly is to pause analytics, next at 2026-11-24T22:00:00Z by cron(0 22 * * ? *) in UTC: ",
				"nothing can load until it is resumed",
			]),
		]}],
		"a pause for good": [[object.union(pause, {"stays": true})], {[
			"nightly",
			"medium",
			concat("", [
				"scheduled action nightly is to pause analytics, next at 2026-11-24T22:00:00Z by cron(0 22 * * ? *) in UTC: ",
				"nothing can load until it is resumed, which no scheduled action does",
			]),
		]}],
		"a resize": [[resize], {[
			"monthly",
			"low",
			concat("", [
				"scheduled action monthly is to resize analytics, next at 2026-12-01T00:00:00Z ",
				"by at(2026-12-01T00:00:00) in UTC: ",
				"nothing can be written until that is over",
			]),
		]}],
	}
	found := scheduled.deny with input as coming(tc[0])
	{[f.subject, f.severity, f.message] | some f in found} == tc[1]
}

test_each_is_a_finding if {
	found := scheduled.deny with input as coming([pause, resize])
	{f.subject | some f in found} == {"nightly", "monthly"}
}

test_remedy if {
	found := scheduled.deny with input as coming([pause])
	some f in found
	f.remediation[0].text == concat(" ", [
		"aws redshift modify-scheduled-action --region us-east-1",
		"--scheduled-action-name nightly --no-enable",
	])
	startswith(f.remediation[1].text, "Or leave it, and in Stitch set the replication schedule")
}

test_applies[name] if {
	some name, tc in {"cluster": true, "workgroup": false, "endpoint": true}
	document := object.union(fixture.healthy, {"target": {"kind": name}})
	found := scheduled.not_applicable with input as document
	count(found) == 0 == tc
}
