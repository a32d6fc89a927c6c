//go:build unix

package redshiftfront

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
)

// startupParameters are those that may come with a start-up message. AWS's drivers
// and bytebase send the first, PostgreSQL 8.0 knows the others.
func startupParameters() []string {
	return []string{
		"application_name", "client_encoding", "default_transaction_read_only",
		"datestyle", "extra_float_digits", "search_path", "statement_timeout",
	}
}

// unknownParameter is the name of a parameter that Redshift ends the login for,
// empty for none. It may come with options too (sqlalchemy#9494).
func unknownParameter(parameters map[string]string) string {
	var names []string
	for name := range parameters {
		switch name {
		case "user", "database":
		case "options":
			names = append(names, optionNames(parameters[name])...)
		default:
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(startupParameters(), strings.ToLower(name)) {
			return name
		}
	}
	return ""
}

// optionNames are the parameters set in options, as "-c name=value --name=value".
// What it cannot read it returns as it is.
func optionNames(options string) []string {
	var names []string
	setting := false // after -c
	for _, field := range strings.Fields(options) {
		switch {
		case field == "-c":
			setting = true
			continue
		case setting:
		case strings.HasPrefix(field, "-c"), strings.HasPrefix(field, "--"):
			field = field[2:]
		}
		setting = false
		name, _, _ := strings.Cut(field, "=")
		names = append(names, strings.ReplaceAll(name, "-", "_"))
	}
	return names
}

// statuses are what the front reports after a login. The names are those in the
// logs of AWS's JDBC driver (its issues 6, 39 and 115), and some values too; there
// is no standard_conforming_strings among them.
func statuses(parameters, server map[string]string) []pgproto3.BackendMessage {
	application := parameters["application_name"]
	if application == "" {
		application = "unset"
	}
	var messages []pgproto3.BackendMessage
	for _, status := range [][2]string{
		{"server_version", "8.0.2"},
		{"server_encoding", "UNICODE"},
		{"client_encoding", "UNICODE"},
		{"application_name", application},
		{"is_superuser", server["is_superuser"]},
		{"session_authorization", server["session_authorization"]},
		{"datestyle", server["DateStyle"]},
		{"TimeZone", server["TimeZone"]},
		{"timezone_abbreviations", "Default"},
		{"integer_datetimes", "on"},
		{"case_sensitive", "off"},
		{"max_numeric_precision", "38"},
		{"max_varchar_size", "65535"},
		{"datashare_enabled", "on"},
		{"padb_version", "1.0.52943"},
		{"padb_revision", "0"},
		{"session_id", "0"},
		{"server_protocol_version", "0"},
	} {
		messages = append(messages, &pgproto3.ParameterStatus{Name: status[0], Value: status[1]})
	}
	return messages
}

// reported translates a change that the server reports; false where Redshift would
// be silent.
func reported(status *pgproto3.ParameterStatus) bool {
	switch status.Name {
	case "DateStyle":
		status.Name = "datestyle"
	case "TimeZone", "application_name", "is_superuser", "session_authorization":
	default:
		return false
	}
	return true
}
