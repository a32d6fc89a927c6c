package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"html/template"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/rscheck/rscheck/checks/facts"
)

// element is a node of a page, and text where it has no name.
type element struct {
	name     string
	text     string
	attrs    map[string]string
	children []*element
}

var (
	raw  = regexp.MustCompile(`(?s)<(style|script)>.*?</(style|script)>`)
	void = regexp.MustCompile(`<((meta|br)\b[^>]*)>`)
)

// pageOf writes a report and reads the page back, but for its style and script.
// Every element must be closed in its place.
func pageOf(t *testing.T, r Report) *element {
	t.Helper()
	return readPage(t, write(t, HTML, r, Options{}))
}

func readPage(t *testing.T, page []byte) *element {
	t.Helper()
	page = void.ReplaceAll(raw.ReplaceAll(page, []byte("<$1></$1>")), []byte("<$1/>"))
	d := xml.NewDecoder(bytes.NewReader(page))
	open := []*element{{}}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return open[0]
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		last := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				name := strings.TrimPrefix(a.Name.Space+":"+a.Name.Local, ":")
				if _, twice := e.attrs[name]; twice {
					t.Errorf("<%s> has two attributes %s", e.name, name)
				}
				e.attrs[name] = a.Value
			}
			last.children = append(last.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			last.children = append(last.children, &element{text: string(token)})
		}
	}
}

// all finds the elements that want accepts, in order.
func (e *element) all(want func(*element) bool) []*element {
	var found []*element
	if e.name != "" && want(e) {
		found = append(found, e)
	}
	for _, c := range e.children {
		found = append(found, c.all(want)...)
	}
	return found
}

// class finds the elements of a class.
func (e *element) class(name string) []*element {
	return e.all(func(e *element) bool { return slices.Contains(strings.Fields(e.attrs["class"]), name) })
}

func (e *element) tag(name string) []*element {
	return e.all(func(e *element) bool { return e.name == name })
}

// words is the text within, with single spaces.
func (e *element) words() string { return strings.Join(strings.Fields(e.content()), " ") }

func (e *element) content() string {
	text := e.text
	for _, c := range e.children {
		text += c.content()
	}
	return text
}

func wordsOf(elements []*element) []string {
	var all []string
	for _, e := range elements {
		all = append(all, e.words())
	}
	return all
}

// everyPage are all the reports a page is made of in tests.
func everyPage() map[string]Report {
	all := samples()
	maps.Copy(all, allReports())
	return all
}

func TestHTMLOfSamples(t *testing.T) {
	for name, r := range samples() {
		if len(r.Targets) == 1 {
			t.Run(name, func(t *testing.T) {
				golden(t, "html/"+name+".html", raw.ReplaceAll(write(t, HTML, r, Options{}), []byte("<$1></$1>")))
			})
		}
	}
}

// The printer knows less than html/template and must make the same of the page.
func TestPagesAreAsHTMLTemplateMakesThem(t *testing.T) {
	for name, r := range everyPage() {
		t.Run(name, func(t *testing.T) {
			got, want := printed(t, r)
			if got != want {
				t.Error(cmp.Diff(want, got))
			}
		})
	}
}

var standard = template.Must(template.ParseFS(htmlFiles, "html/*.tmpl"))

// printed is the page but for style and script, and what html/template makes of it.
func printed(t *testing.T, r Report) (got, want string) {
	t.Helper()
	page := write(t, HTML, r, Options{})
	s := newSheet(&r, Options{})
	s.Policy = regexp.MustCompile(`content="(default-src[^"]*)"`).FindStringSubmatch(string(page))[1]
	s.Policy = strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(s.Policy)
	show(reflect.ValueOf(&s).Elem())
	var out strings.Builder
	for i, part := range []string{"head", "body", "end"} {
		if i > 0 {
			out.WriteString([]string{"<style></style>\n", "<script></script>\n"}[i-1])
		}
		if err := standard.ExecuteTemplate(&out, part, s); err != nil {
			t.Fatal(err)
		}
	}
	return string(raw.ReplaceAll(page, []byte("<$1></$1>"))), out.String()
}

func TestPolicyNamesTheStyleAndTheScript(t *testing.T) {
	page := write(t, HTML, every(), Options{})
	policy := readPage(t, page).all(func(e *element) bool { return e.attrs["http-equiv"] == "Content-Security-Policy" })
	if len(policy) != 1 {
		t.Fatal("no policy")
	}
	want := []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'"}
	for _, m := range regexp.MustCompile(`(?s)<(style|script)>(.*?)</`).FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(m[2])
		want = append(want, fmt.Sprintf("%s-src 'sha256-%s'", m[1], base64.StdEncoding.EncodeToString(sum[:])))
	}
	got := strings.Split(policy[0].attrs["content"], "; ")
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// knownElements and knownAttributes are those that a page may have. None of these attributes runs
// anything or loads anything, but for href.
var (
	knownElements = strings.Fields(`html head meta title style body svg symbol circle path rect use text g desc header footer main section article nav
		h1 h2 h3 h4 p ul ol li dl div dt dd b br small span code pre a time table thead tbody tr th td details summary figure figcaption script`)
	knownAttributes = strings.Fields(`lang charset http-equiv content name width height class aria-hidden aria-labelledby aria-label aria-sort role id
		viewBox cx cy r d href rel datetime scope rowspan data-k data-of open`)
)

// harmless checks that nothing in a page acts on the reader but the page itself.
func harmless(t *testing.T, page []byte) {
	t.Helper()
	if at := bytes.IndexFunc(page, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); at >= 0 || !utf8.Valid(page) {
		t.Errorf("raw character at byte %d", at)
	}
	root := readPage(t, page)
	ids := map[string]int{}
	for _, e := range root.all(func(*element) bool { return true }) {
		if !slices.Contains(knownElements, e.name) {
			t.Errorf("element <%s>", e.name)
		}
		for name, value := range e.attrs {
			if !slices.Contains(knownAttributes, name) {
				t.Errorf("<%s> has an attribute %s", e.name, name)
			}
			if name == "href" && !strings.HasPrefix(value, "#") && (e.name != "a" || !strings.HasPrefix(value, "https://") || e.attrs["rel"] != "noopener noreferrer") {
				t.Errorf("<%s> leads to %q", e.name, value)
			}
		}
		if id, has := e.attrs["id"]; has {
			ids[id]++
			if ids[id] > 1 || strings.ContainsAny(id, " \"'<>") || id == "" {
				t.Errorf("id %q", id)
			}
		}
	}
	for _, e := range root.all(func(*element) bool { return true }) {
		for _, id := range append(strings.Fields(e.attrs["aria-labelledby"]), strings.TrimPrefix(e.attrs["href"], "#")) {
			if ids[id] == 0 && id != "" && !strings.HasPrefix(id, "https://") {
				t.Errorf("<%s> points to %q, which is not there", e.name, id)
			}
		}
	}
	if len(root.tag("style")) != 1 || len(root.tag("script")) != 1 {
		t.Error("there is not one style and one script")
	}
}

func TestPagesAreHarmless(t *testing.T) {
	for name, r := range everyPage() {
		t.Run(name, func(t *testing.T) { harmless(t, write(t, HTML, r, Options{})) })
	}
}

// markup are names that would act if they were not escaped.
var markup = []string{
	`<script>document.title = "owned"</script>`,
	`"><img src=x onerror="document.title = 'owned'">`,
	`' autofocus onfocus='document.title=1' x='`,
	`</title></style></script><svg onload="document.title = 'owned'">`,
	`<style>body { display: none }</style>`,
	`<base href="https://evil.example/"><link rel="stylesheet" href="//evil.example/x.css">`,
	`<meta http-equiv="refresh" content="0; url=https://evil.example/">`,
	`<iframe srcdoc="<script>parent.document.title = 'owned'</script>"></iframe>`,
	`javascript:document.title='owned'`,
	`{{.Policy}} ${1+1} <!-- -->`,
	`&lt;b&gt; &amp;amp; &#x3c;`,
	`+ADw-script+AD4-`,
}

func FuzzHTMLIsHarmless(f *testing.F) {
	for _, s := range slices.Concat(hostile, markup, []string{"", "https://example.com/NET004", "schema.table", `"a.b".c`, "owned by a, not by b: c"}) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := saidBy(s)
		page := write(t, HTML, r, Options{})
		harmless(t, page)
		if shown := visible(s); !strings.Contains(readPage(t, page).content(), shown) {
			t.Errorf("%q is not shown", shown)
		}
		if strings.HasPrefix(s, "https://") {
			return // html/template escapes what could be no URL in its own way
		}
		if got, want := printed(t, r); got != want {
			t.Error(cmp.Diff(want, got))
		}
	})
}

// saidBy is a report all of whose words are s: of one target and, made from it, of
// privileges too.
func saidBy(s string) Report {
	r := one(saying(s))
	r.Loader = Loader{ID: s, Region: s, Connection: s, User: s}
	r.Scope, r.Unknown = s, r.Targets[0].Results[0].Missing
	r.Tool, r.Notes, r.Fixed = facts.Tool{Name: s, Version: s}, []string{s}, []Fixed{{s, s, s, s}}
	second := saying(s + s)
	for i, check := range []string{"SQL001", "SQL003", "SQL004", "SQL005", "SQL008"} {
		result(&second, check, High, outcomes[i], s, s, func(r *Result) { r.URL = s })
		result(&second, check, Low, Fail, s+"."+s, "owned by "+s+", not by "+s)
	}
	for i := range second.Results {
		second.Results[i].Change, second.Results[i].Waiver = Change(s), &Waiver{s, s, s}
	}
	second.Results[0].Change = New
	r.Targets = append(r.Targets, second)
	r.Finish()
	return r
}

// The page grows by what there is to tell, and by no more.
func TestSizeOfAFleetIsBounded(t *testing.T) {
	hundred, three := len(write(t, HTML, sampleFleet(100), Options{})), len(write(t, HTML, sampleFleet(300), Options{}))
	if limit := 5_000_000; three > limit {
		t.Errorf("300 targets make %d bytes, more than %d", three, limit)
	}
	if limit := 3*hundred + hundred/10; three > limit {
		t.Errorf("100 targets make %d bytes and 300 make %d, more than %d", hundred, three, limit)
	}
}
