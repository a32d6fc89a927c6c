package netpath

import (
	"net/netip"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// narrowest is the longest prefix that is too wide to be meant for a single
// address: whoever admits a /16 did not write down one address of it.
const narrowest = 23

// Listed returns the rules of the security groups that admit one of the sources,
// which are IPv4, on the port of the endpoint of t and little else: of at most 256
// addresses. Addresses is not filled in. There may be more rules where missing is
// not empty.
func Listed(t *facts.Target, sources []netip.Prefix) (rules []ExposedRule, missing []facts.Unknown) {
	admissions, missing := survey(t).allAdmissions()
	for i := range admissions {
		a := &admissions[i]
		matches := func(source netip.Prefix) bool {
			return a.source.Bits() > narrowest && a.source.Overlaps(source)
		}
		switch {
		case a.vague:
			missing = mergeUnknowns(missing, a.missing)
		case !slices.ContainsFunc(sources, matches):
		case a.missing != nil:
			missing = mergeUnknowns(missing, a.missing)
		default:
			rules = append(rules, a.exposed(nil))
		}
	}
	slices.SortStableFunc(rules, wider)
	return rules, missing
}
