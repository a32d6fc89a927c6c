package onepacket

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/rscheck/rscheck/checks/facts"
)

// Least takes rules and things out of a copy of the target, one at a time, as long
// as it stays bad. What every network has stays (a main route table, a default
// network ACL), and so does what another thing names. A target on which bad panics
// is not bad.
func Least(target *facts.Target, bad func(*facts.Target) bool) *facts.Target {
	least := Clone(target)
	for again := true; again; {
		again = false
		for _, list := range listsWithin(reflect.ValueOf(least).Elem()) {
			for i := 0; i < list.Len(); i++ {
				if basic(list.Index(i)) {
					continue
				}
				id, before := idOf(list.Index(i)), reflect.ValueOf(list.Interface())
				shorter := reflect.AppendSlice(reflect.MakeSlice(list.Type(), 0, list.Len()), before.Slice(0, i))
				list.Set(reflect.AppendSlice(shorter, before.Slice(i+1, before.Len())))
				if (id == "" || !names(least, id)) && stillBad(least, bad) {
					again = true
					i--
				} else {
					list.Set(before)
				}
			}
		}
	}
	return least
}

// basic reports whether AWS gives the thing to every VPC.
func basic(v reflect.Value) bool {
	switch thing := v.Interface().(type) {
	case facts.RouteTableAssociation:
		return thing.Main
	case facts.RouteTable:
		for _, a := range thing.Associations {
			if a.Main {
				return true
			}
		}
	case facts.NetworkACL:
		return thing.Default
	}
	return false
}

// idOf is the id of a thing of the network, empty for what has none and for a mere
// mention of a thing.
func idOf(v reflect.Value) string {
	switch v.Interface().(type) {
	case facts.GroupMember, facts.GroupSubnet, facts.EndpointInterface, facts.Exclusion:
		return ""
	}
	if v.Kind() != reflect.Struct || !v.FieldByName("ID").IsValid() {
		return ""
	}
	return v.FieldByName("ID").String()
}

// names reports whether some fact of t contains the id.
func names(t *facts.Target, id string) bool { return strings.Contains(Text(t), id) }

func stillBad(t *facts.Target, bad func(*facts.Target) bool) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return bad(t)
}

// listsWithin are all lists in v, the outer before the inner.
func listsWithin(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			all = append(all, listsWithin(field)...)
		}
	case reflect.Slice:
		all = append(all, v)
		for i := range v.Len() {
			all = append(all, listsWithin(v.Index(i))...)
		}
	}
	return all
}

// Text is the cluster and the network of t as JSON, without what is empty or zero,
// for a person to read.
func Text(t *facts.Target) string {
	var all any
	text, err := json.Marshal(map[string]any{"cluster": t.Cluster, "network": t.Network})
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err == nil {
		text, err = json.MarshalIndent(said(all), "", " ")
	}
	if err != nil {
		panic(fmt.Sprintf("onepacket: write target: %v", err)) // no fact is of a type that JSON has not
	}
	return string(text)
}

// said leaves out of a JSON value what says nothing; nil where that is all.
func said(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if v[key] = said(inner); v[key] == nil {
				delete(v, key)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = said(v[i])
		}
		if len(v) == 0 {
			return nil
		}
	case string, bool, float64:
		if reflect.ValueOf(v).IsZero() {
			return nil
		}
	}
	return v
}

// Clone returns a copy of t that shares nothing with it.
func Clone(t *facts.Target) *facts.Target {
	var copied facts.Target
	text, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(text, &copied)
	}
	if err != nil {
		panic(fmt.Sprintf("onepacket: copy target: %v", err))
	}
	return &copied
}
