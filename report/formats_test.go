package report

import (
	"errors"
	"slices"
	"testing"
)

func TestFormatIsFoundByName(t *testing.T) {
	for _, name := range FormatNames() {
		f, err := FormatByName(name)
		if err != nil || f.Name != name {
			t.Errorf("%s: found %q, %v", name, f.Name, err)
		}
	}
	_, err := FormatByName("yaml")
	if err == nil || err.Error() != `unknown format "yaml": want one of text, json` {
		t.Errorf("yaml: %v", err)
	}
}

func TestFormatIsFoundByPath(t *testing.T) {
	for path, want := range map[string]string{
		"report.json": "json", "out/REPORT.JSON": "json", "a.sarif.json": "json", "a.txt": "text",
		"report": "", "json": "", ".": "", "": "",
	} {
		f, err := FormatByPath(path)
		if f.Name != want || (err == nil) != (want != "") {
			t.Errorf("%q: found %q, %v", path, f.Name, err)
		}
	}
}

func TestFormatsAreDistinct(t *testing.T) {
	var names []string
	for _, f := range Formats() {
		if len(f.Extensions) == 0 {
			t.Errorf("%s has no extension", f.Name)
		}
		names = append(append(names, f.Name), f.Extensions...)
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a name or an extension stands twice: %q", names)
	}
}

func TestFormatsReturnWriteErrors(t *testing.T) {
	full := errors.New("no space left on device")
	for _, f := range Formats() {
		for name, after := range map[string]int{"at once": 0, "in the middle": 5000} {
			t.Run(f.Name+" "+name, func(t *testing.T) {
				if err := f.Write(&failing{after, full}, every(), Options{}); !errors.Is(err, full) {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}
