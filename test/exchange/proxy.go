package exchange

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
)

// Proxy is the URL of a way to server that keeps what passes, for clients that
// are no part of the tests: server itself when nothing is to be kept.
func Proxy(t testing.TB, server string) string {
	t.Helper()
	if os.Getenv(Variable) == "" {
		return server
	}
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	way := httptest.NewServer(whole(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(to) },
		FlushInterval:  -1,
		ModifyResponse: keep,
	}))
	t.Cleanup(way.Close)
	return way.URL
}

// whole reads a request's body before next begins. The transport of a reverse
// proxy reads to the end of a body while the answer already comes; net/http
// closes the body when an answer begins, the transport takes that for a failed
// request, and the answer is cut.
func whole(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client left
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// keep records an answer, unless it is a stream.
func keep(r *http.Response) error {
	kind := r.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "text/event-stream") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return Record(Exchange{
		Method: r.Request.Method, Path: r.Request.URL.EscapedPath(), Status: r.StatusCode, ContentType: kind, Body: body,
	})
}
