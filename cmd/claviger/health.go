package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/ledger"
	"github.com/claviger/claviger/internal/store"
)

const (
	// checkEvery bounds how often callers without a key can make the store work.
	checkEvery   = time.Second
	checkTimeout = 3 * time.Second
)

// health answers the probes.
type health struct {
	store    *store.Store
	ledger   *ledger.Ledger
	draining atomic.Bool

	mu        sync.Mutex // one check at a time; the others wait for it
	checked   time.Time
	lastStore part
}

// part is the state of one part the server stands on.
type part struct {
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
}

type readiness struct {
	Status string          `json:"status"` // "ready", "not ready" or "stopping"
	Parts  map[string]part `json:"parts"`
}

// alive says that the process answers, and nothing about what it stands on: a
// restart cures none of that.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) {
	httpx.WriteJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready says whether requests should be sent here.
func (h *health) ready(w http.ResponseWriter, r *http.Request) {
	state := readiness{Status: "ready", Parts: map[string]part{"store": h.storePart(), "ledger": h.ledgerPart()}}
	status := http.StatusOK
	for _, p := range state.Parts {
		if !p.OK {
			state.Status, status = "not ready", http.StatusServiceUnavailable
		}
	}
	if h.draining.Load() {
		state.Status, status = "stopping", http.StatusServiceUnavailable
	}
	httpx.WriteJSON(w, status, state)
}

func (h *health) storePart() part {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.checked) >= checkEvery {
		ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
		defer cancel()
		h.lastStore, h.checked = h.askStore(ctx), time.Now()
	}
	return h.lastStore
}

// askStore looks whether the store can be read, and whether its disk is full:
// that a write failed for another reason is the request's business.
func (h *health) askStore(ctx context.Context) part {
	err := h.store.Ping(ctx)
	if err == nil {
		err = h.store.Writable(ctx)
	}
	var told *claviger.Error
	switch {
	case err == nil:
		return part{OK: true}
	case errors.As(err, &told) && told.Code == claviger.Unavailable:
		return part{Detail: told.Message}
	default:
		return part{Detail: "the database does not work"}
	}
}

// ledgerPart is fine while attempts can be booked: a store that takes nothing
// only lets the journal grow.
func (h *health) ledgerPart() part {
	switch fault := h.ledger.Stats().Fault; fault {
	case ledger.NoFault:
		return part{OK: true}
	case ledger.ShipFailing:
		return part{OK: true, Detail: string(fault)}
	default:
		return part{Detail: string(fault)}
	}
}
