package fakeaws

import (
	"github.com/rscheck/rscheck/checks/facts"
)

// Workgroup is a serverless workgroup, told as it stands here.
type Workgroup struct {
	Name string
	// ID is the id in the workgroup's ARN.
	ID string
	// Namespace is the name of one of the region's.
	Namespace          string
	Status             string // CREATING, AVAILABLE, MODIFYING, DELETING
	Endpoint           facts.Endpoint
	PubliclyAccessible bool
	SubnetIDs          []string
	SecurityGroupIDs   []string
	// Parameters are told with their names and values.
	Parameters         []facts.Parameter
	EnhancedVPCRouting bool
	IPAddressType      string
	Version            string
	CustomDomain       string
}

// Namespace is what the databases of a workgroup are in.
type Namespace struct {
	Name         string
	AdminUser    string
	DatabaseName string
	// KMSKey is the key's ARN, or AWS_OWNED_KMS_KEY.
	KMSKey     string
	LogExports []string
}

// What HealthyWorkgroup is made of.
const (
	WorkgroupName = "loading"
	WorkgroupID   = "1f2e3d4c-0000-4000-8000-000000000000"
)

// HealthyWorkgroup adds to the region of a Healthy cloud a workgroup that can be
// reached as the cluster can, in three subnets of the cluster's VPC, one more than
// the cluster has.
func (r *Region) HealthyWorkgroup() *Workgroup {
	vpc := r.VPCs[0]
	vpc.Subnets = append(vpc.Subnets, facts.Subnet{
		ID: "subnet-0c", VPCID: vpc.ID, OwnerID: vpc.OwnerID, AvailabilityZone: "us-east-1c", CIDR: "10.0.32.0/20", BlockPublicAccess: "off",
	})
	public := &vpc.RouteTables[len(vpc.RouteTables)-1]
	public.Associations = append(public.Associations, facts.RouteTableAssociation{SubnetID: "subnet-0c", State: "associated"})
	vpc.NetworkACLs[0].SubnetIDs = append(vpc.NetworkACLs[0].SubnetIDs, "subnet-0c")
	w := &Workgroup{
		Name: WorkgroupName, ID: WorkgroupID, Namespace: "warehouse", Status: "AVAILABLE", PubliclyAccessible: true,
		Endpoint:         facts.Endpoint{Host: WorkgroupName + "." + AccountID + "." + RegionName + ".redshift-serverless.amazonaws.com", Port: 5439},
		SubnetIDs:        []string{"subnet-0a", "subnet-0b", "subnet-0c"},
		SecurityGroupIDs: []string{"sg-0loader"},
		Parameters: []facts.Parameter{
			{Name: "auto_mv", Value: "true"},
			{Name: "datestyle", Value: "ISO, MDY"},
			{Name: "require_ssl", Value: "true"},
			{Name: "search_path", Value: "$user, public"},
			{Name: "use_fips_ssl", Value: "false"},
		},
		IPAddressType: "ipv4", Version: "1.0.52943",
	}
	for i, zone := range []string{"a", "b", "c"} {
		address := []string{"10.0.1.20", "10.0.17.20", "10.0.33.20"}[i]
		w.Endpoint.Interfaces = append(w.Endpoint.Interfaces, facts.EndpointInterface{
			ID: "eni-0s" + zone, VPCEndpointID: "vpce-0s", VPCID: vpc.ID, SubnetID: "subnet-0" + zone, PrivateIP: address,
			AvailabilityZone: "us-east-1" + zone,
		})
		vpc.Interfaces = append(vpc.Interfaces, facts.Interface{
			ID: "eni-0s" + zone, SubnetID: "subnet-0" + zone, VPCID: vpc.ID, Description: "VPC Endpoint Interface vpce-0s",
			PrivateIPs: []string{address}, PublicIP: "203.0.113.3" + []string{"0", "1", "2"}[i], GroupIDs: []string{"sg-0loader"},
		})
	}
	r.Workgroups = append(r.Workgroups, w)
	r.Namespaces = append(r.Namespaces, Namespace{
		Name: "warehouse", AdminUser: "admin", DatabaseName: "dev", KMSKey: "AWS_OWNED_KMS_KEY", LogExports: []string{"userlog", "connectionlog"},
	})
	return w
}

// serverlessLimits are those of every list of Redshift Serverless.
var serverlessLimits = limits{1, 100, 100}

func (c *call) listWorkgroups() *apiError {
	from, to, next, err := c.page(len(c.region.Workgroups), "maxResults", "nextToken", serverlessLimits)
	if err != nil {
		return err
	}
	list := []object{}
	for _, w := range c.region.Workgroups[from:to] {
		list = append(list, c.workgroup(w))
	}
	answer := object{"workgroups": list}
	answer.put("nextToken", next)
	return c.sayJSON(answer)
}

func (c *call) arn(kind, id string) string {
	return "arn:" + partition(c.Region) + ":redshift-serverless:" + c.Region + ":" + c.Account + ":" + kind + "/" + id
}

func (c *call) workgroup(w *Workgroup) object {
	parameters := []object{}
	for _, p := range w.Parameters {
		parameters = append(parameters, object{"parameterKey": p.Name, "parameterValue": p.Value})
	}
	o := object{
		"workgroupName": w.Name, "workgroupId": w.ID, "workgroupArn": c.arn("workgroup", w.ID), "namespaceName": w.Namespace,
		"publiclyAccessible": w.PubliclyAccessible, "enhancedVpcRouting": w.EnhancedVPCRouting, "baseCapacity": 128, "port": 5439,
		"configParameters": parameters, "subnetIds": w.SubnetIDs, "securityGroupIds": w.SecurityGroupIDs,
		"creationDate": "2026-03-01T12:00:00.123Z", "crossAccountVpcs": []string{},
	}
	o.put("status", w.Status)
	o.put("ipAddressType", w.IPAddressType)
	o.put("workgroupVersion", w.Version)
	o.put("customDomainName", w.CustomDomain)
	if w.Endpoint.Host != "" || len(w.Endpoint.Interfaces) > 0 {
		o["endpoint"] = serverlessEndpoint(w.Endpoint)
	}
	return o
}

// serverlessEndpoint has one VPC endpoint with all interfaces.
func serverlessEndpoint(e facts.Endpoint) object {
	o := object{"vpcEndpoints": []object{}}
	o.put("address", e.Host)
	if e.Port != 0 {
		o["port"] = e.Port
	}
	if len(e.Interfaces) == 0 {
		return o
	}
	interfaces := []object{}
	for _, i := range e.Interfaces {
		interfaces = append(interfaces, object{
			"networkInterfaceId": i.ID, "subnetId": i.SubnetID, "privateIpAddress": i.PrivateIP, "availabilityZone": i.AvailabilityZone,
		})
	}
	o["vpcEndpoints"] = []object{{
		"vpcEndpointId": e.Interfaces[0].VPCEndpointID, "vpcId": e.Interfaces[0].VPCID, "networkInterfaces": interfaces,
	}}
	return o
}

func (c *call) listNamespaces() *apiError {
	from, to, next, err := c.page(len(c.region.Namespaces), "maxResults", "nextToken", serverlessLimits)
	if err != nil {
		return err
	}
	list := []object{}
	for _, n := range c.region.Namespaces[from:to] {
		exports := n.LogExports
		if exports == nil {
			exports = []string{}
		}
		o := object{
			"namespaceName": n.Name, "namespaceId": "ns-" + n.Name, "namespaceArn": c.arn("namespace", "ns-"+n.Name),
			"status": "AVAILABLE", "logExports": exports, "creationDate": "2026-03-01T11:00:00Z", "iamRoles": []string{},
		}
		o.put("adminUsername", n.AdminUser)
		o.put("dbName", n.DatabaseName)
		o.put("kmsKeyId", n.KMSKey)
		list = append(list, o)
	}
	answer := object{"namespaces": list}
	answer.put("nextToken", next)
	return c.sayJSON(answer)
}
