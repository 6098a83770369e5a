package gateway_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/limits/memory"
)

// What is foretold is what the gateway then does: by which limit, with which words
// and until when.
func TestTheRefusalThatIsForetoldIsTheOneThatComes(t *testing.T) {
	const (
		spent    = `{"type":"cost","credit_limit":0.0006}` // by one call
		once     = `[{"type":"requests","unit":"rph","value":1}]`
		unpriced = `{"model":"gpt-unknown","max_tokens":5,"messages":[]}`
	)
	blue := []string{"x-portkey-metadata", `{"team":"blue"}`}
	for name, tt := range map[string]struct {
		set    func(r *rig)
		before int // calls that pass
		body   string
		header []string
		status int
		on     string
		after  string
	}{
		"a budget that is used up, of what costs nothing": {
			func(r *rig) { places["API Key"].set(r, spent, "") }, 1, unpriced, team, 412, "api_key", ""},
		"a rate that is used up": {
			func(r *rig) { places["Workspace"].set(r, "", once) }, 1, bounded, team, 429, "workspace", "3600"},
		"a budget before a rate of the same key": {
			func(r *rig) { places["API Key"].set(r, spent, once) }, 1, bounded, team, 412, "api_key", ""},
		"a workspace's budget before the key's rate": {
			func(r *rig) { places["API Key"].set(r, "", once); places["Workspace"].set(r, spent, "") }, 1, bounded, team, 412, "workspace", ""},
		"the key's rate before a provider's budget": {
			func(r *rig) { places["API Key"].set(r, "", once); places["Virtual Key"].set(r, spent, "") }, 1, bounded, team, 429, "api_key", "3600"},
		"a policy's budget before the provider's rate": {
			func(r *rig) { places["Virtual Key"].set(r, "", once); places["Policy"].set(r, spent, "") }, 1, bounded, team, 412, "usage_policy", ""},
		"tokens and cost that cannot be bounded": {
			func(r *rig) {
				places["API Key"].set(r, `{"type":"cost","credit_limit":1,"enforcement":"strict"}`, `[{"type":"tokens","unit":"rph","value":900,"enforcement":"strict"}]`)
			}, 0, unpriced, team, 412, "api_key", ""},
		"a policy with more groups than it may have": {
			func(r *rig) { places["Policy"].set(r, "", `[{"type":"requests","unit":"rph","value":9}]`) }, 1, bounded, blue, 429, "rate_policy", "3600"},
		"nothing": {
			func(r *rig) { places["API Key"].set(r, spent, once) }, 0, bounded, team, 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			r := pricedRig(t, answers(200, used), func(o *gateway.Options) {
				o.Now = func() time.Time { return noon }
				o.Limits = memory.New(memory.Options{Now: o.Now, MaxGroups: 1})
			})
			tt.set(r)
			for range tt.before {
				if resp, body := r.chat(bounded, team...); resp.StatusCode != 200 {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
			}
			_, body := r.do(r.request(http.MethodPost, "/v1/explain", tt.body, tt.header...))
			type refusal struct {
				Message string
				Error   struct{ Limit struct{ On string } }
			}
			var told struct {
				Allowed bool
				Refusal *refusal
				Status  int   `json:"refusal_status"`
				After   int64 `json:"refusal_retry_after"`
				Limits  []struct{ Allows bool }
			}
			if err := json.Unmarshal([]byte(body), &told); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			resp, answer := r.chat(tt.body, tt.header...)
			if resp.StatusCode != tt.status || resp.Header.Get("Retry-After") != tt.after {
				t.Fatalf("%d, Retry-After %q: %s", resp.StatusCode, resp.Header.Get("Retry-After"), answer)
			}
			if told.Allowed != (tt.status == 200) {
				t.Fatalf("foretold %s", body)
			}
			if told.Allowed {
				return
			}
			var real refusal
			if err := json.Unmarshal([]byte(answer), &real); err != nil {
				t.Fatal(err)
			}
			after := ""
			if told.After > 0 {
				after = strconv.FormatInt(told.After, 10)
			}
			if *told.Refusal != real || told.Status != tt.status || after != tt.after || real.Error.Limit.On != tt.on {
				t.Errorf("foretold %s\nbut it was %s", body, answer)
			}
			for _, l := range told.Limits {
				if !l.Allows {
					return
				}
			}
			t.Errorf("no limit is in the way: %s", body)
		})
	}
}
