package facts

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Encode writes v as JSON for files that are kept: two spaces of indentation,
// [] for a nil slice, no HTML escaping, a newline at the end. What a terminal
// would act on is written as a \u escape, which means the same JSON; a byte that
// is no UTF-8 becomes U+FFFD, for JSON cannot hold it.
func Encode(w io.Writer, v any) error {
	out := bufio.NewWriter(w)
	err := json.MarshalWrite(&escaper{out: out}, v, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true), json.Deterministic(true))
	if err != nil {
		return err
	}
	if err := out.WriteByte('\n'); err != nil {
		return err
	}
	return out.Flush()
}

// DecodeStrict reads one JSON document from r into v. The document's "schema"
// must be schema, and stand near its beginning. Unknown fields, duplicate keys, null, invalid UTF-8 and
// anything after the document are refused. The error is one line that begins
// with the place, as "targets[0].results[3]: unknown field "x"".
func DecodeStrict(r io.Reader, schema string, v any) error {
	in := bufio.NewReaderSize(r, 64<<10)
	found, told := peekSchema(in)
	// Said first: a document of another schema is full of unknown fields.
	if told && found != schema {
		return fmt.Errorf("schema: found %s, this version reads %s", quote(found), quote(schema))
	}
	err := json.UnmarshalRead(in, v, json.RejectUnknownMembers(true), json.WithUnmarshalers(json.UnmarshalFromFunc(refuseNull)))
	if err != nil {
		return place(err)
	}
	if !told {
		return fmt.Errorf("schema: not found in the first %d bytes, where %s should stand", schemaWithin, quote(schema))
	}
	return nil
}

var errNull = errors.New("null")

// refuseNull keeps null from being read as false, zero or an empty list, which
// are observations.
func refuseNull(d *jsontext.Decoder, _ any) error {
	if d.PeekKind() == 'n' {
		return errNull
	}
	return errors.ErrUnsupported
}

// schemaWithin is how far into a document its schema may stand.
const schemaWithin = 4096

// peekSchema finds the document's schema without consuming anything.
func peekSchema(in *bufio.Reader) (string, bool) {
	start, _ := in.Peek(schemaWithin)
	d := jsontext.NewDecoder(strings.NewReader(string(start)))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return "", false
	}
	for {
		name, err := d.ReadToken()
		if err != nil || name.Kind() != '"' {
			return "", false
		}
		if name.String() != "schema" {
			if d.SkipValue() != nil {
				return "", false
			}
			continue
		}
		value, err := d.ReadToken()
		if err != nil || value.Kind() != '"' {
			return "", false
		}
		return value.String(), true
	}
}

// place rewords an error of the JSON package as one line that begins with the
// place.
func place(err error) error {
	var meaning *json.SemanticError
	var form *jsontext.SyntacticError
	switch {
	case errors.As(err, &meaning):
		return misfit(meaning)
	case errors.As(err, &form):
		return malformed(form)
	default:
		return err
	}
}

// misfit words the error of a document that is JSON, and not of our form.
func misfit(e *json.SemanticError) error {
	where := e.JSONPointer
	switch {
	case errors.Is(e, json.ErrUnknownName):
		return at(where.Parent(), "unknown field "+quote(where.LastToken()))
	case errors.Is(e, errNull):
		return at(where, "null where a value belongs")
	case e.JSONKind == '0' && len(e.JSONValue) > 0:
		return at(where, cut(string(e.JSONValue))+" where "+noun(e.GoType)+" belongs")
	case e.Err != nil:
		return at(where, plain(e.Err))
	default:
		return at(where, kind(e.JSONKind)+" where "+noun(e.GoType)+" belongs")
	}
}

// malformed words the error of a document that is no JSON as we take it.
func malformed(e *jsontext.SyntacticError) error {
	where, offset := e.JSONPointer, " at byte "+strconv.FormatInt(e.ByteOffset, 10)
	switch {
	case errors.Is(e, jsontext.ErrDuplicateName):
		return at(where.Parent(), "field "+quote(where.LastToken())+" stands twice"+offset)
	case errors.Is(e, io.ErrUnexpectedEOF) && e.ByteOffset == 0:
		return errors.New("the document is empty")
	case errors.Is(e, io.ErrUnexpectedEOF):
		return at(where, "the document ends too early,"+offset)
	default:
		return at(where, plain(e.Err)+offset)
	}
}

// at joins the place, given as a JSON pointer, and what is wrong there.
func at(pointer jsontext.Pointer, problem string) error {
	var b strings.Builder
	for token := range pointer.Tokens() {
		switch {
		case isIndex(token):
			b.WriteString("[" + token + "]")
		case !isWord(token):
			b.WriteString("[" + quote(token) + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	place := b.String()
	if len(place) > 200 { // lists in lists in lists
		place = cut(place)
	}
	if place != "" {
		place += ": "
	}
	return errors.New(place + problem)
}

func isIndex(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func isWord(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_0123456789") == ""
}

// quote quotes s, which somebody else wrote, at a length fit for a line.
func quote(s string) string {
	return strconv.Quote(cut(s))
}

func cut(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// plain words an error of the JSON package, which may repeat its input.
func plain(err error) string {
	s := strings.TrimPrefix(err.Error(), "jsontext: ")
	if strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

func kind(k jsontext.Kind) string {
	switch k {
	case '"':
		return "a string"
	case '0':
		return "a number"
	case 't', 'f':
		return "true or false"
	case '{':
		return "an object"
	case '[':
		return "a list"
	default:
		return "something else"
	}
}

func noun(t reflect.Type) string {
	if t == nil {
		return "a value"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	default:
		return "an object"
	}
}

// escaper passes JSON on, with every character that a terminal would act on as a
// \u escape. Outside its strings JSON has no such character.
type escaper struct {
	out  *bufio.Writer
	tail []byte // the start of a character whose rest is still to come
}

func (e *escaper) Write(p []byte) (int, error) {
	n := len(p)
	if len(e.tail) > 0 {
		p = append(e.tail, p...)
	}
	for len(p) > 0 {
		plain := 0
		for plain < len(p) && p[plain] < 0x7f {
			plain++
		}
		e.out.Write(p[:plain])
		if p = p[plain:]; len(p) == 0 {
			break
		}
		if !utf8.FullRune(p) {
			break
		}
		r, size := utf8.DecodeRune(p)
		if strconv.IsPrint(r) {
			e.out.Write(p[:size])
		} else {
			e.escape(r)
		}
		p = p[size:]
	}
	e.tail = append([]byte(nil), p...)
	// The buffered writer keeps its first error and returns it here.
	_, err := e.out.Write(nil)
	return n, err
}

func (e *escaper) escape(r rune) {
	if r >= 0x10000 {
		r -= 0x10000
		fmt.Fprintf(e.out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		return
	}
	fmt.Fprintf(e.out, `\u%04x`, r)
}
