package digest

import (
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// provenance says which observed facts each field of the Document is made of.
// What it does not list are settings of the loader and names of the target,
// which are always known. A test forgets every fact and holds the table to what
// is then lacking.
var provenance = []struct {
	field string
	facts []string
}{
	{"cluster.status", []string{"cluster.status"}},
	{"cluster.availability_status", []string{"cluster.availability_status"}},
	{"cluster.endpoint", []string{"cluster.endpoint"}},
	{"cluster.custom_domain", []string{"cluster.custom_domain"}},
	{"cluster.publicly_accessible", []string{"cluster.publicly_accessible"}},
	{"cluster.typed_address", []string{"cluster.elastic_ip", "network.interfaces"}},
	{"cluster.vpc_id", []string{"cluster.vpc_id"}},
	{"cluster.tls", []string{"cluster.parameters", "cluster.parameter_groups"}},
	{"cluster.encrypted", []string{"cluster.encrypted"}},
	{"cluster.documented", []string{"cluster.status"}}, // whoever knows the kind of target asked AWS
	{"cluster.pending", []string{"cluster.pending"}},
	{"cluster.logging", []string{"cluster.logging"}},
	{"cluster.interruptions", []string{"cluster.scheduled_actions"}},
	{"cluster.security_groups", append([]string{"network.group_associations"}, groupFacts...)},
	{"network.public_access", append([]string{"cluster.publicly_accessible", "cluster.elastic_ip"}, endpointFacts...)},
	{"network.way_out", slices.Concat(endpointFacts, routeFacts, everyStage)},
	{"network.security_groups", slices.Concat([]string{"network.group_associations", "network.prefix_lists"}, groupFacts, endpointFacts, everyStage)},
	{"network.network_acl", slices.Concat(endpointFacts, everyStage)},
	{"network.block_public_access", slices.Concat([]string{"network.block_public_access", "network.caller_account"}, endpointFacts)},
	{"network.exposure", slices.Concat([]string{"network.prefix_lists", "cluster.ip_address_type"}, groupFacts, endpointFacts)},
	{"network.elsewhere", slices.Concat([]string{"network.block_public_access", "network.caller_account"}, endpointFacts, routeFacts, everyStage)},
	{"network.allow_list", slices.Concat([]string{"network.prefix_lists", "network.group_associations"}, groupFacts, endpointFacts)},
	{"network.bastion", slices.Concat(
		[]string{
			"network.bastion", "network.group_associations", "network.caller_account", "network.vpc_endpoints",
			"cluster.node_type", "cluster.elastic_ip", // where the endpoint's name leads the bastion
		},
		groupFacts, endpointFacts, everyStage,
	)},
	{"network.link", []string{"cluster.status"}},
	{"database.presence", []string{"database.type"}},
	{"database.name", []string{"database.name"}},
	{"database.engine", []string{"database.version"}},
	{"database.driver", []string{"database.login", "database.user"}},
	{"database.account", []string{"database.user"}},
	{"database.create", []string{"database.user", "database.can_create", "database.roles", "database.role_privileges", "database.schemas", "database.settings"}},
	{"database.schemas", []string{
		"database.user", "database.schemas", "database.external_schemas", "database.roles", "database.relations", "database.columns",
	}},
	{"database.tables", []string{"database.user", "database.relations", "database.columns", "database.revoked_rights", "database.roles"}},
	{"database.comments", []string{"database.comments", "database.relations", "database.columns", "database.layouts"}},
	{"database.markers", []string{"database.comments", "database.relations", "database.columns"}},
	{"database.bindings", []string{"database.bindings", "database.relations", "database.columns"}},
	{"database.limits", []string{"database.relations", "database.columns", "database.layouts"}},
	{"database.room", []string{"database.user", "database.settings", "cluster.parameters", "cluster.parameter_groups"}},
	{"database.grants", []string{"database.system_relations", "database.system_grants"}},
	{"database.information_schema", []string{"database.user", "database.schemas", "database.system_relations", "database.roles"}},
	{"database.pg_catalog", []string{"database.user", "database.schemas", "database.system_relations", "database.roles"}},
	{"database.superuser", []string{"database.user"}},
	{"database.admin", []string{"cluster.admin_user"}},
}

var (
	groupFacts    = []string{"cluster.security_groups", "cluster.endpoint", "cluster.vpc_id", "network.security_groups"}
	endpointFacts = []string{
		"cluster.endpoint", "cluster.nodes", "cluster.vpc_id", "cluster.availability_zone", "cluster.subnet_group",
		"cluster.status", "network.interfaces", "network.subnet_group", "network.subnets", "network.vpc",
	}
	routeFacts = []string{"network.internet_gateways", "network.route_tables", "network.prefix_lists", "network.vpc_endpoints"}
	// everyStage: where the endpoint could be in one of several subnets, the
	// paths from all of them are compared as wholes.
	everyStage = []string{
		"network.route_tables", "network.network_acls", "network.security_groups", "network.prefix_lists",
		"network.internet_gateways", "network.block_public_access", "cluster.publicly_accessible",
	}
)

// MadeOf returns the observed facts that the fields of the Document rest on, as
// paths of a facts.Target, sorted.
func MadeOf(fields ...string) []string {
	var all []string
	for _, p := range provenance {
		for _, field := range fields {
			if facts.Covers(p.field, field) || facts.Covers(field, p.field) {
				all = append(all, p.facts...)
				break
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
