package gateway

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/claviger/claviger/internal/secret"
)

// config is what x-portkey-config says, compiled: one target, and how it is
// tried. It is immutable, and the zero value says nothing.
type config struct {
	index []string // the ready value of x-portkey-last-used-option-index

	// At most one of slug and kind is set, and neither where the request itself
	// names its provider.
	slug string        // of a stored provider
	kind string        // of a provider, called with the config's credential
	key  secret.String // for kind, or for host

	host    string
	timeout time.Duration // 0: not said
	forward []string      // names of headers, in canonical form
	lax     bool          // answers may have more than the dialect of OpenAI
	retry   *retry
	params  *params // nil: the body stays as it is
}

// named reports whether the config says which provider is called: then the
// request's own headers do not, and bring no credential either.
func (c *config) named() bool { return c != nil && (c.slug != "" || c.kind != "") }

// maxConfig bounds a config, in bytes.
const maxConfig = 32 << 10

// configure reads what the headers say of how the request is to be served.
func (x *exchange) configure() error {
	x.strict = x.r.Header.Get("X-Portkey-Strict-Open-Ai-Compliance") != "false"
	values := x.r.Header["X-Portkey-Config"]
	if len(values) == 0 || len(values) == 1 && values[0] == "" {
		return nil
	}
	text := strings.TrimSpace(values[0])
	switch {
	case len(values) > 1:
		return badRequest("x-portkey-config may be sent once only")
	case callerOf(x.who).fixed:
		return errFixed()
	case len(text) > maxConfig:
		return badRequest("x-portkey-config may have at most 32 KB")
	case !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "["):
		return badRequest("Saved configs are not supported yet: x-portkey-config takes the config itself, as a JSON object")
	}
	var err error
	if x.config, err = x.configs.get(text); err != nil {
		return err
	}
	x.strict = x.strict && !x.config.lax
	return nil
}

// errFixed refuses a config of a key that brings none.
func errFixed() error { return badRequest("Cannot override default config set for this API key.") }

// customHost is the host that the request is to be sent to instead of its
// provider's; empty for none.
func (x *exchange) customHost() string {
	if host := x.r.Header.Get("X-Portkey-Custom-Host"); host != "" || x.config == nil {
		return host
	}
	return x.config.host
}

const (
	// keptConfigs bounds a generation of compiled configs, of which there are two.
	keptConfigs = 512
	// keptConfig is the longest config that is kept, in bytes.
	keptConfig = 4 << 10
)

// configs keeps compiled configs by their text, since callers send the same ones
// again and again. What was not used for a whole generation is forgotten. The
// zero value is ready; it is safe for concurrent use.
type configs struct {
	mu       sync.RWMutex
	now, old map[string]*config
}

// get compiles a config, or finds it.
func (s *configs) get(text string) (*config, error) {
	s.mu.RLock()
	c, old := s.now[text], s.old[text]
	s.mu.RUnlock()
	if c != nil {
		return c, nil
	}
	if c = old; c == nil {
		var err error
		if c, err = parseConfig(text); err != nil {
			return nil, err
		}
	}
	// A caller's credential is not kept for longer than its request.
	if len(text) <= keptConfig && c.key.IsZero() {
		s.keep(strings.Clone(text), c) // the header's memory holds other headers too
	}
	return c, nil
}

func (s *configs) keep(text string, c *config) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now == nil || len(s.now) >= keptConfigs {
		s.now, s.old = make(map[string]*config), s.now
	}
	s.now[text] = c
}

// forwardedNames are the headers of the request that its header or its config
// asks to have sent to the provider.
func (x *exchange) forwardedNames() ([]string, error) {
	list := x.r.Header.Get("X-Portkey-Forward-Headers")
	if list == "" {
		if x.config == nil {
			return nil, nil
		}
		return x.config.forward, nil
	}
	names := strings.Split(strings.Trim(strings.TrimSpace(list), "[]"), ",")
	for i, name := range names {
		names[i] = http.CanonicalHeaderKey(strings.Trim(strings.TrimSpace(name), `"'`))
		if names[i] == forwardHeaders {
			return nil, badRequest(forwardsItself)
		}
	}
	return names, nil
}

const (
	forwardHeaders = "X-Portkey-Forward-Headers"
	forwardsItself = "forward_headers must not contain the 'x-portkey-forward-headers' header"
)
