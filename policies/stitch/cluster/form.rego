# METADATA
# scope: package
# title: Host, port and database typed into the loader are the endpoint's
# description: >-
#   Stitch's form takes the host, the port and the database apart. A host copied with its port, a scheme or the
#   database makes every connection fail, and the error speaks of the network.
# related_resources:
#   - ref: https://www.stitchdata.com/docs/troubleshooting/destinations/destination-connection-error-reference
#   - ref: https://docs.aws.amazon.com/redshift/latest/mgmt/configuring-connections.html
# custom:
#   id: CLU002
#   severity: critical
#   remediation: Type the endpoint's name alone as host, its port as port, and the name of the database as database.
package rscheck.stitch.cluster.form

import data.rscheck.lib.cause
import data.rscheck.lib.remedy

deny contains {
	"subject": "host",
	"message": sprintf("the host %q %s", [host, concat(" and ", host_faults)]),
	"remediation": [remedy.note(sprintf(
		"Type %s as host, without anything before or after it; the port has a field of its own.",
		[right_host],
	))],
} if {
	host != ""
	count(host_faults) > 0
}

deny contains {
	"subject": "port",
	"message": sprintf("the port %q is not a number", [port]),
	"remediation": [remedy.note(sprintf("Type %s as port.", [right_port]))],
} if {
	port != ""
	not port_number
}

deny contains {
	"subject": "port",
	"message": sprintf("the port is %s; the endpoint's is %s", [port, right_port]),
	"remediation": [remedy.note(sprintf("Type %s as port.", [right_port]))],
} if {
	port_differs
	to_endpoint
}

deny contains {
	"subject": "database",
	"message": sprintf("the database %q begins or ends with a space", [database]),
	"remediation": [remedy.note(sprintf("Type %s as database.", [trim_space(database)]))],
} if {
	trim_space(database) != database
}

# A tunnel or a private line may well be entered under another name or port.
unknown contains {
	"subject": field,
	"message": sprintf("the %s is not the endpoint's; over connection %s it may lead to the cluster all the same", [
		field,
		input.loader.connection,
	]),
	"missing": [{
		"path": sprintf("loader.form.%s", [field]),
		"reason": "unsupported",
		"detail": sprintf("try it from where the connection enters, or type the endpoint's %s", [field]),
	}],
} if {
	not to_endpoint
	some field in elsewhere
}

not_applicable contains cause.no_endpoint

not_applicable contains {"message": concat("", [
	"what was typed into the loader is not known: ",
	"give --loader-host, --loader-port or --loader-database",
])} if {
	host == ""
	port == ""
	database == ""
}

host := input.loader.form.host

port := input.loader.form.port

database := input.loader.form.database

# jdbc:redshift://name:5439/database, or any part of it.
authority := split(after_scheme, "/")[0]

after_scheme := pieces[count(pieces) - 1] if pieces := split(host, "://")

bare_host := trim_space(split(authority, ":")[0])

host_faults contains "has a scheme" if contains(host, "://")

# More than one colon is an IPv6 address.
host_faults contains "has a port" if count(split(authority, ":")) == 2

host_faults contains "has a path" if contains(after_scheme, "/")

# A name copied from a page may bring a space along that \s does not know.
host_faults contains "has a space" if regex.match(`[\s\v\x85\pZ]`, host)

host_faults contains sprintf("does not name the endpoint %s", [input.cluster.endpoint.host]) if {
	host_differs
	input.loader.connection == "direct"
}

names := {lower(input.cluster.endpoint.host), lower(input.cluster.custom_domain)}

host_differs if {
	host != ""
	not trim_suffix(lower(bare_host), ".") in names
	not input.cluster.typed_address
}

# An empty name is in names where there is no custom domain.
host_differs if {
	host != ""
	bare_host == ""
}

# Another name may be right, except over a direct connection.
right_host := bare_host if keep_host

right_host := input.cluster.endpoint.host if not keep_host

keep_host if not host_differs

keep_host if {
	bare_host != ""
	not input.loader.connection == "direct"
}

# to_endpoint holds where the loader dials the endpoint itself.
to_endpoint if input.loader.connection == "direct"

to_endpoint if {
	host != ""
	not host_differs
}

port_number if regex.match(`^[0-9]+$`, port)

right_port := sprintf("%d", [input.cluster.endpoint.port])

port_differs if {
	port_number
	trim_left(port, "0") != right_port
}

elsewhere contains "host" if {
	host_differs
	count(host_faults) == 0
}

elsewhere contains "port" if port_differs
