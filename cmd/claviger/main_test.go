package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"claviger": main,
		// startstop is "claviger serve" that is told to stop once it is ready.
		"startstop": func() {
			ctx, cancel := context.WithCancel(context.Background())
			stderr := &watcher{Writer: os.Stderr, want: []byte("msg=ready"), found: cancel}
			os.Exit(run(ctx, append([]string{"serve"}, os.Args[1:]...), os.Environ(), os.Stdout, stderr))
		},
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("CLAVIGER_LISTEN", "127.0.0.1:0")
			env.Setenv("CLAVIGER_LAME_DUCK", "0s")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"mode": mode},
	})
}

// mode checks the permissions of a file: mode 600 path.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: mode OCTAL PATH")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := info.Mode().Perm().String(); got != map[string]string{"600": "-rw-------"}[args[0]] {
		ts.Fatalf("%s has the mode %s", args[1], got)
	}
}

// watcher passes writes on and calls found when a text has gone by.
type watcher struct {
	io.Writer
	want  []byte
	found func()

	mu   sync.Mutex
	seen []byte
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.seen = append(w.seen, p...)
	hit := bytes.Contains(w.seen, w.want)
	w.mu.Unlock()
	n, err := w.Writer.Write(p)
	if hit {
		w.found()
	}
	return n, err
}
