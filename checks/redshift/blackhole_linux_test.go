package redshift

import (
	"net"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/rscheck/rscheck/checks/facts"
)

// Linux drops the packets that ask for a connection once a listener's queue is
// full, as a security group does.
func TestPacketsThatAreDropped(t *testing.T) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(socket)
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(socket, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	port := name.(*syscall.SockaddrInet4).Port
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for full := false; !full; {
		conn, err := net.DialTimeout("tcp", address, 200*time.Millisecond)
		if err == nil {
			defer conn.Close()
		}
		full = err != nil
	}
	options := Options{
		Host: "127.0.0.1", Port: port, Database: "dw", Login: "stitch", Password: canary, User: "stitch",
		LoginTimeout: 300 * time.Millisecond,
	}
	failed(t, options, facts.LoginTimedOut, facts.TimedOut,
		"no answer from "+address+" within 0.3 s: something between here and there drops the connection")
}
