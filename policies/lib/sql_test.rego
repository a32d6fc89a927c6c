package rscheck.lib.sql_test

import data.rscheck.lib.sql

test_name[name] if {
	some name, tc in {
		"plain": ["hubspot", `"hubspot"`],
		"reserved": ["order", `"order"`],
		"quote": [`a"b`, `"a""b"`],
		"statement": [`x"; DROP TABLE t; --`, `"x""; DROP TABLE t; --"`],
		"backslash, which only literals escape": [`a\b`, `"a\b"`],
	}
	sql.name(tc[0]) == tc[1]
}

test_relation if sql.relation("a", "b") == `"a"."b"`

test_literal[name] if {
	some name, tc in {
		"plain": ["word", "'word'"],
		"quote": ["it's", "'it''s'"],
		"backslash before a quote": [`\'; DROP TABLE t; --`, `'\\''; DROP TABLE t; --'`],
	}
	sql.literal(tc[0]) == tc[1]
}
