package facts

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadRefuses(t *testing.T) {
	const head = `{"schema":"rscheck.snapshot/v1",`
	for name, tc := range map[string]struct{ document, want string }{
		"nothing at all":           {``, `the document is empty`},
		"no JSON":                  {`hello`, `invalid character 'h' at start of value at byte 0`},
		"a list":                   {`[]`, `a list where an object belongs`},
		"another version":          {`{"schema":"rscheck.snapshot/v2","new":1}`, `schema: found "rscheck.snapshot/v2", this version reads "rscheck.snapshot/v1"`},
		"another kind of file":     {`{"schema":"rscheck.report/v1","verdict":"ready"}`, `schema: found "rscheck.report/v1", this version reads "rscheck.snapshot/v1"`},
		"no schema":                {`{}`, `schema: not found in the first 4096 bytes, where "rscheck.snapshot/v1" should stand`},
		"unknown field on top":     {head + `"extra":1}`, `unknown field "extra"`},
		"unknown field below":      {head + `"targets":[{},{"cluster":{"nodes":[{"ip":1}]}}]}`, `targets[1].cluster.nodes[0]: unknown field "ip"`},
		"field in other case":      {head + `"Targets":[]}`, `unknown field "Targets"`},
		"hostile field name":       {head + "\"a\\u001b[2J\\nb\":1}", `unknown field "a\x1b[2J\nb"`},
		"duplicate key":            {head + `"targets":[{"id":"a","id":"b"}]}`, `targets[0]: field "id" stands twice at byte 53`},
		"duplicate schema":         {head + `"schema":"rscheck.snapshot/v1"}`, `field "schema" stands twice at byte 32`},
		"null for a list":          {head + `"targets":null}`, `targets: null where a value belongs`},
		"null for a flag":          {head + `"targets":[{"cluster":{"publicly_accessible":null}}]}`, `targets[0].cluster.publicly_accessible: null where a value belongs`},
		"null for an absent one":   {head + `"targets":[{"cluster":{"pending":{"node_count":null}}}]}`, `targets[0].cluster.pending.node_count: null where a value belongs`},
		"number for a string":      {head + `"targets":[{"id":5439}]}`, `targets[0].id: a number where a string belongs`},
		"string for a number":      {head + `"targets":[{"cluster":{"endpoint":{"port":"5439"}}}]}`, `targets[0].cluster.endpoint.port: a string where a whole number belongs`},
		"fraction":                 {head + `"targets":[{"cluster":{"node_count":2.5}}]}`, `targets[0].cluster.node_count: 2.5 where a whole number belongs`},
		"object for a list":        {head + `"targets":{}}`, `targets: an object where a list belongs`},
		"something after it":       {head + `"targets":[]} {}`, `invalid character '{' after top-level value at byte 46`},
		"cut short":                {head + `"targets":[{"id":"ana`, `targets[0].id: the document ends too early, at byte 53`},
		"invalid UTF-8":            {head + "\"targets\":[{\"id\":\"a\xff\"}]}", `targets[0].id: invalid UTF-8 at byte 51`},
		"raw control character":    {head + "\"targets\":[{\"id\":\"a\x1b\"}]}", `targets[0].id: invalid character '\x1b' in string (expecting non-control character) at byte 51`},
		"lists in lists":           {`{"schema":` + strings.Repeat("[", 20_000), `schema` + strings.Repeat("[0]", 24) + "[0…: exceeded max depth at byte 10009"},
		"no time":                  {head + `"targets":[]}`, `scanned_at: not found, where the time of the scan should stand`},
		"unknown kind":             {head + `"targets":[{"kind":"Cluster"}]}`, `targets[0].kind: unknown word "Cluster"`},
		"unknown reason":           {head + `"unknown":[{"path":"regions.a","reason":"denied","detail":""}]}`, `unknown[0].reason: unknown word "denied"`},
		"unknown reason in target": {head + `"targets":[{"kind":"cluster","unknown":[{"reason":""}]}]}`, `targets[0].unknown[0].reason: unknown word ""`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tc.document))
			if err == nil {
				t.Fatal("was read")
			}
			if diff := cmp.Diff(tc.want, err.Error()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadTakesTheSchemaInAnyPlaceNearTheBeginning(t *testing.T) {
	s, err := Read(strings.NewReader(`{"scanned_at":"2026-11-23T03:00:00Z","tool":{"name":"rscheck"},"schema":"rscheck.snapshot/v1","targets":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if s.Tool.Name != "rscheck" {
		t.Errorf("tool %q", s.Tool.Name)
	}
}

func TestReadReturnsTheErrorOfItsReader(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := Read(iotest.ErrReader(broken))
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestSnapshotRoundTrips(t *testing.T) {
	count := 3
	s := Snapshot{
		Schema: SnapshotSchema, Tool: Tool{Name: "rscheck", Version: "0.1.0"},
		ScannedAt: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC),
		Unknown:   []Unknown{{Path: "regions.eu-west-1", Reason: AccessDenied, Detail: "allow redshift:DescribeClusters"}},
		Targets: []Target{{
			ID: "arn:aws:redshift:us-east-1:111122223333:cluster:analytics", Kind: ProvisionedCluster, Name: hostile,
			Cluster: Cluster{Pending: Pending{NodeCount: &count}},
			Network: Network{NetworkACLs: []NetworkACL{{ID: "acl-0a1b", Entries: []NetworkACLEntry{{Ports: &Ports{From: 5439, To: 5439}}}}}},
			Unknown: []Unknown{{Path: "database", Reason: NotRequested, Detail: "--no-database"}},
		}},
	}
	var first, second bytes.Buffer
	if err := Write(&first, s); err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(&second, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Error(diff)
	}
	if got.Targets[0].Name != hostile {
		t.Errorf("name %q", got.Targets[0].Name)
	}
	if got.Targets[0].Cluster.Nodes == nil {
		t.Error("an empty list was written as null")
	}
}

const hostile = "a\x1b]8;;x\x07\x7f\u009b31m\u202e\u2028\u00ad\U000e0041<b>&é日😀\"\\\n"

func TestEncodedTextIsHarmlessAndMeansTheSame(t *testing.T) {
	var out bytes.Buffer
	if err := Encode(&out, map[string]string{"name": hostile}); err != nil {
		t.Fatal(err)
	}
	want := `{
  "name": "a\u001b]8;;x\u0007\u007f\u009b31m\u202e\u2028\u00ad\udb40\udc41<b>&é日😀\"\\\n"
}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back["name"] != hostile {
		t.Errorf("came back as %q", back["name"])
	}
}

func TestEncodeReplacesInvalidUTF8(t *testing.T) {
	var out bytes.Buffer
	if err := Encode(&out, "a\xffb"); err != nil {
		t.Fatal(err)
	}
	if out.String() != "\"a\uFFFDb\"\n" {
		t.Errorf("got %q", out.String())
	}
}

// The JSON package hands its text over in pieces that may end inside a character.
func TestEncodeKeepsCharactersThatSpanPieces(t *testing.T) {
	long := strings.Repeat("日本\u202e", 40_000)
	var out bytes.Buffer
	if err := Encode(&out, []string{long, "x" + long, "xx" + long}); err != nil {
		t.Fatal(err)
	}
	var back []string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if back[0] != long || back[1] != "x"+long || back[2] != "xx"+long {
		t.Error("text changed")
	}
	if bytes.ContainsRune(out.Bytes(), '\u202e') {
		t.Error("an override is left")
	}
}

func TestEncodeReturnsTheErrorOfItsWriter(t *testing.T) {
	full := errors.New("no space left")
	for name, size := range map[string]int{"at once": 10, "in the middle": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			err := Encode(failing{full}, strings.Repeat("a", size))
			if !errors.Is(err, full) {
				t.Errorf("got %v", err)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"schema":"rscheck.snapshot/v1","targets":[{"kind":"cluster","id":"a"}]}`))
	f.Add([]byte(`{"schema":"rscheck.snapshot/v1","targets":[{"a\u001b":1}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		s, err := Read(bytes.NewReader(document))
		if err != nil {
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
				t.Errorf("error holds a control character: %q", err)
			}
			return
		}
		var out bytes.Buffer
		if err := Write(&out, s); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(&out); err != nil {
			t.Errorf("not read back: %v", err)
		}
	})
}
