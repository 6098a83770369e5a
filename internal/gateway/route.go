package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/httpx"
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

const noProvider = `Either x-portkey-config or x-portkey-provider header is required, or a model like "@slug/model"`

// signal reads the target off the config, the headers, the body and the query, in
// that order. The slug prefix of the body's model is taken off even when something
// else named the provider.
func (x *exchange) signal() (signal, error) {
	h := x.r.Header
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
	case x.config.named():
		s.slug, s.name = x.config.slug, x.config.kind
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
		t, err = x.kind(ctx, s.name, where)
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

// elsewhere sends a request to the host its header or config names, or else to the first
// of the account's targets. A stored credential goes to its own hosts only, so
// the caller must bring one for any other.
func (x *exchange) elsewhere(where authn.Where, own ...*target) (*target, error) {
	host := x.customHost()
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

// kind is the target of a request that names a kind of provider and brings the
// credential. Where it does not, and a provider of the workspace has that name for
// a slug, that one is most likely meant.
func (x *exchange) kind(ctx context.Context, name string, where authn.Where) (*target, error) {
	t, err := x.brought(name, x.customHost(), where)
	var f *httpx.Failure
	if !errors.As(err, &f) || x.customHost() != "" {
		return t, err
	}
	if _, missing := x.stored(ctx, name); missing != nil {
		return nil, err
	}
	return nil, badRequest(f.Message + "; did you mean @" + name + ", which is a provider of this workspace?")
}

// brought makes a target of the credential that came with the request.
func (x *exchange) brought(kind, host string, where authn.Where) (*target, error) {
	if !x.Providers.Known(kind) && host == "" {
		return nil, badRequest("Invalid provider passed")
	}
	if claviger.CheckSlug(kind) != "" {
		return nil, badRequest("Invalid provider passed")
	}
	settings := provider.Settings{AIProvider: kind}
	if settings.Key = x.ownCredential(where); settings.Key.IsZero() {
		return nil, badRequest(noCredential(x.config))
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

// noCredential says where a credential was missed.
func noCredential(c *config) string {
	if c.named() {
		return "A config with a host or provider without a stored credential must bring its own, in api_key"
	}
	return "A request to a host or provider without a stored credential must bring its own, in the Authorization header, with the gateway key in x-portkey-api-key"
}

// ownCredential is the provider credential a caller sent besides its gateway
// key; zero when there is none. Beside a config that names its provider, that of
// the headers is not meant.
func (x *exchange) ownCredential(where authn.Where) secret.String {
	if x.config.named() {
		if authn.Carries(x.config.key.Reveal(), x.key) {
			return secret.String{}
		}
		return x.config.key
	}
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
	names, err := x.forwardedNames()
	if len(names) == 0 {
		return nil, err
	}
	out := http.Header{}
	for _, name := range names {
		if values := x.r.Header.Values(name); len(values) > 0 && x.forwardable(name) {
			out[name] = values
		}
	}
	return out, nil
}
