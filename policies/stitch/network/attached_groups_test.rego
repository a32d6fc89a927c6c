package rscheck.stitch.network.attached_groups_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.attached_groups

good := fixture.element("security_group", {"id": "sg-good"})

other_vpc := fixture.element("security_group", {"id": "sg-other", "usable": "no", "vpc_id": "vpc-2"})

adding := fixture.element("security_group", {"id": "sg-adding", "status": "adding"})

doubtful := fixture.element("security_group", {
	"id": "sg-doubtful",
	"usable": "unknown",
	"vpc_id": "vpc-2",
	"missing": [fixture.element("unknown", {})],
})

attached(groups) := fixture.document({"cluster": {"security_groups": groups}})

test_outcome[name] if {
	some name, tc in {
		"one good group": [[good], set(), set()],
		"a group of another VPC": [[good, other_vpc], {["sg-other", "high"]}, set()],
		"a group being attached": [[good, adding], {["sg-adding", "medium"]}, set()],
		"both faults in one group": [
			[good, fixture.element("security_group", {"id": "sg-other", "usable": "no", "status": "removing"})],
			{["sg-other", "high"]},
			set(),
		],
		"only a group being attached": [[adding], {["sg-adding", "medium"], ["analytics", "high"]}, set()],
		"no group": [[], {["analytics", "high"]}, set()],
		"a group that may be usable": [[doubtful], set(), {["sg-doubtful", [fixture.element("unknown", {})]]}],
	}
	denied := attached_groups.deny with input as attached(tc[0])
	open := attached_groups.unknown with input as attached(tc[0])
	{[f.subject, object.get(f, "severity", "high")] | some f in denied} == tc[1]
	{[f.subject, f.missing] | some f in open} == tc[2]
}

test_command if {
	found := attached_groups.deny with input as attached([good, other_vpc])
	[f.remediation[0].text | some f in found] == [concat(" ", [
		"aws ec2 associate-security-group-vpc --region us-east-1",
		"--group-id sg-other --vpc-id vpc-1",
	])]
}

test_not_applicable[name] if {
	some name, tc in {
		"in a VPC": ["vpc-1", [], set()],
		"in a VPC that AWS did not name": ["", [good], set()],
		"in none": ["", [], {"analytics is in no VPC, so it has no VPC security groups"}],
	}
	found := attached_groups.not_applicable with input as fixture.document({"cluster": {
		"vpc_id": tc[0],
		"security_groups": tc[1],
	}})
	{f.message | some f in found} == tc[2]
}
