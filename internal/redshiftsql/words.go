package redshiftsql

import (
	"slices"
	"strings"
)

// trait is what is known of a name or construct.
type trait struct {
	why     string
	on      Engines
	refusal Refusal
}

// The lists are made when they are asked for: a package has no state.

// sharedFunctions run alike on all three engines and change nothing. Redshift
// documents has_*_privilege and current_schema; awslabs/amazon-redshift-utils and
// AWS's JDBC driver use the others on the leader node.
func sharedFunctions() []string {
	return []string{
		"array_to_string", "avg", "btrim", "cast", "coalesce", "count", "current_database", "current_schema", "current_schemas",
		"has_database_privilege", "has_schema_privilege", "has_table_privilege",
		"length", "lower", "max", "min", "nullif", "obj_description", "pg_get_userbyid", "pg_get_viewdef",
		"replace", "split_part", "substring", "sum", "trim", "upper", "version",
	}
}

// leaderFunctions do not run where a compute node takes part.
// https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions_leader_node_only.html
// and, for array_to_string, the error in
// https://repost.aws/questions/QUWc0kFLi5T7OUCixiNLQJbg/classify-all-tables
func leaderFunctions() []string {
	return []string{
		"current_schema", "current_schemas", "has_database_privilege", "has_schema_privilege", "has_table_privilege", "array_to_string",
		"age", "current_time", "current_timestamp", "localtime", "isfinite", "now", "getbit", "get_byte", "set_bit", "set_byte", "to_ascii",
	}
}

// computeFunctions run on compute nodes only.
// https://docs.aws.amazon.com/redshift/latest/dg/c_join_PG.html
func computeFunctions() []string {
	return []string{"listagg", "median", "percentile_cont", "percentile_disc"}
}

// redshiftFunctions are some that PostgreSQL does not have.
func redshiftFunctions() []string {
	return append(computeFunctions(),
		"charindex", "convert_timezone", "dateadd", "datediff", "decode", "getdate", "has_assumerole_privilege", "isnull",
		"json_parse", "len", "nvl", "nvl2", "pg_last_query_id", "strtol", "sysdate",
	)
}

// missingFunctions are those that Redshift documents as unsupported, and some that
// came after PostgreSQL 8.0 and that people have missed there. Redshift's
// documentation adds that some run on the leader node all the same.
// https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-functions.html
func missingFunctions() []string {
	return []string{
		// aggregates
		"string_agg", "array_agg", "every", "xmlagg", "xml_agg", "corr", "covar_pop", "covar_samp", "json_agg", "jsonb_agg",
		"regr_avgx", "regr_avgy", "regr_count", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy",
		// dates, numbers and text
		"clock_timestamp", "justify_days", "justify_hours", "justify_interval", "pg_sleep", "transaction_timestamp",
		"div", "setseed", "width_bucket", "bit_length", "overlay", "convert_from", "convert_to", "encode", "format",
		"quote_nullable", "regexp_matches", "regexp_split_to_array", "regexp_split_to_table",
		// sets, arrays and JSON
		"generate_series", "generate_subscripts", "unnest", "array_length", "array_position", "array_upper", "array_lower", "cardinality",
		"json_build_object", "jsonb_build_object", "row_to_json", "to_json", "to_jsonb", "json_object_agg", "jsonb_object_agg",
		// the system
		"aclexplode", "current_query", "inet_client_addr", "inet_client_port", "inet_server_addr", "inet_server_port",
		"pg_advisory_lock", "pg_advisory_unlock", "pg_try_advisory_lock", "pg_conf_load_time", "pg_is_other_temp_schema",
		"pg_listening_channels", "pg_my_temp_schema", "pg_postmaster_start_time", "pg_trigger_depth", "pg_is_in_recovery",
		"pg_database_size", "pg_relation_size", "pg_table_size", "pg_indexes_size", "pg_total_relation_size", "pg_size_pretty",
		"pg_table_is_visible", "pg_get_function_arguments", "pg_get_function_result", "pg_read_file", "pg_ls_dir",
		"nextval", "currval", "setval", "lastval", "txid_current", "pg_has_role", "to_regclass", "to_regrole",
	}
}

// sharedRelations are there on all three.
// https://docs.aws.amazon.com/redshift/latest/dg/c_join_PG.html
func sharedRelations() []string {
	return []string{
		"pg_attribute", "pg_cast", "pg_class", "pg_constraint", "pg_database", "pg_depend", "pg_description", "pg_group",
		"pg_language", "pg_locks", "pg_namespace", "pg_opclass", "pg_operator", "pg_proc", "pg_settings", "pg_tables", "pg_type",
		"pg_user", "pg_views",
	}
}

// missingRelations came with a PostgreSQL newer than 8.0.
func missingRelations() []string {
	return []string{
		"pg_auth_members", "pg_authid", "pg_available_extensions", "pg_collation", "pg_db_role_setting", "pg_enum",
		"pg_extension", "pg_foreign_table", "pg_matviews", "pg_policies", "pg_policy", "pg_range", "pg_roles", "pg_sequences",
		"pg_stat_gssapi", "pg_stat_ssl", "pg_timezone_names",
	}
}

// redshiftRelations are Redshift's own in pg_catalog, besides those with a prefix
// of computePrefixes.
func redshiftRelations() []string {
	return []string{
		"pg_class_info", "pg_database_info", "pg_default_acl", "pg_external_schema", "pg_library", "pg_statistic_indicator",
		"pg_table_def", "pg_user_info",
	}
}

// computePrefixes begin the names of relations that are read on compute nodes.
func computePrefixes() []string { return []string{"stl_", "stv_", "svl_", "svv_", "svcs_", "sys_"} }

func compute(relation string) bool {
	return slices.ContainsFunc(computePrefixes(), func(prefix string) bool { return strings.HasPrefix(relation, prefix) })
}

// sharedTypes may be cast to everywhere.
func sharedTypes() []string {
	return []string{
		"bigint", "bool", "boolean", "char", "character", "date", "decimal", "double", "float", "float4", "float8",
		"int", "int2", "int4", "int8", "integer", "name", "numeric", "oid", "real", "regclass", "smallint", "text", "timestamp", "varchar",
	}
}

// harmlessParameters may be set in a session that is to change nothing.
func harmlessParameters() []string {
	return []string{"application_name", "client_encoding", "datestyle", "extra_float_digits", "search_path", "statement_timeout", "timezone"}
}

// sharedParameters are those that all three know. application_name is not known to
// PostgreSQL 8.0.
func sharedParameters() []string {
	return []string{
		"client_encoding", "datestyle", "default_transaction_isolation", "default_transaction_read_only", "extra_float_digits",
		"search_path", "server_encoding", "server_version", "statement_timeout", "timezone", "transaction_isolation", "transaction_read_only",
	}
}

// redshiftParameters are known to Redshift, besides sharedParameters.
// https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html
func redshiftParameters() []string {
	return []string{
		"analyze_threshold_percent", "application_name", "case_sensitive", "describe_field_name_in_uppercase", "downcase_delimited_identifier",
		"enable_case_sensitive_identifier", "enable_result_cache_for_session", "integer_datetimes", "is_superuser",
		"max_cursor_result_set_size", "metadata_security", "query_group", "readonly", "seed", "session_authorization", "use_fips_ssl",
		"wlm_query_slot_count",
	}
}

// constructs are words that begin or make something that an engine lacks.
func constructs() map[string]trait {
	syntax := func(word string) Refusal {
		return Refusal{SQLState: "42601", Message: `syntax error at or near "` + word + `"`}
	}
	return map[string]trait{
		// Redshift has these; 8.0 does not.
		"with":        {why: "is a query before the query", on: PostgreSQL80},
		"over":        {why: "is a window function", on: PostgreSQL80},
		"nulls":       {why: "orders NULLs", on: PostgreSQL80},
		"grouping":    {why: "groups several times", on: PostgreSQL80},
		"collate":     {why: "names a collation", on: Redshift | PostgreSQL80},
		"tablesample": {why: "takes a sample", on: Redshift | PostgreSQL80, refusal: syntax("tablesample")},
		"returning":   {why: "returns what was changed", on: Redshift | PostgreSQL80, refusal: syntax("returning")},
		"lateral":     {why: "is a lateral join", on: Redshift | PostgreSQL80, refusal: syntax("lateral")},
		"current_catalog": {
			why: "is not supported", on: Redshift | PostgreSQL80,
			refusal: Refusal{SQLState: "42703", Message: `column "current_catalog" does not exist`},
		},
		"qualify": {why: "is Redshift's", on: PostgreSQL},
		"pivot":   {why: "is Redshift's", on: PostgreSQL},
		"unpivot": {why: "is Redshift's", on: PostgreSQL},
	}
}

// nonFunctions may stand before a parenthesis and are no functions.
func nonFunctions() []string {
	return append(sharedTypes(),
		"all", "and", "any", "array", "as", "between", "by", "case", "distinct", "else", "end", "except", "exists", "extract", "filter", "from",
		"group", "having", "ilike", "in", "inner", "intersect", "interval", "into", "is", "join", "left", "like", "limit", "not", "offset",
		"on", "or", "order", "over", "right", "row", "select", "set", "similar", "some", "table", "then", "timestamptz", "to", "union",
		"using", "values", "varying", "when", "where", "with",
	)
}
