package redshift

import (
	"context"
	"slices"

	"github.com/rscheck/rscheck/checks/facts"
)

// hiddenMetadata takes back that the lists are whole where the server leaves out
// what the login may not see, or may do so for all that can be told.
// https://docs.aws.amazon.com/redshift/latest/dg/t_metadata_security.html
func (o *observation) hiddenMetadata(ctx context.Context) {
	if o.superuser || o.accessCatalog {
		return
	}
	who := identifier(o.session.options.Login)
	cure := ": log in as a superuser, or as one whose role has ACCESS CATALOG"
	switch o.metadataSecurity(ctx) {
	case "off":
	case "on":
		o.lackLists(facts.AccessDenied, "metadata security hides what "+who+" has no access to"+cure)
	default:
		o.lackLists(facts.Unsupported, "the server does not tell whether metadata security hides anything from "+who+cure)
	}
}

func (o *observation) lackLists(reason facts.Reason, detail string) {
	for _, path := range []string{"database.schemas", "database.relations", "database.bindings"} {
		o.target.Lack(path, reason, detail)
	}
}

// metadataSecurity is on, off, or empty where it cannot be told. Only Redshift
// has it. That pg_settings or SHOW tells it is unverified.
func (o *observation) metadataSecurity(ctx context.Context) string {
	var shown string
	i := slices.IndexFunc(o.db.Settings, func(s facts.Setting) bool { return s.Name == "metadata_security" })
	switch {
	case i >= 0:
		shown = o.db.Settings[i].Value
	case !o.onRedshift():
		return "off"
	case o.session.ask(ctx, metadataSecurityStatement, func(r row) { shown = r.text(0) }) != nil:
		if o.seesForeignSchemas() {
			return "off"
		}
		return ""
	}
	value, _ := onOff(shown)
	return value
}

// seesForeignSchemas reports whether the user sees a schema that it has no right
// in, which proves that nothing is hidden from it. A role could be what gives it
// the right.
func (o *observation) seesForeignSchemas() bool {
	return o.asItself() && !o.holdsRoles() && slices.ContainsFunc(o.db.Schemas, func(s facts.Schema) bool {
		// What is the server's own is shown to everybody, whoever may use it.
		own := s.Name == "pg_catalog" || s.Name == "information_schema" || s.Name == "public"
		return !own && !s.CanUse && !s.CanCreate && s.Owner != o.session.options.Login
	})
}
