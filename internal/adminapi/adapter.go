package adminapi

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/httpx"
)

const (
	mediaType     = "application/json"
	metaOperation = "operation"
)

// request is what of a request the operations need beside its body.
type request struct {
	by     authz.Caller
	id     string
	header http.Header // of the answer
	// workspace is what the query says of it, where an operation asks.
	workspace string
}

type requestKey struct{}

func requestOf(ctx context.Context) request {
	r, _ := ctx.Value(requestKey{}).(request)
	return r
}

// adapter puts huma's operations on a ServeMux, under both prefixes, behind
// authentication, the operation's scopes and its body limit.
type adapter struct{ *api }

// Handle implements huma.Adapter.
func (a *adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	declared, ok := op.Metadata[metaOperation].(operation)
	if !ok {
		return // nothing is served that declares no scope
	}
	known := map[string]bool{}
	for _, p := range op.Parameters {
		known[p.Name] = p.In == "query"
	}
	for _, prefix := range []string{"/v1", "/v2"} {
		a.mux.HandleFunc(op.Method+" "+prefix+op.Path, func(w http.ResponseWriter, r *http.Request) {
			by, err := a.admit(w, r, declared)
			if err != nil {
				a.note(declared, by, err)
				httpx.WriteAdmin(w, a.log, err)
				return
			}
			// Whatever a body is called, it is read as JSON: clients leave the
			// header out, or their tool's default in.
			r.Header["Content-Type"] = []string{mediaType}
			w.Header()["X-Content-Type-Options"] = []string{"nosniff"}
			w.Header()["Cache-Control"] = []string{"no-store"}
			nameIgnored(w.Header(), unknownParameters(r, known)...)
			asked := request{by: by, id: httpx.RequestID(w), header: w.Header()}
			if known[workspaceID] {
				asked.workspace = r.URL.Query().Get(workspaceID)
			}
			ctx := context.WithValue(r.Context(), requestKey{}, asked)
			handler(humago.NewContext(op, r.WithContext(ctx), w))
		})
	}
}

// unknownParameters are the parameters of a query that an operation does not
// have, sorted.
func unknownParameters(r *http.Request, known map[string]bool) (names []string) {
	if r.URL.RawQuery == "" {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.URL.Query())) {
		if !known[name] {
			names = append(names, name)
		}
	}
	return names
}

// admit says who the caller is, if it may ask for op at all.
func (a *adapter) admit(w http.ResponseWriter, r *http.Request, op operation) (authz.Caller, error) {
	by, err := a.authenticate(r)
	by.Origin = httpx.OriginOf(r, httpx.RequestID(w))
	if err != nil {
		return by, err
	}
	if err := by.Allow(op.Scopes...); err != nil {
		return by, err
	}
	return by, httpx.LimitBody(w, r, op.Body)
}

// ServeHTTP implements huma.Adapter.
func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// target is the resource that a path names, at the first parameter of its route
// that is no type; "" for none.
func target(route, path string) string {
	at := strings.Split(path, "/")
	for i, part := range strings.Split(route, "/") {
		if strings.HasPrefix(part, "{") && !strings.HasSuffix(strings.ToLower(part), "type}") && i < len(at) {
			return at[i]
		}
	}
	return ""
}

// note tells of a change that was refused for want of a key or of a scope, or to
// protect something.
func (a *api) note(op operation, by authz.Caller, err error) {
	code := claviger.CodeOf(err)
	if a.refused == nil || op.Method == http.MethodGet {
		return
	}
	var e *claviger.Error
	switch code {
	case claviger.Unauthorised, claviger.Forbidden, claviger.NotFound: // what is another's looks as if it were not there
	default:
		if !errors.As(err, &e) || !e.Refusal {
			return
		}
	}
	action, resource, _ := strings.Cut(op.ID, "-")
	by.Origin.Route = by.Origin.URI[:min(len("/v1"), len(by.Origin.URI))] + op.Path
	by.Origin.Resource = target(by.Origin.Route, by.Origin.URI)
	a.refused(by, action, strings.ReplaceAll(resource, "-", "_"), httpx.Status(code))
}
