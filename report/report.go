// Package report holds what rscheck says, and writes it.
//
// A Report is one value: verdicts, the network paths they rest on and one Result
// for each subject of each check. Every format is a pure function of it, so a
// saved JSON report can be turned into any other later. Text that came from
// AWS or from the customer's database is untrusted in every field; each format
// escapes it in its own way.
package report

import (
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// Schema names the form of the JSON report.
const Schema = "rscheck.report/v1"

// Report is the whole answer of one run.
type Report struct {
	Schema    string     `json:"schema"` // rscheck.report/v1
	Tool      facts.Tool `json:"tool"`
	ScannedAt time.Time  `json:"scanned_at"` // when the facts were observed
	Loader    Loader     `json:"loader"`
	// FailOn is the severity from which a finding or an unknown decides.
	FailOn   Severity `json:"fail_on"`
	Verdict  Verdict  `json:"verdict"`   // the worst of the targets'
	ExitCode int      `json:"exit_code"` // 0 ready, 1 not ready, 3 unknown, 130 interrupted
	Counts   Counts   `json:"counts"`
	// Scope names what was left out on purpose ("network only"), empty when
	// nothing was.
	Scope string `json:"scope,omitempty"`
	// Notes are remarks that decide nothing: a waiver that expired, a list of
	// addresses that is old.
	Notes []string `json:"notes,omitempty"`
	// Unknown is what kept targets from being found or the scan from ending.
	Unknown []facts.Unknown `json:"unknown,omitempty"`
	Targets []Target        `json:"targets"`
	// Fixed are the findings and unknowns of the baseline that are no more.
	Fixed []Fixed `json:"fixed,omitempty"`
	// NewOnly: findings that the baseline has do not decide.
	NewOnly bool `json:"new_only,omitzero"`
}

// Fixed is a result of the baseline that is no more.
type Fixed struct {
	Target  string `json:"target"` // its id
	Check   string `json:"check"`
	Subject string `json:"subject"`
	Message string `json:"message"` // what was found then
}

// Loader is the loader and how it was said to be set up.
type Loader struct {
	ID         string `json:"id"`         // of its profile: stitch
	Region     string `json:"region"`     // the loader's own, as north-america, or any
	Connection string `json:"connection"` // direct, ssh and so on
	User       string `json:"user"`       // its database user
}

// words say how the loader is set up, as "Stitch europe, direct" and "as user
// stitch".
func (l Loader) words() []string {
	words := capital(l.ID)
	switch l.Region {
	case "":
	case "any":
		words += " any region"
	default:
		words += " " + l.Region
	}
	if l.Connection != "" {
		words += ", " + l.Connection
	}
	if l.User == "" {
		return []string{words}
	}
	return []string{words, "as user " + l.User}
}

// loader is how the loader is set up for the target.
func (r *Report) loader(t Target) Loader {
	if t.Loader != nil {
		return *t.Loader
	}
	return r.Loader
}

// Verdict is the answer for a target, and the worst of them for the run.
type Verdict string

const (
	Ready          Verdict = "ready"
	NotReady       Verdict = "not_ready"
	VerdictUnknown Verdict = "unknown"
)

// Counts counts results by outcome.
type Counts struct {
	Pass          int `json:"pass"`
	Fail          int `json:"fail"`
	Unknown       int `json:"unknown"`
	NotApplicable int `json:"not_applicable"`
	Waived        int `json:"waived"`
}

// Target is the answer for one target.
type Target struct {
	ID       string     `json:"id"` // its ARN; of a host alone, HOST:PORT
	Name     string     `json:"name"`
	Kind     facts.Kind `json:"kind"`
	Account  string     `json:"account"`
	Region   string     `json:"region"`
	Endpoint Endpoint   `json:"endpoint"`
	// Loader is how the loader is set up for this target; absent where that is as in
	// the report.
	Loader *Loader `json:"loader,omitempty"`
	// Login tells whose eyes saw the database, or were to see it; absent where it was
	// not asked.
	Login   *Login  `json:"login,omitempty"`
	Verdict Verdict `json:"verdict"`
	Paths   []Path  `json:"paths"`
	// Exposure tells who else is let in; absent where that was not asked.
	Exposure *Exposure `json:"exposure,omitempty"`
	Results  []Result  `json:"results"`
}

// Endpoint is where the loader would connect; host empty and port 0 while there is
// none.
type Endpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

// Login tells with whose eyes the database was seen.
type Login struct {
	User  string `json:"user"`  // who rscheck logged in as
	About string `json:"about"` // whom it asked about: the loader's user
	Via   string `json:"via"`   // sql or data-api
	// Database and Outcome are where it logged in, and how that ended: logged_in,
	// wrong_password and so on. Reports of rscheck 0.1 lack them.
	Database string `json:"database,omitempty"`
	Outcome  string `json:"outcome,omitempty"`
}

// Succeeded reports whether the database was seen through the login.
func (l *Login) Succeeded() bool { return l.Outcome == "" || l.Outcome == string(facts.LoggedIn) }

// Path is the network way of one source address of the loader.
type Path struct {
	Source       string `json:"source"` // CIDR
	LoaderRegion string `json:"loader_region"`
	Verdict      string `json:"verdict"` // reachable, blocked, unknown
	// Aside: with region any, the loader's region is not the one that is let in
	// furthest, and the path does not count.
	Aside bool  `json:"aside,omitzero"`
	Hops  []Hop `json:"hops"`
}

// Exposure is who else the security groups let in on the target's port.
type Exposure struct {
	// World: every public IPv4 address.
	World bool `json:"world"`
	// Public are public IPv4 prefixes, as few as possible, the widest first, which
	// hold others than the loader, and Addresses is how many these are.
	Public    []string `json:"public"`
	Addresses uint64   `json:"addresses"` // see public
	// IPv6 are public prefixes of IPv6.
	IPv6 []string `json:"ipv6"`
	// Private are prefixes of private networks.
	Private []string `json:"private"`
	// Missing is why there may be more.
	Missing []facts.Unknown `json:"missing"`
}

// Hop is one stage of a path, in the order of travel.
type Hop struct {
	Stage   string          `json:"stage"`   // source, public_access, endpoint and so on: docs/how-it-decides.md
	Verdict string          `json:"verdict"` // allow, deny, unknown, not_applicable
	By      By              `json:"by"`
	Detail  string          `json:"detail"`  // what was found, in words
	Missing []facts.Unknown `json:"missing"` // what an unknown lacks
}

// By is what decided a hop: a rule, a route, a flag.
type By struct {
	Kind string `json:"kind"` // network-acl-rule, route and so on; empty where nothing did
	ID   string `json:"id"`   // as acl-0a1b/100
}

// Outcome is how a check ended for a subject.
type Outcome string

const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"
	Unknown       Outcome = "unknown"
	NotApplicable Outcome = "not_applicable"
	Waived        Outcome = "waived"
)

// Severity is how much a failed check matters.
type Severity string

const (
	Critical Severity = "critical" // the loader cannot connect or load
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Info     Severity = "info"
)

// Severities lists every Severity, the gravest first.
var Severities = []Severity{Critical, High, Medium, Low, Info}

// Rank is 0 for the gravest severity and grows as they get lighter. An unknown
// word ranks as the gravest, so that a slip is never quiet.
func (s Severity) Rank() int {
	for i, other := range Severities {
		if s == other {
			return i
		}
	}
	return 0
}

// AtLeast reports whether s is as grave as threshold or graver.
func (s Severity) AtLeast(threshold Severity) bool { return s.Rank() <= threshold.Rank() }

// Result is the outcome of a check for one subject. A check that passes, does
// not apply or is wholly unknown has one Result with an empty Subject.
type Result struct {
	Check    string   `json:"check"`    // its id
	Title    string   `json:"title"`    // what holds where it passes
	Severity Severity `json:"severity"` // of the check, or less
	Outcome  Outcome  `json:"outcome"`
	// Subject is what the result is about: a source address as CIDR, an AWS
	// object by its id, a schema or schema.relation quoted as SQL does it, a
	// user or a database by its bare name.
	Subject string `json:"subject"`
	Message string `json:"message"` // what was found, and what was expected
	// Remediation is what to type, in order.
	Remediation []Remediation `json:"remediation"`
	// Missing is what an unknown lacks; empty for other outcomes.
	Missing []facts.Unknown `json:"missing"`
	// Fingerprint depends on check, target and subject only.
	Fingerprint string `json:"fingerprint"`
	URL         string `json:"url"` // the page about the check
	// Waiver is why a waived finding is accepted; absent for others.
	Waiver *Waiver `json:"waiver,omitempty"`
	// Change compares a finding or an unknown with a baseline; absent without one.
	Change Change `json:"change,omitempty"`
}

// Waiver is the acceptance of a finding.
type Waiver struct {
	Reason  string `json:"reason"`
	Expires string `json:"expires,omitempty"` // its last day, as 2026-12-31
	Ticket  string `json:"ticket,omitempty"`
}

// Change is how a result stands to the baseline.
type Change string

const (
	New       Change = "new"
	Unchanged Change = "unchanged"
)

// RemediationKind tells where a remediation is typed.
type RemediationKind string

const (
	AWSCLI RemediationKind = "aws-cli" // a shell command
	SQL    RemediationKind = "sql"     // a statement for the database's admin
	Note   RemediationKind = "note"    // words
)

// Remediation is one step that mends a finding. Nothing runs it.
type Remediation struct {
	Kind RemediationKind `json:"kind"`
	Text string          `json:"text"`
}
