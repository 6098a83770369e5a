package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/gateway"
)

// BenchmarkChat sends calls through the gateway; BenchmarkChatReverseProxy is
// the bare proxy to hold it against. Both include the client and the provider.
func BenchmarkChat(b *testing.B) {
	r := newRig(b, "openai", answers(200, answer))
	go func() {
		for range r.books.closed { // nobody else reads
		}
	}()
	benchmark(b, func(body string) *http.Request { return r.request(http.MethodPost, "/v1/chat/completions", body) })
}

// BenchmarkChatConfig is BenchmarkChat with a config whose retries are never
// needed.
func BenchmarkChatConfig(b *testing.B) {
	r := newRig(b, "openai", answers(200, answer))
	go func() {
		for range r.books.closed {
		}
	}()
	benchmark(b, func(body string) *http.Request {
		return r.request(http.MethodPost, "/v1/chat/completions", body, retries(`{"attempts":3,"on_status_codes":[429,503]}`)...)
	})
}

// BenchmarkChatLimited is BenchmarkChat with five limits that count every call
// and never refuse one.
func BenchmarkChatLimited(b *testing.B) {
	r := newRig(b, "openai", answers(200, answer), func(o *gateway.Options) { o.Catalogue = known(b) })
	go func() {
		for range r.books.closed {
		}
	}()
	places["API Key"].set(r, "", `[{"type":"requests","unit":"rpm","value":1000000000}]`)
	for _, name := range []string{"Workspace", "Integration"} {
		places[name].set(r, `{"type":"cost","credit_limit":1000000,"periodic_reset":"monthly"}`, "")
	}
	places["Policy"].set(r, `{"type":"tokens","credit_limit":1000000000000,"periodic_reset":"weekly"}`,
		`[{"type":"requests","unit":"rpd","value":1000000000}]`)
	benchmark(b, func(body string) *http.Request {
		return r.request(http.MethodPost, "/v1/chat/completions", body, team...)
	})
}

func BenchmarkChatReverseProxy(b *testing.B) {
	host := httptest.NewServer(answers(200, answer))
	defer host.Close()
	to, err := url.Parse(host.URL)
	if err != nil {
		b.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(to) },
		Transport: gateway.NewTransport()})
	defer proxy.Close()
	benchmark(b, func(body string) *http.Request {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, proxy.URL+"/v1/chat/completions", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		return req
	})
}

func benchmark(b *testing.B, request func(body string) *http.Request) {
	body := `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"` + strings.Repeat("word ", 190) + `"}]}`
	client := &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, DisableCompression: true}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			resp, err := client.RoundTrip(request(body))
			if err != nil {
				b.Error(err)
				return
			}
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != 200 {
				b.Errorf("status %d", resp.StatusCode)
				return
			}
		}
	})
}
