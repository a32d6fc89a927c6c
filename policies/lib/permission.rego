# METADATA
# description: A security group's inbound rules as the AWS CLI takes them.
package rscheck.lib.permission

# spell must match the rule exactly, or nothing is revoked. A rule for all ports has -1 for both.
spell(protocol, from_port, to_port, list, cidr) := sprintf("IpProtocol=%s%s,%s", [
	protocol,
	_span(from_port, to_port),
	_origin(list, cidr),
])

# admit lets IPv4 prefixes in on one TCP port.
admit(port, cidrs) := sprintf("IpProtocol=tcp,FromPort=%d,ToPort=%d,IpRanges=[%s]", [
	port,
	port,
	concat(",", [sprintf("{CidrIp=%s}", [cidr]) | some cidr in cidrs]),
])

# reach is for members of a security group, on one TCP port.
reach(port, group) := sprintf(
	"IpProtocol=tcp,FromPort=%d,ToPort=%d,UserIdGroupPairs=[{GroupId=%s}]",
	[port, port, group],
)

_span(from_port, to_port) := sprintf(",FromPort=%d,ToPort=%d", [from_port, to_port]) if from_port >= 0

_span(from_port, _) := "" if from_port < 0

_origin(list, _) := sprintf("PrefixListIds=[{PrefixListId=%s}]", [list]) if list != ""

_origin("", cidr) := sprintf("Ipv6Ranges=[{CidrIpv6=%s}]", [cidr]) if contains(cidr, ":")

_origin("", cidr) := sprintf("IpRanges=[{CidrIp=%s}]", [cidr]) if not contains(cidr, ":")
