# METADATA
# description: >-
#   Why a question has no object: what must be mended first. Each is undefined where it does not hold. "see" is the
#   check that answers for it; where that one was not asked, the engine answers unknown.
package rscheck.lib.cause

not_direct := {"message": sprintf("asked only of connection direct; this one is %s", [input.loader.connection])} if {
	not input.loader.connection == "direct"
}

no_endpoint := {"message": sprintf("%s has no endpoint: see CLU001", [input.target.name]), "see": "CLU001"} if {
	input.cluster.endpoint.host == ""
}

# The login tells this, and not database.presence, because the latter is unknown
# where the database's type is, which would make every SQL check unknown.
no_database := {"message": "the database does not exist: see SQL002", "see": "SQL002"} if {
	input.database.login.outcome == "no_such_database"
}

no_user := {"message": sprintf("there is no user %s: see SQL001", [input.loader.user]), "see": "SQL001"} if {
	input.database.account.status == "missing"
}
