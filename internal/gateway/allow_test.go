package gateway_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/vault"
)

// rule stores a row of the integration's models and tells the gateway.
func (r *rig) rule(slug string, enabled bool, change ...func(*claviger.Model)) {
	r.Helper()
	m := claviger.Model{ID: claviger.NewID[claviger.ModelID](), OrganisationID: r.org.ID, IntegrationID: r.stored.ID, Slug: slug,
		Enabled: enabled, CreatedAt: r.stored.CreatedAt, UpdatedAt: r.stored.CreatedAt}
	for _, c := range change {
		c(&m)
	}
	r.update(func(tx *store.Tx) error { return tx.PutModel(r.Context(), m) })
	r.changed()
}

// allowAll says whether models without a row are allowed.
func (r *rig) allowAll(yes bool) {
	r.Helper()
	r.stored.AllowAllModels = yes
	r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(r.Context(), r.stored) })
	r.stored.Version++
	r.changed()
}

func (r *rig) changed() {
	r.gw.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.IntegrationChanged, ID: string(r.stored.ID)})
}

// headers seals a model's own headers.
func (r *rig) headers(headers string) func(*claviger.Model) {
	return func(m *claviger.Model) {
		m.KeyVersion = 1
		var err error
		creds := vault.Credentials{Fields: map[string]secret.String{"custom_headers": secret.New(headers)}}
		if m.Sealed, m.RootKeyID, err = r.vault.SealCredentials(vault.ModelBinding(*m), creds); err != nil {
			r.Fatal(err)
		}
	}
}

func TestModelsThatAreNotAllowedAreRefused(t *testing.T) {
	called := false
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		called = true
		answers(200, answer)(w, req)
	})
	const plain = `{"model":"MODEL","messages":[],"input":"x","prompt":"x"}`
	tests := map[string]struct {
		all   bool
		rules map[string]bool
		body  string
		query string
		says  string // "" is allowed
	}{
		"one of the list":                     {false, map[string]bool{"gpt-4o": true}, "gpt-4o", "", ""},
		"one of the list, by its prefix":      {false, map[string]bool{"gpt-4o": true}, "@acc/gpt-4o", "", ""},
		"one of the list with slashes":        {false, map[string]bool{"org/m:1": true}, "@acc/org/m:1", "", ""},
		"another one":                         {false, map[string]bool{"gpt-4o": true}, "gpt-5", "", "Model gpt-5 is not allowed for this integration"},
		"another one, by its prefix":          {false, map[string]bool{"gpt-4o": true}, "@acc/gpt-5", "", "Model gpt-5 is not allowed for this integration"},
		"another slug's prefix":               {false, map[string]bool{"gpt-4o": true}, "@other/gpt-5", "", "Model gpt-5 is not allowed for this integration"},
		"a snapshot of one of the list":       {false, map[string]bool{"gpt-4o": true}, "gpt-4o-2024-11-20", "", "Model gpt-4o-2024-11-20 is not allowed"},
		"one of the list in other case":       {false, map[string]bool{"gpt-4o": true}, "GPT-4o", "", "Model GPT-4o is not allowed"},
		"a disabled one":                      {false, map[string]bool{"gpt-4o": false}, "gpt-4o", "", "Model gpt-4o is not allowed"},
		"none, with an empty list":            {false, nil, "gpt-4o", "", "Model gpt-4o is not allowed"},
		"no model at all":                     {false, map[string]bool{"gpt-4o": true}, "", "", "a request must name one"},
		"no model, all allowed":               {true, map[string]bool{"gpt-4o": true}, "", "", ""},
		"the model of the query":              {false, map[string]bool{"gpt-4o": true}, "", "?model=gpt-4o", ""},
		"another model of the query":          {false, map[string]bool{"gpt-4o": true}, "", "?model=gpt-5", "Model gpt-5 is not allowed"},
		"the body's before the query's":       {false, map[string]bool{"gpt-4o": true}, "gpt-5", "?model=gpt-4o", "Model gpt-5 is not allowed"},
		"any, all allowed":                    {true, map[string]bool{"gpt-4o": false}, "gpt-5", "", ""},
		"a disabled one, all allowed":         {true, map[string]bool{"gpt-4o": false}, "gpt-4o", "", "Model gpt-4o is not allowed"},
		"a disabled one in other case":        {true, map[string]bool{"gpt-4o": false}, "GPT-4O", "", "Model GPT-4O is not allowed"},
		"an enabled twin of a disabled one":   {true, map[string]bool{"gpt-4o": false, "GPT-4o": true}, "GPT-4o", "", ""},
		"a name of megabytes is not repeated": {false, nil, strings.Repeat("é", 400<<10), "", "… is not allowed"},
	}
	routes := []string{"/v1/chat/completions", "/v1/completions", "/v1/embeddings"}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r.clearRules()
			for slug, enabled := range tt.rules {
				r.rule(slug, enabled)
			}
			r.allowAll(tt.all)
			for _, route := range routes {
				called = false
				booked := len(r.books.openings)
				resp, body := r.do(r.request(http.MethodPost, route+tt.query, strings.Replace(plain, "MODEL", tt.body, 1)))
				if tt.says == "" {
					if resp.StatusCode != 200 || !called {
						t.Errorf("%s: %d %s", route, resp.StatusCode, body)
					}
					continue
				}
				if resp.StatusCode != http.StatusPreconditionFailed || called || len(r.books.openings) != booked {
					t.Errorf("%s: %d, called %v, %d booked", route, resp.StatusCode, called, len(r.books.openings)-booked)
				}
				var said struct {
					Error struct {
						Message, Type string
						Param, Code   *string
					}
				}
				if err := json.Unmarshal([]byte(body), &said); err != nil || said.Error.Type != "model_not_allowed_error" ||
					said.Error.Param != nil || said.Error.Code != nil || !strings.Contains(said.Error.Message, tt.says) || len(body) > 4096 {
					t.Errorf("%s: %.300s", route, body)
				}
			}
		})
	}
}

// clearRules deletes all rows.
func (r *rig) clearRules() {
	r.Helper()
	r.update(func(tx *store.Tx) error {
		rows, err := tx.Models(r.Context(), r.org.ID, r.stored.ID)
		for _, m := range rows {
			if err == nil {
				err = tx.DeleteModel(r.Context(), r.org.ID, r.stored.ID, m.Slug)
			}
		}
		return err
	})
	r.changed()
}

func TestARequestMayNotNameMoreModelsThanOneUnlessAllAreAllowed(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer))
	body := strings.Replace(ask, "{", `{"models":["gpt-5"],`, 1)
	if resp, got := r.chat(body); resp.StatusCode != 200 {
		t.Errorf("all allowed: %d %s", resp.StatusCode, got)
	}
	r.rule("gpt-4o-mini", true)
	r.allowAll(false)
	if resp, got := r.chat(body); resp.StatusCode != 412 || !strings.Contains(got, "one model only") {
		t.Errorf("one allowed: %d %s", resp.StatusCode, got)
	}
	if resp, got := r.chat(ask); resp.StatusCode != 200 {
		t.Errorf("without others: %d %s", resp.StatusCode, got)
	}
}

func TestAModelsOwnHostAndHeaders(t *testing.T) {
	const own = "own-header-secret-123456"
	var got http.Header
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		got = req.Header
		answers(200, answer)(w, req)
	})
	ownHits := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ownHits++
		got = req.Header
		w.Header().Set("X-Echo", req.Header.Get("X-Own"))
		answers(500, `{"error":{"message":"`+req.Header.Get("X-Own")+req.Header.Get("Authorization")+`"}}`)(w, req)
		io.Copy(io.Discard, req.Body)
	}))
	t.Cleanup(other.Close)
	r.rule("elsewhere", true, func(m *claviger.Model) { m.CustomHost = other.URL + "/v9" }, r.headers(`{"x-own":"`+own+`","X-EXTRA":"replaced-1234"}`))
	r.rule("headers-only", true, r.headers(`{"x-own":"`+own+`"}`))

	resp, body := r.chat(strings.Replace(ask, "gpt-4o-mini", "elsewhere", 1))
	if ownHits != 1 || got.Get("X-Own") != own || got.Get("X-Extra") != "replaced-1234" || got.Get("Authorization") != "Bearer "+providerKey {
		t.Errorf("the model's host was called %d times, with %v", ownHits, got)
	}
	if strings.Contains(body, own) || strings.Contains(body, "replaced-1234") || resp.Header.Get("X-Echo") != "" || !strings.Contains(body, "[secret]") {
		t.Errorf("the answer gives the header away: %v %s", resp.Header, body)
	}
	if resp, body := r.chat(strings.Replace(ask, "gpt-4o-mini", "headers-only", 1)); resp.StatusCode != 200 || got.Get("X-Own") != own || got.Get("X-Extra") != headerSecret {
		t.Errorf("%d %s; the provider got %v", resp.StatusCode, body, got)
	}
	if resp, _ := r.chat(ask); resp.StatusCode != 200 || got.Get("X-Own") != "" || ownHits != 1 {
		t.Errorf("another model: %d, the provider got %v", resp.StatusCode, got)
	}
	// The caller may ask for either of the account's hosts, and the model's own
	// headers go to its own host only.
	base := strings.Trim(string(r.stored.Configurations["custom_host"]), `"`)
	if resp, _ := r.chat(strings.Replace(ask, "gpt-4o-mini", "elsewhere", 1), "x-portkey-custom-host", base); resp.StatusCode != 200 || got.Get("X-Own") != "" {
		t.Errorf("at the account's host: %d, the provider got %v", resp.StatusCode, got)
	}
	if resp, body := r.chat(ask, "x-portkey-custom-host", other.URL+"/v9"); resp.StatusCode != 400 || ownHits != 1 {
		t.Errorf("another model at this model's host: %d %s", resp.StatusCode, body)
	}
}

func TestAModelWhoseSettingsCannotBeUsedIsRefusedAlone(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer))
	r.rule("broken", true, r.headers(`{"x-own":"a-secret-of-its-own"}`), func(m *claviger.Model) { m.Sealed[len(m.Sealed)-1] ^= 1 })
	resp, body := r.chat(strings.Replace(ask, "gpt-4o-mini", "broken", 1))
	if resp.StatusCode != 500 || !strings.Contains(body, "own host or headers") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	r.books.none(t)
	if resp, body := r.chat(ask); resp.StatusCode != 200 {
		t.Errorf("another model: %d %s", resp.StatusCode, body)
	}
}

// known is a catalogue of two models of one kind.
func known(t testing.TB) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load(strings.NewReader("claviger-catalogue 1\nopenai\tgpt-a\tchat\t-\tinput=2 output=8\t-\t-\nopenai\tgpt-b\tchat\t-\tinput=2 output=8\t-\t-\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestModelsAreListedAsTheyAreAllowed(t *testing.T) {
	r := newRig(t, "openai", answers(200, `{"object":"list","data":[{"id":"live-1"},{"id":"live-2"}]}`),
		func(o *gateway.Options) { o.Catalogue = known(t) })
	ids := func(header ...string) string {
		t.Helper()
		_, body := r.do(r.request(http.MethodGet, "/v1/models", "", header...))
		var list struct{ Data []struct{ ID string } }
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, m := range list.Data {
			out = append(out, m.ID)
		}
		return strings.Join(out, " ")
	}
	expect := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	everything := []string{"x-portkey-provider", ""}
	r.rule("live-2", false)
	r.rule("mine", true)
	expect("another host is asked", ids(everything...), "@acc/live-1 @acc/mine")
	expect("the provider's own list, without what is refused", ids(), "live-1")
	r.allowAll(false)
	expect("only what is enabled", ids(everything...), "@acc/mine")
	expect("only what is enabled of the provider's list", ids(), "")
	expect("our list of one provider", ids("x-portkey-fetch-integrated-models", "true"), "@acc/mine")

	delete(r.stored.Configurations, "custom_host")
	r.rule("gpt-a", false)
	r.allowAll(true)
	expect("the kind's own host is as the catalogue says", ids(everything...), "@acc/gpt-b @acc/mine")
}

func TestADeploymentIsAllowedByTheModelBehindIt(t *testing.T) {
	r := newRig(t, "azure-openai", answers(200, answer))
	r.stored.Configurations["azure_auth_mode"] = json.RawMessage(`"default"`)
	r.stored.Configurations["azure_resource_name"] = json.RawMessage(`"res"`)
	r.stored.Configurations["azure_deployment_config"] = json.RawMessage(`[
		{"azure_deployment_name":"d1","azure_api_version":"v1","azure_model_slug":"gpt-4o","alias":"small"},
		{"azure_deployment_name":"d2","azure_api_version":"v1","azure_model_slug":"gpt-5","alias":"large"}]`)
	r.rule("gpt-4o", true)
	r.allowAll(false)
	for model, status := range map[string]int{"small": 200, "gpt-4o": 200, "large": 412, "gpt-5": 412, "": 412} {
		if resp, body := r.chat(strings.Replace(ask, "gpt-4o-mini", model, 1)); resp.StatusCode != status {
			t.Errorf("%q: %d %s", model, resp.StatusCode, body)
		}
	}
	r.rule("gpt-5", false)
	r.allowAll(true)
	for model, status := range map[string]int{"small": 200, "large": 412} {
		if resp, body := r.chat(strings.Replace(ask, "gpt-4o-mini", model, 1)); resp.StatusCode != status {
			t.Errorf("all but one, %q: %d %s", model, resp.StatusCode, body)
		}
	}
	_, body := r.do(r.request(http.MethodGet, "/v1/models", "", "x-portkey-provider", ""))
	if !strings.Contains(body, `"@acc/small"`) || strings.Contains(body, "large") {
		t.Errorf("listed: %s", body)
	}
}
