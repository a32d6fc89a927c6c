// Package moto starts moto_server (https://docs.getmoto.org), somebody else's idea
// of AWS, for the tests that want a second opinion on the fake server of our own.
package moto

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Server is a moto_server of a test's own.
type Server struct {
	URL string // as http://127.0.0.1:36973
}

var running = regexp.MustCompile(`Running on (http://\S+)`)

// Start starts a server that ends with the test. Where moto_server is not on PATH
// the test is skipped: it is a second opinion only.
func Start(t *testing.T) *Server {
	t.Helper()
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH: it is a second opinion, pip install 'moto[server]' brings it")
	}
	// It chooses the port, so that nobody else takes it in between.
	command := exec.Command(program, "-H", "127.0.0.1", "-p", "0")
	// Its own SDK trips over a profile or a configuration file that is not there.
	command.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	words, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
	lines := bufio.NewScanner(words)
	for lines.Scan() {
		if found := running.FindStringSubmatch(lines.Text()); found != nil {
			go func() { // or it would wait for a reader of its log
				for lines.Scan() {
				}
			}()
			return &Server{URL: found[1]}
		}
	}
	t.Fatal("moto_server ended without a word of where it listens")
	return nil
}

// Furnish runs fill, which creates things in the server. An answer that is lost on
// its way leaves behind what was asked for, and asking again would be told that it
// is a duplicate: so after an error the server is emptied and fill begins anew.
// Fill must not ask for anything twice by itself.
func (s *Server) Furnish(t *testing.T, fill func() error) {
	t.Helper()
	const attempts = 5
	for attempt := 1; ; attempt++ {
		err := fill()
		if err == nil {
			return
		}
		t.Logf("attempt %d: %v", attempt, err)
		if attempt == attempts {
			t.Fatal("moto did not create what was asked for")
		}
		answer, err := http.Post(s.URL+"/moto-api/reset", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
}
