package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/internal/fakeaws"
)

func (a *admin) cluster(o options) (*fakeaws.Cluster, error) {
	name := o.take("--cluster-identifier")
	if c := a.region.Cluster(name); c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("ClusterNotFound: %q", name)
}

func (a *admin) modifyCluster(o options) error {
	c, err := a.cluster(o)
	if err != nil {
		return err
	}
	if o.has("--publicly-accessible") {
		if err := a.publish(c.Nodes); err != nil {
			return err
		}
		c.PubliclyAccessible, c.Pending.PubliclyAccessible = true, nil
	}
	if o.has("--no-publicly-accessible") {
		c.PubliclyAccessible = false
		a.eachInterface(c.Nodes, func(i *facts.Interface) { i.PublicIP = "" })
	}
	if o.has("--encrypted") {
		c.Encrypted = true
	}
	if group := o.take("--cluster-parameter-group-name"); group != "" {
		if a.region.ParameterGroups[group] == nil {
			return fmt.Errorf("ClusterParameterGroupNotFound: %q", group)
		}
		c.ParameterGroups = []facts.ParameterGroup{{
			Name: group, ApplyStatus: "pending-reboot", Unsettled: []facts.ParameterStatus{{Name: "require_ssl", Status: "pending-reboot"}},
		}}
	}
	return nil
}

// publish gives the leader node's interface a public address. AWS refuses that while
// Block Public Access shuts its subnet
// (https://docs.aws.amazon.com/redshift/latest/mgmt/block-public-access.html).
func (a *admin) publish(nodes []facts.Node) error {
	b := &a.region.BlockPublicAccess
	open := slices.ContainsFunc(b.Exclusions, func(x facts.Exclusion) bool { return x.Mode == "allow-bidirectional" })
	if b.Mode != "off" && !open {
		return fmt.Errorf("VPC Block Public Access is on: %w", errNotYet)
	}
	a.eachInterface(nodes, func(i *facts.Interface) { i.PublicIP = "203.0.113.10" })
	return nil
}

func (a *admin) eachInterface(nodes []facts.Node, change func(*facts.Interface)) {
	for _, v := range a.vpcs() {
		for i := range v.Interfaces {
			for _, n := range nodes {
				if n.Role == "LEADER" && slices.Contains(v.Interfaces[i].PrivateIPs, n.PrivateIP) {
					change(&v.Interfaces[i])
				}
			}
		}
	}
}

func (a *admin) resume(o options) error {
	c, err := a.cluster(o)
	if err != nil {
		return err
	}
	if c.Status != "paused" {
		return errors.New("InvalidClusterState")
	}
	c.Status, c.AvailabilityStatus = "available", "Available"
	c.Nodes = []facts.Node{{Role: "SHARED", PrivateIP: "10.0.0.10"}}
	return nil
}

func (a *admin) waitAvailable(o options) error {
	c, err := a.cluster(o)
	if err != nil {
		return err
	}
	c.Status, c.AvailabilityStatus = "available", "Available"
	return nil
}

func (a *admin) reboot(o options) error {
	c, err := a.cluster(o)
	if err != nil {
		return err
	}
	for i := range c.ParameterGroups {
		c.ParameterGroups[i].ApplyStatus, c.ParameterGroups[i].Unsettled = "in-sync", nil
	}
	return nil
}

func (a *admin) createParameterGroup(o options) error {
	name := o.take("--parameter-group-name")
	if o.take("--parameter-group-family") != "redshift-1.0" || o.take("--description") == "" || a.region.ParameterGroups[name] != nil {
		return errors.New("InvalidParameterValue")
	}
	a.region.ParameterGroups[name] = fakeaws.Parameters(name)
	return nil
}

func (a *admin) modifyParameterGroup(o options) error {
	name, change := o.take("--parameter-group-name"), o.take("--parameters")
	group, known := a.region.ParameterGroups[name]
	parameter, value, ok := strings.Cut(strings.TrimPrefix(change, "ParameterName="), ",ParameterValue=")
	if !known || !ok || strings.HasPrefix(name, "default.") {
		return fmt.Errorf("InvalidParameterValue: %s of %q", change, name)
	}
	for i := range group {
		if group[i].Name == parameter {
			group[i].Value, group[i].Source = value, "user"
		}
	}
	for _, c := range a.region.Clusters {
		for i := range c.ParameterGroups {
			if g := &c.ParameterGroups[i]; g.Name == name {
				g.ApplyStatus, g.Unsettled = "pending-reboot", []facts.ParameterStatus{{Name: parameter, Status: "pending-reboot"}}
			}
		}
	}
	return nil
}

func (a *admin) enableLogging(o options) error {
	c, err := a.cluster(o)
	if err != nil {
		return err
	}
	c.Logging = facts.Logging{Enabled: true, Destination: o.take("--log-destination-type"), Exports: o["--log-exports"]}
	delete(o, "--log-exports")
	return nil
}

func (a *admin) modifyScheduledAction(o options) error {
	name := o.take("--scheduled-action-name")
	for i := range a.region.ScheduledActions {
		if s := &a.region.ScheduledActions[i]; s.Name == name && o.has("--no-enable") {
			s.State, s.Next = "DISABLED", ""
			return nil
		}
	}
	return fmt.Errorf("ScheduledActionNotFound: %q", name)
}

func (a *admin) updateWorkgroup(o options) error {
	name := o.take("--workgroup-name")
	i := slices.IndexFunc(a.region.Workgroups, func(w *fakeaws.Workgroup) bool { return w.Name == name })
	if i < 0 {
		return fmt.Errorf("ResourceNotFoundException: %q", name)
	}
	w := a.region.Workgroups[i]
	switch {
	case o.has("--publicly-accessible"):
		w.PubliclyAccessible = true
	case o.has("--no-publicly-accessible"):
		w.PubliclyAccessible = false
	default:
		key, value, ok := strings.Cut(strings.TrimPrefix(o.take("--config-parameters"), "parameterKey="), ",parameterValue=")
		n := slices.IndexFunc(w.Parameters, func(p facts.Parameter) bool { return p.Name == key })
		if !ok || n < 0 {
			return errors.New("ValidationException")
		}
		w.Parameters[n].Value = value
	}
	return nil
}
