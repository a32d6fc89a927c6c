package report

import (
	"bytes"
	"slices"
	"strings"
	"unicode"

	"github.com/fatih/color"
	"golang.org/x/text/width"
)

// page lays text out in lines. It makes everything visible first, so that no
// caller can forget to.
type page struct {
	bytes.Buffer
	width int
	inks  map[ink]*color.Color
}

// ink is what a piece of text is painted with. It never says more than the text.
type ink int

const (
	plain  ink = iota
	bad        // what fails
	doubt      // what could not be told
	good       // what passes
	strong     // names
	faint      // what may be skipped
	code       // what is to be copied
)

// span is a piece of text of one ink.
type span struct {
	text string
	ink  ink
}

func newPage(columns int, colored bool) *page {
	p := &page{width: columns, inks: map[ink]*color.Color{
		bad:    color.New(color.FgRed, color.Bold),
		doubt:  color.New(color.FgYellow, color.Bold),
		good:   color.New(color.FgGreen, color.Bold),
		strong: color.New(color.Bold),
		faint:  color.New(color.Faint),
		code:   color.New(color.FgCyan),
	}}
	for _, c := range p.inks {
		if colored {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
	}
	return p
}

// empty is another page of the same kind.
func (p *page) empty() *page { return &page{width: p.width, inks: p.inks} }

// line writes the spans as one line, however long, without spaces at its end.
func (p *page) line(spans ...span) {
	texts := make([]string, len(spans))
	bare := true
	for i := len(spans) - 1; i >= 0; i-- {
		texts[i] = visible(spans[i].text)
		if bare {
			texts[i] = strings.TrimRight(texts[i], " ")
			bare = texts[i] == ""
		}
	}
	for i, text := range texts {
		if c := p.inks[spans[i].ink]; c != nil && text != "" {
			text = c.Sprint(text)
		}
		p.WriteString(text)
	}
	p.WriteByte('\n')
}

// prose writes a lead and then text, broken between words. Further lines are
// indented by hang columns.
func (p *page) prose(lead []span, hang int, text string, i ink) {
	p.flow(lead, hang, " ", i, strings.Split(strings.TrimSpace(visible(text)), " "))
}

// items writes a lead and then the items with a dot between them, broken
// between items.
func (p *page) items(lead []span, items []string) {
	p.flow(lead, 2, " · ", plain, items)
}

// list writes a lead and then the items as a sentence lists them, broken between
// items.
func (p *page) list(lead []span, hang int, i ink, items []string) {
	pieces := slices.Clone(items)
	for i := range len(pieces) - 1 {
		pieces[i] += ","
	}
	p.flow(lead, hang, " ", i, pieces)
}

func (p *page) flow(lead []span, hang int, separator string, i ink, pieces []string) {
	var text, gap string
	start, hang := 0, min(hang, max(0, p.width*2/3))
	for _, s := range lead {
		start += columns(visible(s.text))
	}
	for _, piece := range pieces {
		piece = visible(piece)
		if text != "" && start+columns(text+gap+piece) > p.width {
			p.line(slices.Concat(lead, []span{{text, i}})...)
			lead, start = []span{{text: strings.Repeat(" ", hang)}}, hang
			text, gap = "", ""
		}
		text += gap + piece
		gap = separator
	}
	p.line(slices.Concat(lead, []span{{text, i}})...)
}

func (p *page) blank() { p.WriteByte('\n') }

// columns is how many columns of a terminal visible text takes.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r < 0x300: // the first that combines
			n++
		case unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}

func wide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// pad fills text up to n columns.
func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-columns(text)))
}
