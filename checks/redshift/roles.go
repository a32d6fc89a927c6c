package redshift

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// roles asks for the roles granted to the user and the system privileges of
// roles. PostgreSQL has neither: its roles are users and groups.
func (o *observation) roles(ctx context.Context) {
	if len(o.target.Lacking("database.version")) > 0 {
		o.unknownEngine("database.roles", "database.role_privileges")
		return
	}
	o.db.Roles, o.db.RolePrivileges = []string{}, []facts.RolePrivilege{}
	if !o.onRedshift() {
		return
	}
	roles, all, err := o.askRoles(ctx)
	if err != nil {
		o.lack(rolesStatement, err, "database.roles", "database.role_privileges")
		return
	}
	if len(roles) == 0 && !all {
		const detail = "svv_user_grants hides the roles of other users: log in as the user itself, as a superuser, or as one whose role has ACCESS SYSTEM TABLE"
		o.target.Lack("database.roles", facts.AccessDenied, detail)
		o.target.Lack("database.role_privileges", facts.AccessDenied, detail)
		return
	}
	o.db.Roles = roles
	if len(roles) > 0 {
		o.rolePrivileges(ctx)
	}
}

// askRoles returns the user's roles, and whether the login sees those of all
// users or is the one in question: rows of others prove it.
// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_USER_GRANTS.html
func (o *observation) askRoles(ctx context.Context) (roles []string, all bool, err error) {
	roles, all = []string{}, o.superuser || o.asItself()
	err = o.session.ask(ctx, rolesStatement, func(r row) {
		user := r.text(0)
		if user == o.session.options.User {
			roles = append(roles, r.text(1))
		}
		all = all || user != o.session.options.Login
	})
	slices.Sort(roles)
	return slices.Compact(roles), all, err
}

func (o *observation) rolePrivileges(ctx context.Context) {
	privileges := []facts.RolePrivilege{}
	err := o.session.ask(ctx, rolePrivilegesStatement, func(r row) {
		privileges = append(privileges, facts.RolePrivilege{Role: r.text(0), Privilege: r.text(1)})
	})
	if err != nil {
		o.lack(rolePrivilegesStatement, err, "database.role_privileges")
		return
	}
	slices.SortFunc(privileges, func(a, b facts.RolePrivilege) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Privilege, b.Privilege))
	})
	o.db.RolePrivileges = privileges
}

// databaseType asks whether the database is local or comes from a datashare.
// PostgreSQL has local ones only.
func (o *observation) databaseType(ctx context.Context) {
	switch {
	case len(o.target.Lacking("database.version")) > 0:
		o.unknownEngine("database.type")
		return
	case !o.onRedshift():
		o.db.Type = "local"
		return
	}
	var kind string
	err := o.session.ask(ctx, databaseTypeStatement, func(r row) { kind = strings.ToLower(r.text(0)) }, o.db.Name)
	switch {
	case err != nil:
		o.lack(databaseTypeStatement, err, "database.type")
	case kind == "":
		o.target.Lack("database.type", facts.AccessDenied, "svv_redshift_databases does not show this database to "+identifier(o.session.options.Login)+": log in as a superuser")
	default:
		o.db.Type = kind
	}
}

// connectionLimit asks how many connections the user may have. PostgreSQL keeps
// that where Redshift has nothing.
func (o *observation) connectionLimit(ctx context.Context) {
	const path = "database.user.connection_limit"
	switch {
	case len(o.target.Lacking("database.version")) > 0:
		o.unknownEngine(path)
		return
	case !o.onRedshift():
		o.target.Lack(path, facts.Unsupported, "only Redshift tells the connection limit of a user")
		return
	}
	var limit string
	err := o.session.ask(ctx, connectionLimitStatement, func(r row) { limit = strings.ToLower(r.text(0)) }, o.session.options.User)
	_, notANumber := strconv.Atoi(limit)
	switch {
	case err != nil:
		o.lack(connectionLimitStatement, err, path)
	case limit == "" && len(o.target.Lacking("database.user.exists")) == 0 && !o.db.User.Exists:
	case limit == "":
		o.target.Lack(path, facts.AccessDenied, "svv_user_info hides other users: log in as the user itself, or as a superuser")
	case limit != "unlimited" && notANumber != nil:
		o.target.Lack(path, facts.Inconsistent, "the server tells the connection limit as "+o.session.options.quote(limit))
	default:
		o.db.User.ConnectionLimit = limit
	}
}

// unknownEngine records facts that depend on which engine it is, when that is
// unknown.
func (o *observation) unknownEngine(paths ...string) {
	why := o.target.Lacking("database.version")[0]
	for _, path := range paths {
		o.target.Lack(path, why.Reason, why.Detail)
	}
}
