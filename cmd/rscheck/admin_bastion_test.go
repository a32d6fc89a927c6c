package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

func (a *admin) authorizeEgress(o options) error {
	g, err := a.group(o.take("--group-id"))
	if err != nil {
		return err
	}
	wanted := o.take("--ip-permissions")
	p := facts.Permission{Protocol: "tcp", Ports: &facts.Ports{}}
	to := ""
	if n, _ := fmt.Sscanf(wanted, "IpProtocol=tcp,FromPort=%d,ToPort=%d,%s", &p.Ports.From, &p.Ports.To, &to); n != 3 {
		return fmt.Errorf("InvalidParameterValue: %s", wanted)
	}
	form, value, _ := strings.Cut(strings.TrimSuffix(to, "}]"), "=[{")
	switch key, id, _ := strings.Cut(value, "="); form + " " + key {
	case "IpRanges CidrIp":
		p.CIDRs = []string{id}
	case "UserIdGroupPairs GroupId":
		p.GroupIDs = []string{id}
	default:
		return fmt.Errorf("InvalidParameterValue: %s", to)
	}
	if g.Outbound == nil {
		return errors.New("the group lets everything out")
	}
	g.Outbound.Permissions = append(g.Outbound.Permissions, p)
	return nil
}

func (a *admin) instance(id string) (*fakeaws.Instance, error) {
	for i := range a.region.Instances {
		if a.region.Instances[i].InstanceID == id {
			return &a.region.Instances[i], nil
		}
	}
	return nil, fmt.Errorf("InvalidInstanceID.NotFound: %q", id)
}

func (a *admin) startInstance(o options) error {
	i, err := a.instance(o.take("--instance-ids"))
	if err != nil {
		return err
	}
	if i.State != "stopped" {
		return fmt.Errorf("IncorrectInstanceState: %s", i.State)
	}
	i.State = "running"
	return nil
}

func (a *admin) allocateAddress(o options) error {
	if o.take("--domain") != "vpc" {
		return errors.New("InvalidParameterValue: --domain")
	}
	a.allocated = true
	return nil
}

func (a *admin) associateAddress(o options) error {
	i, err := a.instance(o.take("--instance-id"))
	if err != nil {
		return err
	}
	if o.take("--allocation-id") != "<allocation-id>" || !a.allocated {
		return errors.New("InvalidAllocationID.NotFound")
	}
	i.PublicIP = "203.0.113.77"
	return nil
}

func (a *admin) modifyVPCAttribute(o options) error {
	id := o.take("--vpc-id")
	i := slices.IndexFunc(a.region.VPCs, func(v *fakeaws.VPC) bool { return v.ID == id })
	if i < 0 || a.region.VPCs[i].DNS == nil {
		return fmt.Errorf("InvalidVpcID.NotFound: %q", id)
	}
	dns := *a.region.VPCs[i].DNS
	switch `{"Value":true}` {
	case o.take("--enable-dns-support"):
		dns.Support = true
	case o.take("--enable-dns-hostnames"):
		dns.Hostnames = true
	default:
		return errors.New("InvalidParameterValue")
	}
	a.region.VPCs[i].DNS = &dns
	return nil
}

func (a *admin) deleteRoute(o options) error {
	table, to := o.take("--route-table-id"), o.take("--destination-cidr-block")
	for _, v := range a.region.VPCs {
		for i := range v.RouteTables {
			t := &v.RouteTables[i]
			n := slices.IndexFunc(t.Routes, func(r facts.Route) bool { return r.DestinationCIDR == to && r.Origin == "CreateRoute" })
			if t.ID == table && n >= 0 {
				t.Routes = slices.Delete(slices.Clone(t.Routes), n, n+1)
				return nil
			}
		}
	}
	return fmt.Errorf("InvalidRoute.NotFound: %s of %q", to, table)
}
