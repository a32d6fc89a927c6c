package digest

import "strings"

// engine finds what answered at the port. Redshift says in the text of version()
// that it is PostgreSQL 8.0.2, and then its own name, which PostgreSQL's does not
// have.
func (d *digester) engine() {
	const path = "database.version"
	missing := d.missing(path)
	version := strings.TrimSpace(d.target.Database.Version)
	if len(missing) == 0 && version == "" {
		missing = contradiction(path, "the server did not tell its version")
	}
	if len(missing) > 0 {
		d.lack("database.engine", missing)
		return
	}
	e := &d.doc.Database.Engine
	words := strings.Fields(version)
	e.Redshift, e.Version = strings.Contains(version, "Redshift"), strings.Join(words[:min(2, len(words))], " ")
}
