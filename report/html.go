package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io"
	"reflect"
)

// htmlFiles are the page's templates, its style and its script.
//
//go:embed html
var htmlFiles embed.FS

// HTML writes the report as one page for a browser, on a screen or on paper. The
// page needs nothing else: no network, no font, no file beside it. All of it can
// be read without its script, which sorts a table and copies commands.
//
// Everything that came from outside is escaped, with its control characters made
// visible, and the page's own policy lets no style and no script work but the two
// whose hashes it names. Nothing is cut: long lists are folded.
func HTML(w io.Writer, r Report, o Options) error {
	if err := writePage(w, r, o); err != nil {
		return fmt.Errorf("write HTML report: %w", err)
	}
	return nil
}

func writePage(w io.Writer, r Report, o Options) error {
	style, err := htmlFiles.ReadFile("html/style.css")
	if err != nil {
		return err
	}
	script, err := htmlFiles.ReadFile("html/script.js")
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 64<<10)
	page, err := newPrinter(out, htmlFiles, "html/*.tmpl")
	if err != nil {
		return err
	}
	s := newSheet(&r, o)
	s.Policy = policy(style, script)
	view := reflect.ValueOf(&s).Elem()
	show(view)
	page.print("head", view)
	fmt.Fprintf(out, "<style>%s</style>\n", style)
	page.print("body", view)
	fmt.Fprintf(out, "<script>%s</script>\n", script)
	page.print("end", view)
	if page.err != nil {
		return page.err
	}
	return out.Flush()
}

// policy is the page's Content-Security-Policy: nothing may be loaded, sent or
// run but this style and this script.
func policy(style, script []byte) string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hash(style), hash(script))
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// show makes every string in v visible, so that no template can forget to.
func show(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			show(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			show(field)
		}
	case reflect.Slice:
		for i := range v.Len() {
			show(v.Index(i))
		}
	case reflect.String:
		v.SetString(visible(v.String()))
	}
}
