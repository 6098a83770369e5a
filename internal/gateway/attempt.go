package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
)

// attempt is one sending of a request to one target.
type attempt struct {
	*admission
	here     limits.Hold // on the limits of the target
	expected estimate    // booked when the use never becomes known
	bounded  bool        // expected is an upper bound
	rated    bool        // the caller is told of our rate limits, not of the provider's
	unpriced bool        // a budget in dollars applies that cannot count it
	opening  claviger.Opening
	decoder  provider.Decoder // nil until a success begins

	call  provider.Call
	limit time.Duration // for the provider to begin its answer
	stop  context.CancelCauseFunc

	repeats       bool // it is made again
	mayHaveWorked bool // the provider got the request
	streamed      bool // the answer is an event stream
	upstreamTime  time.Duration
	firstByte     time.Duration
	settled       bool
}

// errSlow cancels an attempt whose answer does not begin, or stops moving.
var errSlow = errors.New("no move within the time allowed")

// send sends the call and answers the caller.
func (a *attempt) send(ctx context.Context, req *http.Request) error {
	dog := a.watch(a.limit, func() { a.stop(errSlow) })
	defer dog.stop()
	began := a.Now()
	resp, err := a.transports.to(a.to.target.allowPrivate).RoundTrip(req)
	a.upstreamTime = a.Now().Sub(began)
	if err != nil {
		return a.unanswered(ctx, err, a.limit)
	}
	defer resp.Body.Close()
	a.mayHaveWorked = true
	if resp.StatusCode >= http.StatusMultipleChoices {
		return a.fault(resp)
	}
	a.decoder = a.to.target.account.Decode(a.call)
	// The answer may take minutes; what was asked is not needed any more.
	a.body.free()
	a.request.Body, a.call.Request.Body = nil, nil
	if enc := resp.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		a.settle(claviger.ProviderError, http.StatusBadGateway)
		return failure(http.StatusBadGateway, "upstream_error",
			a.to.target.aiProvider+" error: it answered in a content encoding that was not asked for")
	}
	dog.follow(a.IdleTimeout, a.w)
	if a.call.Request.Stream && isEventStream(resp.Header) {
		return a.stream(ctx, resp, dog)
	}
	return a.whole(ctx, resp, dog)
}

func isEventStream(h http.Header) bool {
	media, _, _ := strings.Cut(h.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(media), "text/event-stream")
}

// headerLimit is how long the provider may take to begin its answer.
func (x *exchange) headerLimit() (time.Duration, error) {
	v := x.r.Header.Get("X-Portkey-Request-Timeout")
	if v == "" {
		if x.config != nil && x.config.timeout > 0 {
			return x.config.timeout, nil
		}
		return x.HeaderTimeout, nil
	}
	ms, err := strconv.ParseInt(v, 10, 32)
	if err != nil || ms <= 0 {
		return 0, badRequest("x-portkey-request-timeout must be a positive number of milliseconds")
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// upstreamRequest builds what goes out: the caller's forwarded headers first,
// then the dialect's, the credential last.
func (x *exchange) upstreamRequest(ctx context.Context, to *target, up provider.Upstream) (*http.Request, error) {
	header, err := x.forwarded()
	if err != nil {
		return nil, err
	}
	if header == nil {
		header = make(http.Header, 8)
	}
	header["User-Agent"] = userAgent
	header["Accept"] = jsonType
	if x.request.Stream {
		header["Accept"] = eventStream
	}
	for name, values := range up.Header {
		header[name] = values
	}
	base := to.account.Base()
	path, query, _ := strings.Cut(up.Path, "?")
	req := blank.WithContext(ctx)
	req.URL = &url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path + path, RawQuery: query}
	req.Host, req.Header = base.Host, header
	if up.Body != nil {
		header["Content-Type"] = jsonType
		req.Method = http.MethodPost
		req.ContentLength = int64(len(up.Body))
		// With GetBody a request that met a connection closed by the other side
		// before its first byte goes out again.
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(up.Body)), nil }
		req.Body, _ = req.GetBody()
	}
	if err := to.account.Authorize(ctx, req, up.Body); err != nil {
		return nil, fmt.Errorf("authorise: %w", err)
	}
	return req, nil
}

// blank is what requests are copied from.
var blank = http.Request{Method: http.MethodGet, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}

var userAgent = []string{"claviger"}

// unanswered books and answers an attempt to which no answer came.
func (a *attempt) unanswered(ctx context.Context, err error, limit time.Duration) error {
	a.mayHaveWorked = !neverSent(err)
	switch {
	case a.r.Context().Err() != nil:
		a.settle(claviger.ClientGone, statusClientGone)
		return a.r.Context().Err()
	case errors.Is(context.Cause(ctx), errSlow):
		again := a.again(http.StatusRequestTimeout, false, nil)
		a.settle(claviger.TimedOut, http.StatusRequestTimeout)
		if again {
			return errAgain
		}
		return timedOut(limit)
	case errors.Is(context.Cause(ctx), errShutdown):
		a.settle(claviger.Shutdown, http.StatusServiceUnavailable)
		return claviger.Fail(claviger.Unavailable, "The gateway is shutting down")
	}
	status, what := http.StatusBadGateway, "the connection broke before an answer came"
	if !a.mayHaveWorked {
		status, what = http.StatusServiceUnavailable, unreachable(err)
	}
	a.Log.Warn("a provider could not be reached", "request_id", a.name, "provider", a.to.target.providerID, "why", what)
	// What the gateway itself refuses to call, it refuses again.
	again := claviger.CodeOf(err) == claviger.Internal && a.again(status, true, nil)
	a.settle(claviger.Unreachable, status)
	if again {
		return errAgain
	}
	return failure(status, "upstream_error", a.to.target.aiProvider+" error: "+what)
}

// statusClientGone is booked when the caller left before its answer; nobody is
// sent it.
const statusClientGone = 499

// neverSent reports whether a request failed before the provider can have seen
// any of it.
func neverSent(err error) bool {
	var op *net.OpError
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var refused *claviger.Error
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &cert) || errors.As(err, &record) ||
		errors.As(err, &refused)
}

// unreachable says why in words that give no address away: the host may be the
// organisation's own business.
func unreachable(err error) string {
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	var unknownCA x509.UnknownAuthorityError
	switch {
	case errors.As(err, &dns):
		return "its host name could not be resolved"
	case errors.As(err, &cert), errors.As(err, &unknownCA):
		return "its TLS certificate is not trusted"
	case claviger.CodeOf(err) != claviger.Internal:
		return "its address may not be called"
	default:
		return "it could not be reached"
	}
}

// maxFault bounds how much of a provider's error is read, in bytes.
const maxFault = 256 << 10

// fault passes on a provider's error in the documented form, its status kept.
func (a *attempt) fault(resp *http.Response) error {
	// A refused request is not charged. A strict limit must not be passed by one that
	// was not refused, of which something on the way did not wait for the end.
	a.mayHaveWorked = a.bounded && abandoned(resp.StatusCode)
	if a.again(resp.StatusCode, false, resp.Header) {
		a.settle(claviger.ProviderError, resp.StatusCode)
		a.discard(resp.Body, maxFault)
		return errAgain
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxFault))
	status := resp.StatusCode
	fault := llm.ParseFault(status, a.to.target.scrub.bytes(body))
	fault.Message = a.to.target.scrub.stars(fault.Message)
	if status < http.StatusBadRequest {
		status = http.StatusBadGateway
		fault = llm.Fault{Message: "it answered with a redirect, which is not followed", Type: "upstream_error"}
	}
	a.passHeaders(resp.Header)
	a.settle(claviger.ProviderError, status)
	a.sendJSON(status, llm.AppendError(nil, a.to.target.aiProvider, fault))
	return nil
}

// statusProxyTimeout is what Cloudflare says of a host that does not answer in time.
const statusProxyTimeout = 524

// abandoned reports whether a status is one of proxies that stopped waiting for
// whom they stand before: the work may have been done.
func abandoned(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout || status == statusProxyTimeout
}
