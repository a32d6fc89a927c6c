# METADATA
# description: What to add to a finding while the loader's region is not known.
package rscheck.lib.region

import data.rscheck.lib.remedy

notes := [remedy.note(text) |
	input.loader.region == "any"
	text := sprintf(
		"%s dials from the addresses of one region only: say which with --loader-region, and only those count.",
		[input.loader.name],
	)
]
