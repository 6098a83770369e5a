package upstream

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// script is a connection on which answer comes, whatever is asked, in pieces of
// at most step bytes; then it ends.
type script struct {
	answer []byte
	step   int
}

func (s *script) Read(p []byte) (int, error) {
	if len(s.answer) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), s.step)], s.answer)
	s.answer = s.answer[n:]
	return n, nil
}

func (s *script) Write(p []byte) (int, error)      { return len(p), nil }
func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return nil }
func (s *script) RemoteAddr() net.Addr             { return nil }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// FuzzResponse answers with anything. A connection may be kept only after an
// answer that the standard library reads to the same end, with one opinion on
// where that is; and nothing makes the transport panic or go on for ever.
func FuzzResponse(f *testing.F) {
	for _, s := range []string{
		chunks, ok("hello"), ok("hello") + "more", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nto the end",
		"HTTP/1.1 100 Continue\r\n\r\n" + chunks, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", "\r\n\r\n", "",
	} {
		f.Add([]byte(s), 7, false)
		f.Add([]byte(s), 4096, true)
	}
	f.Fuzz(func(t *testing.T, answer []byte, step int, head bool) {
		s := &script{answer: answer, step: max(step, 1)}
		tr := New(Options{MaxHeaderBytes: 8 << 10, DialContext: func(context.Context, string, string) (net.Conn, error) { return s, nil }})
		defer tr.CloseIdleConnections()
		method := http.MethodPost
		if head {
			method = http.MethodHead
		}
		req := request(t, method, "http://provider/", "")
		resp, text, err := fetch(tr, req)
		if tr.idle.n == 0 {
			return
		}
		if err != nil {
			t.Fatalf("a connection was kept after %v", err)
		}
		if resp.StatusCode < 200 || resp.StatusCode > 999 {
			t.Fatalf("status %d", resp.StatusCode)
		}
		br := bufio.NewReader(bytes.NewReader(answer[:len(answer)-len(s.answer)]))
		for {
			want, err := http.ReadResponse(br, req)
			if err != nil {
				t.Fatalf("kept after what the library refuses: %v", err)
			}
			b, err := io.ReadAll(want.Body)
			want.Body.Close()
			if err != nil {
				t.Fatalf("kept after what the library refuses: %v", err)
			}
			if want.StatusCode >= 200 {
				if _, err := br.Peek(1); err != io.EOF || string(b) != text {
					t.Fatalf("the library reads %q, then %v; this one %q", b, err, text)
				}
				break
			}
		}
		if len(resp.TransferEncoding) > 0 {
			top, _, _ := strings.Cut(string(answer), "\r\n\r\n")
			if resp.Header.Get("X-Interim") == "" && strings.HasPrefix(top, "HTTP/1.1 2") && strings.Contains(strings.ToLower(top), "\ncontent-length:") {
				t.Fatal("kept after a length beside chunks")
			}
		}
	})
}
