# METADATA
# description: >-
#   What to say first where nothing but columns speaks for the loader: whoever runs the command that follows may
#   take a schema from its owner for the sake of copies.
package rscheck.lib.copies

import data.rscheck.lib.shell

schema(name) := sprintf(
	"Only their columns say that tables there are %s's: if they are copies, leave the schema out with --except-schema %s.",
	[input.loader.name, shell.quote(name)],
)
