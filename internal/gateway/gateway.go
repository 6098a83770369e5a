// Package gateway is the data plane: it authenticates a caller, finds the
// account its request goes to, admits it, sends it, streams the answer back and
// books what it used, on every exit exactly once.
//
// The way of a request through the files: exchange.go receives and dispatches,
// config.go and route.go pick the target (targets.go keeps them compiled), admit.go
// reserves and opens the ledger entry, attempt.go sends, whole.go and stream.go
// answer, settle.go books, again.go makes another attempt.
package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"
)

// Keys finds out who a caller is.
type Keys interface {
	Lookup(ctx context.Context, key secret.String) (*authn.Identity, error)
}

// Ledger books attempts. Admit is called before an attempt is sent and refuses
// when it cannot be booked; Settle is called once for each admitted attempt.
type Ledger interface {
	Admit(claviger.Opening) error
	Settle(claviger.Closing) error
}

// Registry finds the adapter of a kind of provider.
type Registry interface {
	Adapter(id string) provider.Adapter
	Known(id string) bool
}

// Options are what a gateway needs and how it is bounded. Durations and sizes
// must be positive.
type Options struct {
	Keys      Keys
	Refused   Refusals
	Targets   TargetSource
	Vault     Opener
	Providers Registry
	Catalogue *catalogue.Catalogue // nil: knows no models and no prices
	Policies  PolicySource
	Ledger    Ledger
	Limits    limits.Limiter
	// MaxRequests bounds the requests that run at once; 0 is no bound.
	MaxRequests int
	Log         *slog.Logger
	Metrics     prometheus.Registerer
	Now         func() time.Time
	// Pause waits between two attempts, or until ctx ends: then it returns the
	// error of ctx. nil: with a timer.
	Pause func(ctx context.Context, d time.Duration) error
	// AfterFunc calls f after d unless it is stopped before, as [time.AfterFunc]
	// does, which it is when nil. Attempts that stand still are found out by it.
	AfterFunc func(d time.Duration, f func()) Timer

	MaxBody    int64 // bytes of one request body
	BodyMemory int64 // bytes of all request bodies in memory at once; at least MaxBody

	BodyTimeout   time.Duration // for a caller to send its body
	HeaderTimeout time.Duration // for a provider to begin its answer
	IdleTimeout   time.Duration // between two moves of an answer

	// AllowPrivateHosts lets integrations that a workspace stored reach
	// private addresses. Those an organisation key stored always may.
	AllowPrivateHosts bool
}

// Timer is a call that is still to come; a [time.Timer] is one.
type Timer interface {
	// Stop prevents the call, unless it has begun.
	Stop() bool
	// Reset makes the call come after d, again if it has come.
	Reset(d time.Duration) bool
}

// Refusals slows down an address whose keys are refused again and again.
type Refusals interface {
	// Answer is what to tell a caller whose look-up ended with err, after the
	// wait that its address has earned.
	Answer(ctx context.Context, address string, err error) error
}

// Gateway serves the model routes. Make one with [New]; it is safe for
// concurrent use.
type Gateway struct {
	Options
	targets    *targets
	policies   *policies
	lists      sync.Map // list prices of kinds: string -> *prices
	transports transports
	bodies     *semaphore.Weighted
	metrics    *metrics
	live       live
	flights    inFlight
	configs    configs
	buffers    sync.Pool // *[]byte, for answers
}

// New returns a gateway ready to serve.
func New(o Options) *Gateway {
	g := &Gateway{
		Options:    o,
		transports: newTransports(),
		bodies:     semaphore.NewWeighted(o.BodyMemory),
		metrics:    newMetrics(o.Metrics),
		flights:    inFlight{most: int64(o.MaxRequests)},
	}
	if g.Pause == nil {
		g.Pause = pause
	}
	if g.AfterFunc == nil {
		g.AfterFunc = func(d time.Duration, f func()) Timer { return time.AfterFunc(d, f) }
	}
	g.targets = newTargets(o)
	g.policies = newPolicies(o)
	g.live.init()
	g.buffers.New = func() any { b := make([]byte, answerChunk); return &b }
	return g
}

// Invalidate forgets what a committed change concerns; the next request reads
// it anew.
func (g *Gateway) Invalidate(c claviger.Change) {
	g.targets.invalidate(c)
	g.policies.invalidate(c)
}

// Drain refuses new requests and waits for those under way. When ctx ends
// first it cuts them: each is settled and its caller told. It returns how many
// it cut.
func (g *Gateway) Drain(ctx context.Context) int { return g.live.drain(ctx) }

// Routes are the method and path of every route the gateway serves.
func Routes() map[string]string {
	return map[string]string{
		"/v1/chat/completions": http.MethodPost,
		"/v1/completions":      http.MethodPost,
		"/v1/embeddings":       http.MethodPost,
		"/v1/models":           http.MethodGet,
		"/v1/explain":          http.MethodPost,
	}
}
