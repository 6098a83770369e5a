package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/claviger/claviger/test/harness"
)

func TestProviderFromEnvironment(t *testing.T) {
	tests := map[string]struct {
		env   map[string]string
		host  string
		fault string
	}{
		"a provider is used as given": {
			env:  map[string]string{"DEMO_UPSTREAM": "http://127.0.0.1:11434/v1/", "DEMO_MODEL": "m"},
			host: "http://127.0.0.1:11434/v1"},
		"a provider needs a model": {
			env: map[string]string{"DEMO_UPSTREAM": "http://127.0.0.1:11434/v1"}, fault: "DEMO_MODEL"},
		"a model needs a provider": {
			env: map[string]string{"DEMO_MODEL": "m"}, fault: "DEMO_UPSTREAM"},
		"a provider is a URL": {
			env: map[string]string{"DEMO_UPSTREAM": "localhost", "DEMO_MODEL": "m"}, fault: "base URL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := provider(func(name string) string { return tt.env[name] })
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Fatalf("error %v, want one about %s", err, tt.fault)
				}
				return
			}
			if err != nil || got.host != tt.host {
				t.Fatalf("host %v, %v, want %s", got, err, tt.host)
			}
		})
	}
}

func TestPrinterShowsMasksOnly(t *testing.T) {
	var b bytes.Buffer
	p := &printer{w: &b}
	p.hide("sk-a-secret-key")
	p.request(call{method: "GET", url: "http://x/sk-a-secret-key", key: "sk-a-secret-key", body: map[string]any{"key": "sk-a-secret-key"}})
	p.answer("200 OK", []byte(`{"key":"sk-a-secret-key"}`))
	if strings.Contains(b.String(), "a-secret") || strings.Count(b.String(), "sk*******ey") != 4 {
		t.Errorf("printed %s", b.String())
	}
}

// once runs the whole demo and returns what a visitor reads.
func once(t *testing.T) (string, error) {
	t.Helper()
	harness.Require(t)
	t.Chdir(harness.Root())
	t.Setenv("DEMO_ONCE", "1")
	var b bytes.Buffer
	err := run(t.Context(), &b)
	return b.String(), err
}

func TestTour(t *testing.T) {
	text, err := once(t)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, want := range []string{"BUILT-IN EMULATOR", "7. See the tokens", "Every step did what it printed."} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestTourFailsWhereTheProviderFails(t *testing.T) {
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"error":{"message":"out of order"}}`, http.StatusInternalServerError)
	}))
	defer broken.Close()
	t.Setenv("DEMO_UPSTREAM", broken.URL+"/v1")
	t.Setenv("DEMO_MODEL", "any")
	text, err := once(t)
	if err == nil || !strings.Contains(err.Error(), "step 5") {
		t.Fatalf("error %v, want one of step 5\n%s", err, text)
	}
}

func TestTourEndsWhenTold(t *testing.T) {
	harness.Require(t)
	t.Chdir(harness.Root())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, &bytes.Buffer{}); err == nil {
		t.Error("no error from a demo that was stopped at once")
	}
}
