package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
)

const (
	ask    = `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}`
	answer = `{"id":"c1","object":"chat.completion","model":"gpt-4o-mini-2024","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4}}}`
)

// answers is a provider that always says the same.
func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Ratelimit-Remaining-Requests", "7")
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func TestAChatGoesThroughAndIsBooked(t *testing.T) {
	var got *http.Request
	var sent []byte
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		got, sent = req, must(io.ReadAll(req.Body))
		answers(200, answer)(w, req)
	})
	resp, body := r.chat(`{"messages":[{"role":"user","content":"hi"}], "model": "@acc/gpt-4o-mini"}`, "x-portkey-provider", "")
	if resp.StatusCode != 200 || body != answer {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	if want := `{"messages":[{"role":"user","content":"hi"}], "model": "gpt-4o-mini"}`; string(sent) != want {
		t.Errorf("the provider got %s, want %s", sent, want)
	}
	if got.URL.Path != "/v1/chat/completions" || got.Header.Get("Authorization") != "Bearer "+providerKey || got.Header.Get("X-Extra") != headerSecret {
		t.Errorf("the provider got %s with %v", got.URL.Path, got.Header)
	}
	for name := range got.Header {
		if strings.HasPrefix(name, "X-Portkey") {
			t.Errorf("the provider got the internal header %s", name)
		}
	}
	opening, closing := r.books.one(t)
	if opening.Model != "gpt-4o-mini" || opening.ProviderSlug != "acc" || opening.WorkspaceID != r.ws.ID || opening.APIKeyID != r.keyID() {
		t.Errorf("opening: %+v", opening)
	}
	want := claviger.Tokens{Input: 5, CacheRead: 4, Output: 3}
	if closing.Outcome != claviger.Success || closing.Tokens != want || closing.Estimated || closing.HTTPStatus != 200 || closing.Model != "gpt-4o-mini-2024" {
		t.Errorf("closing: %+v", closing)
	}
	for name, want := range map[string]string{
		"X-Claviger-Entry-Id": opening.ID.String(), "X-Portkey-Provider": "openai", "X-Portkey-Cache-Status": "DISABLED",
		"X-Portkey-Retry-Attempt-Count": "0", "X-Portkey-Last-Used-Option-Index": "config", "X-Ratelimit-Remaining-Requests": "7",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestTheTargetIsFoundIn(t *testing.T) {
	tests := map[string]struct {
		body   string
		query  string
		header []string
	}{
		"the provider header":              {ask, "", []string{"x-portkey-provider", "@acc"}},
		"the provider header with a model": {ask, "", []string{"x-portkey-provider", "@acc/x"}},
		"the virtual key header":           {ask, "", []string{"x-portkey-provider", "", "x-portkey-virtual-key", "acc"}},
		"the model of the body":            {strings.Replace(ask, "gpt", "@acc/gpt", 1), "", []string{"x-portkey-provider", ""}},
		"the header, whatever the body":    {strings.Replace(ask, "gpt", "@other/gpt", 1), "", []string{"x-portkey-provider", "@acc"}},
		"the query":                        {`{"messages":[]}`, "?model=@acc/gpt-4o-mini", []string{"x-portkey-provider", ""}},
		"the provider's id":                {ask, "", []string{"x-portkey-provider", "@ID"}},
		"with the key as bearer":           {ask, "", []string{"x-portkey-api-key", "", "Authorization", "Bearer KEY"}},
		"with the key as x-api-key":        {ask, "", []string{"x-portkey-api-key", "", "x-api-key", "KEY"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
				var m struct{ Model string }
				if err := json.NewDecoder(req.Body).Decode(&m); err != nil || tt.query == "" && m.Model != "gpt-4o-mini" {
					t.Errorf("the provider was asked for %q (%v)", m.Model, err)
				}
				if req.Header.Get("Authorization") != "Bearer "+providerKey || req.Header.Get("X-Api-Key") != "" {
					t.Errorf("the provider got %v", req.Header)
				}
				answers(200, answer)(w, req)
			})
			for i, h := range tt.header {
				tt.header[i] = strings.NewReplacer("ID", string(r.provider.ID), "KEY", r.key).Replace(h)
			}
			resp, body := r.do(r.request(http.MethodPost, "/v1/chat/completions"+tt.query, tt.body, tt.header...))
			if resp.StatusCode != 200 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	const big = 1<<20 + 1
	tests := map[string]struct {
		body   string
		header []string
		status int
		says   string
	}{
		"no provider":                      {ask, []string{"x-portkey-provider", ""}, 400, `x-portkey-provider header is required, or a model like \"@slug/model\"`},
		"a slug that is not there":         {ask, []string{"x-portkey-provider", "@nope"}, 400, "Following keys are not valid: nope"},
		"a slug that is none":              {ask, []string{"x-portkey-provider", "@a b"}, 400, "Following keys are not valid"},
		"a slug without a model":           {`{"model":"@acc"}`, []string{"x-portkey-provider", ""}, 400, "@slug/model"},
		"an unknown provider name":         {ask, []string{"x-portkey-provider", "nope"}, 400, "Invalid provider passed"},
		"a stored one, without its @":      {ask, []string{"x-portkey-provider", "acc"}, 400, "did you mean @acc,"},
		"a provider without a credential":  {ask, []string{"x-portkey-provider", "openai"}, 400, "must bring its own"},
		"another host without credential":  {ask, []string{"x-portkey-custom-host", "https://elsewhere.example/v1"}, 400, "must bring its own"},
		"a private host":                   {ask, []string{"x-portkey-custom-host", "http://127.0.0.1:1/v1", "Authorization", "Bearer sk-mine-123"}, 400, "Invalid custom host"},
		"a saved config":                   {ask, []string{"x-portkey-config", "pc-x"}, 400, "Saved configs are not supported yet"},
		"no key":                           {ask, []string{"x-portkey-api-key", ""}, 401, "Invalid API Key. Error Code: 03"},
		"an unknown key":                   {ask, []string{"x-portkey-api-key", "nope"}, 401, "Invalid API Key. Error Code: 03"},
		"an organisation key":              {ask, []string{"x-portkey-api-key", "ORG"}, 403, "Use a workspace API key"},
		"a key without the scope":          {ask, []string{"x-portkey-api-key", "BARE"}, 403, "completions.write"},
		"a body that is no JSON":           {`{"model":`, nil, 400, "Invalid request"},
		"a body that is no object":         {`[]`, nil, 400, "Invalid request"},
		"a duplicate member":               {`{"model":"a","model":"b"}`, nil, 400, "model"},
		"invalid UTF-8":                    {"{\"model\":\"\xff\"}", nil, 400, "UTF-8"},
		"trailing data":                    {ask + ask, nil, 400, "Invalid request"},
		"a model of the wrong type":        {`{"model":1}`, nil, 400, "model"},
		"a body too large":                 {`{"model":"` + strings.Repeat("a", big) + `"}`, nil, 413, "limit of 1MB"},
		"a timeout that is none":           {ask, []string{"x-portkey-request-timeout", "soon"}, 400, "x-portkey-request-timeout"},
		"forwarding the forwarding header": {ask, []string{"x-portkey-forward-headers", "x-portkey-forward-headers"}, 400, "must not contain"},
		"a compressed body":                {ask, []string{"Content-Encoding", "gzip"}, 415, "Compressed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
			for i, h := range tt.header {
				switch h {
				case "ORG":
					tt.header[i] = r.mint(claviger.OrganisationKey, claviger.AllScopes(claviger.OrganisationKey, claviger.ServiceKey)...)
				case "BARE":
					tt.header[i] = r.mint(claviger.WorkspaceKey, "logs.list")
				}
			}
			resp, body := r.chat(tt.body, tt.header...)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s\nwant %d with %q", resp.StatusCode, body, tt.status, tt.says)
			}
			var e struct {
				Error struct{ Message string }
			}
			if err := json.Unmarshal([]byte(body), &e); err != nil || e.Error.Message == "" {
				t.Errorf("no error.message for the clients: %s", body)
			}
			if resp.Header.Get("X-Portkey-Request-Id") == "" || resp.Header.Get("X-Claviger-Entry-Id") == "" {
				t.Errorf("ids are missing: %v", resp.Header)
			}
			r.books.none(t)
		})
	}
}

func TestProviderErrorsKeepTheirStatus(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   int
		says   string
	}{
		"rate limited":    {429, `{"error":{"message":"slow down","type":"rate_limit","code":"rl"}}`, 429, `"openai error: slow down"`},
		"broken":          {500, `oops`, 500, `"openai error: oops"`},
		"a refused key":   {401, `{"error":{"message":"Incorrect API key provided: ` + providerKey + `"}}`, 401, `openai error: Incorrect API key provided: [secret]`},
		"a redirect":      {302, ``, 502, `redirect`},
		"an empty answer": {503, ``, 503, `openai error:`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
				w.Header().Set("Retry-After", "3")
				w.Header().Set("Location", "http://169.254.169.254/")
				answers(tt.status, tt.body)(w, req)
			})
			resp, body := r.chat(ask)
			if resp.StatusCode != tt.want || !strings.Contains(body, tt.says) || !strings.Contains(body, `"provider":"openai"`) {
				t.Errorf("%d %s\nwant %d with %q", resp.StatusCode, body, tt.want, tt.says)
			}
			if resp.Header.Get("Retry-After") != "3" || resp.Header.Get("Location") != "" {
				t.Errorf("headers: %v", resp.Header)
			}
			_, c := r.books.one(t)
			if c.Outcome != claviger.ProviderError || c.Tokens != (claviger.Tokens{}) || c.HTTPStatus != tt.want {
				t.Errorf("closing: %+v", c)
			}
		})
	}
}

func TestAHostThatEchoesGivesNoSecretAway(t *testing.T) {
	echo := func(w http.ResponseWriter, req *http.Request) {
		all := fmt.Sprint(req.Header)
		w.Header().Set("X-Echo", all)
		quoted := string(must(json.Marshal(all)))
		if strings.Contains(string(must(io.ReadAll(req.Body))), `"stream":true`) {
			w.Header().Set("Content-Type", "text/event-stream")
			fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%s}}]}\n\ndata: [DONE]\n\n", quoted)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"choices":[{"message":{"content":%s}}]}`, quoted)
	}
	for name, body := range map[string]string{"whole": ask, "streamed": strings.Replace(ask, "{", `{"stream":true,`, 1)} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", echo)
			resp, got := r.chat(body) // searches for the secrets
			if resp.StatusCode != 200 || !strings.Contains(got, "[secret]") || resp.Header.Get("X-Echo") != "" {
				t.Errorf("%d %v %s", resp.StatusCode, resp.Header, got)
			}
		})
	}
}

func TestForwardedHeadersNeverReplaceTheCredential(t *testing.T) {
	var got http.Header
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		got = req.Header
		answers(200, answer)(w, req)
	})
	r.chat(ask, "x-portkey-forward-headers", "[x-mine, Authorization,x-portkey-api-key,cookie,Metadata-Flavor]",
		"x-mine", "1", "Authorization", "Bearer other", "Cookie", "a=b", "Metadata-Flavor", "Google")
	if got.Get("X-Mine") != "1" || got.Get("Authorization") != "Bearer "+providerKey || got.Get("Cookie") != "" ||
		got.Get("Metadata-Flavor") != "" || got.Get("X-Portkey-Api-Key") != "" {
		t.Errorf("the provider got %v", got)
	}
}

func TestALedgerThatCannotBookRefuses(t *testing.T) {
	r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	r.books.refuse = claviger.Fail(claviger.Unavailable, "the ledger cannot be written")
	resp, body := r.chat(ask)
	if resp.StatusCode != 503 || !strings.Contains(body, "the ledger cannot be written") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestEmbeddingsOfAnySizePass(t *testing.T) {
	vector := strings.Repeat("0.123456,", 1000) + "0"
	var b strings.Builder
	b.WriteString(`{"object":"list","data":[`)
	for i := range 400 {
		fmt.Fprintf(&b, `{"index":%d,"embedding":[%s]},`, i, vector)
	}
	b.WriteString(`{"index":400,"embedding":[0]}],"model":"e","usage":{"prompt_tokens":77,"total_tokens":77}}`)
	r := newRig(t, "openai", answers(200, b.String()))
	resp, body := r.do(r.request(http.MethodPost, "/v1/embeddings", `{"model":"e","input":["a"]}`))
	if resp.StatusCode != 200 || body != b.String() {
		t.Fatalf("%d, %d bytes of %d", resp.StatusCode, len(body), b.Len())
	}
	if o, c := r.books.one(t); c.Tokens.Input != 77 || c.Estimated || c.Outcome != claviger.Success || o.EstimatedOut != 0 {
		t.Errorf("closing: %+v", c)
	}
}

func TestModels(t *testing.T) {
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/v1/models" || req.Method != http.MethodGet || req.Header.Get("Authorization") != "Bearer "+providerKey {
			t.Errorf("asked %s %s", req.Method, req.URL)
		}
		answers(200, `{"object":"list","data":[{"id":"m1","object":"model","created":5,"owned_by":"x"},{"id":"org/m2"}]}`)(w, req)
	})
	_, all := r.do(r.request(http.MethodGet, "/v1/models", "", "x-portkey-provider", ""))
	if want := `{"data":[{"id":"@acc/m1","object":"model","created":5,"owned_by":"x"},{"id":"@acc/org/m2","object":"model","created":0,"owned_by":"openai"}],"object":"list"}`; all != want {
		t.Errorf("got  %s\nwant %s", all, want)
	}
	_, one := r.do(r.request(http.MethodGet, "/v1/models", ""))
	if !strings.Contains(one, `"id":"m1"`) || !strings.Contains(one, `"provider":"openai"`) {
		t.Errorf("got %s", one)
	}
}

func TestBodiesNeverTakeMoreMemoryThanAllowed(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer), func(o *gateway.Options) { o.MaxBody, o.BodyMemory = 1<<20, 1<<20 })
	req := r.request(http.MethodPost, "/v1/chat/completions", "")
	req.ContentLength = -1
	req.Body = io.NopCloser(strings.NewReader(`{"model":"` + strings.Repeat("a", 900<<10) + `"}`))
	resp, body := r.do(req)
	if resp.StatusCode != http.StatusServiceUnavailable && resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, body := r.chat(ask); resp.StatusCode != 200 {
		t.Errorf("afterwards: %d %s", resp.StatusCode, body)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestABodyThatTranslatingWouldBlowUpIsRefused(t *testing.T) {
	r := newRig(t, "anthropic", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	body := `{"model":"m","messages":[` + strings.Repeat("{},", 1<<20/3-20) + `{}]}`
	resp, answer := r.chat(body)
	if resp.StatusCode != 413 || len(answer) > 1000 {
		t.Errorf("%d, %d bytes: %.200s", resp.StatusCode, len(answer), answer)
	}
}

func TestManyProblemsMakeNoLongAnswer(t *testing.T) {
	r := newRig(t, "anthropic", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	resp, answer := r.chat(`{"model":"m","messages":[` + strings.Repeat("{},", 1000) + `{}]}`)
	if resp.StatusCode != 400 || len(answer) > 32<<10 || !strings.Contains(answer, "there are more problems") {
		t.Errorf("%d, %d bytes: %.200s", resp.StatusCode, len(answer), answer)
	}
}

func TestAnnouncingALargeBodyTakesNoMemory(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer), func(o *gateway.Options) { o.MaxBody, o.BodyMemory = 1<<20, 1<<20 })
	for range 8 { // each announces all the memory there is, and sends one byte
		conn := must(net.Dial("tcp", strings.TrimPrefix(r.url, "http://")))
		defer conn.Close()
		fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nx-portkey-api-key: %s\r\nContent-Length: 1048576\r\n\r\n{", r.key)
	}
	if resp, body := r.chat(ask); resp.StatusCode != 200 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestALargeAnswerIsScrubbedAcrossItsPieces(t *testing.T) {
	r := newRig(t, "openai", answers(200, `{"data":["`+strings.Repeat(providerKey+".", 60000)+`"],"usage":{"prompt_tokens":1}}`))
	resp, body := r.do(r.request(http.MethodPost, "/v1/embeddings", `{"model":"e","input":["a"]}`)) // searches for the secrets
	if resp.StatusCode != 200 || strings.Count(body, "[secret]") != 60000 {
		t.Errorf("%d, %d scrubbed", resp.StatusCode, strings.Count(body, "[secret]"))
	}
}

func TestAKeyShownInPartIsTakenOutOfErrors(t *testing.T) {
	r := newRig(t, "openai", answers(401, `{"error":{"message":"Incorrect API key provided: sk-provi********leak. You can find it"}}`))
	if _, body := r.chat(ask); strings.Contains(body, "sk-provi") || !strings.Contains(body, "provided: [secret]. You can") {
		t.Errorf("got %s", body)
	}
}

func TestTheGatewayKeyIsNeverForwarded(t *testing.T) {
	var got http.Header
	r := newRig(t, "anthropic", func(w http.ResponseWriter, req *http.Request) {
		got = req.Header
		answers(500, "{}")(w, req)
	})
	req := r.request(http.MethodPost, "/v1/chat/completions", ask, "x-portkey-api-key", "",
		"Authorization", "bearer   "+r.key, "x-portkey-forward-headers", "Authorization, x-foo, x-fine", "x-fine", "1")
	req.Header["X-Foo"] = []string{"a", r.key}
	r.do(req)
	if s := fmt.Sprint(got); strings.Contains(s, r.key) || got.Get("X-Fine") != "1" {
		t.Errorf("the provider got %s", s)
	}
}
