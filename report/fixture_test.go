package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// every returns the report that each format is tested with: every outcome, every
// kind of target, paths that fold, and names that attack whoever shows them.
func every() Report {
	r := base()
	r.Unknown = []facts.Unknown{
		{Path: "regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"},
		{Path: "targets.\x1b[31mgone", Reason: facts.Failed, Detail: "no cluster of that name"},
	}
	r.Targets = []Target{readyTarget(), analytics(), workgroup(), endpointOnly(), attacker()}
	r.Finish()
	return r
}

// one returns the report of a single target.
func one(t Target) Report {
	r := base()
	r.Targets = []Target{t}
	r.Finish()
	return r
}

func base() Report {
	return Report{
		Tool:      facts.Tool{Name: "rscheck", Version: "0.1.0"},
		ScannedAt: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC),
		Loader:    Loader{ID: "stitch", Region: "north-america", Connection: "direct", User: "stitch"},
		FailOn:    High,
	}
}

func cluster(name, region string) Target {
	return Target{
		ID:   "arn:aws:redshift:" + region + ":111122223333:cluster:" + name,
		Name: name, Kind: facts.ProvisionedCluster, Account: "111122223333", Region: region,
		Endpoint: Endpoint{Host: name + ".abc123xyz789." + region + ".redshift.amazonaws.com", Port: 5439},
		Login:    &Login{User: "stitch", About: "stitch", Via: "sql"},
	}
}

var titles = map[string]string{
	"NET001": "The cluster is publicly accessible",
	"NET002": "The endpoint's subnet has a way out to the internet gateway for every loader address",
	"NET003": "The security groups admit every loader address on the cluster's own port",
	"NET004": "The network ACL admits every loader address and its replies",
	"NET005": "VPC Block Public Access lets the loader in",
	"NET006": "Every subnet of the subnet group carries the endpoint equally well",
	"NET009": "The bastion is reachable by the loader and reaches the cluster",
	"CLU001": "The cluster is available",
	"SQL001": "The loader's user exists and its password has not expired",
	"SQL003": "The user has CREATE on the database",
	"SQL004": "The user owns every schema it loads into",
	"SQL005": "The user owns every table in those schemas",
	"SQL008": "Table comments that hold primary keys are intact",
	"SEC001": "The cluster's port is open to the loader only",
	"SEC003": "TLS is required and in force",
	"SEC005": "Audit logging is on",
}

// result makes a result of a target; more fills in the rest.
func result(t *Target, check string, severity Severity, outcome Outcome, subject, message string, more ...func(*Result)) {
	r := Result{
		Check: check, Title: titles[check], Severity: severity, Outcome: outcome, Subject: subject, Message: message,
		Fingerprint: Fingerprint(check, t.ID, subject), URL: "docs/checks/" + check + ".md",
	}
	for _, m := range more {
		m(&r)
	}
	t.Results = append(t.Results, r)
}

func run(text string) func(*Result)    { return step(AWSCLI, text) }
func sql(text string) func(*Result)    { return step(SQL, text) }
func advice(text string) func(*Result) { return step(Note, text) }

func step(kind RemediationKind, text string) func(*Result) {
	return func(r *Result) { r.Remediation = append(r.Remediation, Remediation{Kind: kind, Text: text}) }
}

func lacks(path string, reason facts.Reason, detail string) func(*Result) {
	return func(r *Result) {
		r.Missing = append(r.Missing, facts.Unknown{Path: path, Reason: reason, Detail: detail})
	}
}

// passes adds a passed result for each check.
func passes(t *Target, checks ...string) {
	for _, check := range checks {
		result(t, check, Critical, Pass, "", titles[check])
	}
}

var allStages = []string{
	"source", "public_access", "endpoint", "public_address", "block_public_access", "internet_gateway",
	"gateway_route_table", "return_route", "nacl_inbound", "security_groups", "nacl_outbound",
}

var northAmerica = []string{"52.23.137.21/32", "52.204.223.208/32", "52.204.228.32/32", "52.204.230.227/32"}

var europe = []string{"3.126.102.29/32", "18.158.16.164/32", "18.158.251.55/32", "52.57.235.168/32"}

// path makes a path that every stage allows but for the given hops.
func path(source, region, verdict string, others ...Hop) Path {
	p := Path{Source: source, LoaderRegion: region, Verdict: verdict}
	for _, stage := range allStages {
		hop := Hop{Stage: stage, Verdict: "allow", By: By{Kind: "flag", ID: "x"}, Detail: "lets it through"}
		for _, other := range others {
			if other.Stage == stage {
				hop = other
			}
		}
		p.Hops = append(p.Hops, hop)
	}
	return p
}

func paths(region, verdict string, sources []string, others ...Hop) []Path {
	var all []Path
	for _, source := range sources {
		all = append(all, path(source, region, verdict, others...))
	}
	return all
}

func readyTarget() Target {
	t := cluster("reporting", "us-east-1")
	t.Paths = paths("north-america", "reachable", northAmerica)
	passes(&t, "NET001", "NET002", "NET003", "NET004", "NET005", "CLU001", "SQL001", "SQL003", "SQL004", "SQL005")
	result(&t, "NET009", Critical, NotApplicable, "", "the connection is direct")
	return t
}

var denied = Hop{
	Stage: "nacl_inbound", Verdict: "deny", By: By{Kind: "network-acl-rule", ID: "acl-0a1b2c3d4e5f67890/100"},
	Detail: "rule 100 denies tcp 5439 from 52.23.0.0/16",
}

// blockedByACL is the network side of a cluster that one rule of a network ACL
// cuts off from one address.
func blockedByACL(t *Target) {
	t.Paths = append(paths("north-america", "blocked", northAmerica[:1], denied), paths("north-america", "reachable", northAmerica[1:])...)
	result(t, "NET004", Critical, Fail, "52.23.137.21/32",
		"acl-0a1b2c3d4e5f67890 rule 100 denies tcp 5439 from 52.23.0.0/16, before rule 200 would allow it",
		run("aws ec2 create-network-acl-entry --region us-east-1 --network-acl-id acl-0a1b2c3d4e5f67890 --ingress --rule-number 90 --protocol tcp --port-range From=5439,To=5439 --cidr-block 52.23.137.21/32 --rule-action allow"))
}

func foreignTables(t *Target, n int) {
	for i := range n {
		table := fmt.Sprintf("hubspot.%s_%02d", []string{"contacts", "deals", "companies", "engagements"}[i%4], i+1)
		result(t, "SQL005", Critical, Fail, table, table+" is owned by etl_admin: the loader's ALTER TABLE and COMMENT will be refused",
			sql("ALTER TABLE "+table+" OWNER TO stitch;"))
	}
}

func analytics() Target {
	t := cluster("analytics", "us-east-1")
	t.Login = &Login{User: "auditor", About: "stitch", Via: "sql"}
	blockedByACL(&t)
	foreignTables(&t, 16)
	result(&t, "SQL008", High, Fail, `hubspot."Deal Stages"`, "the comment is no JSON object",
		advice("Primary keys cannot be guessed: take them from the loader's log before you write the comment. Writing a wrong one cannot be undone by the loader."),
		sql(`COMMENT ON TABLE hubspot."Deal Stages" IS '{"primary_keys": ["id"]}';`))
	for _, table := range []string{"hubspot.a", "hubspot.b", "hubspot.c"} {
		result(&t, "SQL008", Medium, Fail, table, "there is no comment")
	}
	result(&t, "SEC003", Medium, Fail, "", "require_ssl is false in parameter group default.redshift-1.0")
	result(&t, "SEC001", High, Waived, "sg-0a1b2c3d4e5f67890", "sg-0a1b2c3d4e5f67890 admits 198.51.100.0/24; waived until 2027-01-31: office network")
	result(&t, "SEC005", Low, Unknown, "", "cannot tell: allow redshift:DescribeLoggingStatus",
		lacks("cluster.logging", facts.AccessDenied, "allow redshift:DescribeLoggingStatus"))
	result(&t, "NET006", Medium, Unknown, "", "",
		lacks("network.route_tables", facts.AccessDenied, "allow ec2:DescribeRouteTables"))
	passes(&t, "NET001", "NET002", "NET003", "NET005", "CLU001", "SQL001", "SQL003", "SQL004")
	result(&t, "NET009", Critical, NotApplicable, "", "the connection is direct")
	return t
}

// workgroup lacks permissions and a login, so little of it is known.
func workgroup() Target {
	t := Target{
		ID:   "arn:aws:redshift-serverless:eu-central-1:444455556666:workgroup/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
		Name: "crm", Kind: facts.Workgroup, Account: "444455556666", Region: "eu-central-1",
		Endpoint: Endpoint{Host: "crm.444455556666.eu-central-1.redshift-serverless.amazonaws.com", Port: 5439},
	}
	missing := facts.Unknown{Path: "network.network_acls", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeNetworkAcls"}
	t.Paths = paths("north-america", "unknown", northAmerica,
		Hop{Stage: "nacl_inbound", Verdict: "unknown", Missing: []facts.Unknown{missing}},
		Hop{Stage: "nacl_outbound", Verdict: "unknown", Missing: []facts.Unknown{missing}},
		Hop{Stage: "gateway_route_table", Verdict: "not_applicable"},
		Hop{
			Stage: "public_address", Verdict: "unknown", Detail: "no interface has a public address yet",
			Missing: []facts.Unknown{{Path: "network.interfaces", Reason: facts.Inconsistent, Detail: "the interfaces carry no public address, the flag says public"}},
		})
	for _, check := range []string{"NET004", "NET006"} {
		result(&t, check, Critical, Unknown, "", "cannot tell: allow ec2:DescribeNetworkAcls", lacks(missing.Path, missing.Reason, missing.Detail))
	}
	for _, check := range []string{"SQL001", "SQL003", "SQL004", "SQL005", "SQL008"} {
		result(&t, check, Critical, Unknown, "", "",
			lacks("database", facts.Unreachable, "no route to crm.444455556666.eu-central-1.redshift-serverless.amazonaws.com:5439 from here within 10 s: run inside the VPC"))
	}
	passes(&t, "NET001", "NET003", "NET005", "CLU001")
	return t
}

func endpointOnly() Target {
	t := Target{
		ID: "203.0.113.10:5439", Name: "203.0.113.10:5439", Kind: facts.HostOnly,
		Endpoint: Endpoint{Host: "203.0.113.10", Port: 5439},
		Login:    &Login{User: "stitch", About: "stitch", Via: "sql"},
	}
	for _, check := range []string{"NET001", "NET002", "NET003"} {
		result(&t, check, Critical, NotApplicable, "", "not requested: --no-aws")
	}
	result(&t, "SQL001", Critical, Fail, "stitch", "the password was refused for user stitch", sql("ALTER USER stitch PASSWORD '<new password>';"))
	passes(&t, "CLU001")
	return t
}

// hostile are names as an attacker would choose them, one for each thing that
// shows a report.
var hostile = []string{
	"\x1b[2J\x1b[1;1HREADY  all is well",
	"\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
	"line\nbreak\r::error::file=x",
	"::error file=a,line=1::owned%0A::stop-commands::",
	"]]></failure><script>alert(1)</script>&amp;",
	"| a | `b` | [link](javascript:alert(1)) <!-- -->",
	"=HYPERLINK(\"https://evil.example\")",
	"@SUM(1+1)", "+1", "-1",
	"null\x00bell\x07\x08del\x7f",
	"c1\u009b31m\u0085next",
	"bidi\u202egnp.exe\u2066\u200bzero",
	"not UTF-8 \xff\xfe\x80",
	"noncharacters \ufffe\uffff and U+2028\u2028",
	strings.Repeat("n", 127),
	strings.Repeat("表", 42),
	"  spaces   within  ",
	`back\slash "quote" 'quote' $(id) ` + "`id`",
}

func attacker() Target {
	t := cluster(hostile[0], "us-east-1")
	t.Endpoint.Host = hostile[1]
	t.Login = &Login{User: hostile[2], About: hostile[12], Via: hostile[3]}
	t.Paths = []Path{path(hostile[2], hostile[0], "blocked",
		Hop{Stage: "nacl_inbound", Verdict: "deny", By: By{Kind: hostile[1], ID: hostile[0]}, Detail: hostile[0]},
		Hop{Stage: "source", Verdict: "unknown", Detail: hostile[10]})}
	for i, name := range hostile {
		result(&t, fmt.Sprintf("SQL%03d", 900+i), Critical, Fail, name, "owned by "+hostile[(i+1)%len(hostile)],
			sql("ALTER TABLE \""+name+"\" OWNER TO stitch;"), run("aws redshift describe-tags --resource-name '"+name+"' --region us-east-1"), advice(name),
			func(r *Result) { r.Title, r.URL = "Title of "+name, name })
	}
	result(&t, "SQL950", High, Unknown, hostile[0], hostile[2], lacks(hostile[1], facts.Failed, hostile[0]))
	result(&t, "SQL951", High, NotApplicable, "", hostile[0])
	return t
}
