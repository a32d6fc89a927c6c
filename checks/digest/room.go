package digest

import (
	"slices"
	"strconv"

	"github.com/rscheck/rscheck/checks/facts"
)

// room finds how many connections the loader's user may have and how long its
// statements may last. One of them being too little settles it.
func (d *digester) room() {
	wanted := d.settings.Profile.Room
	room := &d.doc.Database.Room
	room.Connections, room.Statement = wanted.Connections, 1000*wanted.StatementSeconds
	connections, noConnections := d.connectionLimit()
	timeout, noTimeout := d.statementTimeout()
	room.ConnectionLimit, room.StatementTimeout = connections, timeout
	tight := len(noConnections) == 0 && connections >= 0 && connections < room.Connections ||
		len(noTimeout) == 0 && timeout > 0 && timeout < room.Statement
	if !tight {
		d.lack("database.room", slices.Concat(noConnections, noTimeout))
	}
}

// connectionLimit is how many connections the user may have, -1 for any number.
// Superusers are not held to theirs
// (https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html).
func (d *digester) connectionLimit() (int, []facts.Unknown) {
	const path = "database.user.connection_limit"
	super, _ := d.superuser()
	if super {
		return -1, nil
	}
	if missing := d.missing(path, "database.user.superuser"); len(missing) > 0 {
		return -1, missing
	}
	text := d.target.Database.User.ConnectionLimit
	if text == "unlimited" {
		return -1, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil {
		return -1, contradiction(path, "the connection limit, %q, is not a number", text)
	}
	return limit, nil
}

// statementTimeout is after how many milliseconds a statement of the user's is
// ended, 0 for never. A session of the user itself has the value that holds; else
// the user's own setting goes before that of the parameter group.
func (d *digester) statementTimeout() (int, []facts.Unknown) {
	const own, session = "database.user.statement_timeout", "database.settings.statement_timeout"
	db := &d.target.Database
	if db.Login.Outcome == facts.LoggedIn && db.Login.User == d.settings.User && d.known(session) {
		i := slices.IndexFunc(db.Settings, func(s facts.Setting) bool { return s.Name == "statement_timeout" })
		if i < 0 {
			return 0, contradiction(session, "the server does not list statement_timeout")
		}
		return wholeMilliseconds(session, db.Settings[i].Value)
	}
	switch missing := d.missing(own); {
	case len(missing) > 0:
		return 0, missing
	case db.User.StatementTimeout != "":
		return wholeMilliseconds(own, db.User.StatementTimeout)
	}
	return d.clusterTimeout()
}

// clusterTimeout is the statement_timeout of the parameter group, if it is in
// force.
func (d *digester) clusterTimeout() (int, []facts.Unknown) {
	const path = "cluster.parameters"
	if missing := d.missing(path, "cluster.parameter_groups"); len(missing) > 0 {
		return 0, missing
	}
	c := &d.target.Cluster
	i := slices.IndexFunc(c.Parameters, func(p facts.Parameter) bool { return p.Name == "statement_timeout" })
	if i < 0 {
		return 0, contradiction(path, "AWS did not list statement_timeout: log in as %s", d.settings.User)
	}
	for _, group := range c.ParameterGroups {
		if group.Name == c.Parameters[i].Group && group.ApplyStatus != "in-sync" {
			return 0, contradiction("cluster.parameter_groups", "parameter group %s is %s: log in as %s to see the statement_timeout in force", group.Name, group.ApplyStatus, d.settings.User)
		}
	}
	return wholeMilliseconds(path, c.Parameters[i].Value)
}

func wholeMilliseconds(path, text string) (int, []facts.Unknown) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, contradiction(path, "statement_timeout is %q, which is no number of milliseconds", text)
	}
	return n, nil
}

// grants finds on how much of pg_catalog the user was granted SELECT by name.
func (d *digester) grants() {
	const schema = "pg_catalog"
	grants := &d.doc.Database.Grants
	grants.Reads = d.settings.Profile.Reads(schema)
	missing := d.missing("database.system_relations", "database.system_grants")
	if len(missing) > 0 {
		d.lack("database.grants", missing)
		return
	}
	for _, r := range d.target.Database.SystemRelations {
		if r.Schema == schema {
			grants.Total++
		}
	}
	if grants.Total == 0 {
		d.lack("database.grants", contradiction("database.system_relations", "the server lists no relation of %s", schema))
		return
	}
	for _, g := range d.target.Database.SystemGrants {
		if g.Schema != schema {
			continue
		}
		if grants.Granted++; !g.Public {
			if grants.PrivateCount++; len(grants.Private) < 3 {
				grants.Private = append(grants.Private, g.Name)
			}
		}
	}
}
