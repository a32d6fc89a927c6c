package fakeaws

import (
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// dns is how names are resolved in the VPC.
func (v *VPC) dns() facts.DNS {
	if v.DNS != nil {
		return *v.DNS
	}
	return facts.DNS{Support: true, Hostnames: true, Servers: []string{"AmazonProvidedDNS"}}
}

// dhcpOptions is the id of the VPC's DHCP options, of which each VPC has its own.
func (v *VPC) dhcpOptions() string {
	if len(v.dns().Servers) == 0 {
		return "default"
	}
	return "dopt-" + strings.TrimPrefix(v.ID, "vpc-")
}

func (c *call) describeVpcAttribute() *apiError {
	d, id := &c.out, c.Params.Get("VpcId")
	i := slices.IndexFunc(c.region.VPCs, func(v *VPC) bool { return v.ID == id })
	if i < 0 {
		return refuse("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist", id)
	}
	dns := c.region.VPCs[i].dns()
	name := c.Params.Get("Attribute")
	value, known := map[string]bool{"enableDnsSupport": dns.Support, "enableDnsHostnames": dns.Hostnames}[name]
	if !known {
		return refuse("InvalidParameterValue", "Value (%s) for parameter attribute is invalid.", name)
	}
	d.text("vpcId", id)
	d.in(name, func() { d.flag("value", value) })
	return nil
}

func (c *call) describeDhcpOptions() *apiError {
	d := &c.out
	vpcs := slices.DeleteFunc(slices.Clone(c.region.VPCs), func(v *VPC) bool { return v.dhcpOptions() == "default" })
	return respond(c, "dhcpOptionsSet", ec2Limits, vpcs, map[string]func(*VPC) []string{
		"dhcp-options-id": func(v *VPC) []string { return []string{v.dhcpOptions()} },
	}, func(v *VPC) {
		d.text("dhcpOptionsId", v.dhcpOptions())
		d.text("ownerId", v.OwnerID)
		option := func(key string, values ...string) {
			d.in("item", func() {
				d.text("key", key)
				each(d, "valueSet", "item", values, func(value string) { d.text("value", value) })
			})
		}
		d.in("dhcpConfigurationSet", func() {
			option("domain-name", "ec2.internal")
			option("domain-name-servers", v.dns().Servers...)
		})
	})
}
