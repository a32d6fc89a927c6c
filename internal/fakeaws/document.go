package fakeaws

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// document writes an answer in XML. Elements named in omit are left out with all
// that is in them.
type document struct {
	buffer bytes.Buffer
	omit   map[string]bool
}

// in writes an element and what body writes into it.
func (d *document) in(name string, body func()) {
	if d.omit[name] {
		return
	}
	d.buffer.WriteString("<" + name + ">")
	body()
	d.buffer.WriteString("</" + name + ">")
}

// text writes an element with words in it, and none for no words.
func (d *document) text(name, value string) {
	if value == "" {
		return
	}
	d.in(name, func() { d.escape(value) })
}

func (d *document) escape(value string) {
	// A bytes.Buffer never fails.
	_ = xml.EscapeText(&d.buffer, []byte(value))
}

func (d *document) number(name string, value int) { d.text(name, strconv.Itoa(value)) }

func (d *document) flag(name string, value bool) { d.text(name, strconv.FormatBool(value)) }

func (d *document) texts(list, item string, values []string) {
	each(d, list, item, values, func(v string) { d.escape(v) })
}

// each writes a list: an element around one for each value, even for none.
func each[T any](d *document, list, item string, values []T, body func(T)) {
	d.in(list, func() {
		for _, v := range values {
			d.in(item, func() { body(v) })
		}
	})
}
