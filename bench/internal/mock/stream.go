package mock

import (
	"fmt"
	"net"
	"runtime"
	"time"

	"github.com/claviger/claviger/bench/internal/workload"
)

const streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n" +
	"Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\nX-Request-Id: req_bench\r\n\r\n"

const lastChunk = "0\r\n\r\n"

var (
	eventChunk = chunk(workload.Event())
	usageChunk = chunk(workload.UsageEvent())
	doneChunk  = chunk([]byte(workload.Done))
)

func chunk(b []byte) []byte {
	return fmt.Appendf(nil, "%x\r\n%s\r\n", len(b), b)
}

// stream sends the events of s, each with a write of its own, as a provider
// does that flushes what its model has just made.
func stream(c net.Conn, s workload.Script, usage bool) error {
	if err := write(c, append([]byte(streamHead), eventChunk...)); err != nil {
		return err
	}
	if s.Stall {
		return untilGone(c)
	}
	for range s.Events - 1 {
		if s.Gap > 0 {
			time.Sleep(s.Gap)
		} else {
			runtime.Gosched()
		}
		if err := write(c, eventChunk); err != nil {
			return err
		}
	}
	if usage {
		if err := write(c, usageChunk); err != nil {
			return err
		}
	}
	return write(c, append(doneChunk[:len(doneChunk):len(doneChunk)], lastChunk...))
}

// untilGone waits until the peer closes the connection.
func untilGone(c net.Conn) error {
	var b [1]byte
	for {
		if _, err := c.Read(b[:]); err != nil {
			return err
		}
	}
}
