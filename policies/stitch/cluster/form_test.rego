package rscheck.stitch.cluster.form_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.cluster.form

endpoint := "analytics.abc123.us-east-1.redshift.amazonaws.com"

typed(connection, fields) := fixture.document({"loader": {"connection": connection, "form": fields}})

test_direct[name] if {
	some name, tc in {
		"all as it should be": [{"host": endpoint, "port": "5439", "database": "dev"}, set()],
		"host in capitals": [{"host": upper(endpoint)}, set()],
		"host with the dot of the root": [{"host": sprintf("%s.", [endpoint])}, set()],
		"only the port": [{"port": "5439"}, set()],
		"port with a zero before it": [{"port": "05439"}, set()],
		"port suffix": [{"host": sprintf("%s:5439", [endpoint])}, {["host", "has a port"]}],
		"scheme": [{"host": sprintf("https://%s", [endpoint])}, {["host", "has a scheme"]}],
		"JDBC address": [
			{"host": sprintf("jdbc:redshift://%s:5439/dev", [endpoint])},
			{["host", "has a path and has a port and has a scheme"]},
		],
		"space": [{"host": sprintf("%s ", [endpoint])}, {["host", "has a space"]}],
		"no-break space": [{"host": sprintf("%s\u00a0", [endpoint])}, {["host", "has a space"]}],
		"ideographic space before it": [{"host": sprintf("\u3000%s", [endpoint])}, {["host", "has a space"]}],
		"vertical tab": [{"host": sprintf("%s\u000b", [endpoint])}, {["host", "has a space"]}],
		"next line": [{"host": sprintf("%s\u0085", [endpoint])}, {["host", "has a space"]}],
		"another host": [
			{"host": "other.example.com"},
			{["host", sprintf("does not name the endpoint %s", [endpoint])]},
		],
		"IPv6 address, whose colons are no port": [
			{"host": "2001:db8::1"},
			{["host", sprintf("does not name the endpoint %s", [endpoint])]},
		],
		"nothing but a port": [
			{"host": ":5439"},
			{["host", sprintf("does not name the endpoint %s and has a port", [endpoint])]},
		],
		"port that is no number": [{"port": "5439x"}, {["port", "is not a number"]}],
		"port with a space": [{"port": " 5439"}, {["port", "is not a number"]}],
		"another port": [{"port": "5432"}, {["port", "the endpoint's is 5439"]}],
		"space after the database": [{"database": "dev "}, {["database", "begins or ends with a space"]}],
		"another database, which SQL002 asks about": [{"database": "prod"}, set()],
	}
	denied := form.deny with input as typed("direct", tc[0])
	open := form.unknown with input as typed("direct", tc[0])
	count(denied) == count(tc[1])
	{s | some s in tc[1]; some f in denied; f.subject == s[0]; endswith(f.message, s[1])} == tc[1]
	open == set()
}

test_address[name] if {
	some name, tc in {
		"the endpoint's": [true, 0],
		"another": [false, 1],
	}
	document := object.union(typed("direct", {"host": "203.0.113.10"}), {"cluster": {"typed_address": tc[0]}})
	found := form.deny with input as document
	count(found) == tc[1]
}

test_custom_domain[name] if {
	some name, tc in {
		"named": ["DWH.example.com", 0],
		"not named": ["other.example.com", 1],
	}
	found := form.deny with input as object.union(
		typed("direct", {"host": tc[0]}),
		{"cluster": {"custom_domain": "dwh.example.com"}},
	)
	count(found) == tc[1]
}

test_tunnel[name] if {
	some name, tc in {
		"the endpoint": [{"host": endpoint, "port": "5439"}, set(), set()],
		"the endpoint, another port": [{"host": endpoint, "port": "5432"}, {"port"}, set()],
		"a private address": [{"host": "192.0.2.4", "port": "5439"}, set(), {"host"}],
		"a private address, another port": [{"host": "192.0.2.4", "port": "5440"}, set(), {"host", "port"}],
		"a private address with a port": [{"host": "192.0.2.4:5439"}, {"host"}, set()],
		"only another port": [{"port": "5440"}, set(), {"port"}],
	}
	denied := form.deny with input as typed("ssh", tc[0])
	open := form.unknown with input as typed("ssh", tc[0])
	{f.subject | some f in denied} == tc[1]
	{f.subject | some f in open} == tc[2]
	{f.subject | some f in open; count(f.missing) == 1} == tc[2]
}

test_advice[name] if {
	some name, tc in {
		"direct": ["direct", "192.0.2.4:5439", endpoint],
		"port after the right name": ["direct", sprintf("%s:5439", [endpoint]), endpoint],
		"tunnel to a private address": ["ssh", "192.0.2.4:5439", "192.0.2.4"],
		"tunnel to no name at all": ["ssh", ":5439", endpoint],
	}
	found := form.deny with input as typed(tc[0], {"host": tc[1]})
	{true | some f in found; startswith(f.remediation[0].text, sprintf("Type %s as host,", [tc[2]]))} == {true}
}

test_not_applicable[name] if {
	some name, tc in {
		"nothing typed": [fixture.document({}), 1],
		"no endpoint": [
			object.union(typed("direct", {"port": "5439"}), {"cluster": {"endpoint": {"host": ""}}}),
			1,
		],
		"something typed": [typed("direct", {"port": "5439"}), 0],
	}
	found := form.not_applicable with input as tc[0]
	count(found) == tc[1]
}
