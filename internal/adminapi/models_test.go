package adminapi

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// model is one model of a list, nil when it is not there.
func modelOf(list map[string]any, slug string) map[string]any {
	for _, m := range list["models"].([]any) {
		if m := m.(map[string]any); m["slug"] == slug {
			return m
		}
	}
	return nil
}

func TestModelsFollowTheCatalogueAndTheirRows(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	const path = "/integrations/n/models"
	builtIn := func() (n int) {
		list := w.must(orgAdmin, "GET", path, "")
		if list["total"] != float64(len(list["models"].([]any))) {
			t.Errorf("total %v of %d", list["total"], len(list["models"].([]any)))
		}
		return len(list["models"].([]any))
	}
	before := builtIn()
	if before < 20 {
		t.Fatalf("only %d built-in models", before)
	}
	list := w.must(orgAdmin, "GET", path, "")
	same(t, "allow all at first", list["allow_all_models"], `true`)
	same(t, "a built-in model", modelOf(list, "gpt-4o"), `{"slug":"gpt-4o","name":"gpt 4o","enabled":true,"is_custom":false,"is_finetune":false,
		"base_model_slug":null,"pricing_config":null,"created_at":null,"last_updated_at":null}`)

	same(t, "only the switch", w.must(orgAdmin, "PUT", path, `{"allow_all_models":false,"models":[]}`), `{}`)
	list = w.must(orgAdmin, "GET", path, "")
	same(t, "not all", []any{list["allow_all_models"], modelOf(list, "gpt-4o")["enabled"]}, `[false,false]`)
	same(t, "in the detail", w.must(orgAdmin, "GET", "/integrations/n", "")["allow_all_models"], `false`)

	pricing := `{"type":"static","pay_as_you_go":{"request_token":{"price":2.5},"response_token":{"price":10},"cache_read_input_token":null}}`
	w.must(orgAdmin, "PUT", path, `{"models":[{"slug":"gpt-4o","enabled":true,"pricing_config":`+pricing+`},
		{"slug":"ft:gpt-4o:acme::1","enabled":true,"is_custom":null,"is_finetune":true,"base_model_slug":"gpt-4o"}]}`)
	list = w.must(orgAdmin, "GET", path, "")
	same(t, "the switch stays", list["allow_all_models"], `false`)
	got := modelOf(list, "gpt-4o")
	same(t, "enabled, with a price", []any{got["enabled"], got["pricing_config"], got["name"]}, `[true,`+pricing+`,"gpt 4o"]`)
	got = modelOf(list, "ft:gpt-4o:acme::1")
	same(t, "a fine-tuned one", []any{got["enabled"], got["is_custom"], got["is_finetune"], got["base_model_slug"]}, `[true,false,true,"gpt-4o"]`)
	if n := builtIn(); n != before+1 {
		t.Errorf("%d models, want %d", n, before+1)
	}

	w.must(orgAdmin, "PUT", path, `{"models":[{"slug":"gpt-4o","enabled":false}]}`)
	got = modelOf(w.must(orgAdmin, "GET", path, ""), "gpt-4o")
	same(t, "a row replaces all settings", []any{got["enabled"], got["pricing_config"]}, `[false,null]`)
}

func TestModelsAreDeletedInEitherForm(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	const path = "/integrations/n/models"
	fill := func() {
		w.must(orgAdmin, "PUT", path, `{"models":[{"slug":"a","enabled":true,"is_custom":true},{"slug":"b/c","enabled":true,"is_finetune":true,"base_model_slug":"gpt-4o"},
			{"slug":"d","enabled":true,"is_custom":true},{"slug":"gpt-4o","enabled":false}]}`)
	}
	left := func(what string, want ...string) {
		t.Helper()
		list := w.must(orgAdmin, "GET", path, "")
		for _, slug := range []string{"a", "b/c", "d"} {
			if there := modelOf(list, slug) != nil; there != strings.Contains(strings.Join(want, " "), slug) {
				t.Errorf("%s: %s is there: %v", what, slug, there)
			}
		}
	}
	fill()
	w.must(orgAdmin, "DELETE", path+"?slugs=a,b%2Fc", "")
	left("by the query", "d")
	fill()
	w.must(orgAdmin, "DELETE", path, `{"models":["a","d","a"]}`)
	left("by the body", "b/c")
	fill()
	w.must(orgAdmin, "DELETE", path+"?slugs=a,%20,b/c", `{"models":["d"]}`)
	left("by both")
	fill()
	for what, tt := range map[string]struct{ query, body, says string }{
		"a built-in one among others": {"?slugs=a,gpt-4o", "", `"path":"models[1]"`},
		"one that is not there":       {"", `{"models":["a","nope"]}`, `"path":"models[1]"`},
		"none":                        {"", "", `"path":"models"`},
		"no text":                     {"", `{"models":["a",1]}`, `"path":"models[1]"`},
	} {
		if got := w.do(orgAdmin, "DELETE", path+tt.query, tt.body); got.status != 400 || !strings.Contains(got.text, tt.says) {
			t.Errorf("%s: %d %s", what, got.status, got.text)
		}
		left(what, "a", "b/c", "d")
	}
	same(t, "the built-in one", modelOf(w.must(orgAdmin, "GET", path, ""), "gpt-4o")["enabled"], `false`)
}

func TestAModelsOwnHostAndHeadersAreSealedAndMasked(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	const path = "/integrations/n/models"
	secret, second := w.plant("canary-model-header-11"), w.plant("canary-model-header-22")
	put := func(configurations string) {
		t.Helper()
		if configurations != "" {
			configurations = `,"configurations":` + configurations
		}
		w.must(orgAdmin, "PUT", path, `{"models":[{"slug":"m","enabled":true,"is_custom":true`+configurations+`}]}`)
	}
	shows := func(what, want string) {
		t.Helper()
		same(t, what, modelOf(w.must(orgAdmin, "GET", path, ""), "m")["configurations"], want)
	}
	put(`{"custom_host":"https://m.example.org/v1","custom_headers":{"x-a":"` + secret + `"}}`)
	shows("as they were sent", `{"custom_host":"https://m.example.org/v1","masked_custom_headers":{"x-a":"ca*******11"}}`)
	put(`{"custom_host":"https://m.example.org/v1","masked_custom_headers":{"x-a":"ca*******11"}}`)
	shows("sent back as they were shown", `{"custom_host":"https://m.example.org/v1","masked_custom_headers":{"x-a":"ca*******11"}}`)
	put(`{"custom_headers":{"x-a":"ca*******11","x-b":"` + second + `"}}`)
	shows("a masked value keeps it", `{"masked_custom_headers":{"x-a":"ca*******11","x-b":"ca*******22"}}`)
	put(`{"custom_host":"https://m.example.org/v2"}`)
	shows("headers that are not sent are gone", `{"custom_host":"https://m.example.org/v2"}`)
	put("")
	shows("none", `null`)
	audit := w.audit()
	if !strings.Contains(audit, `"model_headers":{"m":"fp_`) || strings.Contains(audit, "canary") {
		t.Errorf("audit: %s", audit)
	}
}

func TestModelRefusals(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(workspace, "POST", "/integrations", `{"name":"L","slug":"local","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "PUT", "/integrations/n/models", `{"allow_all_models":false,"models":[{"slug":"kept","enabled":true,"is_custom":true}]}`)
	secret := w.plant("canary-refused-header-33")
	row := func(fields string) string {
		return `{"allow_all_models":true,"models":[{"slug":"new","enabled":true,"is_custom":true},{` + fields + `}]}`
	}
	tests := map[string]struct {
		body    string
		contain []string
	}{
		"everything wrong at once": {row(`"slug":"a,b","base_model_slug":" ","is_custom":"yes","configurations":{"custom_host":"ftp://x","custom_headers":{"host":"` + secret + `"}},
			"pricing_config":{"type":"dynamic","pay_as_you_go":{"request_tokens":{"price":1},"request_token":{"price":-1}}}`),
			[]string{`"path":"models[1].slug"`, `"path":"models[1].enabled"`, `"path":"models[1].base_model_slug"`, `"path":"models[1].is_custom"`,
				`"path":"models[1].configurations.custom_host"`, `"path":"models[1].configurations.custom_headers.host"`, `"path":"models[1].pricing_config.type"`,
				`"path":"models[1].pricing_config.pay_as_you_go.request_tokens"`, `"path":"models[1].pricing_config.pay_as_you_go.request_token.price"`}},
		"a mistyped model":                    {row(`"slug":"gtp-4o","enabled":false`), []string{`"path":"models[1].slug"`, "is_custom"}},
		"a fine-tuned model without its base": {row(`"slug":"ft:x","enabled":true,"is_finetune":true`), []string{`"path":"models[1].base_model_slug"`, "required"}},
		"a base that is no model":             {row(`"slug":"mine","enabled":true,"is_custom":true,"base_model_slug":"gtp-4o"`), []string{`"path":"models[1].base_model_slug"`}},
		"a base that is itself":               {row(`"slug":"mine","enabled":true,"is_custom":true,"base_model_slug":"mine"`), []string{`"path":"models[1].base_model_slug"`, "another"}},
		"no slug":                             {row(`"enabled":true`), []string{`"path":"models[1].slug"`}},
		"twice":                               {row(`"slug":"new","enabled":false`), []string{`"path":"models[1].slug"`, "second time"}},
		"empty configurations":                {row(`"slug":"x","enabled":true,"configurations":{}`), []string{`"path":"models[1].configurations"`, "empty"}},
		"a mask of nothing":                   {row(`"slug":"x","enabled":true,"configurations":{"custom_headers":{"x-a":"ca*******33"}}`), []string{"masked"}},
		"headers of a number":                 {row(`"slug":"x","enabled":true,"configurations":{"custom_headers":{"x-a":1}}`), []string{`"path":"models[1].configurations.custom_headers.x-a"`}},
		"headers that are text": {row(`"slug":"x","enabled":true,"configurations":{"custom_headers":"` + secret + `"}`),
			[]string{`"path":"models[1].configurations.custom_headers"`}},
		"a metadata host":          {row(`"slug":"x","enabled":true,"configurations":{"custom_host":"http://169.254.169.254/v1"}`), []string{"custom_host"}},
		"a price without a number": {row(`"slug":"x","enabled":true,"pricing_config":{"type":"static","pay_as_you_go":{"request_token":{}}}`), []string{`request_token.price`, "required"}},
		"no prices":                {row(`"slug":"x","enabled":true,"pricing_config":{"type":"static"}`), []string{`pricing_config.pay_as_you_go`}},
		"a price that is text":     {row(`"slug":"x","enabled":true,"pricing_config":"cheap"`), []string{`pricing_config`}},
		"models that are no list":  {`{"models":{"slug":"x"}}`, []string{`"path":"models"`}},
		"a switch that is none":    {`{"models":[],"allow_all_models":"no"}`, []string{`"path":"allow_all_models"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(orgAdmin, "PUT", "/integrations/n/models", tt.body)
			if got.status != 400 || !strings.Contains(got.text, "AB01") || strings.Contains(got.text, "nil") {
				t.Fatalf("%d %s", got.status, got.text)
			}
			for _, want := range tt.contain {
				if !strings.Contains(got.text, want) {
					t.Errorf("no %s in %s", want, got.text)
				}
			}
			w.errorShape(got)
		})
	}
	list := w.must(orgAdmin, "GET", "/integrations/n/models", "")
	if modelOf(list, "new") != nil || modelOf(list, "kept") == nil || list["allow_all_models"] != false {
		t.Error("a refused request changed something")
	}
	private := `{"models":[{"slug":"x","enabled":true,"is_custom":true,"configurations":{"custom_host":"http://127.0.0.1:9000/v1"}}]}`
	if got := w.do(workspace, "PUT", "/integrations/local/models", private); got.status != 400 || !strings.Contains(got.text, "custom_host") {
		t.Errorf("a private host from a workspace: %d %s", got.status, got.text)
	}
	w.must(orgAdmin, "PUT", "/integrations/n/models", private)
	if got := w.do(orgAdmin, "GET", "/integrations/none/models", ""); got.status != 404 {
		t.Errorf("no such integration: %d", got.status)
	}
	many := `{"models":[` + strings.TrimSuffix(strings.Repeat(`{"slug":"x","enabled":true},`, 1001), ",") + `]}`
	if got := w.do(orgAdmin, "PUT", "/integrations/n/models", many); got.status != 400 || !strings.Contains(got.text, "at most 1000") {
		t.Errorf("too many: %d %.200s", got.status, got.text)
	}
}

func TestModelsOfAnIntegrationsOwnAreKnown(t *testing.T) {
	w := newWorld(t)
	create := func(slug, fields string) {
		w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"`+slug+`","key":"k12345678",`+fields+`}`)
	}
	create("azure", `"ai_provider_id":"azure-openai","configurations":{"azure_auth_mode":"default","azure_resource_name":"r","azure_deployment_config":[
		{"azure_deployment_name":"d","azure_api_version":"v1","azure_model_slug":"acme-special","is_default":true,"alias":"prod"}]}`)
	create("openai", `"ai_provider_id":"openai"`)
	create("nobody-knows", `"ai_provider_id":"deepinfra"`)
	tests := map[string]struct {
		slug, rows string
		status     int
	}{
		"the alias of a deployment":             {"azure", `{"slug":"prod","enabled":true}`, 200},
		"the model behind a deployment":         {"azure", `{"slug":"acme-special","enabled":true}`, 200},
		"no deployment and no model":            {"azure", `{"slug":"stage","enabled":true}`, 400},
		"a dated name of a model":               {"openai", `{"slug":"gpt-4o-2024-08-06","enabled":true}`, 200},
		"a base that comes later":               {"openai", `{"slug":"a","enabled":true,"is_finetune":true,"base_model_slug":"b"},{"slug":"b","enabled":true,"is_custom":true}`, 200},
		"a stored one, with its is_custom lost": {"openai", `{"slug":"b","enabled":false}`, 200},
		"a fine-tuned one that is custom too":   {"openai", `{"slug":"ft:gpt-3.5-turbo:my-org:x","enabled":true,"is_custom":true,"is_finetune":true,"base_model_slug":"gpt-3.5-turbo"}`, 200},
		"anything where no models are known":    {"nobody-knows", `{"slug":"x","enabled":true},{"slug":"y","enabled":true,"is_finetune":true,"base_model_slug":"z"}`, 200},
		"a fine-tuned one of nothing":           {"nobody-knows", `{"slug":"y","enabled":true,"is_finetune":true}`, 400},
	}
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		tt := tests[name]
		if got := w.do(orgAdmin, "PUT", "/integrations/"+tt.slug+"/models", `{"models":[`+tt.rows+`]}`); got.status != tt.status {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

func TestChangesOfModelsAreToldAsTheIntegrations(t *testing.T) {
	w := newWorld(t)
	id := w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)["id"].(string)
	for _, tt := range [][2]string{{"PUT", `{"models":[{"slug":"a","enabled":true,"is_custom":true}]}`}, {"DELETE", `{"models":["a"]}`}} {
		before := len(w.changes)
		w.must(orgAdmin, tt[0], "/integrations/n/models", tt[1])
		if len(w.changes) != before+1 || w.changes[before].ID != id || w.changes[before].Kind != "integration" {
			t.Errorf("%s tells of %v", tt[0], w.changes[before:])
		}
	}
	if audit := w.audit(); !strings.Contains(audit, `"is_custom":true`) {
		t.Errorf("audit: %s", audit)
	}
}

func TestModelPricesAreOpenToAll(t *testing.T) {
	w := newWorld(t)
	get := func(path string) (int, string) {
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, httptest.NewRequest("GET", "http://claviger.test"+path, nil))
		if rec.Result().Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v", path, rec.Result().Header)
		}
		return rec.Code, rec.Body.String()
	}
	for _, path := range []string{"/model-configs/pricing/openai/gpt-4o", "/model-configs/pricing/fireworks-ai/accounts/fireworks/models/kimi-k3"} {
		if status, body := get(path); status != http.StatusOK || !strings.Contains(body, `"request_token":{"price":`) || !strings.Contains(body, `"currency":"USD"`) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for _, path := range []string{"/model-configs/pricing/openai/nope", "/model-configs/pricing/nope/gpt-4o", "/model-configs/pricing/openai/%00%ff", "/model-configs/pricing/openai/" + strings.Repeat("x", 5000)} {
		if status, body := get(path); status != http.StatusNotFound || strings.TrimSpace(body) != `{"error":"Model not found"}` {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestIntegrationsAreFoundByTheirTags(t *testing.T) {
	w := newWorld(t)
	for slug, tags := range map[string]string{"a": `{"team":"x","env":"prod"}`, "b": `{"team":"y: z"}`, "c": `null`} {
		w.must(orgAdmin, "POST", "/integrations", fmt.Sprintf(`{"name":"N","slug":%q,"ai_provider_id":"openai","key":"k12345678","tags":%s}`, slug, tags))
	}
	find := func(query string, want float64) {
		t.Helper()
		if got := w.must(orgAdmin, "GET", "/integrations?tags="+query, "")["total"]; got != want {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	find("", 3)
	find("team", 2)
	find("team:x", 1)
	find("team:x,env:prod", 1)
	find("team:x,env:test", 0)
	find("%7B%22team%22%3A%22y%3A%20z%22%7D", 1)
	w.must(orgAdmin, "PUT", "/integrations/a", `{"tags":{"env":"test"}}`)
	find("team:x", 0)
	find("env:test", 1)
	w.must(orgAdmin, "PUT", "/integrations/a", `{"name":"other"}`)
	find("env:test", 1)
	w.must(orgAdmin, "PUT", "/integrations/a", `{"tags":null}`)
	find("env", 0)
	for _, bad := range []string{"%7B%22a%22:1%7D", ":x", "a,b,c,d,e,f,g,h,i,j,k"} {
		if got := w.do(orgAdmin, "GET", "/integrations?tags="+bad, ""); got.status != 400 || !strings.Contains(got.text, `"path":"tags"`) {
			t.Errorf("%s: %d %s", bad, got.status, got.text)
		}
	}
}

func TestAKeyIsToldByItsFingerprint(t *testing.T) {
	w := newWorld(t)
	for _, slug := range []string{"a", "b"} {
		w.must(orgAdmin, "POST", "/integrations", fmt.Sprintf(`{"name":"N","slug":%q,"ai_provider_id":"openai","key":%q}`, slug, w.plant("sk-canary-same-key-0001")))
	}
	detail := func(slug string) map[string]any { return w.must(orgAdmin, "GET", "/integrations/"+slug, "") }
	a, b := detail("a"), detail("b")
	if a["key_fingerprint"] != b["key_fingerprint"] || !strings.HasPrefix(fmt.Sprint(a["key_fingerprint"]), "fp_") || a["key_version"] != 1.0 || a["key_rotated_at"] != a["created_at"] {
		t.Errorf("%v %v, version %v, rotated %v", a["key_fingerprint"], b["key_fingerprint"], a["key_version"], a["key_rotated_at"])
	}
	w.must(orgAdmin, "PUT", "/integrations/a", `{"name":"other"}`)
	same(t, "a change of the name", []any{detail("a")["key_version"], detail("a")["key_rotated_at"] == a["key_rotated_at"]}, `[1,true]`)
	w.must(orgAdmin, "PUT", "/integrations/a", `{"key":"`+w.plant("sk-canary-other-key-0002")+`"}`)
	rotated := detail("a")
	if rotated["key_fingerprint"] == a["key_fingerprint"] || rotated["key_version"] != 2.0 || rotated["key_rotated_at"] == a["key_rotated_at"] {
		t.Errorf("after a rotation: %v, version %v", rotated["key_fingerprint"], rotated["key_version"])
	}
	of := func(slug, fields string) string {
		w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"`+slug+`",`+fields+`}`)
		return fmt.Sprint(detail(slug)["key_fingerprint"])
	}
	aws := func(key string) string {
		return `"ai_provider_id":"bedrock","configurations":{"aws_auth_type":"accessKey","aws_region":"eu-west-1","aws_access_key_id":"AKIA1234","aws_secret_access_key":"` + w.plant(key) + `"}`
	}
	first, again, other := of("aws", aws("canary-aws-secret-01")), of("aws-again", aws("canary-aws-secret-01")), of("aws-other", aws("canary-aws-secret-02"))
	if !strings.HasPrefix(first, "fp_") || first != again || first == other {
		t.Errorf("fingerprints of access keys: %s, %s and %s", first, again, other)
	}
	file := func(order string) string {
		return `"ai_provider_id":"vertex-ai","configurations":{"vertex_auth_type":"serviceAccount","vertex_region":"global","vertex_service_account_json":` + order + `}`
	}
	object := of("vertex", file(`{"client_email":"a@b","private_key":"`+w.plant("canary-private-key-03")+`"}`))
	text := of("vertex-text", file(`"{ \"private_key\": \"canary-private-key-03\", \"client_email\": \"a@b\" }"`))
	if !strings.HasPrefix(object, "fp_") || object != text {
		t.Errorf("fingerprints of a key file: %s and %s", object, text)
	}
	w.must(orgAdmin, "POST", "/integrations", `{"name":"N","slug":"none","ai_provider_id":"ollama-of-mine","configurations":{"custom_host":"https://example.org/v1"}}`)
	none := detail("none")
	same(t, "without a key", []any{none["key_fingerprint"], none["key_version"], none["key_rotated_at"]}, `[null,null,null]`)
}

func TestAModelThatAnotherBuildsOnIsNotDeleted(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"A","slug":"a","ai_provider_id":"openai","key":"k12345678"}`)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"B","slug":"b","ai_provider_id":"openai","key":"k12345678"}`)
	const path = "/integrations/a/models"
	rows := `{"models":[{"slug":"base","enabled":true,"is_custom":true},{"slug":"tuned","enabled":true,"is_finetune":true,"base_model_slug":"base"},
		{"slug":"other","enabled":true,"is_custom":true,"base_model_slug":"base"},{"slug":"alone","enabled":true,"is_custom":true,"base_model_slug":"gpt-4o"},
		{"slug":"gpt-4o","enabled":true,"is_custom":true}]}`
	w.must(orgAdmin, "PUT", path, rows)
	w.must(orgAdmin, "PUT", "/integrations/b/models", `{"models":[{"slug":"base","enabled":true,"is_custom":true}]}`)
	tests := []struct {
		what, query string
		status      int
		says        string
	}{
		{"the base of two", "base", 400, `is the base_model_slug of \"other\", \"tuned\"`},
		{"the base of one that stays", "tuned,base", 400, `is the base_model_slug of \"other\"`},
		{"its place in the request", "tuned,base", 400, `"path":"models[1]"`},
		{"one nobody builds on", "alone", 200, ""},
		{"the row of a model that the catalogue has as well", "gpt-4o", 200, ""},
		{"all at once, the base first", "base,tuned,other", 200, ""},
	}
	for _, tt := range tests {
		if got := w.do(orgAdmin, "DELETE", path+"?slugs="+tt.query, ""); got.status != tt.status || !strings.Contains(got.text, tt.says) {
			t.Errorf("%s: %d %s", tt.what, got.status, got.text)
		}
	}
	w.must(orgAdmin, "DELETE", "/integrations/b/models?slugs=base", "")
}
