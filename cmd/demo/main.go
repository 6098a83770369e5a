// Command demo shows the main job of Claviger end to end: it starts the built
// server on a store in a temporary folder, walks through storing a credential
// and calling a provider through it, checks each step, and then keeps running
// for exploring.
//
//	DEMO_UPSTREAM=URL DEMO_MODEL=name [DEMO_KEY=key]   use a real provider
//	DEMO_ONCE=1                                        end after the tour
//
// Without DEMO_UPSTREAM a built-in emulator plays the provider. The exit status
// is 0 only if every step did what it printed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	err := run(ctx, os.Stdout)
	stop()
	switch {
	case errors.Is(err, context.Canceled):
		fmt.Println("\nStopped.")
	case err != nil:
		fmt.Fprintln(os.Stderr, "\nDemo failed:", err)
		os.Exit(1)
	}
}

// run is the whole demo; what a visitor reads goes to w.
func run(ctx context.Context, w io.Writer) error {
	model, err := provider(os.Getenv)
	if err != nil {
		return err
	}
	out := &printer{w: w}
	folder, err := os.MkdirTemp("", "claviger-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)

	out.say("%s", model.words)
	if model.start != nil {
		end, err := model.start()
		if err != nil {
			return err
		}
		defer end()
	}
	server, err := startServer(ctx, folder)
	if err != nil {
		return err
	}
	defer server.stop()
	out.say("Claviger runs at %s, its store in a temporary folder.", server.url)

	t := newTour(out, server, model)
	if err := t.walk(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w\n\nEnd of the server's log:\n%s", err, out.mask(server.logTail()))
	}
	out.say("\nEvery step did what it printed.")
	if os.Getenv("DEMO_ONCE") != "" {
		return nil
	}
	if err := t.invite(term.IsTerminal(int(os.Stdout.Fd())), folder); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-server.exited:
		return fmt.Errorf("the server ended by itself:\n%s", out.mask(server.logTail()))
	}
}
