package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// useColor decides for one stream whether to write colour: the flag first, then
// NO_COLOR (no-color.org), CLICOLOR_FORCE or FORCE_COLOR, CLICOLOR=0, TERM=dumb,
// and at last whether the stream is a terminal.
func useColor(mode string, w io.Writer) bool {
	set := func(name string) bool { v := os.Getenv(name); return v != "" && v != "0" }
	switch {
	case mode == "always":
		return true
	case mode == "never", os.Getenv("NO_COLOR") != "":
		return false
	case set("CLICOLOR_FORCE"), set("FORCE_COLOR"):
		return true
	case os.Getenv("CLICOLOR") == "0", os.Getenv("TERM") == "dumb":
		return false
	}
	_, ok := terminal(w)
	return ok
}

// terminal returns the width of the terminal behind w, and whether there is one.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 40 {
		width = 80
	}
	return width, true
}
