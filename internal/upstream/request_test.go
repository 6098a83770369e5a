package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestRequestIsOneWrite(t *testing.T) {
	got := make(chan string, 1)
	target := serve(t, func(p *peer) {
		b := make([]byte, 4096)
		n, _ := p.Read(b)
		got <- string(b[:n])
		p.say(ok(""))
	})
	tr, l := lean(t, Options{})
	req := request(t, "POST", target+"/v1/a%2Fb?q=1", "{}")
	req.Host = "provider.example"
	req.Header["Authorization"] = []string{"Bearer key"}
	for _, name := range []string{"content-length", "Transfer-Encoding", "HOST", "trailer", "connection"} {
		req.Header[name] = []string{"7"} // ours to say
	}
	must(t, tr, req)
	want := "POST /v1/a%2Fb?q=1 HTTP/1.1\r\nHost: provider.example\r\nAuthorization: Bearer key\r\nContent-Length: 2\r\n\r\n{}"
	if text := <-got; text != want {
		t.Errorf("request = %q\nwant      %q", text, want)
	}
	if l.all[0].writes != 1 {
		t.Errorf("%d writes, want 1", l.all[0].writes)
	}
}

func TestHeaderThatOthersDoNotGet(t *testing.T) {
	target := serve(t, func(p *peer) {
		for {
			req, _, more := p.asked()
			if !more {
				return
			}
			p.say(ok(strings.Join([]string{req.UserAgent(), req.Header.Get("Accept-Encoding"), req.Header.Get("Content-Length")}, "|")))
		}
	})
	tr, l := lean(t, Options{})
	empty := request(t, "GET", target, "")
	empty.Header["User-Agent"] = []string{""}
	for method, req := range map[string]*http.Request{"GET": empty, "POST": request(t, "POST", target, "")} {
		if got := must(t, tr, req); method == "GET" && got != "||" || method == "POST" && got != "||0" {
			t.Errorf("%s: header seen by the server = %q", method, got)
		}
	}
	last := request(t, "GET", target, "")
	last.Header["Connection"] = []string{"Keep-Alive, Close"}
	must(t, tr, last)
	l.wantOpen(t, 0)
}

// plain hides that a body is in memory.
type plain struct{ io.Reader }

func TestBodies(t *testing.T) {
	target := serve(t, func(p *peer) {
		for {
			_, text, more := p.asked()
			if !more {
				return
			}
			p.say(ok(text))
		}
	})
	tr, l := lean(t, Options{})
	for _, size := range []int{1, smallBody, smallBody + 1, 100_000, 3 << 20} {
		text := bytes.Repeat([]byte("body "), size/5+1)[:size]
		for _, r := range []io.Reader{bytes.NewReader(text), bytes.NewBuffer(bytes.Clone(text)), plain{bytes.NewReader(text)}} {
			req := request(t, "POST", target, "")
			closed := 0
			req.Body, req.ContentLength = &watched{Reader: r, closed: &closed}, int64(size)
			if _, inMemory := r.(io.WriterTo); inMemory {
				req.Body = watchedMemory{req.Body.(*watched)}
			}
			if got := must(t, tr, req); got != string(text) {
				t.Errorf("a body of %d bytes in a %T came back as %d bytes", size, r, len(got))
			}
			if closed == 0 {
				t.Errorf("a body of %d bytes in a %T was not closed", size, r)
			}
		}
	}
	if l.dialled() != 1 {
		t.Errorf("%d connections, want 1", l.dialled())
	}
}

type watched struct {
	io.Reader
	closed *int
}

func (w *watched) Close() error { *w.closed++; return nil }

type watchedMemory struct{ *watched }

func (w watchedMemory) WriteTo(to io.Writer) (int64, error) {
	return w.Reader.(io.WriterTo).WriteTo(to)
}

func TestBodyMustHaveItsLength(t *testing.T) {
	for name, tt := range map[string]struct{ has, says int }{
		"one byte too few":               {9, 10},
		"one byte too many":              {11, 10},
		"nothing":                        {0, 10},
		"a long one, a byte too few":     {99_999, 100_000},
		"a long one, a byte too many":    {100_001, 100_000},
		"a long one that has no byte":    {0, 100_000},
		"a long one that is much longer": {300_000, 100_000},
	} {
		t.Run(name, func(t *testing.T) {
			target := serve(t, repeat(ok("")))
			for _, inMemory := range []bool{true, false} {
				tr, l := lean(t, Options{})
				req := request(t, "POST", target, "")
				body := strings.NewReader(strings.Repeat("x", tt.has))
				req.Body, req.ContentLength = io.NopCloser(body), int64(tt.says)
				if !inMemory {
					req.Body = io.NopCloser(plain{body})
				}
				if _, _, err := fetch(tr, req); err == nil {
					t.Errorf("in memory %v: no error", inMemory)
				}
				l.wantOpen(t, 0)
				for _, w := range l.all {
					if w.hurry {
						t.Error("an answer to half a request was waited for")
					}
				}
			}
		})
	}
}

func TestRefusedBeforeAnythingIsDialled(t *testing.T) {
	edit := func(f func(*http.Request)) *http.Request {
		req, err := http.NewRequest("POST", "http://provider/v1", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		f(req)
		return req
	}
	header := func(name, value string) *http.Request {
		return edit(func(r *http.Request) { r.Header[name] = []string{value} })
	}
	tests := map[string]struct {
		req         *http.Request
		unsupported bool
	}{
		"a header value with a line end": {req: header("X-A", "sk-secret\r\nX-B: 1")},
		"a header value with LF":         {req: header("X-A", "sk-secret\n")},
		"a header value with NUL":        {req: header("X-A", "sk-secret\x00")},
		"a header value with DEL":        {req: header("X-A", "sk-secret\x7f")},
		"a header name with a colon":     {req: header("X:A", "sk-secret")},
		"a header name with a space":     {req: header("X A", "sk-secret")},
		"a header name with a line end":  {req: header("X\r\nA", "sk-secret")},
		"a header name in other letters": {req: header("Ä", "sk-secret")},
		"an empty header name":           {req: header("", "sk-secret")},
		"a method with a space":          {req: edit(func(r *http.Request) { r.Method = "GET /" })},
		"a query with a space":           {req: edit(func(r *http.Request) { r.URL.RawQuery = "a b" })},
		"a query with a line end":        {req: edit(func(r *http.Request) { r.URL.RawQuery = "a\r\nX: 1" })},
		"a path without root":            {req: edit(func(r *http.Request) { r.URL.Path = "v1" })},
		"an upgrade":                     {req: header("upgrade", "websocket"), unsupported: true},
		"https":                          {req: edit(func(r *http.Request) { r.URL.Scheme = "https" }), unsupported: true},
		"no URL":                         {req: edit(func(r *http.Request) { r.URL = nil }), unsupported: true},
		"no host":                        {req: edit(func(r *http.Request) { r.URL.Host = "" }), unsupported: true},
		"a host with a line end":         {req: edit(func(r *http.Request) { r.Host = "a\r\nX: 1" }), unsupported: true},
		"a host in other letters":        {req: edit(func(r *http.Request) { r.URL.Host = "bücher.example" }), unsupported: true},
		"an opaque URL":                  {req: edit(func(r *http.Request) { r.URL = &url.URL{Scheme: "http", Host: "a", Opaque: "//b/c"} }), unsupported: true},
		"CONNECT":                        {req: edit(func(r *http.Request) { r.Method = "CONNECT" }), unsupported: true},
		"a body of unknown length":       {req: edit(func(r *http.Request) { r.ContentLength = -1 }), unsupported: true},
		"a body that may have no length": {req: edit(func(r *http.Request) { r.ContentLength = 0 }), unsupported: true},
		"a length without a body":        {req: edit(func(r *http.Request) { r.Body = nil }), unsupported: true},
		"trailers":                       {req: edit(func(r *http.Request) { r.Trailer = http.Header{"A": nil} }), unsupported: true},
		"chunks":                         {req: edit(func(r *http.Request) { r.TransferEncoding = []string{"chunked"} }), unsupported: true},
	}
	tr := New(Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
		t.Error("dialled")
		return nil, errors.New("dialled")
	}})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := fetch(tr, tt.req)
			if err == nil || errors.Is(err, ErrUnsupported) != tt.unsupported || (Supports(tt.req) != nil) != tt.unsupported {
				t.Errorf("error = %v, unsupported: want %v", err, tt.unsupported)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error quotes a value: %v", err)
			}
		})
	}
}
