package upstream

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" +
	"4\r\nfirs\r\n9;ext=1\r\nt, second\r\n0\r\nX-Sum: 13\r\n\r\n"

func TestConnectionIsUsedAgain(t *testing.T) {
	tests := map[string]struct {
		answer string
		method string // GET unless set
		hangUp bool   // the server closes after its answer
		want   string
		dials  int // for two requests
	}{
		"after a counted body":      {answer: ok("hello"), want: "hello", dials: 1},
		"after an empty one":        {answer: ok(""), dials: 1},
		"after chunks and trailers": {answer: chunks, want: "first, second", dials: 1},
		"after 204":                 {answer: "HTTP/1.1 204 No Content\r\n\r\n", dials: 1},
		"after 304":                 {answer: "HTTP/1.1 304 Not Modified\r\n\r\n", dials: 1},
		"after HEAD, which has a length but no body": {method: "HEAD", answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", dials: 1},
		"after interim answers": {answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + ok("hello"),
			want: "hello", dials: 1},
		"after the same length twice":         {answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", want: "ok", dials: 1},
		"while the server says it will wait":  {answer: "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60, max=9\r\nContent-Length: 2\r\n\r\nok", want: "ok", dials: 1},
		"not when it will hardly wait":        {answer: "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok", want: "ok", dials: 2},
		"not after Connection: close":         {answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", want: "ok", dials: 2},
		"not after HTTP/1.0":                  {answer: "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", want: "ok", dials: 2},
		"not after HTTP/1.0 with keep-alive":  {answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", want: "ok", dials: 2},
		"not after a body that ends by close": {answer: "HTTP/1.1 200 OK\r\n\r\nuntil here", hangUp: true, want: "until here", dials: 2},
		"not after more than was announced":   {answer: ok("hello") + "HTTP/1.1 200 OK\r\n\r\n", want: "hello", dials: 2},
		"not after 204 that announces a body": {answer: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", dials: 2},
		"not after a length beside chunks": {answer: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
			want: "ok", dials: 2},
		"not after a length beside chunks, the other way round": {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n2\r\nok\r\n0\r\n\r\n",
			want: "ok", dials: 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(p *peer) {
				for {
					if _, _, ok := p.asked(); !ok {
						return
					}
					if p.say(tt.answer); tt.hangUp {
						return
					}
				}
			})
			tr, l := lean(t, Options{})
			for range 2 {
				if got := must(t, tr, request(t, tt.method, url, "")); got != tt.want {
					t.Errorf("body = %q, want %q", got, tt.want)
				}
			}
			if l.dialled() != tt.dials {
				t.Errorf("%d connections for two requests, want %d", l.dialled(), tt.dials)
			}
		})
	}
}

func TestAnswerIsHandedOverWhole(t *testing.T) {
	url := serve(t, repeat(chunks))
	tr, _ := lean(t, Options{})
	req := request(t, "GET", url, "")
	resp, _, err := fetch(tr, req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Trailer.Get("X-Sum") != "13" || resp.Request != req || resp.StatusCode != 200 || resp.ContentLength != -1 {
		t.Errorf("answer = %+v", resp)
	}
}

func TestFaultyAnswers(t *testing.T) {
	const secret = "sk-echoed"
	head := "HTTP/1.1 200 OK\r\n"
	tests := map[string]struct {
		answer string
		hangUp bool
		want   error
	}{
		"no HTTP at all":                    {answer: "SSH-2.0 " + secret + "\r\n", want: ErrMalformed},
		"no version":                        {answer: "200 OK\r\n\r\n", want: ErrMalformed},
		"another version":                   {answer: "HTTP/2.0 200 OK\r\n\r\n", want: ErrMalformed},
		"no status":                         {answer: "HTTP/1.1\r\n\r\n", want: ErrMalformed},
		"a status of two digits and a sign": {answer: "HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n", want: ErrMalformed},
		"a status below 100":                {answer: "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n", want: ErrMalformed},
		"a header without a colon":          {answer: head + secret + "\r\n\r\n", want: ErrMalformed},
		"two lengths":                       {answer: head + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", want: ErrMalformed},
		"two lengths in one field":          {answer: head + "Content-Length: 2, 2\r\n\r\nok", want: ErrMalformed},
		"a negative length":                 {answer: head + "Content-Length: -1\r\n\r\n", want: ErrMalformed},
		"a signed length":                   {answer: head + "Content-Length: +2\r\n\r\nok", want: ErrMalformed},
		"an unknown transfer encoding":      {answer: head + "Transfer-Encoding: gzip, chunked\r\n\r\n", want: ErrMalformed},
		"two transfer encodings":            {answer: head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", want: ErrMalformed},
		"a chunk size that is no number":    {answer: head + "Transfer-Encoding: chunked\r\n\r\n" + secret + "\r\n", want: ErrMalformed},
		"a chunk size that is signed":       {answer: head + "Transfer-Encoding: chunked\r\n\r\n+2\r\nok\r\n0\r\n\r\n", want: ErrMalformed},
		"a chunk size past 64 bits":         {answer: head + "Transfer-Encoding: chunked\r\n\r\n1ffffffffffffffff\r\n", want: ErrMalformed},
		"a chunk longer than its size":      {answer: head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok!\r\n0\r\n\r\n", want: ErrMalformed},
		"a chunk size that ends in LF":      {answer: head + "Transfer-Encoding: chunked\r\n\r\n2\nok\r\n0\r\n\r\n", want: ErrMalformed},
		"a faulty trailer":                  {answer: head + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + secret + "\r\n\r\n", want: ErrMalformed},
		"an upgrade":                        {answer: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", want: errSwitched},
		"interim answers without end":       {answer: strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", maxInterim+1), want: ErrMalformed},
		"a huge header":                     {answer: head + "X: " + strings.Repeat("x", 9<<10), want: ErrHeaderTooLarge},
		"a huge status line":                {answer: "HTTP/1.1 200 " + strings.Repeat("x", 9<<10), want: ErrHeaderTooLarge},
		"a huge header after an interim one": {answer: "HTTP/1.1 103 Hints\r\nX: " + strings.Repeat("x", 5<<10) + "\r\n\r\n" +
			head + "X: " + strings.Repeat("x", 5<<10), want: ErrHeaderTooLarge},
		"nothing, and it hangs up":      {hangUp: true, want: io.ErrUnexpectedEOF},
		"half a head":                   {answer: head + "Content-Le", hangUp: true, want: io.ErrUnexpectedEOF},
		"half a body":                   {answer: head + "Content-Length: 5\r\n\r\nhel", hangUp: true, want: io.ErrUnexpectedEOF},
		"half a chunk":                  {answer: head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel", hangUp: true, want: io.ErrUnexpectedEOF},
		"chunks without the last":       {answer: head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", hangUp: true, want: io.ErrUnexpectedEOF},
		"the last chunk but no trailer": {answer: head + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n", hangUp: true, want: io.ErrUnexpectedEOF},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			url := serve(t, func(p *peer) {
				if _, _, ok := p.asked(); !ok {
					return
				}
				if p.say(tt.answer); !tt.hangUp {
					io.Copy(io.Discard, p) // until the other side has had enough
				}
			})
			tr, l := lean(t, Options{MaxHeaderBytes: 8 << 10})
			_, _, err := fetch(tr, request(t, "POST", url, "{}"))
			if !errors.Is(err, tt.want) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), secret) || isDial(err)) {
				t.Errorf("error quotes the answer, or says that nothing was sent: %v", err)
			}
			l.wantOpen(t, 0)
		})
	}
}

// An answer must be the same however the network cuts it.
func TestAnswerSplitAtEveryByte(t *testing.T) {
	answers := map[string]string{
		"counted":  "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 13\r\n\r\nfirst, second",
		"chunked":  chunks,
		"interim":  "HTTP/1.1 100 Continue\r\n\r\n" + ok("first, second"),
		"to close": "HTTP/1.1 200 OK\r\n\r\nfirst, second",
		"no CR":    "HTTP/1.1 200 OK\nContent-Length: 13\n\nfirst, second",
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			for cut := range len(answer) {
				tr := New(Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
					here, there := net.Pipe()
					go func() {
						defer there.Close()
						there.SetDeadline(time.Now().Add(patience))
						there.Read(make([]byte, 4096)) // a request is one write
						io.WriteString(there, answer[:cut])
						io.WriteString(there, answer[cut:])
					}()
					return here, nil
				}})
				if got := must(t, tr, request(t, http.MethodGet, "http://provider", "")); got != "first, second" {
					t.Fatalf("cut at %d: %q", cut, got)
				}
				tr.CloseIdleConnections()
			}
		})
	}
}
