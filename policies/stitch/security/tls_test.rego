package rscheck.stitch.security.tls_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.tls

with_tls(kind, changes) := fixture.document({
	"target": {"kind": kind},
	"cluster": {"tls": object.union({"in_force": false}, changes)},
})

test_deny[name] if {
	some name, tc in {
		"required and in force": [{"in_force": true}, set()],
		"not required": [
			{"required": false},
			{"require_ssl is false in parameter group require-ssl: clients may connect without TLS"},
		],
		"not required, no group named": [
			{"required": false, "group": ""},
			{"require_ssl is false: clients may connect without TLS"},
		],
		"waiting for a reboot": [
			{"apply_status": "pending-reboot"},
			{`require_ssl is true in parameter group require-ssl but not in force: it is "pending-reboot"`},
		],
	}
	found := tls.deny with input as with_tls("cluster", tc[0])
	{f.message | some f in found} == tc[1]
}

reboot := [
	"aws redshift wait cluster-available --region us-east-1 --cluster-identifier analytics",
	"aws redshift reboot-cluster --region us-east-1 --cluster-identifier analytics",
]

test_commands[name] if {
	some name, tc in {
		"group of its own": ["cluster", {"required": false}, array.concat(
			[concat(" ", [
				"aws redshift modify-cluster-parameter-group --region us-east-1",
				"--parameter-group-name require-ssl --parameters ParameterName=require_ssl,ParameterValue=true",
			])],
			reboot,
		)],
		"AWS's default group": [
			"cluster",
			{"required": false, "group": "default.redshift-1.0", "default_group": true},
			array.concat(
				[
					concat(" ", [
						"aws redshift create-cluster-parameter-group --region us-east-1",
						"--parameter-group-name analytics-require-ssl --parameter-group-family redshift-1.0",
						"--description 'Requires TLS'",
					]),
					concat(" ", [
						"aws redshift modify-cluster-parameter-group --region us-east-1 --parameter-group-name",
						"analytics-require-ssl --parameters ParameterName=require_ssl,ParameterValue=true",
					]),
					concat(" ", [
						"aws redshift modify-cluster --region us-east-1 --cluster-identifier analytics",
						"--cluster-parameter-group-name analytics-require-ssl",
					]),
				],
				reboot,
			),
		],
		"workgroup": ["workgroup", {"required": false, "group": ""}, [concat(" ", [
			"aws redshift-serverless update-workgroup --region us-east-1 --workgroup-name analytics",
			"--config-parameters parameterKey=require_ssl,parameterValue=true",
		])]],
		"waiting for a reboot": ["cluster", {"apply_status": "pending-reboot"}, reboot],
		"being applied": ["cluster", {"apply_status": "applying"}, []],
		"workgroup taking it up": ["workgroup", {"apply_status": "pending-reboot"}, []],
	}
	found := tls.deny with input as with_tls(tc[0], tc[1])
	count(found) == 1
	[step.text | some f in found; some step in f.remediation; step.kind == "aws-cli"] == tc[2]
}
