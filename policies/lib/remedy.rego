# METADATA
# description: The steps that mend a finding.
package rscheck.lib.remedy

import data.rscheck.lib.shell

# aws is a command of the AWS CLI. Every argument is quoted where a shell needs it.
aws(operation, region, arguments) := {"kind": "aws-cli", "text": concat(" ", words)} if {
	words := array.concat(
		["aws", operation, "--region", shell.quote(region)],
		[shell.quote(argument) | some argument in arguments],
	)
}

# sql is a statement for the database's admin. Its names and literals must come from lib.sql.
sql(statement) := {"kind": "sql", "text": statement}

# note is advice in words.
note(text) := {"kind": "note", "text": text}
