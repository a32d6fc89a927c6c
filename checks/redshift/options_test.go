package redshift

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rscheck/rscheck/checks/facts"
)

// write makes a file and the folder it is in.
func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func TestOptionsNoServerIsAskedAbout(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "empty.pem"), "nothing", 0o600)
	const secret = "s3cret canary"
	valid := Options{Host: "192.0.2.10", Port: 5439, Database: "dw", Login: "auditor", Password: secret, User: "stitch"}
	for name, tc := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"no host":            {func(o *Options) { o.Host = "" }, "no host given"},
		"no login":           {func(o *Options) { o.Login = "" }, "no login given"},
		"no user":            {func(o *Options) { o.User = "" }, "no user given"},
		"no database":        {func(o *Options) { o.Database = "" }, "no database given"},
		"NUL in a name":      {func(o *Options) { o.User = "stitch\x00" }, "NUL"},
		"host with a port":   {func(o *Options) { o.Host = "dw.example.com:5439" }, `host "dw.example.com:5439" is to be a name or an address`},
		"host with a scheme": {func(o *Options) { o.Host = "jdbc://dw" }, `host "jdbc://dw" is to be a name or an address`},
		"no port":            {func(o *Options) { o.Port = 0 }, "0 is not a port"},
		"port out of range":  {func(o *Options) { o.Port = 65536 }, "65536 is not a port"},
		"prefer":             {func(o *Options) { o.SSLMode = "prefer" }, `sslmode "prefer" is none of verify-full`},
		"allow":              {func(o *Options) { o.SSLMode = "allow" }, `sslmode "allow" is none of verify-full`},
		"CA file, no TLS":    {func(o *Options) { o.SSLMode, o.CAFile = Disable, "ca.pem" }, "a CA file is of no use"},
		"CA file not there":  {func(o *Options) { o.CAFile = filepath.Join(dir, "ca.pem") }, filepath.Join(dir, "ca.pem")},
		"CA file of nothing": {func(o *Options) { o.CAFile = filepath.Join(dir, "empty.pem") }, filepath.Join(dir, "empty.pem") + " holds no certificate"},
		"too many markers":   {func(o *Options) { o.Markers = make([]string, 13) }, "13 names given, at most 12"},
	} {
		t.Run(name, func(t *testing.T) {
			options := valid
			tc.change(&options)
			target := &facts.Target{}
			err := Observe(context.Background(), options, target)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want a line with %q", err, tc.want)
			}
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("the password came out: %v", err)
			}
			if len(target.Unknown) > 0 || target.Database.Login != (facts.Login{}) {
				t.Errorf("the target was touched: %+v", target)
			}
		})
	}
}

func TestNotTried(t *testing.T) {
	target := &facts.Target{}
	NotTried(target, facts.NotRequested, "left out with --no-database")
	if login := target.Database.Login; login.Outcome != facts.LoginNotTried || login.Message != "left out with --no-database" {
		t.Errorf("login %+v", login)
	}
	for _, path := range sections {
		if lack := target.Lacking(path); len(lack) != 1 || lack[0].Reason != facts.NotRequested {
			t.Errorf("%s: %+v", path, lack)
		}
	}
}

// Every field of facts.Database but the login is in a section, or the failure of
// a login would leave it known.
func TestSectionsCoverTheDatabase(t *testing.T) {
	fields := map[string]json.RawMessage{}
	told, err := json.Marshal(facts.Database{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(told, &fields); err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{"login": true}
	for _, path := range sections {
		covered[strings.TrimPrefix(path, "database.")] = true
	}
	for name := range fields {
		if !covered[name] {
			t.Errorf("database.%s is in no section", name)
		}
	}
}

func TestPasswordIsNotTold(t *testing.T) {
	options := Options{Login: "stitch", Password: "s3cret canary"}
	told, err := json.Marshal(struct{ Password Password }{options.Password})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		fmt.Sprint(options.Password), fmt.Sprintf("%s %q %x %d %#v", options.Password, options.Password, options.Password, options.Password, options.Password),
		fmt.Sprintf("%v %+v %#v", options, options, &options), string(told),
	} {
		if strings.Contains(text, "canary") || strings.Contains(text, "73337263657420") || !strings.Contains(text, "(hidden)") {
			t.Errorf("told: %s", text)
		}
	}
}

func TestValidUntil(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "",
		"infinity":                  "infinity",
		"2030-01-01 00:00:00+00":    "2030-01-01T00:00:00Z",
		"2030-01-01 00:00:00.5+00":  "2030-01-01T00:00:00Z",
		"2030-01-01 00:00:00+05:30": "2029-12-31T18:30:00Z",
		"2030-01-01 00:00:00-08":    "2030-01-01T08:00:00Z",
		"-infinity":                 "-infinity",
		"invalid":                   "?",
		"01/02/2030 00:00:00 UTC":   "?",
		"2030-01-01 00:00:00":       "?",
		"10000-01-01 00:00:00+00":   "?",
		"0044-03-15 00:00:00+00 BC": "?",
	} {
		got, ok := validUntil(text)
		if !ok {
			got = "?"
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestStatementTimeoutAsShown(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "30000": "30000", "30s": "30000", "250ms": "250", "5min": "300000", "2h": "7200000", "1d": "86400000",
		"": "?", "off": "?", "s": "?", "1.5s": "?",
	} {
		got, ok := milliseconds(text)
		if !ok {
			got = "?"
		}
		if got != want {
			t.Errorf("%q is %q ms, want %q", text, got, want)
		}
	}
}
