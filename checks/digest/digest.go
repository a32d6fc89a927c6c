package digest

import (
	"fmt"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
	"github.com/rscheck/rscheck/checks/netpath"
)

// Digest is what was derived of one target.
type Digest struct {
	Document Document
	// Lacks names the fields of the Document that could not be derived.
	Lacks []Lack
	// Paths are those of all the loader's addresses that were looked at.
	Paths []Path
	// Exposure is who else the security groups let in, nil where they were not
	// looked at.
	Exposure *netpath.Exposure
}

// Path is the way of one address of one region of the loader.
type Path struct {
	Region string
	// Aside: the region is not the one that is meant, so the path does not count.
	Aside bool
	netpath.Path
}

// Of derives a Digest from what was observed of t, for the loader set up as in
// s. The time at is when the facts were observed: a password that ends later has
// not expired.
func Of(t *facts.Target, s loader.Settings, at time.Time) Digest {
	d := digester{target: t, settings: s, at: at}
	d.doc.Target = Target{ID: t.ID, Kind: string(t.Kind), Name: t.Name, Region: t.Region}
	d.doc.Loader = Loader{
		ID: s.Profile.ID, Name: s.Profile.Name, User: s.User, Connection: s.Connection, Public: public(s), Region: s.Region,
		Form: Form{Host: s.Form.Host, Port: s.Form.Port, Database: s.Form.Database},
	}
	d.cluster()
	d.network()
	d.database()
	return Digest{Document: d.doc, Lacks: d.lacks, Paths: d.paths, Exposure: d.exposed}
}

type digester struct {
	target   *facts.Target
	settings loader.Settings
	at       time.Time

	doc   Document
	lacks []Lack
	paths []Path
	// meant are the regions of the loader, of regionIDs, that paths count from.
	meant     sieve
	regionIDs []string
	exposed   *netpath.Exposure
}

// lack records that the field of the document at path could not be derived.
func (d *digester) lack(path string, missing []facts.Unknown) {
	if len(missing) > 0 {
		d.lacks = append(d.lacks, Lack{Path: path, Missing: missing})
	}
}

// missing returns why the facts at the paths are not wholly known.
func (d *digester) missing(paths ...string) []facts.Unknown {
	var all []facts.Unknown
	for _, path := range paths {
		all = append(all, d.target.LackingWithin(path)...)
	}
	return all
}

// known reports whether the facts at the paths are wholly known.
func (d *digester) known(paths ...string) bool { return len(d.missing(paths...)) == 0 }

// contradiction is the Unknown for facts that do not fit together, or that make
// no sense; no permission cures it.
func contradiction(path, format string, args ...any) []facts.Unknown {
	return []facts.Unknown{{Path: path, Reason: facts.Inconsistent, Detail: fmt.Sprintf(format, args...)}}
}
