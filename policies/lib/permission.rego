# METADATA
# description: A security group's inbound rule as the AWS CLI takes it.
package rscheck.lib.permission

# spell must match the rule exactly, or nothing is revoked. A rule for all ports has -1 for both.
spell(protocol, from_port, to_port, list, cidr) := sprintf("IpProtocol=%s%s,%s", [
	protocol,
	_span(from_port, to_port),
	_origin(list, cidr),
])

_span(from_port, to_port) := sprintf(",FromPort=%d,ToPort=%d", [from_port, to_port]) if from_port >= 0

_span(from_port, _) := "" if from_port < 0

_origin(list, _) := sprintf("PrefixListIds=[{PrefixListId=%s}]", [list]) if list != ""

_origin("", cidr) := sprintf("IpRanges=[{CidrIp=%s}]", [cidr])
