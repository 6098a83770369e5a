package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

var spec = provider.Spec{
	ID: "cloud", KeyRequired: true,
	Fields: []provider.Field{
		{Name: "region", Required: true},
		{Name: "mode", Choices: []string{"basic", "full"}},
		{Name: "client_secret", Secret: true, Required: true},
	},
}

func raw(values map[string]string) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for k, v := range values {
		out[k] = json.RawMessage(v)
	}
	return out
}

func hidden(values map[string]string) map[string]secret.String {
	out := map[string]secret.String{}
	for k, v := range values {
		out[k] = secret.New(v)
	}
	return out
}

func TestValidate(t *testing.T) {
	good := map[string]string{"region": `"eu"`}
	secrets := map[string]string{"client_secret": "CANARY"}
	tests := map[string]struct {
		spec   provider.Spec
		in     provider.Settings
		broken []string
	}{
		"all there":                 {spec, provider.Settings{Key: secret.New("k"), Plain: raw(good), Secret: hidden(secrets)}, nil},
		"nothing there":             {spec, provider.Settings{}, []string{"key: is required", "configurations.region: is required", "configurations.client_secret: is required"}},
		"everything mapped":         {spec, provider.Settings{Mapped: []string{"key", "region", "client_secret"}}, nil},
		"a choice there is":         {spec, provider.Settings{Key: secret.New("k"), Plain: raw(map[string]string{"region": `"eu"`, "mode": `"full"`}), Secret: hidden(secrets)}, nil},
		"a choice there is not":     {spec, provider.Settings{Key: secret.New("k"), Plain: raw(map[string]string{"region": `"eu"`, "mode": `"CANARY"`}), Secret: hidden(secrets)}, []string{"configurations.mode: must be one of basic, full"}},
		"a number for a text":       {spec, provider.Settings{Key: secret.New("k"), Plain: raw(map[string]string{"region": `7`}), Secret: hidden(secrets)}, []string{"configurations.region: must be a string"}},
		"a line end in a text":      {spec, provider.Settings{Key: secret.New("k"), Plain: raw(map[string]string{"region": `"a\nCANARY"`}), Secret: hidden(secrets)}, []string{"configurations.region: must not hold control characters"}},
		"a line end in the key":     {spec, provider.Settings{Key: secret.New("CANARY\r\nX: y"), Plain: raw(good), Secret: hidden(secrets)}, []string{"key: must not hold control characters"}},
		"a space after the key":     {spec, provider.Settings{Key: secret.New("CANARY "), Plain: raw(good), Secret: hidden(secrets)}, []string{"key: must not begin or end with white space"}},
		"an endless key":            {spec, provider.Settings{Key: secret.New(strings.Repeat("CANARY", 9000)), Plain: raw(good), Secret: hidden(secrets)}, []string{"key: must be at most 8192 bytes"}},
		"no host where it needs be": {provider.Spec{HostRequired: true}, provider.Settings{}, []string{"configurations.custom_host: is required"}},
		"a host that is no text":    {provider.Spec{}, provider.Settings{Plain: raw(map[string]string{"custom_host": `{}`})}, []string{"configurations.custom_host: must be a string"}},
		"unknown fields":            {provider.Spec{}, provider.Settings{Plain: raw(map[string]string{"x": `{}`}), Secret: hidden(map[string]string{"y": "1"})}, nil},
		"headers":                   {provider.Spec{}, provider.Settings{Secret: hidden(map[string]string{"custom_headers": `{"X-A":"b","authorization":"Bearer CANARY"}`})}, nil},
		"headers that are a list":   {provider.Spec{}, provider.Settings{Secret: hidden(map[string]string{"custom_headers": `["CANARY"]`})}, []string{"configurations.custom_headers: must be an object of strings"}},
		"bad headers": {provider.Spec{}, provider.Settings{Secret: hidden(map[string]string{"custom_headers": `{
			"A B":"1", "":"1", "X-Num":5, "X-Line":"CANARY\r\nY: z", "X-Space":" CANARY", "Host":"CANARY", "content-length":"1",
			"Connection":"x", "proxy-authorization":"CANARY", "x-portkey-api-key":"CANARY", "X-Twice":"1", "x-twice":"2"}`})}, []string{
			"configurations.custom_headers.: is no valid header name",
			"configurations.custom_headers.A B: is no valid header name",
			"configurations.custom_headers.Connection: is a header of the connection and cannot be set",
			"configurations.custom_headers.Host: is a header of the connection and cannot be set",
			"configurations.custom_headers.X-Line: must not hold control characters",
			"configurations.custom_headers.X-Num: must be a string",
			"configurations.custom_headers.X-Space: must not begin or end with white space",
			"configurations.custom_headers.content-length: is a header of the connection and cannot be set",
			"configurations.custom_headers.proxy-authorization: is a header of the connection and cannot be set",
			"configurations.custom_headers.x-portkey-api-key: is a header of the gateway and cannot be set",
			"configurations.custom_headers.x-twice: occurs more than once, in different case",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range tt.spec.Validate(tt.in) {
				got = append(got, p.Path+": "+p.Message)
			}
			if diff := cmp.Diff(tt.broken, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(fmt.Sprint(got), "CANARY") {
				t.Errorf("a value is in %v", got)
			}
		})
	}
}

func TestSplitHidesWhatIsNotDeclaredPlain(t *testing.T) {
	plain, secrets := spec.Split(raw(map[string]string{
		"region": ` "eu"`, "custom_host": `"https://a.example.com"`, "mode": `null`,
		"client_secret": `"s3\u0063ret"`, "custom_headers": `{"X-A":"b"}`, "new_field": `[1, 2]`,
	}))
	if diff := cmp.Diff(raw(map[string]string{"region": `"eu"`, "custom_host": `"https://a.example.com"`}), plain); diff != "" {
		t.Error(diff)
	}
	got := map[string]string{}
	for name, v := range secrets {
		got[name] = v.Reveal()
	}
	if diff := cmp.Diff(map[string]string{"client_secret": "s3cret", "custom_headers": `{"X-A":"b"}`, "new_field": `[1, 2]`}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMasked(t *testing.T) {
	got := spec.Masked(raw(map[string]string{"region": `"eu"`, "was_plain_once": `"abcdefghijkl"`}), hidden(map[string]string{
		"client_secret": "abcdefghijkl", "custom_headers": `{"X-A":"abcdefghijkl","X-B":"short"}`, "odd": `{"a":"abcdefghijkl"}`,
	}))
	want := raw(map[string]string{
		"region": `"eu"`, "masked_was_plain_once": `"ab*******kl"`, "masked_client_secret": `"ab*******kl"`,
		"masked_custom_headers": `{"X-A":"ab*******kl","X-B":"*******"}`, "masked_odd": `"*******"`,
	})
	if diff := cmp.Diff(want, got, cmp.Transformer("text", func(r json.RawMessage) string { return string(r) })); diff != "" {
		t.Error(diff)
	}
	broken := spec.Masked(nil, hidden(map[string]string{"custom_headers": `["abcdefghijkl"]`}))
	if string(broken["masked_custom_headers"]) != `"*******"` {
		t.Errorf("headers of another shape show as %s", broken["masked_custom_headers"])
	}
}

func TestBase(t *testing.T) {
	tests := map[string]struct{ host, fallback, want string }{
		"the fallback":           {"", "https://api.example.com/v1", "https://api.example.com/v1"},
		"a custom host":          {"http://127.0.0.1:8000/v1//", "https://api.example.com", "http://127.0.0.1:8000/v1"},
		"upper case":             {"HTTPS://A.Example.com/Path", "", "https://a.example.com/Path"},
		"neither":                {"", "", "error"},
		"a host nobody may call": {"http://169.254.169.254", "https://api.example.com", "error"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := provider.Settings{}
			if tt.host != "" {
				s.Plain = raw(map[string]string{"custom_host": `"` + tt.host + `"`})
			}
			got := "error"
			if u, err := s.Base(tt.fallback); err == nil {
				got = u.String()
			}
			if got != tt.want {
				t.Errorf("Base = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	s := provider.Settings{Secret: hidden(map[string]string{"custom_headers": `{"authorization":"Basic x","X-A":"1"}`})}
	custom, err := s.CustomHeaders()
	if err != nil {
		t.Fatal(err)
	}
	own := provider.Headers{}.With("Authorization", "Bearer y").With("X-B", "2")
	h := http.Header{"X-B": {"from the caller"}, "X-C": {"stays"}}
	custom.Over(own).Set(h)
	want := http.Header{"Authorization": {"Basic x"}, "X-A": {"1"}, "X-B": {"2"}, "X-C": {"stays"}}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Error(diff)
	}
	h.Add("X-A", "more")
	again := http.Header{}
	custom.Set(again)
	if len(again["X-A"]) != 1 {
		t.Error("adding to one request's headers changed another's")
	}
}

func BenchmarkSetHeaders(b *testing.B) {
	headers := provider.Headers{}.With("Authorization", "Bearer y").With("OpenAI-Project", "p")
	to := http.Header{}
	b.ReportAllocs()
	for b.Loop() {
		headers.Set(to)
	}
}
