package main

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
)

// startProcess runs the server as a process of its own.
func startProcess(t *testing.T) (*installation, *exec.Cmd) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &installation{t: t, dir: t.TempDir(), log: &log{}}
	ready := make(chan struct{})
	cmd := exec.Command(self)
	cmd.Args = []string{"claviger", "serve", "--listen", "127.0.0.1:0", "--data-dir", s.dir} // see TestMain
	cmd.Env = []string{"CLAVIGER_BOOTSTRAP_KEY=" + adminKeyOfTests, "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + callerKeyOfTests}
	cmd.Stderr = &watcher{Writer: s.log, want: []byte("msg=ready"), found: sync.OnceFunc(func() { close(ready) })}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	<-ready
	s.url = readyLine.FindStringSubmatch(s.log.String())[1]
	return s, cmd
}

func TestASignalEndsTheProcessInOrder(t *testing.T) {
	for _, sig := range []os.Signal{syscall.SIGTERM, os.Interrupt} {
		s, cmd := startProcess(t)
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
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
	_ = cmd.Wait()
	if got := cmd.ProcessState.String(); got != "signal: terminated" {
		t.Errorf("ended by %s", got)
	}
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
