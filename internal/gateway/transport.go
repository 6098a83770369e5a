package gateway

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/upstream"
)

// transports are the ways to a provider: one that may reach private addresses
// and one that may not. They are apart because connections are kept and used
// again, and a check at dial time holds only for who shares the connection.
// Metadata addresses are refused by both.
type transports struct {
	public, private http.RoundTripper
}

func newTransports() transports {
	return transports{public: newWay(false), private: newWay(true)}
}

// way takes the lean transport where that will do, for providers that speak
// plain HTTP/1.1, and else the standard library's.
type way struct {
	lean, full http.RoundTripper
}

func newWay(allowPrivate bool) http.RoundTripper {
	full := newTransport(allowPrivate)
	return way{full: full, lean: upstream.New(upstream.Options{
		DialContext: full.DialContext, MaxIdle: full.MaxIdleConns, MaxIdlePerHost: full.MaxIdleConnsPerHost,
		IdleTimeout: full.IdleConnTimeout, MaxHeaderBytes: full.MaxResponseHeaderBytes,
	})}
}

// RoundTrip implements [http.RoundTripper]. The answer does not lead back to
// the request: it may be a stream that outlives the use of it by minutes.
func (w way) RoundTrip(req *http.Request) (*http.Response, error) {
	by := w.full
	if upstream.Supports(req) == nil {
		by = w.lean
	}
	resp, err := by.RoundTrip(req)
	if err == nil {
		resp.Request = nil
	}
	return resp, err
}

func (t transports) to(allowPrivate bool) http.RoundTripper {
	if allowPrivate {
		return t.private
	}
	return t.public
}

func newTransport(allowPrivate bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout:   10 * time.Second,
		KeepAlive: 30 * time.Second,
		// Control sees the resolved address of every try, so a name that
		// resolves elsewhere at the second look gains nothing.
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			addr, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("address to dial: %w", err)
			}
			return provider.CheckAddr(addr.Addr().Unmap(), allowPrivate)
		},
	}
	return &http.Transport{
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          4096,
		MaxIdleConnsPerHost:   512,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		// Answers pass through as bytes, and their usage is read on the way.
		DisableCompression:     true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}
