package proc

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	line := "42 (a) b) S 1 42 42 0 -1 4194560 1 2 3 4 150 50 0 0 20 0 9 0 100 1000000 256 18446744073709551615 0\n"
	got, err := parseStat([]byte(line))
	if err != nil || got.CPU != 2*time.Second || got.RSS != 256*4096 {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "42 (x) S 1", strings.ReplaceAll(line, "150", "many")} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestUsageCountsChildren(t *testing.T) {
	// The shell's child burns until it is told to stop; the shell waits for it.
	p, line, err := StartPrintingAddress(nil, "sh", "-c",
		`(trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); [ $i = 300000 ] && echo burnt; done) & trap 'kill $!; exit 0' TERM; wait`)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if line != "burnt" {
		t.Fatalf("first line is %q", line)
	}
	u, err := p.Usage()
	if err != nil || u.CPU == 0 || u.RSS == 0 {
		t.Errorf("usage = %+v, %v", u, err)
	}
}

func TestWaitUntilReportsAnEarlyEnd(t *testing.T) {
	p, err := Start(nil, "sh", "-c", "echo no store >&2; exit 3")
	if err != nil {
		t.Fatal(err)
	}
	err = p.WaitUntil(context.Background(), func() bool { return false })
	if err == nil || !strings.Contains(err.Error(), "no store") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error = %v", err)
	}
	p.Stop()
}
