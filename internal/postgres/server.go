//go:build unix

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Superuser is the server's first user. It needs no password on the unix socket.
const Superuser = "postgres"

// Options say how the server is set up. The zero value is a server that only
// listens on its unix socket.
type Options struct {
	// TCP makes the server listen on 127.0.0.1, with passwords (scram-sha-256)
	// unless HostLines say otherwise.
	TCP bool
	// TLS makes the server offer TLS on TCP, with a certificate for localhost
	// and 127.0.0.1 that is signed by the authority in Server.CAFile.
	TLS bool
	// HostLines are the lines of pg_hba.conf for TCP; the first that fits
	// decides. Empty: every user may come from 127.0.0.1 with a password.
	HostLines []string
	// Settings are run-time parameters of the server, as log_statement: all.
	Settings map[string]string
}

// Server is a running PostgreSQL server.
type Server struct {
	// Socket is the folder of the unix socket.
	Socket string
	// Host and Port are where it listens on TCP, and the port is also part of
	// the socket's name.
	Host string
	Port int
	// CAFile is the certificate of the authority that signed the server's,
	// empty without TLS.
	CAFile string

	dir    string
	bin    string
	owner  *owner
	keeper io.Closer // its end is the server's end
	exited chan error
}

// Start makes a database cluster and starts a server for it. It takes about a
// second, most of it initdb.
func Start(ctx context.Context, options Options) (*Server, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	// Not os.TempDir: the path of a unix socket may be 104 bytes long at most,
	// and the folders above must be open to the server's user.
	dir, err := os.MkdirTemp("/tmp", "rscheck-pg-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for PostgreSQL: %w", err)
	}
	s := &Server{Socket: dir, Host: "127.0.0.1", dir: dir, bin: bin, owner: who}
	if err := s.setUp(ctx, options); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	// A port that was free a moment ago may be taken by now.
	for range 3 {
		if err = s.start(ctx, options); err == nil {
			return s, nil
		}
		if !strings.Contains(err.Error(), "already in use") {
			break
		}
	}
	return nil, errors.Join(err, os.RemoveAll(dir))
}

// setUp makes the database cluster and its files.
func (s *Server) setUp(ctx context.Context, options Options) error {
	if err := s.owner.own(s.dir); err != nil {
		return err
	}
	initdb := s.command(ctx, "initdb", "--pgdata", s.data(), "--username", Superuser,
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("run initdb: %w\n%s", err, out)
	}
	lines := options.HostLines
	if len(lines) == 0 {
		lines = []string{"host all all 127.0.0.1/32 scram-sha-256"}
	}
	hba := "local all all trust\n" + strings.Join(lines, "\n") + "\n"
	if err := s.owner.write(filepath.Join(s.data(), "pg_hba.conf"), []byte(hba)); err != nil {
		return err
	}
	if !options.TLS {
		return nil
	}
	ca, certificate, key, err := certificates()
	if err != nil {
		return fmt.Errorf("make a certificate: %w", err)
	}
	s.CAFile = filepath.Join(s.dir, "ca.pem")
	return errors.Join(
		// Not on the command line, which ALTER SYSTEM could not overrule.
		add(filepath.Join(s.data(), "postgresql.conf"), "ssl = on\n"),
		s.owner.write(s.CAFile, ca),
		s.owner.write(filepath.Join(s.data(), "server.crt"), certificate),
		s.owner.write(filepath.Join(s.data(), "server.key"), key),
	)
}

// keep is the shell script between this process and the server. When its
// standard input ends, as it does with this process however that ends, it stops
// the server and removes the folder.
const keep = `
dir=$1; shift
exec 3<&0
"$@" </dev/null & server=$!
{ read -r _ <&3; : >"$dir/stopped"; kill -QUIT $server; } 2>/dev/null & watch=$!
wait $server; code=$?
kill $watch 2>/dev/null
if [ -e "$dir/stopped" ]; then cd / && rm -rf "$dir"; fi
exit $code
`

// start starts the server and waits until it takes connections.
func (s *Server) start(ctx context.Context, options Options) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port = port
	args := []string{
		"-c", keep, "keep", s.dir,
		filepath.Join(s.bin, "postgres"), "-D", s.data(), "-F", "-k", s.Socket, "-p", strconv.Itoa(port),
		"-c", "listen_addresses=" + map[bool]string{true: s.Host}[options.TCP],
	}
	for name, value := range options.Settings {
		args = append(args, "-c", name+"="+value)
	}
	logFile, err := os.OpenFile(s.logPath(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the server's log: %w", err)
	}
	defer logFile.Close()

	// Not CommandContext: the server outlives the context that started it.
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir, cmd.Stderr = s.dir, logFile
	// A group of its own, so that Ctrl-C does not reach it before the process
	// that uses it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner.credential(), Setpgid: true}
	if s.keeper, err = cmd.StdinPipe(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	s.exited = make(chan error, 1)
	go func() { s.exited <- cmd.Wait() }()
	return s.ready(ctx)
}

// ready waits until the server says in postmaster.pid that it is.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		status, _ := os.ReadFile(filepath.Join(s.data(), "postmaster.pid")) // not there yet
		if lines := bytes.Split(status, []byte("\n")); len(lines) > 7 && bytes.HasPrefix(lines[7], []byte("ready")) {
			return nil
		}
		select {
		case <-tick.C:
		case err := <-s.exited:
			return fmt.Errorf("start postgres: it ended: %w\n%s", err, s.Log())
		case <-ctx.Done():
			s.keeper.Close()
			<-s.exited
			return fmt.Errorf("start postgres: %w\n%s", ctx.Err(), s.Log())
		}
	}
}

// Stop ends the server at once and removes its files.
func (s *Server) Stop() error {
	s.keeper.Close()
	<-s.exited // SIGQUIT gives an exit code that is no news
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("remove the server's files: %w", err)
	}
	return nil
}

// SQL runs a script in a database as the superuser and returns what its queries
// told: a line for each row, its columns divided by "|".
func (s *Server) SQL(ctx context.Context, database, script string) (string, error) {
	psql := s.command(ctx, "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1",
		"--host", s.Socket, "--port", strconv.Itoa(s.Port), "--username", Superuser, "--dbname", database)
	psql.Stdin = strings.NewReader(script)
	var complaint bytes.Buffer
	psql.Stderr = &complaint
	out, err := psql.Output()
	if err != nil {
		return "", fmt.Errorf("run SQL in %s: %w\n%s", database, err, complaint.Bytes())
	}
	return string(out), nil
}

// Log returns what the server logged so far.
func (s *Server) Log() string {
	text, _ := os.ReadFile(s.logPath()) // gone after Stop
	return string(text)
}

func (s *Server) data() string    { return filepath.Join(s.dir, "data") }
func (s *Server) logPath() string { return filepath.Join(s.dir, "log") }

// command is a program of PostgreSQL's, run as the server's user and without
// the PG variables of this process.
func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.owner.credential()}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "PG") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	return cmd
}

func add(path, line string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("set up the server: %w", err)
	}
	_, err = file.WriteString(line)
	return errors.Join(err, file.Close())
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
