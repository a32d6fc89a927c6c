package rscheck.lib.permission_test

import data.rscheck.lib.permission

test_spell[name] if {
	some name, tc in {
		"one port": [
			permission.spell("tcp", 5439, 5439, "", "192.0.2.0/24"),
			"IpProtocol=tcp,FromPort=5439,ToPort=5439,IpRanges=[{CidrIp=192.0.2.0/24}]",
		],
		"all ports": [
			permission.spell("-1", -1, -1, "", "0.0.0.0/0"),
			"IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]",
		],
		"IPv6": [
			permission.spell("tcp", 5439, 5439, "", "2001:db8::/32"),
			"IpProtocol=tcp,FromPort=5439,ToPort=5439,Ipv6Ranges=[{CidrIpv6=2001:db8::/32}]",
		],
		"prefix list": [
			permission.spell("tcp", 0, 65535, "pl-1", "192.0.2.0/24"),
			"IpProtocol=tcp,FromPort=0,ToPort=65535,PrefixListIds=[{PrefixListId=pl-1}]",
		],
	}
	tc[0] == tc[1]
}
