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
	if o.superuser {
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
// has it. A schema that the user may not use, and sees all the same, proves that
// it is off. That pg_settings or SHOW tells it is unverified.
func (o *observation) metadataSecurity(ctx context.Context) string {
	for _, s := range o.db.Settings {
		if s.Name == "metadata_security" {
			value, _ := onOff(s.Value)
			return value
		}
	}
	foreign := func(s facts.Schema) bool {
		// What is the server's own is shown to everybody, whoever may use it.
		own := s.Name == "pg_catalog" || s.Name == "information_schema" || s.Name == "public"
		return !own && !s.CanUse && s.Owner != o.session.options.Login
	}
	if !o.onRedshift() || o.asItself() && slices.ContainsFunc(o.db.Schemas, foreign) {
		return "off"
	}
	var shown string
	if err := o.session.ask(ctx, metadataSecurityStatement, func(r row) { shown = r.text(0) }); err != nil {
		return ""
	}
	value, _ := onOff(shown)
	return value
}
