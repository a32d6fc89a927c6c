package report

import (
	"fmt"
	"strings"
)

// exposure tells who else is let in, where it is anybody.
func (t *text) exposure(x *Exposure) {
	if words := x.words(); words != "" {
		t.p.prose([]span{{text: "  let in besides the loader: "}}, 4, words, plain)
	}
}

// words name who else is let in, empty for nobody.
func (x *Exposure) words() string {
	if x == nil {
		return ""
	}
	var parts []string
	if x.World {
		parts = append(parts, "every public address")
	} else if n := len(x.Public); n > 0 {
		parts = append(parts, fmt.Sprintf("%s (%s)", prefixes(x.Public), plural(int(x.Addresses), "public address", "public addresses")))
	}
	if len(x.IPv6) > 0 {
		parts = append(parts, "IPv6 "+prefixes(x.IPv6))
	}
	if len(x.Private) > 0 && !x.World {
		parts = append(parts, "private "+prefixes(x.Private))
	}
	if len(parts) > 0 && len(x.Missing) > 0 {
		parts = append(parts, "and there may be more")
	}
	return strings.Join(parts, "; ")
}

// prefixes writes the first of a list of prefixes; the JSON report has them all.
func prefixes(list []string) string {
	const many = 16
	if n := len(list) - many; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:many], ", "), n)
	}
	return strings.Join(list, ", ")
}
