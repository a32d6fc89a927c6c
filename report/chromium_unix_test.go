//go:build unix

package report

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// browser is a page in a Chromium without a window, spoken to in the DevTools
// protocol over two pipes.
type browser struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Reader
	session string
	last    int
	// events are what the page reported, in order.
	events []event
}

type event struct {
	Method string
	Params json.RawMessage
}

// newBrowser opens a page that lives as long as the test.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program := chromium(t)
	in, toBrowser := pipe(t)
	fromBrowser, out := pipe(t)
	// The test's own context ends before its cleanup.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	cmd := exec.CommandContext(ctx, program,
		"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--user-data-dir="+t.TempDir(), "--remote-debugging-pipe")
	cmd.ExtraFiles = []*os.File{in, out} // 3 and 4, as the pipe option means them
	var noise bytes.Buffer
	cmd.Stderr = &noise
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	b := &browser{t: t, in: toBrowser, out: bufio.NewReader(fromBrowser)}
	t.Cleanup(func() {
		b.session = ""
		b.send("Browser.close", nil)
		io.Copy(io.Discard, b.out) // it ends when the browser does
		err := cmd.Wait()
		cancel()
		if t.Failed() && err != nil {
			t.Logf("chromium: %v\n%s", err, noise.Bytes())
		}
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", object{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network", "Audits"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// chromium finds the program, or fails with what to install.
func chromium(t *testing.T) string {
	t.Helper()
	if program := os.Getenv("RSCHECK_CHROMIUM"); program != "" {
		return program
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if program, err := exec.LookPath(name); err == nil {
			return program
		}
	}
	t.Fatal("find Chromium: install it (apt-get install chromium) or set RSCHECK_CHROMIUM to the program")
	return ""
}

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

type object = map[string]any

// send sends a command.
func (b *browser) send(method string, params any) {
	b.t.Helper()
	b.last++
	message := object{"id": b.last, "method": method}
	if params != nil {
		message["params"] = params
	}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

// call sends a command and waits for its answer.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.send(method, params)
	for {
		answer := b.receive()
		if answer.ID != b.last {
			continue
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error)
		}
		if result != nil {
			if err := json.Unmarshal(answer.Result, result); err != nil {
				b.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

type answer struct {
	event
	ID     int
	Result json.RawMessage
	Error  json.RawMessage
}

// receive takes one message, and keeps it if it is an event.
func (b *browser) receive() answer {
	b.t.Helper()
	text, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("read from chromium: %v", err)
	}
	var a answer
	if err := json.Unmarshal(text[:len(text)-1], &a); err != nil {
		b.t.Fatal(err)
	}
	if a.Method != "" {
		b.events = append(b.events, a.event)
	}
	return a
}

// open shows page at a fragment of its address, and returns when it is loaded.
func (b *browser) open(page []byte, fragment string) (url string) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "report.html")
	if err := os.WriteFile(path, page, 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.events = nil
	url = "file://" + path
	b.call("Page.navigate", object{"url": url + fragment}, nil)
	for {
		for _, e := range b.events {
			if e.Method == "Page.loadEventFired" {
				return url
			}
		}
		b.receive()
	}
}

// evaluate runs an expression in the page. Promises are awaited.
func (b *browser) evaluate(expression string, result any) {
	b.t.Helper()
	var out struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails json.RawMessage
	}
	b.call("Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("evaluate %s: %s", expression, out.ExceptionDetails)
	}
	if result != nil {
		if err := json.Unmarshal(out.Result.Value, result); err != nil {
			b.t.Fatalf("evaluate %s: %v", expression, err)
		}
	}
}

// width makes the page as wide as a screen of so many pixels.
func (b *browser) width(pixels int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", object{"width": pixels, "height": 900, "deviceScaleFactor": 1, "mobile": pixels < 600}, nil)
}

// media chooses the medium (screen or print) and the scheme (light or dark).
func (b *browser) media(medium, scheme string) {
	b.t.Helper()
	b.call("Emulation.setEmulatedMedia", object{
		"media": medium, "features": []object{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// take calls a method whose result is a file in base64.
func (b *browser) take(method string, params any) []byte {
	b.t.Helper()
	var out struct{ Data string }
	b.call(method, params, &out)
	data, err := base64.StdEncoding.DecodeString(out.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	return data
}
