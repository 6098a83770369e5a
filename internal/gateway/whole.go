package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/llm"
)

const (
	// answerChunk is what is read at a time, in bytes.
	answerChunk = 32 << 10
	// wholeAnswer is the largest answer held in memory; a larger one in the
	// OpenAI dialect, such as embeddings, is passed on while it is read.
	wholeAnswer = 1 << 20
	// maxTranslated is the largest answer in another dialect.
	maxTranslated = 32 << 20
)

// passer is a decoder whose answers reach the caller as they are.
type passer interface {
	// Pass notes what the next piece of an answer says of its use.
	Pass(piece []byte)
}

// whole answers a call with one body.
func (a *attempt) whole(ctx context.Context, resp *http.Response, dog *watchdog) error {
	pass, passes := a.decoder.(passer)
	limit := int64(maxTranslated)
	if passes {
		limit = wholeAnswer
	}
	held, err := a.read(resp, limit, dog)
	defer a.giveBack(held)
	if err != nil {
		return a.cutWhole(ctx)
	}
	if int64(len(*held)) >= limit {
		if passes {
			a.pass(ctx, resp, *held, pass, dog)
			return nil
		}
		a.settle(claviger.ProviderError, http.StatusBadGateway)
		return failure(http.StatusBadGateway, "upstream_error", a.to.target.aiProvider+" error: its answer is too large")
	}
	body, err := a.decoder.Body(*held)
	a.passHeaders(resp.Header)
	if err != nil {
		var fault *llm.Fault
		if errors.As(err, &fault) && fault.Refused {
			a.decoder, a.mayHaveWorked = nil, false // nothing was made
		}
		a.settle(claviger.ProviderError, http.StatusBadGateway)
		a.sendJSON(http.StatusBadGateway, a.told(err))
		return nil
	}
	a.firstByte = a.Now().Sub(a.started)
	a.settle(claviger.Success, resp.StatusCode)
	a.sendJSON(resp.StatusCode, a.to.target.scrub.bytes(body))
	return nil
}

// read reads up to limit bytes into a buffer that must be given back.
func (a *attempt) read(resp *http.Response, limit int64, dog *watchdog) (*[]byte, error) {
	held := a.buffers.Get().(*[]byte)
	b := (*held)[:0]
	defer func() { *held = b }()
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		room := b[len(b):min(int64(cap(b)), max(limit, int64(len(b))))]
		n, err := resp.Body.Read(room)
		b = b[:len(b)+n]
		dog.moved()
		if err == io.EOF || int64(len(b)) >= limit {
			return held, nil
		}
		if err != nil {
			return held, err
		}
	}
}

// giveBack keeps a buffer for the next answer, unless it has grown large.
func (g *Gateway) giveBack(b *[]byte) {
	if cap(*b) <= 4*answerChunk {
		*b = (*b)[:cap(*b)]
		g.buffers.Put(b)
	}
}

// cutWhole is the end of an answer that broke off before the caller got any.
func (a *attempt) cutWhole(ctx context.Context) error {
	outcome, status, err := a.broken(ctx)
	a.settle(outcome, status)
	return err
}

// broken says why an answer ended too early.
func (a *attempt) broken(ctx context.Context) (claviger.Outcome, int, error) {
	switch {
	case a.r.Context().Err() != nil:
		return claviger.ClientGone, statusClientGone, a.r.Context().Err()
	case errors.Is(context.Cause(ctx), errShutdown):
		return claviger.Shutdown, http.StatusServiceUnavailable,
			claviger.Fail(claviger.Unavailable, "The gateway is shutting down")
	case errors.Is(context.Cause(ctx), errSlow):
		return claviger.TimedOut, http.StatusGatewayTimeout, failure(http.StatusGatewayTimeout, "timeout_error",
			a.to.target.aiProvider+" error: its answer stopped moving")
	default:
		return claviger.Cut, http.StatusBadGateway, failure(http.StatusBadGateway, "upstream_error",
			a.to.target.aiProvider+" error: its answer broke off")
	}
}

// told is the body that tells the caller of a provider's own failure, in an
// answer or a stream that began as a success.
func (a *attempt) told(err error) []byte {
	var fault *llm.Fault
	if !errors.As(err, &fault) {
		return httpx.FailureOf(err).Body()
	}
	said := *fault
	said.Message = a.to.target.scrub.stars(said.Message)
	return a.to.target.scrub.bytes(llm.AppendError(nil, a.to.target.aiProvider, said))
}

// pass sends a large answer on while it is read, one piece behind: the last
// piece waits until the attempt is booked. head is what was read so far.
func (a *attempt) pass(ctx context.Context, resp *http.Response, head []byte, decoder passer, dog *watchdog) {
	a.passHeaders(resp.Header)
	a.w.Header()["Content-Type"] = jsonType
	a.wrote = true
	a.firstByte = a.Now().Sub(a.started)
	a.w.WriteHeader(resp.StatusCode)
	next := make([]byte, answerChunk)
	clean := passing{scrubber: a.to.target.scrub}
	for behind := append([]byte(nil), head...); ; {
		decoder.Pass(behind)
		n, err := resp.Body.Read(next)
		dog.moved()
		if n == 0 && err == io.EOF {
			a.settle(claviger.Success, resp.StatusCode)
			a.w.Write(clean.last(behind)) // booked: nothing is left to do
			return
		}
		if n == 0 && err != nil {
			a.cutPassed(ctx, resp.StatusCode)
		}
		if _, err := a.w.Write(clean.next(behind)); err != nil {
			a.settle(claviger.ClientGone, statusClientGone)
			return
		}
		behind = append(behind[:0], next[:n]...)
	}
}

// cutPassed is the end of an answer that broke off when part of it was sent. The
// connection is cut, because the caller must not take the part for the whole.
func (a *attempt) cutPassed(ctx context.Context, sent int) {
	outcome, _, _ := a.broken(ctx)
	a.settle(outcome, statusOf(outcome, sent))
	panic(http.ErrAbortHandler)
}

// statusOf is the status booked for an answer that had begun.
func statusOf(o claviger.Outcome, sent int) int {
	if o == claviger.ClientGone {
		return statusClientGone
	}
	return sent
}
