package fakeaws

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// speaksJSON tells the services that speak JSON from those of XML.
func speaksJSON(service string) bool {
	return slices.Contains([]string{"redshift-serverless", "redshift-data", "secretsmanager"}, service)
}

// receiveJSON reads the operation and the parameters of a request in AWS JSON 1.1.
// A parameter that is a list or an object keeps its text.
func receiveJSON(r *http.Request) (operation string, params url.Values) {
	_, operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	params = url.Values{}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return operation, params
	}
	var fields map[string]json.RawMessage
	// What is no object has no parameters, which is answered as AWS would.
	_ = json.Unmarshal(text, &fields)
	for name, value := range fields {
		var words string
		if json.Unmarshal(value, &words) != nil {
			words = string(value)
		}
		params.Set(name, words)
	}
	return operation, params
}

// object is an answer in JSON, or a part of one.
type object map[string]any

// put sets a member, and none for no words.
func (o object) put(name, value string) {
	if value != "" {
		o[name] = value
	}
}

// without returns the value but for the members named in omit.
func without(value any, omit map[string]bool) any {
	switch v := value.(type) {
	case object:
		kept := object{}
		for name, member := range v {
			if !omit[name] {
				kept[name] = without(member, omit)
			}
		}
		return kept
	case []object:
		kept := []any{}
		for _, item := range v {
			kept = append(kept, without(item, omit))
		}
		return kept
	}
	return value
}

// sayJSON is the answer of an operation in JSON.
func (c *call) sayJSON(answer object) *apiError {
	text, err := json.Marshal(without(answer, c.out.omit))
	if err != nil {
		return &apiError{http.StatusInternalServerError, "InternalServerException", err.Error()}
	}
	c.out.buffer.Write(text)
	return nil
}

// said is the error as the service words it. Those of JSON have one word for
// every sort of wrong input.
func (e *apiError) said(service string) *apiError {
	worded := *e
	switch {
	case !speaksJSON(service):
	case e.code == "InvalidAction":
		worded.code = "UnknownOperationException"
	case strings.HasPrefix(e.code, "InvalidParameter"), e.code == "UnknownParameter":
		worded.code = "ValidationException"
	}
	return &worded
}

// writeJSONError writes an error in the form of the services of JSON.
func writeJSONError(w http.ResponseWriter, e *apiError) {
	w.Header().Set("Content-Type", contentJSON)
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.WriteHeader(e.status)
	text, _ := json.Marshal(map[string]string{"__type": e.code, "message": e.message})
	fmt.Fprintf(w, "%s\n", text)
}

const contentJSON = "application/x-amz-json-1.1"
