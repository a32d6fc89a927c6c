package fakeaws

import "strconv"

// describeInstances tells each instance in a reservation of its own.
func (c *call) describeInstances() *apiError {
	d := &c.out
	return respond(c, "reservationSet", ec2Limits, c.region.Instances, map[string]func(Instance) []string{
		"instance-id": func(i Instance) []string { return []string{i.InstanceID} },
	}, func(i Instance) {
		d.text("reservationId", "r-0a")
		d.text("ownerId", c.Account)
		each(d, "instancesSet", "item", []Instance{i}, c.instance)
	})
}

func (c *call) instance(i Instance) {
	d := &c.out
	d.text("instanceId", i.InstanceID)
	d.in("instanceState", func() { d.text("name", i.State) })
	d.text("subnetId", i.SubnetID)
	d.text("vpcId", i.VPCID)
	d.text("privateIpAddress", i.PrivateIP)
	d.text("ipAddress", i.PublicIP)
	each(d, "groupSet", "item", i.GroupIDs, func(id string) { d.text("groupId", id) })
	each(d, "networkInterfaceSet", "item", make([]struct{}, max(i.Interfaces, 1)), func(struct{}) {
		d.text("networkInterfaceId", "eni-"+strconv.Itoa(len(i.InstanceID)))
		each(d, "ipv6AddressesSet", "item", i.IPv6, func(address string) { d.text("ipv6Address", address) })
		each(d, "privateIpAddressesSet", "item", []string{i.PublicIP, i.SecondaryPublic}, func(public string) {
			d.flag("primary", public == i.PublicIP)
			if public != "" {
				d.in("association", func() { d.text("publicIp", public) })
			}
		})
	})
}
