package rscheck.lib.exclusion_test

import data.rscheck.lib.exclusion
import data.rscheck.lib.fixture_test as fixture

commands(steps) := [step.text | some step in steps; step.kind == "aws-cli"]

test_command[name] if {
	mode := "--internet-gateway-exclusion-mode allow-bidirectional"
	some name, tc in {
		"subnet": [["subnet-1", "", ""], "create", "--subnet-id subnet-1"],
		"VPC": [["vpc-1", "", ""], "create", "--vpc-id vpc-1"],
		"subnet that has one for what goes out": [
			["subnet-1", "vpcbpa-exclude-1", ""],
			"modify",
			"--exclusion-id vpcbpa-exclude-1",
		],
		"VPC that has one for what goes out": [
			["vpc-1", "vpcbpa-exclude-2", ""],
			"modify",
			"--exclusion-id vpcbpa-exclude-2",
		],
	}
	steps := exclusion.steps(tc[0][0], tc[0][1], tc[0][2]) with input as fixture.healthy
	commands(steps) == [sprintf("aws ec2 %s-vpc-block-public-access-exclusion --region us-east-1 %s %s", [
		tc[1],
		tc[2],
		mode,
	])]
	startswith(steps[0].text, sprintf("This opens %s to the internet", [tc[0][0]]))
}

test_advice[name] if {
	some name, tc in {
		"nothing named": [["", "", ""], "Exclude the endpoint's subnet, with mode allow-bidirectional."],
		"no exclusions allowed": [["subnet-1", "", "exclusions_barred"], "Your organization allows no exclusions"],
		"none allowed, one there": [
			["subnet-1", "vpcbpa-exclude-1", "exclusions_barred"],
			"Your organization allows no exclusions",
		],
	}
	steps := exclusion.steps(tc[0][0], tc[0][1], tc[0][2]) with input as fixture.healthy
	count(steps) == 1
	startswith(steps[0].text, tc[1])
}
