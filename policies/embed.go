// Package policies holds the checks, as Rego, and the profiles of the loaders.
//
// A check is one file, stitch/<area>/<name>.rego, with its test beside it;
// nothing else has to be registered. lib has what checks share.
package policies

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

// FS holds the policies and their library, tests left out, and the profiles.
//
// A pattern cannot say "all but _test.rego", so these say "all whose name does
// not end in t": a policy whose name does needs a pattern of its own, and a test
// fails until it has one.
//
//go:embed lib/*[^t].rego stitch/*/*[^t].rego profiles/*.yaml
var FS embed.FS

// Profiles returns the ids of the loaders whose profiles are in FS, sorted: the
// names of the files without their ending.
func Profiles() []string {
	files, _ := fs.Glob(FS, "profiles/*.yaml") // the pattern is well-formed, and there is no other error
	ids := make([]string, len(files))
	for i, file := range files {
		ids[i] = strings.TrimSuffix(path.Base(file), ".yaml")
	}
	return ids
}
