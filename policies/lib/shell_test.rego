package rscheck.lib.shell_test

import data.rscheck.lib.shell

test_quote[name] if {
	some name, tc in {
		"plain word": ["sg-0a1b", "sg-0a1b"],
		"option": ["--group-id", "--group-id"],
		"prefix": ["192.0.2.0/24", "192.0.2.0/24"],
		"assignment": ["From=5439,To=5439", "From=5439,To=5439"],
		"nothing": ["", "''"],
		"space": ["a b", "'a b'"],
		"quote": ["it's", `'it'\''s'`],
		"substitution": ["$(rm -rf .)", "'$(rm -rf .)'"],
		"command after a line's end": ["a\nrm b", "'a\nrm b'"],
		"line's end last": ["a\n", "'a\n'"],
		"braces": ["[{CidrIp=0.0.0.0/0}]", "'[{CidrIp=0.0.0.0/0}]'"],
		"home": ["~root", "'~root'"],
	}
	shell.quote(tc[0]) == tc[1]
}
