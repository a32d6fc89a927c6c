//go:build unix

package postgres

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

var errNoBinaries = errors.New("find PostgreSQL: install postgresql (apt-get install postgresql) or set RSCHECK_PG_BIN to the folder of initdb, postgres and psql")

// binaries returns the folder that holds initdb, postgres and psql. Debian keeps
// them off PATH.
func binaries() (string, error) {
	if dir := os.Getenv("RSCHECK_PG_BIN"); dir != "" {
		if complete(dir) {
			return dir, nil
		}
		return "", errNoBinaries
	}
	for _, dir := range candidates() {
		if complete(dir) {
			return dir, nil
		}
	}
	return "", errNoBinaries
}

// candidates lists the folders to look in, the newest version first.
func candidates() []string {
	var dirs []string
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",          // Debian, Ubuntu
		"/usr/pgsql-*/bin",                   // PostgreSQL's own RPMs
		"/opt/homebrew/opt/postgresql@*/bin", // Homebrew on ARM
		"/usr/local/opt/postgresql@*/bin",    // Homebrew on Intel
		"/usr/local/pgsql/bin",               // from source
	} {
		found, _ := filepath.Glob(pattern) // the only error is a bad pattern
		slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
		dirs = append(dirs, found...)
	}
	return dirs
}

// version is the first number in a path, 0 for none.
func version(path string) int {
	start := -1
	for i := 0; i <= len(path); i++ {
		digit := i < len(path) && path[i] >= '0' && path[i] <= '9'
		if digit && start < 0 {
			start = i
		}
		if !digit && start >= 0 {
			n, _ := strconv.Atoi(path[start:i])
			return n
		}
	}
	return 0
}

func complete(dir string) bool {
	for _, name := range []string{"initdb", "postgres", "psql"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}
