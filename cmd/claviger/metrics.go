package main

import (
	"net/http"
	"runtime"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/claviger/claviger/internal/ledger"
)

// metrics are what /metrics shows. Labels have few values, none of them a
// caller's.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
}

func newMetrics(book *ledger.Ledger) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "claviger_admin_requests_total",
			Help: "Requests to everything but the gateway, by method and status; status 0 was cut.",
		}, []string{"method", "status"}),
	}
	v, commit := buildNumbers()
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "claviger_build_info", Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": v, "commit": commit, "go": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, build,
		gauge("claviger_ledger_open", "Attempts admitted and not settled.", func() int64 { return int64(book.Stats().Open) }),
		gauge("claviger_ledger_deferred", "Closes that wait in memory for the disk.", func() int64 { return int64(book.Stats().Deferred) }),
		gauge("claviger_ledger_unshipped_bytes", "Journal that is not in the store yet.", func() int64 { return book.Stats().UnshippedBytes }),
		gauge("claviger_ledger_skipped_bytes", "Damage in the journal that was passed over since the start.", func() int64 { return book.Stats().SkippedBytes }),
	)
	for _, f := range []ledger.Fault{ledger.NoRoom, ledger.WriteFailing, ledger.ReadFailing, ledger.ShipFailing} {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "claviger_ledger_fault", Help: "1 while the ledger has this fault.", ConstLabels: prometheus.Labels{"fault": string(f)},
		}, func() float64 {
			if book.Stats().Fault == f {
				return 1
			}
			return 0
		}))
	}
	return m
}

func gauge(name, help string, read func() int64) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(read()) })
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// admin counts a request outside the gateway. Methods can be anything, so only
// the usual ones are told apart.
func (m *metrics) admin(r *http.Request, status int) {
	method := r.Method
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(method, strconv.Itoa(status)).Inc()
}
