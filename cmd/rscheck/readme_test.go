package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadmeShowsWhatTheDemoPrints holds the README's output to the program's.
func TestReadmeShowsWhatTheDemoPrints(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```\n")
	excerpt, _, found := strings.Cut(rest, "```\n")
	if !found || len(excerpt) < 200 {
		t.Fatal("README.md has no output to compare")
	}
	var stdout, stderr bytes.Buffer
	Main([]string{"demo"}, strings.NewReader(""), &stdout, &stderr)
	if !strings.Contains(stdout.String(), excerpt) {
		t.Errorf("the demo does not print what README.md shows:\n%s", excerpt)
	}
}

// TestConfigurationPageHoldsAConfiguration reads the page's example as a scan does.
func TestConfigurationPageHoldsAConfiguration(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```\n")
	file := filepath.Join(t.TempDir(), "example.yaml")
	if err := os.WriteFile(file, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	a := &app{}
	cmd, _, err := a.root().Find([]string{"scan"})
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Flags().Set("config", file); err != nil {
		t.Fatal(err)
	}
	c, err := a.configure(cmd)
	if err != nil {
		t.Fatal(err)
	}
	runs, err := targets(cmd, &observeOptions{}, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 3 || runs[1].loader.user != "stitch_finance" || runs[1].aws.regions[0] != "eu-west-1" || len(c.waivers) != 2 {
		t.Errorf("read %d targets and %d waivers, want 3 and 2, each target with what it says", len(runs), len(c.waivers))
	}
	if failOn := cmd.Flag("fail-on").Value.String(); failOn != "medium" {
		t.Errorf("fail-on is %s, want what goes for every target: medium", failOn)
	}
}
