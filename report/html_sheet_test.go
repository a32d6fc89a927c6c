package report

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

func TestPageBeginsWithTheVerdictInWords(t *testing.T) {
	incomplete := regionDenied()
	for name, tc := range map[string]struct {
		report Report
		want   []string // h1, lede, reason
	}{
		"ready":              {one(readyTarget()), []string{"Ready", "reporting is ready for Stitch.", "10 checks passed, 1 does not apply"}},
		"not ready":          {one(blocked()), []string{"Not ready", "analytics is not ready for Stitch.", "1 finding, 9 checks passed"}},
		"unknown":            {one(permissionsMissing()), []string{"Unknown", "Whether analytics is ready for Stitch cannot be told.", "9 unknown (2 below high), 4 checks passed"}},
		"lighter findings":   {readyWithFindings(), []string{"Ready", "reporting is ready for Stitch.", "1 finding below high, 1 unknown below high, 10 checks passed, 1 does not apply"}},
		"nothing judged":     {one(nothingJudged()), []string{"Unknown", "Whether analytics is ready for Stitch cannot be told.", "nothing was judged"}},
		"a part only":        {databaseOnly(), []string{"Ready (database only)", "reporting is ready for Stitch.", "10 checks passed, 1 does not apply"}},
		"no target":          {noTarget(), []string{"Unknown", "No target was found, so nothing can be said."}},
		"scan not whole":     {incomplete, []string{"Unknown", "reporting is ready for Stitch.", "10 checks passed, 1 does not apply"}},
		"several, some bad":  {sampleFleet(30), []string{"Not ready", "2 of 30 targets are not ready for Stitch."}},
		"several, one bad":   {sampleFleet(12), []string{"Not ready", "1 of 12 targets is not ready for Stitch."}},
		"several, all ready": {several(sampleReady("a", "us-east-1", 1), sampleReady("b", "us-east-1", 2)), []string{"Ready", "All 2 targets are ready for Stitch."}},
		"several, unknown": {
			several(sampleReady("a", "us-east-1", 1), sampleUnknown("b", "us-east-1", 2)),
			[]string{"Unknown", "Of 1 of 2 targets it cannot be told whether they are ready for Stitch."},
		},
	} {
		header := pageOf(t, tc.report).tag("header")[0]
		got := wordsOf(slices.Concat(header.tag("h1"), header.class("lede"), header.class("reason")))
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func several(targets ...Target) Report {
	r := base()
	r.Targets = targets
	r.Finish()
	return r
}

func TestPageTellsWhatKeptTheScanFromBeingWhole(t *testing.T) {
	gaps := wordsOf(pageOf(t, every()).class("gaps"))
	want := []string{`The scan is not whole. What could not be looked at: region eu-west-1 cannot tell: allow redshift:DescribeClusters target \x1b[31mgone cannot tell: no cluster of that name`}
	if diff := cmp.Diff(want, gaps); diff != "" {
		t.Error(diff)
	}
	if gaps := pageOf(t, one(readyTarget())).class("gaps"); gaps != nil {
		t.Errorf("a whole scan has gaps: %q", wordsOf(gaps))
	}
}

func TestPageTellsWhatChanged(t *testing.T) {
	earlier, target := one(blocked()), blocked()
	foreignTables(&target, 2)
	foreignTables(&earlier.Targets[0], 1)
	result(&earlier.Targets[0], "SEC003", Medium, Fail, "analytics", "require_ssl is false")
	result(&target, "SEC003", Medium, Pass, "", "")
	result(&target, "SQL003", Critical, Fail, "dev", "user stitch lacks CREATE")
	target.Results = slices.DeleteFunc(target.Results, func(r Result) bool { return r.Check == "SQL003" && r.Outcome == Pass })
	r := base()
	r.Targets, r.Notes, r.NewOnly = []Target{target}, []string{"the waiver of SEC005 accepts nothing"}, true
	r.Compare(earlier)
	r.Finish()
	root := pageOf(t, r)
	for _, tc := range []struct {
		what      string
		got, want []string
	}{
		{"changes", wordsOf(root.class("reason")[1:]), []string{"Since the baseline 2 new, 1 fixed, 2 unchanged; only new findings decide."}},
		{"notes", wordsOf(root.class("notes")), []string{"Note: the waiver of SEC005 accepts nothing"}},
		{"fixed", rows(root.class("fixed")[0])[1:], []string{"SEC003|analytics|require_ssl is false"}},
		{"findings", wordsOf(root.class("said")), []string{
			"52.23.137.21/32: acl-0a1b2c3d4e5f67890 rule 100 denies tcp 5439 from 52.23.0.0/16, before rule 200 would allow it Run " + strings.Join(strings.Fields(root.tag("pre")[0].content()), " "),
			"dev: user stitch lacks CREATE new",
			"hubspot.contacts_01 is owned by etl_admin: the loader's ALTER TABLE and COMMENT will be refused The same holds for hubspot.deals_02 new " +
				"In SQL, as an admin ALTER TABLE hubspot.contacts_01 OWNER TO stitch; ALTER TABLE hubspot.deals_02 OWNER TO stitch;",
		}},
	} {
		if diff := cmp.Diff(tc.want, tc.got); diff != "" {
			t.Errorf("%s: %s", tc.what, diff)
		}
	}
	if page := pageOf(t, one(blocked())); page.class("new") != nil || page.class("fixed") != nil || page.class("notes") != nil {
		t.Error("without a baseline something is new, fixed or noted")
	}
}

func TestAcceptedFindingsTellWhyAndUntilWhen(t *testing.T) {
	for _, e := range pageOf(t, one(sampleBroken("analytics", "us-east-1", 11))).class("findings") {
		if strings.HasPrefix(e.words(), "Waived") {
			want := "Waived what does not hold and is accepted SEC001 high Cluster's port is open to Stitch only " +
				"sg-007041b2c3d4e5f67: lets in 198.51.100.0/24 Accepted until 2027-01-31: the office, until the VPN is there, OPS-17"
			if diff := cmp.Diff(want, e.words()); diff != "" {
				t.Error(diff)
			}
			return
		}
	}
	t.Error("nothing is waived")
}

func TestFindingsAreExplained(t *testing.T) {
	rules := []Rule{
		{ID: "NET004", Description: "Each address the loader dials from needs a way in and a way back.", URL: "https://example.com/NET004"},
		{ID: "NET001", Description: "It dials from outside."},
	}
	root := readPage(t, write(t, HTML, one(blocked()), Options{Rules: rules}))
	if diff := cmp.Diff([]string{"Each address the loader dials from needs a way in and a way back."}, wordsOf(root.class("because"))); diff != "" {
		t.Error(diff)
	}
	if links := root.class("doc"); len(links) != 1 || links[0].attrs["href"] != "https://example.com/NET004" {
		t.Errorf("links %q", wordsOf(links))
	}
}

func TestPageTellsWhatWasAsked(t *testing.T) {
	asked := func(r Report, o Options) map[string]string {
		list := readPage(t, write(t, HTML, r, o)).class("asked")[0]
		pairs := map[string]string{}
		for i, name := range list.tag("dt") {
			pairs[name.words()] = list.tag("dd")[i].words()
		}
		return pairs
	}
	common := map[string]string{
		"Loader": "Stitch", "Loader region": "north-america", "Connection": "direct", "Database user": "stitch", "Seen as": "auditor, asked about stitch (sql)",
		"AWS account": "111122223333", "AWS region": "us-east-1", "Scanned": "23 November 2026, 03:00 UTC", "Counts for the verdict": "severity high and graver",
	}
	if diff := cmp.Diff(common, asked(one(analytics()), Options{})); diff != "" {
		t.Error(diff)
	}
	for name, tc := range map[string]struct {
		report     Report
		options    Options
		term, want string
	}{
		"any region":       {sampleAny(), Options{}, "Loader region", "any one of its regions"},
		"the loader's own": {one(readyTarget()), Options{}, "Seen as", "stitch (sql)"},
		"no login":         {one(permissionsMissing()), Options{}, "Seen as", "nobody: no login to the database"},
		"saved facts":      {one(readyTarget()), Options{Saved: true}, "Facts of", "23 November 2026, 03:00 UTC"},
		"a part only":      {databaseOnly(), Options{}, "Covers", "database only"},
		"many regions":     {sampleFleet(60), Options{}, "AWS region", "5 regions"},
	} {
		if got := asked(tc.report, tc.options)[tc.term]; got != tc.want {
			t.Errorf("%s: %s is %q, want %q", name, tc.term, got, tc.want)
		}
	}
}

func TestTableOfTargetsHasTheWorstFirst(t *testing.T) {
	var rows []string
	for _, row := range pageOf(t, sampleFleet(12)).class("sortable")[0].tag("tbody")[0].tag("tr") {
		rows = append(rows, row.words())
	}
	want := []string{
		"Not readyfinance-003us-east-1clusterblocked251NET004, SQL003, SQL004 +4",
		"Unknownproduct-005us-east-1workgroupunknown013NET002, NET004, SQL001 +10",
		"Readyanalytics-000us-east-1clusterreachable00",
	}
	if diff := cmp.Diff(want, rows[:3]); diff != "" {
		t.Error(diff)
	}
	if len(rows) != 12 {
		t.Errorf("%d rows", len(rows))
	}
	if page := pageOf(t, one(readyTarget())); page.class("sortable") != nil {
		t.Error("one target has a table")
	}
}

// What is ready is folded, and nothing else is.
func TestReadyTargetsAreFolded(t *testing.T) {
	folded := 0
	for _, e := range pageOf(t, sampleFleet(12)).tag("details") {
		if e.attrs["class"] != "target" {
			continue
		}
		verdict := e.tag("summary")[0].class("word")[0].words()
		if _, open := e.attrs["open"]; open == (verdict == "Ready") {
			t.Errorf("%s: open is %t", verdict, open)
		} else if !open {
			folded++
		}
	}
	if folded != 10 {
		t.Errorf("%d are folded", folded)
	}
}

// Nothing is left out, however long it is.
func TestPageHoldsEveryResult(t *testing.T) {
	for name, r := range everyPage() {
		if name == "sample-fleet" {
			continue // the same over and over
		}
		root := pageOf(t, r)
		text := root.content()
		ids := map[string]bool{}
		for _, e := range root.all(func(e *element) bool { return e.attrs["id"] != "" }) {
			ids[e.attrs["id"]] = true
		}
		for _, target := range r.Targets {
			for _, result := range target.Results {
				if result.Outcome != Pass && result.Outcome != NotApplicable && !ids["f-"+result.Fingerprint] {
					t.Errorf("%s: no anchor for %s %s %s", name, result.Check, result.Outcome, visible(result.Subject))
				}
				for _, want := range []string{result.Check, result.Title, result.Subject} {
					if !strings.Contains(text, visible(want)) {
						t.Errorf("%s: %s is not there", name, visible(want))
					}
				}
			}
		}
	}
}

func TestCommandsAreThereToBeCopied(t *testing.T) {
	for name, r := range everyPage() {
		if name == "sample-fleet" || name == "every" {
			continue // the same over and over; commands with escapes
		}
		var lines []string
		for _, e := range pageOf(t, r).class("copy") {
			lines = append(lines, strings.Split(strings.ReplaceAll(e.content(), " \\\n    ", " "), "\n")...)
		}
		for _, target := range r.Targets {
			for _, result := range target.Results {
				for _, step := range result.Remediation {
					if step.Kind != Note && !slices.Contains(lines, step.Text) {
						t.Errorf("%s: not there: %s", name, step.Text)
					}
				}
			}
		}
	}
}

func TestCommandsWithEscapesAreNotCopied(t *testing.T) {
	target := readyTarget()
	result(&target, "SQL005", Critical, Fail, "a\nb", "owned by c", sql("ALTER TABLE \"a\nb\" OWNER TO stitch;"))
	root := pageOf(t, one(target))
	if copied := root.class("copy"); copied != nil {
		t.Errorf("copied: %q", wordsOf(copied))
	}
	if shown := wordsOf(root.tag("pre")); !slices.Equal(shown, []string{`ALTER TABLE "a\nb" OWNER TO stitch;`}) {
		t.Errorf("shown: %q", shown)
	}
	if text := root.content(); !strings.Contains(text, "not fit to copy: take it from the JSON report") {
		t.Error("nothing warns of the escapes")
	}
}

func TestLongListsAreFolded(t *testing.T) {
	target := readyTarget()
	foreignTables(&target, 40)
	root := pageOf(t, one(target))
	said := root.class("said")[0]
	if got := len(said.class("subjects")[0].tag("li")); got != 12 {
		t.Errorf("%d subjects are not folded", got)
	}
	var folded []string
	for _, e := range said.tag("summary") {
		folded = append(folded, e.words())
	}
	if diff := cmp.Diff([]string{"and 27 more", "In SQL, as an admin: 40 commands"}, folded); diff != "" {
		t.Error(diff)
	}
}

func TestMissingPermissionsAreCollectedOnce(t *testing.T) {
	table := func(r Report) []string {
		var rows []string
		for _, e := range pageOf(t, r).class("needs") {
			for _, row := range e.tag("tbody")[0].tag("tr") {
				rows = append(rows, strings.Join(wordsOf(row.children), "|"))
			}
		}
		return rows
	}
	want := []string{
		"ec2:DescribeRouteTables|NET002", "ec2:DescribeNetworkAcls|NET004", "redshift:DescribeLoggingStatus|SEC005",
		"no route to 10.0.3.4:5439 from here within 10 s: run inside the VPC|SQL001, SQL002, SQL003, SQL004, SQL005, SQL006, SQL007, SQL008, SQL013, SEC006",
	}
	if diff := cmp.Diff(want, table(one(sampleUnknown("crm", "eu-central-1", 1)))); diff != "" {
		t.Error(diff)
	}
	r := several(sampleUnknown("a", "us-east-1", 1), sampleUnknown("b", "us-east-1", 2), sampleBroken("c", "us-east-1", 3))
	r.Unknown = []facts.Unknown{{Path: "regions.eu-west-1", Reason: facts.AccessDenied, Detail: "allow ec2:DescribeRouteTables"}}
	want = []string{
		"ec2:DescribeRouteTables|region eu-west-1, NET002|2", "redshift:DescribeLoggingStatus|SEC005|3", "ec2:DescribeNetworkAcls|NET004|2",
		want[3] + "|2",
	}
	if diff := cmp.Diff(want, table(r)); diff != "" {
		t.Error(diff)
	}
	if rows := table(databaseOnly()); rows != nil {
		t.Errorf("what was not asked for is missing: %q", rows)
	}
}

func TestPagesOfTwoTargetsOfOneNameTellThemApart(t *testing.T) {
	a, b := sampleReady("analytics", "us-east-1", 1), sampleReady("analytics", "eu-west-1", 2)
	var names []string
	for _, e := range pageOf(t, several(a, b)).tag("summary") {
		names = append(names, wordsOf(e.tag("h2"))...)
	}
	if diff := cmp.Diff([]string{"analytics in eu-west-1", "analytics in us-east-1"}, names); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyPagesOfTheWebAreLinked(t *testing.T) {
	for url, want := range map[string]string{
		"https://example.com/NET004": "https://example.com/NET004",
		"docs/checks/NET004.md":      "",
		"http://example.com":         "",
		"javascript:alert(1)":        "",
		"//example.com":              "",
		"":                           "",
	} {
		if got := documentation(url); got != want {
			t.Errorf("%q: %q", url, got)
		}
	}
}
