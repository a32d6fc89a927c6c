# METADATA
# scope: package
# title: No scheduled action will pause or resize the cluster
# description: >-
#   Redshift's scheduler can pause a cluster for the night. Until it is resumed nothing connects, and while it is
#   resized nothing is written: what Stitch would load then fails, though all is well by day.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/replication/replication-scheduling
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/resizing-cluster.html
#   - ref: https://docs.aws.amazon.com/redshift/latest/APIReference/API_ScheduledAction.html
# custom:
#   id: CLU006
#   severity: medium
#   remediation: Disable the scheduled action, or have Stitch replicate while the cluster is up.
package rscheck.stitch.cluster.scheduled

import data.rscheck.lib.remedy

deny contains {
	"subject": interruption.name,
	"severity": severity[interruption.action],
	"message": sprintf("scheduled action %s is to %s %s, next at %s by %s in UTC: %s%s", [
		interruption.name,
		interruption.action,
		input.target.name,
		interruption.next,
		interruption.schedule,
		consequence[interruption.action],
		ending(interruption.stays),
	]),
	"remediation": [
		remedy.aws(
			"redshift modify-scheduled-action",
			input.target.region,
			["--scheduled-action-name", interruption.name, "--no-enable"],
		),
		remedy.note(sprintf(advice, [input.loader.name])),
	],
} if {
	some interruption in input.cluster.interruptions
}

# A workgroup is not among what Redshift's scheduler can pause or resize.
not_applicable contains {"message": "scheduled actions pause and resize clusters; this is a workgroup"} if {
	input.target.kind == "workgroup"
	count(input.cluster.interruptions) == 0
}

severity := {"pause": "medium", "resize": "low"}

consequence := {
	"pause": "nothing can load until it is resumed",
	"resize": "nothing can be written until that is over",
}

ending(stays) := ", which no scheduled action does" if stays

ending(stays) := "" if not stays

advice := concat("", [
	"Or leave it, and in %s set the replication schedule of each integration to times when the cluster is up, ",
	"with room before it goes: the schedule says when an extraction begins, and its load comes after.",
])
