package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// route is where one request goes: the target, and the model by the provider's
// own name.
type route struct {
	target *target
	model  string
}

// signal is what a request says of its target.
type signal struct {
	slug  string // of a stored provider
	name  string // of a kind of provider, called with the caller's credential
	model string
}

const noProvider = "Either x-portkey-config or x-portkey-provider header is required"

// signal reads the target off the headers, the body and the query, in that
// order. The slug prefix of the body's model is taken off even when something
// else named the provider.
func (x *exchange) signal() (signal, error) {
	h := x.r.Header
	if h.Get("X-Portkey-Config") != "" {
		return signal{}, badRequest("x-portkey-config is not supported yet; name the provider by x-portkey-provider: @slug or model: \"@slug/model\"")
	}
	if strings.ContainsFunc(x.request.Model, unicode.IsControl) {
		return signal{}, &claviger.Error{Code: claviger.Invalid, Message: "Invalid request",
			Problems: []claviger.Problem{{Path: "model", Message: "must be the name of a model"}}}
	}
	fromBody, model, err := splitModel(x.request.Model)
	if err != nil {
		return signal{}, err
	}
	fromQuery := ""
	if x.r.URL.RawQuery != "" {
		var queried string
		if fromQuery, queried, err = splitModel(x.r.URL.Query().Get("model")); err != nil {
			return signal{}, err
		}
		if model == "" {
			model = queried
		}
	}
	s := signal{model: model}
	switch named := h.Get("X-Portkey-Provider"); {
	case strings.HasPrefix(named, "@"):
		s.slug, _, _ = strings.Cut(named[1:], "/")
	case named != "":
		s.name = named
	case h.Get("X-Portkey-Virtual-Key") != "":
		s.slug = strings.TrimPrefix(h.Get("X-Portkey-Virtual-Key"), "@")
	case fromBody != "":
		s.slug = fromBody
	case fromQuery != "":
		s.slug = fromQuery
	}
	return s, nil
}

// splitModel cuts "@slug/model" at the first slash. The ids of Workers AI look
// alike and are none.
func splitModel(m string) (slug, model string, err error) {
	if !strings.HasPrefix(m, "@") || strings.HasPrefix(m, "@cf/") || strings.HasPrefix(m, "@hf/") {
		return "", m, nil
	}
	slug, model, found := strings.Cut(m[1:], "/")
	if !found || slug == "" || model == "" {
		return "", "", &claviger.Error{Code: claviger.Invalid, Message: "Invalid request",
			Problems: []claviger.Problem{{Path: "model", Message: "must name a model after the slug: @slug/model"}}}
	}
	return slug, model, nil
}

// route picks the target of a request.
func (x *exchange) route(ctx context.Context, where authn.Where) (route, error) {
	s, err := x.signal()
	if err != nil {
		return route{}, err
	}
	var t *target
	switch {
	case s.slug != "":
		t, err = x.allowed(ctx, s, where)
	case s.name != "":
		t, err = x.brought(s.name, x.r.Header.Get("X-Portkey-Custom-Host"), where)
	default:
		err = badRequest(noProvider)
	}
	return route{t, s.model}, err
}

// allowed is the stored target of a request whose model it allows.
func (x *exchange) allowed(ctx context.Context, s signal, where authn.Where) (*target, error) {
	t, err := x.stored(ctx, s.slug)
	if err != nil {
		return nil, err
	}
	own, err := t.of(requested{model: s.model, several: x.request.Models})
	if err != nil {
		return nil, err
	}
	return x.elsewhere(where, own, t)
}

// stored finds a provider of the caller's workspace. One that is not there, not
// granted or another workspace's look the same.
func (x *exchange) stored(ctx context.Context, slug string) (*target, error) {
	ws := x.who.Workspace
	if claviger.CheckSlug(slug) != "" && !claviger.IsUUID(slug) {
		return nil, badRequest("Following keys are not valid")
	}
	t, err := x.targets.get(ctx, targetKey{ws.OrganisationID, ws.ID, slug})
	if claviger.CodeOf(err) == claviger.NotFound {
		return nil, badRequest("Following keys are not valid: " + slug)
	}
	if err != nil {
		return nil, err
	}
	return t, t.usable(x.Now())
}

// elsewhere sends a request to the host its header names, or else to the first
// of the account's targets. A stored credential goes to its own hosts only, so
// the caller must bring one for any other.
func (x *exchange) elsewhere(where authn.Where, own ...*target) (*target, error) {
	host := x.r.Header.Get("X-Portkey-Custom-Host")
	if host == "" {
		return own[0], nil
	}
	for _, t := range own {
		if strings.TrimRight(host, "/") == t.account.Base().String() {
			return t, nil
		}
	}
	return x.brought(own[0].aiProvider, host, where)
}

// brought makes a target of the credential that came with the request.
func (x *exchange) brought(kind, host string, where authn.Where) (*target, error) {
	if !x.Providers.Known(kind) && host == "" {
		return nil, badRequest("Invalid provider passed")
	}
	if claviger.CheckSlug(kind) != "" {
		return nil, badRequest("Invalid provider passed")
	}
	settings := provider.Settings{AIProvider: kind, Key: x.ownCredential(where)}
	if settings.Key.IsZero() {
		return nil, badRequest("A request to a host or provider without a stored credential must bring its own, in the Authorization header, with the gateway key in x-portkey-api-key")
	}
	if host != "" {
		// Public hosts only: what a caller names must not reach inside.
		if provider.CheckHost(host, false) != "" {
			return nil, badRequest("Invalid custom host")
		}
		quoted, err := json.Marshal(host)
		if err != nil {
			return nil, badRequest("Invalid custom host")
		}
		settings.Plain = map[string]json.RawMessage{"custom_host": quoted}
	}
	account, err := x.Providers.Adapter(kind).Compile(settings)
	if err != nil {
		return nil, badRequest("Invalid provider passed")
	}
	return &target{aiProvider: kind, account: account, scrub: newScrubber(settings), prices: x.listPrices(kind),
		providerHeader: []string{kind}}, nil
}

// ownCredential is the provider credential a caller sent besides its gateway
// key; zero when there is none.
func (x *exchange) ownCredential(where authn.Where) secret.String {
	for _, h := range []struct {
		name  string
		taken bool
	}{
		{"Authorization", where == authn.InAuthorization},
		{"X-Api-Key", where == authn.InAPIKeyHeader},
	} {
		v := authn.Bearer(x.r.Header.Get(h.name))
		// The same key in two headers is still the gateway's own.
		if v != "" && !h.taken && !authn.Carries(v, x.key) {
			return secret.New(v)
		}
	}
	return secret.String{}
}

// forwarded are the headers of the request that the caller asks to have sent to
// the provider.
func (x *exchange) forwarded() (http.Header, error) {
	list := x.r.Header.Get("X-Portkey-Forward-Headers")
	if list == "" {
		return nil, nil
	}
	list = strings.Trim(strings.TrimSpace(list), "[]")
	out := http.Header{}
	for name := range strings.SplitSeq(list, ",") {
		name = http.CanonicalHeaderKey(strings.Trim(strings.TrimSpace(name), `"'`))
		if name == "X-Portkey-Forward-Headers" {
			return nil, badRequest("forward_headers must not contain the 'x-portkey-forward-headers' header")
		}
		if values := x.r.Header.Values(name); len(values) > 0 && x.forwardable(name) {
			out[name] = values
		}
	}
	return out, nil
}
