# METADATA
# scope: package
# title: Cluster is available
# description: >-
#   Stitch can load only while the cluster takes connections and writes. A paused, resizing or restarting cluster
#   refuses them, and one in maintenance may break them off. This is about now; whether it will be paused or resized
#   by a schedule is CLU006.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-loading-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html
# custom:
#   id: CLU001
#   severity: critical
#   remediation: Resume the cluster, or wait until the change under way is through.
package rscheck.stitch.cluster.available

import data.rscheck.lib.remedy

deny contains {
	"subject": input.target.name,
	"severity": severity,
	"message": sprintf("%s %s is %s: %s", [input.target.kind, input.target.name, state, consequence]),
	"remediation": steps,
} if {
	not available
}

deny contains {
	"subject": input.target.name,
	"message": sprintf("%s %s is available but has no endpoint: nothing can connect", [
		input.target.kind,
		input.target.name,
	]),
	"remediation": [remedy.note("Run rscheck again in some minutes; if it stays so, ask AWS.")],
} if {
	available
	no_endpoint
}

status := lower(input.cluster.status)

# "available, prep-for-resize" and its like take connections too.
up if startswith(status, "available")

available if {
	up
	input.cluster.availability_status in {"Available", ""}
}

# AWS: "intermittently available" in these two, available for queries in the first.
reachable if input.cluster.availability_status in {"Available", "Maintenance", "Modifying"}

flickers if {
	up
	reachable
}

flickers if {
	status in {"modifying", "rotating-keys", "updating-hsm"}
	reachable
}

# These end by themselves.
passing if {
	status in {
		"cancelling-resize",
		"creating",
		"modifying",
		"rebooting",
		"renaming",
		"resizing",
		"resuming",
		"rotating-keys",
		"updating-hsm",
	}
}

# The checks of the network have nothing to ask about then, and rely on this one.
no_endpoint if input.cluster.endpoint.host == ""

severity := "critical" if no_endpoint

severity := "critical" if {
	not flickers
	not passing
}

severity := "high" if {
	not no_endpoint
	not flickers
	passing
}

severity := "medium" if {
	not no_endpoint
	flickers
}

consequence := "connections may break off until that is over" if flickers

consequence := "nothing can load until that is over" if {
	not flickers
	passing
}

consequence := "nothing can load" if {
	not flickers
	not passing
}

state := status if input.cluster.availability_status == ""

state := sprintf("%s (availability: %s)", [status, input.cluster.availability_status]) if {
	input.cluster.availability_status != ""
	not up
}

state := sprintf("%s, but AWS calls its availability %s", [status, input.cluster.availability_status]) if {
	input.cluster.availability_status != ""
	up
}

steps := [wait] if flickers

steps := [wait] if {
	not flickers
	passing
}

steps := [act] if {
	not flickers
	not passing
}

wait := remedy.aws(
	"redshift wait cluster-available",
	input.target.region,
	["--cluster-identifier", input.target.name],
) if {
	input.target.kind == "cluster"
	not up
}

# The command above looks at the status alone, so it would end at once.
wait := remedy.note("Wait some minutes, then run rscheck again: it is over when the availability is Available.") if {
	input.target.kind == "cluster"
	up
}

wait := remedy.note("Wait until the workgroup is available, then run rscheck again.") if {
	not input.target.kind == "cluster"
}

act := remedy.aws("redshift resume-cluster", input.target.region, ["--cluster-identifier", input.target.name]) if {
	status == "paused"
}

act := remedy.note("It is going away: restore it from a snapshot, or load into another.") if {
	status in {"deleting", "final-snapshot"}
}

act := remedy.note("The disks are full: drop or truncate what is not needed, or resize the cluster.") if {
	status == "storage-full"
}

act := remedy.aws(
	"redshift describe-events",
	input.target.region,
	# Without a duration AWS tells of the last hour only; it keeps two weeks.
	["--source-type", "cluster", "--source-identifier", input.target.name, "--duration", "20160"],
) if {
	not status in {"paused", "deleting", "final-snapshot", "storage-full"}
	input.target.kind == "cluster"
}

act := remedy.note("Look at the workgroup in the console; AWS does not say what is wrong with it.") if {
	not status in {"paused", "deleting", "final-snapshot", "storage-full"}
	not input.target.kind == "cluster"
}
