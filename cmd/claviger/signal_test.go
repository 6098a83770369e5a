package main

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/claviger/claviger/internal/config"
)

// process is a server that runs as a process of its own.
type process struct {
	*exec.Cmd
	ended chan error // what Wait says, once
}

// startProcess returns once the server is ready.
func startProcess(t *testing.T, env ...string) (*installation, process) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &installation{t: t, dir: t.TempDir(), log: &log{}}
	ready := make(chan struct{})
	cmd := exec.Command(self)
	cmd.Args = []string{"claviger", "serve", "--listen", "127.0.0.1:0", "--data-dir", s.dir} // see TestMain
	cmd.Env = append([]string{"CLAVIGER_LAME_DUCK=0s", "CLAVIGER_BOOTSTRAP_KEY=" + adminKeyOfTests, "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + callerKeyOfTests}, env...)
	cmd.Stderr = &watcher{Writer: s.log, want: []byte("msg=ready"), found: sync.OnceFunc(func() { close(ready) })}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("it ended before it was ready: %v\n%s", err, s.log)
	}
	s.url = readyLine.FindStringSubmatch(s.log.String())[1]
	return s, process{cmd, ended}
}

func TestASignalEndsTheProcessInOrder(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		s, cmd := startProcess(t)
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := <-cmd.ended; err != nil {
			t.Errorf("%v: %v\n%s", sig, err, s.log)
		}
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	s, cmd := startProcess(t)
	url, _ := providerOf(t)
	s.store(url)
	_, r := s.stream()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.untilItAcceptsNothing()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); err == nil {
		t.Error("the stream ended well")
	}
	<-cmd.ended
	if got := cmd.ProcessState.String(); got != "signal: terminated" {
		t.Errorf("ended by %s", got)
	}
}

// A load balancer has to see that it should go elsewhere before connections are
// refused.
func TestTheServerServesWhileItSaysThatItStops(t *testing.T) {
	s, cmd := startProcess(t, "CLAVIGER_LAME_DUCK=1h")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for {
		res := s.send("GET", "/readyz", "", nil)
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == http.StatusServiceUnavailable {
			if !strings.Contains(string(body), `"status":"stopping"`) {
				t.Errorf("not ready because of %s", body)
			}
			break
		}
	}
	http.DefaultClient.CloseIdleConnections() // what follows takes a new one
	s.want(200, "GET", "/v1/models", callerKeyOfTests, nil)
	s.want(200, "GET", "/v1/admin/workspaces", adminKeyOfTests, nil)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-cmd.ended
	if got := cmd.ProcessState.String(); got != "signal: terminated" {
		t.Errorf("ended by %s", got)
	}
}

func TestTheEndComesAfterTheLameDuckTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings{Config: config.Config{LameDuck: time.Minute}}
		began, h := time.Now(), &health{}
		if err := limp(s, h, nil, slog.New(slog.DiscardHandler)); err != nil || time.Since(began) != time.Minute || !h.draining.Load() {
			t.Errorf("%v after %v, draining %v", err, time.Since(began), h.draining.Load())
		}
		failed := make(chan error, 1)
		failed <- errors.New("the listener broke")
		if err := limp(s, h, failed, slog.New(slog.DiscardHandler)); err == nil || time.Since(began) != time.Minute {
			t.Errorf("a listener that broke: %v after %v", err, time.Since(began)-time.Minute)
		}
	})
}

// untilItAcceptsNothing returns once the end has begun.
func (s *installation) untilItAcceptsNothing() {
	for {
		// A new connection each time: old ones are told to go.
		req, err := http.NewRequest(http.MethodGet, s.url+"/readyz", http.NoBody)
		if err != nil {
			s.t.Fatal(err)
		}
		req.Close = true
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return
		}
		res.Body.Close()
	}
}
