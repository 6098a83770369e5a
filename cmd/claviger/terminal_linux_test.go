package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal opens a pseudo-terminal: what a program writes to tty is read from
// the other end.
func terminal(t *testing.T) (tty, other *os.File) {
	t.Helper()
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here:", err)
	}
	t.Cleanup(func() { other.Close() })
	if err := unix.IoctlSetPointerInt(int(other.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(other.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tty.Close() })
	return tty, other
}

func TestTheFirstKeysAreShownOnATerminal(t *testing.T) {
	tty, other := terminal(t)
	s := &installation{t: t, dir: t.TempDir(), stdout: tty}
	s.start()
	if status := s.stop(); status != exitOK {
		t.Fatalf("status %d\n%s", status, s.log)
	}
	tty.Close()
	shown, _ := io.ReadAll(other) // ends in an error when the last writer is gone
	for _, want := range []string{"clv_o_", "clv_s_", "URL=" + s.url, `curl "$URL/v1/chat/completions"`} {
		if !strings.Contains(string(shown), want) {
			t.Errorf("%q is not shown:\n%s", want, shown)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, keysFile)); err == nil {
		t.Error("the keys are in a file too")
	}
	if strings.Contains(s.log.String(), "clv_") {
		t.Errorf("the log holds a key:\n%s", s.log)
	}
}
