package gateway

import (
	"context"
	"net/http"
)

// NewTransport is the way to providers, for baselines.
func NewTransport() http.RoundTripper { return newTransport(true) }

// Pause is the wait between attempts.
var Pause = pause

// CheckConfig is what is wrong with the text of a config.
func CheckConfig(text string) error {
	_, err := parseConfig(text)
	return err
}

// Apply is what a config makes of a body.
func Apply(config string, body []byte) ([]byte, error) {
	return ApplyIn(context.Background(), config, body)
}

// ApplyIn is Apply as long as the context holds.
func ApplyIn(ctx context.Context, config string, body []byte) ([]byte, error) {
	c, err := parseConfig(config)
	if err != nil || c.params == nil {
		return body, err
	}
	return c.params.apply(ctx, body)
}

// KeptConfigs is how many compiled configs are kept.
func (g *Gateway) KeptConfigs() int {
	g.configs.mu.RLock()
	defer g.configs.mu.RUnlock()
	return len(g.configs.now) + len(g.configs.old)
}
