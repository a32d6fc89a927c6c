package policies_test

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/rscheck/rscheck/report"
)

// metadata are the keys that a policy's METADATA may have; OPA takes any others
// without a word.
type metadata struct {
	Scope            string    `yaml:"scope"`
	Title            string    `yaml:"title"`
	Description      string    `yaml:"description"`
	RelatedResources []related `yaml:"related_resources"`
	Custom           custom    `yaml:"custom"`
}

type related struct {
	Ref string `yaml:"ref"`
}

type custom struct {
	ID          string   `yaml:"id"`
	Severity    string   `yaml:"severity"`
	Remediation string   `yaml:"remediation"`
	Conflicts   []string `yaml:"conflicts"`
}

// areas are the folders below stitch and what the ids in them begin with.
var areas = map[string]string{"network": "NET", "cluster": "CLU", "sql": "SQL", "security": "SEC"}

func TestMetadata(t *testing.T) {
	ids := map[string]string{}
	titles := map[string]string{}
	files := sources(t)
	for _, file := range sorted(files) {
		if !isPolicy(file) {
			continue
		}
		t.Run(file, func(t *testing.T) {
			m := readMetadata(t, files[file])
			id := m.Custom.ID
			if other := ids[id]; other != "" {
				t.Errorf("id %s is that of %s too", id, other)
			}
			if other := titles[m.Title]; other != "" {
				t.Errorf("title %q is that of %s too", m.Title, other)
			}
			ids[id], titles[m.Title] = file, file
			checkMetadata(t, path.Base(path.Dir(file)), m)
		})
	}
}

func checkMetadata(t *testing.T, area string, m metadata) {
	t.Helper()
	if prefix := areas[area]; prefix == "" || !regexp.MustCompile(`^`+prefix+`\d{3}$`).MatchString(m.Custom.ID) {
		t.Errorf("id %q does not fit folder %s", m.Custom.ID, area)
	}
	if m.Scope != "package" {
		t.Errorf("scope %q: want package", m.Scope)
	}
	if m.Title == "" || strings.ToUpper(m.Title[:1]) != m.Title[:1] || len(m.Title) > 80 || strings.HasSuffix(m.Title, ".") {
		t.Errorf("title %q: want a short statement with a capital and no full stop", m.Title)
	}
	for name, text := range map[string]string{"description": m.Description, "remediation": m.Custom.Remediation} {
		if !strings.HasSuffix(strings.TrimSpace(text), ".") {
			t.Errorf("%s %q: want whole sentences", name, text)
		}
	}
	if !slices.Contains(report.Severities, report.Severity(m.Custom.Severity)) {
		t.Errorf("severity %q: want one of %v", m.Custom.Severity, report.Severities)
	}
	hosts := []string{"https://www.stitchdata.com/docs/", "https://docs.aws.amazon.com/"}
	for _, host := range hosts {
		if !slices.ContainsFunc(m.RelatedResources, func(r related) bool { return strings.HasPrefix(r.Ref, host) }) {
			t.Errorf("related_resources has no page of %s", host)
		}
	}
}

// readMetadata reads the block above the package.
func readMetadata(t *testing.T, source []byte) metadata {
	t.Helper()
	head, _, _ := strings.Cut(string(source), "\npackage ")
	lines := strings.Split(head, "\n")
	if lines[0] != "# METADATA" {
		t.Fatal("does not begin with METADATA")
	}
	var block strings.Builder
	for _, line := range lines[1:] {
		block.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " ") + "\n")
	}
	var m metadata
	decoder := yaml.NewDecoder(bytes.NewBufferString(block.String()))
	decoder.KnownFields(true)
	if err := decoder.Decode(&m); err != nil {
		t.Fatalf("METADATA: %v", err)
	}
	return m
}
