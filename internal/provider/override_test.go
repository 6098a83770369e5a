package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/google/go-cmp/cmp"
)

func TestOverride(t *testing.T) {
	tests := map[string]struct {
		host, headers, own string // of the model; headers of the account
		wantHost           string
		want               map[string]string
	}{
		"nothing of its own":              {"", "", `{"x-a":"1"}`, `"https://account.example/v1"`, map[string]string{"x-a": "1"}},
		"a host":                          {"https://model.example/<v1>", "", `{"x-a":"1"}`, `"https://model.example/\u003cv1\u003e"`, map[string]string{"x-a": "1"}},
		"a header beside":                 {"", `{"x-b":"2"}`, `{"x-a":"1"}`, `"https://account.example/v1"`, map[string]string{"x-a": "1", "x-b": "2"}},
		"a header instead, in other case": {"", `{"X-A":"2"}`, `{"x-a":"1"}`, `"https://account.example/v1"`, map[string]string{"X-A": "2"}},
		"a header where there was none":   {"", `{"x-b":"2"}`, "", `"https://account.example/v1"`, map[string]string{"x-b": "2"}},
		"what is no object":               {"", `[]`, `{"x-a":"1"}`, `"https://account.example/v1"`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := provider.Settings{
				Plain:  map[string]json.RawMessage{provider.CustomHost: json.RawMessage(`"https://account.example/v1"`)},
				Secret: map[string]secret.String{},
			}
			if tt.own != "" {
				s.Secret[provider.CustomHeaders] = secret.New(tt.own)
			}
			got := s.Override(tt.host, secret.New(tt.headers))
			if host := string(got.Plain[provider.CustomHost]); host != tt.wantHost {
				t.Errorf("host %s, want %s", host, tt.wantHost)
			}
			var headers map[string]string
			_ = json.Unmarshal([]byte(got.Secret[provider.CustomHeaders].Reveal()), &headers) // nil where there is none
			if d := cmp.Diff(tt.want, headers); d != "" {
				t.Errorf("headers (-want +got):\n%s", d)
			}
			if string(s.Plain[provider.CustomHost]) != `"https://account.example/v1"` || s.Secret[provider.CustomHeaders].Reveal() != tt.own {
				t.Error("the account's settings changed")
			}
		})
	}
}
