package upstream

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// ways are this transport and the one it stands in for.
func ways() map[string]http.RoundTripper {
	dialer := &net.Dialer{}
	return map[string]http.RoundTripper{
		"lean": New(Options{DialContext: dialer.DialContext}),
		"net/http": &http.Transport{DialContext: dialer.DialContext, DisableCompression: true,
			MaxIdleConns: 4096, MaxIdleConnsPerHost: 512, IdleConnTimeout: 90 * time.Second},
	}
}

// scripted answers every request on every connection with the same bytes, at
// next to no cost of its own.
func scripted(b *testing.B, size int, answer []byte) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 8<<10)
				for {
					for n := 0; ; {
						m, err := c.Read(buf[n:])
						if err != nil {
							return
						}
						n += m
						if end := bytes.Index(buf[:n], []byte("\r\n\r\n")); end >= 0 && n >= end+4+size {
							break
						}
					}
					if _, err := c.Write(answer); err != nil {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/v1/chat/completions"
}

func BenchmarkRoundTrip(b *testing.B) {
	question := bytes.Repeat([]byte("q"), 1<<10)
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 512\r\n\r\n" + strings.Repeat("a", 512))
	for name, way := range ways() {
		b.Run(name, func(b *testing.B) {
			url := scripted(b, len(question), answer)
			b.ReportAllocs()
			b.SetParallelism(32) // 64 goroutines on 2 processors
			b.RunParallel(func(pb *testing.PB) {
				buf := make([]byte, 4<<10)
				for pb.Next() {
					req, _ := http.NewRequestWithContext(b.Context(), http.MethodPost, url, bytes.NewReader(question))
					req.Header["Authorization"] = []string{"Bearer key"}
					req.Header["Content-Type"] = []string{"application/json"}
					req.Header["User-Agent"] = []string{"bench"}
					resp, err := way.RoundTrip(req)
					if err != nil {
						b.Error(err)
						return
					}
					n, err := io.ReadFull(resp.Body, buf)
					resp.Body.Close()
					if n != 512 {
						b.Errorf("%d bytes: %v", n, err)
						return
					}
				}
			})
		})
	}
}

func BenchmarkEventStream(b *testing.B) {
	const events = 1000
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w)
		for i := range events {
			fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":\"token %d\"}}]}\n\n", i)
			flush.Flush()
		}
	}))
	b.Cleanup(server.Close)
	for name, way := range ways() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			buf := make([]byte, 4<<10)
			for b.Loop() {
				req, _ := http.NewRequestWithContext(b.Context(), http.MethodPost, server.URL, strings.NewReader("{}"))
				resp, err := way.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					_, err = resp.Body.Read(buf)
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				resp.Body.Close()
			}
		})
	}
}
