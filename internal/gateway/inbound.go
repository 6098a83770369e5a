package gateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// inbound is a caller's body, read whole, and its share of the memory for
// bodies.
type inbound struct {
	bytes []byte
	gw    *Gateway
	held  int64
}

// free gives the memory back. The bytes must not be used any more.
func (b *inbound) free() { b.gw.bodies.Release(b.held) }

// roomWait is how long a body waits for memory before the caller is told to
// come back.
const roomWait = 5 * time.Second

// growStep is by how much a body of unknown length grows.
const growStep = 64 << 10

// readBody reads the whole body within the limits of size, time and memory.
func (x *exchange) readBody(ctx context.Context) (*inbound, error) {
	if enc := x.r.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return nil, failure(http.StatusUnsupportedMediaType, "invalid_request_error", "Compressed request bodies are not supported")
	}
	if !readable(x.r.Header.Get("Content-Type")) {
		return nil, badRequest("Invalid content type passed")
	}
	size := x.r.ContentLength
	if size > x.MaxBody {
		return nil, x.tooLarge()
	}
	rc := http.NewResponseController(x.w)
	if rc.SetReadDeadline(time.Now().Add(x.BodyTimeout)) == nil {
		// A deadline left behind would be taken for the caller's leaving.
		defer rc.SetReadDeadline(time.Time{})
	}
	if size >= 0 {
		return x.readKnown(ctx, size)
	}
	return x.readUnknown()
}

// readable reports whether a body of that type may be sent at all; no type is
// taken for JSON.
func readable(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return media == "" || media == "application/json" || media == "multipart/form-data" || strings.HasPrefix(media, "audio/")
}

func (x *exchange) readKnown(ctx context.Context, size int64) (*inbound, error) {
	if !x.bodies.TryAcquire(size) {
		ctx, cancel := context.WithTimeout(ctx, roomWait)
		defer cancel()
		if x.bodies.Acquire(ctx, size) != nil {
			return nil, noRoom()
		}
	}
	b := &inbound{bytes: make([]byte, size), gw: x.Gateway, held: size}
	if _, err := io.ReadFull(x.r.Body, b.bytes); err != nil {
		b.free()
		return nil, unread(err)
	}
	return b, nil
}

// readUnknown reads a body that did not say its length. It never waits for
// memory while it holds some.
func (x *exchange) readUnknown() (*inbound, error) {
	b := &inbound{gw: x.Gateway}
	for {
		if len(b.bytes) == cap(b.bytes) {
			step := max(growStep, int64(cap(b.bytes)))
			if !x.bodies.TryAcquire(step) {
				b.free()
				return nil, noRoom()
			}
			b.held += step
			grown := make([]byte, len(b.bytes), int64(cap(b.bytes))+step)
			copy(grown, b.bytes)
			b.bytes = grown
		}
		n, err := x.r.Body.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if int64(len(b.bytes)) > x.MaxBody {
			b.free()
			return nil, x.tooLarge()
		}
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			b.free()
			return nil, unread(err)
		}
	}
}

func (x *exchange) tooLarge() error {
	x.w.Header()["Connection"] = []string{"close"} // the rest of the body is not read
	return claviger.Fail(claviger.TooLarge, fmt.Sprintf("Payload size exceeds the limit of %dMB", x.MaxBody>>20))
}

func noRoom() error {
	e := claviger.Fail(claviger.Unavailable, "Too many request bodies at once; try again")
	e.RetryAfter = time.Second
	return e
}

func unread(err error) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return failure(http.StatusRequestTimeout, "invalid_request_error", "The request body did not arrive in time")
	}
	return badRequest("The request body could not be read")
}
