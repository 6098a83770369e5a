package gateway

import "net/http"

// NewTransport is the way to providers, for baselines.
func NewTransport() http.RoundTripper { return newTransport(true) }
