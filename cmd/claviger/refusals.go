package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
)

// watchRefusals counts refused changes into the audit log until ctx ends. The
// second value writes what was counted last, after the last request.
func watchRefusals(ctx context.Context, service *admin.Service, log *slog.Logger) (note func(by authz.Caller, action, resourceType string, status int), written func()) {
	r := audit.NewRefusals(service.RecordRefusals, time.Now)
	failed := func(err error) { log.Warn("refused attempts could not be written to the audit log", "error", err) }
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx, failed)
	}()
	note = func(by authz.Caller, action, resourceType string, status int) {
		r.Note(by, audit.Attempt{Action: action, ResourceType: resourceType, Status: status})
	}
	written = func() {
		stop()
		<-done // a flush that was cut off has counted again what it did not write
		last, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		if err := r.Flush(last); err != nil {
			failed(err)
		}
	}
	return note, written
}
