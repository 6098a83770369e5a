package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// exchange is one request of a caller from its arrival to its answer.
type exchange struct {
	*Gateway
	w       http.ResponseWriter
	r       *http.Request
	started time.Time

	// id names the request, and the ledger entry of its first attempt.
	id      claviger.EntryID
	name    string        // the id as text
	key     secret.String // as the caller sent it
	who     *authn.Identity
	config  *config // nil: none was sent
	body    *inbound
	request llm.Request
	strict  bool
	stop    context.CancelCauseFunc // of the request's context
	reading atomic.Bool             // the body is still coming
	wrote   bool                    // the answer has begun
	outcome claviger.Outcome        // for the metrics; empty when refused
}

// ServeHTTP serves the routes of [Routes]; it expects no other.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, stop := context.WithCancelCause(r.Context())
	x := &exchange{Gateway: g, w: w, r: r, started: g.Now(), id: claviger.NewEntryID(), stop: stop}
	defer stop(nil)
	x.name = x.id.String()
	x.nameAnswer()
	if !g.live.enter(x) {
		w.Header()["Connection"] = []string{"close"}
		x.refuse(claviger.Fail(claviger.Unavailable, "The gateway is shutting down"))
		return
	}
	defer g.live.leave(x)
	operation := operationOf(r.URL.Path)
	defer func() {
		if p := recover(); p != nil {
			x.crashed(p)
		}
		g.metrics.served(operation, x.outcome, g.Now().Sub(x.started))
	}()
	if err := x.serve(ctx, operation); err != nil {
		x.refuse(err)
	}
}

// cutGrace is how long a cut request may take to tell its caller so.
const cutGrace = 2 * time.Second

// cut ends the request from outside.
func (x *exchange) cut(why error) {
	x.stop(why)
	rc := http.NewResponseController(x.w)
	rc.SetWriteDeadline(time.Now().Add(cutGrace)) //nolint:errcheck // best effort
	if x.reading.Load() {
		rc.SetReadDeadline(time.Now())
	}
}

// The operations that call no model.
const (
	listModels provider.Operation = "listModels"
	explain    provider.Operation = "explain"
)

func operationOf(path string) provider.Operation {
	switch path {
	case "/v1/chat/completions":
		return provider.Chat
	case "/v1/completions":
		return provider.Complete
	case "/v1/embeddings":
		return provider.Embed
	case "/v1/explain":
		return explain
	default:
		return listModels
	}
}

// serve answers the request, or returns what to refuse it with. Once the answer
// has begun it returns nil.
func (x *exchange) serve(ctx context.Context, operation provider.Operation) error {
	where, err := x.authenticate(ctx)
	if err != nil {
		return err
	}
	if err := x.configure(); err != nil {
		return err
	}
	switch operation {
	case listModels:
		return x.models(ctx, where)
	case explain:
		return x.explain(ctx, where)
	}
	if x.body, err = x.readBody(); err != nil {
		return err
	}
	defer x.body.free()
	if err := x.flights.enter(); err != nil {
		return err
	}
	defer x.flights.leave()
	to, err := x.understand(ctx, where)
	if err != nil {
		return err
	}
	a, err := x.admission(to, operation)
	if err != nil {
		return err
	}
	if a.hold, err = x.Limits.Admit(ctx, a.own, a.ask(a.own)); err != nil {
		return err
	}
	defer a.end()
	return a.run(ctx)
}

// understand reads what the body asks and finds where it goes.
func (x *exchange) understand(ctx context.Context, where authn.Where) (to route, err error) {
	if err = x.scan(); err != nil {
		return to, err
	}
	if x.config != nil && x.config.params != nil {
		if err = x.reshape(ctx); err != nil {
			return to, err
		}
	}
	if to, err = x.route(ctx, where); err != nil {
		return to, err
	}
	if e, ok := to.target.account.(provider.Expander); ok {
		// A brace begins an object; those inside of texts count too, which is
		// the safe side.
		objects := int64(bytes.Count(x.body.bytes, []byte("{")))
		err = x.body.take(e.Expansion(int64(len(x.body.bytes)), objects))
	}
	return to, err
}

// authenticate finds out who calls, and what is left of the credentials it sent.
func (x *exchange) authenticate(ctx context.Context) (authn.Where, error) {
	key, where := authn.Credential(x.r.Header)
	x.key = key
	who, err := x.Keys.Lookup(ctx, key)
	if err != nil {
		err = x.Refused.Answer(ctx, httpx.ClientAddress(x.r), err)
	}
	if errors.Is(err, authn.ErrExpired) {
		return where, httpx.ExpiredKey
	}
	if err != nil {
		return where, err
	}
	x.who = who
	if who.Key.Type != claviger.WorkspaceKey {
		return where, claviger.Fail(claviger.Forbidden,
			"This is an organisation API key, which administers and cannot call models. Use a workspace API key for model calls.")
	}
	scopes := callScopes
	if operationOf(x.r.URL.Path) == listModels {
		scopes = listScopes
	}
	if !who.Has(scopes...) {
		return where, httpx.AuthFailure(http.StatusForbidden,
			"Forbidden! The API key lacks the scope "+string(scopes[0]), "033")
	}
	return where, nil
}

// Any one of them is enough.
var (
	callScopes = []claviger.Scope{"completions.write"}
	listScopes = []claviger.Scope{"completions.write", "models.list"}
)

// refuse answers with an error of the gateway's own.
func (x *exchange) refuse(err error) {
	if x.r.Context().Err() != nil || x.wrote {
		return // nobody is there to be told, or it is too late to
	}
	x.wrote = true
	var d *limits.Denied
	if errors.As(err, &d) && d.Rule.Rate() {
		nameRates(x.w.Header(), []limits.RateState{{Rule: d.Rule, State: d.State}}, x.Now())
	}
	x.metrics.refused(httpx.WriteGateway(x.w, x.Log, inOwnWords(err)))
}

// crashed is the end of a request that hit a defect. The attempt has booked
// itself on the way up.
func (x *exchange) crashed(p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	// The value of a panic may quote what was being worked on, so its type and
	// place are all that is logged.
	x.Log.Error("a request crashed", "request_id", x.name, "type", fmt.Sprintf("%T", p), "stack", httpx.Stack())
	if x.wrote {
		panic(http.ErrAbortHandler) // the caller must not take this for a whole answer
	}
	x.refuse(errCrashed)
}

var errCrashed = errors.New("a request crashed")
