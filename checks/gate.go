package checks

import (
	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
)

// openings says of each rule of a check whether the facts it reads are known,
// and if not, which are missing.
type openings [rules]opening

type opening struct {
	open    bool // defined, and nothing it reads is missing
	missing []facts.Unknown
}

// gate compares what the check's rules read with what the digest lacks.
func (c *Check) gate(lacks []digest.Lack) openings {
	var o openings
	for i, r := range c.rules {
		o[i].missing = missing(r.reads, lacks)
		o[i].open = r.defined && len(o[i].missing) == 0
	}
	return o
}

// missing returns the observed facts that stand behind the lacks which touch one
// of the paths, each once.
func missing(reads []string, lacks []digest.Lack) []facts.Unknown {
	var found []facts.Unknown
	for _, lack := range lacks {
		for _, read := range reads {
			if facts.Covers(lack.Path, read) || facts.Covers(read, lack.Path) {
				found = append(found, lack.Missing...)
				break
			}
		}
	}
	return distinct(found)
}

// distinct returns the unknowns in order, each once.
func distinct(unknowns []facts.Unknown) []facts.Unknown {
	seen := map[facts.Unknown]bool{}
	var once []facts.Unknown
	for _, u := range unknowns {
		if !seen[u] {
			seen[u] = true
			once = append(once, u)
		}
	}
	return once
}

// notRequested returns the first of the unknowns, if the command line left all of
// them out.
func notRequested(unknowns []facts.Unknown) (facts.Unknown, bool) {
	for _, u := range unknowns {
		if u.Reason != facts.NotRequested {
			return facts.Unknown{}, false
		}
	}
	if len(unknowns) == 0 {
		return facts.Unknown{}, false
	}
	return unknowns[0], true
}
