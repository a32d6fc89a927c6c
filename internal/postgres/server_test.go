//go:build unix

package postgres

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestServerAnswersOnItsSocketAndSpeaksTLSOnTCP(t *testing.T) {
	s := Test(t, Options{TCP: true, TLS: true, Settings: map[string]string{"log_statement": "all"}})

	out, err := s.SQL(t.Context(), "postgres", "CREATE TABLE t (n int); INSERT INTO t VALUES (7); SELECT n, 'x' FROM t;")
	if err != nil {
		t.Fatal(err)
	}
	if out != "7|x\n" {
		t.Errorf("the query told %q, want %q", out, "7|x\n")
	}
	if !strings.Contains(s.Log(), "INSERT INTO t VALUES (7)") {
		t.Errorf("log_statement=all left no trace in the log:\n%s", s.Log())
	}
	if _, err := s.SQL(t.Context(), "postgres", "SELECT * FROM nowhere"); err == nil {
		t.Error("a failing script gave no error")
	}
	trusted(t, s)
}

// trusted connects over TLS, trusting the server's own authority only.
func trusted(t *testing.T, s *Server) {
	t.Helper()
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port)))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	sslRequest := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 8), 80877103)
	if _, err := conn.Write(sslRequest); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 1)
	if _, err := conn.Read(answer); err != nil || answer[0] != 'S' {
		t.Fatalf("asked for TLS, the server answered %q, %v", answer, err)
	}
	if err := tls.Client(conn, &tls.Config{ServerName: "localhost", RootCAs: roots}).Handshake(); err != nil {
		t.Errorf("TLS with the server's own authority: %v", err)
	}
}

func TestStopLeavesNothing(t *testing.T) {
	s, err := Start(t.Context(), Options{TCP: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the server's folder after Stop: %v", err)
	}
	if conn, err := net.Dial("tcp", net.JoinHostPort(s.Host, strconv.Itoa(s.Port))); err == nil {
		conn.Close()
		t.Error("the server still takes connections after Stop")
	}
}

// The test runs itself as the process that starts a server and is killed.
func TestServerEndsWithTheProcessThatStartedIt(t *testing.T) {
	if os.Getenv("RSCHECK_TEST_ORPHAN") != "" {
		s, err := Start(t.Context(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("\nfolder " + s.Socket + "\n")
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	child := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	child.Env = append(os.Environ(), "RSCHECK_TEST_ORPHAN=1")
	out, err := child.Output()
	if err == nil {
		t.Fatalf("the child was to be killed; it told:\n%s", out)
	}
	_, rest, found := strings.Cut(string(out), "\nfolder ")
	folder, _, _ := strings.Cut(rest, "\n")
	if !found {
		t.Fatalf("the child started no server:\n%s", out)
	}
	for range 1000 {
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%s is still there 10 s after its process was killed", folder)
}

func TestMissingBinariesAreToldWithTheCure(t *testing.T) {
	t.Setenv("RSCHECK_PG_BIN", t.TempDir())
	_, err := Start(t.Context(), Options{})
	if err == nil || !strings.Contains(err.Error(), "apt-get install postgresql") || !strings.Contains(err.Error(), "RSCHECK_PG_BIN") {
		t.Errorf("the error is %v", err)
	}
}
