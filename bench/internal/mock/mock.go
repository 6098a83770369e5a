// Package mock is the provider behind every proxy of the benchmarks. It answers
// what the request's script asks for, from bytes made in advance, and does
// nothing else, so that the machine is left to the proxies.
package mock

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/claviger/claviger/bench/internal/wire"
	"github.com/claviger/claviger/bench/internal/workload"
)

// Serve answers on every connection of l until l is closed, which it reports
// as nil. Each connection has a goroutine of its own.
func Serve(l net.Listener) error {
	var delay net.Error
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			go serveConn(c)
		case errors.Is(err, net.ErrClosed):
			return nil
		case errors.As(err, &delay) && delay.Timeout():
		default:
			return fmt.Errorf("accept: %w", err)
		}
	}
}

// bodies keeps the buffers of request bodies: connections outnumber requests.
var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 2*workload.RequestBytes); return &b }}

// serveConn answers the requests of one connection. Errors end the connection:
// the peer notices, and its side is the one that is measured.
func serveConn(c net.Conn) {
	defer c.Close()
	in := wire.NewReader(c)
	for {
		h, err := in.ReadHead()
		if err != nil {
			return
		}
		if err := serveRequest(c, in, h); err != nil || h.Close {
			return
		}
	}
}

func serveRequest(c net.Conn, in *wire.Reader, h wire.Head) error {
	body := bodies.Get().(*[]byte)
	defer bodies.Put(body)
	*body = (*body)[:0]
	err := in.ReadBody(h, func(p []byte) error {
		*body = append(*body, p...)
		return nil
	})
	if err != nil {
		return err
	}
	script, err := workload.ParseScript(*body)
	if err != nil {
		return write(c, badRequest)
	}
	if script.Events == 0 {
		return write(c, wholeAnswer)
	}
	return stream(c, script, workload.AsksUsage(*body))
}

var (
	wholeAnswer = answer("200 OK", workload.Answer())
	badRequest  = answer("400 Bad Request", []byte(`{"error":{"message":"no script"}}`))
)

func answer(status string, body []byte) []byte {
	head := fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"+
		"Openai-Processing-Ms: 1\r\nX-Request-Id: req_bench\r\n\r\n", status, len(body))
	return append([]byte(head), body...)
}

func write(c net.Conn, b []byte) error {
	_, err := c.Write(b)
	return err
}
