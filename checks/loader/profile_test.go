package loader_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/loader"
)

const valid = `
id: acme
name: Acme
version: "1"
sources:
  - url: https://example.com/addresses
    retrieved: 2026-11-23
ttl_days: 30
regions:
  - id: west
    aws_region: us-west-2
    cidrs: [192.0.2.10/32, 198.51.100.0/24]
  - id: east
    aws_region: us-east-1
    cidrs: [203.0.113.7/32]
connections:
  - id: direct
    public: required
    inbound: cluster
  - id: ssh
    public: not_needed
    inbound: bastion
    bastion_port: 22
markers:
  tables: [_rejected]
  columns: [_sequence]
reads:
  - schema: pg_catalog
    relations: [pg_class, pg_type]
comment:
  key: primary_keys
limits:
  table_name: 127
  column_name: 115
  columns_per_table: 1600
  tables_per_database: 100000
reserved:
  prefixes: [_x]
  column_suffixes: [__y]
targets: [cluster]
source_side:
  - id: readers
    cidrs: [192.0.2.99/32]
`

// with is valid with one text put in the place of another.
func with(t *testing.T, old, replacement string) []byte {
	t.Helper()
	if !strings.Contains(valid, old) {
		t.Fatalf("the valid profile has no %q", old)
	}
	return []byte(strings.Replace(valid, old, replacement, 1))
}

func parse(t *testing.T) loader.Profile {
	t.Helper()
	p, err := loader.Parse([]byte(valid))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParseRefuses(t *testing.T) {
	for name, tc := range map[string]struct{ old, replacement, want string }{
		"unknown field":             {"source_side", "source_sides", "field source_sides not found"},
		"field given twice":         {"name: Acme", "name: Acme\nname: Other", `"name" already defined`},
		"second document":           {"\nid: acme", "\nid: acme\n---\nid: other", "more than one document"},
		"no id":                     {"id: acme", `id: ""`, "profile: id is empty"},
		"no name":                   {"name: Acme", `name: ""`, "profile: name is empty"},
		"no source":                 {"  - url: https://example.com/addresses\n    retrieved: 2026-11-23\n", "", "profile: sources is empty"},
		"source never retrieved":    {"    retrieved: 2026-11-23\n", "", "profile: sources[0].retrieved is empty"},
		"date that is none":         {"2026-11-23", "2026-11-31", `line 7: "2026-11-31" is not a date, as 2026-11-23`},
		"no time to live":           {"ttl_days: 30", "ttl_days: 0", "profile: ttl_days is 0: want a positive number"},
		"CIDR without a length":     {"192.0.2.10/32", "192.0.2.10", `line 12: "192.0.2.10" is not a CIDR, as 203.0.113.0/24`},
		"CIDR of a list":            {"[203.0.113.7/32]", "[[203.0.113.7/32]]", `is not a CIDR`},
		"CIDR with stray bits":      {"198.51.100.0/24", "198.51.100.7/24", "profile: regions[0].cidrs[1] 198.51.100.7/24 has bits beyond its length: want 198.51.100.0/24"},
		"IPv4 in IPv6":              {"203.0.113.7/32", `"::ffff:203.0.113.7/128"`, "profile: regions[1].cidrs[0] ::ffff:203.0.113.7/128 is an IPv4 address written as IPv6"},
		"address given twice":       {"203.0.113.7/32", "192.0.2.10/32", `profile: regions[1].cidrs[0] "192.0.2.10/32" is there twice`},
		"region without addresses":  {"[203.0.113.7/32]", "[]", "profile: regions[1].cidrs is empty"},
		"region given twice":        {"id: east", "id: west", `profile: regions[1].id "west" is there twice`},
		"region named any":          {"id: east", "id: any", `profile: regions[1].id "any" stands for all regions`},
		"connection not known":      {"id: ssh", "id: telnet", `profile: connections[1].id "telnet": want one of`},
		"connection given twice":    {"id: ssh", "id: direct", `profile: connections[1].id "direct" is there twice`},
		"target not known":          {"targets: [cluster]", "targets: [cluster, lake]", `profile: targets[1] "lake": want one of`},
		"no target":                 {"targets: [cluster]", "targets: []", "profile: targets is empty"},
		"source side without ids":   {"id: readers", "id: ''", "profile: source_side[0].id is empty"},
		"source side empty":         {"cidrs: [192.0.2.99/32]", "cidrs: []", "profile: source_side[0].cidrs is empty"},
		"source side not canonical": {"192.0.2.99/32", "192.0.2.99/24", "profile: source_side[0].cidrs[0] 192.0.2.99/24 has bits beyond"},
		"public in another word":    {"public: required", "public: yes please", `profile: connections[0].public "yes please": want one of`},
		"inbound in another word":   {"inbound: cluster", "inbound: all", `profile: connections[0].inbound "all": want one of`},
		"bastion without port":      {"    bastion_port: 22\n", "", "profile: connections[1].bastion_port is 0: want a port"},
		"port out of range":         {"bastion_port: 22", "bastion_port: 65536", "profile: connections[1].bastion_port is 65536: want a port"},
		"no marker columns":         {"columns: [_sequence]", "columns: []", "profile: markers.columns is empty"},
		"marker without a name":     {"columns: [_sequence]", `columns: [""]`, "profile: markers.columns[0] is empty"},
		"nothing read":              {"relations: [pg_class, pg_type]", "relations: []", "profile: reads[0].relations is empty"},
		"relation given twice":      {"[pg_class, pg_type]", "[pg_class, pg_class]", `profile: reads[0].relations[1] "pg_class" is there twice`},
		"no key in the comment":     {"key: primary_keys", `key: ""`, "profile: comment.key is empty"},
		"limit of the wrong type":   {"table_name: 127", "table_name: many", "cannot unmarshal"},
		"limit left out":            {"  column_name: 115\n", "", "profile: limits.column_name is 0: want a positive number"},
		"pattern that is none":      {"prefixes: [_x]", "own_columns: [_a_*, \"[\"]", `profile: reserved.own_columns[1] "[" is no pattern`},
		"nothing but a broken list": {valid, "[", "parse profile"},
		"nothing":                   {valid, "", "parse profile"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := loader.Parse(with(t, tc.old, tc.replacement))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error is %v: want %q in it", err, tc.want)
			}
		})
	}
}

func TestParseTellsAllAtOnce(t *testing.T) {
	text := strings.NewReplacer("id: acme", `id: ""`, "table_name: 127", "table_name: 0").Replace(valid)
	_, err := loader.Parse([]byte(text))
	if err == nil || err.Error() != "profile: id is empty\nprofile: limits.table_name is 0: want a positive number" {
		t.Errorf("error is %v: want a line for each of two fields", err)
	}
}

func TestSources(t *testing.T) {
	p := parse(t)
	for region, want := range map[string]string{
		"west":     "192.0.2.10/32 198.51.100.0/24",
		"east":     "203.0.113.7/32",
		loader.Any: "192.0.2.10/32 198.51.100.0/24 203.0.113.7/32",
		"north":    "",
		"":         "",
	} {
		var got []string
		for _, prefix := range p.Sources(region) {
			got = append(got, prefix.String())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("Sources(%q) = %q: want %q", region, got, want)
		}
	}
}

func TestLookUp(t *testing.T) {
	p := parse(t)
	if r, ok := p.Region("east"); !ok || r.AWSRegion != "us-east-1" {
		t.Errorf("Region(east) = %v, %v", r, ok)
	}
	if r, ok := p.Region("north"); ok {
		t.Errorf("Region(north) = %v: there is none", r)
	}
	if c, ok := p.Connection("ssh"); !ok || c.BastionPort != 22 || c.Public != loader.PublicNotNeeded {
		t.Errorf("Connection(ssh) = %v, %v", c, ok)
	}
	if c, ok := p.Connection("vpn"); ok {
		t.Errorf("Connection(vpn) = %v: there is none", c)
	}
	if got := p.RegionIDs(); !slices.Equal(got, []string{"west", "east"}) {
		t.Errorf("RegionIDs() = %q: want the order of the file", got)
	}
	if got := p.ConnectionIDs(); !slices.Equal(got, []string{"direct", "ssh"}) {
		t.Errorf("ConnectionIDs() = %q: want the order of the file", got)
	}
	if got := p.Reads("pg_catalog"); !slices.Equal(got, []string{"pg_class", "pg_type"}) {
		t.Errorf("Reads(pg_catalog) = %q", got)
	}
	if got := p.Reads("public"); got != nil {
		t.Errorf("Reads(public) = %q: want none", got)
	}
}

func TestStale(t *testing.T) {
	p := parse(t)
	for name, tc := range map[string]struct {
		day  string
		want bool
	}{
		"when it was retrieved": {"2026-11-23", false},
		"on its last day":       {"2026-12-23", false},
		"the day after":         {"2026-12-24", true},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.DateOnly, tc.day)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Stale(now); got != tc.want {
				t.Errorf("Stale(%s) = %v: want %v", tc.day, got, tc.want)
			}
		})
	}
}

// FuzzParse: a profile that is taken can be relied on, and none breaks the reader.
func FuzzParse(f *testing.F) {
	f.Add([]byte(valid))
	f.Add([]byte("id: [&a *a]"))
	f.Add([]byte("regions: [{cidrs: [::/0]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := loader.Parse(text)
		if err != nil {
			return
		}
		if len(p.Sources(loader.Any)) == 0 || len(p.ConnectionIDs()) == 0 {
			t.Error("a profile without addresses or connections was taken")
		}
		for _, prefix := range p.Sources(loader.Any) {
			if !prefix.IsValid() || prefix != netip.PrefixFrom(prefix.Addr(), prefix.Bits()).Masked() {
				t.Errorf("address %s was taken", prefix)
			}
		}
	})
}
