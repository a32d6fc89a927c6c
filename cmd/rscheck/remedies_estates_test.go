package main

import (
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

// brokenEstate is a healthy estate that something was done to.
type brokenEstate struct {
	breakIt func(*fakeaws.Region)
	// workgroup: the target is the workgroup, with interfaces in three subnets, and
	// not the cluster.
	workgroup bool
	args      []string
	// fails are the checks that fail; left what has not come right when all commands
	// were run, as "NET002 unknown".
	fails, left []string
}

// brokenEstates are estates with what no wise person would have, each with a reason
// why the first command that comes to mind does not cure it.
func brokenEstates() map[string]brokenEstate {
	anyRegion := []string{"--loader-region", "any"}
	documented := []string{"CLU005 fail"} // of every workgroup
	bastion := []string{"--connection", "ssh", "--bastion", "i-0123456789abcdef0"}
	return map[string]brokenEstate{
		"two interfaces behind two route tables": {workgroup: true, fails: []string{"CLU005", "NET002"}, left: documented, breakIt: func(r *fakeaws.Region) {
			only(r, "subnet-0a")
			addTable(r, "rtb-0nat", "subnet-0b", to("0.0.0.0/0", "nat-0a"))
		}},
		"two interfaces behind two network ACLs": {workgroup: true, fails: []string{"CLU005", "NET004"}, left: documented, breakIt: func(r *fakeaws.Region) {
			v := r.VPCs[0]
			v.NetworkACLs[0].SubnetIDs = []string{"subnet-0a"}
			v.NetworkACLs = append(v.NetworkACLs, facts.NetworkACL{ID: "acl-0b", SubnetIDs: []string{"subnet-0b"}}, facts.NetworkACL{ID: "acl-0c", SubnetIDs: []string{"subnet-0c"}})
		}},
		"three interfaces behind Block Public Access": {workgroup: true, fails: []string{"CLU005", "NET005"}, left: documented, breakIt: func(r *fakeaws.Region) {
			block(r, "block-ingress")
		}},
		"paused, in one of two subnets that fare differently": {fails: []string{"CLU001", "NET002"}, breakIt: func(r *fakeaws.Region) {
			c := r.Clusters[0]
			c.Status, c.AvailabilityStatus, c.Nodes = "paused", "Unavailable", nil
			r.SubnetGroups[0].Subnets[1].AvailabilityZone = "us-east-1a"
			only(r)
			addTable(r, "rtb-0nat", "subnet-0b", to("0.0.0.0/0", "nat-0a"))
			addTable(r, "rtb-0none", "subnet-0a")
		}},
		"a group of another VPC ahead of its own": {fails: []string{"NET003", "NET008"}, breakIt: func(r *fakeaws.Region) {
			foreign := facts.SecurityGroup{ID: "sg-0foreign", Name: "foreign", VPCID: "vpc-0z", OwnerID: fakeaws.AccountID}
			r.VPCs = append(r.VPCs, &fakeaws.VPC{VPC: facts.VPC{ID: "vpc-0z", OwnerID: fakeaws.AccountID}, SecurityGroups: []facts.SecurityGroup{foreign}})
			attachGroups(r, facts.GroupMember{ID: "sg-0foreign", Status: "active"}, facts.GroupMember{ID: "sg-0loader", Status: "active"})
			r.VPCs[0].SecurityGroups[1].Inbound = nil
		}},
		"a group that is being taken off ahead of the other": {
			fails: []string{"NET003", "NET008"}, left: []string{"NET008 fail"},
			breakIt: func(r *fakeaws.Region) {
				attachGroups(r, facts.GroupMember{ID: "sg-0default", Status: "removing"}, facts.GroupMember{ID: "sg-0loader", Status: "active"})
				r.VPCs[0].Interfaces, r.VPCs[0].SecurityGroups[1].Inbound = nil, nil
			},
		},
		"Block Public Access": {fails: []string{"NET005", "NET006"}, breakIt: func(r *fakeaws.Region) { block(r, "block-bidirectional") }},
		"Block Public Access, the subnet excluded for what goes out": {fails: []string{"NET005", "NET006"}, breakIt: func(r *fakeaws.Region) {
			block(r, "block-bidirectional", "subnet/subnet-0a")
		}},
		"Block Public Access, the VPC excluded for what goes out": {fails: []string{"NET005", "NET006"}, breakIt: func(r *fakeaws.Region) {
			block(r, "block-bidirectional", "vpc/vpc-0a")
		}},
		"Block Public Access, both excluded for what goes out": {fails: []string{"NET005", "NET006"}, breakIt: func(r *fakeaws.Region) {
			block(r, "block-ingress", "subnet/subnet-0a", "vpc/vpc-0a")
		}},
		"Block Public Access that allows no exclusions": {
			fails: []string{"NET005", "NET006"}, left: []string{"NET005 fail", "NET006 fail"},
			breakIt: func(r *fakeaws.Region) {
				block(r, "block-ingress")
				r.BlockPublicAccess.ExclusionsAllowed = "not-allowed"
			},
		},
		"private, behind Block Public Access": {fails: []string{"NET001", "NET005", "NET006"}, breakIt: func(r *fakeaws.Region) {
			block(r, "block-bidirectional")
			r.Clusters[0].PubliclyAccessible, r.VPCs[0].Interfaces[0].PublicIP = false, ""
		}},
		"no route": {fails: []string{"NET002", "NET006"}, left: []string{"NET006 fail"}, breakIt: func(r *fakeaws.Region) {
			only(r)
			addTable(r, "rtb-0other", "subnet-0a")
		}},
		"replies by a NAT gateway": {fails: []string{"NET002", "NET006"}, breakIt: func(r *fakeaws.Region) { routes(r, to("0.0.0.0/0", "nat-0a")) }},
		"a route for the very address, and a blackhole": {fails: []string{"NET002", "NET006"}, breakIt: func(r *fakeaws.Region) {
			dead := to("52.204.223.208/32", "pcx-0a")
			dead.State = "blackhole"
			routes(r, to("0.0.0.0/0", "igw-0a"), to("52.23.137.21/32", "tgw-0a"), dead)
		}},
		"a propagated route for the very address": {fails: []string{"NET002", "NET006"}, breakIt: func(r *fakeaws.Region) {
			learnt := to("52.23.137.21/32", "vgw-0a")
			learnt.Origin = "EnableVgwRoutePropagation"
			routes(r, to("0.0.0.0/0", "igw-0a"), learnt)
		}},
		"a prefix list's route for the very addresses": {fails: []string{"NET002", "NET006"}, breakIt: func(r *fakeaws.Region) {
			r.PrefixLists = append(r.PrefixLists, facts.PrefixList{ID: "pl-0a", Name: "loader", OwnerID: fakeaws.AccountID, State: "create-complete", CIDRs: northAmerica})
			routes(r, to("0.0.0.0/0", "igw-0a"), facts.Route{DestinationPrefixListID: "pl-0a", Target: "tgw-0a", State: "active", Origin: "CreateRoute"})
		}},
		"in through a firewall, out by a NAT gateway": {fails: []string{"NET002", "NET006"}, left: []string{"NET002 unknown", "NET006 unknown"}, breakIt: func(r *fakeaws.Region) {
			throughFirewall(r)
			routes(r, to("0.0.0.0/0", "nat-0a"))
		}},
		"in through a firewall, out past it": {fails: []string{"NET002", "NET006"}, left: []string{"NET002 unknown", "NET006 unknown"}, breakIt: throughFirewall},
		"the loader's addresses in a range of the VPC's own": {
			fails: []string{"NET002", "NET006"}, left: []string{"NET002 fail", "NET006 fail"},
			breakIt: func(r *fakeaws.Region) {
				r.VPCs[0].CIDRs = append(r.VPCs[0].CIDRs, "52.23.0.0/16")
				for i := range r.VPCs[0].RouteTables {
					t := &r.VPCs[0].RouteTables[i]
					t.Routes = append(t.Routes, facts.Route{DestinationCIDR: "52.23.0.0/16", Target: "local", State: "active", Origin: "CreateRouteTable"})
				}
			},
		},
		"no internet gateway": {fails: []string{"NET002", "NET006"}, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].InternetGateways = nil
			routes(r)
		}},
		"a network ACL that denies all, of both regions": {fails: []string{"NET004", "NET006"}, args: []string{"--loader-region", "any"}, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].SecurityGroups[1].Inbound[0].CIDRs = append([]string{"3.126.102.29/32", "18.158.16.164/32", "18.158.251.55/32", "52.57.235.168/32"}, northAmerica...)
			acl := &r.VPCs[0].NetworkACLs[0]
			acl.Entries = append(acl.Entries, facts.NetworkACLEntry{Number: 30, Action: "deny", Protocol: "-1", CIDR: "0.0.0.0/0"},
				facts.NetworkACLEntry{Number: 29, Action: "allow", Protocol: "17", CIDR: "0.0.0.0/0"})
		}},
		"a network ACL that lets no replies out": {fails: []string{"NET004", "NET006"}, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].NetworkACLs[0].Entries = r.VPCs[0].NetworkACLs[0].Entries[1:]
		}},
		"open to the world, and to nobody by name": {fails: []string{"SEC001"}, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].SecurityGroups[1].Inbound = []facts.Permission{
				{Protocol: "-1", CIDRs: []string{"0.0.0.0/0"}, IPv6CIDRs: []string{"::/0"}},
			}
		}},
		"open to the world, and to some of the loader's addresses by name": {fails: []string{"SEC001"}, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].SecurityGroups[1].Inbound = []facts.Permission{
				{Protocol: "tcp", Ports: &facts.Ports{From: 5439, To: 5439}, CIDRs: append([]string{"0.0.0.0/0"}, northAmerica[:2]...)},
			}
		}},
		"open to the world, the region not said": {fails: []string{"SEC001"}, args: anyRegion, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].SecurityGroups[1].Inbound = []facts.Permission{{Protocol: "tcp", Ports: &facts.Ports{From: 0, To: 65535}, CIDRs: []string{"0.0.0.0/1", "128.0.0.0/1"}}}
		}},
		"open to the world of IPv6, by a list to the world, and by a group to each address": {fails: []string{"SEC001"}, breakIt: func(r *fakeaws.Region) {
			r.Clusters[0].IPAddressType = "dualstack"
			r.PrefixLists = append(r.PrefixLists, facts.PrefixList{
				ID: "pl-0a", Name: "world", OwnerID: fakeaws.AccountID, State: "create-complete", CIDRs: []string{"0.0.0.0/1", "128.0.0.0/1"},
			})
			rule := &r.VPCs[0].SecurityGroups[1].Inbound[0]
			rule.IPv6CIDRs, rule.PrefixListIDs = []string{"::/0"}, []string{"pl-0a"}
		}},
		"a network ACL that denies one address, the region not said": {fails: []string{"NET004", "NET006"}, args: anyRegion, breakIt: func(r *fakeaws.Region) {
			acl := &r.VPCs[0].NetworkACLs[0]
			acl.Entries = append(acl.Entries, facts.NetworkACLEntry{
				Number: 90, Action: "deny", Protocol: "6", CIDR: northAmerica[0], Ports: &facts.Ports{From: 5439, To: 5439},
			})
		}},
		"replies by a NAT gateway, the region not said": {fails: []string{"NET002", "NET006"}, args: anyRegion, breakIt: func(r *fakeaws.Region) {
			routes(r, to("0.0.0.0/0", "nat-0a"))
		}},
		"three addresses let in, the network ACL denies one of them, the region not said": {
			fails: []string{"NET003", "NET004", "NET006"}, args: anyRegion, breakIt: func(r *fakeaws.Region) {
				r.VPCs[0].SecurityGroups[1].Inbound[0].CIDRs = northAmerica[:3]
				acl := &r.VPCs[0].NetworkACLs[0]
				acl.Entries = append(acl.Entries, facts.NetworkACLEntry{Number: 90, Action: "deny", Protocol: "-1", CIDR: northAmerica[1]})
			},
		},
		"replies let out to the ports of Linux only": {breakIt: func(r *fakeaws.Region) {
			for i := range r.VPCs[0].NetworkACLs[0].Entries {
				if e := &r.VPCs[0].NetworkACLs[0].Entries[i]; e.Egress && e.Action == "allow" {
					e.Protocol, e.Ports = "6", &facts.Ports{From: 32768, To: 65535}
				}
			}
		}},
		"the other region's addresses let in": {fails: []string{"NET003", "NET007"}, breakIt: func(r *fakeaws.Region) {
			r.VPCs[0].SecurityGroups[1].Inbound[0].CIDRs = []string{"3.126.102.29/32", "18.158.16.164/32"}
		}},
		"a bastion that the endpoint's name leads out of the VPC": {
			args: bastion, fails: []string{"NET009", "SEC002"},
			breakIt: func(r *fakeaws.Region) {
				addBastion(r)
				v := r.VPCs[0]
				r.Clusters[0].PubliclyAccessible, v.Interfaces[0].PublicIP = true, "203.0.113.10"
				v.DNS = &facts.DNS{Support: true, Servers: []string{"AmazonProvidedDNS"}}
			},
		},
		"a bastion behind a middlebox that is no more": {
			args: bastion, fails: []string{"NET009"},
			breakIt: func(r *fakeaws.Region) {
				addBastion(r)
				dead := to("10.0.0.0/20", "eni-0dead")
				dead.State = "blackhole"
				public := &r.VPCs[0].RouteTables[1]
				public.Routes = append(public.Routes, dead)
			},
		},
		"a bastion that is stopped, and would let nothing out": {
			args: bastion, fails: []string{"NET009"},
			breakIt: func(r *fakeaws.Region) {
				addBastion(r)
				r.Instances[0].State, r.Instances[0].PublicIP = "stopped", ""
				r.VPCs[0].SecurityGroups[2].Outbound = &facts.Outbound{}
			},
		},
		"a bastion that is let in nowhere": {
			args: bastion, fails: []string{"NET009"},
			breakIt: func(r *fakeaws.Region) {
				addBastion(r)
				v := r.VPCs[0]
				v.SecurityGroups[1].Inbound, v.SecurityGroups[2].Inbound = nil, nil
				v.NetworkACLs[0].SubnetIDs = []string{"subnet-0a"}
				v.NetworkACLs = append(v.NetworkACLs, facts.NetworkACL{ID: "acl-0b", SubnetIDs: []string{"subnet-0b"}})
				only(r, "subnet-0a")
				addTable(r, "rtb-0nat", "subnet-0b", to("0.0.0.0/0", "nat-0a"))
			},
		},
		"public for nothing": {fails: []string{"SEC002"}, args: []string{"--connection", "vpn"}, breakIt: func(*fakeaws.Region) {}},
		"a cluster set up carelessly": {
			args: []string{"--audit-logging"}, fails: []string{"CLU006", "SEC003", "SEC004", "SEC005"},
			breakIt: func(r *fakeaws.Region) {
				addPauses(r)
				r.Clusters[0].Encrypted = false
				r.ParameterGroups["secure"] = fakeaws.Parameters("secure")
			},
		},
		"AWS's own parameter group": {fails: []string{"SEC003"}, breakIt: func(r *fakeaws.Region) {
			r.ParameterGroups["default.redshift-1.0"] = fakeaws.Parameters("default.redshift-1.0")
			r.Clusters[0].ParameterGroups[0].Name = "default.redshift-1.0"
		}},
		"about to become private": {fails: []string{"CLU004"}, breakIt: func(r *fakeaws.Region) { r.Clusters[0].Pending.PubliclyAccessible = new(bool) }},
		"a private workgroup without TLS": {
			workgroup: true, fails: []string{"CLU005", "NET001", "SEC003"}, left: documented,
			breakIt: func(r *fakeaws.Region) {
				r.Workgroups[0].PubliclyAccessible, r.Workgroups[0].Parameters[2].Value = false, "false"
			},
		},
		"a public workgroup for nothing": {
			workgroup: true, args: []string{"--connection", "vpn"}, fails: []string{"CLU005", "SEC002"}, left: documented, breakIt: func(*fakeaws.Region) {},
		},
	}
}

func to(cidr, target string) facts.Route {
	return facts.Route{DestinationCIDR: cidr, Target: target, State: "active", Origin: "CreateRoute"}
}

// only keeps of the public route table's subnets those named.
func only(r *fakeaws.Region, subnets ...string) {
	public := &r.VPCs[0].RouteTables[1]
	public.Associations = nil
	for _, id := range subnets {
		public.Associations = append(public.Associations, facts.RouteTableAssociation{SubnetID: id, State: "associated"})
	}
}

// routes replaces all routes of the public table but the local one.
func routes(r *fakeaws.Region, list ...facts.Route) {
	public := &r.VPCs[0].RouteTables[1]
	public.Routes = append(public.Routes[:1:1], list...)
}

// addTable adds a route table for a subnet.
func addTable(r *fakeaws.Region, id, subnet string, list ...facts.Route) {
	v := r.VPCs[0]
	v.RouteTables = append(v.RouteTables, facts.RouteTable{
		ID: id, Associations: []facts.RouteTableAssociation{{SubnetID: subnet, State: "associated"}},
		Routes: append([]facts.Route{v.RouteTables[0].Routes[0]}, list...),
	})
}

// throughFirewall leads what comes in from the internet for the subnets through a
// Gateway Load Balancer endpoint.
func throughFirewall(r *fakeaws.Region) {
	v := r.VPCs[0]
	v.RouteTables = append(v.RouteTables, facts.RouteTable{
		ID: "rtb-0edge", Associations: []facts.RouteTableAssociation{{GatewayID: "igw-0a", State: "associated"}},
		Routes: []facts.Route{v.RouteTables[0].Routes[0], to("10.0.0.0/20", "vpce-0fw"), to("10.0.16.0/20", "vpce-0fw")},
	})
	r.VPCEndpoints = append(r.VPCEndpoints, facts.VPCEndpoint{ID: "vpce-0fw", Type: "GatewayLoadBalancer", State: "available"})
}

// attachGroups gives the cluster and its interface other security groups.
func attachGroups(r *fakeaws.Region, groups ...facts.GroupMember) {
	r.Clusters[0].SecurityGroups = groups
	r.VPCs[0].Interfaces[0].GroupIDs = nil
	for _, g := range groups {
		r.VPCs[0].Interfaces[0].GroupIDs = append(r.VPCs[0].Interfaces[0].GroupIDs, g.ID)
	}
}

// block turns VPC Block Public Access on, with exclusions of resources for what goes
// out.
func block(r *fakeaws.Region, mode string, resources ...string) {
	b := facts.BlockPublicAccess{Mode: mode, State: "update-complete", ExclusionsAllowed: "allowed"}
	for _, resource := range resources {
		b.Exclusions = append(b.Exclusions, facts.Exclusion{
			ID: "vpcbpa-exclude-0" + resource[:3], Mode: "allow-egress", State: "create-complete",
			ResourceARN: "arn:aws:ec2:" + fakeaws.RegionName + ":" + fakeaws.AccountID + ":" + resource,
		})
	}
	r.BlockPublicAccess = b
	v := r.VPCs[0]
	v.BlockPublicAccess = mode
	for i := range v.Subnets {
		v.Subnets[i].BlockPublicAccess = mode
	}
}
