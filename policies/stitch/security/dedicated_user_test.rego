package rscheck.stitch.security.dedicated_user_test

import data.rscheck.lib.fixture_test as fixture
import data.rscheck.stitch.security.dedicated_user

test_deny[name] if {
	some name, tc in {
		"a user of its own": ["stitch", false, false, set()],
		"a superuser": ["stitch", true, false, {["user stitch is a superuser", `ALTER USER "stitch" NOCREATEUSER;`]}],
		"the admin, who is a superuser too": ["awsuser", true, true, {[
			"user awsuser is the admin that was made with the cluster",
			`CREATE USER "stitch" PASSWORD '<password>';`,
		]}],
		"the admin under the loader's name": ["stitch", false, true, {[
			"user stitch is the admin that was made with the cluster",
			`CREATE USER "stitch_loader" PASSWORD '<password>';`,
		]}],
	}
	found := dedicated_user.deny with input as fixture.document({
		"loader": {"user": tc[0]},
		"database": {"superuser": tc[1], "admin": tc[2]},
	})
	{[f.message, step.text] | some f in found; some step in f.remediation; step.kind == "sql"} == tc[3]
}

test_not_applicable[name] if {
	some name, tc in {
		"user and database there": [fixture.document({}), 0],
		"no user": [fixture.no_user, 1],
		"no database": [fixture.no_database, 1],
	}
	found := dedicated_user.not_applicable with input as tc[0]
	count(found) == tc[1]
}
