package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
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
	cmd.SetContext(t.Context())
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

// commandLine finds a command of rscheck in a page: between backquotes, or on a line
// of a block, perhaps behind what starts it there.
var commandLine = regexp.MustCompile("`rscheck ([^`]+)`|(?m)^(?: {4}|[- ]*run: |[- ]*sh '|  steps \\{ sh '|  - )rscheck ([^'\\n]+)")

// TestCommandsOnThePagesAreThereToBeTyped parses every command line that a page shows.
func TestCommandsOnThePagesAreThereToBeTyped(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md", "../../CHANGELOG.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range commandLine.FindAllStringSubmatch(string(text), -1) {
			line := match[1] + match[2]
			root := (&app{}).root()
			cmd, rest, err := root.Find(strings.Fields(line))
			if err == nil {
				err = cmd.ParseFlags(rest)
			}
			if err != nil {
				t.Errorf("%s: rscheck %s: %v", page, line, err)
			}
			found++
		}
	}
	if found < 15 {
		t.Errorf("found %d command lines: the pattern misses most", found)
	}
}
