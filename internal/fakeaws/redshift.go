package fakeaws

import (
	"net/http"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// redshiftLimits are those of every list of Redshift.
var redshiftLimits = limits{20, 100, 100}

// marked writes a page of items as Redshift does.
func marked[T any](c *call, list, item string, items []T, write func(T)) *apiError {
	from, to, next, err := c.page(len(items), "MaxRecords", "Marker", redshiftLimits)
	if err != nil {
		return err
	}
	c.out.text("Marker", next)
	each(&c.out, list, item, items[from:to], write)
	return nil
}

func notFound(code, what, name string) *apiError {
	return &apiError{http.StatusNotFound, code, what + " " + name + " not found."}
}

func (c *call) describeClusters() *apiError {
	clusters := c.region.Clusters
	if name := c.Params.Get("ClusterIdentifier"); name != "" {
		found := c.region.Cluster(name)
		switch {
		case c.Params.Get("Marker") != "":
			return refuse("InvalidParameterCombination", "Marker and ClusterIdentifier cannot be combined")
		case found == nil:
			return notFound("ClusterNotFound", "Cluster", name)
		}
		clusters = []*Cluster{found}
	}
	return marked(c, "Clusters", "Cluster", clusters, c.cluster)
}

func (c *call) cluster(k *Cluster) {
	d := &c.out
	d.text("ClusterIdentifier", k.Name)
	d.text("NodeType", k.NodeType)
	d.text("ClusterStatus", k.Status)
	d.text("ClusterAvailabilityStatus", k.AvailabilityStatus)
	d.text("MasterUsername", k.AdminUser)
	d.text("DBName", k.DatabaseName)
	c.endpoint(k.Endpoint)
	c.memberships(k)
	d.text("ClusterSubnetGroupName", k.SubnetGroup)
	d.text("VpcId", k.VPCID)
	d.text("AvailabilityZone", k.AvailabilityZone)
	d.in("PendingModifiedValues", func() { c.pending(k.Pending) })
	version, revision := cutLast(k.Version)
	d.text("ClusterVersion", version)
	d.text("ClusterRevisionNumber", revision)
	d.number("NumberOfNodes", k.NodeCount)
	d.flag("PubliclyAccessible", k.PubliclyAccessible)
	d.flag("Encrypted", k.Encrypted)
	d.flag("EnhancedVpcRouting", k.EnhancedVPCRouting)
	c.nodes(k.Nodes)
	if k.ElasticIP.IP != "" {
		d.in("ElasticIpStatus", func() {
			d.text("ElasticIp", k.ElasticIP.IP)
			d.text("Status", k.ElasticIP.Status)
		})
	}
	d.text("AvailabilityZoneRelocationStatus", k.Relocation)
	if k.Namespace != "" {
		d.text("ClusterNamespaceArn", "arn:"+partition(c.Region)+":redshift:"+c.Region+":"+c.Account+":namespace:"+k.Namespace)
	}
	d.text("CustomDomainName", k.CustomDomain)
	d.text("IpAddressType", k.IPAddressType)
	if k.MultiAZ {
		d.text("MultiAZ", "Enabled")
		d.in("MultiAZSecondary", func() {
			d.text("AvailabilityZone", k.Secondary.AvailabilityZone)
			c.nodes(k.Secondary.Nodes)
		})
	} else {
		d.text("MultiAZ", "Disabled")
	}
}

// PendingPassword is what a pending change of the admin's password is told as.
// AWS tells asterisks; a client must keep neither.
const PendingPassword = "fakeaws-pending-password"

func (c *call) pending(p facts.Pending) {
	d := &c.out
	if p.AdminPassword {
		d.text("MasterUserPassword", PendingPassword)
	}
	for name, value := range map[string]*string{
		"ClusterIdentifier": p.Identifier, "NodeType": p.NodeType, "ClusterVersion": p.Version, "EncryptionType": p.Encryption,
	} {
		if value != nil {
			d.text(name, *value)
		}
	}
	if p.NodeCount != nil {
		d.number("NumberOfNodes", *p.NodeCount)
	}
	if p.PubliclyAccessible != nil {
		d.flag("PubliclyAccessible", *p.PubliclyAccessible)
	}
	if p.EnhancedVPCRouting != nil {
		d.flag("EnhancedVpcRouting", *p.EnhancedVPCRouting)
	}
}

func (c *call) endpoint(e facts.Endpoint) {
	if e.Host == "" && e.Port == 0 && len(e.Interfaces) == 0 {
		return
	}
	d := &c.out
	d.in("Endpoint", func() {
		d.text("Address", e.Host)
		if e.Port != 0 {
			d.number("Port", e.Port)
		}
		if len(e.Interfaces) == 0 {
			return
		}
		each(d, "VpcEndpoints", "VpcEndpoint", e.Interfaces, func(i facts.EndpointInterface) {
			d.text("VpcEndpointId", i.VPCEndpointID)
			d.text("VpcId", i.VPCID)
			each(d, "NetworkInterfaces", "NetworkInterface", []facts.EndpointInterface{i}, func(i facts.EndpointInterface) {
				d.text("NetworkInterfaceId", i.ID)
				d.text("SubnetId", i.SubnetID)
				d.text("PrivateIpAddress", i.PrivateIP)
				d.text("AvailabilityZone", i.AvailabilityZone)
			})
		})
	})
}

func (c *call) memberships(k *Cluster) {
	d := &c.out
	member := func(id string) func(facts.GroupMember) {
		return func(g facts.GroupMember) {
			d.text(id, g.ID)
			d.text("Status", g.Status)
		}
	}
	each(d, "ClusterSecurityGroups", "ClusterSecurityGroup", k.ClassicSecurityGroups, member("ClusterSecurityGroupName"))
	each(d, "VpcSecurityGroups", "VpcSecurityGroup", k.SecurityGroups, member("VpcSecurityGroupId"))
	each(d, "ClusterParameterGroups", "ClusterParameterGroup", k.ParameterGroups, func(g facts.ParameterGroup) {
		d.text("ParameterGroupName", g.Name)
		d.text("ParameterApplyStatus", g.ApplyStatus)
		if len(g.Unsettled) == 0 {
			return
		}
		settled := facts.ParameterStatus{Name: "auto_analyze", Status: "in-sync"}
		each(d, "ClusterParameterStatusList", "member", append([]facts.ParameterStatus{settled}, g.Unsettled...), func(p facts.ParameterStatus) {
			d.text("ParameterName", p.Name)
			d.text("ParameterApplyStatus", p.Status)
			d.text("ParameterApplyErrorDescription", p.Error)
		})
	})
}

func (c *call) nodes(list []facts.Node) {
	d := &c.out
	each(d, "ClusterNodes", "member", list, func(n facts.Node) {
		d.text("NodeRole", n.Role)
		d.text("PrivateIPAddress", n.PrivateIP)
		d.text("PublicIPAddress", n.PublicIP)
	})
}

func (c *call) describeClusterSubnetGroups() *apiError {
	var groups []facts.SubnetGroup
	name := c.Params.Get("ClusterSubnetGroupName")
	for _, g := range c.region.SubnetGroups {
		if name == "" || g.Name == name {
			groups = append(groups, g)
		}
	}
	if name != "" && len(groups) == 0 {
		return notFound("ClusterSubnetGroupNotFoundFault", "Cluster subnet group", name)
	}
	d := &c.out
	return marked(c, "ClusterSubnetGroups", "ClusterSubnetGroup", groups, func(g facts.SubnetGroup) {
		d.text("ClusterSubnetGroupName", g.Name)
		d.text("VpcId", g.VPCID)
		d.text("SubnetGroupStatus", g.Status)
		each(d, "Subnets", "Subnet", g.Subnets, func(s facts.GroupSubnet) {
			d.text("SubnetIdentifier", s.ID)
			d.in("SubnetAvailabilityZone", func() { d.text("Name", s.AvailabilityZone) })
			d.text("SubnetStatus", s.Status)
		})
	})
}

func (c *call) describeClusterParameters() *apiError {
	name := c.Params.Get("ParameterGroupName")
	group, known := c.region.ParameterGroups[name]
	if !known {
		return notFound("ClusterParameterGroupNotFound", "ClusterParameterGroup", name)
	}
	d := &c.out
	return marked(c, "Parameters", "Parameter", group, func(p facts.Parameter) {
		d.text("ParameterName", p.Name)
		d.text("ParameterValue", p.Value)
		d.text("Source", p.Source)
	})
}

// cutLast cuts "1.0.52943" into "1.0" and "52943".
func cutLast(version string) (before, after string) {
	i := strings.LastIndexByte(version, '.')
	if i < 0 {
		return version, ""
	}
	return version[:i], version[i+1:]
}

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

func (c *call) describeLoggingStatus() *apiError {
	name := c.Params.Get("ClusterIdentifier")
	k := c.region.Cluster(name)
	if k == nil {
		return notFound("ClusterNotFound", "Cluster", name)
	}
	d, l := &c.out, k.Logging
	d.flag("LoggingEnabled", l.Enabled)
	d.text("LogDestinationType", l.Destination)
	if len(l.Exports) > 0 {
		d.texts("LogExports", "member", l.Exports)
	}
	d.text("LastSuccessfulDeliveryTime", l.LastDelivery)
	d.text("LastFailureTime", l.LastFailure)
	d.text("LastFailureMessage", l.FailureMessage)
	return nil
}

func (c *call) describeScheduledActions() *apiError {
	d := &c.out
	return marked(c, "ScheduledActions", "ScheduledAction", c.region.ScheduledActions, func(a ScheduledAction) {
		d.text("ScheduledActionName", a.Name)
		d.in("TargetAction", func() {
			// "pause" is PauseCluster.
			d.in(strings.ToUpper(a.Action[:1])+a.Action[1:]+"Cluster", func() { d.text("ClusterIdentifier", a.Cluster) })
		})
		d.text("Schedule", a.Schedule)
		d.text("IamRole", "arn:"+partition(c.Region)+":iam::"+c.Account+":role/scheduler")
		d.text("State", a.State)
		if a.Next != "" {
			d.texts("NextInvocations", "ScheduledActionTime", strings.Fields(a.Next))
		}
		d.text("StartTime", a.Start)
		d.text("EndTime", a.End)
	})
}
