package httpx

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestEveryAnswerCarriesAFreshRequestID(t *testing.T) {
	var seen string
	h := Guard(slog.New(slog.DiscardHandler), nil, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		seen = RequestID(w)
	}))
	ids := map[string]bool{}
	for range 3 {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set(RequestIDHeader, "chosen-by-the-caller")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		id := w.Header().Get(RequestIDHeader)
		if !claviger.IsUUID(id) || id != seen || ids[id] {
			t.Fatalf("id %q", id)
		}
		ids[id] = true
		if got := TraceID(r.Header, id); got != "chosen-by-the-caller" {
			t.Errorf("TraceID = %q", got)
		}
	}
}

func TestTraceIDsThatCannotBeHeadersAreReplaced(t *testing.T) {
	for name, v := range map[string]string{"empty": "", "with a line end": "a\r\nx: y", "not ASCII": "é", "endless": strings.Repeat("x", 257)} {
		if got := TraceID(http.Header{TraceIDHeader: {v}}, "own"); got != "own" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestPanics(t *testing.T) {
	var logged bytes.Buffer
	var statuses []int
	log := slog.New(slog.NewTextHandler(&logged, nil))
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/before":
			w.Header().Set("X-Half", "made")
			panic("sk-secret-value")
		case "/after":
			io.WriteString(w, "data: half")
			http.NewResponseController(w).Flush()
			panic(errors.New("sk-secret-value"))
		}
	})
	srv := httptest.NewUnstartedServer(Guard(log, func(_ *http.Request, status int) { statuses = append(statuses, status) }, handler))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	srv.Start()
	defer srv.Close()

	res, err := http.Get(srv.URL + "/before")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusInternalServerError || !strings.Contains(string(body), fixed) || res.Header.Get("X-Half") != "" || res.Header.Get(RequestIDHeader) == "" {
		t.Errorf("before the answer: %d %v %s", res.StatusCode, res.Header, body)
	}

	res, err = http.Get(srv.URL + "/after")
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadAll(res.Body)
	res.Body.Close()
	if err == nil {
		t.Error("within the answer: the client took a part for the whole")
	}

	if _, err := http.Get(srv.URL + "/fine"); err != nil {
		t.Error("after panics:", err)
	}
	srv.Close() // waits for the handlers, and with them for statuses
	if len(statuses) != 3 || statuses[0] != 500 || statuses[1] != 0 || statuses[2] != 200 {
		t.Errorf("observed %v", statuses)
	}
	if out := logged.String(); strings.Contains(out, "sk-secret") || !strings.Contains(out, "guard_test.go") || strings.Count(out, "msg=panic") != 2 {
		t.Errorf("log: %s", out)
	}
}

func TestClientAddress(t *testing.T) {
	tests := map[string]string{
		"192.0.2.1:5000":          "192.0.2.1",
		"[2001:db8::1]:5000":      "2001:db8::1",
		"[::ffff:192.0.2.1]:5000": "192.0.2.1",
		"[fe80::1%eth0]:5000":     "fe80::1",
		"@":                       "@",
	}
	for remote, want := range tests {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}}}
		if got := ClientAddress(r); got != want {
			t.Errorf("%s: %q, want %q", remote, got, want)
		}
	}
}

func TestOriginLeavesTheQueryOut(t *testing.T) {
	r := httptest.NewRequest(http.MethodPut, "/v1/integrations/a?key=sk-secret", nil)
	o := OriginOf(r, "id")
	if o.Method != http.MethodPut || o.URI != "/v1/integrations/a" || o.RequestID != "id" || o.Address != "192.0.2.1" {
		t.Errorf("%+v", o)
	}
}

func TestBodies(t *testing.T) {
	h := Guard(slog.New(slog.DiscardHandler), nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := LimitBody(w, r, 8); err != nil {
			WriteGateway(w, slog.New(slog.DiscardHandler), err)
			return
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			WriteGateway(w, slog.New(slog.DiscardHandler), err)
			return
		}
		w.Write(b)
	}))
	srv := httptest.NewServer(h)
	defer srv.Close()
	tests := map[string]struct {
		body    io.Reader
		status  int
		closing bool
	}{
		"a body within the limit":          {strings.NewReader("12345678"), 200, false},
		"no body":                          {nil, 200, false},
		"a declared body over the limit":   {strings.NewReader("123456789"), 413, true},
		"an undeclared one over the limit": {io.MultiReader(strings.NewReader("1234567"), strings.NewReader("89")), 413, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, srv.URL, tt.body)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != tt.status || res.Close != tt.closing {
				t.Errorf("got %d, closing %v: %s", res.StatusCode, res.Close, body)
			}
			if tt.status == 413 && !strings.Contains(string(body), "Payload size exceeds the limit of 8 bytes") {
				t.Errorf("body %s", body)
			}
		})
	}
}

func BenchmarkGuard(b *testing.B) {
	h := Guard(slog.New(slog.DiscardHandler), nil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}
