package facts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Difference is one thing that changed from one observation to the next.
type Difference struct {
	// Target is the id of the target, or "scan" for what kept targets from being
	// found.
	Target string
	// Path is that of the fact, as "network.security_groups.sg-0a1b.inbound".
	// The elements of a list go by id or name. It is empty for a target that is
	// in one of the snapshots only.
	Path string
	// Before and After are the values as JSON, empty where there was none.
	Before, After string
}

// Diff returns what changed from one snapshot to another, target by target, in
// the order of targets and paths. What could not be observed in one of them is a
// difference as well: its Unknown came or went.
func Diff(before, after Snapshot) ([]Difference, error) {
	was, err := targetTrees(before)
	if err != nil {
		return nil, err
	}
	is, err := targetTrees(after)
	if err != nil {
		return nil, err
	}
	var differences []Difference
	for _, id := range keys(was, is) {
		compare(&differences, id, "", was[id], is[id])
	}
	return differences, nil
}

// targetTrees returns each target as JSON values, by id, and what the snapshot as a
// whole lacks.
func targetTrees(s Snapshot) (map[string]any, error) {
	lacks, err := tree(map[string]any{"unknown": s.Unknown})
	if err != nil {
		return nil, fmt.Errorf("compare what is unknown: %w", err)
	}
	trees := map[string]any{"scan": lacks}
	for _, t := range s.Targets {
		if trees[t.ID], err = tree(t); err != nil {
			return nil, fmt.Errorf("compare %s: %w", t.Name, err)
		}
	}
	return trees, nil
}

// tree returns the value as JSON values.
func tree(value any) (any, error) {
	var text bytes.Buffer
	if err := Encode(&text, value); err != nil {
		return nil, err
	}
	var values any
	err := json.Unmarshal(text.Bytes(), &values)
	return values, err
}

// compare adds the differences of two JSON values; nil stands for none.
func compare(differences *[]Difference, target, path string, before, after any) {
	was, wasParts := parts(before)
	is, isParts := parts(after)
	if wasParts && isParts {
		for _, key := range keys(was, is) {
			compare(differences, target, strings.TrimPrefix(path+"."+key, "."), was[key], is[key])
		}
		return
	}
	if w, i := written(before), written(after); w != i {
		*differences = append(*differences, Difference{Target: target, Path: path, Before: w, After: i})
	}
}

// parts takes an object, or a list, apart. The elements of a list go by what
// names them, or by themselves: the order of a list is no fact.
func parts(value any) (map[string]any, bool) {
	switch v := value.(type) {
	case map[string]any:
		return v, true
	case []any:
		named := map[string]any{}
		for _, item := range v {
			key := name(item)
			for n := 2; named[key] != nil; n++ {
				key = fmt.Sprintf("%s (%d)", name(item), n)
			}
			named[key] = item
		}
		return named, true
	}
	return nil, false
}

// name is what tells an element of a list from the others.
func name(item any) string {
	object, ok := item.(map[string]any)
	if !ok {
		return fmt.Sprint(item)
	}
	var words []string
	for _, key := range []string{"id", "schema", "group", "name", "number", "egress", "destination_cidr", "destination_ipv6_cidr", "destination_prefix_list_id", "role", "path"} {
		if value, there := object[key]; there && value != "" {
			words = append(words, fmt.Sprint(value))
		}
	}
	if len(words) == 0 {
		return written(item)
	}
	return strings.Join(words, ".")
}

// written is a value as JSON, empty for none.
func written(value any) string {
	if value == nil {
		return ""
	}
	text, _ := json.Marshal(value) // it was JSON before
	return string(text)
}

// keys returns the keys of both maps, sorted.
func keys(a, b map[string]any) []string {
	var all []string
	for key := range a {
		all = append(all, key)
	}
	for key := range b {
		all = append(all, key)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
