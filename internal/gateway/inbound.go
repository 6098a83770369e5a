package gateway

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
)

// inbound is a caller's body, read whole, and its share of the memory for
// bodies.
type inbound struct {
	bytes []byte
	gw    *Gateway
	held  int64
}

// free gives the memory back. The bytes must not be used any more. Only the
// first call counts.
func (b *inbound) free() {
	b.gw.bodies.Release(b.held)
	b.held, b.bytes = 0, nil
}

const (
	// freeBody is the size up to which a body counts for nothing, in bytes: the
	// requests of others must not wait for memory that large bodies take.
	freeBody = 64 << 10
	// firstStep is what a body of unknown length begins with.
	firstStep = 8 << 10
)

// readBody reads the whole body within the limits of size, time and memory.
func (x *exchange) readBody() (*inbound, error) {
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
	x.reading.Store(true)
	defer x.reading.Store(false)
	rc := http.NewResponseController(x.w)
	if rc.SetReadDeadline(time.Now().Add(x.BodyTimeout)) == nil {
		// A deadline left behind would be taken for the caller's leaving.
		defer rc.SetReadDeadline(time.Time{})
	}
	b := &inbound{gw: x.Gateway}
	if err := x.fill(b, size); err != nil {
		b.free()
		return nil, err
	}
	return b, nil
}

// readable reports whether a body of that type may be sent at all; no type is
// taken for JSON.
func readable(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return media == "" || media == "application/json" || media == "multipart/form-data" || strings.HasPrefix(media, "audio/")
}

// fill reads a body of size bytes, or of unknown size when it is negative.
// Memory is taken as the bytes come, not as they are announced: announcing
// costs a caller nothing.
func (x *exchange) fill(b *inbound, size int64) error {
	room := int64(firstStep)
	if size >= 0 {
		room = min(size, freeBody)
	}
	b.bytes = make([]byte, 0, room)
	ended := false
	for int64(len(b.bytes)) != size {
		if len(b.bytes) == cap(b.bytes) {
			if err := b.grow(size); err != nil {
				return err
			}
		}
		n, err := x.r.Body.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		ended = err == io.EOF
		switch {
		case int64(len(b.bytes)) > x.MaxBody:
			return x.tooLarge()
		case ended && size < 0:
			return nil
		case err != nil && int64(len(b.bytes)) != size:
			return unread(err)
		}
	}
	if ended {
		return nil
	}
	// Reading on to the end is what lets the server see the caller leave.
	_, err := x.r.Body.Read(make([]byte, 1))
	if err != nil && err != io.EOF {
		return unread(err)
	}
	return nil
}

// grow doubles the room, up to size when that is known. It never waits: who
// holds memory while waiting for more holds up everybody.
func (b *inbound) grow(size int64) error {
	have := int64(cap(b.bytes))
	want := 2 * max(have, firstStep)
	if size > 0 {
		want = min(want, size)
	}
	if want > freeBody {
		if !b.gw.bodies.TryAcquire(want - b.held) {
			return noRoom()
		}
		b.held = want
	}
	grown := make([]byte, len(b.bytes), want)
	copy(grown, b.bytes)
	b.bytes = grown
	return nil
}

// scan reads what the body asks. What that takes besides counts as long as it
// goes on.
func (x *exchange) scan() (err error) {
	var held int64
	x.request, err = llm.ScanWithin(x.body.bytes, func(bytes int64) error {
		err := x.body.take(bytes)
		if err == nil {
			held = bytes
		}
		return err
	})
	x.body.give(held)
	return err
}

// take charges the body for what reading or translating it will take besides.
func (b *inbound) take(extra int64) error {
	if extra <= freeBody {
		return nil
	}
	if extra > b.gw.BodyMemory/2 {
		return claviger.Fail(claviger.TooLarge, "The request has too many parts")
	}
	if !b.gw.bodies.TryAcquire(extra) {
		return noRoom()
	}
	b.held += extra
	return nil
}

// give gives back what take took.
func (b *inbound) give(extra int64) {
	if extra > freeBody {
		b.gw.bodies.Release(extra)
		b.held -= extra
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
