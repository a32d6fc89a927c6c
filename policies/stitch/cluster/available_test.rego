package rscheck.stitch.cluster.available_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.cluster.available

in_state(status, availability) := fixture.document({"cluster": {
	"status": status,
	"availability_status": availability,
}})

test_deny[name] if {
	some name, tc in {
		"available": ["available", "Available", set()],
		"about to be resized": ["available, prep-for-resize", "Available", set()],
		"serverless, which tells no availability": ["AVAILABLE", "", set()],
		"paused": ["paused", "Unavailable", {[
			"critical",
			"cluster analytics is paused (availability: Unavailable): nothing can load",
		]}],
		"paused, availability not told": ["paused", "", {["critical", "cluster analytics is paused: nothing can load"]}],
		"creating": ["creating", "Modifying", {[
			"high",
			"cluster analytics is creating (availability: Modifying): nothing can load until that is over",
		]}],
		"resizing takes no writes": ["resizing", "Available", {[
			"high",
			"cluster analytics is resizing (availability: Available): nothing can load until that is over",
		]}],
		"in maintenance": ["available", "Maintenance", {[
			"medium",
			concat("", [
				"cluster analytics is available, but AWS calls its availability Maintenance: ",
				"connections may break off until that is over",
			]),
		]}],
		"modifying and reachable": ["modifying", "Modifying", {[
			"medium",
			"cluster analytics is modifying (availability: Modifying): connections may break off until that is over",
		]}],
		"modifying and not reachable": ["modifying", "Unavailable", {[
			"high",
			"cluster analytics is modifying (availability: Unavailable): nothing can load until that is over",
		]}],
		"called available and not reachable": ["available", "Failed", {[
			"critical",
			"cluster analytics is available, but AWS calls its availability Failed: nothing can load",
		]}],
		"a word that AWS may add": ["hibernating", "Unavailable", {[
			"critical",
			"cluster analytics is hibernating (availability: Unavailable): nothing can load",
		]}],
	}
	found := available.deny with input as in_state(tc[0], tc[1])
	{[f.severity, f.message] | some f in found} == tc[2]
}

test_no_endpoint_is_critical[name] if {
	some name, tc in {
		"creating": ["creating", "Modifying"],
		"modifying": ["modifying", "Modifying"],
		"available": ["available", "Available"],
	}
	found := available.deny with input as object.union(
		in_state(tc[0], tc[1]),
		{"cluster": {"endpoint": {"host": "", "port": 0}}},
	)
	{object.get(f, "severity", "critical") | some f in found} == {"critical"}
}

test_no_endpoint[name] if {
	some name, tc in {
		"available": [
			"available",
			{"cluster analytics is available but has no endpoint: nothing can connect"},
		],
		"creating, told once": [
			"creating",
			{"cluster analytics is creating (availability: Available): nothing can load until that is over"},
		],
	}
	found := available.deny with input as object.union(
		in_state(tc[0], "Available"),
		{"cluster": {"endpoint": {"host": "", "port": 0}}},
	)
	{f.message | some f in found} == tc[1]
}

test_remediation[name] if {
	some name, tc in {
		"paused": [
			"cluster",
			"paused",
			"aws redshift resume-cluster --region us-east-1 --cluster-identifier analytics",
		],
		"resizing": [
			"cluster",
			"resizing",
			"aws redshift wait cluster-available --region us-east-1 --cluster-identifier analytics",
		],
		# The wait command looks at the status, which is "available" already.
		"in maintenance": [
			"cluster",
			"available",
			"Wait some minutes, then run rscheck again: it is over when the availability is Available.",
		],
		"workgroup creating": [
			"workgroup",
			"creating",
			"Wait until the workgroup is available, then run rscheck again.",
		],
		"deleting": [
			"cluster",
			"deleting",
			"It is going away: restore it from a snapshot, or load into another.",
		],
		"disks full": [
			"cluster",
			"storage-full",
			"The disks are full: drop or truncate what is not needed, or resize the cluster.",
		],
		"broken": ["cluster", "incompatible-network", concat(" ", [
			"aws redshift describe-events --region us-east-1",
			"--source-type cluster --source-identifier analytics --duration 20160",
		])],
		"workgroup broken": [
			"workgroup",
			"odd",
			"Look at the workgroup in the console; AWS does not say what is wrong with it.",
		],
	}
	found := available.deny with input as object.union(
		in_state(tc[1], availability(tc[1])),
		{"target": {"kind": tc[0]}},
	)
	[step.text | some f in found; some step in f.remediation] == [tc[2]]
}

availability(status) := "Maintenance" if status == "available"

availability(status) := "Unavailable" if status != "available"
