package gateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/store"
)

func TestAConfigIsRefusedWithAllThatIsWrong(t *testing.T) {
	const is = "Invalid config passed"
	tests := map[string]struct {
		config string
		errors []string
	}{
		"a mistyped name":               {`{"retries":{"attempts":2}}`, []string{"path: retries, message: is not known"}},
		"a name in two spellings":       {`{"customHost":"https://a.example","custom_host":"https://b.example"}`, []string{"path: custom_host, message: is there twice, in two spellings"}},
		"a retry without attempts":      {`{"retry":{}}`, []string{"path: retry,attempts, message: is required"}},
		"more attempts than there are":  {`{"retry":{"attempts":6}}`, []string{"path: retry,attempts, message: must be a whole number from 0 to 5"}},
		"attempts as a text":            {`{"retry":{"attempts":"2"}}`, []string{"path: retry,attempts, message: must be a whole number from 0 to 5"}},
		"a retry that is none":          {`{"retry":2}`, []string{"path: retry, message: must be an object"}},
		"statuses that are none":        {`{"retry":{"attempts":1,"on_status_codes":[429,"500",600,200]}}`, []string{"path: retry,on_status_codes,1, message: must be a whole number from 100 to 599", "path: retry,on_status_codes,2, message: must be a whole number from 100 to 599", "path: retry,on_status_codes,3, message: is a success, which is not asked for again"}},
		"one status in place of a list": {`{"retry":{"attempts":1,"on_status_codes":429}}`, []string{"path: retry,on_status_codes, message: must be a list"}},
		"a mistyped name of a retry":    {`{"retry":{"attempts":1,"on_status":[429],"use_retry_after_headers":"yes"}}`, []string{"path: retry,on_status, message: is not known", "path: retry,use_retry_after_headers, message: must be true or false"}},
		"a timeout of nothing":          {`{"request_timeout":0}`, []string{"path: request_timeout, message: must be a whole number from 1 to 2147483647"}},
		"several targets":               {`{"strategy":{"mode":"single"},"targets":[{"provider":"@a"},{"provider":"@b"}]}`, []string{"path: targets, message: must be one target: several are not supported yet"}},
		"a fallback":                    {`{"strategy":{"mode":"fallback"},"targets":[{"provider":"@a"}]}`, []string{"path: strategy,mode, message: is not supported yet"}},
		"no mode that there is":         {`{"strategy":{"mode":"random"},"targets":[{"provider":"@a"}]}`, []string{"path: strategy,mode, message: Invalid 'mode' value. Must be one of: single, loadbalance, fallback, conditional"}},
		"a strategy without a mode":     {`{"strategy":{},"targets":[{"provider":"@a"}]}`, []string{"path: strategy,mode, message: is required"}},
		"targets without a strategy":    {`{"targets":[{"provider":"@a"}]}`, []string{"path: strategy, message: is required with targets"}},
		"a strategy without targets":    {`{"strategy":{"mode":"single"}}`, []string{"path: targets, message: is required with a strategy"}},
		"targets of a target":           {`{"strategy":{"mode":"single"},"targets":[{"strategy":{"mode":"single"},"targets":[{"provider":"@a"}]}]}`, []string{"path: targets,0,targets, message: is not supported yet", "path: targets,0,strategy, message: is not supported yet"}},
		"a target of nobody":            {`{"strategy":{"mode":"single"},"targets":[{}]}`, []string{"path: targets,0, message: must name a provider, or be passthrough"}},
		"a provider beside targets":     {`{"provider":"@a","strategy":{"mode":"single"},"targets":[{"provider":"@b"}]}`, []string{"path: provider, message: has no place beside targets"}},
		"a passthrough with a provider": {`{"provider":"@a","passthrough":true}`, []string{"path: passthrough, message: has no place beside a provider"}},
		"a slug that is empty":          {`{"provider":"@","virtual_key":"@"}`, []string{"path: provider, message: must name a slug", "path: virtual_key, message: must name a slug"}},
		"a provider that is empty":      {`{"provider":""}`, []string{"path: provider, message: must not be empty"}},
		"a credential of nobody":        {`{"api_key":"sk-mine-123456"}`, []string{"path: api_key, message: needs a provider beside it"}},
		"a credential too many":         {`{"provider":"@acc","api_key":"sk-mine-123456"}`, []string{"path: api_key, message: has no place beside a stored provider, unless for a custom_host"}},
		"forwarding the forwarding":     {`{"forward_headers":["x-a","x-portkey-forward-headers"]}`, []string{"path: forward_headers,1, message: forward_headers must not contain the 'x-portkey-forward-headers' header"}},
		"what is not there yet":         {`{"cache":{"mode":"simple"},"input_guardrails":[],"aws_region":"a","prompt_id":"p"}`, []string{"path: cache, message: is not supported yet", "path: input_guardrails, message: is not supported yet", "path: aws_region, message: is not supported yet", "path: prompt_id, message: is not supported yet"}},
		"parameters that are none":      {`{"override_params":[],"default_params":1,"drop_params":"a"}`, []string{"path: override_params, message: must be an object", "path: default_params, message: must be an object", "path: drop_params, message: must be a list"}},
		"a model that is none":          {`{"override_params":{"model":1}}`, []string{"path: override_params,model, message: must be a string"}},
		"a slug without a model":        {`{"strategy":{"mode":"single"},"override_params":{"model":"@acc"},"targets":[{"provider":"@acc"}]}`, []string{"path: override_params,model, message: must name a model after the slug: @slug/model"}},
		"a target without a slug":       {`{"strategy":{"mode":"single"},"targets":[{"override_params":{"model":"gpt"}}]}`, []string{"path: targets,0, message: must name a provider, or be passthrough"}},
		"more paths":                    {`{"drop_params":[` + strings.Repeat(`"a",`, 100) + `"a"]}`, []string{"path: drop_params, message: has too many paths"}},
		"paths that multiply":           {`{"drop_params":[` + crossing(18) + `]}`, []string{"path: drop_params, message: has too many paths that mix [*] and numbers"}},
		"more parameters":               {`{"override_params":{` + hundred() + `,"x":1}}`, []string{"path: override_params, message: has too many members"}},
		"a model of another provider":   {`{"provider":"@acc","override_params":{"model":"@other/m"}}`, []string{"path: override_params,model, message: must not name another provider than provider"}},
		"a model of another kind":       {`{"provider":"openai","api_key":"k","override_params":{"model":"@other/m"}}`, []string{"path: override_params,model, message: must not name another provider than provider"}},
		"a model beside a virtual key":  {`{"virtualKey":"acc","overrideParams":{"model":"@other/m"}}`, []string{"path: overrideParams,model, message: must not name another provider than virtual_key"}},
		"the parent's model of another": {`{"strategy":{"mode":"single"},"override_params":{"model":"@other/m"},"targets":[{"provider":"@acc"}]}`, []string{"path: override_params,model, message: must not name another provider than provider"}},
		"the target's model of another": {`{"strategy":{"mode":"single"},"targets":[{"virtual_key":"acc","override_params":{"model":"@other/m"}}]}`, []string{"path: targets,0,override_params,model, message: must not name another provider than virtual_key"}},
		"two slugs":                     {`{"provider":"@acc","virtual_key":"other"}`, []string{"path: virtual_key, message: must not name another provider than provider"}},
		"paths that are none":           {`{"drop_params":["a..b","a[","a[x]","a[0]b","[0]","",1,"a[-1]"]}`, dropProblems(8)},
		"a list":                        {`[]`, []string{"path: , message: must be an object"}},
		"several at once":               {`{"provider":1,"retry":{"attempts":9}}`, []string{"path: provider, message: must be a string", "path: retry,attempts, message: must be a whole number from 0 to 5"}},
	}
	r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			resp, body := r.chat(ask, "x-portkey-config", tt.config)
			var said struct {
				Status, Message string
				Errors          []string
				Error           struct{ Message string }
			}
			if err := json.Unmarshal([]byte(body), &said); err != nil || resp.StatusCode != 400 || said.Status != "failure" || said.Message != is {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			if !slices.Equal(said.Errors, tt.errors) {
				t.Errorf("said %q\nwant %q", said.Errors, tt.errors)
			}
			if !strings.HasPrefix(said.Error.Message, is+": "+tt.errors[0]) {
				t.Errorf("error.message: %s", said.Error.Message)
			}
			if strings.Contains(body, "sk-mine") {
				t.Errorf("the answer repeats a credential: %s", body)
			}
		})
	}
	for name, tt := range map[string]struct{ config, says string }{
		"no JSON":               {`{"retry":`, "You need to pass a valid json"},
		"a name twice":          {`{"provider":"@a","provider":"@b"}`, "You need to pass a valid json"},
		"a name twice, below":   {`{"retry":{"attempts":1,"attempts":2}}`, "You need to pass a valid json"},
		"something behind it":   {`{"provider":"@a"}{}`, "You need to pass a valid json"},
		"no UTF-8":              {"{\"provider\":\"\xff\"}", "You need to pass a valid json"},
		"a saved one":           {"pc-routes-1234", "Saved configs are not supported yet"},
		"too large":             {`{"provider":"` + strings.Repeat("a", 33<<10) + `"}`, "at most 32 KB"},
		"a thousand names":      {manyNames(1000), is},
		"as deep as JSON can":   {strings.Repeat(`{"targets":[`, 2000) + strings.Repeat("]}", 2000), is},
		"a name of a kilobyte":  {`{"` + strings.Repeat("n", 1000) + `":1}`, "path: " + strings.Repeat("n", 64) + ", message"},
		"a provider that isn't": {`{"provider":"@nobody"}`, "Following keys are not valid: nobody"},
		"no kind of provider":   {`{"provider":"nope","api_key":"sk-mine-123456"}`, "Invalid provider passed"},
		"a host inside":         {`{"provider":"openai","api_key":"sk-mine-123456","custom_host":"http://127.0.0.1:1/v1"}`, "Invalid custom host"},
		"a kind without a key":  {`{"provider":"openai"}`, "must bring its own, in api_key"},
		"a host without a key":  {`{"provider":"@acc","custom_host":"https://elsewhere.example/v1"}`, "must bring its own, in api_key"},
		"the gateway's own key": {`{"provider":"openai","api_key":"KEY"}`, "must bring its own, in api_key"},
	} {
		t.Run(name, func(t *testing.T) {
			// A credential in the headers is not meant for what the config names.
			resp, body := r.chat(ask, "x-portkey-config", strings.ReplaceAll(tt.config, "KEY", r.key), "Authorization", "Bearer sk-other-123456")
			if resp.StatusCode != 400 || !strings.Contains(body, tt.says) || len(body) > 32<<10 || strings.Contains(body, "sk-") {
				t.Errorf("%d %.500s\nwant 400 with %q", resp.StatusCode, body, tt.says)
			}
		})
	}
	t.Run("twice", func(t *testing.T) {
		req := r.request(http.MethodPost, "/v1/chat/completions", ask)
		req.Header["X-Portkey-Config"] = []string{`{}`, `{"retry":{"attempts":1}}`}
		if resp, body := r.do(req); resp.StatusCode != 400 || !strings.Contains(body, "once only") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
	r.books.none(t)
}

// crossing are paths into as many lists in lists, each through the first of one.
func crossing(n int) string {
	paths := make([]string, n)
	for i := range paths {
		paths[i] = `"a` + strings.Repeat("[*]", i) + "[0]" + strings.Repeat("[*]", n-i-1) + `.b"`
	}
	return strings.Join(paths, ",")
}

// hundred are as many members.
func hundred() string {
	members := make([]string, 100)
	for i := range members {
		members[i] = fmt.Sprintf(`"m%d":1`, i)
	}
	return strings.Join(members, ",")
}

func dropProblems(n int) (out []string) {
	for i := range n {
		message := map[int]string{5: "must not be empty", 6: "must be a string"}[i]
		if message == "" {
			message = "must be a path, such as a, a.b, a[0].b or a[*].b"
		}
		out = append(out, fmt.Sprintf("path: drop_params,%d, message: %s", i, message))
	}
	return out
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"n%d":1`, i)
	}
	return "{" + b.String()[1:] + "}"
}

func TestAConfigSaysWhereARequestGoes(t *testing.T) {
	tests := map[string]struct {
		config string
		header []string
		model  string // of the body
		index  string
	}{
		"by a slug":                              {`{"provider":"@acc"}`, []string{"x-portkey-provider", ""}, "m", "config"},
		"by a slug with a model, which is ours":  {`{"provider":"@acc/other"}`, []string{"x-portkey-provider", ""}, "m", "config"},
		"by a virtual key":                       {`{"virtual_key":"acc"}`, []string{"x-portkey-provider", ""}, "m", "config"},
		"by a virtual key in camel case":         {`{"virtualKey":"@acc"}`, []string{"x-portkey-provider", ""}, "m", "config"},
		"by a virtual key, not its kind":         {`{"provider":"openai","virtual_key":"acc"}`, []string{"x-portkey-provider", ""}, "m", "config"},
		"whatever the header says":               {`{"provider":"@acc"}`, []string{"x-portkey-provider", "@nobody"}, "m", "config"},
		"whatever the body says":                 {`{"provider":"@acc"}`, []string{"x-portkey-provider", ""}, "@nobody/m", "config"},
		"as the header says, where it does not":  {`{"retry":{"attempts":1}}`, nil, "m", "config"},
		"as the body says, where neither does":   {`{"retry":{"attempts":1}}`, []string{"x-portkey-provider", ""}, "@acc/m", "config"},
		"as the body says, where it is let":      {`{"passthrough":true}`, []string{"x-portkey-provider", ""}, "@acc/m", "config"},
		"by its only target":                     {`{"strategy":{"mode":"single"},"targets":[{"provider":"@acc"}]}`, []string{"x-portkey-provider", ""}, "m", "config.targets[0]"},
		"as the body says, by its only target":   {`{"strategy":{"mode":"single"},"targets":[{"passthrough":true}]}`, []string{"x-portkey-provider", ""}, "@acc/m", "config.targets[0]"},
		"by the model that it sets":              {`{"override_params":{"model":"@acc/m"}}`, []string{"x-portkey-provider", "@nobody"}, "other", "config"},
		"by that of its only target":             {`{"strategy":{"mode":"single"},"override_params":{"model":"@nobody/x"},"targets":[{"override_params":{"model":"@acc/m"}}]}`, []string{"x-portkey-provider", ""}, "other", "config.targets[0]"},
		"by that of the parent":                  {`{"strategy":{"mode":"single"},"override_params":{"model":"@acc/m"},"targets":[{"override_params":{"seed":1}}]}`, []string{"x-portkey-provider", ""}, "other", "config.targets[0]"},
		"by a slug, and the model it sets":       {`{"provider":"@acc","override_params":{"model":"@acc/m"}}`, nil, "other", "config"},
		"by a virtual key, and a model":          {`{"provider":"openai","virtual_key":"acc","override_params":{"model":"@acc/m"}}`, nil, "other", "config"},
		"by a slug twice":                        {`{"provider":"@acc","virtual_key":"@acc"}`, nil, "m", "config"},
		"by its target, and the parent's model":  {`{"strategy":{"mode":"single"},"override_params":{"model":"@acc/m"},"targets":[{"provider":"@acc"}]}`, nil, "other", "config.targets[0]"},
		"by its target, not the parent's model":  {`{"strategy":{"mode":"single"},"override_params":{"model":"@nobody/m"},"targets":[{"provider":"@acc","override_params":{"model":"m"}}]}`, nil, "other", "config.targets[0]"},
		"by the header, if it is let, as a body": {`{"passthrough":true,"override_params":{"model":"@nobody/m"}}`, nil, "other", "config"},
		"with nulls for what is not set":         {`{"provider":"@acc","retry":null,"cache":null,"targets":null,"custom_host":null}`, nil, "m", "config"},
		"with nothing said":                      {`{}`, nil, "m", "config"},
		"with an empty header":                   {``, nil, "m", "config"},
		"with the account's own host":            {`{"provider":"@acc","custom_host":"HOST/v1"}`, nil, "m", "config"},
		"with that of the header, not its own":   {`{"provider":"@acc","custom_host":"https://elsewhere.example/v1"}`, []string{"x-portkey-custom-host", "HOST/v1/"}, "m", "config"},
		"with what may be sent more than once":   {" {\"provider\" : \"@acc\"}\t", nil, "m", "config"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got string
			r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
				var m struct{ Model string }
				if err := json.NewDecoder(req.Body).Decode(&m); err != nil || m.Model != "m" {
					t.Errorf("the provider was asked for %q (%v)", m.Model, err)
				}
				got = req.Header.Get("Authorization")
				answers(200, answer)(w, req)
			})
			for range 2 { // compiled, and then found
				header := append([]string{"x-portkey-config", strings.ReplaceAll(tt.config, "HOST", r.host.URL)}, tt.header...)
				for i := range header {
					header[i] = strings.ReplaceAll(header[i], "HOST", r.host.URL)
				}
				resp, body := r.chat(fmt.Sprintf(`{"model":%q,"messages":[]}`, tt.model), header...)
				if resp.StatusCode != 200 || resp.Header.Get("X-Portkey-Last-Used-Option-Index") != tt.index {
					t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, body)
				}
				if got != "Bearer "+providerKey {
					t.Errorf("the provider got %q", got)
				}
			}
		})
	}
}

func TestAConfigSaysWhichHeadersGoOn(t *testing.T) {
	for name, tt := range map[string]struct {
		config string
		header []string
		want   string
	}{
		"its own":                   {`{"forward_headers":["x-a"]}`, nil, "a-"},
		"those of the header alone": {`{"forward_headers":["x-a"]}`, []string{"x-portkey-forward-headers", "x-b"}, "-b"},
		"those of the parent":       {`{"forward_headers":["x-b"],"strategy":{"mode":"single"},"targets":[{"provider":"@acc"}]}`, nil, "-b"},
		"not those of the parent":   {`{"forward_headers":["x-b"],"strategy":{"mode":"single"},"targets":[{"provider":"@acc","forwardHeaders":["x-a","authorization"]}]}`, nil, "a-"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
				if got := req.Header.Get("X-A") + "-" + req.Header.Get("X-B"); got != tt.want || req.Header.Get("Authorization") != "Bearer "+providerKey {
					t.Errorf("the provider got %v", req.Header)
				}
				answers(200, answer)(w, req)
			})
			header := append([]string{"x-portkey-config", tt.config, "x-a", "a", "x-b", "b", "Authorization", "Bearer other"}, tt.header...)
			if resp, body := r.chat(ask, header...); resp.StatusCode != 200 {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
		})
	}
}

// noting notes what accounts are made of and makes none.
type noting struct {
	gateway.Registry
	made *[]provider.Settings
}

func (n noting) Adapter(string) provider.Adapter { return notingAdapter{made: n.made} }

type notingAdapter struct {
	provider.Adapter
	made *[]provider.Settings
}

func (n notingAdapter) Compile(s provider.Settings) (provider.Account, error) {
	*n.made = append(*n.made, s)
	return nil, errors.New("no accounts here")
}

func TestACredentialGoesWhereItsConfigSays(t *testing.T) {
	const mine, theirs = "sk-mine-0123456789", "sk-theirs-0123456789"
	for name, tt := range map[string]struct {
		config, key, host string
	}{
		"to a kind of provider":                       {`{"provider":"openai","api_key":"` + mine + `"}`, mine, ""},
		"to its host":                                 {`{"provider":"openai","api_key":"` + mine + `","custom_host":"https://api.example.com/v1"}`, mine, `"https://api.example.com/v1"`},
		"to its host, of the only target":             {`{"strategy":{"mode":"single"},"targets":[{"provider":"openai","api_key":"` + mine + `","custom_host":"https://api.example.com/v1"}]}`, mine, `"https://api.example.com/v1"`},
		"but one of the headers goes as they say":     {`{"custom_host":"https://api.example.com/v1"}`, theirs, `"https://api.example.com/v1"`},
		"and one of the headers not where they don't": {`{"provider":"openai"}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var made []provider.Settings
			r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the stored account was called") },
				func(o *gateway.Options) { o.Providers = noting{o.Providers, &made} })
			resp, body := r.chat(ask, "x-portkey-config", tt.config, "x-portkey-provider", "openai", "Authorization", "Bearer "+theirs)
			if resp.StatusCode != 400 || strings.Contains(body+r.log.String(), "sk-") {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
			switch {
			case tt.key == "" && len(made) == 0:
			case len(made) != 1:
				t.Errorf("%d accounts made: %s", len(made), body)
			case made[0].Key.Reveal() != tt.key || string(made[0].Plain["custom_host"]) != tt.host:
				t.Errorf("an account was made for the host %s", made[0].Plain["custom_host"])
			}
			if n := r.gw.KeptConfigs(); tt.key == mine && n != 0 {
				t.Errorf("%d configs with a credential are kept", n)
			}
		})
	}
}

func TestConfigsAreKeptWithinBounds(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer))
	list := func(config string) {
		if resp, body := r.do(r.request(http.MethodPost, "/v1/explain", ask, "x-portkey-config", config)); resp.StatusCode != 200 {
			t.Fatalf("%d %s", resp.StatusCode, body)
		}
	}
	for range 3 {
		list(`{"retry":{"attempts":1}}`)
	}
	if n := r.gw.KeptConfigs(); n != 1 {
		t.Errorf("%d kept of one", n)
	}
	list(`{"retry":{"attempts":1}}` + strings.Repeat(" ", 10))
	list(`{"forward_headers":["` + strings.Repeat("a", 5<<10) + `"]}`)
	if n := r.gw.KeptConfigs(); n != 1 {
		t.Errorf("%d kept, and one is too long and the other the same", n)
	}
	for i := range 1100 {
		list(fmt.Sprintf(`{"request_timeout":%d}`, 1000+i))
	}
	if n := r.gw.KeptConfigs(); n > 1024 {
		t.Errorf("%d kept", n)
	}
}

// forbidConfigs has the key bring no configs from now on.
func forbidConfigs(r *rig) {
	r.update(func(tx *store.Tx) error {
		k, err := tx.APIKey(r.Context(), r.org.ID, r.keyID())
		if err != nil {
			return err
		}
		k.Defaults = json.RawMessage(`{"allow_config_override":false}`)
		return tx.UpdateAPIKey(r.Context(), k)
	})
	r.keys.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.APIKeyChanged, ID: string(r.keyID())})
}

func TestAKeyMayForbidConfigs(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer))
	forbidConfigs(r)
	if resp, body := r.chat(ask, retries(`{"attempts":1}`)...); resp.StatusCode != 400 || !strings.Contains(body, "Cannot override default config set for this API key.") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, body := r.chat(ask); resp.StatusCode != 200 {
		t.Errorf("without a config: %d %s", resp.StatusCode, body)
	}
}

func TestModelsAreThoseOfTheProviderThatAConfigNames(t *testing.T) {
	r := newRig(t, "openai", answers(200, `{"object":"list","data":[{"id":"m1","object":"model"}]}`))
	_, body := r.do(r.request(http.MethodGet, "/v1/models", "", "x-portkey-provider", "", "x-portkey-config", `{"provider":"@acc"}`))
	if !strings.Contains(body, `"id":"m1"`) || !strings.Contains(body, `"provider":"openai"`) {
		t.Errorf("got %s", body)
	}
}

func TestAConfigOrAHeaderLetsAnswersHaveMore(t *testing.T) {
	const said = `{"id":"msg","type":"message","role":"assistant","model":"c","content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}`
	r := newRig(t, "anthropic", answers(200, said))
	for name, tt := range map[string]struct {
		config, header string
		more           bool
	}{
		"neither":            {`{}`, "", false},
		"the config":         {`{"strict_open_ai_compliance":false}`, "", true},
		"a config of before": {`{"strictOpenAiCompliance":false}`, "true", true},
		"the header":         {`{"strict_open_ai_compliance":true}`, "false", true},
		"the parent":         {`{"strict_open_ai_compliance":false,"strategy":{"mode":"single"},"targets":[{"provider":"@acc"}]}`, "", true},
		"not the parent":     {`{"strict_open_ai_compliance":false,"strategy":{"mode":"single"},"targets":[{"provider":"@acc","strict_open_ai_compliance":true}]}`, "", false},
	} {
		_, body := r.chat(ask, "x-portkey-config", tt.config, "x-portkey-strict-open-ai-compliance", tt.header)
		if got := strings.Contains(body, "content_blocks"); got != tt.more {
			t.Errorf("%s: %v, want %v: %s", name, got, tt.more, body)
		}
	}
}

func TestAnExplanationShowsHowOftenIsTried(t *testing.T) {
	r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	_, body := r.do(r.request(http.MethodPost, "/v1/explain", ask, "x-portkey-config",
		`{"request_timeout":1500,"retry":{"attempts":3,"on_status_codes":[429],"use_retry_after_headers":true}}`))
	if !strings.Contains(body, `"retry":{"attempts":3,"on_status_codes":[429],"use_retry_after_headers":true},"request_timeout":1500`) {
		t.Errorf("said %s", body)
	}
	_, body = r.do(r.request(http.MethodPost, "/v1/explain", ask))
	if !strings.Contains(body, `"retry":null,"request_timeout":10000`) {
		t.Errorf("without a config it said %s", body)
	}
	resp, body := r.do(r.request(http.MethodPost, "/v1/explain", ask, "x-portkey-config", `{"retry":1}`))
	if resp.StatusCode != 400 || !strings.Contains(body, "path: retry,") {
		t.Errorf("of a config that is wrong: %d %s", resp.StatusCode, body)
	}
}

// FuzzConfig gives the parser any text.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		`{"retry":{"attempts":2,"onStatusCodes":[429,246],"use_retry_after_headers":true}}`,
		`{"strategy":{"mode":"single"},"targets":[{"provider":"@a","api_key":"k","custom_host":"https://h.example/v1"}]}`,
		`{"virtual_key":"@v","forward_headers":["X-A"],"strict_open_ai_compliance":false,"request_timeout":1e3,"passthrough":null}`,
		`{"\u0072etry":{"attempts":1},"Retry":{}}`, `[`, `{"a":{"b":[{}]}} `,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := gateway.CheckConfig(text)
		if err == nil {
			if !json.Valid([]byte(text)) {
				t.Errorf("took %q, which is no JSON", text)
			}
			return
		}
		var f *httpx.Failure
		if !errors.As(err, &f) || f.Status != http.StatusBadRequest || len(f.Details) > 100 {
			t.Errorf("%q: %#v", text, err)
		}
	})
}
