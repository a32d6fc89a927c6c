package report

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func holding(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// entries lists what is in a folder.
func entries(t *testing.T, dir string) string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestFileIsWrittenAndReplaced(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	for _, text := range []string{"first", strings.Repeat("second ", 100_000), ""} {
		if err := WriteFile(path, holding(text)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != text {
			t.Errorf("holds %d bytes, want %d (%v)", len(got), len(text), err)
		}
	}
	if got := entries(t, dir); got != "report.json" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestFailedWriteLeavesTheOldFile(t *testing.T) {
	broken := errors.New("template is broken")
	for name, write := range map[string]func(io.Writer) error{
		"at once":       func(io.Writer) error { return broken },
		"in the middle": func(w io.Writer) error { io.WriteString(w, strings.Repeat("half", 100_000)); return broken },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "report.json")
			if err := WriteFile(path, holding("old")); err != nil {
				t.Fatal(err)
			}
			err := WriteFile(path, write)
			if !errors.Is(err, broken) || err.Error() != "write "+path+": template is broken" {
				t.Errorf("got %v", err)
			}
			if got, _ := os.ReadFile(path); string(got) != "old" {
				t.Errorf("holds %q", got)
			}
			if got := entries(t, dir); got != "report.json" {
				t.Errorf("the folder holds %s", got)
			}
		})
	}
}

func TestPanicLeavesNoTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		WriteFile(filepath.Join(dir, "report.json"), func(io.Writer) error { panic("a bug") })
	}()
	if got := entries(t, dir); got != "" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestWriteRefusesAFolder(t *testing.T) {
	dir := t.TempDir()
	err := WriteFile(dir, holding("x"))
	if err == nil || err.Error() != "write "+dir+": is a directory, name a file" {
		t.Errorf("got %v", err)
	}
}

func TestWriteIntoAFolderThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "report.json")
	err := WriteFile(path, holding("x"))
	if !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), ".tmp") {
		t.Errorf("got %v", err)
	}
}
