package report

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata/report, or rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "testdata", "report", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./report -update makes it)", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("differs from %s:\n%s", path, diff)
	}
}

// allReports are the situations and the report of every case.
func allReports() map[string]Report {
	all := situations()
	all["every"] = every()
	return all
}

// write returns what a format makes of a report.
func write(t *testing.T, f func(io.Writer, Report, Options) error, r Report, o Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := f(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every format writes the one report that holds every case.
func TestFormatsWriteEveryCase(t *testing.T) {
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			golden(t, goldenName(f), write(t, f.Write, every(), Options{}))
		})
	}
}

// goldenName is the file of testdata/report that holds every case in a format.
func goldenName(f Format) string {
	return "every" + append(f.Extensions, "."+f.Name)[0]
}

// failing is a writer that fails after a number of bytes.
type failing struct {
	after int
	err   error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.after -= len(p); f.after < 0 {
		return 0, f.err
	}
	return len(p), nil
}
