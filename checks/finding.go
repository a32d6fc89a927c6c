package checks

import (
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/rscheck/rscheck/checks/facts"
	"github.com/rscheck/rscheck/report"
)

// finding is what a rule of a policy yields.
type finding struct {
	Subject     string
	Message     string
	Severity    report.Severity
	Remediation []report.Remediation
	Missing     []facts.Unknown
	// See is the check that answers for a cause, of what does not apply.
	See string
}

// decodeFindings reads a rule's set of findings. Sets come sorted, so that the
// order is the same each time.
func decodeFindings(yield *ast.Term) ([]finding, error) {
	set, ok := yield.Value.(ast.Set)
	if !ok {
		return nil, fmt.Errorf("is of type %s: want a set of findings", ast.ValueName(yield.Value))
	}
	list := make([]finding, 0, set.Len())
	err := set.Iter(func(item *ast.Term) error {
		f, err := decodeFinding(item)
		list = append(list, f)
		return err
	})
	return list, err
}

// decodeFinding reads {"subject", "message", "severity", "remediation",
// "missing", "see"}, of which only message is a must.
func decodeFinding(item *ast.Term) (finding, error) {
	var f finding
	object, ok := item.Value.(ast.Object)
	if !ok {
		return f, fmt.Errorf("yields a finding of type %s: want an object", ast.ValueName(item.Value))
	}
	err := object.Iter(func(key, value *ast.Term) error {
		if err := f.set(key, value.Value); err != nil {
			return fmt.Errorf("yields a finding whose %s %w", key, err)
		}
		return nil
	})
	if err == nil && f.Message == "" {
		err = errors.New("yields a finding without a message")
	}
	return f, err
}

func (f *finding) set(key *ast.Term, value ast.Value) (err error) {
	switch name, _ := key.Value.(ast.String); name {
	case "subject":
		f.Subject, err = text(value)
	case "message":
		f.Message, err = text(value)
	case "see":
		f.See, err = text(value)
	case "severity":
		var word string
		word, err = text(value)
		f.Severity = report.Severity(word)
	case "remediation":
		err = each(value, func(field func(string) string) {
			f.Remediation = append(f.Remediation, report.Remediation{Kind: report.RemediationKind(field("kind")), Text: field("text")})
		})
	case "missing":
		err = each(value, func(field func(string) string) {
			f.Missing = append(f.Missing, facts.Unknown{Path: field("path"), Reason: facts.Reason(field("reason")), Detail: field("detail")})
		})
	default:
		err = errors.New("is not a key of a finding")
	}
	return err
}

func text(value ast.Value) (string, error) {
	s, ok := value.(ast.String)
	if !ok {
		return "", fmt.Errorf("is of type %s: want a string", ast.ValueName(value))
	}
	return string(s), nil
}

// each calls add with the strings of each object of a list or a set, by name.
func each(value ast.Value, add func(field func(string) string)) error {
	list, ok := value.(interface {
		Iter(func(*ast.Term) error) error
	})
	if !ok {
		return fmt.Errorf("is of type %s: want a list", ast.ValueName(value))
	}
	return list.Iter(func(item *ast.Term) error {
		object, ok := item.Value.(ast.Object)
		if !ok {
			return fmt.Errorf("holds a value of type %s: want objects", ast.ValueName(item.Value))
		}
		add(func(name string) string {
			if found := object.Get(ast.InternedTerm(name)); found != nil {
				word, _ := found.Value.(ast.String)
				return string(word)
			}
			return ""
		})
		return nil
	})
}
