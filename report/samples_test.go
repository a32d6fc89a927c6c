package report

import (
	"fmt"

	"github.com/rscheck/rscheck/checks/facts"
)

// samples are reports as they are in the field, with the words of the policies and
// of the path: what a page is looked at with.
func samples() map[string]Report {
	return map[string]Report{
		"sample-ready":   one(sampleReady("reporting", "us-east-1", 7)),
		"sample-broken":  one(sampleBroken("analytics", "us-east-1", 11)),
		"sample-unknown": one(sampleUnknown("crm", "eu-central-1", 13)),
		"sample-any":     sampleAny(),
		"sample-fleet":   sampleFleet(300),
	}
}

var sampleTitles = map[string]string{
	"NET001": "Cluster is publicly accessible",
	"NET002": "Subnet has a way out to the internet gateway for every Stitch address",
	"NET003": "Security groups admit every Stitch address on the cluster's port",
	"NET004": "Network ACL admits every Stitch address and its replies",
	"NET005": "VPC Block Public Access lets Stitch in",
	"NET008": "Attached security groups are active and usable in the cluster's VPC",
	"CLU001": "Cluster is available",
	"CLU002": "Host, port and database typed into Stitch are the endpoint's",
	"SQL001": "User of Stitch exists and its password is accepted",
	"SQL002": "Database exists and is a local one",
	"SQL003": "User has CREATE on the database",
	"SQL004": "User owns every schema it loads into",
	"SQL005": "User owns every table it loads into",
	"SQL006": "User may read what Stitch reads in information_schema",
	"SQL007": "User may read what Stitch reads in pg_catalog",
	"SQL008": "Table comments that hold primary keys are intact",
	"SQL013": "A standard PostgreSQL driver can log in as the user",
	"SEC001": "Cluster's port is open to Stitch only",
	"SEC003": "TLS is required and in force",
	"SEC005": "Audit logging is on",
	"SEC006": "User of Stitch is its own, neither the admin nor a superuser",
}

var sampleSeverity = map[string]Severity{
	"NET008": High, "SQL008": High, "SQL013": High, "SEC001": High, "SEC003": Medium, "SEC005": Low, "SEC006": Medium,
}

// sampler makes one target. Its ids differ from those of any other seed.
type sampler struct {
	Target
	seed int
}

func (s *sampler) id(kind string) string {
	return fmt.Sprintf("%s-0%04x1b2c3d4e5f67", kind, s.seed*2654435761%0xffff)
}

func (s *sampler) result(check string, outcome Outcome, subject, message string, more ...func(*Result)) {
	severity := sampleSeverity[check]
	if severity == "" {
		severity = Critical
	}
	result(&s.Target, check, severity, outcome, subject, message, append(more, func(r *Result) { r.Title = sampleTitles[check] })...)
}

// rest passes every check that has no result yet, but for one that does not apply.
func (s *sampler) rest() Target {
	for _, check := range []string{
		"NET001", "NET002", "NET003", "NET004", "NET005", "NET008", "CLU001", "SQL001", "SQL002", "SQL003", "SQL004", "SQL005",
		"SQL006", "SQL007", "SQL008", "SQL013", "SEC001", "SEC003", "SEC005", "SEC006",
	} {
		if len(ofCheck(s.Results, check)) == 0 {
			s.result(check, Pass, "", sampleTitles[check])
		}
	}
	if len(ofCheck(s.Results, "CLU002")) == 0 {
		s.result("CLU002", NotApplicable, "", "nothing typed into Stitch was told: give --loader-host, --loader-port, --loader-database")
	}
	return s.Target
}

// path makes the way of an address that every hop lets through but for others.
func (s *sampler) path(source, region string, others ...Hop) Path {
	acl, groups, table, gateway, vpc := s.id("acl"), s.id("sg"), s.id("rtb"), s.id("igw"), s.id("vpc")
	p := Path{Source: source, LoaderRegion: region, Verdict: "reachable", Hops: []Hop{
		{Stage: "source", By: By{"address", source}, Detail: source + " is a public address"},
		{Stage: "public_access", By: By{"cluster-flag", "publicly_accessible"}, Detail: "the cluster is publicly accessible"},
		{Stage: "endpoint", By: By{"network-interface", s.id("eni")}, Detail: "the leader node is " + s.id("eni") + " in " + s.id("subnet") + " (10.0.3.17)"},
		{Stage: "public_address", By: By{"network-interface", s.id("eni")}, Detail: s.id("eni") + " has the public address 203.0.113.17"},
		{Stage: "block_public_access", By: By{"block-public-access", "off"}, Detail: "Block Public Access is off"},
		{Stage: "internet_gateway", By: By{"internet-gateway", gateway}, Detail: gateway + " is attached to " + vpc},
		{Stage: "gateway_route_table", By: By{"vpc", vpc}, Detail: "no route table is associated with the internet gateway"},
		{Stage: "return_route", By: By{"route", table + "/0.0.0.0/0"}, Detail: table + " sends replies to 0.0.0.0/0 by " + gateway},
		{Stage: "nacl_inbound", By: By{"network-acl-rule", acl + "/200"}, Detail: acl + " rule 200 allows tcp 5439 from 0.0.0.0/0"},
		{Stage: "security_groups", By: By{"security-group-rule", groups + "/sgr-0" + fmt.Sprintf("%08x", len(source)*7919) + "c3d4e5f"}, Detail: groups + " admits tcp 5439 from " + source + " by its rule for " + source},
		{Stage: "nacl_outbound", By: By{"network-acl-rule", acl + "/100"}, Detail: acl + " rule 100 allows replies to " + source + " 0.0.0.0/0"},
	}}
	for i := range p.Hops {
		p.Hops[i].Verdict = "allow"
		for _, other := range others {
			if other.Stage == p.Hops[i].Stage {
				p.Hops[i] = other
				p.Verdict = map[string]string{"deny": "blocked", "unknown": "unknown"}[other.Verdict]
			}
		}
	}
	return p
}

func (s *sampler) paths(sources []string, region string, others ...Hop) {
	for _, source := range sources {
		s.Paths = append(s.Paths, s.path(source, region, others...))
	}
}

func sampleReady(name, region string, seed int) Target {
	s := sampler{cluster(name, region), seed}
	s.paths(northAmerica, "north-america")
	return s.rest()
}

// sampleBroken is a cluster that a network ACL cuts off from one address, and whose
// tables belong to somebody else.
func sampleBroken(name, region string, seed int) Target {
	s := sampler{cluster(name, region), seed}
	s.Login = &Login{User: "auditor", About: "stitch", Via: "sql"}
	acl := s.id("acl")
	s.paths(northAmerica[:1], "north-america", Hop{
		Stage: "nacl_inbound", Verdict: "deny", By: By{"network-acl-rule", acl + "/100"},
		Detail: acl + " rule 100 denies tcp 5439 from 52.23.0.0/16",
	})
	s.paths(northAmerica[1:], "north-america")
	s.result("NET004", Fail, "52.23.137.21/32", acl+" rule 100 denies tcp 5439 from 52.23.0.0/16",
		run("aws ec2 create-network-acl-entry --region "+region+" --network-acl-id "+acl+" --ingress --rule-number 90 --protocol tcp --port-range From=5439,To=5439 --cidr-block 52.23.137.21/32 --rule-action allow"))
	s.result("SQL003", Fail, "dev", "user stitch lacks CREATE on database dev; CREATE on schema hubspot is no substitute", sql(`GRANT CREATE ON DATABASE "dev" TO "stitch";`))
	s.result("SQL004", Fail, "hubspot", "owned by etl_admin, not by stitch, and so not shown to Stitch in information_schema", sql(`ALTER SCHEMA "hubspot" OWNER TO "stitch";`))
	for i := range 16 {
		table := fmt.Sprintf("%s_%02d", []string{"contacts", "deals", "companies", "engagements"}[i%4], i+1)
		s.result("SQL005", Fail, "hubspot."+table, "owned by etl_admin, not by stitch: ALTER TABLE and COMMENT will be refused to Stitch",
			sql(`ALTER TABLE "hubspot"."`+table+`" OWNER TO "stitch";`))
	}
	s.result("SQL005", Fail, `"Sales Force"."Opportunity Line Items"`, "owned by old_loader, not by stitch: ALTER TABLE and COMMENT will be refused to Stitch",
		sql(`ALTER TABLE "Sales Force"."Opportunity Line Items" OWNER TO "stitch";`))
	restore := advice("Put back the comment from a copy: never guess the keys. Or reset the table in Stitch: it loads all rows again.")
	s.result("SQL008", Fail, `hubspot."Deal Stages"`, `the comment "{\"primary_keys\": [\"id\"" is not of the form {"primary_keys":["id"]}: it is not a JSON object`, restore)
	for _, table := range []string{"hubspot.contacts_01", "hubspot.deals_02", "zendesk.tickets"} {
		s.result("SQL008", Fail, table, "there is no comment with the primary key: Stitch appends to this table and updates nothing",
			advice("This is as it should be if the source has no primary key."), restore, func(r *Result) { r.Severity = Medium })
	}
	s.result("SEC001", Waived, s.id("sg"), "lets in 198.51.100.0/24", func(r *Result) {
		r.Waiver = &Waiver{Reason: "the office, until the VPN is there", Expires: "2027-01-31", Ticket: "OPS-17"}
	})
	s.result("SEC003", Fail, name, "require_ssl is false in parameter group default.redshift-1.0: clients may connect without TLS",
		advice("default.redshift-1.0 is AWS's own and cannot be edited, so the cluster needs a group of its own:"),
		run("aws redshift create-cluster-parameter-group --region "+region+" --parameter-group-name "+name+"-require-ssl --parameter-group-family redshift-1.0 --description 'Requires TLS'"),
		run("aws redshift modify-cluster-parameter-group --region "+region+" --parameter-group-name "+name+"-require-ssl --parameters ParameterName=require_ssl,ParameterValue=true"),
		run("aws redshift modify-cluster --region "+region+" --cluster-identifier "+name+" --cluster-parameter-group-name "+name+"-require-ssl"),
		advice("A reboot ends every session and takes some minutes: choose a quiet time."),
		run("aws redshift reboot-cluster --region "+region+" --cluster-identifier "+name))
	s.result("SEC005", Unknown, "", "cannot tell: allow redshift:DescribeLoggingStatus", lacks("cluster.logging", facts.AccessDenied, "allow redshift:DescribeLoggingStatus"))
	return s.rest()
}

// sampleUnknown is a workgroup of which a role with too few permissions asked,
// and nobody could log in to.
func sampleUnknown(name, region string, seed int) Target {
	t := cluster(name, region)
	t.Kind, t.Login = facts.Workgroup, nil
	t.ID = "arn:aws:redshift-serverless:" + region + ":111122223333:workgroup/" + name
	t.Endpoint.Host = name + ".111122223333." + region + ".redshift-serverless.amazonaws.com"
	s := sampler{t, seed}
	acls := facts.Unknown{Path: "network.acls", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeNetworkAcls"}
	routes := facts.Unknown{Path: "network.route_tables", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeRouteTables"}
	noACL := Hop{Verdict: "unknown", Detail: "the network ACL of the endpoint's subnet is not known", Missing: []facts.Unknown{acls}}
	in, out := noACL, noACL
	in.Stage, out.Stage = "nacl_inbound", "nacl_outbound"
	s.paths(northAmerica, "north-america", in, out,
		Hop{Stage: "return_route", Verdict: "unknown", Detail: "the route table of the endpoint's subnet is not known", Missing: []facts.Unknown{routes}})
	s.result("NET002", Unknown, "", "", lacks(routes.Path, routes.Reason, routes.Detail))
	s.result("NET004", Unknown, "", "", lacks(acls.Path, acls.Reason, acls.Detail))
	s.result("SEC005", Unknown, "", "", lacks("cluster.logging", facts.AccessDenied, "allow redshift:DescribeLoggingStatus"))
	for _, check := range []string{"SQL001", "SQL002", "SQL003", "SQL004", "SQL005", "SQL006", "SQL007", "SQL008", "SQL013", "SEC006"} {
		s.result(check, Unknown, "", "", lacks("database", facts.Unreachable, "no route to 10.0.3.4:5439 from here within 10 s: run inside the VPC"))
	}
	return s.rest()
}

// sampleAny is a cluster that lets one region of the loader in, which is enough.
func sampleAny() Report {
	s := sampler{cluster("reporting", "us-east-1"), 7}
	s.paths(northAmerica, "north-america")
	s.paths(europe, "europe", Hop{
		Stage: "security_groups", Verdict: "deny", By: By{"security-group", s.id("sg")},
		Detail: "no rule of " + s.id("sg") + " admits tcp 5439",
	})
	r := one(s.rest())
	r.Loader.Region = "any"
	return r
}

// sampleFleet has n targets over accounts and regions, and one region that could
// not be looked at.
func sampleFleet(n int) Report {
	r := base()
	names := []string{"analytics", "reporting", "marketing", "finance", "sales", "product", "support", "staging", "archive", "research"}
	regions := []string{"us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"}
	for i := range n {
		name, region := fmt.Sprintf("%s-%03d", names[i%len(names)], i), regions[i/7%len(regions)]
		var t Target
		switch {
		case i%25 == 3:
			t = sampleBroken(name, region, i)
		case i%11 == 5:
			t = sampleUnknown(name, region, i)
		default:
			t = sampleReady(name, region, i)
		}
		t.Account = []string{"111122223333", "444455556666", "777788889999"}[i/13%3]
		r.Targets = append(r.Targets, t)
	}
	r.Unknown = []facts.Unknown{{Path: "regions.ap-northeast-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"}}
	r.Finish()
	return r
}
