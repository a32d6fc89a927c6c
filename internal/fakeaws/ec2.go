package fakeaws

import (
	"maps"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// within is a thing and the VPC it is in.
type within[T any] struct {
	vpc   string
	thing T
}

// gather returns the things of all VPCs of the region.
func gather[T any](r *Region, things func(*VPC) []T) []within[T] {
	var list []within[T]
	for _, v := range r.VPCs {
		for _, thing := range things(v) {
			list = append(list, within[T]{v.ID, thing})
		}
	}
	return list
}

// byVPC is the filter that lists of things in a VPC have.
func byVPC[T any]() map[string]func(within[T]) []string {
	return map[string]func(within[T]) []string{"vpc-id": func(w within[T]) []string { return []string{w.vpc} }}
}

func (c *call) blockMode(mode string) {
	if mode != "" {
		c.out.in("blockPublicAccessStates", func() { c.out.text("internetGatewayBlockMode", mode) })
	}
}

func (c *call) describeVpcs() *apiError {
	d := &c.out
	return respond(c, "vpcSet", ec2Limits, c.region.VPCs, map[string]func(*VPC) []string{
		"vpc-id": func(v *VPC) []string { return []string{v.ID} },
	}, func(v *VPC) {
		d.text("vpcId", v.ID)
		d.text("ownerId", v.OwnerID)
		d.text("state", "available")
		d.text("dhcpOptionsId", v.dhcpOptions())
		block := func(element string) func(string) {
			return func(cidr string) {
				d.text(element, cidr)
				d.in(element+"State", func() { d.text("state", "associated") })
			}
		}
		six := func(cidr string) bool { return strings.Contains(cidr, ":") }
		four := slices.DeleteFunc(slices.Clone(v.CIDRs), six)
		each(d, "cidrBlockAssociationSet", "item", four, block("cidrBlock"))
		sixes := slices.DeleteFunc(slices.Clone(v.CIDRs), func(cidr string) bool { return !six(cidr) })
		each(d, "ipv6CidrBlockAssociationSet", "item", sixes, block("ipv6CidrBlock"))
		c.blockMode(v.BlockPublicAccess)
	})
}

func (c *call) describeSubnets() *apiError {
	d := &c.out
	subnets := gather(c.region, func(v *VPC) []facts.Subnet { return v.Subnets })
	filters := byVPC[facts.Subnet]()
	filters["subnet-id"] = func(w within[facts.Subnet]) []string { return []string{w.thing.ID} }
	return respond(c, "subnetSet", ec2Limits, subnets, filters, func(w within[facts.Subnet]) {
		s := w.thing
		d.text("subnetId", s.ID)
		d.text("vpcId", s.VPCID)
		d.text("ownerId", s.OwnerID)
		d.text("availabilityZone", s.AvailabilityZone)
		d.text("cidrBlock", s.CIDR)
		d.flag("ipv6Native", s.CIDR == "")
		d.flag("mapPublicIpOnLaunch", false)
		c.blockMode(s.BlockPublicAccess)
	})
}

func (c *call) describeRouteTables() *apiError {
	d := &c.out
	tables := gather(c.region, func(v *VPC) []facts.RouteTable { return v.RouteTables })
	return respond(c, "routeTableSet", limits{5, 100, 100}, tables, byVPC[facts.RouteTable](), func(w within[facts.RouteTable]) {
		d.text("routeTableId", w.thing.ID)
		d.text("vpcId", w.vpc)
		each(d, "associationSet", "item", w.thing.Associations, func(a facts.RouteTableAssociation) {
			d.text("routeTableId", w.thing.ID)
			d.flag("main", a.Main)
			d.text("subnetId", a.SubnetID)
			d.text("gatewayId", a.GatewayID)
			if a.State != "" {
				d.in("associationState", func() { d.text("state", a.State) })
			}
		})
		each(d, "routeSet", "item", w.thing.Routes, c.route)
	})
}

func (c *call) route(r facts.Route) {
	d := &c.out
	d.text("destinationCidrBlock", r.DestinationCIDR)
	d.text("destinationIpv6CidrBlock", r.DestinationIPv6CIDR)
	d.text("destinationPrefixListId", r.DestinationPrefixListID)
	d.text(routeTargetElement(r.Target), r.Target)
	d.text("state", r.State)
	d.text("origin", r.Origin)
}

// routeTargetElement is where EC2 names a route's target, by its sort.
func routeTargetElement(target string) string {
	for prefix, element := range map[string]string{
		"nat-": "natGatewayId", "eigw-": "egressOnlyInternetGatewayId", "tgw-": "transitGatewayId",
		"pcx-": "vpcPeeringConnectionId", "cagw-": "carrierGatewayId", "lgw-": "localGatewayId",
		"eni-": "networkInterfaceId", "i-": "instanceId",
	} {
		if strings.HasPrefix(target, prefix) {
			return element
		}
	}
	switch {
	case strings.Contains(target, ":odb-network/"):
		return "odbNetworkArn"
	case strings.HasPrefix(target, "arn:"):
		return "coreNetworkArn"
	}
	return "gatewayId" // local, igw-, vgw-, vpce-
}

func (c *call) describeInternetGateways() *apiError {
	d := &c.out
	gateways := gather(c.region, func(v *VPC) []facts.InternetGateway { return v.InternetGateways })
	return respond(c, "internetGatewaySet", ec2Limits, gateways, map[string]func(within[facts.InternetGateway]) []string{
		"attachment.vpc-id": func(w within[facts.InternetGateway]) []string {
			var vpcs []string
			for _, a := range w.thing.Attachments {
				vpcs = append(vpcs, a.VPCID)
			}
			return vpcs
		},
	}, func(w within[facts.InternetGateway]) {
		d.text("internetGatewayId", w.thing.ID)
		each(d, "attachmentSet", "item", w.thing.Attachments, func(a facts.GatewayAttachment) {
			d.text("vpcId", a.VPCID)
			d.text("state", a.State)
		})
	})
}

func (c *call) describeNetworkInterfaces() *apiError {
	d := &c.out
	interfaces := gather(c.region, func(v *VPC) []facts.Interface { return v.Interfaces })
	filters := byVPC[facts.Interface]()
	filters["addresses.private-ip-address"] = func(w within[facts.Interface]) []string { return w.thing.PrivateIPs }
	filters["network-interface-id"] = func(w within[facts.Interface]) []string { return []string{w.thing.ID} }
	return respond(c, "networkInterfaceSet", ec2Limits, interfaces, filters, func(w within[facts.Interface]) {
		i := w.thing
		association := func() {
			if i.PublicIP != "" {
				d.in("association", func() {
					d.text("publicIp", i.PublicIP)
					d.text("ipOwnerId", "amazon")
				})
			}
		}
		d.text("networkInterfaceId", i.ID)
		d.text("subnetId", i.SubnetID)
		d.text("vpcId", i.VPCID)
		d.text("description", i.Description)
		d.text("privateIpAddress", i.PrivateIPs[0])
		d.text("requesterId", "amazon-redshift")
		association()
		each(d, "privateIpAddressesSet", "item", i.PrivateIPs, func(ip string) {
			d.text("privateIpAddress", ip)
			if ip == i.PrivateIPs[0] {
				association()
			}
		})
		each(d, "groupSet", "item", i.GroupIDs, func(id string) { d.text("groupId", id) })
	})
}

func (c *call) describeVpcEndpoints() *apiError {
	d := &c.out
	return respond(c, "vpcEndpointSet", ec2Limits, c.region.VPCEndpoints, map[string]func(facts.VPCEndpoint) []string{
		"vpc-endpoint-id": func(e facts.VPCEndpoint) []string { return []string{e.ID} },
	}, func(e facts.VPCEndpoint) {
		d.text("vpcEndpointId", e.ID)
		d.text("vpcEndpointType", e.Type)
		d.text("state", e.State)
	})
}

func (c *call) describeVpcBlockPublicAccessOptions() *apiError {
	d, b := &c.out, c.region.BlockPublicAccess
	d.in("vpcBlockPublicAccessOptions", func() {
		d.text("awsAccountId", c.Account)
		d.text("awsRegion", c.Region)
		d.text("state", b.State)
		d.text("internetGatewayBlockMode", b.Mode)
		d.text("managedBy", "account")
		d.text("exclusionsAllowed", b.ExclusionsAllowed)
	})
	return nil
}

func (c *call) describeVpcBlockPublicAccessExclusions() *apiError {
	d := &c.out
	return respond(c, "vpcBlockPublicAccessExclusionSet", ec2Limits, c.region.BlockPublicAccess.Exclusions, nil, func(e facts.Exclusion) {
		d.text("exclusionId", e.ID)
		d.text("internetGatewayExclusionMode", e.Mode)
		d.text("resourceArn", e.ResourceARN)
		d.text("state", e.State)
	})
}

// describeRegions tells the regions that are enabled, which are all that an
// account of a Cloud has.
func (c *call) describeRegions() *apiError {
	if all := c.Params.Get("AllRegions"); all != "" && all != "false" {
		return refuse("InvalidParameterValue", "fakeaws tells no regions that are not enabled")
	}
	d := &c.out
	each(d, "regionInfo", "item", slices.Sorted(maps.Keys(c.account.Regions)), func(name string) {
		d.text("regionName", name)
		d.text("regionEndpoint", "ec2."+name+".amazonaws.com")
		d.text("optInStatus", "opt-in-not-required")
	})
	return nil
}
