package checks

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"github.com/rscheck/rscheck/checks/digest"
)

// Schema is the JSON schema of a policy's input, made from digest.Document.
// Policies are type-checked against it, so that a misspelt fact does not load.
func Schema() (*jsonschema.Schema, error) {
	schema, err := jsonschema.For[digest.Document](nil)
	if err != nil {
		return nil, fmt.Errorf("make schema of %T: %w", digest.Document{}, err)
	}
	forbidNull(schema)
	schema.Schema = "http://json-schema.org/draft-07/schema#"
	schema.Title = "What a policy of rscheck sees as input"
	return schema, nil
}

// forbidNull takes null out of every type: the encoder writes an empty list for
// a nil slice.
func forbidNull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if len(s.Types) > 0 {
		s.Types = slices.DeleteFunc(s.Types, func(t string) bool { return t == "null" })
		s.Type, s.Types = s.Types[0], nil
	}
	forbidNull(s.Items)
	for _, property := range s.Properties {
		forbidNull(property)
	}
}

// schemaValue is Schema in the form the OPA compiler takes.
func schemaValue() (any, error) {
	schema, err := Schema()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return nil, fmt.Errorf("write schema: %w", err)
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	return value, nil
}
