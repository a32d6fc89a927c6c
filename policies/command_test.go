package policies_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks"
	"github.com/rscheck/rscheck/checks/digest"
	"github.com/rscheck/rscheck/policies"
	"github.com/rscheck/rscheck/report"
)

// hostile are names that somebody could give a thing in the hope that an admin
// pastes a command with it.
var hostile = []string{
	`x'; rm -rf . #`,
	`x"; DROP TABLE t; --`,
	"x\nrm -rf .",
	"$(rm -rf .)",
	"`rm -rf .`",
	`\'; DROP TABLE t; --`,
	`x\`,
	"--region=eu-central-1 y",
	"a b | c > d & e",
	"*?[~]{a,b}!",
}

// TestCommandsAreInert fills every text of a document on which every check fails
// with a hostile name, and reads what is to be typed as a shell and a database
// would: each command stays one command, each statement one statement.
func TestCommandsAreInert(t *testing.T) {
	catalogue, err := checks.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range hostile {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			seen := map[report.RemediationKind]int{}
			for _, kind := range []string{"cluster", "workgroup"} {
				for _, result := range failures(t, catalogue, kind, name) {
					for _, step := range result.Remediation {
						seen[step.Kind]++
						if complaint := inert(step, name); complaint != "" {
							t.Errorf("%s: %s\n%s", result.Check, complaint, step.Text)
						}
					}
				}
			}
			if seen[report.AWSCLI] < 15 || seen[report.SQL] < 12 {
				t.Errorf("saw %v steps only: the document fails too few checks", seen)
			}
		})
	}
}

// TestEveryFailureIsMended: every finding says what to do, and none is lost for
// want of a command.
func TestEveryFailureIsMended(t *testing.T) {
	catalogue, err := checks.Load(policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"cluster", "workgroup", "endpoint", "of another sort"} {
		failed := map[string]bool{}
		for _, result := range failures(t, catalogue, kind, "plain") {
			failed[result.Check] = true
			if len(result.Remediation) == 0 {
				t.Errorf("%s: %s has no remediation", result.Check, result.Subject)
			}
			if result.Subject == "" {
				t.Errorf("%s: %q has no subject", result.Check, result.Message)
			}
		}
		for _, check := range catalogue.Checks() {
			if !failed[check.ID] {
				t.Errorf("%s does not fail on a %s where every check should", check.ID, kind)
			}
		}
	}
}

// failures judges a document on which every check fails, every name in it being
// the one given.
func failures(t *testing.T, catalogue *checks.Catalogue, kind, name string) []report.Result {
	t.Helper()
	var failed []report.Result
	for _, d := range wrecks(kind) {
		rename(reflect.ValueOf(&d).Elem(), name)
		results, err := catalogue.Judge(context.Background(), &d, nil)
		if err != nil {
			t.Fatal(err)
		}
		failed = append(failed, slices.DeleteFunc(results, func(r report.Result) bool { return r.Outcome != report.Fail })...)
	}
	return failed
}

// placeholder stands for a name in a wreck.
const placeholder = "NAME"

// rename puts name in the place of every placeholder.
func rename(value reflect.Value, name string) {
	switch value.Kind() {
	case reflect.String:
		value.SetString(strings.ReplaceAll(value.String(), placeholder, name))
	case reflect.Struct:
		for _, field := range value.Fields() {
			rename(field, name)
		}
	case reflect.Slice:
		for i := range value.Len() {
			rename(value.Index(i), name)
		}
	}
}

// wrecks are documents on which every check fails, between them by every rule
// that yields a command.
func wrecks(kind string) []digest.Document {
	first := digest.Document{
		Target: digest.Target{Kind: kind, Name: placeholder, Region: placeholder},
		Loader: digest.Loader{
			ID: placeholder, Name: placeholder, User: placeholder, Connection: "direct", Public: "required", Region: "any",
			Form: digest.Form{Host: placeholder + ":1", Port: placeholder, Database: placeholder + " "},
		},
		Cluster: digest.Cluster{
			Status:         "paused",
			Endpoint:       digest.Endpoint{Host: "host.example.com", Port: 5439},
			VPCID:          placeholder,
			TLS:            digest.TLS{Group: "default." + placeholder, DefaultGroup: true},
			Pending:        digest.Pending{BecomesPrivate: true, Identifier: placeholder},
			SecurityGroups: []digest.UsedSecurityGroup{{ID: placeholder, Status: placeholder, Usable: "no", VPCID: placeholder}},
			Interruptions:  []digest.Interruption{{Name: placeholder, Action: "pause", Next: placeholder, Schedule: placeholder}},
		},
		Network: digest.Network{
			PublicAccess: denied(digest.Hop{Stage: "public_access"}),
			WayOut: denied(
				digest.Hop{Stage: "internet_gateway", Object: placeholder},
				digest.Hop{Stage: "return_route", Object: placeholder, Target: placeholder, Route: placeholder},
				digest.Hop{Stage: "gateway_route_table", Object: placeholder, Target: "vpce-" + placeholder},
				digest.Hop{Stage: "return_route", Object: placeholder, Target: "eni-" + placeholder, Route: "0.0.0.0/0"},
			),
			SecurityGroups: denied(digest.Hop{Stage: "security_groups", Object: placeholder}),
			NetworkACL: denied(
				digest.Hop{Stage: "nacl_inbound", Object: placeholder, RuleNumber: 1},
				digest.Hop{Stage: "nacl_outbound", Object: placeholder, RuleNumber: 1},
			),
			BlockPublicAccess: denied(digest.Hop{Stage: "block_public_access", Object: "subnet-" + placeholder}),
			Elsewhere: []digest.OtherSubnet{{
				ID: placeholder, Verdict: "deny", Sources: denied(
					digest.Hop{Stage: "return_route"}, digest.Hop{Stage: "block_public_access", Object: "subnet-" + placeholder},
				).Sources,
			}},
			AllowList: digest.AllowList{Own: "deny", Foreign: []digest.ForeignSet{{ID: placeholder, Region: true, Rules: []digest.ExposedRule{
				{Group: placeholder, CIDR: placeholder, Protocol: placeholder},
				{Group: placeholder, List: placeholder, CIDR: placeholder, Protocol: placeholder},
			}}}},
			Bastion: digest.Bastion{
				Verdict: "deny", ID: placeholder, Port: 22, Group: placeholder,
				WayIn: denied(
					digest.Hop{Stage: "instance", Object: placeholder},
					digest.Hop{Stage: "public_address", Object: placeholder},
					digest.Hop{Stage: "block_public_access", Object: "subnet-" + placeholder},
					digest.Hop{Stage: "internet_gateway", Object: placeholder},
					digest.Hop{Stage: "return_route", Object: placeholder, Target: placeholder, Route: placeholder},
					digest.Hop{Stage: "security_groups", Object: placeholder},
					digest.Hop{Stage: "nacl_inbound", Object: placeholder, RuleNumber: 1},
					digest.Hop{Stage: "nacl_outbound", Object: placeholder, RuleNumber: 1},
				),
				Onward: denied(
					digest.Hop{Stage: "endpoint_name", Object: placeholder, ID: placeholder + "/enableDnsHostnames"},
					digest.Hop{Stage: "bastion_groups_outbound", Object: placeholder, Group: placeholder},
					digest.Hop{Stage: "bastion_groups_outbound", Object: placeholder, CIDR: placeholder},
					digest.Hop{Stage: "local_route", Object: placeholder},
					digest.Hop{Stage: "local_route", Object: placeholder, Route: placeholder},
					digest.Hop{Stage: "security_groups", Object: placeholder},
					digest.Hop{Stage: "bastion_nacl_outbound", Object: placeholder, RuleNumber: 1, CIDR: placeholder},
				).Sources[0],
			},
			Exposure: digest.Exposure{
				Width: "world", Addresses: placeholder, Needing: []digest.NeedingAddress{{Group: placeholder, Address: placeholder}},
				Rules: []digest.ExposedRule{
					{Group: placeholder, CIDR: placeholder, Protocol: placeholder, Wide: true},
					{Group: placeholder, List: placeholder, Protocol: placeholder, Wide: true},
				},
			},
		},
		Database: digest.Database{
			Account:   digest.Account{Status: "expired", ValidUntil: placeholder},
			Presence:  "shared",
			Name:      placeholder,
			Engine:    digest.Engine{Version: placeholder},
			Driver:    digest.Driver{Method: "digest"},
			Create:    digest.Create{SchemaCount: 1, Schemas: []string{placeholder}},
			Superuser: true,
			Schemas: digest.SchemaOwnership{Count: 4, Deviating: []digest.DeviatingSchema{
				{Subject: placeholder, Name: placeholder, Owner: placeholder, Problem: "owner"},
				{Subject: placeholder, Name: placeholder, Owner: placeholder, Problem: "create"},
				{Subject: placeholder, Name: placeholder, Owner: placeholder, Problem: "external"},
				{Subject: placeholder, Name: placeholder, Owner: placeholder, Problem: "owner", Copies: true},
			}},
			Tables: digest.TableOwnership{Count: 2, Deviating: []digest.DeviatingTable{
				{Subject: placeholder, Schema: placeholder, Name: placeholder, Owner: placeholder, Problem: "owner"},
				{Subject: placeholder, Schema: placeholder, Name: placeholder, Owner: placeholder, Problem: "rights", Lacks: []string{"INSERT"}},
			}},
			InformationSchema: digest.SystemSchema{Denied: []string{placeholder}},
			PGCatalog:         digest.SystemSchema{Denied: []string{placeholder}},
			Comments: digest.Comments{Count: 1, Deviating: []digest.DeviatingComment{
				{Subject: placeholder, Problem: "malformed", Comment: placeholder},
				{Subject: placeholder, Problem: "no_column", Comment: placeholder, Keys: []string{placeholder}},
			}},
			Markers: digest.Markers{Deviating: []digest.UnmarkedTable{{Subject: placeholder, Lacking: []string{placeholder}}}},
			Bindings: digest.Bindings{Pinned: []digest.PinnedTable{{Subject: placeholder, ViewCount: 3, Views: []digest.BoundView{
				{Subject: placeholder, Schema: placeholder, Name: placeholder},
				{Subject: placeholder, Schema: placeholder, Name: placeholder, Materialized: true},
			}}}},
			Limits: digest.Limits{
				Tables: digest.Fill{Level: "full"},
				Deviating: []digest.OversizedTable{{
					Subject: placeholder + ".t", Columns: digest.Fill{Level: "near"}, Name: digest.Length{Over: true},
					Column: digest.Length{Over: true}, Longest: placeholder, ReservedName: true, Reserved: []string{placeholder}, ReservedCount: 1,
				}},
			},
			Room:   digest.Room{ConnectionLimit: 1, Connections: 5, StatementTimeout: 1, Statement: 2},
			Grants: digest.Grants{Granted: 1, Total: 1, Private: []string{placeholder}, PrivateCount: 1, Reads: []string{placeholder}},
		},
	}
	second := first
	second.Cluster.Status = "resizing"
	second.Cluster.TLS = digest.TLS{Group: placeholder}
	second.Network.BlockPublicAccess = denied(digest.Hop{Stage: "block_public_access", Object: "vpc-" + placeholder, Exclusion: placeholder})
	second.Database.Account.Status = "refused"
	second.Database.Presence = "missing"
	second.Database.Admin = true
	second.Loader.Connection, second.Loader.Public = "privatelink", "not_needed"
	second.Cluster.PubliclyAccessible = true
	second.Cluster.Logging = digest.Logging{Enabled: true, Failing: true, Failure: placeholder}
	second.Network.Bastion.Group = ""
	second.Network.Link = digest.Link{SameRegion: true, Regions: []string{placeholder}}
	third := second
	third.Cluster.Status = placeholder
	third.Database.Account.Status = "missing"
	third.Loader.Connection, third.Loader.Public = "direct", "required"
	third.Cluster.Logging = digest.Logging{Enabled: true, Absent: []string{placeholder}}
	return clone([]digest.Document{first, second, third})
}

// clone copies the documents, so that they share no list.
func clone(documents []digest.Document) []digest.Document {
	text, err := json.Marshal(documents)
	if err != nil {
		panic(err) // a Document has nothing that JSON cannot hold
	}
	var copies []digest.Document
	if err := json.Unmarshal(text, &copies); err != nil {
		panic(err)
	}
	return copies
}

func denied(hops ...digest.Hop) digest.Passage {
	for i := range hops {
		hops[i].Verdict, hops[i].Detail = "deny", placeholder
	}
	return digest.Passage{Verdict: "deny", Sources: []digest.Source{{Address: placeholder, Verdict: "deny", Hops: hops}}}
}

// inert returns what is wrong with a step that is to be typed.
func inert(step report.Remediation, name string) string {
	switch step.Kind {
	case report.AWSCLI:
		words, err := shellWords(step.Text)
		if err != nil {
			return err.Error()
		}
		if at := slices.Index(words, "--region"); words[0] != "aws" || at < 0 || words[at+1] != name {
			return fmt.Sprintf("the shell sees %q: want aws, a command, and --region with the name", words)
		}
	case report.SQL:
		if err := oneStatement(step.Text); err != nil {
			return err.Error()
		}
	case report.Note:
	default:
		return fmt.Sprintf("%q is not a kind of remediation", step.Kind)
	}
	return ""
}

// shellWords splits a command as a POSIX shell does. Anything that the shell would
// act upon outside quotes is an error.
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
func shellWords(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quoted := false, false
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == '\'':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteByte(c)
		case c == '\\' && i+1 < len(command) && command[i+1] == '\'':
			word.WriteByte('\'')
			inWord = true
			i++
		case c == ' ':
			if inWord {
				words = append(words, word.String())
			}
			word.Reset()
			inWord = false
		case strings.IndexByte("|&;<>()$`\\\"\n\t*?[]#~{}!^", c) >= 0:
			return nil, fmt.Errorf("the shell acts upon %q, at %d", c, i)
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quoted {
		return nil, fmt.Errorf("a quote is not closed")
	}
	return append(words, word.String()), nil
}

// oneStatement is an error unless the text is one statement, read as Redshift
// does: "" inside "…" and ” inside '…' stand for the sign itself, and a backslash
// escapes in '…' only.
func oneStatement(text string) error {
	quote := byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == '\\' && quote == '\'':
			i++
		case quote != 0 && c == quote && i+1 < len(text) && text[i+1] == quote:
			i++
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		case c == ';' && i != len(text)-1:
			return fmt.Errorf("a statement ends at %d", i)
		case c == '-' && i+1 < len(text) && text[i+1] == '-':
			return fmt.Errorf("a comment begins at %d", i)
		}
	}
	if quote != 0 || !strings.HasSuffix(text, ";") {
		return fmt.Errorf("the statement does not end")
	}
	return nil
}

// TestReaders: the readers above find what they are there to find.
func TestReaders(t *testing.T) {
	for _, command := range []string{"aws $(rm)", "aws a; rm", "aws 'a", "aws `rm`", "aws a\nrm", `aws "$x"`, "aws 'it' $x"} {
		if words, err := shellWords(command); err == nil {
			t.Errorf("shellWords(%q) = %q: want an error", command, words)
		}
	}
	words, err := shellWords(`aws '' 'a b' 'it'\''s'`)
	if want := []string{"aws", "", "a b", "it's"}; err != nil || !slices.Equal(words, want) {
		t.Errorf("shellWords = %q, %v: want %q", words, err, want)
	}
	for _, text := range []string{`A "x"; B;`, `A "x`, `A 'x\';`, `A -- b;`, `A "x"`, `A 'x'; B 'y';`} {
		if oneStatement(text) == nil {
			t.Errorf("oneStatement(%q) is content", text)
		}
	}
	for _, text := range []string{`A "x;""--";`, `A 'x\\''; --';`} {
		if err := oneStatement(text); err != nil {
			t.Errorf("oneStatement(%q): %v", text, err)
		}
	}
}
