package main

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

func (a *admin) vpcs() []*fakeaws.VPC { return a.region.VPCs }

// group is the security group with that id.
func (a *admin) group(id string) (*facts.SecurityGroup, error) {
	for _, v := range a.vpcs() {
		for i := range v.SecurityGroups {
			if v.SecurityGroups[i].ID == id {
				return &v.SecurityGroups[i], nil
			}
		}
	}
	return nil, fmt.Errorf("InvalidGroup.NotFound: %q", id)
}

// authorize adds rules for one TCP port: all that are asked for, or none.
func (a *admin) authorize(o options) error {
	g, err := a.group(o.take("--group-id"))
	if err != nil {
		return err
	}
	p := facts.Permission{Protocol: "tcp", Ports: &facts.Ports{}}
	if wanted := o.take("--ip-permissions"); wanted != "" {
		ranges := ""
		if n, _ := fmt.Sscanf(wanted, "IpProtocol=tcp,FromPort=%d,ToPort=%d,IpRanges=[{%s", &p.Ports.From, &p.Ports.To, &ranges); n != 3 {
			return fmt.Errorf("InvalidParameterValue: %s", wanted)
		}
		for _, r := range strings.Split(strings.TrimSuffix(ranges, "}]"), "},{") {
			p.CIDRs = append(p.CIDRs, strings.TrimPrefix(r, "CidrIp="))
		}
	} else {
		port, _ := strconv.Atoi(o.take("--port"))
		p.Ports.From, p.Ports.To = port, port
		if member := o.take("--source-group"); member != "" {
			p.GroupIDs = []string{member}
		} else {
			p.CIDRs = []string{o.take("--cidr")}
		}
		if o.take("--protocol") != "tcp" {
			return errors.New("InvalidParameterValue: --protocol")
		}
	}
	for _, cidr := range p.CIDRs {
		if _, err := netip.ParsePrefix(cidr); err != nil || p.Ports.From < 1 {
			return fmt.Errorf("InvalidParameterValue: %s on %v", cidr, p.Ports)
		}
		for _, there := range g.Inbound {
			if there.Protocol == "tcp" && *there.Ports == *p.Ports && slices.Contains(there.CIDRs, cidr) {
				return fmt.Errorf("InvalidPermission.Duplicate: %s", cidr)
			}
		}
	}
	g.Inbound = append(g.Inbound, p)
	return nil
}

func (a *admin) revoke(o options) error {
	g, err := a.group(o.take("--group-id"))
	if err != nil {
		return err
	}
	wanted := o.take("--ip-permissions")
	for i := range g.Inbound {
		p := &g.Inbound[i]
		ports := ""
		if p.Ports != nil {
			ports = fmt.Sprintf(",FromPort=%d,ToPort=%d", p.Ports.From, p.Ports.To)
		}
		for _, list := range []struct {
			form string
			of   *[]string
		}{
			{"IpRanges=[{CidrIp=%s}]", &p.CIDRs}, {"Ipv6Ranges=[{CidrIpv6=%s}]", &p.IPv6CIDRs}, {"PrefixListIds=[{PrefixListId=%s}]", &p.PrefixListIDs},
		} {
			n := slices.IndexFunc(*list.of, func(source string) bool {
				return wanted == "IpProtocol="+p.Protocol+ports+","+fmt.Sprintf(list.form, source)
			})
			if n >= 0 {
				*list.of = slices.Delete(slices.Clone(*list.of), n, n+1)
				return nil
			}
		}
	}
	return fmt.Errorf("InvalidPermission.NotFound: %s", wanted)
}

func (a *admin) associateGroup(o options) error {
	g, err := a.group(o.take("--group-id"))
	if err != nil {
		return err
	}
	vpc := o.take("--vpc-id")
	if g.Name == "default" || g.OwnerID != fakeaws.AccountID || g.VPCID == vpc {
		return errors.New("InvalidParameterValue")
	}
	a.region.GroupAssociations = append(a.region.GroupAssociations, facts.GroupAssociation{GroupID: g.ID, VPCID: vpc, State: "associated"})
	return nil
}

func (a *admin) createEntry(o options) error {
	e := facts.NetworkACLEntry{Egress: o.has("--egress"), CIDR: o.take("--cidr-block"), Action: o.take("--rule-action"), Protocol: "6"}
	in := o.has("--ingress")
	id := o.take("--network-acl-id")
	number, err := strconv.Atoi(o.take("--rule-number"))
	var from, to int
	n, _ := fmt.Sscanf(o.take("--port-range"), "From=%d,To=%d", &from, &to)
	if _, bad := netip.ParsePrefix(e.CIDR); bad != nil || err != nil || n != 2 || in == e.Egress || o.take("--protocol") != "tcp" || number < 1 || number > 32766 {
		return errors.New("InvalidParameterValue")
	}
	e.Number, e.Ports = number, &facts.Ports{From: from, To: to}
	for _, v := range a.vpcs() {
		for i := range v.NetworkACLs {
			acl := &v.NetworkACLs[i]
			if acl.ID != id {
				continue
			}
			if slices.ContainsFunc(acl.Entries, func(there facts.NetworkACLEntry) bool { return there.Egress == e.Egress && there.Number == number }) {
				return fmt.Errorf("NetworkAclEntryAlreadyExists: %d", number)
			}
			acl.Entries = append(acl.Entries, e)
			return nil
		}
	}
	return fmt.Errorf("InvalidNetworkAclID.NotFound: %q", id)
}

// route creates or replaces a route. What is inside the VPC goes to the VPC: a route
// to a part of it must be that of a whole subnet and lead to a middlebox
// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html).
func (a *admin) route(o options, replace bool) error {
	table, to := o.take("--route-table-id"), o.take("--destination-cidr-block")
	prefix, err := netip.ParsePrefix(to)
	if err != nil {
		return fmt.Errorf("InvalidParameterValue: %w", err)
	}
	r := facts.Route{DestinationCIDR: to, State: "active", Origin: "CreateRoute"}
	for _, v := range a.vpcs() {
		for i := range v.RouteTables {
			t := &v.RouteTables[i]
			if t.ID != table {
				continue
			}
			if r.Target, err = a.target(v, o); err != nil {
				return err
			}
			for _, cidr := range v.CIDRs {
				if own := netip.MustParsePrefix(cidr); own.Contains(prefix.Addr()) {
					return errors.New("InvalidParameterValue: the route is within the VPC")
				}
			}
			// A propagated route does not count: one that is created is preferred to it.
			n := slices.IndexFunc(t.Routes, func(there facts.Route) bool { return there.DestinationCIDR == to && there.Origin == "CreateRoute" })
			switch {
			case replace && n < 0:
				return fmt.Errorf("InvalidRoute.NotFound: %s", to)
			case !replace && n >= 0:
				return fmt.Errorf("RouteAlreadyExists: %s", to)
			case replace:
				t.Routes[n] = r
			default:
				t.Routes = append(t.Routes, r)
			}
			return nil
		}
	}
	return fmt.Errorf("InvalidRouteTableID.NotFound: %q", table)
}

// target is where a route of the VPC is to lead.
func (a *admin) target(v *fakeaws.VPC, o options) (string, error) {
	if id := o.take("--vpc-endpoint-id"); id != "" {
		if !slices.ContainsFunc(a.region.VPCEndpoints, func(e facts.VPCEndpoint) bool { return e.ID == id && e.Type == "GatewayLoadBalancer" }) {
			return "", fmt.Errorf("InvalidVpcEndpointId: %q", id)
		}
		return id, nil
	}
	id := o.take("--gateway-id")
	for _, g := range v.InternetGateways {
		if g.ID == id && slices.ContainsFunc(g.Attachments, func(at facts.GatewayAttachment) bool { return at.VPCID == v.ID }) {
			return id, nil
		}
	}
	return "", fmt.Errorf("InvalidGatewayID.NotFound: %q", id)
}

func (a *admin) createGateway(options) error {
	a.gateway = "igw-0new"
	return nil
}

func (a *admin) attachGateway(o options) error {
	vpc := o.take("--vpc-id")
	if id := o.take("--internet-gateway-id"); id != "<internet-gateway-id>" || a.gateway == "" {
		return fmt.Errorf("InvalidInternetGatewayID.NotFound: %q", id)
	}
	for _, v := range a.vpcs() {
		if v.ID == vpc {
			v.InternetGateways = append(v.InternetGateways, facts.InternetGateway{
				ID: a.gateway, Attachments: []facts.GatewayAttachment{{VPCID: vpc, State: "available"}},
			})
			return nil
		}
	}
	return fmt.Errorf("InvalidVpcID.NotFound: %q", vpc)
}

func (a *admin) createExclusion(o options) error {
	b := &a.region.BlockPublicAccess
	kind, id := "subnet", o.take("--subnet-id")
	if vpc := o.take("--vpc-id"); vpc != "" {
		kind, id = "vpc", vpc
	}
	arn := "arn:aws:ec2:" + fakeaws.RegionName + ":" + fakeaws.AccountID + ":" + kind + "/" + id
	switch {
	case id == "":
		return errors.New("MissingParameter")
	case b.ExclusionsAllowed == "not-allowed":
		return errors.New("OperationNotPermitted: exclusions are not allowed")
	case slices.ContainsFunc(b.Exclusions, func(x facts.Exclusion) bool { return x.ResourceARN == arn && x.State != "delete-complete" }):
		return fmt.Errorf("an exclusion of %s exists", id)
	}
	b.Exclusions = append(b.Exclusions, facts.Exclusion{
		ID: fmt.Sprintf("vpcbpa-exclude-0new%d", len(b.Exclusions)), ResourceARN: arn,
		Mode: o.take("--internet-gateway-exclusion-mode"), State: "create-complete",
	})
	return nil
}

func (a *admin) modifyExclusion(o options) error {
	b := &a.region.BlockPublicAccess
	id := o.take("--exclusion-id")
	i := slices.IndexFunc(b.Exclusions, func(x facts.Exclusion) bool { return x.ID == id })
	switch {
	case i < 0:
		return fmt.Errorf("not found: %q", id)
	case b.ExclusionsAllowed == "not-allowed":
		return errors.New("OperationNotPermitted: exclusions are not allowed")
	}
	b.Exclusions[i].Mode, b.Exclusions[i].State = o.take("--internet-gateway-exclusion-mode"), "update-complete"
	return nil
}
