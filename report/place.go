package report

import (
	"io/fs"
	slash "path"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// place names a target from the outside in. It depends on the target alone, so
// that names made of it are the same in every run.
func (t *Target) place() []string {
	switch {
	case t.isScan():
		return []string{scanID}
	case t.Kind == facts.HostOnly:
		return []string{"host", t.Name}
	case t.Kind == facts.Workgroup:
		return []string{"aws", t.Account, t.Region, "redshift-serverless", t.Name}
	default:
		return []string{"aws", t.Account, t.Region, "redshift", t.Name}
	}
}

// resourcePath stands in for the file that tools expect a finding to be in:
// aws/ACCOUNT/REGION/redshift/NAME/SUBJECT. It is a relative URI without a
// scheme, once decoded too, and no part of it is empty, "." or "..". GitHub
// refuses a whole file for one URI with a colon before its first slash
// (github/codeql-action#754).
func (i item) resourcePath() string {
	names := i.target.place()
	if i.Subject != "" {
		names = append(names, i.Subject)
	}
	whole := strings.ReplaceAll(visible(strings.Join(names, "/")), `\`, "_")
	return encodePath(whole, func(part string) string {
		if strings.Trim(part, ".") == "" {
			return strings.Repeat("_", max(1, len(part)))
		}
		return part
	})
}

// location is the URI and the line where a result is said to be.
func (i item) location(o Options) (string, int) {
	if declared := o.SARIFLocation[i.target.ID]; declared.uri() != "" {
		return declared.uri(), max(1, declared.Line)
	}
	return i.resourcePath(), 1
}

// uri is the location's file as a relative URI, empty where it is none.
func (l Location) uri() string {
	file := slash.Clean(strings.ReplaceAll(l.File, `\`, "/"))
	if file == "." || !fs.ValidPath(file) || strings.Contains(file, ":") || visible(file) != file {
		return ""
	}
	return encodePath(file, func(part string) string { return part })
}

// encodePath changes each part of a path and then percent-encodes all of it that
// RFC 3986, section 2.3, does not call unreserved.
func encodePath(path string, change func(string) string) string {
	const hex = "0123456789ABCDEF"
	parts := strings.Split(path, "/")
	for i, part := range parts {
		var b strings.Builder
		for _, c := range []byte(change(part)) {
			switch {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-._~", c) >= 0:
				b.WriteByte(c)
			default:
				b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			}
		}
		parts[i] = b.String()
	}
	return strings.Join(parts, "/")
}
