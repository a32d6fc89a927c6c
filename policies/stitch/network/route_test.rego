package rscheck.stitch.network.route_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.route

test_outcome[name] if {
	some name, tc in fixture.cases_network("way_out", "return_route")
	denied := route.deny with input as tc[0]
	open := route.unknown with input as tc[0]
	idle := route.not_applicable with input as tc[0]
	{f.subject | some f in denied} == tc[1]
	{f.subject | some f in open} == tc[2]
	count(idle) == 0 == tc[3]
}

test_message if {
	document := fixture.passage("way_out", "deny", [
		fixture.source("192.0.2.10/32", fixture.denied("return_route", {"detail": "rtb-1 has no route"})),
		fixture.source("192.0.2.11/32", fixture.undecided("return_route")),
	])
	denied := route.deny with input as document
	open := route.unknown with input as document
	{f.message | some f in denied} == {"rtb-1 has no route"}
	{[f.message, f.missing] | some f in open} == {["rules not readable", [fixture.element("unknown", {})]]}
}

# steps are those of one denied hop of 192.0.2.10/32.
steps(hop) := [step.text | some f in found; some step in f.remediation] if {
	found := route.deny with input as fixture.passage("way_out", "deny", [fixture.source("192.0.2.10/32", hop)])
}

return_hop(changes) := fixture.denied("return_route", object.union({"object": "rtb-1", "target": "igw-1"}, changes))

test_command[name] if {
	some name, tc in {
		"no route": [return_hop({}), "create-route", "--gateway-id igw-1"],
		"a wider route elsewhere, which stays": [
			return_hop({"route": "0.0.0.0/0"}),
			"create-route",
			"--gateway-id igw-1",
		],
		"a prefix list's route elsewhere": [return_hop({"route": "pl-1"}), "create-route", "--gateway-id igw-1"],
		"a route for this very address": [
			return_hop({"route": "192.0.2.10/32"}),
			"replace-route",
			"--gateway-id igw-1",
		],
		"in through a firewall, out elsewhere": [
			return_hop({"route": "0.0.0.0/0", "target": "vpce-1"}),
			"create-route",
			"--vpc-endpoint-id vpce-1",
		],
		"in through a firewall, out by the gateway": [
			fixture.denied("gateway_route_table", {
				"object": "rtb-1",
				"route": "192.0.2.10/32",
				"target": "vpce-1",
			}),
			"replace-route",
			"--vpc-endpoint-id vpce-1",
		],
		"in through an appliance": [return_hop({"target": "eni-1"}), "create-route", "--network-interface-id eni-1"],
	}
	steps(tc[0])[1] == concat(" ", [
		"aws ec2", tc[1], "--region us-east-1 --route-table-id rtb-1",
		"--destination-cidr-block 192.0.2.10/32", tc[2],
	])
}

test_firewall_is_named if {
	startswith(steps(return_hop({"target": "vpce-1"}))[0], concat(" ", [
		"The gateway's route table leads what comes in through vpce-1,",
		"so answers must leave through it too.",
	]))
}

test_advice[name] if {
	some name, tc in {
		"no gateway to route to": [return_hop({"target": ""}), "No command can be named"],
		"no table to change": [return_hop({"object": ""}), "No command can be named"],
		"a range of the VPC's own": [
			return_hop({"target": "", "obstacle": "own_range"}),
			"192.0.2.10/32 is in a range of the VPC's own",
		],
		"gateway's own route table": [fixture.denied("gateway_route_table", {}), "The route table associated with"],
		"endpoint": [fixture.denied("endpoint", {}), "Every subnet that may carry"],
	}
	found := steps(tc[0])
	startswith(found[0], tc[1])
	count(found) == 1
}

test_gateway_is_created_and_attached if {
	found := steps(fixture.denied("internet_gateway", {"object": "vpc-1"}))
	found[1] == "aws ec2 create-internet-gateway --region us-east-1"
	found[3] == concat(" ", [
		"aws ec2 attach-internet-gateway --region us-east-1",
		"--internet-gateway-id '<internet-gateway-id>' --vpc-id vpc-1",
	])
}

test_region_not_known if {
	found := route.deny with input as object.union(
		fixture.passage("way_out", "deny", [fixture.source("192.0.2.10/32", return_hop({}))]),
		{"loader": {"region": "any"}},
	)
	{true | some f in found; some step in f.remediation; contains(step.text, "--loader-region")} == {true}
}
