package digest

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/checks/netpath"
)

// cluster copies what policies read as it is, and derives the rest.
func (d *digester) cluster() {
	c := &d.target.Cluster
	d.doc.Cluster = Cluster{
		Status: c.Status, AvailabilityStatus: c.AvailabilityStatus,
		Endpoint:     Endpoint{Host: c.Endpoint.Host, Port: c.Endpoint.Port},
		CustomDomain: c.CustomDomain, PubliclyAccessible: c.PubliclyAccessible, VPCID: c.VPCID,
	}
	for _, field := range []string{
		"status", "availability_status", "endpoint.host", "endpoint.port", "custom_domain", "publicly_accessible", "vpc_id",
	} {
		d.lack("cluster."+field, d.target.Lacking("cluster."+field))
	}
	d.typedAddress()
	d.setup()
	d.requireSSL()
	d.usedSecurityGroups()
}

// typedAddress finds whether the host that was typed into the loader is a public
// address of the endpoint.
func (d *digester) typedAddress() {
	typed, err := netip.ParseAddr(d.settings.Form.Host)
	if err != nil {
		return
	}
	if d.doc.Cluster.TypedAddress = netpath.IsPublicAddress(d.target, typed); d.doc.Cluster.TypedAddress {
		return
	}
	d.lack("cluster.typed_address", d.missing("cluster.elastic_ip", "network.interfaces"))
}

// requireSSL finds whether require_ssl is set, and in force. A parameter that
// was changed is in force once its group is in-sync, or is not among those the
// cluster still has to take up. A workgroup has no groups, and its parameters are
// in force.
func (d *digester) requireSSL() {
	const path = "cluster.tls"
	if missing := d.missing("cluster.parameters", "cluster.parameter_groups"); len(missing) > 0 {
		d.lack(path, missing)
		return
	}
	c := &d.target.Cluster
	i := slices.IndexFunc(c.Parameters, func(p facts.Parameter) bool { return p.Name == "require_ssl" })
	if i < 0 {
		teller := "redshift:DescribeClusterParameters"
		if d.target.Kind == facts.Workgroup {
			teller = "redshift-serverless:ListWorkgroups"
		}
		d.lack(path, contradiction("cluster.parameters", "%s did not list require_ssl", teller))
		return
	}
	p := c.Parameters[i]
	tls := TLS{Required: isTrue(p.Value), Group: p.Group, DefaultGroup: strings.HasPrefix(p.Group, "default."), ApplyStatus: "in-sync"}
	for _, group := range c.ParameterGroups {
		if group.Name != p.Group || group.ApplyStatus == "in-sync" {
			continue
		}
		if len(group.Unsettled) == 0 {
			d.lack(path, contradiction("cluster.parameter_groups", "parameter group %s is %s, and AWS does not say for which parameters", group.Name, group.ApplyStatus))
			return
		}
		for _, u := range group.Unsettled {
			if u.Name == p.Name {
				tls.ApplyStatus = u.Status
			}
		}
	}
	tls.InForce = tls.Required && tls.ApplyStatus == "in-sync"
	d.doc.Cluster.TLS = tls
}

func isTrue(value string) bool {
	switch strings.ToLower(value) {
	case "true", "on", "1":
		return true
	}
	return false
}

// usedSecurityGroups tells which of the attached groups can do their work.
func (d *digester) usedSecurityGroups() {
	const path = "cluster.security_groups"
	groups, missing := netpath.Usable(d.target)
	certain := len(groups) == 0
	for _, g := range groups {
		d.doc.Cluster.SecurityGroups = append(d.doc.Cluster.SecurityGroups, UsedSecurityGroup{
			ID: g.ID, Status: g.Status, Usable: string(g.Usable), VPCID: g.VPCID, Missing: g.Missing,
		})
		missing = append(missing, g.Missing...)
		certain = certain || len(g.Missing) == 0
	}
	if len(groups) == 0 || !certain {
		d.lack(path, missing)
	}
}
