package harness

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Config says how to run a server. The zero value is a fresh one on its
// embedded store.
type Config struct {
	DatabaseURL string   // "" for the embedded store
	Env         []string // more of the environment, "NAME=value"
}

// Server is one installation: a data directory, fixed keys, and the process
// that runs on them, or not. Its methods are for one goroutine.
type Server struct {
	URL          string // "http://127.0.0.1:port", another one after each Start
	DataDir      string
	AdminKey     string
	WorkspaceKey string
	MasterKey    string

	t      testing.TB
	config Config
	log    logBuffer
	cmd    *exec.Cmd
	exited chan struct{}
	status error // of the process, once exited is closed
}

const readyWithin = 30 * time.Second

// Start makes an installation and runs it until the test ends.
func Start(t testing.TB, config Config) *Server {
	t.Helper()
	s := Prepare(t, config)
	s.Start()
	return s
}

// Prepare makes an installation without running it.
func Prepare(t testing.TB, config Config) *Server {
	t.Helper()
	Require(t)
	s := &Server{
		DataDir:      filepath.Join(t.TempDir(), "data"),
		AdminKey:     "admin-" + RandomHex(40),
		WorkspaceKey: "workspace-" + RandomHex(40),
		MasterKey:    NewMasterKey(),
		t:            t,
		config:       config,
	}
	t.Cleanup(func() {
		if s.cmd != nil {
			s.Kill()
		}
		if t.Failed() {
			t.Logf("server log (tail):\n%s", tail(s.Log(), 60))
		}
	})
	return s
}

// Start runs the process and waits until it is ready.
func (s *Server) Start() {
	s.t.Helper()
	// Somebody may take a free port before the server does: another one then.
	for range 5 {
		err := s.start()
		if err == nil {
			return
		}
		if !bytes.Contains(s.log.Bytes(), []byte("address already in use")) {
			s.t.Fatalf("start the server: %v\n%s", err, tail(s.Log(), 40))
		}
	}
	s.t.Fatal("start the server: no free port in five tries")
}

// Attempt is [Server.Start] that returns why the server did not get ready.
func (s *Server) Attempt() error { return s.start() }

func (s *Server) start() error {
	addr := FreeAddr(s.t)
	cmd := exec.Command(Binary(s.t), "serve", "--listen", addr, "--data-dir", s.DataDir)
	cmd.Env = append(cleanEnviron(),
		"CLAVIGER_BOOTSTRAP_KEY="+s.AdminKey,
		"CLAVIGER_BOOTSTRAP_WORKSPACE_KEY="+s.WorkspaceKey,
		"CLAVIGER_MASTER_KEY="+s.MasterKey)
	if s.config.DatabaseURL != "" {
		cmd.Env = append(cmd.Env, "CLAVIGER_DATABASE_URL="+s.config.DatabaseURL)
	}
	cmd.Env = append(cmd.Env, s.config.Env...)
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	if err := cmd.Start(); err != nil {
		return err
	}
	s.cmd, s.exited, s.URL = cmd, make(chan struct{}), "http://"+addr
	go func(done chan struct{}) {
		s.status = cmd.Wait()
		close(done)
	}(s.exited)
	return s.waitReady()
}

func (s *Server) waitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-s.exited:
			s.cmd = nil
			return fmt.Errorf("the server ended before it was ready: %w", orNil(s.status))
		case <-ctx.Done():
			s.Kill()
			return fmt.Errorf("not ready within %s", readyWithin)
		case <-tick.C:
		}
	}
}

func orNil(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// Kill ends the process at once, as kill -9 does, and waits until it is gone.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill()
	<-s.exited
	s.cmd = nil
}

// Terminate asks the process to end, waits, and returns its exit status.
func (s *Server) Terminate() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-s.exited
	s.cmd = nil
	return s.status
}

// Running reports whether the process has not ended by itself.
func (s *Server) Running() bool {
	if s.cmd == nil {
		return false
	}
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// Log is all that the process and those before it wrote.
func (s *Server) Log() []byte { return s.log.Bytes() }

// Admin speaks with the organisation's admin key.
func (s *Server) Admin() Client { return Client{t: s.t, URL: s.URL, Key: s.AdminKey} }

// Workspace speaks with the default workspace's key.
func (s *Server) Workspace() Client { return Client{t: s.t, URL: s.URL, Key: s.WorkspaceKey} }

// As speaks with any key.
func (s *Server) As(key string) Client { return Client{t: s.t, URL: s.URL, Key: key} }

// cleanEnviron is the environment without settings of a server that the
// developer may have.
func cleanEnviron() []string {
	var out []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "CLAVIGER_") {
			out = append(out, v)
		}
	}
	return out
}

func tail(log []byte, lines int) string {
	all := strings.Split(strings.TrimRight(string(log), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// logBuffer collects output; safe for concurrent use.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.buf.Bytes())
}
