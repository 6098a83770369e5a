package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/adminapi"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/ledger"
	"github.com/claviger/claviger/internal/limits/memory"
	"github.com/claviger/claviger/internal/provider/all"
)

// closeTimeout bounds how long the ledger may take to ship its rest at the end;
// what is left waits in the journal for the next start.
const closeTimeout = 10 * time.Second

// serve runs the server until ctx ends, and then brings everything to an
// orderly end. This is where all parts are put together.
func serve(ctx context.Context, s settings, stdout, stderr io.Writer) (err error) {
	began := time.Now()
	floorHeap()
	log := s.logger(stderr)
	// The address first: a start that cannot serve must change nothing.
	listener, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("%w; --listen (CLAVIGER_LISTEN) says where", err)
	}
	defer listener.Close()
	if !s.BehindTLS && exposed(listener.Addr()) {
		log.Warn("keys and prompts travel in clear text to an address that others can reach: put TLS in front, and say so by --behind-tls (CLAVIGER_BEHIND_TLS)",
			"listen", listener.Addr())
	}
	dir, err := takeDataDir(s.DataDir)
	if err != nil {
		return err
	}
	defer dir.release()
	st, _, err := openStore(ctx, s)
	if err != nil {
		return err
	}
	defer closeStore(st, log)
	v, err := openVault(ctx, s, st, log)
	if err != nil {
		return err
	}
	book, err := ledger.Open(ctx, ledger.Options{Dir: filepath.Join(s.DataDir, "journal"), Sink: st, Log: log})
	if err != nil {
		return detail(err)
	}
	defer closeLedger(book, log)

	providers := all.Registry()
	keys := authn.New(authn.Options{Source: st})
	refused := authn.NewFailures(authn.FailureOptions{})
	limiter := memory.New(memory.Options{Source: st, Flush: booked(book)})
	metrics := newMetrics(book)
	gate := gateway.New(gateway.Options{
		Keys: keys, Refused: refused, Targets: st, Vault: v, Providers: providers, Catalogue: s.catalogue, Ledger: book,
		Limits: limiter, Policies: st, MaxRequests: s.MaxRequests,
		Log: log, Metrics: metrics.registry, Now: time.Now,
		MaxBody: s.MaxBody, BodyMemory: s.BodyMemory,
		BodyTimeout: s.BodyTimeout, HeaderTimeout: s.HeaderTimeout, IdleTimeout: s.StreamTimeout,
		AllowPrivateHosts: s.AllowPrivateHosts,
	})
	service := admin.New(admin.Deps{
		Store: useCases{st}, Vault: v, Registry: providers, Catalogue: s.catalogue, Meter: limiter, Flush: book.Flush, Log: log,
		Changed:           func(c claviger.Change) { keys.Invalidate(c); gate.Invalidate(c) },
		AllowPrivateHosts: s.AllowPrivateHosts,
	})
	if err := bootstrap(ctx, s, st, service, reachable(listener), stdout, log); err != nil {
		return err
	}
	release, _ := buildNumbers()
	attempts, written := watchRefusals(ctx, service, log)
	defer written()
	api := adminapi.New(adminapi.Deps{
		Service: service, Authenticate: door{keys, refused}.caller, Refused: attempts, Version: release, Log: log,
	})
	health := &health{store: st, ledger: book}
	server := newServer(s, newFront(gate, gateway.Routes(), api, health, metrics, log, s.BodyTimeout), log)

	failed := make(chan error, 1)
	go func() { failed <- fmt.Errorf("serve: %w", server.Serve(listener)) }()
	log.Info("ready", "url", reachable(listener), "took", time.Since(began).Round(time.Millisecond))
	giveBack()
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = limp(s, health, failed, log)
	}
	drain(s, server, gate, log)
	return err
}

// booked brings all that was settled into the store. It fails while a close waits
// for the disk: what that attempt used is in no journal yet.
func booked(book *ledger.Ledger) func(context.Context) error {
	return func(ctx context.Context) error {
		deferred := book.Stats().Deferred
		if err := book.Flush(ctx); err != nil {
			return err
		}
		if deferred > 0 {
			return ledger.ErrDeferred
		}
		return nil
	}
}

func closeLedger(book *ledger.Ledger, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := book.Close(ctx); err != nil {
		log.Warn("the ledger did not close clean", "error", err)
	}
}
