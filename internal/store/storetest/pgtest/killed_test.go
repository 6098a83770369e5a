package pgtest_test

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

const victim = "CLAVIGER_PGTEST_VICTIM"

// TestVictim is no test: the next one runs it in a process of its own.
func TestVictim(t *testing.T) {
	if os.Getenv(victim) == "" {
		t.Skip("runs in a process that is killed")
	}
	fmt.Println("cluster " + pgtest.URL(t))
	_, _ = io.Copy(io.Discard, os.Stdin) // until killed
}

func TestTheClusterDiesWithAKilledProcess(t *testing.T) {
	if os.Getenv(pgtest.ServerVariable) != "" {
		t.Skip("the cluster is not ours")
	}
	pgtest.URL(t) // skips where there is no PostgreSQL
	cmd := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	cmd.Env = append(os.Environ(), victim+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir := ""
	for lines := bufio.NewScanner(out); dir == "" && lines.Scan(); {
		if server, ok := strings.CutPrefix(lines.Text(), "cluster "); ok {
			u, err := url.Parse(server)
			if err != nil {
				t.Fatal(err)
			}
			dir = u.Query().Get("host")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if dir == "" {
		t.Fatal("the process never said where its cluster is")
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(time.Minute); ; {
		if _, err := os.Stat(dir); os.IsNotExist(err) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("the cluster's files are there a minute after its process was killed")
		}
	}
}
