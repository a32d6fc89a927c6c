package report

import (
	"fmt"

	"github.com/rscheck/rscheck/checks/facts"
)

// situations are reports as people get them, by name. Formats also meet every.
func situations() map[string]Report {
	return map[string]Report{
		"ready":                 one(readyTarget()),
		"ready-with-findings":   readyWithFindings(),
		"ready-from-one-region": readyFromOneRegion(),
		"blocked-by-acl":        one(blocked()),
		"blocked-both-regions":  blockedBothRegions(),
		"blocked-region-meant":  blockedRegionMeant(),
		"permissions-missing":   one(permissionsMissing()),
		"tables-of-another":     one(tablesOfAnother()),
		"thirty-targets":        thirtyTargets(),
		"no-target":             noTarget(),
		"region-denied":         regionDenied(),
		"database-only":         databaseOnly(),
		"nothing-judged":        one(nothingJudged()),
	}
}

func blocked() Target {
	t := cluster("analytics", "us-east-1")
	blockedByACL(&t)
	passes(&t, "NET001", "NET002", "NET003", "NET005", "CLU001", "SQL001", "SQL003", "SQL004", "SQL005")
	return t
}

func readyWithFindings() Report {
	t := readyTarget()
	t.Login.User = "auditor"
	result(&t, "SEC003", Medium, Fail, "", "require_ssl is false in parameter group default.redshift-1.0",
		advice("A default parameter group cannot be changed: make one of your own first. The cluster restarts."),
		run("aws redshift modify-cluster --region us-east-1 --cluster-identifier reporting --cluster-parameter-group-name loaders"))
	result(&t, "SEC005", Low, Unknown, "", "cannot tell: allow redshift:DescribeLoggingStatus",
		lacks("cluster.logging", facts.AccessDenied, "allow redshift:DescribeLoggingStatus"))
	return one(t)
}

// readyFromOneRegion is what --loader-region any gives where one region's
// addresses are admitted.
func readyFromOneRegion() Report {
	t := readyTarget()
	t.Paths = append(t.Paths, paths("europe", "blocked", europe, denied)...)
	r := one(t)
	r.Loader.Region = "any"
	return r
}

func blockedBothRegions() Report {
	t := cluster("analytics", "us-east-1")
	unadmitted := Hop{Stage: "security_groups", Verdict: "deny", By: By{Kind: "security-group", ID: "sg-0a1b,sg-0c2d"}, Detail: "no rule of sg-0a1b, sg-0c2d admits tcp 5439"}
	noGateway := Hop{Stage: "internet_gateway", Verdict: "deny", By: By{Kind: "vpc", ID: "vpc-0a1b"}, Detail: "no internet gateway is attached to vpc-0a1b"}
	t.Paths = append(paths("north-america", "blocked", northAmerica[:2], unadmitted), paths("north-america", "blocked", northAmerica[2:], unadmitted, noGateway)...)
	t.Paths = append(t.Paths, paths("europe", "blocked", europe, denied, Hop{Stage: "endpoint", Verdict: "unknown", Detail: "two interfaces may carry it"})...)
	result(&t, "NET003", Critical, Fail, "sg-0a1b", "no rule of sg-0a1b admits any address of the loader",
		run("aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-0a1b --protocol tcp --port 5439 --cidr 52.23.137.21/32"))
	r := one(t)
	r.Loader.Region = "any"
	return r
}

// blockedRegionMeant is what --loader-region any gives where one region is admitted
// and yet blocked: the other is left aside.
func blockedRegionMeant() Report {
	t := blocked()
	unadmitted := Hop{Stage: "security_groups", Verdict: "deny", By: By{Kind: "security-group", ID: "sg-0a1b"}, Detail: "no rule of sg-0a1b admits it"}
	for _, p := range paths("europe", "blocked", europe, unadmitted) {
		p.Aside = true
		t.Paths = append(t.Paths, p)
	}
	t.Exposure = &Exposure{Public: []string{"198.51.100.0/24"}, Addresses: 256, IPv6: []string{}, Private: []string{"10.0.0.0/8"}, Missing: []facts.Unknown{}}
	r := one(t)
	r.Loader.Region = "any"
	return r
}

// permissionsMissing is a cluster of which a role with too few permissions asked.
func permissionsMissing() Target {
	t := cluster("analytics", "us-east-1")
	t.Login = nil
	acls := facts.Unknown{Path: "network.network_acls", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeNetworkAcls"}
	routes := facts.Unknown{Path: "network.route_tables", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeRouteTables"}
	t.Paths = paths("north-america", "unknown", northAmerica,
		Hop{Stage: "return_route", Verdict: "unknown", Missing: []facts.Unknown{routes}},
		Hop{Stage: "nacl_inbound", Verdict: "unknown", Missing: []facts.Unknown{acls}},
		Hop{Stage: "nacl_outbound", Verdict: "unknown", Missing: []facts.Unknown{acls}})
	result(&t, "NET002", Critical, Unknown, "", "cannot tell: allow ec2:DescribeRouteTables", lacks(routes.Path, routes.Reason, routes.Detail))
	result(&t, "NET004", Critical, Unknown, "", "cannot tell: allow ec2:DescribeNetworkAcls", lacks(acls.Path, acls.Reason, acls.Detail))
	result(&t, "NET006", Medium, Unknown, "", "cannot tell: allow ec2:DescribeNetworkAcls; allow ec2:DescribeRouteTables",
		lacks(acls.Path, acls.Reason, acls.Detail), lacks(routes.Path, routes.Reason, routes.Detail))
	result(&t, "SEC005", Low, Unknown, "", "", lacks("cluster.logging", facts.AccessDenied, "allow redshift:DescribeLoggingStatus"))
	for _, check := range []string{"SQL001", "SQL003", "SQL004", "SQL005", "SQL008"} {
		result(&t, check, Critical, Unknown, "", "cannot tell: no password for stitch: give --password-file, or leave the database out with --no-database",
			lacks("database", facts.Failed, "no password for stitch: give --password-file, or leave the database out with --no-database"))
	}
	passes(&t, "NET001", "NET003", "NET005", "CLU001")
	return t
}

func tablesOfAnother() Target {
	t := readyTarget()
	t.Results = t.Results[:8]
	foreignTables(&t, 16)
	result(&t, "SQL004", Critical, Fail, "hubspot", "owned by etl_admin, and stitch may not create tables in it", sql("ALTER SCHEMA hubspot OWNER TO stitch;"))
	for _, table := range []string{"hubspot.a", "hubspot.b", `hubspot."Deal Stages"`} {
		result(&t, "SQL008", Medium, Fail, table, "has no comment")
	}
	return t
}

// thirtyTargets has targets of which the same is to be said, and ready ones.
func thirtyTargets() Report {
	r := base()
	for i := range 30 {
		t := cluster(fmt.Sprintf("cluster-%02d", i), []string{"us-east-1", "us-west-2"}[i%2])
		passes(&t, "NET001", "NET002", "NET003", "NET005", "CLU001", "SQL001", "SQL003", "SQL004", "SQL005")
		switch {
		case i == 7:
			t.Name = "cluster-08"
			blockedByACL(&t)
		case i%9 == 2:
			t.Paths = paths("north-america", "reachable", northAmerica)
			result(&t, "NET006", High, Unknown, "", "", lacks("network.route_tables", facts.AccessDenied, "allow ec2:DescribeRouteTables"))
		default:
			t.Paths = paths("north-america", "reachable", northAmerica)
			result(&t, "SEC005", Low, Fail, "", "audit logging is off")
		}
		r.Targets = append(r.Targets, t)
	}
	r.Finish()
	return r
}

func noTarget() Report {
	r := base()
	r.Finish()
	return r
}

func regionDenied() Report {
	r := base()
	r.Unknown = []facts.Unknown{{Path: "regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow redshift:DescribeClusters"}}
	r.Targets = []Target{readyTarget()}
	r.Finish()
	return r
}

func databaseOnly() Report {
	t := readyTarget()
	t.Paths = paths("north-america", "unknown", northAmerica, Hop{
		Stage: "nacl_inbound", Verdict: "unknown",
		Missing: []facts.Unknown{{Path: "network", Reason: facts.NotRequested, Detail: "--no-aws"}},
	})
	t.Paths = append(t.Paths, paths("europe", "unknown", europe, t.Paths[0].Hops[8])...)
	r := one(t)
	r.Loader.Region = "any"
	r.Scope = "database only"
	return r
}

func nothingJudged() Target {
	t := cluster("analytics", "us-east-1")
	result(&t, "NET009", Critical, NotApplicable, "", "the connection is direct")
	return t
}

// saying is a target all of whose words are s.
func saying(s string) Target {
	unknown := facts.Unknown{Path: s, Reason: facts.AccessDenied, Detail: "allow " + s}
	t := Target{
		ID: s, Name: s, Kind: facts.ProvisionedCluster, Account: s, Region: s,
		Endpoint: Endpoint{Host: s, Port: 5439}, Login: &Login{User: s + "a", About: s, Via: s},
	}
	for _, verdict := range []string{"reachable", "blocked", "unknown"} {
		t.Paths = append(t.Paths, Path{Source: s, LoaderRegion: s, Verdict: verdict, Hops: []Hop{
			{Stage: s, Verdict: "deny", By: By{Kind: "route", ID: s + "/" + s}, Detail: s},
			{Stage: "source", Verdict: "unknown", By: By{Kind: s, ID: s}, Detail: s, Missing: []facts.Unknown{unknown}},
		}})
	}
	for _, outcome := range outcomes {
		r := Result{
			Check: s, Title: s, Severity: Critical, Outcome: outcome, Subject: s, Message: s, Fingerprint: s, URL: s,
			Remediation: []Remediation{{AWSCLI, s}, {SQL, s}, {Note, s}}, Missing: []facts.Unknown{unknown},
		}
		t.Results = append(t.Results, r)
		r.Subject, r.Message = s+"b", s+s
		t.Results = append(t.Results, r)
	}
	return t
}
