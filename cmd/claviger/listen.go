package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/claviger/claviger/internal/gateway"
)

const (
	maxHeaderBytes = 64 << 10
	headerTimeout  = 10 * time.Second // for a caller to send its headers
	// afterDrain is how long requests that were cut may take to settle and to
	// tell their callers.
	afterDrain = 5 * time.Second
)

// newServer serves HTTP/1.1. There is no deadline for a whole answer: streams
// last as long as they move, and each plane bounds its own.
func newServer(s settings, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            headerTimeout,
		IdleTimeout:                  s.IdleTimeout,
		MaxHeaderBytes:               maxHeaderBytes,
		DisableGeneralOptionsHandler: true, // ours answers in the envelope
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// limp is the time in which the server is told to stop and still serves, while
// /readyz sends load balancers elsewhere. It returns at once what ends serving.
func limp(s settings, h *health, failed <-chan error, log *slog.Logger) error {
	h.draining.Store(true)
	if s.LameDuck == 0 {
		return nil
	}
	log.Info("told to stop: still serving, and not ready any more", "for", s.LameDuck)
	select {
	case err := <-failed:
		return err
	case <-time.After(s.LameDuck):
		return nil
	}
}

// drain accepts nothing new, gives requests under way the time of the settings,
// cuts what is left, and returns when all of it is settled or hopeless.
func drain(s settings, srv *http.Server, g *gateway.Gateway, log *slog.Logger) {
	log.Info("stopping: waiting for requests under way", "at_most", s.DrainTimeout)
	soft, cancel := context.WithTimeout(context.Background(), s.DrainTimeout)
	defer cancel()
	hard, cancel := context.WithTimeout(context.Background(), s.DrainTimeout+afterDrain)
	defer cancel()
	drained := make(chan int, 1)
	go func() { drained <- g.Drain(soft) }()
	if err := srv.Shutdown(hard); err != nil {
		srv.Close() // what is left does not move; its handlers end when a write fails
	}
	select {
	case cut := <-drained:
		log.Info("no request is under way any more", "cut", cut)
	case <-time.After(afterDrain):
		log.Error("some requests did not end when they were cut; the ledger books them at their estimates")
	}
}

// exposed reports whether others than this machine may reach an address.
func exposed(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err != nil || !at.Addr().Unmap().IsLoopback()
}

// reachable is a URL for l that works on this machine.
func reachable(l net.Listener) string {
	at, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil || !at.Addr().IsUnspecified() {
		return "http://" + l.Addr().String()
	}
	return fmt.Sprintf("http://127.0.0.1:%d", at.Port())
}
