package redshift

import (
	"cmp"
	"context"
	"slices"

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
	r := o.newRoleReader()
	if err := o.session.ask(ctx, rolesStatement, r.row); err != nil {
		r = o.newRoleReader()
		if err := o.session.ask(ctx, rolesOnlyStatement, r.row); err != nil {
			o.lack(rolesOnlyStatement, err, "database.roles", "database.role_privileges")
			return
		}
		if err := o.session.ask(ctx, rolePrivilegesStatement, r.row); err != nil && len(r.roles) > 0 {
			r.privileges = r.privileges[:0]
			o.lack(rolePrivilegesStatement, err, "database.role_privileges")
		}
	}
	o.accessCatalog = slices.ContainsFunc(r.privileges, func(p facts.RolePrivilege) bool {
		return p.Privilege == "ACCESS CATALOG" && slices.Contains(r.own, p.Role)
	})
	if len(r.roles) == 0 && !r.all {
		const detail = "svv_user_grants hides the roles of other users: log in as the user itself, as a superuser, or as one whose role has ACCESS SYSTEM TABLE"
		o.target.Lack("database.roles", facts.AccessDenied, detail)
		o.target.Lack("database.role_privileges", facts.AccessDenied, detail)
		return
	}
	o.db.Roles, o.db.RolePrivileges = r.sorted()
}

// roleReader takes the rows of rolesStatement.
type roleReader struct {
	user, login string
	roles, own  []string // of the user, of the login
	privileges  []facts.RolePrivilege
	// all is whether the login sees the roles of all users or is the one in
	// question: rows of others prove it.
	// https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_USER_GRANTS.html
	all bool
}

func (o *observation) newRoleReader() *roleReader {
	return &roleReader{user: o.session.options.User, login: o.session.options.Login, all: o.superuser || o.asItself()}
}

func (r *roleReader) row(row row) {
	if row.text(0) == "privilege" {
		r.privileges = append(r.privileges, facts.RolePrivilege{Role: row.text(1), Privilege: row.text(2)})
		return
	}
	user := row.text(1)
	if user == r.user {
		r.roles = append(r.roles, row.text(2))
	}
	if user == r.login {
		r.own = append(r.own, row.text(2))
	}
	r.all = r.all || user != r.login
}

// sorted returns the user's roles and, where it has any, what roles hold.
func (r *roleReader) sorted() ([]string, []facts.RolePrivilege) {
	slices.Sort(r.roles)
	roles, privileges := append([]string{}, slices.Compact(r.roles)...), []facts.RolePrivilege{}
	if len(roles) > 0 {
		privileges = append(privileges, r.privileges...)
	}
	slices.SortFunc(privileges, func(a, b facts.RolePrivilege) int {
		return cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.Privilege, b.Privilege))
	})
	return roles, privileges
}

// unknownEngine records facts that depend on which engine it is, when that is
// unknown.
func (o *observation) unknownEngine(paths ...string) {
	why := o.target.Lacking("database.version")[0]
	for _, path := range paths {
		o.target.Lack(path, why.Reason, why.Detail)
	}
}
