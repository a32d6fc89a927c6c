package checks_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

// targets are the demo's: one that is ready, and one that breaks much.
func benchmarkTargets(b *testing.B) (facts.Snapshot, map[string]*facts.Target) {
	snapshot := demo(b)
	return snapshot, map[string]*facts.Target{"ready": named(b, &snapshot, "analytics"), "broken": named(b, &snapshot, "hubspot")}
}

func named(tb testing.TB, s *facts.Snapshot, name string) *facts.Target {
	tb.Helper()
	i := slices.IndexFunc(s.Targets, func(t facts.Target) bool { return t.Name == name })
	if i < 0 {
		tb.Fatalf("the demo has no target %s", name)
	}
	return &s.Targets[i]
}

// BenchmarkAnswer is what a target costs in all: digest, encode, evaluate.
func BenchmarkAnswer(b *testing.B) {
	catalogue, settings := load(b), stitch(b)
	snapshot, targets := benchmarkTargets(b)
	for name, target := range targets {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := catalogue.Answer(context.Background(), target, settings, snapshot.ScannedAt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkJudge is the policies' part of it, the digest being made.
func BenchmarkJudge(b *testing.B) {
	catalogue, settings := load(b), stitch(b)
	snapshot, targets := benchmarkTargets(b)
	for name, target := range targets {
		d := digest.Of(target, settings, snapshot.ScannedAt)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := catalogue.Judge(context.Background(), &d.Document, d.Lacks); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Time is measured above; what it is mostly spent on is counted here.
func TestJudgingAllocatesLittle(t *testing.T) {
	const most = 2600 // 2,394 when this was written
	catalogue, snapshot := load(t), demo(t)
	d := digest.Of(named(t, &snapshot, "analytics"), stitch(t), snapshot.ScannedAt)
	allocations := testing.AllocsPerRun(10, func() {
		if _, err := catalogue.Judge(t.Context(), &d.Document, d.Lacks); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > most {
		t.Errorf("judging a ready target takes %.0f allocations, want at most %d", allocations, most)
	}
}

// BenchmarkDigest is the rest of it.
func BenchmarkDigest(b *testing.B) {
	settings := stitch(b)
	snapshot, targets := benchmarkTargets(b)
	for name, target := range targets {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				digest.Of(target, settings, snapshot.ScannedAt)
			}
		})
	}
}

// BenchmarkByHand is the same checks written in Go, digest included: what there
// is to gain by doing without OPA.
func BenchmarkByHand(b *testing.B) {
	settings := stitch(b)
	snapshot, targets := benchmarkTargets(b)
	for name, target := range targets {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d := digest.Of(target, settings, snapshot.ScannedAt)
				if len(byHand(&d.Document)) == 0 {
					b.Fatal("no results")
				}
			}
		})
	}
}

// The hand-written checks must find what the policies find, or the comparison
// means nothing.
func TestChecksByHandFindWhatThePoliciesFind(t *testing.T) {
	catalogue, settings, snapshot := load(t), stitch(t), demo(t)
	for i := range snapshot.Targets {
		target := &snapshot.Targets[i]
		d := digest.Of(target, settings, snapshot.ScannedAt)
		if len(d.Lacks) > 0 {
			continue // by hand there is no gate
		}
		results, err := catalogue.Judge(context.Background(), &d.Document, d.Lacks)
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, r := range results {
			if r.Outcome == report.Fail {
				want = append(want, r.Check+" "+r.Subject)
			}
		}
		for _, r := range byHand(&d.Document) {
			if r.Outcome == report.Fail {
				got = append(got, r.Check+" "+r.Subject)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: by hand %v, by policy %v", target.Name, got, want)
		}
	}
}

// byHand is every check in plain Go, messages and commands included.
func byHand(d *digest.Document) []report.Result {
	var results []report.Result
	check := func(id string, found ...report.Result) {
		if len(found) == 0 {
			found = []report.Result{{Outcome: report.Pass}}
		}
		for _, r := range found {
			r.Check = id
			r.Fingerprint = report.Fingerprint(id, d.Target.ID, r.Subject)
			results = append(results, r)
		}
	}
	fail := func(subject, message, command string) report.Result {
		return report.Result{Outcome: report.Fail, Subject: subject, Message: message, Remediation: []report.Remediation{{Text: command}}}
	}
	passage := func(p *digest.Passage, subject func(digest.Source) string) []report.Result {
		var found []report.Result
		seen := map[string]bool{}
		for _, s := range p.Sources {
			if p.Verdict != "deny" || s.Verdict != "deny" || seen[subject(s)] {
				continue
			}
			seen[subject(s)] = true
			var details, commands []string
			for _, h := range s.Hops {
				if h.Verdict == "deny" {
					details = append(details, h.Detail)
					commands = append(commands, fmt.Sprintf("aws ec2 --region %s %s --cidr %s", d.Target.Region, h.Object, s.Address))
				}
			}
			found = append(found, fail(subject(s), strings.Join(details, "; "), strings.Join(commands, "\n")))
		}
		return found
	}
	address := func(s digest.Source) string { return s.Address }
	cluster := func(digest.Source) string { return d.Target.Name }
	check("NET001", passage(&d.Network.PublicAccess, cluster)...)
	if d.Cluster.Endpoint.Host != "" {
		check("NET002", passage(&d.Network.WayOut, address)...)
		check("NET003", passage(&d.Network.SecurityGroups, address)...)
		check("NET004", passage(&d.Network.NetworkACL, address)...)
		check("NET005", passage(&d.Network.BlockPublicAccess, func(s digest.Source) string { return s.Hops[0].Object })...)
	}
	for _, g := range d.Cluster.SecurityGroups {
		if g.Usable == "no" || g.Status != "active" {
			check("NET008", fail(g.ID, "is not active", "aws ec2 associate-security-group-vpc"))
		}
	}
	if !strings.HasPrefix(d.Cluster.Status, "available") || d.Cluster.AvailabilityStatus != "Available" {
		check("CLU001", fail(d.Target.Name, "is "+d.Cluster.Status, "aws redshift resume-cluster"))
	}
	if x := d.Network.Exposure; x.Width == "world" || x.Width == "wide" || x.Width == "broad" {
		groups := map[string][]string{}
		for _, r := range x.Rules {
			if r.Wide {
				groups[r.Group] = append(groups[r.Group], r.CIDR)
			}
		}
		for group, cidrs := range groups {
			check("SEC001", fail(group, "lets in "+strings.Join(cidrs, ", "), "aws ec2 revoke-security-group-ingress"))
		}
	}
	if !d.Cluster.TLS.InForce {
		check("SEC003", fail(d.Target.Name, "TLS is not required", "aws redshift modify-cluster-parameter-group"))
	}
	databaseByHand(&d.Database, d.Loader.User, check, fail)
	return results
}

func databaseByHand(db *digest.Database, user string, check func(string, ...report.Result), fail func(a, b, c string) report.Result) {
	if db.Presence != "local" {
		check("SQL002", fail(db.Name, "is "+db.Presence, "CREATE DATABASE"))
	}
	if db.Account.Status != "usable" {
		check("SQL001", fail(user, "is "+db.Account.Status, "CREATE USER"))
		if db.Account.Status == "missing" {
			return
		}
	}
	if !db.Create.Allowed {
		check("SQL003", fail(db.Name, "lacks CREATE", "GRANT CREATE ON DATABASE"))
	}
	for _, s := range db.Schemas.Deviating {
		check("SQL004", fail(s.Subject, "owned by "+s.Owner, "ALTER SCHEMA"))
	}
	for _, t := range db.Tables.Deviating {
		check("SQL005", fail(t.Subject, "owned by "+t.Owner, "ALTER TABLE"))
	}
	if s := db.InformationSchema; !s.CanUse || len(s.Denied) > 0 {
		check("SQL006", fail("information_schema", strings.Join(s.Denied, ", "), "GRANT SELECT"))
	}
	if s := db.PGCatalog; !s.CanUse || len(s.Denied) > 0 {
		check("SQL007", fail("pg_catalog", strings.Join(s.Denied, ", "), "GRANT SELECT"))
	}
	for _, c := range db.Comments.Deviating {
		check("SQL008", fail(c.Subject, c.Problem, "restore the comment"))
	}
	if db.Driver.Method != "standard" {
		check("SQL013", fail(user, db.Driver.Method, "ALTER USER"))
	}
	if db.Superuser || db.Admin {
		check("SEC006", fail(user, "is privileged", "CREATE USER"))
	}
}
