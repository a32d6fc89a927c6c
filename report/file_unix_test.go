//go:build unix

package report

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWriteRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	link, pipe, kept := filepath.Join(dir, "link"), filepath.Join(dir, "pipe"), filepath.Join(dir, "kept")
	if err := os.WriteFile(kept, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(kept, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		link:        "is a symbolic link, name the file itself",
		pipe:        "is a device, a pipe or a socket, name a file",
		"/dev/null": "is a device, a pipe or a socket, name a file",
	} {
		err := WriteFile(path, holding("x"))
		if err == nil || err.Error() != "write "+path+": "+want {
			t.Errorf("got %v", err)
		}
	}
	if got, _ := os.ReadFile(kept); string(got) != "kept" {
		t.Errorf("the file behind the link holds %q", got)
	}
	if got := entries(t, dir); got != "kept link pipe" {
		t.Errorf("the folder holds %s", got)
	}
}

func TestModeOfAFile(t *testing.T) {
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	for name, tc := range map[string]struct{ before, want os.FileMode }{
		"new":                   {0, 0o640},
		"private one stays so":  {0o600, 0o600},
		"writable by its group": {0o660, 0o660},
		"readable by everybody": {0o644, 0o644},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), strings.Repeat("n", 250)) // a longer name would not fit
			if tc.before != 0 {
				if err := os.WriteFile(path, nil, tc.before); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(path, tc.before); err != nil {
					t.Fatal(err)
				}
			}
			if err := WriteFile(path, holding("x")); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := info.Mode().Perm(); got != tc.want {
				t.Errorf("mode %o, want %o", got, tc.want)
			}
		})
	}
}
