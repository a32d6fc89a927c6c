package main

import (
	"bytes"
	"os"
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
