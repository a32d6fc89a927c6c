//go:build unix

package redshift

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestFindPassword(t *testing.T) {
	home := t.TempDir()
	write(t, filepath.Join(home, "without", "x"), "", 0o600)
	write(t, filepath.Join(home, ".pgpass"), "# a comment\ndw.example.com:5439:dw:stitch:from\\:home\n*:*:*:auditor:for auditors\n", 0o600)
	write(t, filepath.Join(home, "elsewhere"), "*:*:*:*:from elsewhere\n", 0o600)
	write(t, filepath.Join(home, "open", ".pgpass"), "*:*:*:stitch:from an open file\n", 0o644)
	for name, tc := range map[string]struct {
		environment map[string]string
		login       string
		want        Password
		err         string
	}{
		"nothing set":                 {nil, "stitch", "", ""},
		"variable":                    {map[string]string{"PGPASSWORD": "from a variable", "HOME": home}, "stitch", "from a variable", ""},
		"file in the home folder":     {map[string]string{"HOME": home}, "stitch", "from:home", ""},
		"for another user":            {map[string]string{"HOME": home}, "auditor", "for auditors", ""},
		"no line that fits":           {map[string]string{"HOME": home}, "boss", "", ""},
		"no file in the home folder":  {map[string]string{"HOME": filepath.Join(home, "without")}, "stitch", "", ""},
		"file named by a variable":    {map[string]string{"HOME": home, "PGPASSFILE": filepath.Join(home, "elsewhere")}, "stitch", "from elsewhere", ""},
		"named file is not there":     {map[string]string{"HOME": home, "PGPASSFILE": filepath.Join(home, "nowhere")}, "stitch", "", filepath.Join(home, "nowhere")},
		"others may read it":          {map[string]string{"HOME": filepath.Join(home, "open")}, "stitch", "", "chmod 600 " + filepath.Join(home, "open", ".pgpass")},
		"others may read other lines": {map[string]string{"HOME": filepath.Join(home, "open")}, "boss", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := FindPassword(func(name string) string { return tc.environment[name] }, "dw.example.com", 5439, "dw", tc.login)
			if string(got) != string(tc.want) {
				t.Errorf("password %q, want %q", string(got), string(tc.want))
			}
			if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error %v, want %q", err, tc.err)
			}
		})
	}
}
