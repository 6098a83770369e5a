package gateway

import (
	"strconv"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what the gateway does. Every label has few values, none of them
// a caller's.
type metrics struct {
	requests  map[servedKey]prometheus.Counter
	durations map[provider.Operation]prometheus.Observer
	refusals  *prometheus.CounterVec
	used      map[provider.Operation][2]prometheus.Counter
	cost      map[provider.Operation]prometheus.Counter
	retries   map[provider.Operation]prometheus.Counter
}

type servedKey struct {
	operation provider.Operation
	outcome   claviger.Outcome
}

var outcomes = []claviger.Outcome{"", claviger.Success, claviger.ProviderError, claviger.Unreachable,
	claviger.TimedOut, claviger.ClientGone, claviger.Cut, claviger.Failed, claviger.Shutdown}

func newMetrics(registry prometheus.Registerer) *metrics {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "claviger_gateway_requests_total",
		Help: "Requests served, by operation and how the last attempt ended; refused ones made no attempt.",
	}, []string{"operation", "outcome"})
	durations := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "claviger_gateway_request_duration_seconds",
		Help:    "From a request's arrival to the end of its answer.",
		Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300},
	}, []string{"operation"})
	used := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "claviger_gateway_tokens_total",
		Help: "Tokens booked, by operation and direction.",
	}, []string{"operation", "direction"})
	cost := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "claviger_gateway_cost_dollars_total",
		Help: "US dollars booked, by operation; the ledger has them exactly.",
	}, []string{"operation"})
	retries := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "claviger_gateway_retries_total",
		Help: "Attempts that failed and were made again, by operation; each has a ledger entry of its own.",
	}, []string{"operation"})
	m := &metrics{
		retries:   map[provider.Operation]prometheus.Counter{},
		cost:      map[provider.Operation]prometheus.Counter{},
		requests:  map[servedKey]prometheus.Counter{},
		durations: map[provider.Operation]prometheus.Observer{},
		used:      map[provider.Operation][2]prometheus.Counter{},
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "claviger_gateway_refusals_total",
			Help: "Requests the gateway answered with an error of its own, by HTTP status.",
		}, []string{"status"}),
	}
	registry.MustRegister(requests, durations, used, cost, retries, m.refusals)
	// All labels are looked up here and none on the way of a request.
	for _, o := range []provider.Operation{provider.Chat, provider.Complete, provider.Embed, listModels, explain} {
		m.durations[o] = durations.WithLabelValues(string(o))
		m.retries[o] = retries.WithLabelValues(string(o))
		m.cost[o] = cost.WithLabelValues(string(o))
		m.used[o] = [2]prometheus.Counter{
			used.WithLabelValues(string(o), "in"), used.WithLabelValues(string(o), "out")}
		for _, outcome := range outcomes {
			label := string(outcome)
			if outcome == "" {
				label = "refused"
			}
			m.requests[servedKey{o, outcome}] = requests.WithLabelValues(string(o), label)
		}
	}
	return m
}

func (m *metrics) served(o provider.Operation, outcome claviger.Outcome, took time.Duration) {
	m.requests[servedKey{o, outcome}].Inc()
	m.durations[o].Observe(took.Seconds())
}

func (m *metrics) refused(status int) { m.refusals.WithLabelValues(strconv.Itoa(status)).Inc() }

func (m *metrics) booked(o provider.Operation, c *claviger.Closing) {
	m.used[o][0].Add(float64(c.Tokens.In()))
	m.used[o][1].Add(float64(c.Tokens.Out()))
	m.cost[o].Add(float64(c.Cost) / 1e9)
}
