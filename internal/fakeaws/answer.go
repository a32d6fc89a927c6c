package fakeaws

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// operation answers one operation.
type operation struct {
	// params are the parameters it knows beside those of its list, if it is
	// one.
	params []string
	handle func(*call) *apiError
}

// operations are all there are, by service and name.
func operations() map[string]operation {
	return map[string]operation{
		"redshift DescribeClusters":                  {[]string{"ClusterIdentifier", "MaxRecords", "Marker"}, (*call).describeClusters},
		"redshift DescribeClusterSubnetGroups":       {[]string{"ClusterSubnetGroupName", "MaxRecords", "Marker"}, (*call).describeClusterSubnetGroups},
		"redshift DescribeClusterParameters":         {[]string{"ParameterGroupName", "MaxRecords", "Marker"}, (*call).describeClusterParameters},
		"redshift DescribeLoggingStatus":             {[]string{"ClusterIdentifier"}, (*call).describeLoggingStatus},
		"redshift DescribeScheduledActions":          {[]string{"MaxRecords", "Marker"}, (*call).describeScheduledActions},
		"redshift-serverless ListWorkgroups":         {[]string{"maxResults", "nextToken"}, (*call).listWorkgroups},
		"redshift-serverless ListNamespaces":         {[]string{"maxResults", "nextToken"}, (*call).listNamespaces},
		"ec2 DescribeRegions":                        {[]string{"AllRegions"}, (*call).describeRegions},
		"redshift GetClusterCredentials":             {[]string{"ClusterIdentifier", "DbUser", "DbName", "AutoCreate", "DurationSeconds"}, (*call).getClusterCredentials},
		"redshift GetClusterCredentialsWithIAM":      {[]string{"ClusterIdentifier", "DbName", "DurationSeconds"}, (*call).getClusterCredentialsWithIAM},
		"redshift-serverless GetCredentials":         {[]string{"workgroupName", "dbName", "durationSeconds"}, (*call).getCredentials},
		"secretsmanager GetSecretValue":              {[]string{"SecretId"}, (*call).getSecretValue},
		"redshift-data ExecuteStatement":             {executeParams, (*call).executeStatement},
		"redshift-data DescribeStatement":            {[]string{"Id"}, (*call).describeStatement},
		"redshift-data GetStatementResult":           {[]string{"Id", "NextToken"}, (*call).getStatementResult},
		"ec2 DescribeInstances":                      {ec2List, (*call).describeInstances},
		"ec2 DescribeVpcs":                           {ec2List, (*call).describeVpcs},
		"ec2 DescribeVpcAttribute":                   {[]string{"VpcId", "Attribute"}, (*call).describeVpcAttribute},
		"ec2 DescribeDhcpOptions":                    {ec2List, (*call).describeDhcpOptions},
		"ec2 DescribeSubnets":                        {ec2List, (*call).describeSubnets},
		"ec2 DescribeRouteTables":                    {ec2List, (*call).describeRouteTables},
		"ec2 DescribeNetworkAcls":                    {ec2List, (*call).describeNetworkAcls},
		"ec2 DescribeInternetGateways":               {ec2List, (*call).describeInternetGateways},
		"ec2 DescribeSecurityGroups":                 {ec2List, (*call).describeSecurityGroups},
		"ec2 DescribeSecurityGroupVpcAssociations":   {ec2List, (*call).describeSecurityGroupVpcAssociations},
		"ec2 DescribeNetworkInterfaces":              {ec2List, (*call).describeNetworkInterfaces},
		"ec2 DescribeVpcEndpoints":                   {ec2List, (*call).describeVpcEndpoints},
		"ec2 DescribePrefixLists":                    {ec2List, (*call).describePrefixLists},
		"ec2 DescribeManagedPrefixLists":             {ec2List, (*call).describeManagedPrefixLists},
		"ec2 GetManagedPrefixListEntries":            {[]string{"PrefixListId", "MaxResults", "NextToken"}, (*call).getManagedPrefixListEntries},
		"ec2 DescribeVpcBlockPublicAccessOptions":    {nil, (*call).describeVpcBlockPublicAccessOptions},
		"ec2 DescribeVpcBlockPublicAccessExclusions": {ec2List, (*call).describeVpcBlockPublicAccessExclusions},
		"sts GetCallerIdentity":                      {nil, (*call).getCallerIdentity},
		"sts AssumeRole":                             {[]string{"RoleArn", "RoleSessionName", "ExternalId", "DurationSeconds"}, (*call).assumeRole},
	}
}

var ec2List = []string{"Filter", "MaxResults", "NextToken"}

// answer writes the whole answer into c.out, or says no.
func (c *call) answer() *apiError {
	op, known := operations()[c.Service+" "+c.Operation]
	switch {
	case c.account == nil, c.region == nil:
		code := "InvalidClientTokenId"
		switch {
		case c.Service == "ec2":
			code = "AuthFailure"
		case speaksJSON(c.Service):
			code = "UnrecognizedClientException"
		}
		return &apiError{http.StatusForbidden, code, "The security token included in the request is invalid."}
	case !known:
		return refuse("InvalidAction", "The action %s is not valid for this web service.", c.Operation)
	}
	for name := range c.Params {
		root, _, _ := strings.Cut(name, ".")
		if root != "Action" && root != "Version" && !slices.Contains(op.params, root) {
			return refuse("UnknownParameter", "The parameter %s is not recognized", root)
		}
	}
	if speaksJSON(c.Service) {
		return op.handle(c)
	}
	d := &c.out
	namespace := map[string]string{
		"ec2":      "http://ec2.amazonaws.com/doc/2016-11-15/",
		"redshift": "http://redshift.amazonaws.com/doc/2012-12-01/",
		"sts":      "https://sts.amazonaws.com/doc/2011-06-15/",
	}[c.Service]
	fmt.Fprintf(&d.buffer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%sResponse xmlns=%q>", c.Operation, namespace)
	var err *apiError
	if c.Service == "ec2" {
		d.text("requestId", requestID)
		err = op.handle(c)
	} else {
		d.in(c.Operation+"Result", func() { err = op.handle(c) })
		d.in("ResponseMetadata", func() { d.text("RequestId", requestID) })
	}
	fmt.Fprintf(&d.buffer, "</%sResponse>", c.Operation)
	return err
}

// limits are the page sizes that AWS takes for a list, and the one it uses when
// asked for none.
type limits struct{ least, most, usual int }

// ec2Limits are those of most lists of EC2, which come whole unless paged.
var ec2Limits = limits{5, 1000, 1 << 20}

// page returns the bounds of the page asked for of n items, and the token of the
// next.
func (c *call) page(n int, size, token string, l limits) (from, to int, next string, err *apiError) {
	count := l.usual
	if asked := c.Params.Get(size); asked != "" {
		number, bad := strconv.Atoi(asked)
		if bad != nil || number < l.least || number > l.most {
			return 0, 0, "", refuse("InvalidParameterValue", "Value (%s) for parameter %s is invalid. Expecting a value from %d to %d.", asked, size, l.least, l.most)
		}
		count = number
	}
	if c.pageSize > 0 {
		count = min(count, c.pageSize)
	}
	if given := c.Params.Get(token); given != "" {
		text, bad := base64.StdEncoding.DecodeString(given)
		rest, ours := strings.CutPrefix(string(text), c.Operation+" ")
		from, _ = strconv.Atoi(rest)
		if bad != nil || !ours || from > n && c.fault == nil {
			return 0, 0, "", refuse("InvalidParameterValue", "The token is invalid")
		}
	}
	mark := func(position int) string {
		return base64.StdEncoding.EncodeToString([]byte(c.Operation + " " + strconv.Itoa(position)))
	}
	switch {
	case c.fault != nil && c.fault.kind == emptyPages:
		c.server.set(func() { c.server.tokens++; next = mark(c.server.tokens) })
		return 0, 0, next, nil
	case c.fault != nil && c.fault.kind == emptyPage:
		return 0, 0, mark(from), nil
	case c.fault != nil && c.fault.kind == repeatsToken:
		return 0, n, mark(0), nil
	}
	to = min(n, from+count)
	if to < n {
		next = mark(to)
	}
	return from, to, next, nil
}

// respond writes a page of items that pass the request's filters, as EC2 does.
func respond[T any](c *call, set string, l limits, items []T, filters map[string]func(T) []string, write func(T)) *apiError {
	items, err := filtered(c, items, filters)
	if err != nil {
		return err
	}
	from, to, next, err := c.page(len(items), "MaxResults", "NextToken", l)
	if err != nil {
		return err
	}
	each(&c.out, set, "item", items[from:to], write)
	c.out.text("nextToken", next)
	return nil
}

// maxFilterValues is how many values EC2 takes for one filter.
const maxFilterValues = 200

// filtered returns the items that pass every filter of the request; a filter is
// passed with any of its values.
func filtered[T any](c *call, items []T, filters map[string]func(T) []string) ([]T, *apiError) {
	for n := 1; ; n++ {
		prefix := fmt.Sprintf("Filter.%d.", n)
		name := c.Params.Get(prefix + "Name")
		if name == "" {
			return items, nil
		}
		values := filters[name]
		if values == nil {
			return nil, refuse("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		wanted := map[string]bool{}
		for v := 1; c.Params.Has(fmt.Sprintf("%sValue.%d", prefix, v)); v++ {
			wanted[c.Params.Get(fmt.Sprintf("%sValue.%d", prefix, v))] = true
		}
		if len(wanted) > maxFilterValues {
			return nil, refuse("FilterLimitExceeded", "The maximum number of filter values is %d", maxFilterValues)
		}
		var passing []T
		for _, item := range items {
			if slices.ContainsFunc(values(item), func(v string) bool { return wanted[v] }) {
				passing = append(passing, item)
			}
		}
		items = passing
	}
}
