package report

import (
	"bufio"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPrinterFillsTemplates(t *testing.T) {
	type inner struct{ Name string }
	value := struct {
		Name  string
		N     int
		Yes   bool
		Inner *inner
		None  *inner
		List  []inner
		Empty []inner
	}{Name: `<a href="x">+'&`, N: 3, Yes: true, Inner: &inner{"in"}, List: []inner{{"a"}, {"b"}}}
	for template, want := range map[string]string{
		"{{.Name}}":                                                    "&lt;a href=&#34;x&#34;&gt;&#43;&#39;&amp;",
		"{{.N}} {{len .List}}":                                         "3 2",
		"{{.Inner.Name}}":                                              "in",
		"{{if .Yes}}y{{else}}n{{end}}":                                 "y",
		"{{if .None}}y{{else}}n{{end}}":                                "n",
		"{{if not .Empty}}none{{end}}":                                 "none",
		"{{if or .Empty .List}}some{{end}}":                            "some",
		"{{with .Inner}}{{.Name}}{{$.N}}{{end}}":                       "in3",
		"{{with .None}}x{{else}}{{.N}}{{end}}":                         "3",
		"{{range $i, $x := .List}}{{if $i}},{{end}}{{$x.Name}}{{end}}": "a,b",
		"{{range .Empty}}x{{else}}none{{end}}":                         "none",
		"{{$n := .N}}{{range $x := .List}}{{$n}}{{.Name}}{{end}}":      "3a3b",
		`{{define "sub"}}[{{.Name}}]{{end}}{{range .List}}{{template "sub" .}}{{end}}`: "[a][b]",
		"{{range .List}} {{- .Name -}} {{end}}":                                        "ab",
	} {
		got, err := fill(template, reflect.ValueOf(value))
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", template, got, err)
		}
	}
}

// What the printer does not know is an error, never another page.
func TestPrinterRefusesWhatItDoesNotKnow(t *testing.T) {
	value := struct {
		Name string
		When []float64
	}{"x", []float64{1}}
	for _, template := range []string{
		"{{.Gone}}", "{{.Name.Gone}}", "{{range .Name}}{{end}}", "{{.Name | len}}", `{{template "gone" .}}`, "{{$.Gone}}", `{{"text"}}`,
		"{{range .When}}{{.}}{{end}}", "{{range .When}}{{break}}{{end}}", "{{.When}}",
	} {
		if got, err := fill(template, reflect.ValueOf(value)); err == nil {
			t.Errorf("%s: %q", template, got)
		}
	}
	for _, template := range []string{"{{", "{{gone .Name}}", "{{if .Name}}"} {
		if _, err := fill(template, reflect.ValueOf(value)); err == nil || !strings.HasPrefix(err.Error(), "parse template: ") {
			t.Errorf("%s: %v", template, err)
		}
	}
}

func fill(template string, value reflect.Value) (string, error) {
	var text strings.Builder
	out := bufio.NewWriter(&text)
	p, err := newPrinter(out, fstest.MapFS{"page.tmpl": {Data: []byte(`{{define "page"}}` + begin(template))}}, "*.tmpl")
	if err != nil {
		return "", err
	}
	p.print("page", value)
	out.Flush()
	return text.String(), p.err
}

// begin puts the body of a template ahead of those it defines.
func begin(template string) string {
	if i := strings.LastIndex(template, `{{define`); i >= 0 {
		end := i + strings.Index(template[i:], "{{end}}") + len("{{end}}")
		return template[end:] + "{{end}}" + template[i:end]
	}
	return template + "{{end}}"
}
