package redshift

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// views asks what only Redshift has: whether the database is local or comes from a
// datashare, how many connections the user may have, and which schemas are
// external. PostgreSQL has local databases and schemas only, and keeps the limit
// where Redshift has nothing.
func (o *observation) views(ctx context.Context) {
	const limit = "database.user.connection_limit"
	o.db.ExternalSchemas = []string{}
	switch {
	case len(o.target.Lacking("database.version")) > 0:
		o.unknownEngine("database.type", limit, "database.external_schemas")
		return
	case !o.onRedshift():
		o.db.Type = "local"
		o.target.Lack(limit, facts.Unsupported, "only Redshift tells the connection limit of a user")
		return
	}
	v := &viewReader{}
	if o.session.ask(ctx, viewsStatement, v.row, o.db.Name, o.session.options.User) != nil {
		v = &viewReader{}
		v.noType = o.session.ask(ctx, databaseTypeStatement, v.row, o.db.Name)
		v.noLimit = o.session.ask(ctx, connectionLimitStatement, v.row, o.session.options.User)
		v.noExternal = o.session.ask(ctx, externalSchemasStatement, v.row)
	}
	o.databaseType(v)
	o.connectionLimit(v)
	if v.noExternal != nil {
		o.lack(externalSchemasStatement, v.noExternal, "database.external_schemas")
		return
	}
	slices.Sort(v.external)
	o.db.ExternalSchemas = append(o.db.ExternalSchemas, slices.Compact(v.external)...)
}

// viewReader takes the rows of viewsStatement, or of those it stands for, of which
// each may end in an error of its own.
type viewReader struct {
	kind, limit                 string
	external                    []string
	noType, noLimit, noExternal error
}

func (v *viewReader) row(r row) {
	switch value := r.text(1); r.text(0) {
	case "type":
		v.kind = strings.ToLower(value)
	case "limit":
		v.limit = strings.ToLower(value)
	case "external":
		v.external = append(v.external, value)
	}
}

func (o *observation) databaseType(v *viewReader) {
	switch {
	case v.noType != nil:
		o.lack(databaseTypeStatement, v.noType, "database.type")
	case v.kind == "":
		o.target.Lack("database.type", facts.AccessDenied, "svv_redshift_databases does not show this database to "+identifier(o.session.options.Login)+": log in as a superuser")
	default:
		o.db.Type = v.kind
	}
}

func (o *observation) connectionLimit(v *viewReader) {
	const path = "database.user.connection_limit"
	_, notANumber := strconv.Atoi(v.limit)
	switch {
	case v.noLimit != nil:
		o.lack(connectionLimitStatement, v.noLimit, path)
	case v.limit == "" && len(o.target.Lacking("database.user.exists")) == 0 && !o.db.User.Exists:
	case v.limit == "":
		o.target.Lack(path, facts.AccessDenied, "svv_user_info hides other users: log in as the user itself, or as a superuser")
	case v.limit != "unlimited" && notANumber != nil:
		o.target.Lack(path, facts.Inconsistent, "the server tells the connection limit as "+o.session.options.quote(v.limit))
	default:
		o.db.User.ConnectionLimit = v.limit
	}
}
