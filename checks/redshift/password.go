package redshift

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/jackc/pgpassfile"
)

// Password is a password that fmt, encoding/json and log/slog do not tell.
type Password string

const hidden = "(hidden)"

// Format writes "(hidden)" for every verb.
func (Password) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// MarshalText returns "(hidden)".
func (Password) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// FindPassword looks where PostgreSQL's own programs look: PGPASSWORD, then the
// file named by PGPASSFILE, then .pgpass in the home folder. It is empty where
// none of them tells one. Like libpq it does not trust a file that others may
// read, but says so.
// https://www.postgresql.org/docs/current/libpq-pgpass.html
func FindPassword(getenv func(string) string, host string, port int, database, login string) (Password, error) {
	if password := getenv("PGPASSWORD"); password != "" {
		return Password(password), nil
	}
	path := getenv("PGPASSFILE")
	if path == "" {
		path = defaultPasswordFile(getenv)
		if _, err := os.Stat(path); err != nil {
			return "", nil
		}
	}
	entries, err := pgpassfile.ReadPassfile(path)
	if err != nil {
		return "", fmt.Errorf("read the password file: %w", err)
	}
	password := entries.FindPassword(host, strconv.Itoa(port), database, login)
	if password == "" {
		return "", nil
	}
	if info, err := os.Stat(path); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("read the password file: others may read it: chmod 600 %s", path)
	}
	return Password(password), nil
}

// defaultPasswordFile is empty where there is no home folder.
func defaultPasswordFile(getenv func(string) string) string {
	home, file := getenv("HOME"), ".pgpass"
	if runtime.GOOS == "windows" {
		home, file = getenv("APPDATA"), filepath.Join("postgresql", "pgpass.conf")
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, file)
}
