package facts

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// identity are the fields of a target that nothing can stand in for.
var identity = []string{"id", "kind", "name", "account", "region", "partition", "unknown"}

// lackAbsent records an Unknown for each fact that the text of a snapshot does
// not have: it was written before rscheck observed that fact, or by hand. Read as
// zero it would be taken for an observation.
func lackAbsent(text []byte, s *Snapshot) error {
	var document struct {
		Targets []map[string]any `json:"targets"`
	}
	if err := json.Unmarshal(text, &document); err != nil {
		return err
	}
	for i, object := range document.Targets {
		for _, path := range absentFields(reflect.TypeFor[Target](), object, "") {
			if slices.Contains(identity, path) {
				return fmt.Errorf("targets[%d]: has no field %q", i, path)
			}
			s.Targets[i].Lack(path, Unsupported, "the snapshot does not hold "+path+": collect it again")
		}
	}
	return nil
}

// absentFields returns the paths of the fields of t that the object should have
// and has not. A list of which an element lacks a field is told as a whole.
func absentFields(t reflect.Type, object map[string]any, at string) []string {
	var absent []string
	for field := range t.Fields() {
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		path := strings.TrimPrefix(at+"."+name, ".")
		value, there := object[name]
		kind := field.Type
		if kind.Kind() == reflect.Pointer {
			kind = kind.Elem()
		}
		switch {
		case !there && option != "omitempty":
			absent = append(absent, path)
		case !there:
		case kind.Kind() == reflect.Struct:
			part, _ := value.(map[string]any)
			absent = append(absent, absentFields(kind, part, path)...)
		case kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct:
			list, _ := value.([]any)
			if slices.ContainsFunc(list, func(item any) bool {
				part, _ := item.(map[string]any)
				return len(absentFields(kind.Elem(), part, path)) > 0
			}) {
				absent = append(absent, path)
			}
		}
	}
	return absent
}
