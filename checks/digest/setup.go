package digest

import (
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/loader"
)

// setup finds what of the cluster's own set-up suits the loader.
func (d *digester) setup() {
	c := &d.doc.Cluster
	c.Encrypted = d.target.Cluster.Encrypted
	d.lack("cluster.encrypted", d.missing("cluster.encrypted"))
	if d.target.Kind == facts.HostOnly {
		d.lack("cluster.documented", d.missing("cluster"))
	}
	c.Documented = slices.Contains(d.settings.Profile.Targets, string(d.target.Kind))
	d.pending()
	d.logging()
	d.interruptions()
}

// pending finds the changes asked for that will keep the loader out.
func (d *digester) pending() {
	const path = "cluster.pending"
	p := &d.target.Cluster.Pending
	d.lack(path, d.missing(path))
	if p.PubliclyAccessible != nil && !*p.PubliclyAccessible {
		d.doc.Cluster.Pending.BecomesPrivate = true
	}
	if p.Identifier != nil && *p.Identifier != d.target.Name {
		d.doc.Cluster.Pending.Identifier = *p.Identifier
	}
}

// loginLogs are the audit logs that tell who logged in and whose rights changed.
// The third, of every statement, has a parameter of its own and is much larger.
// https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html
var loginLogs = []string{"connectionlog", "userlog"}

// logging finds whether audit logs are kept. A failure counts until a delivery
// follows it; both times are in one form, so they compare as text.
func (d *digester) logging() {
	const path = "cluster.logging"
	if missing := d.missing(path); len(missing) > 0 {
		d.lack(path, missing)
		return
	}
	observed := &d.target.Cluster.Logging
	l := Logging{Enabled: observed.Enabled}
	if l.Enabled && observed.LastFailure > observed.LastDelivery {
		l.Failing, l.Failure = true, observed.FailureMessage
	}
	if l.Enabled && strings.EqualFold(observed.Destination, "cloudwatch") {
		for _, log := range loginLogs {
			if !slices.Contains(observed.Exports, log) {
				l.Absent = append(l.Absent, log)
			}
		}
	}
	d.doc.Cluster.Logging = l
}

// link compares the AWS region of the target with those of the loader's region,
// or of all its regions.
func (d *digester) link() {
	l := &d.doc.Network.Link
	connection, _ := d.settings.Profile.Connection(d.settings.Connection)
	l.SameRegion = connection.SameRegion
	for _, id := range d.regions() {
		if region, ok := d.settings.Profile.Region(id); ok {
			l.Regions = append(l.Regions, region.AWSRegion)
		}
	}
	l.Joined = slices.Contains(l.Regions, d.target.Region)
}

// public tells whether the connection needs a publicly accessible cluster.
func public(s loader.Settings) string {
	connection, _ := s.Profile.Connection(s.Connection)
	return string(connection.Public)
}
