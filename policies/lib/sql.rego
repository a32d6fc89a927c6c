# METADATA
# description: Names and literals of a statement for Redshift.
package rscheck.lib.sql

# name spells an identifier. It is always quoted: any word may be reserved in some version.
name(identifier) := sprintf(`"%s"`, [replace(identifier, `"`, `""`)])

# relation spells the name of a table or view in its schema.
relation(schema, table) := sprintf("%s.%s", [name(schema), name(table)])

# literal spells a string. Redshift takes a backslash in one as an escape, always
# (it has no standard_conforming_strings), so both signs are doubled.
literal(text) := sprintf("'%s'", [replace(replace(text, `\`, `\\`), "'", "''")])
