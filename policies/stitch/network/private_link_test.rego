package rscheck.stitch.network.private_link_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.network.private_link

over(connection, same, regions, joined) := fixture.document({
	"loader": {"connection": connection, "public": "not_needed"},
	"network": {"link": {"same_region": same, "regions": regions, "joined": joined}},
})

test_deny[name] if {
	some name, tc in {
		"the same region": [over("privatelink", true, ["us-east-1"], true), set()],
		"one of the loader's regions": [over("privatelink", true, ["us-east-1", "eu-central-1"], true), set()],
		"another region": [
			over("privatelink", true, ["eu-west-1", "eu-central-1"], false),
			{concat("", [
				"cluster analytics is in us-east-1, and Stitch connects over privatelink ",
				"within eu-west-1 or eu-central-1 only",
			])},
		],
		"a connection that crosses regions": [over("vpn", false, ["eu-central-1"], false), set()],
	}
	found := private_link.deny with input as tc[0]
	{f.message | some f in found} == tc[1]
	{f.subject | some f in found} == {"analytics" | count(tc[1]) > 0}
}

test_not_applicable[name] if {
	some name, tc in {
		"privatelink": [over("privatelink", true, ["us-east-1"], true), set()],
		"vpn": [
			over("vpn", false, ["us-east-1"], true),
			{"asked only of connection privatelink; this one is vpn"},
		],
	}
	found := private_link.not_applicable with input as tc[0]
	{f.message | some f in found} == tc[1]
}
