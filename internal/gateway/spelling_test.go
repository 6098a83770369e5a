package gateway_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// spelled is a request for a model.
func spelled(model string) string {
	quoted, _ := json.Marshal(model)
	return `{"model":` + string(quoted) + `,"max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`
}

func TestAnotherSpellingIsTheSameModel(t *testing.T) {
	r := newRig(t, "google", answers(200, used))
	r.rule("gemini-2.5-flash", true, func(m *claviger.Model) {
		m.Pricing = json.RawMessage(`{"type":"static","pay_as_you_go":{"request_token":{"price":1000},"response_token":{"price":1000}}}`)
	})
	r.rule("gemini-2.5-pro", false)
	r.allowAll(true)
	const dear = 150 * 1_000_000 // nano-dollars, at 1,000 US dollars per million tokens
	for _, model := range []string{"gemini-2.5-flash", "GEMINI-2.5-flash", "models/gemini-2.5-flash", "models/Gemini-2.5-Flash"} {
		if resp, body := r.chat(spelled(model)); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", model, resp.StatusCode, body)
			continue
		}
		if _, closing := r.books.one(t); closing.Cost != dear {
			t.Errorf("%s cost %d nano-dollars, want %d", model, closing.Cost, dear)
		}
		r.books.forget()
	}
	for _, model := range []string{"gemini-2.5-pro", "Gemini-2.5-PRO", "models/gemini-2.5-pro"} {
		if resp, body := r.chat(spelled(model)); resp.StatusCode != 412 {
			t.Errorf("%s is disabled: %d %s", model, resp.StatusCode, body)
		}
	}
	r.books.none(t)
	r.policy(claviger.RatePolicy, `{"type":"requests","unit":"rpd","value":1}`)
	for i, model := range []string{"gemini-2.5-flash", "models/gemini-2.5-flash"} {
		if resp, body := r.chat(spelled(model), team...); (resp.StatusCode == 429) != (i == 1) {
			t.Errorf("call %d: %d %s", i, resp.StatusCode, body)
		}
	}
}

func TestADeploymentDoesNotHideItsModelFromPolicies(t *testing.T) {
	r := newRig(t, "azure-openai", answers(200, used))
	r.stored.Configurations["azure_auth_mode"] = json.RawMessage(`"default"`)
	r.stored.Configurations["azure_resource_name"] = json.RawMessage(`"res"`)
	r.stored.Configurations["azure_deployment_config"] = json.RawMessage(
		`[{"alias":"d","azure_deployment_name":"dep","azure_api_version":"2024-10-21","azure_model_slug":"gpt-4o","is_default":true}]`)
	r.allowAll(true)
	for condition, blocked := range map[string]bool{"*": true, "@acc/d": true, "gpt-4o": true, "@acc/other": false} {
		policy := r.block(condition)
		for _, body := range []string{`{"messages":[],"max_tokens":1}`, spelled("d"), spelled("whatever"), spelled("D"), spelled("gpt-4o")} {
			resp, text := r.do(r.request(http.MethodPost, "/v1/chat/completions", body))
			if (resp.StatusCode == 412) != blocked {
				t.Errorf("%s, %s: %d %s", condition, body, resp.StatusCode, text)
			}
		}
		policy.Status = claviger.Archived
		r.update(func(tx *store.Tx) error { return tx.ArchivePolicy(r.Context(), policy) })
		r.gw.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.PolicyChanged, ID: string(r.ws.ID)})
	}
}

// block adds a policy that lets nothing through for the models of a condition.
func (r *rig) block(model string) claviger.Policy {
	now := claviger.Now(time.Now())
	quoted, _ := json.Marshal(model)
	p := claviger.Policy{
		ID: claviger.NewID[claviger.PolicyID](), OrganisationID: r.org.ID, WorkspaceID: r.ws.ID, Kind: claviger.UsagePolicy, Name: "none",
		Conditions: json.RawMessage(`[{"key":"model","value":` + string(quoted) + `}]`), GroupBy: json.RawMessage(`[{"key":"api_key"}]`),
		Limit: json.RawMessage(`{"type":"requests","credit_limit":0}`), Target: "llm", Status: claviger.Active, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	r.update(func(tx *store.Tx) error { return tx.InsertPolicy(r.Context(), p) })
	r.gw.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.PolicyChanged, ID: string(r.ws.ID)})
	return p
}

func TestStrictBoundsThatWouldNotBind(t *testing.T) {
	const strict = `{"type":"tokens","credit_limit":100000,"enforcement":"strict"}`
	for name, tt := range map[string]struct{ kind, body, says string }{
		"a way to search on OpenRouter":              {"openrouter", spelled("openai/gpt-4o-mini:online"), "searches"},
		"only the newer name of the bound":           {"deepseek", `{"model":"m","max_completion_tokens":5,"messages":[]}`, "set max_tokens"},
		"the newer name where it is known":           {"openai", `{"model":"m","max_completion_tokens":5,"messages":[]}`, ""},
		"both names":                                 {"deepseek", `{"model":"m","max_completion_tokens":5,"max_tokens":9,"messages":[]}`, ""},
		"a model that searches whatever it is asked": {"perplexity-ai", spelled("sonar"), "searches"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, tt.kind, answers(200, used))
			places["API Key"].set(r, strict, "")
			resp, body := r.chat(tt.body)
			if (resp.StatusCode == 412) != (tt.says != "") || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
		})
	}
}

func TestAnUnpricedModelIsNamedWhereDollarsCount(t *testing.T) {
	r := pricedRig(t, answers(200, used))
	if resp, _ := r.chat(spelled("gpt-unknown")); resp.Header.Get("x-claviger-unpriced") != "" {
		t.Error("named where no budget counts")
	}
	places["Workspace"].set(r, `{"type":"cost","credit_limit":1}`, "")
	if resp, _ := r.chat(spelled("gpt-unknown")); resp.Header.Get("x-claviger-unpriced") != "true" {
		t.Error("not named")
	}
	if resp, _ := r.chat(spelled("gpt-a")); resp.Header.Get("x-claviger-unpriced") != "" {
		t.Error("a model with a price is named")
	}
}

func TestAnErrorThatCallsItselfASuccessCostsNothing(t *testing.T) {
	r := pricedRig(t, answers(200, `{"error":{"message":"overloaded","type":"server_error"}}`))
	if resp, body := r.chat(bounded); resp.StatusCode != 502 || !strings.Contains(body, "overloaded") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, c := r.books.one(t); c.Cost != 0 || c.Tokens != (claviger.Tokens{}) || c.Outcome != claviger.ProviderError {
		t.Errorf("%+v", c)
	}
}
