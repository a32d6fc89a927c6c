package rscheck.stitch.security.audit_log_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.audit_log

logging(changes) := fixture.document({"cluster": {"logging": changes}})

test_deny[name] if {
	some name, tc in {
		"on": [logging({}), set()],
		"off": [
			logging({"enabled": false}),
			{"audit logging is off: nobody can tell later who logged in, or tried to"},
		],
		"failing": [
			logging({"failing": true, "failure": "no such bucket"}),
			{`audit logging is on, but the last delivery failed: "no such bucket"`},
		],
		"one log left out": [
			logging({"absent": ["connectionlog"]}),
			{"audit logging leaves out connectionlog"},
		],
	}
	found := audit_log.deny with input as tc[0]
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"analytics" | count(tc[1]) > 0}
}

test_remedy[name] if {
	some name, tc in {
		"cluster": concat(" ", [
			"aws redshift enable-logging --region us-east-1 --cluster-identifier analytics",
			"--log-destination-type cloudwatch --log-exports connectionlog userlog useractivitylog",
		]),
		"workgroup": concat("", [
			"Turn the exports on for the workgroup's namespace: aws redshift-serverless update-namespace, ",
			"with --log-exports connectionlog userlog useractivitylog.",
		]),
	}
	found := audit_log.deny with input as object.union(logging({"enabled": false}), {"target": {"kind": name}})
	{step.text | some f in found; some step in f.remediation} == {tc}
}
