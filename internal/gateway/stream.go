package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/sse"
)

// maxFrame bounds one event of a stream, in bytes: an image in one event fits,
// an endless line does not.
const maxFrame = 16 << 20

// stream answers a call with an event stream: each event goes on as it comes,
// the last one after the attempt is booked.
func (a *attempt) stream(ctx context.Context, resp *http.Response, dog *watchdog) error {
	a.streamed = true
	s := &streaming{attempt: a, dog: dog, from: resp.Body}
	s.flusher, _ = a.w.(http.Flusher)
	a.passHeaders(resp.Header)
	h := a.w.Header()
	h["Content-Type"] = eventStream
	if h["Cache-Control"] == nil {
		h["Cache-Control"] = noCache
	}
	a.wrote = true
	a.w.WriteHeader(resp.StatusCode)
	s.flush()
	s.run(ctx, resp.StatusCode)
	return nil
}

var noCache = []string{"no-cache"}

type streaming struct {
	*attempt
	dog     *watchdog
	from    io.Reader
	flusher http.Flusher
	*streamBuffers
}

// streamBuffers are used again by stream after stream. They begin small,
// because most events are, and a thousand streams may be open at once.
type streamBuffers struct {
	in  []byte // what was read and not yet passed on
	out []byte // what goes to the caller next
}

const (
	streamChunk = 1 << 10  // what is read at a time at first, in bytes
	streamMost  = 64 << 10 // the largest buffer that is kept
)

var streamPool = sync.Pool{New: func() any { return &streamBuffers{in: make([]byte, streamChunk)} }}

func (b *streamBuffers) giveBack() {
	if cap(b.in) <= streamMost && cap(b.out) <= streamMost {
		streamPool.Put(b)
	}
}

// run passes frames on until the stream ends, well or badly.
func (s *streaming) run(ctx context.Context, status int) {
	s.streamBuffers = streamPool.Get().(*streamBuffers)
	defer s.streamBuffers.giveBack()
	filled := 0
	for {
		n, readErr := s.from.Read(s.in[filled:])
		s.dog.moved()
		filled += n
		full := filled == len(s.in)
		used, last, fault := s.frames(s.in[:filled], readErr == io.EOF)
		switch {
		case fault != nil:
			s.fail(claviger.ProviderError, status, fault)
			return
		case last:
			s.finish(status)
			return
		case readErr != nil:
			s.end(ctx, status, readErr)
			return
		}
		if !s.send() {
			s.end(ctx, status, errClientWrite)
			return
		}
		filled = copy(s.in, s.in[used:filled])
		if filled >= maxFrame {
			s.fail(claviger.ProviderError, status, errFrame)
			return
		}
		// A provider that fills the buffer at once has more to say than it holds.
		if full && (filled == len(s.in) || len(s.in) < answerChunk) {
			s.in = append(s.in, make([]byte, len(s.in))...)
		}
	}
}

// frames translates the whole frames at the front of b into s.out and returns
// how many bytes they were.
func (s *streaming) frames(b []byte, eof bool) (used int, last bool, err error) {
	s.out = s.out[:0]
	for !last && err == nil {
		n := sse.Next(b[used:])
		frame := b[used : used+n]
		if n == 0 {
			if !eof {
				break
			}
			rest, ok := sse.EndOfStream(b[used:])
			if !ok {
				break
			}
			frame, n = rest, len(b)-used
		}
		s.out, last, err = s.decoder.Frame(s.out, frame)
		used += n
	}
	return used, last, err
}

// send writes what is ready; false when the caller is gone.
func (s *streaming) send() bool {
	if len(s.out) == 0 {
		return true
	}
	if s.firstByte == 0 {
		s.firstByte = s.Now().Sub(s.started)
	}
	_, err := s.w.Write(s.to.target.scrub.bytes(s.out))
	s.flush()
	s.dog.moved()
	return err == nil
}

func (s *streaming) flush() {
	if s.flusher != nil {
		s.flusher.Flush()
	}
}

// finish is the good end: booked, then told.
func (s *streaming) finish(status int) {
	s.settle(claviger.Success, status)
	s.send()
	s.discard(s.from, 4096)
}

// discardTime is how long the provider may take to end an answer of which nobody is
// sent any more.
const discardTime = 50 * time.Millisecond

// discard reads the rest of an answer, of most bytes, so that its connection can be
// used again.
func (a *attempt) discard(from io.Reader, most int64) {
	timer := time.AfterFunc(discardTime, func() { a.stop(nil) })
	defer timer.Stop()
	io.Copy(io.Discard, io.LimitReader(from, most)) //nolint:errcheck // only the connection is at stake
}

// finisher is a decoder that knows whether an answer is whole without the
// closing event.
type finisher interface{ Finished() bool }

// end is the end of a stream without its last event.
func (s *streaming) end(ctx context.Context, status int, err error) {
	if f, ok := s.decoder.(finisher); ok && err == io.EOF && f.Finished() {
		// Some hosts close a complete answer without the closing event.
		s.out = append(s.out, "data: [DONE]\n\n"...)
		s.finish(status)
		return
	}
	if err == errClientWrite && !errors.Is(context.Cause(ctx), errShutdown) {
		s.settle(claviger.ClientGone, statusClientGone)
		return
	}
	outcome, _, why := s.broken(ctx)
	s.fail(outcome, statusOf(outcome, status), why)
}

var (
	errClientWrite = errors.New("the caller takes nothing more")
	errFrame       = failure(http.StatusBadGateway, "upstream_error", "an event of the stream is too large")
)

// fail ends the stream with an error event, so that the caller does not take
// the part for the whole.
func (s *streaming) fail(outcome claviger.Outcome, status int, why error) {
	s.settle(outcome, status)
	if outcome == claviger.ClientGone {
		return
	}
	s.out = sse.AppendEvent(s.out, "", s.told(why))
	s.send()
}
