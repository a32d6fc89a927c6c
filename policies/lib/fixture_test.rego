# METADATA
# description: >-
#   Documents for tests: a healthy one, and changes to it. A Go test holds healthy and elements to digest.Document,
#   so that no test speaks of a field that is not there.
package rscheck.lib.fixture_test

# document is healthy with some fields changed. It is undefined, and the test fails,
# where a change names no field or changes its type.
document(changes) := object.union(healthy, changes) if count(strays(healthy, changes)) == 0

# element is one item of a list, its other fields being as in elements.
element(name, changes) := object.union(elements[name], changes) if count(strays(elements[name], changes)) == 0

# strays are the paths of changes that base does not have, or has with another type.
strays(base, changes) := {path |
	walk(changes, [path, value])
	count([step | some step in path; is_number(step)]) == 0
	type_name(object.get(base, path, null)) != type_name(value)
}

# passage changes one passage of the network: its verdict and its sources.
passage(name, verdict, sources) := document({"network": {name: {"verdict": verdict, "sources": sources}}})

# source is an address of the loader whose verdict is that of its one hop.
source(address, hop) := element("source", {
	"address": address,
	"verdict": hop.verdict,
	"hops": [hop],
	"missing": [element("unknown", {}) | hop.verdict == "unknown"],
})

# denied, allowed and undecided are hops.
denied(stage, changes) := object.union(element("hop", {"stage": stage, "verdict": "deny"}), changes)

allowed(stage) := element("hop", {"stage": stage, "verdict": "allow"})

undecided(stage) := element("hop", {"stage": stage, "verdict": "unknown", "detail": "rules not readable"})

# cases_network are the ways in which a passage that is asked of each address turns out, as
# [document, subjects that fail, subjects that are unknown, whether it applies].
cases_network(name, stage) := {
	"every address let through": [passage(name, "allow", [let]), set(), set(), true],
	"one of two addresses denied": [
		passage(name, "deny", [let, stopped]),
		{"192.0.2.11/32"},
		set(),
		true,
	],
	"one denied, one not known": [
		passage(name, "deny", [stopped, open]),
		{"192.0.2.11/32"},
		{"192.0.2.12/32"},
		true,
	],
	"some region let through": [passage(name, "allow", [let, stopped]), set(), set(), true],
	"another connection": [
		document({"loader": {"connection": "ssh"}, "network": {name: {"verdict": "not_applicable"}}}),
		set(),
		set(),
		false,
	],
	"no endpoint": [document({"cluster": {"endpoint": {"host": "", "port": 0}}}), set(), set(), false],
} if {
	let := source("192.0.2.10/32", allowed(stage))
	stopped := source("192.0.2.11/32", denied(stage, {"object": "x-1"}))
	open := source("192.0.2.12/32", undecided(stage))
}

# no_user and no_database are what the digest gives where these are missing.
no_user := document({"database": {
	"account": {"status": "missing"},
	"create": {"allowed": false},
	"schemas": {"count": 0},
	"tables": {"count": 0},
	"comments": {"count": 0},
	"information_schema": {"can_use": false},
	"pg_catalog": {"can_use": false},
}})

no_database := object.union(no_user, {"database": {
	"login": {"outcome": "no_such_database"},
	"account": {"status": ""},
	"presence": "missing",
	"driver": {"method": ""},
}})

healthy := {
	"target": {
		"id": "arn:aws:redshift:us-east-1:111122223333:cluster:analytics",
		"kind": "cluster",
		"name": "analytics",
		"region": "us-east-1",
	},
	"loader": {
		"id": "stitch",
		"name": "Stitch",
		"user": "stitch",
		"connection": "direct",
		"public": "required",
		"region": "north-america",
		"form": {"host": "", "port": "", "database": ""},
	},
	"cluster": {
		"status": "available",
		"availability_status": "Available",
		"endpoint": {"host": "analytics.abc123.us-east-1.redshift.amazonaws.com", "port": 5439},
		"custom_domain": "",
		"typed_address": false,
		"publicly_accessible": true,
		"vpc_id": "vpc-1",
		"tls": {
			"required": true,
			"in_force": true,
			"group": "require-ssl",
			"default_group": false,
			"apply_status": "in-sync",
		},
		"security_groups": [elements.security_group],
		"encrypted": true,
		"documented": true,
		"pending": {"becomes_private": false, "identifier": ""},
		"logging": {"enabled": true, "failing": false, "failure": "", "absent": []},
		"interruptions": [],
	},
	"network": {
		"public_access": open_passage,
		"way_out": open_passage,
		"security_groups": open_passage,
		"network_acl": open_passage,
		"block_public_access": open_passage,
		"exposure": {
			"width": "none",
			"addresses": "0",
			"at_least": false,
			"public": {"first": [], "more": 0},
			"ipv6": {"first": [], "more": 0},
			"private": {"first": [], "more": 0},
			"rules": [],
			"needing": [],
		},
		"elsewhere": [],
		"allow_list": {"own": "allow", "foreign": []},
		"bastion": {
			"verdict": "not_applicable",
			"id": "",
			"port": 0,
			"group": "",
			"way_in": open_passage,
			"onward": elements.source,
		},
		"link": {"same_region": false, "regions": ["us-east-1"], "joined": true},
	},
	"database": {
		"login": {"outcome": "logged_in"},
		"engine": {"redshift": true, "version": "PostgreSQL 8.0.2"},
		"account": {"status": "usable", "valid_until": ""},
		"presence": "local",
		"name": "dev",
		"driver": {"method": "standard"},
		"create": {"allowed": true, "schemas": [], "schema_count": 0, "read_only": false},
		"schemas": {"count": 1, "absent": [], "deviating": []},
		"tables": {"count": 2, "deviating": []},
		"information_schema": {"can_use": true, "denied": []},
		"pg_catalog": {"can_use": true, "denied": []},
		"comments": {"count": 2, "deviating": []},
		"markers": {"deviating": []},
		"bindings": {"pinned": []},
		"limits": {"tables": {"count": 40, "limit": 100000, "level": "room"}, "deviating": []},
		"room": {"connection_limit": -1, "connections": 5, "statement_timeout": 0, "statement": 600000},
		"grants": {"granted": 0, "total": 140, "private": [], "private_count": 0, "reads": ["pg_class", "pg_type"]},
		"superuser": false,
		"admin": false,
	},
}

open_passage := {"verdict": "allow", "sources": []}

elements := {
	"security_group": {"id": "sg-1", "status": "active", "usable": "yes", "vpc_id": "vpc-1", "missing": []},
	"source": {"address": "192.0.2.10/32", "region": "north-america", "verdict": "allow", "hops": [], "missing": []},
	"hop": {
		"stage": "source",
		"verdict": "allow",
		"detail": "found",
		"kind": "",
		"id": "",
		"object": "",
		"rule_number": 0,
		"route": "",
		"target": "",
		"exclusion": "",
		"obstacle": "",
		"cidr": "",
		"group": "",
	},
	"exposed_rule": {
		"group": "sg-1",
		"cidr": "0.0.0.0/0",
		"prefix_list": "",
		"entries": {"first": [], "more": 0},
		"protocol": "tcp",
		"from_port": 5439,
		"to_port": 5439,
		"wide": true,
	},
	"other_subnet": {
		"id": "subnet-2",
		"zone": "us-east-1b",
		"secondary": false,
		"verdict": "allow",
		"sources": [],
		"missing": [],
	},
	"needing": {"group": "sg-1", "address": "192.0.2.10/32"},
	"foreign_set": {"id": "europe", "region": true, "rules": []},
	"interruption": {
		"name": "nightly",
		"action": "pause",
		"next": "2026-11-24T22:00:00Z",
		"schedule": "cron(0 22 * * ? *)",
		"stays": false,
	},
	"schema": {
		"subject": "hubspot",
		"name": "hubspot",
		"owner": "etl_admin",
		"problem": "owner",
		"copies": false,
	},
	"table": {
		"subject": "hubspot.deals",
		"schema": "hubspot",
		"name": "deals",
		"owner": "etl_admin",
		"problem": "owner",
		"lacks": [],
		"copy": false,
	},
	"comment": {"subject": "hubspot.deals", "problem": "missing", "comment": "", "keys": []},
	"unmarked": {"subject": "hubspot.deals", "lacking": ["_sdc_sequence"]},
	"pinned": {"subject": "hubspot.deals", "views": [], "view_count": 0},
	"bound_view": {"subject": "finance.budget", "schema": "finance", "name": "budget", "materialized": false},
	"oversized": {
		"subject": "hubspot.deals",
		"columns": {"count": 20, "limit": 1600, "level": "room"},
		"name": {"characters": 5, "limit": 127, "over": false},
		"column": {"characters": 15, "limit": 115, "over": false},
		"longest": "_sdc_batched_at",
		"reserved_name": false,
		"reserved": [],
		"reserved_count": 0,
	},
	"unknown": {"path": "network.acls", "reason": "access_denied", "detail": "allow ec2:DescribeNetworkAcls"},
}
