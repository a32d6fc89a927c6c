package report

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The validator ends with 0 whatever it finds, so its log is what counts.
func TestSARIFIsValid(t *testing.T) {
	accepted := map[string]string{
		"SARIF2002": "GitHub refuses messages with ids and arguments (GH1007)",
		"SARIF2003": "a cluster is under no version control",
		"SARIF2010": "there is no line to quote",
		"SARIF2011": "there is no line to quote",
		"SARIF2012": "a check without a page on the web has no help URI",
	}
	tool := multitool(t)
	dir := t.TempDir()
	all := allReports()
	for _, name := range []string{"every", "ready", "no-target", "region-denied"} {
		writeSARIF(t, dir, name, all[name], Options{})
	}
	writeSARIF(t, dir, "all", all["every"], Options{
		SARIFAll: true, Rules: someRules(), SARIFLocation: map[string]Location{analytics().ID: {"rscheck.yaml", 7}},
	})
	for _, finding := range validateSARIF(t, tool, dir) {
		if finding.Level != "note" || accepted[finding.RuleID] == "" {
			t.Errorf("%s %s: %s %v", finding.Level, finding.RuleID, finding.Locations[0].Physical.Artifact.URI, finding.Message)
		}
	}
}

// The validator is asked for what GitHub refuses: without its configuration it
// would let this pass.
func TestSARIFValidatorIsStrict(t *testing.T) {
	tool := multitool(t)
	dir := t.TempDir()
	writeSARIF(t, dir, "bad", one(blocked()), Options{})
	path := filepath.Join(dir, "bad.sarif")
	doc, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	doc = bytes.Replace(doc, []byte(`"uri": "aws/`), []byte(`"uri": "arn:aws/`), 1)
	if err := os.WriteFile(path, doc, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, finding := range validateSARIF(t, tool, dir) {
		if finding.RuleID == "GH1005" && finding.Level == "error" {
			return
		}
	}
	t.Error("a location that GitHub refuses was not found")
}

func writeSARIF(t *testing.T, dir, name string, r Report, o Options) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name+".sarif"), write(t, SARIF, r, o), 0o644); err != nil {
		t.Fatal(err)
	}
}

// validated is what the validator says of a place.
type validated struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   any             `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

// validateSARIF returns what the validator finds in the logs of a folder.
func validateSARIF(t *testing.T, tool, dir string) []validated {
	t.Helper()
	output := filepath.Join(t.TempDir(), "validation.json")
	config := filepath.Join("..", "testdata", "report", "sarif", "multitool.xml")
	out, err := exec.Command(tool, "validate", filepath.Join(dir, "*.sarif"), "--rule-kind", "Sarif;Ghas", "--config", config,
		"--level", "Error;Warning;Note", "--output", output, "--log", "ForceOverwrite").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	doc, err := os.ReadFile(output)
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Runs []struct {
			Results     []validated       `json:"results"`
			Invocations []sarifInvocation `json:"invocations"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(doc, []byte("\ufeff")), &log); err != nil {
		t.Fatal(err)
	}
	if len(log.Runs) != 1 || len(log.Runs[0].Results) == 0 || !log.Runs[0].Invocations[0].ExecutionSuccessful {
		t.Fatalf("the validator did not come to its end: %s", out)
	}
	return log.Runs[0].Results
}

// multitool finds Microsoft's validator, or installs it from npm into the user's
// cache.
func multitool(t *testing.T) string {
	t.Helper()
	const version = "5.7.0"
	if tool := os.Getenv("RSCHECK_SARIF_MULTITOOL"); tool != "" {
		return tool
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		missing(t, err.Error())
	}
	system := map[string]string{"windows": "win32"}[runtime.GOOS]
	if system == "" {
		system = runtime.GOOS
	}
	home := filepath.Join(cache, "rscheck", "sarif-multitool-"+version)
	tool := filepath.Join(home, "node_modules", "@microsoft", "sarif-multitool-"+system, "Sarif.Multitool")
	if runtime.GOOS == "windows" {
		tool += ".exe"
	}
	if _, err := os.Stat(tool); err == nil {
		return tool
	}
	if err := installMultitool(home, "@microsoft/sarif-multitool-"+system+"@"+version, tool); err != nil {
		missing(t, "sarif-multitool "+version+" is missing, point RSCHECK_SARIF_MULTITOOL at it or install npm: "+err.Error())
	}
	return tool
}

// installMultitool installs beside home first, so that home is whole or not there.
func installMultitool(home, pkg, tool string) error {
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		return err
	}
	building, err := os.MkdirTemp(filepath.Dir(home), "installing-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(building)
	npm := exec.Command("npm", "install", "--prefix", building, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", pkg)
	var said strings.Builder
	npm.Stdout, npm.Stderr = &said, &said
	if err := npm.Run(); err != nil {
		return &exec.Error{Name: "npm: " + said.String(), Err: err}
	}
	if err := os.Rename(building, home); err != nil && !os.IsExist(err) {
		return err
	}
	return os.Chmod(tool, 0o755)
}
