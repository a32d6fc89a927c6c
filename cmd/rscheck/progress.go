package main

import (
	"fmt"
	"io"
	"sync"
)

// progress is one line on a terminal's stderr that says what is being waited
// for, and goes away. On anything but a terminal it is silent.
type progress struct {
	mu sync.Mutex
	w  io.Writer // nil when silent
}

func (a *app) progress() *progress {
	if _, ok := terminal(a.stderr); !ok {
		return &progress{}
	}
	return &progress{w: a.stderr}
}

// aws tells how many of the calls known so far have been answered.
func (p *progress) aws(done, known int) {
	p.say(fmt.Sprintf("AWS: %d of %d calls", done, known))
}

func (p *progress) clear() { p.say("") }

func (p *progress) say(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
	}
}
